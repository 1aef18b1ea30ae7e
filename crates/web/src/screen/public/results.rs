//! What was found: published outcomes, one firm at a time, and the tombstones of withdrawn ones.

use app::inspection::publishing::standing;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use domain::id::PublicationId;
use domain::publication::{PublicOutcome, Publication, Tombstone};
use serde::Serialize;
use store::inspection::{self, ListedPublication};
use store::portal::{as_published, publications_of_code, sequence_of};
use store::{Reader, StoreError, catalog};

use super::unshown::Unshown;
use super::{answer, bare, contradicted, data, printed, shell, twin, wants_data};
use crate::component::{
    Badge, Cell, Column, Count, EmptyState, Facts, Fragment, Head, Link, Note, Pager, Row, Sheet,
    Table, Tone,
};
use crate::filter::CURSOR;
use crate::gate::{Answer, Guest, Stop, WebState, explained};
use crate::layout::{PortalPage, PortalShell};
use crate::paging::{Cursor, PAGE_ROWS, Page};
use crate::text::Address;

const VIEW: &str = "public/results";

/// A publication that stands, or what stays of a withdrawn one.
#[derive(Debug, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub(super) enum Shown {
    /// It stands.
    Published(Box<PublicOutcome>),
    /// It was taken down.
    Withdrawn(Tombstone),
    /// It cannot be shown.
    Unshown(Unshown),
}

/// Publications as they are shown: each by what it says, if that is what was logged.
pub(super) async fn shown_all(
    reader: &mut Reader,
    listed: Vec<ListedPublication>,
) -> Result<Vec<Shown>, StoreError> {
    let readable = listed
        .iter()
        .filter_map(|one| one.publication.as_ref().ok());
    let readable: Vec<_> = readable.cloned().collect();
    let mut logged = as_published(reader, &readable).await?.into_iter();
    let shown = listed.into_iter().map(|one| {
        let (_, key) = one.place;
        let read = one.publication.and_then(|stored| {
            // As many as can be read, in the same order.
            logged.next().unwrap_or(Ok(()))?;
            standing(&stored)
        });
        match read {
            Ok(publication) => shown(publication),
            Err(error) => Shown::Unshown(Unshown::new(key, &error)),
        }
    });
    Ok(shown.collect())
}

fn shown(publication: Publication) -> Shown {
    match publication {
        Publication::Published(outcome) => Shown::Published(Box::new(outcome)),
        Publication::Withdrawn(tombstone) => Shown::Withdrawn(tombstone),
    }
}

fn outcome_badge(outcome: &PublicOutcome) -> Badge {
    let tone = match (outcome.outcome_code.as_str(), outcome.failed) {
        ("R1", _) => Tone::Sound,
        ("R6" | "R8", _) => Tone::Bad,
        (_, 0) => Tone::Plain,
        _ => Tone::Warning,
    };
    Badge::new(tone, &outcome.outcome)
}

/// Publications with their details.
pub(super) fn table(results: &[Shown], empty: EmptyState) -> Table {
    let columns = vec![
        Column::words("企业"),
        Column::words("结果"),
        Column::unbroken("检查日期").labelled(),
        Column::unbroken("公示日期").in_corner(),
    ];
    let rows = results.iter().map(|one| match one {
        Shown::Published(outcome) => Row::new(vec![
            name(outcome),
            Cell::new(outcome_badge(outcome)),
            Cell::new(outcome.inspected_on.to_string()),
            Cell::new(outcome.published_at.date().to_string()),
        ]),
        Shown::Withdrawn(tombstone) => withdrawn(tombstone, 4),
        Shown::Unshown(unshown) => unshown.row(4),
    });
    Table::new("检查结果", columns, rows.collect(), empty)
}

/// No publication yet, and within how many working days one appears.
pub(super) fn nothing_yet(term: u32) -> EmptyState {
    EmptyState::nothing(format!(
        "还没有公示的检查结果。检查形成结论后 {term} 个工作日内，经第二人审核在此公示。"
    ))
}

/// No publication of one firm stands: whether there never was one, or what there was has been taken down, is not said.
fn none_of_this_firm(term: u32) -> EmptyState {
    EmptyState::nothing(format!(
        "这家企业现在没有公示的检查结果；已撤下的不列在这里。检查形成结论后 {term} 个工作日内，经第二人审核在此公示。"
    ))
}

