//! What a FREEZE of `shuang/2` is refused for beyond `shuang/1`, and what PLAN holds against it: each rule
//! by the smallest change that breaks it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;

use std::collections::BTreeSet;

use attempt::{Outcome, make};
use common::input_hash;
use draw::record::{FreezeRecord, Hours, PlanRecord};
use draw::seed::beacon;
use draw::{Code, Suite};
use serde_json::{Value, json};

const START: u64 = 1_800_000_000;

fn hash(text: &str) -> String {
    input_hash(text).to_string()
}

/// Thirty subjects in two classes of one item and five in another, six inspectors, two parties, dice
/// and a lottery: everything in order.
fn good() -> Value {
    let mut subjects = Vec::new();
    for n in 0..30 {
        let class = if n % 2 == 0 { "A" } else { "B" };
        subjects.push(json!([format!("S{n:02}"), "fume", class, "draw", "-"]));
    }
    for n in 0..5 {
        subjects.push(json!([format!("S{n:02}"), "waste", "A", "draw", "-"]));
    }
    let inspectors: Vec<Value> = (0..6)
        .map(|n| json!([format!("F{n}"), "-", "draw"]))
        .collect();
    json!({
        "suite": "sha256", "campaign": "411200-CG-2026-0007", "attempt": 1,
        "document": hash("document"), "rulebook": ["2026.1", hash("rules")], "ceremony": START,
        "items": [["fume", "pool 1/5"], ["waste", "pool 1/2"]],
        "rates": [["fume:A", "1/2"], ["fume:B", "1/3"], ["waste:A", "1/2"]],
        "draw_inspectors": [["-", 4]], "teams": [["-", 2]], "assign": "pairs", "areas": [],
        "leaders": ["L1", "L2"],
        "parties": [["discipline", hash("one")], ["justice", hash("two")]],
        "dice": ["hall", "01234567890123456789"],
        "beacon": ["cwl-ssq", "2027006", START + 3600, "03 08 11 19 24 30 + 07"],
        "min_level": 2, "plan_seconds": 259_200, "freeze_seconds": 600, "reveal_from": START,
        "reveal_by": START + 1800, "S": hash("secret"), "plan_version": 2, "subjects": subjects,
        "inspectors": inspectors, "recusals": [["F1", "S03"], ["L1", "S04"]], "ending": "result",
        "changes": [], "parts": [],
    })
}

fn refused(change: impl FnOnce(&mut Value)) -> BTreeSet<Code> {
    let mut json = good();
    change(&mut json);
    match make(&json) {
        Outcome::Refused(faults) => faults.into_iter().map(|fault| fault.code).collect(),
        Outcome::Made(_) => panic!("not refused"),
    }
}

fn only(code: Code, change: impl FnOnce(&mut Value)) {
    assert_eq!(refused(change), BTreeSet::from([code]));
}

fn accepted(change: impl FnOnce(&mut Value)) -> FreezeRecord {
    let mut json = good();
    change(&mut json);
    match make(&json) {
        Outcome::Refused(faults) => panic!("{faults:?}"),
        Outcome::Made(made) => FreezeRecord::parse(&made.files["freeze.txt"]).unwrap(),
    }
}

fn push(rows: &mut Value, row: Value) {
    rows.as_array_mut().unwrap().push(row);
}

#[test]
fn the_description_in_order_is_frozen_under_both_plans() {
    let freeze = accepted(|_| {});
    let merged = freeze
        .strata
        .iter()
        .any(|line| line.stratum.as_str() == "waste:all");
    assert!(merged, "five subjects are merged: {freeze}");
    accepted(|json| {
        json["plan_version"] = 1.into();
        // A plan of shuang/1 announces no ceremony.
        json["ceremony"] = (START + 100).into();
    });
}

#[test]
fn names_begin_with_a_letter_or_digit_everywhere() {
    only(Code::NAME_START, |json| {
        json["subjects"][0][0] = "-S".into();
    });
    only(Code::NAME_START, |json| {
        json["subjects"][0][3] = "must:.x".into();
    });
    only(Code::NAME_START, |json| {
        json["inspectors"][0][0] = "_F".into();
    });
}

