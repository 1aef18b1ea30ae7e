//! A visit from the door to the portal.

use super::*;
use crate::catalog::{InspectionItem, ItemFile, SEED_ITEMS, SEED_OUTCOMES, parse_outcomes};
use crate::event::Act;
use crate::id::ChecklistItemId;

fn account(number: u8) -> AccountId {
    AccountId::from_entropy([number; 12])
}

const ENTERS: u8 = 1;
const CONFIRMS: u8 = 2;
const APPROVES: u8 = 3;
const PUBLISHES: u8 = 4;

fn step(by: u8, minute: i64) -> Step {
    let morning = Date::parse_iso("2026-12-01").expect("a date").at(9, 0);
    Step {
        by: account(by),
        at: morning.plus_ms(minute * 60_000),
    }
}

/// The hash of a public text.
fn text(letter: &str) -> Fingerprint {
    Fingerprint::parse(&letter.repeat(64)).expect("64 digits")
}

fn code(text: &str) -> InspectorCode {
    InspectorCode::parse(text).expect("a token")
}

fn items() -> Vec<InspectionItem> {
    let mut items = ItemFile::parse(SEED_ITEMS).expect("our own file");
    items.truncate(1);
    items
}

fn outcome(key: &str) -> OutcomeCode {
    let list = parse_outcomes(SEED_OUTCOMES).expect("our own list");
    list.into_iter()
        .find(|code| code.code == key)
        .expect("a known code")
}

fn assigned() -> Inspection {
    Inspection {
        id: InspectionId::from_entropy([5; 12]),
        campaign: Some(CampaignId::from_entropy([6; 12])),
        source: InspectionSource::Drawn,
        subject: SubjectId::from_entropy([7; 12]),
        items: vec![items()[0].id.clone()],
        team: vec![code("F003"), code("F004")],
        leader: Some(code("L001")),
        assigned: step(9, 0),
        put_off: None,
        sent_back: None,
        state: InspectionState::Assigned,
    }
}

fn result(id: &str, verdict: Verdict) -> ItemResult {
    ItemResult {
        item: items()[0].id.clone(),
        criterion: ChecklistItemId::parse(id).expect("a token"),
        verdict,
        evidence: EvidenceGiven {
            photos: 2,
            video: true,
            document: true,
            reading: Some("0.8".to_owned()),
            report: None,
        },
        note: Some("说明".to_owned()),
    }
}

/// A result for every criterion, all as the first argument except `failing`.
fn full(failing: &[&str]) -> Vec<ItemResult> {
    items()[0]
        .terms
        .criteria
        .iter()
        .map(|criterion| {
            let id = criterion.id.as_str();
            let verdict = if failing.contains(&id) {
                Verdict::Fail
            } else {
                Verdict::Pass
            };
            result(id, verdict)
        })
        .collect()
}

/// The team as the registers have it.
fn members() -> [Member; 2] {
    ["F003", "F004"].map(|member| Member {
        code: code(member),
        valid_until: Some(day("2026-12-31")),
        recused: false,
        goes: true,
    })
}

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

/// The last day of the window.
fn last_day() -> Option<Date> {
    Some(day("2026-12-11"))
}

fn arriving(step: Step, present: &[&str]) -> steps::Stepped {
    let present = present.iter().map(|member| code(member)).collect();
    assigned().open(step, Arrival::of(present), &members(), last_day())
}

fn opened() -> Inspection {
    arriving(step(ENTERS, 10), &["F003", "F004"])
        .expect("both are there")
        .0
}

fn filled(failing: &[&str]) -> Inspection {
    opened()
        .record(&account(ENTERS), &full(failing), &items())
        .expect("a full sheet")
        .0
}

fn concluded() -> Inspection {
    filled(&["Y3"])
        .conclude(
            step(ENTERS, 60),
            &items(),
            &outcome("R5"),
            Some("无异议".to_owned()),
        )
        .expect("concluded")
        .0
}

