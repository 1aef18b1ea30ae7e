//! Search over what is public: campaigns by title or number, publications by firm.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Serialize;
use store::portal::{self, publications_found};

use super::campaigns::{self, Line, public_only, shown};
use super::results::{Shown, shown_all, table};
use super::{data, shell, wants_data};
use crate::component::{EmptyState, Fragment, Head, Note, Refusal, Sheet};
use crate::form::flaw_of_line;
use crate::gate::{Answer, Guest, WebState};
use crate::layout::PortalPage;

/// Hits shown per kind.
const SHOWN: i64 = 50;

#[derive(Serialize)]
struct Found {
    query: String,
    campaigns: Vec<Line>,
    results: Vec<Shown>,
}

pub(super) async fn show(State(web): State<WebState>, guest: Guest) -> Answer {
    let typed = form_urlencoded::parse(guest.query.as_bytes()).find(|(key, _)| key == "q");
    let query: String = domain::text::narrow(typed.as_ref().map_or("", |(_, text)| text))
        .chars()
        .take(60)
        .collect();
    let flaw = flaw_of_line(&query);
    let long_enough = flaw.is_none() && query.chars().count() >= 2;
    let mut found = Found {
        query,
        campaigns: Vec::new(),
        results: Vec::new(),
    };
    if long_enough {
        let mut reader = web.app.db.read().await?;
        let mut filter = public_only();
        filter.text = Some(found.query.clone());
        let stored = portal::campaigns(&mut reader, &filter, None, SHOWN).await?;
        found.campaigns = shown(&mut reader, stored, web.app.clock.now().date()).await?;
        let stored = publications_found(&mut reader, &found.query, SHOWN).await?;
        found.results = shown_all(&mut reader, stored).await?;
    }
    if wants_data(&guest) {
        return data(&found);
    }
    let page = PortalPage::new(shell(&web, &guest, &found.query).await?, Head::new("查询"));
    if let Some(flaw) = flaw {
        let refusal = Refusal::new(flaw.code, flaw.sentence, flaw.remedy);
        let page = page.with(Fragment::from(refusal));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if !long_enough {
        let note = Note::standing(
            "请输入两个字以上。",
            "企业名称、统一社会信用代码、任务号都可以。",
        );
        return Ok(page.with(note).into_response());
    }
    if found.campaigns.is_empty() && found.results.is_empty() {
        let words = format!("没有找到“{}”。可少写几个字，或用信用代码查。", found.query);
        return Ok(page.with(EmptyState::nothing(words)).into_response());
    }
    let results = Sheet::new(
        "found-results",
        "检查结果",
        table(&found.results, EmptyState::nothing("没有符合的检查结果。")),
    )
    .with_clause(format!("{} 条", found.results.len()));
    let campaigns = Sheet::new(
        "found-campaigns",
        "抽查任务",
        campaigns::table(
            &found.campaigns,
            EmptyState::nothing("没有符合的抽查任务。"),
        ),
    )
    .with_clause(format!("{} 条", found.campaigns.len()));
    Ok(page.with(results).with(campaigns).into_response())
}
