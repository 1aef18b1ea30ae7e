//! A paper in words, wherever it is told of.

use app::paper::ShownPaper;
use app::{Acting, AppError};
use domain::event::Event;
use domain::id::PaperId;
use domain::paper::PaperState;
use domain::time::{Date, Instant};
use store::StoreError;

use super::page_of;
use crate::component::{Cell, Column, EmptyState, Link, Note, Row, Sheet, Table, Tone};
use crate::gate::{Stop, WebState};
use crate::screen::shared::moment;

/// What has become of a paper whose content moved on.
pub(super) const LAPSED: &str = "代录之后所签批的内容已有变化，或已另行办理，这份代录不能再核对。现在的内容还要批准的，重新签批、重新代录。";

fn day(date: Date) -> String {
    format!("{} 年 {}", date.year(), date.in_sentence())
}

/// Where it stands, with its tone.
pub(super) fn standing(shown: &ShownPaper) -> (Tone, &'static str) {
    match shown.stored.paper.state {
        PaperState::Waiting if shown.has_lapsed => (Tone::Bad, "已失效"),
        state @ PaperState::Waiting => (Tone::Active, state.label()),
        state @ PaperState::Confirmed => (Tone::Sound, state.label()),
        state @ PaperState::TurnedDown => (Tone::Bad, state.label()),
        state @ PaperState::Dropped => (Tone::Plain, state.label()),
    }
}

/// The whole of it in one line.
pub(in crate::screen) fn line(shown: &ShownPaper) -> String {
    let paper = &shown.stored.paper;
    let then = match paper.state {
        PaperState::Waiting if shown.has_lapsed => "已失效".to_owned(),
        PaperState::Waiting => "等待核对".to_owned(),
        PaperState::Confirmed => format!("{}核对", shown.decided_by),
        PaperState::TurnedDown => format!("{}退回", shown.decided_by),
        PaperState::Dropped => format!("{}撤回", shown.decided_by),
    };
    format!(
        "{}线下签批，{}，编号{}，{}代录、{then}",
        shown.signatory,
        day(paper.dated),
        paper.number,
        shown.entered_by,
    )
}

/// The paper on which something was judged, in one line; none if it was judged on the screen.
pub(in crate::screen) fn judged_on(papers: &[ShownPaper]) -> Option<String> {
    let mut counted = papers
        .iter()
        .filter(|shown| shown.stored.paper.state == PaperState::Confirmed);
    counted.next_back().map(line)
}

/// That a paper waits for somebody to compare it, and what an approval or a recall does to it; nothing if none waits.
pub(in crate::screen) fn waits(papers: &[ShownPaper]) -> Option<Note> {
    let waiting = papers.iter().rfind(|shown| shown.waits())?;
    let note = Note::standing(
        "有一份线下签批等待核对，批准或撤回后失效。",
        format!("{}。", line(waiting)).as_str(),
    );
    Some(note.with_link(Link::new("看这份签批", page_of(&waiting.stored.paper.id))))
}

/// The paper an event tells of, in one line.
pub(in crate::screen) async fn of_event(
    web: &WebState,
    acting: &Acting,
    event: &Event,
) -> Result<Option<String>, Stop> {
    let named = event.facts.get("paper");
    let Some(id) = named.and_then(|id| PaperId::parse(id).ok()) else {
        return Ok(None);
    };
    match web.app.paper(acting, &id).await {
        Ok(shown) => Ok(Some(line(&shown))),
        // The log stands without its rows.
        Err(AppError::Store(StoreError::NotFound { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The papers on which something was or is to be judged; nothing without any.
pub(in crate::screen) fn sheet(papers: &[ShownPaper], now: Instant) -> Option<Sheet> {
    if papers.is_empty() {
        return None;
    }
    let rows = papers.iter().map(|shown| {
        let paper = &shown.stored.paper;
        let (_, standing) = standing(shown);
        let entered = moment(paper.entered_at, now);
        Row::new(vec![
            Cell::link(paper.number.as_str(), page_of(&paper.id)).with_context(format!(
                "{}，{}签",
                day(paper.dated),
                shown.signatory
            )),
            Cell::new(shown.entered_by.as_str()).with_context(entered),
            Cell::new(standing).with_context(shown.decided_by.as_str()),
        ])
    });
    let columns = vec![
        Column::words("文号或编号"),
        Column::words("代录").labelled(),
        Column::unbroken("现在").in_corner(),
    ];
    let empty = EmptyState::nothing("没有线下签批。");
    let table = Table::new("线下签批", columns, rows.collect(), empty);
    let clause = "纸上签批的，由一个账号代录、另一个账号核对之后才算；代录和核对的人不作决定。";
    Some(Sheet::new("papers", "线下签批", table).with_clause(clause))
}
