//! The list of subjects and its conditions. Page, count and export read the same conditions from the
//! same address, so they cannot differ.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::id::SubjectId;
use domain::policy::Verb;
use domain::subject::{RiskClass, Standing, stratum_class};
use domain::text::DistrictCode;
use store::subject::{self, From, StoredSubject, SubjectFilter};

use super::{all, page_of};
use crate::component::{
    Act, Badge, Cell, Column, Count, EmptyState, FilterBar, Fragment, Head, Link, Row, Table, Tone,
    Weight,
};
use crate::filter::{Filter, FilterField, Shape};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::paging::{Cursor, Direction, PAGE_ROWS, Page};
use crate::screen::shared::Listing;
use crate::text::Address;

const STANDINGS: &[(&str, &str)] = &[
    (Standing::Active.name(), Standing::Active.label()),
    (
        Standing::RevokedNotClosed.name(),
        Standing::RevokedNotClosed.label(),
    ),
    (
        Standing::Deregistered.name(),
        Standing::Deregistered.label(),
    ),
    (Standing::MovedAway.name(), Standing::MovedAway.label()),
    (Standing::Cancelled.name(), Standing::Cancelled.label()),
    (Standing::Suspended.name(), Standing::Suspended.label()),
    (Standing::Unknown.name(), Standing::Unknown.label()),
];
const TIERS: &[(&str, &str)] = &[
    (RiskClass::A.name(), RiskClass::A.label()),
    (RiskClass::B.name(), RiskClass::B.label()),
    (RiskClass::C.name(), RiskClass::C.label()),
    (RiskClass::D.name(), RiskClass::D.label()),
    ("U", "未定级"),
];
const FIELDS: &[FilterField] = &[
    FilterField {
        name: "q",
        label: "名称、代码、地址",
        shape: Shape::Words,
    },
    FilterField {
        name: "district",
        label: "行政区划",
        shape: Shape::Words,
    },
    FilterField {
        name: "standing",
        label: "登记状态",
        shape: Shape::Choice(STANDINGS),
    },
    FilterField {
        name: "tier",
        label: "信用等级",
        shape: Shape::Choice(TIERS),
    },
    FilterField {
        name: "pool",
        label: "专项库",
        shape: Shape::Words,
    },
    FilterField {
        name: "code",
        label: "代码",
        shape: Shape::Choice(&[("none", "没有代码")]),
    },
];
const COLUMNS: &[&str] = &["name"];

/// The view of the list that this address names; list, count and export read it alike.
pub(super) fn listing(visit: &Visit) -> Result<Listing, Stop> {
    Listing::read("/w/subjects", FIELDS, COLUMNS, visit)
}

/// The conditions as the store takes them.
pub(super) fn conditions(filter: &Filter) -> SubjectFilter {
    SubjectFilter {
        text: filter.words("q").map(str::to_owned),
        district: filter.words("district").map(|typed| {
            let named = DistrictCode::named(typed);
            named.map_or_else(|| typed.to_owned(), |code| code.to_string())
        }),
        standing: filter.choice("standing").and_then(Standing::parse),
        tier: filter.choice("tier").map(str::to_owned),
        pool: filter.words("pool").map(str::to_owned),
        without_code: filter.choice("code").is_some(),
    }
}

pub(super) fn descending(filter: &Filter) -> bool {
    filter.order().is_some_and(|order| !order.ascending)
}

fn place(cursor: Option<&Cursor>) -> Result<From, Stop> {
    let Some(cursor) = cursor else {
        return Ok(From::Start);
    };
    let [name, id] = cursor.key.as_slice() else {
        return Err(Stop::not_found());
    };
    let id = SubjectId::parse(id).map_err(|_| Stop::not_found())?;
    Ok(match cursor.direction {
        Direction::After => From::After(name.clone(), id),
        Direction::Before => From::Before(name.clone(), id),
    })
}

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let listing = listing(&visit)?;
    let (rows, counted) = if listing.filter.is_sound() {
        read(&web, &visit, &listing).await?
    } else {
        (Vec::new(), 0)
    };
    let key = |row: &StoredSubject| {
        vec![
            row.subject.name.to_string(),
            row.subject.id.as_str().to_owned(),
        ]
    };
    let page = Page::of_read(listing.cursor.as_ref(), rows, key);
    let mut head = Head::new("检查对象名录");
    if visit.acting.offers(Verb::SubjectImport) {
        head = head.with_act(Act::open(
            "导入",
            Address::fixed("/w/import/subjects"),
            Weight::Outlined,
        ));
    }
    if visit.acting.offers(Verb::SubjectEdit) {
        head = head.with_act(Act::open("新增对象", all().child("new"), Weight::Main));
    }
    let mut pager = listing.pager(&page, counted);
    if let Some(link) = export_link(&visit, &listing).filter(|_| counted > 0) {
        pager = pager
            .with_export(link)
            .with_export(Link::new("后台做好的文件", Address::fixed("/w/jobs")));
    }
    let count = listing.on_paper(page.rows.len(), counted);
    let without = counts_without(&web, &visit, &listing, counted).await?;
    let table = table(&listing, &page.rows, &without);
    let bar = FilterBar::new(all(), &listing.filter);
    let sheet = listing.sheet(("subjects", "名录"), (bar, table), pager);
    let shell_page = web.page(&visit, head).await?;
    let shell_page = shell_page
        .with_printed_view(listing.filter.in_words(), count)
        .with(sheet);
    Ok((listing.status(), shell_page).into_response())
}

