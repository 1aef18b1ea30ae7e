//! Filling the checklist: one block or all blocks at a press, nothing typed is ever lost.
//!
//! What a press saves is all or nothing; what it does not save stays as a draft of the same account
//! and is filled in again when the page is opened.

use app::App;
use app::inspection::{Entered, VisitView};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::inspection::InspectionKind;
use domain::policy::Verb;
use domain::refusal::Code;
use store::session;

use super::block::Block;
use super::{all, find_for, page_of};
use crate::component::{Crumb, ErrorLine, ErrorSummary, Fragment, Head, HiddenFields, Link, Note};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::screen::draft;
use crate::text::Address;

static NOTHING_TO_SAVE: Code = Code::new(
    "INSP-043",
    "没有可以保存的改动。",
    None,
    "先给一项选结果；已经保存过、没有改动的不必再存。",
);

#[derive(Template)]
#[template(path = "screen/inspection/sheet.html")]
struct SheetForm<'a> {
    action: Address,
    draft_at: Address,
    draft_line: &'a str,
    hidden: HiddenFields,
    blocks: &'a [Block<'a>],
    back: Link,
}

fn address(view: &VisitView) -> Address {
    page_of(&view.stored.visit.id).child("sheet")
}

/// Only an open sheet can be filled; in any other state the page of the visit says why.
fn require_open(view: &VisitView) -> Result<(), Stop> {
    Ok(view
        .stored
        .visit
        .permit(domain::inspection::InspectionVerb::Record)?)
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionRecord, &id).await?;
    if view.stored.visit.kind() != InspectionKind::Opened {
        return Ok(see_other(&page_of(&view.stored.visit.id)));
    }
    let kept = draft::of(&web, &visit).await?;
    let typed = (!kept.typed.is_empty()).then_some(&kept.typed);
    let blocks = Block::all(&view, typed, visit.now.date());
    page(&web, &visit, &view, &blocks, kept.note, &kept.line).await
}

async fn page(
    web: &WebState,
    visit: &Visit,
    view: &VisitView,
    blocks: &[Block<'_>],
    note: Fragment,
    draft_line: &str,
) -> Answer {
    let stored = &view.stored;
    let back = Link::new("回到这次检查", page_of(&stored.visit.id));
    let form = SheetForm {
        action: address(view),
        draft_at: draft::kept_at(address(view).as_str()),
        draft_line,
        hidden: visit.hidden(web),
        blocks,
        back,
    };
    let open = blocks.iter().filter(|block| block.typed.is_blank()).count();
    let lines: Vec<ErrorLine> = blocks
        .iter()
        .flat_map(|block| {
            block.faults.iter().map(|fault| {
                let to = Address::fragment(&block.anchor());
                ErrorLine::new(Link::new(fault.sentence.as_str(), to), fault.code)
            })
        })
        .collect();
    let head = Head::new("检查表").with_line_beneath(format!(
        "{}　共 {} 项，还有 {open} 项没有填",
        stored.subject_name,
        blocks.len()
    ));
    let above = vec![
        Link::new("检查", all()),
        Link::new(stored.subject_code.as_str(), page_of(&stored.visit.id)),
    ];
    let mut page = web
        .page(visit, head)
        .await?
        .with_crumb(Crumb::new(above, "检查表"))
        .with(note);
    let wrong = !lines.is_empty();
    if wrong {
        page = page.with(ErrorSummary::new(lines)).with_errors_in_form();
    }
    let page = page.with(Fragment::of(&form));
    if wrong {
        return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    Ok(page.into_response())
}

pub(super) async fn save(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionRecord, &id).await?;
    let mut blocks = Block::all(&view, Some(&sent), visit.now.date());
    // A second press of the same form gets its first answer before anything is compared: after the
    // first press nothing would be left to save.
    let batch = chosen(&mut blocks, sent.first("only"), &view);
    if blocks.iter().any(|block| !block.faults.is_empty()) {
        let note = Note::standing(
            "这一次没有保存任何一项。",
            "改好标出的各项后再保存；填写的内容都在。",
        );
        return page(&web, &visit, &view, &blocks, note.into(), "").await;
    }
    let saved: Vec<String> = saved_keys(&blocks, sent.first("only"));
    let done = match rest_of(&blocks, &saved) {
        Some(_) => &feedback::RESULTS_SAVED_IN_PART,
        None => &feedback::RESULTS_SAVED,
    };
    let to = done.at(after(&view, &blocks, sent.first("only")));
    let (acting, visit_id) = (visit.acting.clone(), view.stored.visit.id.clone());
    let open = require_open(&view).err();
    let act = move |app: App| async move {
        if batch.is_empty() {
            return Err(NOTHING_TO_SAVE.refuse(&[]).into());
        }
        app.record_results(&acting, &visit_id, &batch).await
    };
    if let Some(stop) = open {
        keep_rest(&web, &visit, &blocks, &[]).await?;
        return Err(stop);
    }
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => {
            keep_rest(&web, &visit, &blocks, &saved).await?;
            Ok(see_other(&to))
        }
        Err(error) => {
            let flaws = Flaws::of(error)?;
            // What stands now, beside what was typed: a block that was saved meanwhile says so.
            let view = find_for(&web, &visit, Verb::InspectionRecord, &id).await?;
            let mut blocks = Block::all(&view, Some(&sent), visit.now.date());
            chosen(&mut blocks, sent.first("only"), &view);
            again(&web, &visit, &view, &blocks, flaws).await
        }
    }
}

