//! What is wrong with a record in its place in the log: each record of these attempts is whole, and only the order, or
//! which of two it names, is not right.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;
#[path = "common/forger.rs"]
mod forger;

use draw::Digest;
use draw::digest::Suite;
use draw::record::two::{Approval, Decided, VoidRecord, Voided};
use draw::record::{AttemptRef, FreezeRecord};
use draw::succession::Succession;
use forger::{description, made};
use serde_json::Value;

/// Type and text of a record.
type Record = (&'static str, String);

/// What is said of these records, each by its place from 0.
fn told(records: &[Record]) -> Vec<(usize, String)> {
    let mut succession = Succession::default();
    let each = records.iter().enumerate();
    let told = each.filter_map(|(at, (kind, text))| {
        let wrong = succession.take(kind, text.as_bytes()).err()?;
        Some((at, wrong))
    });
    told.collect()
}

/// PLAN, FREEZE, REVEAL, RESULT and OPEN of an attempt of `shuang/2`.
fn attempt_of_two() -> Vec<Record> {
    attempt_of(&description())
}

fn attempt_of(description: &Value) -> Vec<Record> {
    let made = made(description);
    let text = |name: &str| String::from_utf8(made.files[name].clone()).unwrap();
    ["plan", "freeze", "reveal", "result", "open"]
        .map(|kind| (kind, text(&format!("{kind}.txt"))))
        .into()
}

/// The same of `shuang/1`, without REVEAL, as a draw without a server has it.
fn attempt_of_one() -> Vec<Record> {
    let hash = |text: &str| Suite::Sha256.bytes(text.as_bytes()).to_string();
    let vector = &common::vectors("draw.json")["V1"];
    let text = |name: &str| vector[name].as_str().unwrap().to_owned();
    let plan = "shuang/1 plan\ncampaign 411200-CG-2026-0007\ndocument 0fca508cf6f820df8e3d9c732d1932cbf35b2e53367045a8ce296917b7e4a2b9\nitem - pool 1/2\nrate A 1/2\ndraw-inspectors - 3\nteam - 2\nassign pairs\nleader L001\nparty discipline\nparty justice\nmin-level 1\nplan-seconds 0\nfreeze-seconds 0\nsubject-reserve none\n".to_owned();
    let named = |text: &str, line: &str, hash: &str| {
        let start = format!("{line} ");
        let lines = text.lines().map(|each| match each.starts_with(&start) {
            true => format!("{line} {hash}\n"),
            false => format!("{each}\n"),
        });
        lines.collect::<String>()
    };
    let freeze = named(&text("freeze"), "plan", &hash(&plan));
    let result = named(&text("result"), "freeze", &hash(&freeze));
    vec![("plan", plan), ("freeze", freeze), ("result", result)]
}

fn digest(text: &str) -> Digest {
    Suite::Sha256.bytes(text.as_bytes())
}

/// A person's decision.
fn approved() -> Decided {
    let (salt, paper) = (digest("salt"), digest("paper"));
    Decided::Approved(Approval::by(
        Suite::Sha256,
        "K01".parse().unwrap(),
        &salt,
        paper,
    ))
}

/// VOID of the attempt with that FREEZE, by a person.
fn void(freeze: &str, reveal: Option<&str>) -> Record {
    void_by(approved(), freeze, reveal)
}

fn void_by(decided: Decided, freeze: &str, reveal: Option<&str>) -> Record {
    let freeze = FreezeRecord::parse(freeze.as_bytes()).unwrap();
    let attempt = AttemptRef {
        version: freeze.version(),
        campaign: freeze.campaign,
        attempt: freeze.attempt,
        freeze: freeze.hash(),
    };
    let reveal = reveal.map(digest);
    let reason = match decided {
        Decided::Program => "level-lost",
        Decided::Approved(_) => "frame-error",
    };
    let record = VoidRecord {
        voided: Voided::Frozen { attempt, reveal },
        reason: reason.parse().unwrap(),
        decided,
    };
    ("void", record.to_string())
}

/// What is said of the last of these records, in which a text is replaced once; nothing may be said of those before it.
fn of_last(records: &[Record], from: &str, to: &str) -> String {
    let mut records = records.to_vec();
    let last = records.len() - 1;
    let text = &mut records[last].1;
    assert!(text.contains(from), "{text}");
    *text = text.replacen(from, to, 1);
    let mut said = told(&records);
    let (at, why) = said.pop().expect("something is said");
    assert_eq!((at, said), (last, vec![]), "{why}");
    why
}

/// Each stands in its place and names what it should, and yet one of the two cannot be true.
#[test]
fn a_record_that_contradicts_one_before_it_is_named() {
    let records = attempt_of_two();
    let contradicts = |why: String, said: &str| {
        assert!(why.starts_with("与之前的记录矛盾（"), "{why}");
        assert!(why.contains(said), "{why}");
    };
    let freeze = &records[..2];
    contradicts(of_last(freeze, "team cg 2", "team cg 1"), "team");
    contradicts(
        of_last(freeze, "reveal-by 1800001800", "reveal-by 1800003600"),
        "reveal-by",
    );
    let reveal = &records[..3];
    let dice = "dice hall 01234567890123456789";
    contradicts(
        of_last(reveal, dice, "dice other 01234567890123456789"),
        "dice",
    );
    let result = &records[..4];
    contradicts(
        of_last(result, "cutoff fume:A ", "cutoff fume:C "),
        "cutoff",
    );
    let (frozen, revealed) = (&records[1].1, &records[2].1);
    let program = void_by(Decided::Program, frozen, Some(revealed));
    let unfounded = [&records[..3], &[program]].concat();
    contradicts(of_last(&unfounded, "", ""), "由程序作废没有根据");
    // Without a beacon everything is known by REVEAL.
    let mut known = description();
    known["beacon"] = Value::Null;
    let records = attempt_of(&known);
    let by_person = void(&records[1].1, Some(&records[2].1));
    let late = [&records[..3], &[by_person]].concat();
    contradicts(of_last(&late, "", ""), "不能再由人作废");
}

#[test]
fn there_is_one_plan_of_a_campaign_and_one_opening_of_an_attempt() {
    let records = attempt_of_two();
    let twice = [&records[..1], &records[..1]].concat();
    let why = of_last(&twice, "min-level 1", "min-level 0");
    assert_eq!(why, "这项任务此前已经有一份方案（PLAN）");
    let opened = [&records[..], &records[4..]].concat();
    assert_eq!(of_last(&opened, "", ""), "这一轮此前已经公开过一次（OPEN）");
}

#[test]
fn records_in_their_order_are_not_blamed_and_other_entries_are_passed_over() {
    let mut records = attempt_of_two();
    records.insert(1, ("publish", "not of a draw".to_owned()));
    // The log may have begun after the first attempt of a campaign.
    assert_eq!(told(&records), []);
    assert_eq!(told(&attempt_of_one()), []);
}

#[test]
fn a_record_that_names_what_did_not_come_before_is_named() {
    for records in [attempt_of_two(), attempt_of_one()] {
        let said = told(&records[1..]);
        assert_eq!(
            said[0],
            (0, "它写的方案（PLAN）不在它之前".to_owned()),
            "and nothing that follows is blamed for it: {said:?}"
        );
        assert_eq!(said.len(), 1);
    }
    let records = attempt_of_two();
    let without_freeze = [records[0].clone(), records[3].clone()];
    let why = "它写的承诺（FREEZE）不在它之前".to_owned();
    assert_eq!(told(&without_freeze), [(1, why)]);
    let unrevealed = [&records[..2], &records[3..]].concat();
    assert_eq!(
        told(&unrevealed),
        [(2, "它之前没有揭示（REVEAL）".to_owned())]
    );
}

#[test]
fn a_second_record_where_one_may_stand_is_named() {
    let records = attempt_of_two();
    let other = |at: usize, from: &str, to: &str| {
        let (kind, text) = &records[at];
        assert!(text.contains(from), "{text}");
        (*kind, text.replacen(from, to, 1))
    };
    let again = other(1, "reveal-by 1800001800", "reveal-by 1800001801");
    let twice = [records[..2].to_vec(), vec![again]].concat();
    let why = "这一轮此前已经有一份承诺（FREEZE）".to_owned();
    assert_eq!(told(&twice), [(2, why)]);
    let result = other(3, "cutoff fume:A ", "cutoff fume:A 0");
    let shortened = result
        .1
        .lines()
        .map(|line| match line.starts_with("cutoff fume:A ") {
            true => format!("{}\n", &line[..line.len() - 1]),
            false => format!("{line}\n"),
        });
    let result = ("result", shortened.collect());
    let drawn_twice = [records[..4].to_vec(), vec![result, records[4].clone()]].concat();
    assert_eq!(
        told(&drawn_twice),
        [
            (4, "这一轮此前已经有结果（RESULT）".to_owned()),
            (5, "它写的结果（RESULT）不是这一轮的那一份".to_owned()),
        ]
    );
}

#[test]
fn an_attempt_has_one_end() {
    let records = attempt_of_two();
    let (freeze, reveal) = (&records[1].1, &records[2].1);
    let voided = [records[..3].to_vec(), vec![void(freeze, Some(reveal))]].concat();
    assert_eq!(told(&voided), []);
    let drawn = [voided.clone(), vec![records[3].clone()]].concat();
    assert_eq!(told(&drawn), [(4, "这一轮此前已经作废（VOID）".to_owned())]);
    let late = [records[..4].to_vec(), vec![void(freeze, Some(reveal))]].concat();
    assert_eq!(
        told(&late),
        [(4, "这一轮此前已经有结果（RESULT）".to_owned())]
    );
    let unsaid = [records[..3].to_vec(), vec![void(freeze, None)]].concat();
    let why = "它写的揭示（REVEAL）不是这一轮的那一份".to_owned();
    assert_eq!(told(&unsaid), [(3, why)]);
}

#[test]
fn a_new_attempt_begins_where_the_one_before_is_void() {
    let records = attempt_of_two();
    let (plan, freeze) = (records[0].clone(), records[1].clone());
    let next = ("freeze", freeze.1.replace("attempt 2\n", "attempt 3\n"));
    let standing = [plan.clone(), freeze.clone(), next.clone()];
    let why = "上一轮的承诺（FREEZE）没有作废（VOID）".to_owned();
    assert_eq!(told(&standing), [(2, why)]);
    // Nor is one passed over, with the one before it standing or not.
    let fourth = ("freeze", freeze.1.replace("attempt 2\n", "attempt 4\n"));
    let standing = [plan.clone(), freeze.clone(), fourth.clone()];
    let why = of_last(&standing, "", "");
    assert_eq!(why, "第 2 轮的承诺（FREEZE）没有作废（VOID）");
    let left_out = [plan.clone(), freeze.clone(), void(&freeze.1, None), fourth];
    assert_eq!(
        of_last(&left_out, "", ""),
        "它是第 4 轮，此前最后的是第 2 轮"
    );
    let voided = [plan, freeze.clone(), void(&freeze.1, None), next];
    assert_eq!(told(&voided), []);
}

#[test]
fn what_was_void_before_it_was_frozen_is_never_frozen() {
    let records = attempt_of_two();
    let (plan, freeze) = (records[0].clone(), records[1].clone());
    let parsed = FreezeRecord::parse(freeze.1.as_bytes()).unwrap();
    let record = VoidRecord {
        voided: Voided::BeforeFreeze {
            campaign: parsed.campaign,
            attempt: parsed.attempt,
            plan: parsed.plan,
        },
        reason: "frame-error".parse().unwrap(),
        decided: approved(),
    };
    let void = ("void", record.to_string());
    let frozen_after = [plan.clone(), void.clone(), freeze.clone()];
    let why = "这一轮此前已经作废（VOID）".to_owned();
    assert_eq!(told(&frozen_after), [(2, why)]);
    let frozen_before = [plan, freeze, void];
    let why = "它说这一轮没有冻结，此前却有一份承诺（FREEZE）".to_owned();
    assert_eq!(told(&frozen_before), [(2, why)]);
}

#[test]
fn a_text_that_is_no_record_of_its_type_is_named() {
    let records = attempt_of_two();
    let said = told(&[("result", records[1].1.clone()), ("plan", String::new())]);
    assert_eq!(said.len(), 2);
    assert!(
        said.iter().all(|(_, why)| why.starts_with("读不出（")),
        "{said:?}"
    );
}
