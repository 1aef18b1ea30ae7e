//! The list of campaigns: what runs, where it stands, who is to act, which clock is nearest.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse as _;
use domain::calendar::WorkCalendar;
use domain::campaign::StateKind;
use domain::id::{CampaignNo, OrgUnitId};
use domain::policy::{Reach, Verb};
use domain::rulebook::Rulebooks;
use domain::time::Instant;
use store::campaign::{CampaignFilter, StoredCampaign};
use store::{Reader, StoreError, campaign, catalog, inspection, inspector, org};

use super::super::shared::{Listing, no_campaigns, scope_clause, scope_words};
use super::{term, words};
use crate::component::{
    Act, Cell, Column, Crumb, EmptyState, FilterBar, Fragment, Head, Link, Pips, Row, Table, Weight,
};
use crate::filter::{FilterField, Shape};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::paging::{Direction, PAGE_ROWS, Page};
use crate::text::Address;

const PATH: &str = "/w/campaigns";

const STATES: &[(&str, &str)] = &[
    (StateKind::Draft.name(), StateKind::Draft.label()),
    (StateKind::Submitted.name(), StateKind::Submitted.label()),
    (StateKind::Approved.name(), StateKind::Approved.label()),
    (StateKind::Launched.name(), StateKind::Launched.label()),
    (StateKind::Frozen.name(), StateKind::Frozen.label()),
    (StateKind::Committed.name(), StateKind::Committed.label()),
    (StateKind::Revealed.name(), StateKind::Revealed.label()),
    (StateKind::Drawn.name(), StateKind::Drawn.label()),
    (StateKind::Inspecting.name(), StateKind::Inspecting.label()),
    (StateKind::Ended.name(), StateKind::Ended.label()),
    (StateKind::Reported.name(), StateKind::Reported.label()),
    (StateKind::Archived.name(), StateKind::Archived.label()),
    (StateKind::Abandoned.name(), StateKind::Abandoned.label()),
];

const FIELDS: &[FilterField] = &[
    FilterField {
        name: "q",
        label: "任务名称或编号",
        shape: Shape::Words,
    },
    FilterField {
        name: "state",
        label: "状态",
        shape: Shape::Choice(STATES),
    },
];

/// What every row needs besides itself.
struct Beside {
    units: BTreeMap<OrgUnitId, String>,
    rulebooks: Rulebooks,
    calendar: WorkCalendar,
    now: Instant,
}

/// `/w/campaigns`.
#[expect(
    clippy::too_many_lines,
    reason = "one page, from its filter to its pager, read top to bottom"
)]
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let listing = Listing::read(PATH, FIELDS, &[], &visit)?;
    let sound = listing.filter.is_sound();
    let mut reader = web.app.db.read().await?;
    let (page, counted) = if sound {
        rows(&mut reader, &visit, &listing).await?
    } else {
        (nothing(), 0)
    };
    let beside = Beside {
        units: org::units(&mut reader)
            .await?
            .into_iter()
            .map(|unit| (unit.id, unit.name))
            .collect(),
        rulebooks: catalog::rulebooks(&mut reader).await?,
        calendar: WorkCalendar::new(catalog::holidays(&mut reader).await?),
        now: visit.now,
    };
    drop(reader);
    let reach = visit.acting.reach(Verb::CampaignRead);
    let begins = visit.acting.offers(Verb::CampaignDraft);
    let begin = || Act::open("发起抽查", Address::fixed("/w/campaigns/new"), Weight::Main);
    let empty = listing.empty("任务").unwrap_or_else(|| {
        if begins {
            EmptyState::fillable(
                match scope_words(&reach) {
                    "" => "还没有抽查任务。方案建立后，从起草到归档都在这里看。".to_owned(),
                    scope => format!("{scope}抽查任务还没有。方案建立后，从起草到归档都在这里看。"),
                },
                begin(),
            )
        } else {
            no_campaigns(&reach)
        }
    });
    let columns = vec![
        Column::unbroken("期限").in_corner(),
        Column::words("任务"),
        Column::unbroken("状态"),
        Column::words("下一步"),
    ];
    let table = Table::new(
        "抽查任务",
        columns,
        page.rows.iter().map(|row| row_of(row, &beside)).collect(),
        empty,
    );
    let foot = listing.pager(&page, counted);
    let on_paper = listing.on_paper(page.rows.len(), counted);
    let bar = FilterBar::new(Address::fixed(PATH), &listing.filter);
    let sheet = listing.sheet(("list", "全部任务"), (bar, table), foot);
    let sheet = sheet.with_clause(scope_clause(&reach));
    let mut head = Head::new("抽查任务");
    if begins {
        head = head.with_act(begin());
    }
    let crumb = Crumb::new(vec![Link::new("工作台", Address::fixed("/w"))], "抽查任务");
    let page = web
        .page(&visit, head)
        .await?
        .with_printed_view(listing.filter.in_words(), on_paper)
        .with_crumb(crumb)
        .with(sheet);
    Ok((listing.status(), page).into_response())
}

