//! Every reason for which FREEZE must be refused (§2, §3.3), listed all at once.
//!
//! The numbers alone are judged by [`of_numbers`], which also judges a FREEZE somebody else made;
//! the rows by the module `rows`.

mod rows;
mod two;

use std::collections::BTreeSet;

use super::Terms;
use crate::fault::{Code, Fault};
use crate::frame::Frame;
use crate::name::{Stratum, Token};
use crate::record::freeze::{Assign, FreezeRecord};
use crate::version::Version;

/// More causes of one sort than anybody reads; a wrong column would otherwise give millions.
const MOST_OF_A_SORT: usize = 10_000;

/// All reasons against freezing this frame (in canonical order) under these terms.
pub(super) fn all(terms: &Terms, frame: &Frame) -> Vec<Fault> {
    let inspector_pools = frame.inspectors.pools();
    let pool_of = |stratum: &Token| {
        let found = inspector_pools
            .iter()
            .find(|(name, _)| name.as_str() == stratum.as_str());
        found.map_or(0, |(_, n)| *n)
    };
    let drawn: Vec<_> = terms
        .drawn
        .iter()
        .map(|(s, m)| (*s, pool_of(s), *m))
        .collect();
    let mut faults = of_numbers(terms, &frame.subjects.pools(), &drawn);
    if terms.extends.is_some() && !frame.subjects.is_empty() {
        faults.push(Fault::new(
            Code::EXTENSION,
            "subjects",
            "增补抽取带有检查对象。",
        ));
    }
    faults.extend(
        rows::subject_rows(&frame.subjects)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        rows::area_rows(terms, &frame.subjects)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        rows::inspector_rows(terms, &frame.inspectors)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        rows::recusal_rows(&frame.recusals)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        rows::coverage(terms, frame, &drawn)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    if terms.version() == Version::Two {
        faults.extend(two::of_rows(terms, frame).into_iter().take(MOST_OF_A_SORT));
    }
    faults
}

/// All reasons against a FREEZE that can be read off its own lines.
pub(crate) fn of_record(record: &FreezeRecord) -> Vec<Fault> {
    let pools: Vec<_> = record
        .strata
        .iter()
        .map(|s| (s.stratum.clone(), s.pool))
        .collect();
    let drawn: Vec<_> = record
        .inspector_draws
        .iter()
        .map(|d| (d.stratum, d.pool, d.drawn))
        .collect();
    let mut faults = of_numbers(&Terms::from(record), &pools, &drawn);
    if !record.strata.is_sorted_by(|a, b| a.stratum < b.stratum) {
        faults.push(Fault::new(
            Code::LINE,
            "stratum",
            "分层须按字节升序、不重复。",
        ));
    }
    if record.version() == Version::Two {
        faults.extend(two::of_lists(record));
    }
    let parts = record
        .strata
        .iter()
        .map(|s| s.pool)
        .chain([record.must, record.skip]);
    if parts.fold(0, u64::saturating_add) != record.subjects.leaves {
        faults.push(Fault::new(
            Code::CONTRADICTION,
            "subjects",
            "各层可抽数、必查数、免查数之和不等于对象总数。",
        ));
    }
    if record
        .inspector_draws
        .iter()
        .map(|d| d.pool)
        .fold(0, u64::saturating_add)
        > record.inspectors.leaves
    {
        faults.push(Fault::new(
            Code::CONTRADICTION,
            "inspectors",
            "可抽人数大于检查人员总数。",
        ));
    }
    faults
}

type InspectorNumbers = (Token, u64, u64);

fn of_numbers(terms: &Terms, pools: &[(Stratum, u64)], drawn: &[InspectorNumbers]) -> Vec<Fault> {
    let mut faults = quotas(terms, pools);
    faults.extend(teams(terms, drawn));
    faults.extend(names(terms));
    if terms.attempt == 0 {
        faults.push(Fault::new(Code::RANGE, "attempt", "抽取次数从 1 起。"));
    }
    if terms.extends.is_some() && (terms.assign != Assign::Pairs || !pools.is_empty()) {
        faults.push(Fault::new(
            Code::EXTENSION,
            "extends",
            "增补抽取写 assign pairs，不列检查对象的分层。",
        ));
    }
    if terms.version() == Version::Two {
        faults.extend(two::of_lines(terms, pools));
    }
    faults
}

fn quotas(terms: &Terms, pools: &[(Stratum, u64)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (stratum, quota) in &terms.quotas {
        if !seen.insert(stratum) {
            faults.push(Fault::new(
                Code::QUOTA_STRATA,
                stratum.as_str(),
                "抽取数重复。",
            ));
        }
        match pools.iter().find(|(name, _)| name == stratum) {
            None => faults.push(Fault::new(
                Code::QUOTA_STRATA,
                stratum.as_str(),
                "名录中没有这个分层。",
            )),
            Some((_, pool)) if quota > pool => faults.push(Fault::new(
                Code::QUOTA_TOO_LARGE,
                stratum.as_str(),
                format!("要抽 {quota} 个，可抽的只有 {pool} 个。"),
            )),
            Some(_) => {}
        }
    }
    for (stratum, _) in pools.iter().filter(|(name, _)| !seen.contains(name)) {
        faults.push(Fault::new(
            Code::QUOTA_STRATA,
            stratum.as_str(),
            "没有给出抽取数。",
        ));
    }
    faults
}

fn teams(terms: &Terms, drawn: &[InspectorNumbers]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let strata = || terms.drawn.iter().map(|(s, _)| *s);
    if !strata().eq(terms.teams.iter().map(|team| team.stratum)) {
        faults.push(Fault::new(
            Code::TEAM_STRATA,
            "team",
            "分层或者顺序与 draw-inspectors 不同。",
        ));
    }
    if strata().collect::<BTreeSet<_>>().len() != terms.drawn.len() {
        faults.push(Fault::new(
            Code::TEAM_STRATA,
            "draw-inspectors",
            "分层重复。",
        ));
    }
    let total = terms
        .teams
        .iter()
        .map(|team| team.size)
        .fold(0, u64::saturating_add);
    if total < 2 {
        faults.push(Fault::new(
            Code::TEAM_TOO_SMALL,
            "team",
            format!("每组只有 {total} 人。"),
        ));
    }
    for (stratum, pool, m) in drawn {
        if m > pool {
            faults.push(Fault::new(
                Code::INSPECTORS_TOO_FEW,
                stratum.as_str(),
                format!("要抽 {m} 人，可抽的只有 {pool} 人。"),
            ));
        }
        if terms.extends.is_none() {
            faults.extend(team_size(terms, stratum, *m));
        }
    }
    faults
}

fn team_size(terms: &Terms, stratum: &Token, m: u64) -> Option<Fault> {
    let t = terms
        .teams
        .iter()
        .find(|team| team.stratum == *stratum)?
        .size;
    if m < t {
        let sentence = format!("只抽 {m} 人，每组要 {t} 人。");
        return Some(Fault::new(Code::TEAM_TOO_LARGE, stratum.as_str(), sentence));
    }
    match terms.assign {
        Assign::Groups(g) if g.checked_mul(t) != Some(m) => {
            let sentence = format!("{g} 组、每组 {t} 人，却要抽 {m} 人。");
            Some(Fault::new(Code::GROUPS_UNEVEN, stratum.as_str(), sentence))
        }
        _ => None,
    }
}

fn names(terms: &Terms) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut unique = |place: &str, names: Vec<Token>| {
        if names.iter().collect::<BTreeSet<_>>().len() != names.len() {
            faults.push(Fault::new(Code::REPEATED_NAME, place, "名单中有重复。"));
        }
    };
    unique("leader", terms.leaders.clone());
    unique(
        "party",
        terms.parties.iter().map(|party| party.name).collect(),
    );
    if terms.assign == Assign::Groups(0) {
        faults.push(Fault::new(Code::RANGE, "assign", "组数至少为 1。"));
    }
    let ascending = terms.areas.is_sorted_by(|a, b| a < b);
    let none = terms.areas.iter().any(|area| area.as_str() == "-");
    if !ascending || none || (!terms.areas.is_empty() && terms.assign == Assign::Pairs) {
        faults.push(Fault::new(
            Code::AREA_ORDER,
            "area",
            "片区的用法或者顺序不对。",
        ));
    }
    faults
}