#[test]
fn an_inspector_has_no_area_with_or_without_areas_of_subjects() {
    only(Code::AREA, |json| {
        json["inspectors"][0] = json!(["F0", "-", "draw", "east"]);
    });
    only(Code::AREA, |json| {
        json["assign"] = "groups 2".into();
        json["areas"] = json!(["east"]);
        for subject in json["subjects"].as_array_mut().unwrap() {
            subject[4] = "east".into();
        }
        json["inspectors"][0] = json!(["F0", "-", "draw", "east"]);
    });
}

#[test]
fn a_list_without_leaves_has_the_root_of_no_leaves() {
    let freeze = accepted(|json| json["recusals"] = json!([]));
    assert!(freeze.faults().is_empty());
    let mut another = freeze.clone();
    another.recusals.root = freeze.subjects.root;
    let codes: Vec<_> = another.faults().iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [Code::CONTRADICTION]);
}

#[test]
fn a_commitment_occurs_once() {
    only(Code::REPEATED_NAME, |json| {
        let first = json["parties"][0].clone();
        push(&mut json["parties"], first);
        // The same name with the same nonce is the same commitment; the name is said first.
        json["parties"][2][1] = hash("three").into();
    });
    let codes = refused(|json| {
        let first = json["parties"][0].clone();
        push(&mut json["parties"], first);
    });
    assert!(codes.contains(&Code::REPEATED_NONCE));
}

#[test]
fn recusals_name_nobody_from_outside() {
    for (person, subject) in [("F9", "S00"), ("f1", "S00"), ("F1", "S99"), ("L3", "S00")] {
        only(Code::STRANGER, |json| {
            push(&mut json["recusals"], json!([person, subject]));
        });
    }
    accepted(|json| push(&mut json["recusals"], json!(["L2", "S00"])));
}

#[test]
fn named_items_and_the_unnamed_one_do_not_occur_together() {
    only(Code::UNNAMED_ITEM, |json| {
        json["items"] = json!([
            ["-", "pool 1/5"],
            ["fume", "pool 1/5"],
            ["waste", "pool 1/2"]
        ]);
    });
}

#[test]
fn classes_are_merged_below_twenty_and_only_then() {
    // Nineteen are merged although one of them is `must`.
    let freeze = accepted(|json| {
        let rows = json["subjects"].as_array_mut().unwrap();
        rows.truncate(20);
        rows[0][3] = "must:complaint".into();
        json["items"] = json!([["fume", "pool 1/5"]]);
        json["rates"] = json!([["fume:A", "1/2"], ["fume:B", "1/3"]]);
    });
    assert_eq!(freeze.strata[0].stratum.as_str(), "fume:all");
    assert_eq!(
        (freeze.strata[0].pool, freeze.strata[0].quota, freeze.must),
        (19, 4, 1)
    );
    for rule in ["pool 1/5", "ceiling", "fixed 3", "full"] {
        only(Code::PLAN, |json| {
            json["subjects"][0][2] = "all".into();
            json["items"][0][1] = rule.into();
        });
    }
    only(Code::PLAN, |json| json["rates"][1][0] = "fume:all".into());
    // A class without a rate, even where nobody would need one.
    only(Code::PLAN, |json| {
        json["subjects"][0][2] = "Z".into();
        json["items"][0][1] = "full".into();
    });
}

#[test]
fn rates_stay_below_a_million_together() {
    only(Code::RANGE, |json| json["rates"][0][1] = "1/1000001".into());
    only(Code::RANGE, |json| {
        json["rates"] = json!([
            ["fume:A", "1/1000"],
            ["fume:B", "1/1001"],
            ["waste:A", "1/2"]
        ]);
    });
    // Rates of classes that do not occur do not matter, nor do those of other items.
    accepted(|json| {
        json["rates"] = json!([
            ["fume:A", "1/1000"],
            ["fume:B", "1/2"],
            ["fume:C", "1/1001"],
            ["waste:A", "1/999"]
        ]);
    });
    // FREEZE decides the version: under a plan of shuang/1 the bound of shuang/2 holds.
    only(Code::RANGE, |json| {
        json["plan_version"] = 1.into();
        json["rates"][0][1] = "1/1000001".into();
    });
}

