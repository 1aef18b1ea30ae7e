//! Where a pressed form came to, asked by its key: for whom the answer to the press did not reach.

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;

use crate::component::{Head, Note};
use crate::form::IdempotencyKey;
use crate::gate::{Answer, Stop, Visit, WebState, answer, see_other};
use crate::route::{Route, Who};

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get(
        "/w/submissions/{key}",
        Who::SignedIn,
        "一次提交的结果",
        show,
    )]
}

async fn show(State(web): State<WebState>, visit: Visit, Path(key): Path<String>) -> Answer {
    let key = IdempotencyKey::parse(&key).ok_or_else(Stop::not_found)?;
    if let Some(first) = answer(&web, &visit, key.as_str()).await? {
        return Ok(see_other(&first));
    }
    let note = Note::warning(
        "没有这次提交的记录：到此刻没有办成。",
        "回到原来的页面，把同一张表单原样再提交一次；不会办两次。",
    );
    let page = web.page(&visit, Head::new("一次提交的结果")).await?;
    Ok(page.with(note).into_response())
}