async fn again(
    web: &WebState,
    visit: &Visit,
    view: &VisitView,
    blocks: &[Block<'_>],
    flaws: Flaws,
) -> Answer {
    let status = flaws.status();
    let mut response: Response = page(web, visit, view, blocks, flaws.note(), "").await?;
    *response.status_mut() = status;
    Ok(response)
}

/// The results of the blocks a press saves; faults stay with their blocks.
fn chosen(blocks: &mut [Block<'_>], only: &str, view: &VisitView) -> Vec<Entered> {
    let wanted = |block: &Block<'_>| match only {
        "" => block.is_changed() && !block.typed.verdict.is_empty(),
        key => block.key == key,
    };
    let mut results = Vec::new();
    for block in blocks.iter_mut() {
        if wanted(block) {
            results.extend(block.result(&view.items));
        }
    }
    results
}

fn saved_keys(blocks: &[Block<'_>], only: &str) -> Vec<String> {
    let saved = blocks.iter().filter(|block| match only {
        "" => !block.typed.verdict.is_empty(),
        key => block.key == key,
    });
    saved.map(|block| block.key.clone()).collect()
}

/// After one block the next one, so that a phone need not scroll through all of them.
fn after(view: &VisitView, blocks: &[Block<'_>], only: &str) -> Address {
    let sheet = address(view);
    let here = blocks.iter().position(|block| block.key == only);
    let next = here.and_then(|at| blocks.get(at + 1));
    let next = next.map(|block| format!("{sheet}#{}", block.anchor()));
    let to = next.and_then(|next| Address::returning(&next).ok());
    to.unwrap_or(sheet)
}

/// What was typed and not saved, as a draft keeps it; nothing if nothing is left.
fn rest_of(blocks: &[Block<'_>], saved: &[String]) -> Option<String> {
    let rest = blocks
        .iter()
        .filter(|block| block.is_changed() && !saved.contains(&block.key));
    let mut fields = form_urlencoded::Serializer::new(String::new());
    let mut any = false;
    for block in rest {
        any = true;
        fields.extend_pairs(block.typed.pairs(&block.key));
        let (name, value) = block.fingerprint();
        fields.append_pair(&name, &value);
    }
    any.then(|| fields.finish())
}

/// Keeps what was typed and not saved as the draft of this form.
async fn keep_rest(
    web: &WebState,
    visit: &Visit,
    blocks: &[Block<'_>],
    saved: &[String],
) -> Result<(), Stop> {
    let Some(fields) = rest_of(blocks, saved) else {
        return Ok(());
    };
    let mut scratch = web.app.db.scratch().await?;
    let mut inside = scratch.inside();
    let account = &visit.acting.account;
    let now = visit.now.unix_ms();
    session::keep_draft(&mut inside, account, &visit.guest.path, &fields, now).await?;
    scratch.commit().await?;
    Ok(())
}
