//! Reasons against a frame that lie in its rows: repeats, statuses, areas, recusals.

use std::collections::{BTreeMap, BTreeSet};

use super::InspectorNumbers;
use crate::fault::{Code, Fault};
use crate::frame::{Frame, Rows};
use crate::freeze::Terms;
use crate::name::{Status, Token};

pub(super) fn subject_rows(subjects: &Rows) -> Vec<Fault> {
    let mut faults = Vec::new();
    if subjects.knows_status(Status::Pair) {
        let pairs = subjects.iter().filter(|view| view.status == Status::Pair);
        faults.extend(pairs.map(|view| {
            let sentence = "检查对象的状态不能是 pair。";
            Fault::new(Code::KIND_STATUS, view.id.as_str(), sentence)
        }));
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

pub(super) fn area_rows(terms: &Terms, subjects: &Rows) -> Vec<Fault> {
    let known = subjects.areas_that(|area| match terms.areas.is_empty() {
        true => area == "-",
        false => terms.areas.iter().any(|name| name.as_str() == area),
    });
    let mut faults = Vec::new();
    for row in subjects
        .rows
        .iter()
        .filter(|row| !known[usize::from(row.area)])
    {
        let sentence = format!("片区“{}”不在冻结公告的片区之中。", subjects.view(*row).area);
        faults.push(Fault::new(Code::AREA, row.id.as_str(), sentence));
    }
    for pair in subjects.rows.windows(2) {
        if pair[0].area != pair[1].area && pair[0].id == pair[1].id {
            let sentence = "同一对象的各行片区不同。";
            faults.push(Fault::new(Code::AREA, pair[0].id.as_str(), sentence));
        }
    }
    faults
}

pub(super) fn inspector_rows(terms: &Terms, inspectors: &Rows) -> Vec<Fault> {
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
        // The area of an inspector is in his leaf, so it must not tell two frames apart.
        if view.area != "-" {
            let sentence = format!("检查人员不属于片区，却写了“{}”。", view.area);
            faults.push(Fault::new(Code::AREA, view.id.as_str(), sentence));
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

pub(super) fn recusal_rows(recusals: &[(Token, Token)]) -> Vec<Fault> {
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
pub(super) fn coverage(terms: &Terms, frame: &Frame, drawn: &[InspectorNumbers]) -> Vec<Fault> {
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
