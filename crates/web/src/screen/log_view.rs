//! The log as people read it: entries newest first, one entry with its proof, the rulebook in force.
//!
//! That an entry stands in the log is public; what it says beyond its type is shown as far as the
//! reader may see it. Deliberately absent: tiles and checkpoints for mirrors (the public log).

mod entry;
mod rules;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::policy::Verb;
use store::Reader;
use store::log::{self, TraceLine, TraceOf};

use super::shared::{Listing, Seen, before, lines_of, missing_entries, moment};
use crate::component::{
    Badge, Cell, Column, EmptyState, FilterBar, Fragment, Head, Note, Pager, Row, Table, Tone,
};
use crate::filter::{FilterField, Shape};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::route::{Route, Who};
use crate::text::{Address, Digest};

const FIELDS: &[FilterField] = &[
    FilterField {
        name: "account",
        label: "账号",
        shape: Shape::Words,
    },
    FilterField {
        name: "subject",
        label: "检查对象",
        shape: Shape::Words,
    },
    FilterField {
        name: "campaign",
        label: "抽查任务",
        shape: Shape::Words,
    },
    FilterField {
        name: "inspection",
        label: "检查",
        shape: Shape::Words,
    },
    FilterField {
        name: "item",
        label: "抽查事项",
        shape: Shape::Words,
    },
];
const ROWS: usize = 50;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Who::Needs(Verb::LogRead);
    vec![
        Route::get("/w/log", read, "留痕日志", show),
        Route::get("/w/log/{number}", read, "留痕一条", entry::show),
        Route::get(
            "/w/log/{number}/receipt.txt",
            read,
            "留痕证明（c2sp tlog-proof）",
            entry::receipt,
        ),
        Route::get(
            "/w/log/{number}/entry.txt",
            read,
            "留痕一条的原文",
            entry::text,
        ),
        Route::get(
            "/w/rules",
            Who::Needs(Verb::RulebookRead),
            "实施细则参数",
            rules::show,
        ),
    ]
}

/// Which part of the log the conditions name; one condition at a time, the first counts.
async fn part(web: &WebState, listing: &Listing) -> Result<TraceOf, Stop> {
    let Some(held) = listing.filter.conditions().next() else {
        return Ok(TraceOf::All);
    };
    let typed = listing.filter.typed(held.name()).to_owned();
    Ok(match held.name() {
        "account" => TraceOf::Account(account_key(web, typed).await?),
        "campaign" => TraceOf::Linked("campaign", campaign_key(web, typed).await?),
        name => TraceOf::Linked(name, typed),
    })
}

/// People name accounts by sign-in name and campaigns by number; links carry keys.
async fn account_key(web: &WebState, typed: String) -> Result<String, Stop> {
    let mut reader = web.app.db.read().await?;
    let found = store::account::by_login(&mut reader, &typed).await?;
    Ok(found.map_or(typed, |found| found.account.id.into()))
}

