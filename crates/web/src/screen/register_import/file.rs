//! Files given out: the two templates and the error file.

use app::staging::port::TemplateForm;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{find, register_of};
use crate::gate::{Answer, Stop, Visit, WebState};

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

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
    let (kind, ending) = match form {
        TemplateForm::Workbook => (WORKBOOK, "xlsx"),
        TemplateForm::Csv => (CSV, "csv"),
    };
    Ok(download(
        bytes,
        kind,
        &format!("{}导入模板.{ending}", register.label()),
    ))
}

pub(super) async fn errors(State(web): State<WebState>, visit: Visit, id: Path<String>) -> Answer {
    let (_, import) = find(&web, &visit, id).await?;
    let made = web.imports()?.error_file(&import).await?;
    let bytes = made.ok_or_else(Stop::not_found)?;
    Ok(download(
        bytes,
        WORKBOOK,
        &format!("{}-错误.xlsx", import.stored.file_name),
    ))
}

fn download(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"download\"; filename*=UTF-8''{encoded}");
    let value = HeaderValue::from_str(&disposition).expect("percent-encoded text is ASCII");
    headers.insert(CONTENT_DISPOSITION, value);
    response
}
