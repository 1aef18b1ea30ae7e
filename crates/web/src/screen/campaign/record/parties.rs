//! The outside parties: who committed, who opened, who stayed away.

use std::collections::BTreeSet;

use app::drawing::wants_link;
use domain::campaign::party::{Party, PartyState};
use domain::id::PartyToken;
use domain::policy::Verb;
use domain::time::Date;

use super::Seen;
use crate::component::{Badge, Cell, Column, EmptyState, Fragment, Link, Row, Sheet, Table, Tone};
use crate::gate::{Stop, Visit, WebState};
use crate::screen::campaign::words;

/// The parties to whom a link was given out.
pub(super) async fn links_out(web: &WebState, seen: &Seen) -> Result<BTreeSet<PartyToken>, Stop> {
    let mut out = BTreeSet::new();
    for party in &seen.plan.sources.parties {
        let link = web.app.party_link_out(seen.number(), &party.token).await?;
        if link.is_some() {
            out.insert(party.token.clone());
        }
    }
    Ok(out)
}

/// The parties of the attempt, or of the plan before a frame exists.
#[expect(clippy::too_many_lines, reason = "one table, column by column")]
pub(super) fn sheet(seen: &Seen, visit: &Visit, out: &BTreeSet<PartyToken>) -> Option<Sheet> {
    let state = &seen.stored.campaign.state;
    let announced: Vec<Party>;
    let parties: &[Party] = match state.frame() {
        Some(frozen) => &frozen.parties,
        None => {
            announced = seen
                .plan
                .sources
                .parties
                .iter()
                .cloned()
                .map(Party::announced)
                .collect();
            &announced
        }
    };
    if parties.is_empty() {
        return None;
    }
    // An attempt that has missed its beacon takes nothing from anybody any more.
    let is_lost = seen.stored.campaign.missed_beacon(visit.now).is_some();
    let gives = !is_lost && visit.acting.may(Verb::PartyAccept, &seen.place()).is_ok();
    let today = visit.now.date();
    // What REVEAL has not published is handed in, and public nowhere.
    let taken = match words::are_nonces_sealed(state) {
        true => "已提交",
        false => "已公开",
    };
    let rows = parties.iter().map(|party| {
        let (commitment, nonce) = marks(&party.state, taken, today);
        let act = if gives && wants_link(state, &party.name.token) {
            let words = if out.contains(&party.name.token) {
                "换发链接"
            } else {
                "发放链接"
            };
            let to = seen
                .page()
                .child("parties")
                .child(party.name.token.as_str());
            Cell::new(Fragment::from(Link::new(words, to)))
        } else {
            Cell::new("")
        };
        let office = Cell::new(party.name.office.as_str()).with_context(party.name.token.as_str());
        Row::new(vec![
            office,
            Cell::new(party.name.person.as_str()),
            commitment,
            nonce,
            act,
        ])
    });
    let columns = vec![
        Column::words("单位"),
        Column::words("人员").labelled(),
        Column::unbroken("承诺值").labelled(),
        Column::unbroken("随机数").labelled(),
        Column::unbroken("办理").in_corner(),
    ];
    let table = Table::new(
        "见证方",
        columns,
        rows.collect(),
        EmptyState::nothing("方案没有列出见证方。"),
    );
    let opened = parties.iter().filter(|party| party.has_revealed()).count();
    let clause = format!("{} 方，{taken}随机数 {opened} 方", parties.len());
    let mut sheet_foot = Fragment::default();
    if let Some(level) = words::level(&seen.stored) {
        let by_dice = words::by_dice(&seen.plan.sources);
        // Before the draw it is what the announced sources can reach.
        let announced = match state.result() {
            Some(_) => "",
            None => "公布的来源都到齐的话：",
        };
        let claim = format!("　{announced}{}", words::claim(level, by_dice));
        sheet_foot = Fragment::join([words::trust(level, by_dice).into(), claim.into()]);
    }
    let sheet = Sheet::new("parties", "见证方", table).with_clause(clause);
    Some(sheet.with_foot(sheet_foot))
}

/// What was handed in and what was opened, in words.
fn marks(state: &PartyState, taken: &str, today: Date) -> (Cell, Cell) {
    let mark = |tone, words: String| Cell::new(Badge::new(tone, words));
    let handed = |words: String| mark(Tone::Sound, words);
    match state {
        PartyState::Announced => (mark(Tone::Plain, "未递交".to_owned()), Cell::new("—")),
        PartyState::Committed { at, .. } => (
            handed(format!("已递交 {}", words::brief(*at, today))),
            mark(Tone::Warning, "未公开".to_owned()),
        ),
        PartyState::Revealed { at, .. } => (
            handed("已递交".to_owned()),
            mark(Tone::Sound, format!("{taken} {}", words::brief(*at, today))),
        ),
        PartyState::Absent { reason, .. } => (
            handed("已递交".to_owned()),
            mark(Tone::Bad, format!("缺席 {reason}")),
        ),
    }
}