fn in_state(kind: InspectionKind) -> Inspection {
    match kind {
        InspectionKind::Assigned => assigned(),
        InspectionKind::Opened => filled(&["Y3"]),
        InspectionKind::Concluded => concluded(),
        InspectionKind::Confirmed => {
            concluded()
                .confirm(step(CONFIRMS, 70))
                .expect("confirmed")
                .0
        }
        InspectionKind::Approved => {
            let confirmed = in_state(InspectionKind::Confirmed);
            confirmed
                .approve_publication(step(APPROVES, 75), text("a"))
                .expect("approved")
                .0
        }
        InspectionKind::Published => {
            let publication = PublicationId::from_entropy([8; 12]);
            let approved = in_state(InspectionKind::Approved);
            approved
                .publish(step(PUBLISHES, 80), publication, &text("a"))
                .expect("published")
                .0
        }
        InspectionKind::Postponing => postponing("2026-12-04").expect("asked").0,
        InspectionKind::Reported => reported(assigned()),
        InspectionKind::FellAway => {
            let reported = in_state(InspectionKind::Reported);
            reported
                .confirm_absence(step(CONFIRMS, 20))
                .expect("ends")
                .0
        }
    }
}

fn postponing(until: &str) -> steps::Stepped {
    assigned().ask_postponement(step(ENTERS, 15), day(until), "负责人住院", last_day())
}

fn reported(visit: Inspection) -> Inspection {
    let how = FallenAway::Closed;
    visit
        .report_absence(step(ENTERS, 15), how, "门店已拆除，照片两张", 1, 2)
        .expect("reported")
        .0
}

fn apply(visit: Inspection, verb: InspectionVerb) -> Result<(Inspection, Act), Refusal> {
    match verb {
        InspectionVerb::Open => {
            let arrival = Arrival::of(vec![code("F003"), code("F004")]);
            visit.open(step(ENTERS, 90), arrival, &members(), last_day())
        }
        InspectionVerb::Record => visit
            .record(&account(ENTERS), &full(&["Y3"]), &items())
            .map_err(|mut faults| faults.remove(0)),
        InspectionVerb::Conclude => {
            visit.conclude(step(ENTERS, 90), &items(), &outcome("R5"), None)
        }
        InspectionVerb::Confirm => visit.confirm(step(CONFIRMS, 90)),
        InspectionVerb::Return => visit.return_result(&step(CONFIRMS, 90), "补一张照片"),
        InspectionVerb::Approve => visit.approve_publication(step(APPROVES, 90), text("b")),
        InspectionVerb::ReturnOutcome => visit.return_outcome(&step(APPROVES, 90), "名称有误"),
        InspectionVerb::Publish => visit.publish(
            step(PUBLISHES, 90),
            PublicationId::from_entropy([8; 12]),
            &text("a"),
        ),
        InspectionVerb::ReportAbsence => visit.report_absence(
            step(ENTERS, 90),
            FallenAway::Refused,
            "拒绝入内，两名见证人签字",
            1,
            2,
        ),
        InspectionVerb::ConfirmAbsence => visit.confirm_absence(step(CONFIRMS, 90)),
        InspectionVerb::ReturnAbsence => visit.return_absence(&step(CONFIRMS, 90), "再去一次"),
        InspectionVerb::AskPostponement => visit.ask_postponement(
            step(ENTERS, 90),
            day("2026-12-04"),
            "负责人住院",
            last_day(),
        ),
        InspectionVerb::DecidePostponement => visit.decide_postponement(step(CONFIRMS, 90), true),
    }
}

#[test]
fn every_state_meets_every_verb_as_the_table_says() {
    for state in InspectionKind::ALL {
        for verb in InspectionVerb::ALL {
            let answer = apply(in_state(*state), *verb);
            match (answer, steps::next(*state, *verb).next()) {
                (Ok((after, _)), Some(next)) => assert_eq!(after.kind(), next, "{state} {verb}"),
                (Err(refusal), None) => assert_eq!(refusal.code, "INSP-001", "{state} {verb}"),
                (answer, expected) => panic!("{state} {verb}: {answer:?}, table says {expected:?}"),
            }
        }
    }
}

