//! The list of visits, newest change first; one's own by default for who goes out.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::campaign::drawn_list::Shown;
use domain::id::{CampaignNo, InspectionId};
use domain::inspection::InspectionKind;
use domain::policy::{Reach, Verb};
use store::inspection::{self, InspectionFilter, StoredInspection};
use store::{Reader, inspector, sealed_visit};

use super::{all, page_of, shown_of};
use crate::component::{
    Badge, Cell, Column, EmptyState, FilterBar, Fragment, Head, Link, Note, Row, Table, Tabs, Tone,
};
use crate::filter::{FilterField, Shape};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::paging::{Cursor, Direction, PAGE_ROWS, Page};
use crate::screen::shared::{Listing, moment, number_in, scope_clause, scope_words};
use domain::time::Instant;

const STATES: &[(&str, &str)] = &[
    (InspectionKind::Assigned.name(), "未到场"),
    (
        InspectionKind::Opened.name(),
        InspectionKind::Opened.label(),
    ),
    (
        InspectionKind::Concluded.name(),
        InspectionKind::Concluded.label(),
    ),
    (
        InspectionKind::Confirmed.name(),
        InspectionKind::Confirmed.label(),
    ),
    (
        InspectionKind::Approved.name(),
        InspectionKind::Approved.label(),
    ),
    (
        InspectionKind::Published.name(),
        InspectionKind::Published.label(),
    ),
    (
        InspectionKind::Postponing.name(),
        InspectionKind::Postponing.label(),
    ),
    (
        InspectionKind::Reported.name(),
        InspectionKind::Reported.label(),
    ),
    (
        InspectionKind::FellAway.name(),
        InspectionKind::FellAway.label(),
    ),
];
const FIELDS: &[FilterField] = &[
    FilterField {
        name: "state",
        label: "状态",
        shape: Shape::Choice(STATES),
    },
    FilterField {
        name: "whose",
        label: "范围",
        shape: Shape::Choice(&[("mine", "派给我的")]),
    },
];

/// The state in words; a visit that was drawn and not handed out is not called handed out.
pub(in crate::screen) fn state_words(kept: &StoredInspection) -> &'static str {
    if kept.dispatched {
        kept.visit.kind().label()
    } else {
        "待派发"
    }
}

pub(super) fn state_badge(kept: &StoredInspection) -> Badge {
    let tone = match kept.visit.kind() {
        InspectionKind::Assigned => Tone::Plain,
        InspectionKind::Opened
        | InspectionKind::Concluded
        | InspectionKind::Postponing
        | InspectionKind::Reported => Tone::Active,
        InspectionKind::Confirmed | InspectionKind::Approved | InspectionKind::Published => {
            Tone::Sound
        }
        InspectionKind::FellAway => Tone::Warning,
    };
    Badge::new(tone, state_words(kept))
}

async fn read(
    web: &WebState,
    visit: &Visit,
    listing: &Listing,
) -> Result<(Vec<StoredInspection>, i64), Stop> {
    let mut reader = web.app.db.read().await?;
    let codes = inspector::codes_of(&mut reader, &visit.acting.account).await?;
    let reach = visit.acting.reach(Verb::InspectionRead);
    let filter = InspectionFilter {
        state: listing.filter.choice("state").map(str::to_owned),
        assigned_to: codes.iter().map(ToString::to_string).collect(),
        only_assigned: listing.filter.choice("whose").is_some(),
        drawn_list: visit.acting.reach(Verb::DrawnListRead),
    };
    let most = i64::try_from(PAGE_ROWS + 1).expect("a small number");
    let rows = match &listing.cursor {
        None => inspection::page(&mut reader, &reach, &filter, None, most).await?,
        Some(cursor) => {
            let (at, id) = edge(cursor)?;
            match cursor.direction {
                Direction::After => {
                    inspection::page(&mut reader, &reach, &filter, Some((at, &id)), most).await?
                }
                Direction::Before => {
                    inspection::page_before(&mut reader, &reach, &filter, (at, &id), most).await?
                }
            }
        }
    };
    let counted = inspection::count(&mut reader, &reach, &filter, listing.cap()).await?;
    Ok((rows, counted))
}

