//! Files given out: the two templates and the error file.

use app::import::Register;
use app::staging::port::TemplateForm;
use app::staging::{ErrorReport, error_file_name};
use axum::extract::{Path, State};
use domain::time::Instant;

use super::{find, register_of};
use crate::gate::{Answer, Stop, Visit, WebState, see_other};
use crate::screen::job;
use crate::screen::shared::download::{CSV, Names, WORKBOOK, whole};

pub(super) async fn workbook(state: State<WebState>, visit: Visit) -> Answer {
    template(state, visit, TemplateForm::Workbook).await
}

pub(super) async fn csv(state: State<WebState>, visit: Visit) -> Answer {
    template(state, visit, TemplateForm::Csv).await
}

async fn template(State(web): State<WebState>, visit: Visit, form: TemplateForm) -> Answer {
    let register = register_of(&visit);
    let staging = web.imports()?.clone();
    let made = tokio::task::spawn_blocking(move || staging.tables().template(register, form));
    let bytes = made
        .await
        .map_err(|error| Stop::fault(format!("a template: {error}")))??;
    let (sort, ending) = match form {
        TemplateForm::Workbook => (WORKBOOK, "xlsx"),
        TemplateForm::Csv => (CSV, "csv"),
    };
    let name = format!("{}导入模板.{ending}", register.label());
    let kind = match register {
        Register::Subjects => "subjects-template",
        Register::Inspectors => "inspectors-template",
    };
    let names = Names {
        name: &name,
        kind,
        on: None,
    };
    Ok(whole(names, sort, bytes))
}

pub(super) async fn errors(State(web): State<WebState>, visit: Visit, id: Path<String>) -> Answer {
    let (_, import) = find(&web, &visit, id).await?;
    let staging = web.imports()?;
    let bytes = match staging.fetch_error_file(&visit.acting, &import).await? {
        ErrorReport::None => return Err(Stop::not_found()),
        ErrorReport::Ordered(job) => return Ok(see_other(&job::page_of(&job))),
        ErrorReport::File(bytes) => bytes,
    };
    let names = Names {
        name: &error_file_name(&import),
        kind: kind_of_errors(import.register),
        on: Some(Instant::from_unix_ms(import.stored.started_at_ms).date()),
    };
    Ok(whole(names, WORKBOOK, bytes))
}

/// What an error file is, in plain letters.
pub(in crate::screen) const fn kind_of_errors(register: Register) -> &'static str {
    match register {
        Register::Subjects => "subjects-errors",
        Register::Inspectors => "inspectors-errors",
    }
}
