//! Every reason for which FREEZE must be refused (§2, §3.3), listed all at once.
//!
//! The numbers alone are judged by [`of_numbers`], which also judges a FREEZE somebody else made;
//! the rows are judged by the other functions.

use std::collections::{BTreeMap, BTreeSet};

use super::Terms;
use crate::fault::{Code, Fault};
use crate::frame::{Frame, Rows};
use crate::name::{Status, Stratum, Token};
use crate::record::freeze::{Assign, FreezeRecord};

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
        subject_rows(&frame.subjects)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        area_rows(terms, &frame.subjects)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        inspector_rows(terms, &frame.inspectors)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        recusal_rows(&frame.recusals)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
    faults.extend(
        coverage(terms, frame, &drawn)
            .into_iter()
            .take(MOST_OF_A_SORT),
    );
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

fn subject_rows(subjects: &Rows) -> Vec<Fault> {
    let mut faults = Vec::new();
    for view in subjects.iter().filter(|view| view.status == Status::Pair) {
        faults.push(Fault::new(
            Code::KIND_STATUS,
            view.id.as_str(),
            "检查对象的状态不能是 pair。",
        ));
    }
    // Canonical order puts the rows of one subject side by side and, within it, the strata
    // ascending; two classes of one item are not always neighbors ("a", "a-b:x", "a:y").
    for rows in subjects
        .rows
        .chunk_by(|a, b| a.id == b.id)
        .filter(|rows| rows.len() > 1)
    {
        let mut items = BTreeMap::new();
        for view in rows.iter().map(|row| subjects.view(*row)) {
            let item = view.stratum.split_once(':').map_or("-", |(item, _)| item);
            match items.insert(item, view.stratum) {
                None => {}
                Some(before) if before == view.stratum => faults.push(Fault::new(
                    Code::REPEATED_LEAF,
                    view.id.as_str(),
                    format!("在分层 {before} 中出现两次。"),
                )),
                Some(before) => faults.push(Fault::new(
                    Code::REPEATED_ITEM,
                    view.id.as_str(),
                    format!("同一事项下既属于 {before} 又属于 {}。", view.stratum),
                )),
            }
        }
    }
    faults
}

fn area_rows(terms: &Terms, subjects: &Rows) -> Vec<Fault> {
    let mut faults = Vec::new();
    for view in subjects.iter() {
        let known = match terms.areas.is_empty() {
            true => view.area == "-",
            false => terms.areas.iter().any(|area| area.as_str() == view.area),
        };
        if !known {
            let sentence = format!("片区“{}”不在冻结公告的片区之中。", view.area);
            faults.push(Fault::new(Code::AREA, view.id.as_str(), sentence));
        }
    }
    for pair in subjects.rows.windows(2) {
        if pair[0].id == pair[1].id && pair[0].area != pair[1].area {
            let sentence = "同一对象的各行片区不同。";
            faults.push(Fault::new(Code::AREA, pair[0].id.as_str(), sentence));
        }
    }
    faults
}

fn inspector_rows(terms: &Terms, inspectors: &Rows) -> Vec<Fault> {
    let mut faults = Vec::new();
    for pair in inspectors
        .rows
        .windows(2)
        .filter(|pair| pair[0].id == pair[1].id)
    {
        faults.push(Fault::new(
            Code::REPEATED_INSPECTOR,
            pair[0].id.as_str(),
            "检查人员出现两次。",
        ));
    }
    for view in inspectors.iter() {
        if !view.status.is_draw() && !view.status.is_skip() {
            let sentence = "检查人员的状态只能是 draw 或 skip。";
            faults.push(Fault::new(Code::KIND_STATUS, view.id.as_str(), sentence));
        }
        if !terms
            .drawn
            .iter()
            .any(|(stratum, _)| stratum.as_str() == view.stratum)
        {
            let sentence = format!("抽取方案中没有分层“{}”。", view.stratum);
            faults.push(Fault::new(
                Code::INSPECTOR_STRATUM,
                view.id.as_str(),
                sentence,
            ));
        }
    }
    faults
}

fn recusal_rows(recusals: &[(Token, Token)]) -> Vec<Fault> {
    recusals
        .windows(2)
        .filter(|two| two[0] == two[1])
        .map(|two| {
            let place = format!("{}:{}", two[0].0, two[0].1);
            Fault::new(Code::REPEATED_LEAF, place, "回避记录出现两次。")
        })
        .collect()
}

/// Whether every non-skip subject keeps enough inspectors and a leader after recusals.
fn coverage(terms: &Terms, frame: &Frame, drawn: &[InspectorNumbers]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if terms.leaders.is_empty() && frame.subjects.iter().any(|view| !view.status.is_skip()) {
        faults.push(Fault::new(Code::LEADER_RECUSED, "leader", "没有指派组长。"));
    }
    let stratum_of: BTreeMap<Token, &str> = frame
        .inspectors
        .iter()
        .filter(|view| view.status.is_draw())
        .map(|view| (view.id, view.stratum))
        .collect();
    let mut recused: BTreeMap<Token, BTreeSet<Token>> = BTreeMap::new();
    for (inspector, subject) in &frame.recusals {
        recused.entry(*subject).or_default().insert(*inspector);
    }
    for (subject, inspectors) in recused
        .iter()
        .filter(|(subject, _)| visitable(frame, **subject))
    {
        for team in &terms.teams {
            let lost = inspectors
                .iter()
                .filter(|id| stratum_of.get(id) == Some(&team.stratum.as_str()))
                .count() as u64;
            let pool = drawn
                .iter()
                .find(|(s, ..)| *s == team.stratum)
                .map_or(0, |(_, n, _)| *n);
            if pool.saturating_sub(lost) < team.size {
                faults.push(Fault::new(
                    Code::RECUSED_TOO_MANY,
                    subject.as_str(),
                    format!(
                        "分层 {} 回避后只剩 {} 人，每组要 {} 人。",
                        team.stratum,
                        pool.saturating_sub(lost),
                        team.size
                    ),
                ));
            }
        }
        if !terms.leaders.is_empty() && terms.leaders.iter().all(|id| inspectors.contains(id)) {
            faults.push(Fault::new(
                Code::LEADER_RECUSED,
                subject.as_str(),
                "组长、副组长都须回避。",
            ));
        }
    }
    faults
}

/// Whether a subject has a leaf that may be visited.
fn visitable(frame: &Frame, subject: Token) -> bool {
    let rows = &frame.subjects.rows;
    let first = rows.partition_point(|row| row.id < subject);
    rows[first..]
        .iter()
        .take_while(|row| row.id == subject)
        .any(|row| !frame.subjects.status(*row).is_skip())
}