#[test]
fn the_hours_fit_each_other_and_the_ceremony() {
    only(Code::HOURS, |json| json["reveal_by"] = START.into());
    only(Code::HOURS, |json| {
        json["reveal_by"] = (START + 3600).into();
    });
    accepted(|json| json["reveal_by"] = (START + 3599).into());
    only(Code::PLAN, |json| json["ceremony"] = (START + 1).into());
    only(Code::RANGE, |json| {
        json["beacon"] = json!(["radio", "noon", 10_000_000_000_u64, "07"]);
    });
}

#[test]
fn the_beacon_is_one_of_the_table() {
    let named = |source: &str, round: &str, time: u64, value: &str| {
        let beacon = json!([source, round, time, value]);
        move |json: &mut Value| json["beacon"] = beacon
    };
    let signature = "ab".repeat(48);
    let round = 36_000_000;
    let time = beacon::time_of_round(round).unwrap();
    assert_eq!(beacon::time_of_round(1), Some(1_692_803_367));
    assert_eq!(beacon::time_of_round(1000), Some(1_692_806_364));
    assert_eq!(beacon::time_of_round(0), None);
    let quicknet = beacon::QUICKNET;
    accepted(named(quicknet, "36000000", time, &signature));
    only(
        Code::BEACON_NAME,
        named(quicknet, "36000000", time + 1, &signature),
    );
    only(
        Code::BEACON_NAME,
        named(quicknet, "036000000", time, &signature),
    );
    only(
        Code::BEACON_NAME,
        named(quicknet, "latest", time, &signature),
    );
    let other = format!("drand:{}", hash("chain"));
    only(
        Code::BEACON_NAME,
        named(&other, "36000000", time, &signature),
    );
    let noon = START + 3600;
    only(Code::BEACON_NAME, named("cwl-ssq", "26135", noon, "x"));
    only(Code::BEACON_NAME, named("tc-dlt", "2026135", noon, "x"));
    accepted(named("tc-dlt", "27006", noon, "01 02 03 34 35 + 01 12"));
    // Of another year, of none, and one more than the year had draw days by then.
    let numbers = "03 08 11 19 24 30 + 07";
    for issue in ["2020006", "2026006", "2027000", "2027007"] {
        only(Code::BEACON_NAME, named("cwl-ssq", issue, noon, numbers));
    }
    // 23 November 2027, a Tuesday: draw day 140; the market was never closed for 41 of them.
    let tuesday = 1_826_975_700;
    only(
        Code::BEACON_NAME,
        named("cwl-ssq", "202799", tuesday, numbers),
    );
    accepted(named("cwl-ssq", "2027100", tuesday, numbers));
    accepted(named("radio", "morning", noon, "00"));
}

#[test]
fn the_level_announced_is_that_of_the_plan() {
    only(Code::PLAN, |json| {
        json["parties"].as_array_mut().unwrap().truncate(1);
    });
    only(Code::PLAN, |json| {
        json["dice"] = Value::Null;
        json["beacon"] = Value::Null;
    });
    accepted(|json| json["beacon"] = Value::Null);
}

/// One change of a FREEZE.
type Change<'a> = &'a dyn Fn(&mut FreezeRecord);

