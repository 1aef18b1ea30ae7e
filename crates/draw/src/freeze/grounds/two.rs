//! What `shuang/2` asks of a FREEZE beyond `shuang/1`: narrower names, commitments used once, hours
//! that fit each other and the beacon, and recusals that name nobody from outside.

use std::collections::BTreeSet;

use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::frame::{Frame, Rows};
use crate::freeze::Terms;
use crate::name::{Stratum, Token};
use crate::record::freeze::{Assign, Committed, FreezeRecord, Hours};
use crate::seed::beacon;
use crate::version::Version;

/// The largest number a line of FREEZE can carry (§2 `count`).
fn fits(n: u64) -> bool {
    Version::Two.count(&n.to_string()).is_ok()
}

/// Reasons that show in the lines of FREEZE alone.
pub(super) fn of_lines(terms: &Terms, pools: &[(Stratum, u64)]) -> Vec<Fault> {
    let mut faults = grammar(terms, pools);
    let mut seen: BTreeSet<Digest> = BTreeSet::new();
    for party in &terms.parties {
        if !seen.insert(party.commitment) {
            let sentence = "承诺值与另一见证人的相同。";
            faults.push(Fault::new(
                Code::REPEATED_NONCE,
                party.name.as_str(),
                sentence,
            ));
        }
    }
    let unnamed = |stratum: &Stratum| !stratum.as_str().contains(':');
    if pools.iter().any(|(s, _)| unnamed(s)) && pools.iter().any(|(s, _)| !unnamed(s)) {
        let sentence = "写了代码的事项与不写代码的事项混用。";
        faults.push(Fault::new(Code::UNNAMED_ITEM, "stratum", sentence));
    }
    if terms.extends.is_some() && !(terms.leaders.is_empty() && terms.areas.is_empty()) {
        let sentence = "增补抽取不写组长和片区，沿用原次抽取的。";
        faults.push(Fault::new(Code::EXTENSION, "extends", sentence));
    }
    faults.extend(hours(terms));
    faults
}

/// Reasons that lie in how many leaves the lists of a FREEZE have.
pub(super) fn of_lists(record: &FreezeRecord) -> Vec<Fault> {
    let mut faults = Vec::new();
    if record.extends.is_some() && record.subjects.leaves > 0 {
        let sentence = "增补抽取带有检查对象。";
        faults.push(Fault::new(Code::EXTENSION, "subjects", sentence));
    }
    let none = record.suite.bytes(b"");
    let lists = [
        ("subjects", record.subjects),
        ("inspectors", record.inspectors),
        ("recusals", record.recusals),
    ];
    let rootless = |list: &Committed| list.leaves == 0 && list.root != none;
    for (place, _) in lists.into_iter().filter(|(_, list)| rootless(list)) {
        let sentence = "一条也没有，树根却不是空树的根。";
        faults.push(Fault::new(Code::CONTRADICTION, place, sentence));
    }
    faults
}

fn hours(terms: &Terms) -> Vec<Fault> {
    let Hours::Two {
        reveal_from,
        beacon_at,
    } = terms.hours
    else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    let mut wrong = |place: &str, sentence: &str| {
        faults.push(Fault::new(Code::HOURS, place, sentence));
    };
    if reveal_from >= terms.reveal_by {
        wrong("reveal-from", "揭示开始不早于截止。");
    }
    match (&terms.beacon, beacon_at) {
        (Some(_), Some(at)) if terms.reveal_by >= at => {
            wrong("reveal-by", "揭示截止不早于公共随机源公布的时刻。");
        }
        (Some(_), None) => wrong("beacon", "没有写明公共随机源公布的时刻。"),
        (None, Some(_)) => wrong("beacon", "没有公共随机源，却写明了它公布的时刻。"),
        _ => {}
    }
    if let (Some(name), Some(at)) = (&terms.beacon, beacon_at) {
        faults.extend(beacon::faults(name, at));
    }
    faults
}

/// Names and numbers that the lines of FREEZE cannot carry.
fn grammar(terms: &Terms, pools: &[(Stratum, u64)]) -> Vec<Fault> {
    let two = Version::Two;
    let kinds = terms.drawn.iter().map(|(kind, _)| *kind);
    let kinds = kinds.chain(terms.teams.iter().map(|team| team.stratum));
    let names = [terms.campaign]
        .into_iter()
        .chain(terms.areas.iter().copied());
    let names = names.chain(terms.leaders.iter().copied()).chain(terms.dice);
    let names = names.chain(terms.parties.iter().map(|party| party.name));
    let names = names.chain(terms.beacon.iter().map(|beacon| beacon.round));
    let strata = terms.quotas.iter().map(|(stratum, _)| stratum);
    let mut faults: Vec<Fault> = names
        .filter_map(|name| two.name(name.as_str()).err())
        .chain(kinds.filter_map(|kind| two.dashed(kind.as_str()).err()))
        .chain(strata.filter_map(|stratum| two.stratum(stratum.as_str()).err()))
        .collect();
    let groups = match terms.assign {
        Assign::Pairs => 1,
        Assign::Groups(groups) => groups,
    };
    let counts = terms.quotas.iter().chain(pools).map(|(_, n)| *n);
    let counts = counts.chain(terms.drawn.iter().map(|(_, m)| *m));
    let counts = counts.chain(terms.teams.iter().map(|team| team.size));
    if !counts.chain([groups]).all(fits) {
        faults.push(Fault::new(Code::RANGE, "", "数量不得大于 99999999。"));
    }
    let times = match terms.hours {
        Hours::One => [None, None],
        Hours::Two {
            reveal_from,
            beacon_at,
        } => [Some(reveal_from), beacon_at],
    };
    let mut times = times.into_iter().flatten().chain([terms.reveal_by]);
    if !times.all(|time| two.time(&time.to_string()).is_ok()) {
        faults.push(Fault::new(Code::RANGE, "", "时刻不得大于 9999999999。"));
    }
    faults
}

/// Reasons that lie in the rows.
pub(super) fn of_rows(terms: &Terms, frame: &Frame) -> Vec<Fault> {
    let mut faults = frame.grammar_faults(Version::Two);
    faults.extend(strangers(terms, frame));
    if ![
        frame.subjects.len(),
        frame.inspectors.len(),
        frame.recusals.len(),
    ]
    .into_iter()
    .all(|rows| fits(rows as u64))
    {
        faults.push(Fault::new(
            Code::TOO_MANY_ROWS,
            "",
            "名录行数大于 99999999。",
        ));
    }
    faults
}

/// Recusals whose person is neither an inspector of the frame nor a leader of FREEZE, or whose
/// subject is not in the frame. The subjects of a borrowed frame are those of the attempt it joins,
/// which does not stand here: [`crate::standing::Course::extend`] asks them.
fn strangers(terms: &Terms, frame: &Frame) -> Vec<Fault> {
    let known = |rows: &Rows, id: Token| {
        let at = rows.rows.partition_point(|row| row.id < id);
        rows.rows.get(at).is_some_and(|row| row.id == id)
    };
    let stranger = |(person, subject): &&(Token, Token)| {
        let serves = known(&frame.inspectors, *person) || terms.leaders.contains(person);
        let listed = terms.extends.is_some() || known(&frame.subjects, *subject);
        !(serves && listed)
    };
    let fault = |(person, subject): &(Token, Token)| {
        let sentence = "人员或者检查对象不在本次抽取之中。";
        Fault::new(Code::STRANGER, format!("{person}:{subject}"), sentence)
    };
    frame.recusals.iter().filter(stranger).map(fault).collect()
}
