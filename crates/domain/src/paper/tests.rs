//! Who may do what to a paper, and which papers there can be.

use super::*;
use crate::event::{Act, Actor};
use crate::id::EventId;

fn account(number: u8) -> AccountId {
    AccountId::from_entropy([number; 12])
}

fn day(text: &str) -> Date {
    Date::parse_iso(text).expect("a day of the calendar")
}

fn at(minute: i64) -> Instant {
    Instant::from_unix_ms(minute * 60_000)
}

/// Entered by 2 in the name of 3, on something 1 wrote.
fn entered() -> SignedPaper {
    SignedPaper {
        id: PaperId::from_entropy([9; 12]),
        judged: Judged::Plan(CampaignId::from_entropy([8; 12])),
        unit: OrgUnitId::from_entropy([7; 12]),
        content: Premise::of(EventId::from_entropy([6; 12])),
        signatory: account(3),
        number: "环签〔2026〕12 号".to_owned(),
        dated: day("2026-11-23"),
        scan: Fingerprint::parse(&"5".repeat(64)).expect("64 digits"),
        entered_by: account(2),
        entered_at: at(1),
        state: PaperState::Waiting,
        decided: None,
        noted_at: None,
    }
}

fn hands() -> Hands {
    Hands::of(&account(1))
}

#[test]
fn a_paper_is_confirmed_by_a_third_person_or_its_signatory_and_by_nobody_who_wrote_anything() {
    let by = |number| entered().confirm(&account(number), at(2), &hands());
    assert_eq!(by(2).expect_err("who entered it").code, "AUTH-041");
    assert_eq!(by(1).expect_err("a hand in it").code, "AUTH-042");
    for number in [3, 4] {
        let done = by(number).expect("another person");
        assert_eq!(done.decided, Some((account(number), at(2))));
        let again = done.confirm(&account(5), at(3), &hands());
        assert_eq!(again.expect_err("once").code, "PAPR-004");
    }
}

#[test]
fn a_paper_is_dropped_by_who_entered_it_or_whose_name_it_bears_as_long_as_it_waits() {
    let by = |number| entered().drop_it(&account(number), at(2));
    for number in [1, 4] {
        assert_eq!(by(number).expect_err("a stranger").code, "AUTH-043");
    }
    for number in [2, 3] {
        let dropped = by(number).expect("his own");
        assert!(!dropped.is_news());
        let late = dropped.confirm(&account(4), at(3), &hands());
        assert_eq!(late.expect_err("dropped").code, "PAPR-004");
    }
}

#[test]
fn the_signatory_learns_once_of_what_was_entered_in_his_name() {
    assert!(entered().is_news());
    let other = entered().note(&account(2), at(2));
    assert_eq!(other.expect_err("another's name").code, "AUTH-044");
    let confirmed = entered().confirm(&account(4), at(2), &hands());
    let confirmed = confirmed.expect("a third person");
    assert!(confirmed.is_news(), "also when it counts already");
    let noted = confirmed.note(&account(3), at(3)).expect("his own");
    assert!(!noted.is_news());
    let again = noted.note(&account(3), at(4));
    assert_eq!(again.expect_err("once").code, "PAPR-007");
}

#[test]
fn a_paper_bears_a_day_between_the_submission_and_today_and_a_number() {
    let between = (day("2026-11-20"), day("2026-11-23"));
    for dated in ["2026-11-20", "2026-11-21", "2026-11-23"] {
        let number = checked(" 环签〔2026〕１２号 ", day(dated), between);
        assert_eq!(number.expect("a day in between"), "环签〔2026〕12号");
    }
    let code = |number: &str, dated: &str, field: &'static str| {
        let errors = checked(number, day(dated), between).expect_err("no such paper");
        let found: Vec<_> = errors.of(field).map(|error| error.code).collect();
        found
    };
    assert_eq!(code("12", "2026-11-19", "dated"), ["PAPR-002"]);
    assert_eq!(code("12", "2026-11-24", "dated"), ["PAPR-001"]);
    assert_eq!(code("　", "2026-11-24", "number"), ["PAPR-003"]);
    let long = "号".repeat(LONGEST_NUMBER + 1);
    assert_eq!(code(&long, "2026-11-23", "number"), ["PAPR-003"]);
}

#[test]
fn the_judgement_names_the_paper_who_entered_it_and_who_confirmed_it() {
    let event = || {
        let actor = Actor::program("-");
        let id = EventId::from_entropy([1; 12]);
        Event::new(id, Act::CampaignApproved, at(3), actor)
    };
    let waiting = entered().told_in(event());
    assert!(!waiting.facts.contains_key("confirmed_by") && !waiting.is_on_paper());
    let confirmed = entered().confirm(&account(4), at(2), &hands());
    let told = confirmed.expect("a third person").told_in(event());
    assert!(told.is_on_paper());
    for (fact, value) in [
        ("signatory", account(3).to_string()),
        ("entered_by", account(2).to_string()),
        ("confirmed_by", account(4).to_string()),
        ("document", "5".repeat(64)),
        ("dated", "2026-11-23".to_owned()),
        ("number", "环签〔2026〕12 号".to_owned()),
    ] {
        assert_eq!(told.facts[fact], value, "{fact}");
    }
}

#[test]
fn what_is_kept_of_a_paper_says_what_is_judged_on_it() {
    let judged = entered().judged;
    for kind in PaperKind::ALL {
        let read = Judged::read(*kind, judged.key()).expect("a key");
        assert_eq!((read.kind(), read.key()), (*kind, judged.key()));
    }
    assert!(Judged::read(PaperKind::Plan, "no key").is_err());
}

#[test]
fn a_paper_is_turned_down_by_who_may_confirm_it_with_a_reason_and_counts_for_nothing() {
    let by = |number, why| entered().turn_down(&account(number), at(2), (&hands(), why));
    assert_eq!(by(4, "x").expect_err("no reason").code, "PAPR-014");
    assert_eq!(
        by(2, "文号不同").expect_err("his own entry").code,
        "AUTH-041"
    );
    let down = by(4, "文号不同").expect("another account");
    assert!(!down.is_news());
    let late = down.confirm(&account(4), at(3), &hands());
    assert_eq!(late.expect_err("turned down").code, "PAPR-004");
}