/// The same in three columns, for the first page.
pub(super) fn latest_table(results: &[Shown], term: u32) -> Table {
    let columns = vec![
        Column::words("企业"),
        Column::words("结果"),
        Column::unbroken("公示日期").in_corner(),
    ];
    let rows = results.iter().map(|one| match one {
        Shown::Published(outcome) => Row::new(vec![
            name(outcome),
            Cell::new(outcome_badge(outcome)),
            Cell::new(outcome.published_at.date().to_string()),
        ]),
        Shown::Withdrawn(tombstone) => withdrawn(tombstone, 3),
        Shown::Unshown(unshown) => unshown.row(3),
    });
    Table::new("最近公示", columns, rows.collect(), nothing_yet(term))
}

fn name(outcome: &PublicOutcome) -> Cell {
    let to = Address::fixed("/r").child(outcome.id.as_str());
    Cell::link(&outcome.subject_name, to).with_context(outcome.items.join("；"))
}

fn withdrawn(tombstone: &Tombstone, columns: usize) -> Row {
    let mut cells = vec![
        Cell::new("已撤下的公示").with_context(&tombstone.reason),
        Cell::new(Badge::new(Tone::Plain, "已撤下")),
    ];
    while cells.len() + 1 < columns {
        cells.push(Cell::new(""));
    }
    cells.push(Cell::new(tombstone.withdrawn_at.date().to_string()));
    Row::new(cells)
}

#[derive(Serialize)]
struct Results {
    total: i64,
    results: Vec<Shown>,
    next: Option<String>,
    #[serde(skip)]
    later: bool,
    #[serde(skip)]
    term: u32,
}

pub(super) async fn list(State(web): State<WebState>, guest: Guest) -> Answer {
    let place = form_urlencoded::parse(guest.query.as_bytes()).find(|(key, _)| key == CURSOR);
    let key = place
        .and_then(|(_, text)| Cursor::decode(VIEW, &text).ok())
        .and_then(|cursor| {
            let [at, id] = cursor.key.as_slice() else {
                return None;
            };
            Some((at.parse::<i64>().ok()?, id.clone()))
        });
    let mut reader = web.app.db.read().await?;
    let before = key.as_ref().map(|(at, id)| (*at, id.as_str()));
    let limit = i64::try_from(PAGE_ROWS + 1).unwrap_or(i64::MAX);
    let stored = inspection::publications(&mut reader, before, limit).await?;
    let total = inspection::publication_count(&mut reader).await?;
    let term = catalog::rulebook(&mut reader).await?.publication_days;
    let page = Page::of_read(None, stored, |one| {
        vec![one.place.0.to_string(), one.place.1.clone()]
    });
    let shown = shown_all(&mut reader, page.rows).await?;
    drop(reader);
    let next = page.next.as_ref().map(|cursor| cursor.encode(VIEW));
    let results = Results {
        total,
        results: shown,
        next,
        later: key.is_some(),
        term,
    };
    answer(&web, &guest, results, list_page).await
}

fn list_page(shell: PortalShell, results: &Results) -> PortalPage {
    let here = Address::fixed("/results");
    let next = results
        .next
        .as_deref()
        .map(|cursor| here.clone().query([(CURSOR, cursor)]));
    let count = Count::Exact(u64::try_from(results.total).unwrap_or_default());
    let sheet = Sheet::new(
        "results",
        "公示的检查结果",
        table(&results.results, nothing_yet(results.term)),
    )
    .with_clause("未发现问题的也公示")
    .with_link(twin("/results"))
    .with_foot(Pager::new(count, results.later.then_some(here), next));
    PortalPage::new(shell, Head::new("检查结果")).with(sheet)
}

pub(super) async fn one(
    State(web): State<WebState>,
    guest: Guest,
    Path(id): Path<String>,
) -> Answer {
    let id = PublicationId::parse(bare(&id)).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let stored = inspection::published(&mut reader, &id).await?;
    let logged = as_published(&mut reader, std::slice::from_ref(&stored)).await?;
    logged.into_iter().collect::<Result<(), _>>()?;
    let sequence = sequence_of(&mut reader, &stored.seen).await?;
    drop(reader);
    match standing(&stored).map_err(contradicted)? {
        Publication::Published(outcome) => {
            let content = OneResult {
                outcome,
                entry: sequence,
            };
            answer(&web, &guest, content, result_page).await
        }
        Publication::Withdrawn(tombstone) if wants_data(&guest) => {
            let mut response = data(&tombstone)?;
            *response.status_mut() = StatusCode::GONE;
            Ok(response)
        }
        Publication::Withdrawn(tombstone) => {
            let page = gone_page(shell(&web, &guest, "").await?, &tombstone, sequence);
            Ok(explained((StatusCode::GONE, page).into_response()))
        }
    }
}