fn nothing() -> Page<StoredCampaign> {
    Page {
        rows: Vec::new(),
        previous: None,
        next: None,
    }
}

async fn rows(
    reader: &mut Reader,
    visit: &Visit,
    listing: &Listing,
) -> Result<(Page<StoredCampaign>, i64), Stop> {
    let reach: Reach = visit.acting.reach(Verb::CampaignRead);
    let state = listing.filter.choice("state").and_then(StateKind::parse);
    let filter = CampaignFilter {
        text: listing.filter.words("q").map(str::to_owned),
        state,
        public_only: false,
        assigned: assigned(reader, visit).await?,
    };
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(i64::MAX) + 1;
    let edge = listing.cursor.as_ref().and_then(|cursor| {
        Some((
            cursor.direction,
            CampaignNo::parse(cursor.key.first()?).ok()?,
        ))
    });
    let found = match &edge {
        Some((Direction::Before, number)) => {
            campaign::page_above(reader, &reach, &filter, number, limit).await?
        }
        Some((Direction::After, number)) => {
            campaign::page(reader, &reach, &filter, Some(number), limit).await?
        }
        None => campaign::page(reader, &reach, &filter, None, limit).await?,
    };
    let counted = campaign::count(reader, &reach, &filter, listing.cap()).await?;
    let key = |row: &StoredCampaign| vec![row.campaign.number.to_string()];
    Ok((Page::of_read(listing.cursor.as_ref(), found, key), counted))
}

async fn assigned(
    reader: &mut Reader,
    visit: &Visit,
) -> Result<Vec<domain::id::CampaignId>, StoreError> {
    let codes = inspector::codes_of(reader, &visit.acting.account).await?;
    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
    inspection::campaigns_assigned(reader, &codes).await
}

fn row_of(stored: &StoredCampaign, beside: &Beside) -> Row {
    let state = &stored.campaign.state;
    let rulebook = beside.rulebooks.of(state);
    let term = rulebook.and_then(|rulebook| {
        let running = term::running(stored, rulebook, &beside.calendar, beside.now);
        running.into_iter().next()
    });
    let report = rulebook.and_then(|rulebook| term::report_by(stored, rulebook, &beside.calendar));
    let late = term
        .as_ref()
        .is_some_and(|term| term.due < beside.now.date());
    let due = match (&term, report) {
        (Some(term), _) => format!("{}：{}", term.name, term.words()),
        (None, Some(report)) => format!("检查报告：{report}"),
        (None, None) => String::new(),
    };
    let chip = term.map_or_else(
        || Cell::new("—"),
        |term| Cell::new(term.chip(beside.now.date(), &beside.calendar)),
    );
    let number = stored.campaign.number.as_str();
    let unit = beside
        .units
        .get(&stored.campaign.initiator)
        .map_or("", String::as_str);
    let title = Cell::link(stored.title.clone(), Address::fixed(PATH).child(number))
        .with_context(format!("{number}　{unit}"));
    let reached = (words::step(state) + 1).min(10);
    let pips = Fragment::join([Pips::new(reached).into(), words::badge(state).into()]);
    let row = Row::new(vec![
        chip,
        title,
        Cell::new(pips),
        Cell::new(words::next_step(&stored.campaign, false, beside.now)).with_context(due),
    ]);
    if late { row.late() } else { row }
}
