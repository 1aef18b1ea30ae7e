//! The inspector register: who may be drawn, with which credential, until when.
//!
//! A bureau has some dozens of inspectors, so the list is one page. Deliberately absent: choosing
//! who inspects; that is the draw's alone.

mod entry;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::inspector::Presence;
use domain::org::OrgUnit;
use domain::policy::{Place, Verb};
use domain::time::Date;
use store::inspector::{self, Entry, Opened};
use store::org;

use super::shared::Listing;
use crate::component::{
    Act, Badge, Cell, Column, EmptyState, FilterBar, Fragment, Head, Pager, Row, Table, Tone,
    Weight,
};
use crate::filter::{FilterField, Shape};
use crate::gate::{Answer, Visit, WebState};
use crate::route::{Route, Who};
use crate::text::Address;

/// A credential that ends within so many days is marked.
const SOON_DAYS: i64 = 60;
const PRESENCES: &[(&str, &str)] = &[
    (Presence::OnDuty.name(), Presence::OnDuty.label()),
    (Presence::OnLeave.name(), Presence::OnLeave.label()),
    (Presence::Left.name(), Presence::Left.label()),
];
const FIELDS: &[FilterField] = &[
    FilterField {
        name: "q",
        label: "姓名、代码、单位",
        shape: Shape::Words,
    },
    FilterField {
        name: "presence",
        label: "在岗情况",
        shape: Shape::Choice(PRESENCES),
    },
    FilterField {
        name: "credential",
        label: "执法证",
        shape: Shape::Choice(&[("ending", "没有、已到期或 60 日内到期")]),
    },
];

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, edit) = (
        Who::Needs(Verb::InspectorRead),
        Who::Needs(Verb::InspectorEdit),
    );
    vec![
        Route::get("/w/inspectors", read, "执法检查人员名录", show),
        Route::get(
            "/w/inspectors/new",
            edit,
            "新增执法检查人员",
            entry::ask_new,
        ),
        Route::act(
            "/w/inspectors/new",
            edit,
            "新增执法检查人员（办理）",
            entry::add,
        )
        .keeping_draft(),
        Route::get(
            "/w/inspectors/{id}/edit",
            edit,
            "修改执法检查人员",
            entry::ask_edit,
        ),
        Route::act(
            "/w/inspectors/{id}/edit",
            edit,
            "修改执法检查人员（办理）",
            entry::change,
        )
        .keeping_draft(),
    ]
}

fn all() -> Address {
    Address::fixed("/w/inspectors")
}

fn unit_name<'a>(units: &'a [OrgUnit], held: &Entry) -> &'a str {
    units
        .iter()
        .find(|unit| unit.id == held.unit)
        .map_or("", |unit| &unit.name)
}

/// Whether the credential is missing, over, or soon over; or cannot be read, which needs looking after as well.
fn ending(opened: &Opened, today: Date) -> bool {
    match opened {
        Ok(Some(credential)) => credential.valid_until < today.plus_days(SOON_DAYS),
        Ok(None) | Err(_) => true,
    }
}