/// What stays of a publication that was taken down, and where the log says so.
fn gone_page(shell: PortalShell, tombstone: &Tombstone, entry: u64) -> PortalPage {
    let at = printed(tombstone.withdrawn_at.unix_ms());
    let log = Address::fixed("/log").child(&entry.to_string());
    let note = Note::standing(tombstone.reason.clone(), format!("{at} 撤下。").as_str())
        .with_link(Link::new(format!("看留痕第 {entry} 条"), log));
    PortalPage::new(shell, Head::new("已撤下")).with(note)
}

#[derive(Serialize)]
struct OneResult {
    #[serde(flatten)]
    outcome: PublicOutcome,
    entry: u64,
}

fn result_page(shell: PortalShell, one: &OneResult) -> PortalPage {
    let outcome = &one.outcome;
    let head = Head::new(&outcome.subject_name)
        .with_badge(outcome_badge(outcome))
        .with_line_beneath(outcome.subject_code.clone().unwrap_or_default());
    let campaign = match &outcome.campaign {
        Some(number) => Link::new(
            number.as_str(),
            Address::fixed("/draw").child(number.as_str()),
        )
        .into(),
        None => Fragment::text("未经抽取"),
    };
    let mut facts = Facts::default()
        .with("检查主体", outcome.authority.as_str())
        .with("检查事项", outcome.items.join("；"))
        .with("来源", outcome.source.as_str())
        .with("抽查任务", campaign)
        .with("检查日期", outcome.inspected_on.to_string())
        .with("检查结果", outcome.outcome.as_str())
        .with(
            "检查内容",
            format!("检查 {} 项，不合格 {} 项", outcome.examined, outcome.failed),
        )
        .with("公示时间", printed(outcome.published_at.unix_ms()))
        .with(
            "留痕",
            Link::new(
                format!("第 {} 条", one.entry),
                Address::fixed("/log").child(&one.entry.to_string()),
            ),
        );
    if let Some(code) = &outcome.subject_code {
        let all = Link::new("这家企业的全部公示", Address::fixed("/entity").child(code));
        facts = facts.with("更多", all);
    }
    let mut page = PortalPage::new(shell, head);
    if outcome.is_late() {
        let words = format!("应于 {} 前公示。", outcome.due_on);
        page = page.with(Note::warning("这条公示超过了期限。", words.as_str()));
    }
    let sheet = Sheet::new("result", "检查结果", facts).padded();
    page.with(sheet.with_link(twin(&format!("/r/{}", outcome.id))))
}

#[derive(Serialize)]
struct Entity {
    code: String,
    name: Option<String>,
    results: Vec<Shown>,
    #[serde(skip)]
    term: u32,
}

pub(super) async fn entity(
    State(web): State<WebState>,
    guest: Guest,
    Path(code): Path<String>,
) -> Answer {
    let code = domain::text::narrow(bare(&code)).to_ascii_uppercase();
    let mut reader = web.app.db.read().await?;
    let stored = publications_of_code(&mut reader, &code).await?;
    let results = shown_all(&mut reader, stored).await?;
    let term = catalog::rulebook(&mut reader).await?.publication_days;
    drop(reader);
    let name = results.iter().find_map(|one| match one {
        Shown::Published(outcome) => Some(outcome.subject_name.clone()),
        Shown::Withdrawn(_) | Shown::Unshown(_) => None,
    });
    // A firm nobody has published anything about looks the same whether it is in the register or not.
    answer(
        &web,
        &guest,
        Entity {
            code,
            name,
            results,
            term,
        },
        entity_page,
    )
    .await
}

fn entity_page(shell: PortalShell, entity: &Entity) -> PortalPage {
    let title = entity
        .name
        .clone()
        .unwrap_or_else(|| "现在没有公示的检查结果".to_owned());
    let head = Head::new(title).with_line_beneath(&entity.code);
    let sheet = Sheet::new(
        "visits",
        "检查与结果",
        table(&entity.results, none_of_this_firm(entity.term)),
    )
    .with_clause(format!(
        "现在公示的 {} 次；已撤下的不列",
        entity.results.len()
    ))
    .with_link(twin(&format!("/entity/{}", entity.code)));
    PortalPage::new(shell, head).with(sheet)
}