#[test]
fn one_inspector_alone_opens_nothing() {
    let alone = arriving(step(ENTERS, 10), &["F003"]);
    assert_eq!(alone.expect_err("alone").code, "INSP-002");
    let doubled = arriving(step(ENTERS, 10), &["F003", "F003"]);
    assert_eq!(doubled.expect_err("the same person twice").code, "INSP-002");
    let stranger = arriving(step(ENTERS, 10), &["F003", "F009"]);
    assert_eq!(stranger.expect_err("not drawn").code, "INSP-003");
}

#[test]
fn whoever_was_drawn_is_there_with_a_credential_of_the_day_or_nothing_begins() {
    let three = Inspection {
        team: vec![code("F003"), code("F004"), code("F005")],
        ..assigned()
    };
    let two = Arrival::of(vec![code("F003"), code("F004")]);
    let missing = three.open(step(ENTERS, 10), two, &members(), last_day());
    let missing = missing.expect_err("one of three stayed away");
    assert_eq!(missing.code, "INSP-015");
    assert!(missing.sentence.contains("F005"), "{missing}");
    let with = |member: Member| {
        let present = Arrival::of(vec![code("F003"), code("F004")]);
        let members = [members()[0].clone(), member];
        assigned().open(step(ENTERS, 10), present, &members, last_day())
    };
    let second = members()[1].clone();
    for (until, refused) in [
        (Some("2026-12-01"), None),
        (Some("2026-11-30"), Some("INSP-016")),
        (None, Some("INSP-016")),
    ] {
        let valid_until = until.map(day);
        let answer = with(Member {
            valid_until,
            ..second.clone()
        });
        assert_eq!(
            answer.err().map(|refusal| refusal.code),
            refused,
            "{until:?}"
        );
    }
    let leader = |recused| {
        with(Member {
            code: code("L001"),
            valid_until: None,
            recused,
            goes: false,
        })
    };
    assert!(leader(false).is_ok(), "he is not at the door");
    assert_eq!(leader(true).expect_err("his own recusal").code, "INSP-017");
    let recused = with(Member {
        recused: true,
        ..second
    });
    assert_eq!(recused.expect_err("stays away").code, "INSP-017");
}

/// The plan's window is no lock: whoever comes later says why.
#[test]
fn a_missed_window_wants_its_reason_and_locks_nothing() {
    let over = Some(day("2026-11-30"));
    let at = |late: Option<&str>| {
        let arrival = Arrival {
            late: late.map(str::to_owned),
            ..Arrival::of(vec![code("F003"), code("F004")])
        };
        assigned().open(step(ENTERS, 10), arrival, &members(), over)
    };
    assert_eq!(at(None).expect_err("no reason").code, "INSP-022");
    assert_eq!(at(Some(" ")).expect_err("no reason").code, "INSP-022");
    let InspectionState::Opened(opened) = at(Some("大雪封路")).expect("late").0.state else {
        panic!("open")
    };
    assert_eq!(opened.late.as_deref(), Some("大雪封路"));
}

/// What the subject asks for is noted and stops nothing.
#[test]
fn a_challenge_of_the_subject_is_noted_and_the_visit_goes_on() {
    let arrival = Arrival {
        challenge: Some("称与 F004 有纠纷".to_owned()),
        ..Arrival::of(vec![code("F003"), code("F004")])
    };
    let (visit, _) = assigned()
        .open(step(ENTERS, 10), arrival, &members(), last_day())
        .expect("goes on");
    let InspectionState::Opened(opened) = &visit.state else {
        panic!("open")
    };
    assert_eq!(opened.challenge.as_deref(), Some("称与 F004 有纠纷"));
    assert!(visit.record(&account(ENTERS), &full(&[]), &items()).is_ok());
}

