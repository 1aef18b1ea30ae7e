//! What waits for its publication, most urgent first; and what stands on the portal.

use app::inspection::publishing::standing;
use app::{RowOf, UnreadableRow};
use axum::extract::State;
use axum::response::IntoResponse;
use domain::calendar::WorkCalendar;
use domain::policy::Verb;
use domain::publication::Publication;
use store::inspection::{self, ListedPublication};
use store::{catalog, portal};

use super::{all, chip, done};
use crate::component::{
    Badge, Cell, Column, Count, EmptyState, Fragment, Head, Link, Note, Pager, Row, Sheet, Table,
    Tabs, Tone,
};
use crate::filter::CURSOR;
use crate::gate::{Answer, Visit, WebState};
use crate::paging::{Cursor, PAGE_ROWS, Page};
use crate::text::Address;

/// More than ever wait at once; sorted by term, so all of them are read.
const MOST: i64 = 1_000;
const VIEW: &str = "/w/published";

fn tabs(current: usize) -> Tabs {
    let links = vec![Link::new("待公示", all()), Link::new("已公示", done())];
    Tabs::new("公示", links, current)
}

pub(super) async fn waiting(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let reach = visit.acting.reach(Verb::OutcomePublish);
    let kept = portal::awaiting_publication(&mut reader, &reach, MOST).await?;
    let calendar = WorkCalendar::new(catalog::holidays(&mut reader).await?);
    let today = visit.now.date();
    let mut rows = Vec::with_capacity(kept.len());
    let mut late = 0_usize;
    for stored in &kept {
        let deadline = web
            .app
            .publication_deadline(&mut reader, &stored.visit)
            .await?;
        let Some(deadline) = deadline else { continue };
        let is_late = visit.now > deadline.ends_at();
        late += usize::from(is_late);
        let outcome = stored
            .visit
            .concluded()
            .map_or("", |done| done.outcome.label.as_str());
        let row = Row::new(vec![
            Cell::new(chip(&calendar, &deadline, today)),
            Cell::link(&stored.subject_name, all().child(stored.visit.id.as_str())).with_context(
                format!("{}　{}", stored.subject_code, stored.campaign_number),
            ),
            Cell::new(outcome),
            Cell::new(deadline.label()),
            Cell::new(Link::new("预览", all().child(stored.visit.id.as_str()))),
        ]);
        rows.push(if is_late { row.late() } else { row });
    }
    drop(reader);
    let columns = vec![
        Column::unbroken("剩余"),
        Column::words("检查对象"),
        Column::words("检查结果").labelled(),
        Column::unbroken("期限").labelled(),
        Column::unbroken("办理").in_corner(),
    ];
    let empty = EmptyState::nothing("没有到期应公示的结果。检查结果复核后出现在这里，按期限排列。");
    let count = Count::Exact(u64::try_from(rows.len()).unwrap_or_default());
    let sheet = Sheet::new(
        "waiting",
        "待公示",
        Table::new("待公示", columns, rows, empty),
    )
    .with_clause("未发现问题的也要公示")
    .with_foot(Pager::new(count, None, None));
    let mut page = web.page(&visit, Head::new("公示")).await?.with(tabs(0));
    if late > 0 {
        let lead = format!("{late} 条已超过公示期限。");
        page = page.with(Note::warning(lead, "仍可公示，公示页会标明超期。"));
    }
    Ok(page.with(sheet).into_response())
}

fn edge(visit: &Visit) -> Option<(i64, String)> {
    let place = form_urlencoded::parse(visit.query().as_bytes()).find(|(key, _)| key == CURSOR)?;
    let cursor = Cursor::decode(VIEW, &place.1).ok()?;
    let [at, id] = cursor.key.as_slice() else {
        return None;
    };
    Some((at.parse().ok()?, id.clone()))
}

pub(super) async fn published(State(web): State<WebState>, visit: Visit) -> Answer {
    let from = edge(&visit);
    let mut reader = web.app.db.read().await?;
    let before = from.as_ref().map(|(at, id)| (*at, id.as_str()));
    let most = i64::try_from(PAGE_ROWS + 1).expect("a small number");
    let kept = inspection::publications(&mut reader, before, most).await?;
    let total = inspection::publication_count(&mut reader).await?;
    drop(reader);
    let key = |one: &ListedPublication| vec![one.place.0.to_string(), one.place.1.clone()];
    let page = Page::of_read(None, kept, key);
    let next = page
        .next
        .as_ref()
        .map(|cursor| done().query([(CURSOR, cursor.encode(VIEW).as_str())]));
    let rows = page.rows.into_iter().map(|one| row(&visit, one));
    let rows = rows.collect::<Vec<_>>();
    let columns = vec![
        Column::words("检查对象"),
        Column::words("检查结果").labelled(),
        Column::unbroken("公示日期").labelled(),
        Column::unbroken("办理").in_corner(),
    ];
    let empty = EmptyState::nothing("还没有公示过检查结果。");
    let count = Count::Exact(u64::try_from(total).unwrap_or_default());
    let sheet = Sheet::new(
        "published",
        "已公示",
        Table::new("已公示", columns, rows, empty),
    )
    .with_foot(Pager::new(count, from.map(|_| done()), next));
    Ok(web
        .page(&visit, Head::new("公示"))
        .await?
        .with(tabs(1))
        .with(sheet)
        .into_response())
}

fn row(visit: &Visit, listed: ListedPublication) -> Row {
    let (at_ms, key) = listed.place;
    let read = listed.publication.and_then(|stored| standing(&stored));
    let read = read.map_err(|error| {
        UnreadableRow::new(RowOf::Publications, key.clone(), at_ms, &error.into())
    });
    let to = Address::fixed("/r").child(&key);
    match read {
        Err(unreadable) => Row::new(vec![
            Cell::new(format!("记录读不出：{key}")),
            Cell::new(unreadable.refusal().sentence).with_context(unreadable.refusal().code),
            Cell::new(""),
            Cell::new(Badge::new(Tone::Bad, "读不出")),
        ]),
        Ok(Publication::Published(outcome)) => {
            let act = if visit.acting.offers(Verb::OutcomeWithdraw) {
                Link::new("撤下", done().child(&key).child("withdraw")).into()
            } else {
                Fragment::default()
            };
            let on = Cell::new(outcome.published_at.date().to_string());
            let on = if outcome.is_late() {
                on.with_context("超期公示")
            } else {
                on
            };
            let name = Cell::link(&outcome.subject_name, to);
            let name = match &outcome.subject_code {
                Some(code) => name.with_context(code),
                None => name,
            };
            Row::new(vec![
                name,
                Cell::new(outcome.outcome.as_str()),
                on,
                Cell::new(act),
            ])
        }
        Ok(Publication::Withdrawn(tombstone)) => Row::new(vec![
            Cell::link("已撤下的公示", to).with_context(&tombstone.reason),
            Cell::new(Badge::new(Tone::Plain, "已撤下")),
            Cell::new(tombstone.withdrawn_at.date().to_string()),
            Cell::new(""),
        ]),
    }
}
