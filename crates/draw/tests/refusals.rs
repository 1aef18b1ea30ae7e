//! FREEZE is refused for every reason of §2 and §3.3, and all reasons are listed at once.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::{THREADS, plain_terms, secret_of, token};
use draw::freeze::Terms;
use draw::record::freeze::{Assign, TeamSize};
use draw::{Code, Frame, Refusal};

/// Six subjects in two strata, five inspectors, everything in order.
fn good() -> (Frame, Terms) {
    let mut frame = Frame::default();
    for n in 1..=6 {
        let stratum = if n % 2 == 0 { "x:A" } else { "x:B" };
        frame
            .push_subject(&format!("S{n}"), stratum, "draw", "-")
            .unwrap();
    }
    for n in 1..=5 {
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    (frame, plain_terms(&[("x:A", 1), ("x:B", 1)], 3))
}

fn refusal(change: impl FnOnce(&mut Frame, &mut Terms)) -> Refusal {
    let (mut frame, mut terms) = good();
    change(&mut frame, &mut terms);
    draw::freeze(&terms, frame, &secret_of("s"), THREADS).expect_err("must be refused")
}

fn codes(change: impl FnOnce(&mut Frame, &mut Terms)) -> BTreeSet<Code> {
    refusal(change)
        .faults
        .into_iter()
        .map(|fault| fault.code)
        .collect()
}

fn only(code: Code, change: impl FnOnce(&mut Frame, &mut Terms)) {
    assert_eq!(codes(change), BTreeSet::from([code]));
}

#[test]
fn the_frame_in_order_is_frozen() {
    let (frame, terms) = good();
    draw::freeze(&terms, frame, &secret_of("s"), THREADS).unwrap();
}

#[test]
fn rows_that_repeat_are_refused() {
    only(Code::REPEATED_LEAF, |f, _| {
        f.push_subject("S2", "x:A", "draw", "-").unwrap();
    });
    only(Code::REPEATED_LEAF, |f, _| {
        f.push_subject("S2", "x:A", "skip:y", "-").unwrap();
    });
    only(Code::REPEATED_ITEM, |f, _| {
        f.push_subject("S2", "x:B", "draw", "-").unwrap();
    });
    only(Code::REPEATED_INSPECTOR, |f, _| {
        f.push_inspector("F1", "-", "skip:leave").unwrap();
    });
    only(Code::REPEATED_LEAF, |f, _| {
        f.push_recusal("F1", "S1").unwrap();
        f.push_recusal("F1", "S1").unwrap();
    });
}

#[test]
fn two_classes_of_one_item_are_found_even_with_another_item_between_them() {
    let codes = codes(|f, t| {
        for stratum in ["a:1", "a-b:1", "a:2"] {
            f.push_subject("S9", stratum, "draw", "-").unwrap();
            t.quotas.push((stratum.parse().unwrap(), 0));
        }
    });
    assert_eq!(codes, BTreeSet::from([Code::REPEATED_ITEM]));
}

#[test]
fn statuses_that_do_not_fit_their_kind_are_refused() {
    only(Code::KIND_STATUS, |f, _| {
        f.push_subject("S9", "x:A", "pair", "-").unwrap();
    });
    only(Code::KIND_STATUS, |f, _| {
        f.push_inspector("F9", "-", "must:x").unwrap();
    });
    only(Code::INSPECTOR_STRATUM, |f, _| {
        f.push_inspector("F9", "sj", "draw").unwrap();
    });
    only(Code::AREA, |f, _| {
        f.inspectors.push("F9", "-", "skip:x", "east").unwrap();
    });
}

#[test]
fn quotas_must_fit_the_strata_that_occur() {
    only(Code::QUOTA_TOO_LARGE, |_, t| t.quotas[0].1 = 4);
    only(Code::QUOTA_STRATA, |_, t| {
        t.quotas.push(("y:A".parse().unwrap(), 0));
    });
    only(Code::QUOTA_STRATA, |_, t| drop(t.quotas.pop()));
    only(Code::QUOTA_STRATA, |_, t| {
        t.quotas.push(t.quotas[0].clone());
    });
}

#[test]
fn teams_and_inspectors_must_fit_each_other() {
    only(Code::INSPECTORS_TOO_FEW, |_, t| t.drawn[0].1 = 6);
    only(Code::TEAM_TOO_LARGE, |_, t| t.drawn[0].1 = 1);
    only(Code::TEAM_TOO_SMALL, |_, t| t.teams[0].size = 1);
    only(Code::GROUPS_UNEVEN, |_, t| t.assign = Assign::Groups(2));
    only(Code::TEAM_STRATA, |f, t| {
        f.push_inspector("G1", "sj", "draw").unwrap();
        t.drawn.push((token("sj"), 1));
    });
    let both = |f: &mut Frame, t: &mut Terms| {
        f.push_inspector("G1", "sj", "draw").unwrap();
        t.drawn.push((token("sj"), 1));
        t.teams.insert(
            0,
            TeamSize {
                stratum: token("sj"),
                size: 1,
            },
        );
    };
    only(Code::TEAM_STRATA, both);
    assert!(codes(|_, t| t.assign = Assign::Groups(0)).contains(&Code::RANGE));
}

#[test]
fn areas_belong_to_groups_are_ascending_and_the_same_for_all_leaves_of_a_subject() {
    let grouped = |t: &mut Terms, areas: &[&str]| {
        t.assign = Assign::Groups(1);
        t.drawn[0].1 = 2;
        t.areas = areas.iter().map(|area| token(area)).collect();
    };
    only(Code::AREA_ORDER, |_, t| {
        grouped(t, &[]);
        t.areas = Vec::new();
        t.assign = Assign::Pairs;
        t.areas.push(token("-"));
    });
    only(Code::AREA, |_, t| grouped(t, &["east", "west"]));
    only(Code::AREA, |f, _| {
        f.push_subject("S9", "x:A", "draw", "east").unwrap();
    });
    let disordered = codes(|_, t| grouped(t, &["west", "east"]));
    assert!(disordered.contains(&Code::AREA_ORDER));
    let mut frame = Frame::default();
    for (id, stratum, area) in [
        ("S1", "x:A", "east"),
        ("S1", "y:A", "west"),
        ("S2", "x:A", "west"),
    ] {
        frame.push_subject(id, stratum, "draw", area).unwrap();
    }
    for n in 1..=2 {
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    let mut terms = plain_terms(&[("x:A", 1), ("y:A", 1)], 2);
    grouped(&mut terms, &["east", "west"]);
    let refusal = draw::freeze(&terms, frame, &secret_of("s"), THREADS).unwrap_err();
    assert_eq!(refusal.faults.len(), 1);
    assert_eq!(
        (refusal.faults[0].code, refusal.faults[0].place.as_str()),
        (Code::AREA, "S1")
    );
}

#[test]
fn recusals_that_leave_too_few_or_no_leader_are_refused_except_for_skipped_subjects() {
    let recuse = |f: &mut Frame, count: usize| {
        for n in 1..=count {
            f.push_recusal(&format!("F{n}"), "S1").unwrap();
        }
    };
    let (mut frame, terms) = good();
    recuse(&mut frame, 3);
    draw::freeze(&terms, frame, &secret_of("s"), THREADS).unwrap();
    only(Code::RECUSED_TOO_MANY, |f, _| recuse(f, 4));
    only(Code::LEADER_RECUSED, |f, _| {
        f.push_recusal("L001", "S1").unwrap();
        f.push_recusal("L002", "S1").unwrap();
    });
    only(Code::LEADER_RECUSED, |_, t| t.leaders.clear());
    let (mut frame, terms) = good();
    frame.push_subject("S9", "x:A", "skip:closed", "-").unwrap();
    for n in 1..=5 {
        frame.push_recusal(&format!("F{n}"), "S9").unwrap();
    }
    for leader in ["L001", "L002"] {
        frame.push_recusal(leader, "S9").unwrap();
    }
    draw::freeze(&terms, frame, &secret_of("s"), THREADS).unwrap();
}

#[test]
fn an_extension_brings_inspectors_and_no_subjects() {
    let first = common::input_hash("first");
    only(Code::EXTENSION, |_, t| t.extends = Some(first));
    let mut frame = Frame::default();
    frame.push_inspector("G1", "-", "draw").unwrap();
    let mut terms = plain_terms(&[], 1);
    terms.extends = Some(first);
    let frozen = draw::freeze(&terms, frame, &secret_of("s"), THREADS).unwrap();
    assert!(frozen.record().to_string().contains("\nextends "));
    assert!(frozen.record().faults().is_empty());
}

#[test]
fn everything_wrong_is_said_at_once() {
    let found = codes(|f, t| {
        f.push_subject("S2", "x:A", "draw", "east").unwrap();
        f.push_inspector("F1", "-", "draw").unwrap();
        t.quotas[0].1 = 99;
        t.teams[0].size = 1;
        t.leaders.push(token("L001"));
        t.attempt = 0;
    });
    let wanted = [
        Code::REPEATED_LEAF,
        Code::AREA,
        Code::REPEATED_INSPECTOR,
        Code::QUOTA_TOO_LARGE,
        Code::TEAM_TOO_SMALL,
        Code::REPEATED_NAME,
        Code::RANGE,
    ];
    assert_eq!(found, BTreeSet::from(wanted));
}

#[test]
fn a_freeze_somebody_else_made_is_judged_by_its_own_lines() {
    let (frame, terms) = good();
    let mut record = draw::freeze(&terms, frame, &secret_of("s"), THREADS)
        .unwrap()
        .record()
        .clone();
    assert!(record.faults().is_empty());
    record.must += 1;
    assert_eq!(record.faults()[0].code, Code::CONTRADICTION);
    record.strata.swap(0, 1);
    assert!(record.faults().iter().any(|fault| fault.code == Code::LINE));
}
