//! Who was drawn and in which team, as far as this account is shown it: sealed, a count per stratum and nothing else;
//! unsealed, or once it is no secret any more, a row per visit. Reading the page leaves no event; unsealing does
//! (`unseal`). What is shown when is the domain's (`drawn_list`).

use std::collections::BTreeMap;

use app::drawing::DrawnList;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::campaign::drawn_list::Shown;
use domain::id::InspectorCode;
use store::inspection::StoredInspection;
use store::inspector;

use super::record::strata::stratum_words;
use super::seen::Seen;
use super::unseal;
use crate::component::{
    Act, Badge, Cell, Column, Crumb, EmptyState, Head, Link, Note, Row, Sheet, Table, Tone, Weight,
};
use crate::gate::{Answer, Visit, WebState};
use crate::screen::inspection::state_words;
use crate::text::{Address, thousands};

/// `/w/campaigns/{no}/visits`.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let looking = (&visit.acting, &visit.session.unsealed);
    let list = web.app.read_drawn_list(looking, seen.number()).await?;
    let people = inspector::entries(&mut web.app.db.read().await?).await?;
    let name = |code: &InspectorCode| {
        let known = people.iter().find(|kept| kept.code == *code);
        known.map_or_else(
            || code.to_string(),
            |kept| format!("{}（{code}）", kept.name),
        )
    };
    let items = seen.plan.items.len();
    let mut page = web
        .page(&visit, head(&seen, &list))
        .await?
        .with_crumb(Crumb::new(above(&seen), "抽中名单"))
        .with(standing(&list));
    if list.whole {
        let count = thousands(list.visits.len() as u64);
        let sheet = Sheet::new("strata", "各层抽中户数", strata(&list, items));
        page = page.with(sheet.with_clause(format!("共 {count} 户")));
    }
    let shown = list
        .visits
        .iter()
        .filter(|(_, shown)| matches!(shown, Shown::Named | Shown::Coming));
    let rows: Vec<Row> = shown
        .map(|(kept, shown)| match shown {
            Shown::Named => row(kept, items, &name),
            _ => coming(kept),
        })
        .collect();
    if !list.whole || !rows.is_empty() {
        page = page.with(sheet(&list, rows));
    }
    Ok(page.into_response())
}

pub(super) fn above(seen: &Seen) -> Vec<Link> {
    vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(seen.number().as_str(), seen.page()),
    ]
}

fn head(seen: &Seen, list: &DrawnList) -> Head {
    let badge = match (list.seal.opened, sealed(list)) {
        (true, _) => Badge::new(Tone::Sound, "已公开"),
        (false, 0) => Badge::new(Tone::Warning, "未公开"),
        (false, _) => Badge::new(Tone::Warning, "封存"),
    };
    let head = Head::new(format!("抽中名单：{}", seen.stored.title)).with_badge(badge);
    if list.can_be_unsealed {
        head.with_act(Act::open("查看名单", unseal::page_of(seen), Weight::Main))
    } else {
        head
    }
}

/// How many visits this account is shown without their names.
fn sealed(list: &DrawnList) -> usize {
    let named = |shown: &Shown| *shown == Shown::Named;
    let all = list.visits.iter();
    all.filter(|(_, shown)| !named(shown)).count()
}

/// Whether the list is sealed, and what unseals it.
fn standing(list: &DrawnList) -> Note {
    let demand = format!("保密要求：{}。", list.seal.level.label());
    if list.seal.opened {
        return Note::standing("名单已经公开。", "任何人都可以在公示页查到。");
    }
    if !list.whole {
        let rest = "派到本人所在检查组的，派发之后看得到是哪一户。";
        return Note::standing("这里只列本人参加的检查。", rest);
    }
    let sealed = sealed(list);
    match (sealed, list.unsealed) {
        (0, true) => Note::warning(
            "本次登录已查看名单，查看已留痕。",
            format!("名单在公开之前保密，不得抄录外传。{demand}"),
        ),
        (0, false) => Note::standing("各户检查组都已到场。", demand),
        (n, _) if list.can_be_unsealed => Note::standing(
            format!("有 {n} 户封存。"),
            format!("查看名单须另行确认，每次登录留痕一条。{demand}"),
        ),
        (n, _) => Note::standing(
            format!("有 {n} 户封存，现在还不能查看。"),
            format!("{}{demand}", unseal::when(&list.seal)),
        ),
    }
}

/// How many were drawn per stratum; RESULT says as much to everybody.
fn strata(list: &DrawnList, items: usize) -> Table {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (kept, _) in &list.visits {
        for stratum in &kept.strata {
            *counts.entry(stratum).or_default() += 1;
        }
    }
    let rows = counts.iter().map(|(stratum, count)| {
        Row::new(vec![
            Cell::new(stratum_words(stratum, items)),
            Cell::new(thousands(*count)),
        ])
    });
    let columns = vec![Column::words("层"), Column::numbers("抽中户数")];
    let empty = EmptyState::nothing("这次抽取没有抽中任何一户。");
    Table::new("各层抽中户数", columns, rows.collect(), empty)
}

fn sheet(list: &DrawnList, rows: Vec<Row>) -> Sheet {
    let columns = vec![
        Column::unbroken("次序").labelled(),
        Column::words("检查对象"),
        Column::words("事项与层").labelled(),
        Column::words("检查组").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let count = thousands(rows.len() as u64);
    let clause = if list.whole {
        format!("{count} 户，按抽取次序")
    } else {
        format!("本人参加的 {count} 户")
    };
    let empty = EmptyState::nothing("没有分到您账号的检查。派到检查组后，会出现在这里。");
    let table = Table::new("抽中名单与编组", columns, rows, empty);
    Sheet::new("visits", "检查对象与检查组", table).with_clause(clause)
}

fn row(kept: &StoredInspection, items: usize, name: &dyn Fn(&InspectorCode) -> String) -> Row {
    let to = Address::fixed("/w/inspections").child(kept.visit.id.as_str());
    let strata: Vec<String> = kept
        .strata
        .iter()
        .map(|stratum| stratum_words(stratum, items))
        .collect();
    let team: Vec<String> = kept.visit.team.iter().map(name).collect();
    let leader = kept
        .visit
        .leader
        .as_ref()
        .map_or_else(|| "未指派".to_owned(), name);
    Row::new(vec![
        Cell::new(kept.ordinal.to_string()),
        Cell::link(kept.subject_name.clone(), to).with_context(kept.subject_code.as_str()),
        Cell::new(strata.join("；")),
        Cell::new(team.join("、")).with_context(format!("组长 {leader}")),
        Cell::new(state_words(kept)),
    ])
}

/// A visit its own team is not told yet. Even its place in the drawing order is the list's.
fn coming(kept: &StoredInspection) -> Row {
    Row::new(vec![
        Cell::new("—"),
        Cell::new("待派发的检查").with_context("派发之后看得到是哪一户"),
        Cell::new("—"),
        Cell::new("本人参加"),
        Cell::new(state_words(kept)),
    ])
}