#[test]
fn whoever_reports_that_nothing_was_inspected_does_not_confirm_it() {
    let reported = in_state(InspectionKind::Reported);
    assert!(!reported.is_settled(), "one pair of eyes settles nothing");
    let own = reported.clone().confirm_absence(step(ENTERS, 20));
    assert_eq!(own.expect_err("reported it").code, "AUTH-014");
    let own = reported.clone().return_absence(&step(ENTERS, 20), "再去");
    assert_eq!(own.expect_err("reported it").code, "AUTH-014");
    let (fallen, act) = reported
        .confirm_absence(step(CONFIRMS, 20))
        .expect("another person");
    assert!(fallen.is_settled() && act == Act::InspectionFellAway);
    let InspectionState::FellAway(fallen) = fallen.state else {
        panic!("fell away")
    };
    assert_eq!(
        fallen.confirmed.map(|step| step.by),
        Some(account(CONFIRMS))
    );
    // Who filled in a part before the door was shut has a hand in it as well.
    const HELPS: u8 = 6;
    let helped = opened().record(&account(HELPS), &full(&[])[..1], &items());
    let reported = reported_of(helped.expect("one answer").0);
    let hand = reported.confirm_absence(step(HELPS, 30));
    assert_eq!(hand.expect_err("a hand in it").code, "AUTH-014");
}

fn reported_of(visit: Inspection) -> Inspection {
    let how = FallenAway::Refused;
    let reported = visit.report_absence(step(ENTERS, 25), how, "中途被拒", 1, 2);
    reported.expect("reported").0
}

#[test]
fn a_report_that_is_sent_back_leads_to_where_the_visit_was() {
    let silent = in_state(InspectionKind::Reported).return_absence(&step(CONFIRMS, 20), " ");
    assert_eq!(silent.expect_err("no reason").code, "INSP-013");
    let back = |visit: Inspection| {
        let returned = visit.return_absence(&step(CONFIRMS, 30), "再去一次");
        returned.expect("sent back").0
    };
    let outside = back(in_state(InspectionKind::Reported));
    assert_eq!(outside.kind(), InspectionKind::Assigned);
    assert_eq!(outside.sent_back.as_deref(), Some("再去一次"));
    let inside = back(reported_of(filled(&["Y3"])));
    let InspectionState::Opened(opened) = &inside.state else {
        panic!("open again")
    };
    assert_eq!(opened.sheet.iter().count(), 17, "nothing is lost");
}

#[test]
fn a_visit_is_put_off_within_the_window_once_and_by_another_person() {
    let no_end = assigned().report_absence(step(ENTERS, 15), FallenAway::Postponed, "另约", 1, 2);
    assert_eq!(no_end.expect_err("no ending").code, "INSP-018");
    assert!(FallenAway::reportable().all(|how| how != FallenAway::Postponed));
    let today = postponing("2026-12-01").expect_err("no later day");
    assert_eq!(today.code, "INSP-019");
    let silent = assigned().ask_postponement(step(ENTERS, 15), day("2026-12-04"), " ", last_day());
    assert_eq!(silent.expect_err("no reason").code, "INSP-019");
    let beyond = postponing("2026-12-12").expect_err("after the window");
    assert_eq!(beyond.code, "INSP-020");
    assert!(beyond.remedy.contains("修订方案"), "{beyond}");
    let asked = postponing("2026-12-11").expect("the last day").0;
    assert!(!asked.is_settled());
    let own = asked.clone().decide_postponement(step(ENTERS, 20), true);
    assert_eq!(own.expect_err("asked for it").code, "AUTH-014");
    let refused = asked.clone().decide_postponement(step(CONFIRMS, 20), false);
    let refused = refused.expect("decided").0;
    assert!(refused.put_off.is_none() && refused.kind() == InspectionKind::Assigned);
    let allowed = asked.decide_postponement(step(CONFIRMS, 20), true);
    let allowed = allowed.expect("decided").0;
    assert_eq!(allowed.kind(), InspectionKind::Assigned, "still to be made");
    let again = allowed.ask_postponement(step(ENTERS, 30), day("2026-12-05"), "又病", last_day());
    assert_eq!(again.expect_err("once").code, "INSP-021");
}