fn fits(listing: &Listing, (held, opened): &(Entry, Opened), unit: &str, today: Date) -> bool {
    let filter = &listing.filter;
    let words = filter.words("q").is_none_or(|words| {
        let text = format!("{} {} {unit}", held.name, held.code).to_lowercase();
        words
            .to_lowercase()
            .split_whitespace()
            .all(|word| text.contains(word))
    });
    let presence = filter
        .choice("presence")
        .is_none_or(|name| held.presence.name() == name);
    words && presence && (filter.choice("credential").is_none() || ending(opened, today))
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let listing = Listing::read("/w/inspectors", FIELDS, &[], &visit)?;
    let mut reader = web.app.db.read().await?;
    let found = inspector::listed(&mut reader).await?;
    let units = org::units(&mut reader).await?;
    drop(reader);
    let reach = visit.acting.reach(Verb::InspectorRead);
    let today = visit.now.date();
    let shown: Vec<&(Entry, Opened)> = found
        .iter()
        .filter(|(held, _)| reach.covers(&Place::of(&held.unit)))
        .filter(|_| listing.filter.is_sound())
        .filter(|one| fits(&listing, one, unit_name(&units, &one.0), today))
        .collect();
    let rows = shown
        .iter()
        .map(|(held, opened)| row(&visit, &units, held, opened))
        .collect();
    let columns = vec![
        Column::words("姓名"),
        Column::words("所属单位").labelled(),
        Column::unbroken("执法证").labelled(),
        Column::unbroken("有效期至").labelled(),
        Column::words("执法事项").labelled(),
        Column::unbroken("在岗情况").in_corner(),
    ];
    let empty = listing.empty("执法检查人员").unwrap_or_else(|| {
        EmptyState::nothing("先导入人员名录，或逐名新增；没有执法资格证的不参加抽取。")
    });
    let table = Table::new("执法检查人员", columns, rows, empty);
    let bar = FilterBar::new(all(), &listing.filter);
    let counted = i64::try_from(shown.len()).unwrap_or(i64::MAX);
    let foot = Pager::new(listing.count(counted), None, None);
    let sheet = listing.sheet(("inspectors", "名录"), (bar, table), foot);
    let page = web
        .page(&visit, head(&visit))
        .await?
        .with_printed_view(
            listing.filter.in_words(),
            listing.on_paper(shown.len(), counted),
        )
        .with(sheet);
    Ok((listing.status(), page).into_response())
}

/// Title, and the acts this account may do here.
fn head(visit: &Visit) -> Head {
    let mut head = Head::new("执法检查人员名录");
    if visit.acting.offers(Verb::InspectorImport) {
        let import = Address::fixed("/w/import/inspectors");
        head = head.with_act(Act::open("导入", import, Weight::Outlined));
    }
    if visit.acting.offers(Verb::InspectorEdit) {
        head = head.with_act(Act::open("新增人员", all().child("new"), Weight::Main));
    }
    head
}

/// Number and end of a credential, each with its mark.
fn credential_cells(opened: &Opened, today: Date) -> (Fragment, Fragment) {
    match opened {
        Ok(None) => (
            Badge::new(Tone::Warning, "没有，不能抽取").into(),
            Fragment::default(),
        ),
        Ok(Some(credential)) => {
            let until = credential.valid_until;
            let mark = match (until < today, ending(opened, today)) {
                (true, _) => Badge::new(Tone::Bad, format!("{until} 已到期")).into(),
                (false, true) => Badge::new(Tone::Warning, format!("{until} 将到期")).into(),
                (false, false) => until.to_string().into(),
            };
            (credential.number.as_str().into(), mark)
        }
        Err(refusal) => (
            Badge::new(
                Tone::Bad,
                format!("证号打不开，不能冻结（{}）", refusal.code),
            )
            .into(),
            Fragment::default(),
        ),
    }
}

fn row(visit: &Visit, units: &[OrgUnit], held: &Entry, opened: &Opened) -> Row {
    let may = visit
        .acting
        .may(Verb::InspectorEdit, &Place::of(&held.unit))
        .is_ok();
    let lead = if held.may_lead { "，可任组长" } else { "" };
    let context = format!("{}{lead}", held.code);
    let name = if may {
        Cell::link(
            held.name.as_str(),
            all().child(held.id.as_str()).child("edit"),
        )
    } else {
        Cell::new(held.name.as_str())
    };
    let (number, until) = credential_cells(opened, visit.now.date());
    let scope: Vec<&str> = held.scope.iter().map(domain::id::ItemId::as_str).collect();
    let scope = if scope.is_empty() {
        "全部事项".to_owned()
    } else {
        scope.join("、")
    };
    let tone = if held.presence == Presence::OnDuty {
        Tone::Plain
    } else {
        Tone::Warning
    };
    Row::new(vec![
        name.with_context(context),
        Cell::new(unit_name(units, held)),
        Cell::new(number),
        Cell::new(until),
        Cell::new(scope),
        Cell::new(Badge::new(tone, held.presence.label())),
    ])
}
