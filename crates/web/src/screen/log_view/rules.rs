//! The rulebook in force: every parameter with its value, meaning and source, and which of them the
//! version does not state, or states beyond what this program knows.

use axum::extract::State;
use axum::response::IntoResponse;
use store::catalog;

use crate::component::{EmptyState, Head, Sheet};
use crate::gate::{Answer, Visit, WebState};
use crate::screen::shared::parameter_table;

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let file = catalog::rulebook_file(&mut reader).await?;
    drop(reader);
    let empty = EmptyState::nothing("还没有批准的细则。");
    let table = parameter_table(&file.readings(), empty);
    let beneath = format!("版本 {}，{} 起施行", file.version, file.adopted_on);
    let head = Head::new(file.title.as_str()).with_line_beneath(beneath);
    Ok(web
        .page(&visit, head)
        .await?
        .with(Sheet::new("parameters", "参数", table))
        .into_response())
}