/// 已责令改正 needs an article that carries the order, on the day of the visit.
#[test]
fn an_outcome_that_says_ordered_needs_a_law_that_carries_the_order() {
    let attempt = |failing: &[&str]| {
        filled(failing).conclude(step(ENTERS, 60), &items(), &outcome("R5"), None)
    };
    for bare in ["Y4", "Y8", "Y10", "Y13"] {
        let refusal = attempt(&[bare]).expect_err("no order");
        assert_eq!(refusal.code, "INSP-014", "{bare}");
        assert!(refusal.sentence.contains(bare), "{refusal}");
    }
    assert!(attempt(&["Y3"]).is_ok() && attempt(&["Y7"]).is_ok());
    assert!(attempt(&["Y4", "Y3"]).is_ok(), "one of them carries it");
    let other = filled(&["Y4"]).conclude(step(ENTERS, 60), &items(), &outcome("R8"), None);
    assert!(other.is_ok(), "found and left to what follows");
    // A revision that does not say what its articles allow is not guessed at.
    let mut earlier = items();
    for citation in &mut earlier[0].terms.legal_basis {
        citation.allows = None;
    }
    let silent = filled(&["Y4"]).conclude(step(ENTERS, 60), &earlier, &outcome("R5"), None);
    assert!(silent.is_ok());
}

#[test]
fn a_verdict_needs_its_evidence_and_a_gap_its_reason() {
    let mut bare = result("Y2", Verdict::Pass);
    bare.evidence = EvidenceGiven {
        photos: 1,
        ..EvidenceGiven::default()
    };
    let faults = opened()
        .record(&account(ENTERS), &[bare], &items())
        .expect_err("one photo of two");
    assert_eq!(faults[0].code, "INSP-007");
    assert!(faults[0].sentence.contains("照片 1 张"), "{}", faults[0]);

    let mut silent = result("Y5", Verdict::NotExamined);
    silent.note = None;
    silent.evidence = EvidenceGiven::default();
    let faults = opened()
        .record(&account(ENTERS), &[silent.clone()], &items())
        .expect_err("no reason");
    assert_eq!(faults[0].code, "INSP-008");
    silent.note = Some("仪器送检".to_owned());
    assert!(
        opened()
            .record(&account(ENTERS), &[silent], &items())
            .is_ok()
    );
}

/// A single answer is a part of the result.
#[test]
fn whoever_entered_a_part_of_a_result_neither_confirms_returns_nor_approves_its_publication() {
    const HELPS: u8 = 6;
    let helped = filled(&["Y3"]).record(&account(HELPS), &full(&["Y3"])[..1], &items());
    let concluded =
        helped
            .expect("one answer")
            .0
            .conclude(step(ENTERS, 60), &items(), &outcome("R5"), None);
    let concluded = concluded.expect("concluded").0;
    for hand in [HELPS, ENTERS] {
        let refused = concluded.clone().confirm(step(hand, 70));
        assert_eq!(refused.expect_err("a hand in it").code, "AUTH-014");
        let refused = concluded.clone().return_result(&step(hand, 70), "补");
        assert_eq!(refused.expect_err("a hand in it").code, "AUTH-014");
    }
    let confirmed = concluded.confirm(step(CONFIRMS, 70)).expect("another").0;
    for no_third in [HELPS, ENTERS, CONFIRMS] {
        let refused = confirmed
            .clone()
            .approve_publication(step(no_third, 80), text("a"));
        assert_eq!(refused.expect_err("no third").code, "AUTH-015");
    }
    // Carrying out what another approved decides nothing: whoever entered it may.
    let approved = confirmed.approve_publication(step(APPROVES, 80), text("a"));
    let approved = approved.expect("a third").0;
    for clerk in [HELPS, ENTERS, CONFIRMS, APPROVES, PUBLISHES] {
        let publication = PublicationId::from_entropy([8; 12]);
        let done = approved
            .clone()
            .publish(step(clerk, 90), publication, &text("a"));
        assert_eq!(
            done.expect("clerk's work").0.kind(),
            InspectionKind::Published
        );
    }
}

