//! What is approved and waits for its publication, most urgent first; and what stands on the portal.

use app::inspection::publishing::standing;
use app::{App, RowOf, UnreadableRow};
use axum::extract::State;
use axum::response::IntoResponse;
use domain::calendar::WorkCalendar;
use domain::policy::Verb;
use domain::publication::Publication;
use store::catalog;
use store::inspection::{self, ListedPublication};

use super::chosen::{AT_ONCE, answered, ticks};
use super::{all, approvals, chip, done};
use crate::component::{
    Badge, Cell, Column, Count, EmptyState, Form, Fragment, Head, Link, Note, Pager, Row, Sheet,
    Table, Tabs, Tone,
};
use crate::filter::CURSOR;
use crate::gate::{Answer, Pressed, Stop, Visit, WebState, feedback, once};
use crate::layout::WorkbenchPage;
use crate::paging::{Cursor, PAGE_ROWS, Page};
use crate::screen::inspection::page_of;
use crate::screen::shared::listed::{LeftOver, chosen, over};
use crate::text::Address;

const VIEW: &str = "/w/published";

/// The lists this account may see, of which it sees the one at `place`.
pub(super) fn tabs(visit: &Visit, place: usize) -> Tabs {
    let (approves, publishes) = (Verb::OutcomeApprove, Verb::OutcomePublish);
    let lists = [
        (approves, "待批准公示", approvals()),
        (publishes, "待公示", all()),
        (publishes, "已公示", done()),
    ];
    let offered = |verb: Verb| visit.acting.offers(verb);
    let before = lists.iter().take(place);
    let current = before.filter(|(verb, ..)| offered(*verb)).count();
    let links = lists.into_iter().filter(|(verb, ..)| offered(*verb));
    let links = links.map(|(_, words, to)| Link::new(words, to));
    Tabs::new("公示", links.collect(), current)
}

pub(super) async fn waiting(State(web): State<WebState>, visit: Visit) -> Answer {
    Ok(page(&web, &visit).await?.into_response())
}

async fn page(web: &WebState, visit: &Visit) -> Result<WorkbenchPage, Stop> {
    let kept = web
        .app
        .awaiting(&visit.acting, Verb::OutcomePublish, AT_ONCE);
    let kept = kept.await?;
    let mut reader = web.app.db.read().await?;
    let calendar = WorkCalendar::new(catalog::holidays(&mut reader).await?);
    let today = visit.now.date();
    let mut rows = Vec::with_capacity(kept.len());
    let mut late = 0_usize;
    for preview in &kept {
        let (stored, deadline) = (&preview.stored, &preview.deadline);
        let is_late = visit.now > deadline.ends_at();
        late += usize::from(is_late);
        let outcome = stored
            .visit
            .concluded()
            .map_or("", |done| done.outcome.label.as_str());
        let row = Row::new(vec![
            Cell::new(chip(&calendar, deadline, today)),
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
    let sheet = sheet(rows);
    let mut page = web
        .page(visit, Head::new("公示"))
        .await?
        .with(tabs(visit, 1));
    if late > 0 {
        let lead = format!("{late} 条已超过公示期限。");
        page = page.with(Note::warning(lead, "仍可公示，公示页会标明超期。"));
    }
    let page = page.with(sheet);
    if kept.is_empty() {
        return Ok(page);
    }
    let help = "内容都已批准；公示之后任何人都可以查到，不能修改。暂不公示的，去掉勾选";
    let shown: Vec<_> = kept.iter().collect();
    let form = Form::new(all(), visit.hidden(web), "公示所选的结果")
        .with_group("", vec![ticks("一次公示", help, &shown)]);
    Ok(page.with(form))
}

fn sheet(rows: Vec<Row>) -> Sheet {
    let columns = vec![
        Column::unbroken("剩余"),
        Column::words("检查对象"),
        Column::words("检查结果").labelled(),
        Column::unbroken("期限").labelled(),
        Column::unbroken("办理").in_corner(),
    ];
    let empty =
        EmptyState::nothing("没有等待公示的结果。分管领导批准公示之后出现在这里，按期限排列。");
    let count = Count::Exact(u64::try_from(rows.len()).unwrap_or_default());
    Sheet::new(
        "waiting",
        "待公示",
        Table::new("待公示", columns, rows, empty),
    )
    .with_clause("未发现问题的也要公示")
    .with_foot(Pager::new(count, None, None))
}

pub(super) async fn publish_list(
    State(web): State<WebState>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (acting, list, left) = (visit.acting.clone(), chosen(&sent), LeftOver::default());
    let (asked, slot) = (list.len(), left.clone());
    let to = feedback::OUTCOMES_PUBLISHED.at(all());
    let act = move |app: App| async move {
        let left = app.publish_outcomes(&acting, &list).await?;
        slot.put(left);
        Ok(())
    };
    let done = once(&web, &visit, &sent, to, act).await?;
    let over = over(done, asked, &left)?;
    answered(&web, over, page(&web, &visit).await?).await
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
        .with(tabs(&visit, 2))
        .with(sheet)
        .into_response())
}

fn row(visit: &Visit, listed: ListedPublication) -> Row {
    let (at_ms, key) = listed.place;
    let visit_page = listed.publication.as_ref().ok();
    let visit_page = visit_page.map(|stored| page_of(&stored.inspection));
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
            Cell::new(match visit_page {
                Some(page) => Link::new("看这一户检查", page).into(),
                None => Fragment::default(),
            }),
        ]),
    }
}