async fn read(
    web: &WebState,
    visit: &Visit,
    listing: &Listing,
) -> Result<(Vec<StoredSubject>, i64), Stop> {
    let reach = visit.acting.reach(Verb::SubjectRead);
    let filter = conditions(&listing.filter);
    let from = place(listing.cursor.as_ref())?;
    let most = i64::try_from(PAGE_ROWS + 1).expect("a small number");
    let mut reader = web.app.db.read().await?;
    let down = descending(&listing.filter);
    let rows = subject::nearest(&mut reader, &reach, &filter, &from, down, most).await?;
    let counted = subject::count(&mut reader, &reach, &filter, listing.cap()).await?;
    Ok((rows, counted))
}

/// Of an empty list: how many rows there would be without each condition, up to the cap of counting.
async fn counts_without(
    web: &WebState,
    visit: &Visit,
    listing: &Listing,
    counted: i64,
) -> Result<BTreeMap<String, u64>, Stop> {
    let mut counts = BTreeMap::new();
    if counted > 0 || !listing.filter.is_sound() {
        return Ok(counts);
    }
    let reach = visit.acting.reach(Verb::SubjectRead);
    let mut reader = web.app.db.read().await?;
    for held in listing.filter.conditions() {
        let rest = conditions(&listing.filter.without(held.name()));
        let found = subject::count(&mut reader, &reach, &rest, listing.cap()).await?;
        let found = u64::try_from(found).unwrap_or_default();
        if (1..=Count::CAP).contains(&found) {
            counts.insert(held.name().to_owned(), found);
        }
    }
    Ok(counts)
}

fn export_link(visit: &Visit, listing: &Listing) -> Option<Link> {
    let both = visit
        .acting
        .reach_of_both(Verb::SubjectRead, Verb::SubjectExport);
    if both.is_nothing() {
        return None;
    }
    let whole = both == visit.acting.reach(Verb::SubjectRead);
    let words = if whole {
        "导出 CSV"
    } else {
        "导出 CSV（限本岗位可导出的单位）"
    };
    Some(Link::new(
        words,
        listing.filter.address(&Address::fixed("/w/subjects.csv")),
    ))
}

fn table(listing: &Listing, rows: &[StoredSubject], without: &BTreeMap<String, u64>) -> Table {
    let order = listing.filter.order();
    let turned = listing
        .filter
        .sorted_by("name", descending(&listing.filter));
    let columns = vec![
        Column::words("名称").sortable(
            turned.address(&all()),
            Some(order.is_none_or(|o| o.ascending)),
        ),
        Column::unbroken("统一社会信用代码或注册号").labelled(),
        Column::unbroken("行政区划").wide_only(),
        Column::words("专项库").labelled(),
        Column::unbroken("信用等级").labelled(),
        Column::unbroken("登记状态").in_corner(),
    ];
    let empty = listing
        .empty_with("检查对象", |name| without.get(name).copied())
        .unwrap_or_else(|| EmptyState::nothing("先导入检查对象名录，抽查才有对象；也可逐条新增。"));
    Table::new("检查对象", columns, rows.iter().map(row).collect(), empty)
}

fn row(stored: &StoredSubject) -> Row {
    let entry = &stored.subject;
    let address = entry
        .address
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let code: Fragment = match entry.code() {
        Some(code) => code.to_string().into(),
        None => Badge::new(Tone::Warning, "没有代码，不能抽取").into(),
    };
    let pools: Vec<&str> = entry
        .pools
        .iter()
        .map(domain::subject::PoolTag::as_str)
        .collect();
    let class = match stratum_class(entry.tier.as_ref()) {
        "U" => "未定级",
        letter => letter,
    };
    let tone = if entry.standing == Standing::Active {
        Tone::Plain
    } else {
        Tone::Warning
    };
    Row::new(vec![
        Cell::link(entry.name.as_str(), page_of(&entry.id)).with_context(address),
        Cell::new(code),
        Cell::new(entry.district.in_words()),
        Cell::new(pools.join("、")),
        Cell::new(class),
        Cell::new(Badge::new(tone, entry.standing.label())),
    ])
}
