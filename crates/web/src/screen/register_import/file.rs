//! Files given out: the two templates and the error file.

use app::import::Register;
use app::staging::port::TemplateForm;
use axum::extract::{Path, State};
use domain::time::Instant;

use super::{find, register_of};
use crate::gate::{Answer, Stop, Visit, WebState};
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
    let made = staging.fetch_error_file(&visit.acting, &import).await?;
    let bytes = made.ok_or_else(Stop::not_found)?;
    let kind = match import.register {
        Register::Subjects => "subjects-errors",
        Register::Inspectors => "inspectors-errors",
    };
    let names = Names {
        name: &format!("{}-错误.xlsx", import.stored.file_name),
        kind,
        on: Some(Instant::from_unix_ms(import.stored.started_at_ms).date()),
    };
    Ok(whole(names, WORKBOOK, bytes))
}
