//! The rulebook in force: every parameter with its value, meaning and source.

use axum::extract::State;
use axum::response::IntoResponse;
use store::catalog;

use crate::component::{Cell, Column, EmptyState, Head, Row, Sheet, Table};
use crate::gate::{Answer, Visit, WebState};
use crate::screen::shared::value_of;

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let file = catalog::rulebook_file(&mut reader).await?;
    drop(reader);
    let columns = vec![
        Column::words("参数"),
        Column::words("取值").labelled(),
        Column::words("依据").labelled(),
    ];
    let rows = file.parameters.iter().map(|row| {
        Row::new(vec![
            Cell::new(row.label.as_str()).with_context(row.key.as_str()),
            Cell::new(value_of(row)),
            Cell::new(row.basis.as_str()),
        ])
    });
    let empty = EmptyState::nothing("还没有批准的细则。");
    let table = Table::new("实施细则参数", columns, rows.collect(), empty);
    let beneath = format!("版本 {}，{} 起施行", file.version, file.adopted_on);
    let head = Head::new(file.title.as_str()).with_line_beneath(beneath);
    Ok(web
        .page(&visit, head)
        .await?
        .with(Sheet::new("parameters", "参数", table))
        .into_response())
}