async fn campaign_key(web: &WebState, typed: String) -> Result<String, Stop> {
    let Ok(number) = domain::id::CampaignNo::parse(&typed) else {
        return Ok(typed);
    };
    let mut reader = web.app.db.read().await?;
    match store::campaign::by_number(&mut reader, &number).await {
        Ok(found) => Ok(found.campaign.id.into()),
        Err(store::StoreError::NotFound { .. }) => Ok(typed),
        Err(other) => Err(other.into()),
    }
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let (before, rest) = before(&visit)?;
    let listing = Listing::read("/w/log", FIELDS, &[], &rest)?;
    let of = match listing.filter.is_sound() {
        true => Some(part(&web, &listing).await?),
        false => None,
    };
    let mut reader = web.app.db.read().await?;
    let most = i64::try_from(ROWS + 1).expect("a small number");
    let bounds = (most, listing.cap());
    let (mut lines, counted) = match &of {
        Some(of) => lines_of(&mut reader, &visit, of, before, bounds).await?,
        None => (Vec::new(), 0),
    };
    let goes_on = lines.len() > ROWS;
    lines.truncate(ROWS);
    let missing = match of {
        Some(TraceOf::All) => missing(&mut reader, &lines, before, goes_on).await?,
        _ => Vec::new(),
    };
    let seen = Seen::all(&mut reader, &visit, &lines).await?;
    drop(reader);
    let last = lines.last().map(|line| line.sequence).filter(|_| goes_on);
    let to = |place: String| {
        listing
            .filter
            .address_from(&Address::fixed("/w/log"), Some(&place))
    };
    let first = before.map(|_| listing.address());
    let pager = Pager::new(
        listing.count(counted),
        first,
        last.map(|last| to(last.to_string())),
    );
    let hidden = seen.iter().filter(|line| line.event.is_none()).count();
    let note = match hidden {
        0 => Fragment::default(),
        _ => Note::standing(
            "“何人”一栏为“—”的，本岗位只能看到时间、种类和证明。",
            "何人办了什么，由办理单位有权的岗位和监督岗位查看；是哪一户的检查还对本人封存的，这里也不显示。条目本身对任何人公开。",
        )
        .into(),
    };
    let table = table(&visit, &listing, &seen);
    let bar = FilterBar::new(Address::fixed("/w/log"), &listing.filter);
    let sheet = listing.sheet(("log", "留痕"), (bar, table), pager);
    let sheet = sheet.with_clause("谁在何时办了什么；每条都能证明没有被改过。");
    let page = web
        .page(&visit, Head::new("留痕日志"))
        .await?
        .with_printed_view(
            listing.filter.in_words(),
            listing.on_paper(lines.len(), counted),
        )
        .with(missing_entries(&missing).map_or_else(Fragment::default, Fragment::from))
        .with(note)
        .with(sheet);
    Ok((listing.status(), page).into_response())
}

/// The numbers this page of the whole log should show and does not.
async fn missing(
    reader: &mut Reader,
    lines: &[TraceLine],
    before: Option<u64>,
    goes_on: bool,
) -> Result<Vec<u64>, Stop> {
    let (size, _) = log::head(reader).await?;
    let end = before.map_or(size, |before| before.min(size));
    let last = lines.last().filter(|_| goes_on);
    let first = last.map_or(0, |last| last.sequence);
    let mut there = lines.iter().rev().map(|line| line.sequence).peekable();
    let gone = (first..end).filter(|number| {
        while there.next_if(|known| known < number).is_some() {}
        there.peek() != Some(number)
    });
    Ok(gone.collect())
}

fn table(visit: &Visit, listing: &Listing, seen: &[Seen]) -> Table {
    let columns = vec![
        Column::numbers("条"),
        Column::unbroken("时间").in_corner(),
        Column::words("办理"),
        Column::words("何人").labelled(),
        Column::unbroken("叶摘要").wide_only(),
    ];
    let rows = seen.iter().map(|line| row(visit, line));
    let empty = listing
        .empty("留痕")
        .unwrap_or_else(|| EmptyState::nothing("办理任何一件事，都会在这里留下一条。"));
    Table::new("留痕", columns, rows.collect(), empty)
}

fn hash(leaf: &Digest) -> Fragment {
    Fragment::of(&Hash {
        short: leaf.short(),
    })
}

#[derive(askama::Template)]
#[template(source = "<span class=\"hash\">{{ short }}</span>", ext = "html")]
struct Hash {
    short: String,
}

fn row(visit: &Visit, line: &Seen) -> Row {
    let act: Fragment = if line.outside {
        Fragment::join([
            line.act.into(),
            " ".into(),
            Badge::new(Tone::Active, "公开").into(),
        ])
    } else {
        line.act.into()
    };
    let by = if line.event.is_none() {
        "—"
    } else {
        line.by.as_str()
    };
    Row::new(vec![
        Cell::link(line.number.to_string(), line.page()),
        Cell::new(moment(line.at, visit.now)),
        Cell::new(act),
        Cell::new(by),
        Cell::new(hash(&line.leaf)),
    ])
}