fn edge(cursor: &Cursor) -> Result<(i64, InspectionId), Stop> {
    let [at, id] = cursor.key.as_slice() else {
        return Err(Stop::not_found());
    };
    let at = number_in(at)?;
    Ok((at, InspectionId::parse(id).map_err(|_| Stop::not_found())?))
}

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let listing = Listing::read("/w/inspections", FIELDS, &[], &visit)?;
    let (rows, counted) = if listing.filter.is_sound() {
        read(&web, &visit, &listing).await?
    } else {
        (Vec::new(), 0)
    };
    let key = |row: &StoredInspection| vec![row.state_at_ms.to_string(), row.visit.id.to_string()];
    let page = Page::of_read(listing.cursor.as_ref(), rows, key);
    let mine = all().query([("whose", "mine")]);
    let current = usize::from(listing.filter.choice("whose").is_some());
    let tabs = Tabs::new(
        "范围",
        vec![Link::new("全部可见", all()), Link::new("派给我的", mine)],
        current,
    );
    let reach = visit.acting.reach(Verb::InspectionRead);
    let bar = FilterBar::new(all(), &listing.filter);
    let mut reader = web.app.db.read().await?;
    let shown = shown_of(&web, &visit, &mut reader, &page.rows).await?;
    let waiting = waiting(&web, &visit, &mut reader, &reach).await?;
    drop(reader);
    let rows = page.rows.iter().zip(shown);
    let table = table(
        &listing,
        rows.map(|(kept, shown)| row(kept, shown, visit.now)),
        &reach,
    );
    let pager = listing.pager(&page, counted);
    let shell_page = web.page(&visit, Head::new("检查")).await?;
    let sheet = listing.sheet(("inspections", "检查"), (bar, table), pager);
    let sheet = sheet.with_clause(scope_clause(&reach));
    let shell_page = shell_page
        .with_printed_view(
            listing.filter.in_words(),
            listing.on_paper(page.rows.len(), counted),
        )
        .with(tabs)
        .with(waiting.map_or_else(Fragment::default, Fragment::from))
        .with(sheet);
    Ok((listing.status(), shell_page).into_response())
}

/// What is drawn and waits to be handed out: how many per campaign, to whoever may read its drawn list and to the
/// members of its teams. It stands sealed, and so in no list.
async fn waiting(
    web: &WebState,
    visit: &Visit,
    reader: &mut Reader,
    reach: &Reach,
) -> Result<Option<Note>, Stop> {
    let sealed = sealed_visit::every(reader).await?;
    let shown = shown_of(web, visit, reader, &sealed).await?;
    let mut counts: BTreeMap<&CampaignNo, [u64; 2]> = BTreeMap::new();
    for (kept, shown) in sealed.iter().zip(shown) {
        let within = reach.everything || reach.units.contains(&kept.unit);
        let place = match shown {
            Shown::Coming => 1,
            Shown::Sealed | Shown::Named if within => 0,
            _ => continue,
        };
        counts.entry(&kept.campaign_number).or_default()[place] += 1;
    }
    let mut words = Vec::new();
    for (number, [others, own]) in &counts {
        if *own > 0 {
            words.push(format!("任务 {number} 本人参加 {own} 户"));
        }
        if *others > 0 {
            words.push(format!("任务 {number} 封存 {others} 户"));
        }
    }
    let note = |words: String| Note::standing("待派发的检查：", words);
    Ok((!words.is_empty()).then(|| {
        note(format!(
            "{}。派发之后列在下面，检查组这时看得到是哪一户。",
            words.join("；")
        ))
    }))
}

fn table(listing: &Listing, rows: impl Iterator<Item = Row>, reach: &Reach) -> Table {
    let columns = vec![
        Column::words("检查对象"),
        Column::unbroken("任务").labelled(),
        Column::unbroken("检查人员").labelled(),
        Column::unbroken("更新").labelled().wide_only(),
        Column::unbroken("状态").in_corner(),
    ];
    let nothing = || {
        EmptyState::nothing(match scope_words(reach) {
            "" => "还没有检查。抽取并派发之后，检查出现在这里。".to_owned(),
            scope => format!("{scope}检查现在没有。抽取并派发之后，出现在这里。"),
        })
    };
    let empty = listing.empty("检查").unwrap_or_else(nothing);
    Table::new("检查", columns, rows.collect(), empty)
}

/// A sealed row tells that the campaign has a visit more, which its figures tell anyway.
fn row(kept: &StoredInspection, shown: Shown, now: Instant) -> Row {
    let team: Vec<&str> = kept.visit.team.iter().map(|code| code.as_str()).collect();
    let (subject, team) = match shown {
        Shown::Named => {
            let link = Cell::link(&kept.subject_name, page_of(&kept.visit.id));
            (link.with_context(&kept.subject_code), team.join("、"))
        }
        Shown::Coming => {
            let sealed = Cell::new("待派发的检查").with_context("派发之后看得到是哪一户");
            (sealed, "本人参加".to_owned())
        }
        Shown::Sealed | Shown::Nothing => {
            let sealed = Cell::new("封存").with_context("名称、代码和检查组按保密要求不显示");
            (sealed, "—".to_owned())
        }
    };
    let place = Cell::new(kept.campaign_number.as_str());
    // The place in the drawing order belongs to the list.
    let place = match shown {
        Shown::Named => place.with_context(format!("第 {} 户", kept.ordinal)),
        _ => place,
    };
    Row::new(vec![
        subject,
        place,
        Cell::new(team),
        Cell::new(moment(Instant::from_unix_ms(kept.state_at_ms), now)),
        Cell::new(state_badge(kept)),
    ])
}