/// An approval covers the very text that was read.
#[test]
fn another_text_than_the_approved_one_is_not_published_until_it_is_approved() {
    let publication = PublicationId::from_entropy([8; 12]);
    let approved = in_state(InspectionKind::Approved);
    let refused = approved
        .clone()
        .publish(step(PUBLISHES, 80), publication.clone(), &text("b"));
    assert_eq!(refused.expect_err("another text").code, "PUBL-005");
    let again = approved
        .clone()
        .approve_publication(step(APPROVES, 80), text("a"));
    assert_eq!(again.expect_err("nothing new").code, "PUBL-004");
    let renewed = approved.approve_publication(step(APPROVES, 80), text("b"));
    let renewed = renewed.expect("the new text").0;
    let early = renewed
        .clone()
        .publish(step(PUBLISHES, 79), publication.clone(), &text("b"));
    assert_eq!(early.expect_err("before its approval").code, "INSP-011");
    assert!(
        renewed
            .publish(step(PUBLISHES, 80), publication, &text("b"))
            .is_ok()
    );
}

/// Who is sent back with a result and enters it again is remembered with those before.
#[test]
fn hands_stay_when_a_result_is_returned() {
    const HELPS: u8 = 6;
    let returned = concluded().return_result(&step(CONFIRMS, 70), "补一张照片");
    let again =
        returned
            .expect("returned")
            .0
            .conclude(step(HELPS, 80), &items(), &outcome("R5"), None);
    let again = again.expect("concluded").0;
    for hand in [ENTERS, HELPS] {
        let refused = again.clone().confirm(step(hand, 90));
        assert_eq!(refused.expect_err("a hand in it").code, "AUTH-014");
    }
    assert!(again.confirm(step(CONFIRMS, 90)).is_ok());
}

#[test]
fn a_batch_is_entered_whole_or_not_at_all() {
    let mut batch = full(&[]);
    batch.push(result("Y1", Verdict::Fail));
    batch.push(result("Q9", Verdict::Pass));
    let faults = opened()
        .record(&account(ENTERS), &batch, &items())
        .expect_err("two faults");
    let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["INSP-005", "INSP-004"]);
}

#[test]
fn a_later_entry_replaces_the_earlier_one_of_the_same_criterion() {
    let (visit, _) = filled(&["Y3"])
        .record(&account(ENTERS), &[result("Y3", Verdict::Pass)], &items())
        .expect("again");
    let InspectionState::Opened(opened) = &visit.state else {
        panic!("still open")
    };
    assert_eq!(opened.sheet.count(Verdict::Fail), 0);
    assert_eq!(opened.sheet.iter().count(), 17);
}

#[test]
fn the_sheet_is_full_before_an_outcome() {
    let (visit, _) = opened()
        .record(&account(ENTERS), &full(&[])[..15], &items())
        .expect("fifteen of seventeen");
    let refusal = visit
        .conclude(step(ENTERS, 60), &items(), &outcome("R1"), None)
        .expect_err("two gaps");
    assert_eq!(refusal.code, "INSP-006");
    assert!(refusal.sentence.contains("还有 2 项") && refusal.sentence.contains("Y16、Y17"));
}

