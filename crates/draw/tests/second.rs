//! The list that the second implementation keeps (`vectors/second-2.txt`): of 500 plans with every feature of
//! the drawing, what an implementation made that was written from `docs/SPEC-draw.md` alone
//! ([ADR 0035](../../../docs/adr/0035-a-second-implementation-keeps-the-list.md)).
//!
//! Both get the descriptions of `common/plans.rs`, and each makes every file by itself. Deliberately absent:
//! Python, and any way for this crate to write the list.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
#[path = "common/plans.rs"]
mod plans;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use attempt::{Outcome, Written, make};
use draw::Suite;
use plans::{PLANS, plan};
use serde_json::Value;

const LIST: &str = include_str!("../../../vectors/second-2.txt");

/// Every file of an attempt by path, the orders of parts too; `None` where FREEZE is refused.
fn files(json: &Value) -> Option<Written> {
    let Outcome::Made(made) = make(json) else {
        return None;
    };
    let mut files = made.files;
    for (visit, order) in made.part_orders {
        files.insert(format!("part-{visit}.order"), order.into_bytes());
    }
    Some(files)
}

/// What the list says of a plan: SHA-256 over its paths and the hashes of its files.
fn said(files: Option<&Written>) -> String {
    let Some(files) = files else {
        return "refused".to_owned();
    };
    let mut lines = String::new();
    for (path, bytes) in files {
        writeln!(lines, "{path} {}", Suite::Sha256.bytes(bytes)).unwrap();
    }
    Suite::Sha256.bytes(lines.as_bytes()).to_string()
}

/// The list by number.
fn list() -> BTreeMap<u64, &'static str> {
    let pairs = LIST.lines().map(|line| line.split_once(' ').unwrap());
    pairs
        .map(|(number, said)| (number.parse().unwrap(), said))
        .collect()
}

#[test]
fn of_500_plans_the_draw_makes_what_the_second_implementation_made() {
    let list = list();
    assert!(list.keys().copied().eq(1..=PLANS), "one line per plan");
    let (mut seen, mut other) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for (number, expected) in list {
        let files = files(&plan(number));
        if said(files.as_ref()) != expected {
            other.push(number);
        }
        for feature in features(files.as_ref()) {
            *seen.entry(feature).or_default() += 1;
        }
    }
    assert!(other.is_empty(), "plans drawn otherwise: {other:?}");
    for (feature, least) in FEATURES {
        let count = seen.get(feature).copied().unwrap_or_default();
        assert!(count >= *least, "{feature}: {count} plans; {seen:?}");
    }
}

/// In how many plans a feature stands at least; without this the list could agree on nothing.
const FEATURES: &[(&str, usize)] = &[
    (REFUSED, 40),
    ("\nsuite sm3\n", 100),
    ("shuang/1 plan\n", 150),
    ("shuang/2 plan\n", 150),
    (" pool ", 150),
    (" fixed ", 50),
    (" ceiling\n", 100),
    (" full\n", 50),
    (":all ", 30),
    ("stratum all ", 30),
    ("\nassign groups ", 150),
    ("\narea ", 80),
    ("\tmust:", 100),
    ("\tskip:", 100),
    ("\tpair\t", 150),
    (" -\n", 50),
    ("\nbeacon drand:", 20),
    ("\nbeacon cwl-ssq ", 20),
    ("\nbeacon tc-dlt ", 10),
    ("\nbeacon radio ", 20),
    ("\ndice ", 100),
    (" absent timeout\n", 60),
    ("\nby program\n", 8),
    ("\napprover ", 100),
    ("shuang/2 substitute\n", 100),
    ("shuang/2 recuse\n", 50),
    ("shuang/2 extend\n", 80),
    (FILLED, 10),
    ("\nlead ", 50),
    ("\nclosed ", 80),
    ("shuang/2 part\n", 100),
    ("\nnumber absent refused\n", 30),
    ("\nwould ", 15),
    ("\nmin-level 0\n", 100),
    ("\nmin-level 1\n", 50),
    ("\nmin-level 2\n", 20),
];

/// A FREEZE that both refuse.
const REFUSED: &str = "FREEZE refused";
/// An EXTEND with several moves: who was borrowed is taken in turn.
const FILLED: &str = "an EXTEND with three moves";

fn features(files: Option<&Written>) -> BTreeSet<&'static str> {
    let Some(files) = files else {
        return BTreeSet::from([REFUSED]);
    };
    let texts: Vec<_> = files
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes))
        .collect();
    let filled =
        |text: &str| text.starts_with("shuang/2 extend\n") && text.matches("\nmove ").count() >= 3;
    let stands = |feature: &str| match feature == FILLED {
        true => texts.iter().any(|text| filled(text)),
        false => texts.iter().any(|text| text.contains(feature)),
    };
    let features = FEATURES.iter().map(|(feature, _)| *feature);
    features.filter(|feature| stands(feature)).collect()
}

#[test]
fn one_changed_byte_of_an_input_is_no_longer_what_the_list_says() {
    let list = list();
    let mut changed = 0;
    for number in (1..=PLANS)
        .filter(|number| list[number] != "refused")
        .take(40)
    {
        for key in ["S", "document"] {
            let mut json = plan(number);
            let text = json[key].as_str().unwrap();
            let other = if text.starts_with('0') { "1" } else { "0" };
            json[key] = format!("{other}{}", &text[1..]).into();
            // S is not in the files of an attempt that ended before FREEZE.
            if key == "S" && json["void"]["before"] == "freeze" {
                continue;
            }
            changed += 1;
            assert_ne!(
                said(files(&json).as_ref()),
                list[&number],
                "{key} of plan {number}"
            );
        }
        let mut written = files(&plan(number)).unwrap();
        let (path, byte) = written
            .iter_mut()
            .find_map(|(path, bytes)| Some((path, bytes.last_mut()?)))
            .unwrap();
        *byte ^= 1;
        let path = path.clone();
        assert_ne!(
            said(Some(&written)),
            list[&number],
            "{path} of plan {number}"
        );
    }
    assert!(changed > 60);
}