#[test]
fn freeze_is_held_against_every_line_of_its_plan() {
    let mut json = good();
    json["assign"] = "groups 2".into();
    json["areas"] = json!(["east", "west"]);
    for row in json["subjects"].as_array_mut().unwrap() {
        row[4] = "east".into();
    }
    let Outcome::Made(made) = make(&json) else {
        panic!("refused");
    };
    let plan = PlanRecord::parse(&made.files["plan.txt"]).unwrap();
    let freeze = FreezeRecord::parse(&made.files["freeze.txt"]).unwrap();
    assert!(plan.disagreements(&freeze).is_empty());
    let against = |change: &dyn Fn(&mut FreezeRecord)| {
        let mut other = freeze.clone();
        change(&mut other);
        let faults = plan.disagreements(&other);
        faults
            .into_iter()
            .map(|fault| fault.place)
            .collect::<Vec<_>>()
    };
    let name = common::token;
    let cases: [(&str, Change<'_>); 13] = [
        ("plan", &|f| f.plan = input_hash("other")),
        ("campaign", &|f| f.campaign = name("other")),
        ("suite", &|f| f.suite = Suite::Sm3),
        ("draw-inspectors", &|f| f.inspector_draws[0].drawn = 5),
        ("team", &|f| f.teams[0].size = 3),
        ("assign", &|f| f.assign = draw::record::Assign::Pairs),
        ("area", &|f| f.areas.truncate(1)),
        ("leader", &|f| f.leaders.swap(0, 1)),
        ("party", &|f| f.parties.swap(0, 1)),
        ("dice", &|f| f.dice = None),
        ("beacon", &|f| {
            f.beacon.as_mut().unwrap().source = "radio".into();
        }),
        ("fume:A", &|f| f.strata[0].quota += 1),
        ("reveal-from", &|f| {
            f.hours = Hours::Two {
                reveal_from: START - 1,
                beacon_at: None,
            };
        }),
    ];
    for (place, change) in cases {
        assert_eq!(against(change), [place]);
    }
    // An attempt of shuang/1 is under no plan of shuang/2.
    assert_eq!(against(&|f| f.hours = Hours::One), ["shuang"]);
    // A borrowed frame agrees in plan, campaign, suite and teams only.
    let borrowed = |change: &dyn Fn(&mut FreezeRecord)| {
        against(&|freeze| {
            freeze.extends = Some(input_hash("first"));
            change(freeze);
        })
    };
    for (place, change) in &cases[5..] {
        assert!(borrowed(change).is_empty(), "{place}");
    }
    for at in [0, 1, 2, 4] {
        assert_eq!(borrowed(cases[at].1), [cases[at].0]);
    }
}

#[test]
fn what_is_read_from_a_freeze_is_judged_by_the_same_rules() {
    let freeze = accepted(|_| {});
    assert!(freeze.faults().is_empty());
    let codes = |change: &dyn Fn(&mut FreezeRecord)| {
        let mut other = freeze.clone();
        change(&mut other);
        let faults = other.faults();
        faults
            .into_iter()
            .map(|fault| fault.code)
            .collect::<BTreeSet<_>>()
    };
    let commitment = freeze.parties[0].commitment;
    assert!(codes(&|f| f.parties[1].commitment = commitment).contains(&Code::REPEATED_NONCE));
    assert!(codes(&|f| f.reveal_by = START).contains(&Code::HOURS));
    assert!(codes(&|f| f.beacon = None).contains(&Code::HOURS));
    assert!(codes(&|f| f.subjects.leaves += 1).contains(&Code::CONTRADICTION));
    assert!(codes(&|f| f.inspectors.leaves = 1).contains(&Code::CONTRADICTION));
    let unnamed = codes(&|f| f.strata[0].stratum = "A".parse().unwrap());
    assert!(unnamed.contains(&Code::UNNAMED_ITEM));
    let borrowed = codes(&|f| f.extends = Some(commitment));
    assert!(
        borrowed.contains(&Code::EXTENSION),
        "strata and leaders stand in it"
    );
}

#[test]
fn a_borrowed_frame_has_no_leaders_and_may_have_few_people() {
    let freeze = accepted(|_| {});
    let mut borrowed = freeze.clone();
    borrowed.extends = Some(freeze.hash());
    borrowed.strata.clear();
    borrowed.subjects.leaves = 0;
    borrowed.subjects.root = Suite::Sha256.bytes(b"");
    borrowed.inspector_draws[0].drawn = 1;
    let codes = |freeze: &FreezeRecord| {
        let faults = freeze.faults();
        faults
            .into_iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&borrowed), [Code::EXTENSION]);
    borrowed.leaders.clear();
    assert!(
        codes(&borrowed).is_empty(),
        "m < t is not asked of borrowed inspectors"
    );
    borrowed.must = 1;
    borrowed.subjects.leaves = 1;
    assert_eq!(codes(&borrowed), [Code::EXTENSION]);
    borrowed.areas = vec![common::token("east")];
    assert!(codes(&borrowed).contains(&Code::EXTENSION));
}