#[test]
fn the_outcome_does_not_contradict_the_sheet() {
    let attempt = |failing: &[&str], key: &str| {
        filled(failing).conclude(step(ENTERS, 60), &items(), &outcome(key), None)
    };
    assert!(attempt(&[], "R1").is_ok());
    assert!(attempt(&["Y3"], "R8").is_ok());
    assert_eq!(
        attempt(&["Y3"], "R1").expect_err("something failed").code,
        "INSP-010"
    );
    assert_eq!(
        attempt(&[], "R5").expect_err("nothing failed").code,
        "INSP-010"
    );
    assert_eq!(
        attempt(&[], "R8").expect_err("nothing is open").code,
        "INSP-010"
    );
    assert_eq!(
        attempt(&[], "T2").expect_err("a state, not a finding").code,
        "INSP-009"
    );
    let mut ended = outcome("R1");
    ended.valid_to = Date::parse_iso("2026-11-30");
    let late = filled(&[]).conclude(step(ENTERS, 60), &items(), &ended, None);
    assert_eq!(late.expect_err("no longer in use").code, "INSP-009");
}

#[test]
fn three_persons_stand_between_the_door_and_the_portal() {
    let own = concluded().confirm(step(ENTERS, 70));
    assert_eq!(own.expect_err("entered it").code, "AUTH-014");
    let confirmed = in_state(InspectionKind::Confirmed);
    for by in [ENTERS, CONFIRMS] {
        let answer = confirmed
            .clone()
            .approve_publication(step(by, 80), text("a"));
        assert_eq!(answer.expect_err("not a third person").code, "AUTH-015");
    }
    let publication = PublicationId::from_entropy([8; 12]);
    let early = confirmed.publish(step(PUBLISHES, 80), publication, &text("a"));
    assert_eq!(early.expect_err("nobody approved it").code, "INSP-001");
}

#[test]
fn a_returned_result_keeps_everything_that_was_entered() {
    let silent = concluded().return_result(&step(CONFIRMS, 70), " ");
    assert_eq!(silent.expect_err("no reason").code, "INSP-013");
    let (visit, act) = concluded()
        .return_result(&step(CONFIRMS, 70), "补一张照片")
        .expect("returned");
    assert_eq!(act, Act::InspectionReturned);
    let InspectionState::Opened(opened) = &visit.state else {
        panic!("open again")
    };
    assert_eq!(opened.sheet.iter().count(), 17);
    assert_eq!(opened.returned.as_deref(), Some("补一张照片"));
}

#[test]
fn an_absent_subject_needs_the_attempts_of_the_rulebook_and_words() {
    let tried = |attempts, least| {
        let how = FallenAway::Unreachable;
        assigned().report_absence(step(ENTERS, 20), how, "敲门无人", attempts, least)
    };
    let once = tried(1, 2).expect_err("once");
    assert_eq!(once.code, "INSP-012");
    assert!(once.remedy.contains("2 次"), "{}", once.remedy);
    assert!(tried(2, 3).is_err() && tried(3, 3).is_ok());
    let silent = assigned().report_absence(step(ENTERS, 20), FallenAway::Moved, "", 1, 2);
    assert_eq!(silent.expect_err("no proof").code, "INSP-012");
    assert!(!concluded().is_settled(), "entered but not confirmed");
}

#[test]
fn a_clock_set_back_is_noticed() {
    let early = arriving(step(ENTERS, -1), &["F003", "F004"]);
    assert_eq!(early.expect_err("before the assignment").code, "INSP-011");
    let early = filled(&[]).conclude(step(ENTERS, 5), &items(), &outcome("R1"), None);
    assert_eq!(early.expect_err("before the arrival").code, "INSP-011");
}

#[test]
fn every_state_is_stored_and_read_back_whole() {
    for kind in InspectionKind::ALL {
        let visit = in_state(*kind);
        let text = serde_json::to_string(&visit).expect("encodes");
        assert_eq!(
            serde_json::from_str::<Inspection>(&text).expect("decodes"),
            visit
        );
    }
}

#[test]
fn the_page_of_states_has_a_row_for_each() {
    let page = steps::table();
    for state in InspectionKind::ALL {
        assert!(page.contains(&format!("| {} `{}` |", state.label(), state.name())));
    }
}
