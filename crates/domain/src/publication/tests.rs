//! What the public sees, and what it never sees.

use super::withdrawal_class::WithdrawalClass;
use super::*;
use crate::calendar::{SEED_HOLIDAYS, parse_holidays};
use crate::catalog::{ItemFile, SEED_ITEMS};
use crate::id::{AccountId, InspectionId, InspectorCode, SubjectId};
use crate::inspection::{Concluded, InspectionSource, Opened, Outcome, Published, Sheet, Step};
use crate::rulebook::{RulebookFile, SEED_RULEBOOK};
use crate::subject::RawSubject;

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

fn step(number: u8, at: Instant) -> Step {
    Step {
        by: AccountId::from_entropy([number; 12]),
        at,
    }
}

fn subject() -> Subject {
    let row = RawSubject {
        usci: "91411202MA0XX00155".to_owned(),
        name: "三门峡市甲餐饮店".to_owned(),
        district: "411202".to_owned(),
        address: "湖滨区秘密路 1 号".to_owned(),
        class: "D".to_owned(),
        class_source: "测试分类".to_owned(),
        class_on: "2026-03-01".to_owned(),
        ..RawSubject::default()
    };
    row.read(SubjectId::from_entropy([7; 12]), "测试")
        .expect("a good row")
        .subject
}

fn visit(published_at: Instant) -> Inspection {
    let day = date("2026-12-01");
    let concluded = Concluded {
        opened: Opened {
            step: step(1, day.at(9, 0)),
            present: vec![
                InspectorCode::parse("F003").expect("a token"),
                InspectorCode::parse("F004").expect("a token"),
            ],
            sheet: Sheet::default(),
            hands: crate::policy::four_eyes::Hands::default(),
            returned: None,
            late: None,
            challenge: None,
        },
        step: step(1, day.at(10, 0)),
        outcome: Outcome {
            code: "R1".to_owned(),
            label: "未发现问题".to_owned(),
            version: "2020-01".to_owned(),
        },
        opinion: Some("店主的秘密意见".to_owned()),
    };
    Inspection {
        id: InspectionId::from_entropy([5; 12]),
        campaign: None,
        source: InspectionSource::Drawn,
        subject: SubjectId::from_entropy([7; 12]),
        items: vec![items()[0].id.clone()],
        team: Vec::new(),
        leader: None,
        assigned: step(9, day.at(8, 0)),
        put_off: None,
        sent_back: None,
        state: InspectionState::Published(Published {
            confirmed: crate::inspection::Confirmed {
                concluded,
                step: step(2, day.at(11, 0)),
            },
            approval: None,
            step: step(3, published_at),
            publication: PublicationId::from_entropy([8; 12]),
        }),
    }
}

fn items() -> Vec<InspectionItem> {
    ItemFile::parse(SEED_ITEMS).expect("our own file")
}

fn public(published_at: Instant) -> PublicOutcome {
    let (items, subject) = (items(), subject());
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let facts = PublicFacts {
        authority: "三门峡市城市管理局",
        campaign: Some(&number),
        subject: &subject,
        items: &items,
        due_on: date("2026-12-29"),
    };
    PublicOutcome::of(&visit(published_at), &facts).expect("published")
}

#[test]
fn the_public_record_has_these_fields_and_no_others() {
    let text = serde_json::to_value(public(date("2026-12-02").at(9, 0))).expect("encodes");
    let fields: Vec<&str> = text
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = [
        "id",
        "campaign",
        "authority",
        "subject_name",
        "subject_code",
        "items",
        "source",
        "inspected_on",
        "outcome_code",
        "outcome",
        "examined",
        "failed",
        "published_at",
        "due_on",
    ];
    expected.sort_unstable();
    let mut fields = fields;
    fields.sort_unstable();
    assert_eq!(fields, expected);
}

#[test]
fn address_class_opinion_and_inspectors_stay_inside() {
    let text = serde_json::to_string(&public(date("2026-12-02").at(9, 0))).expect("encodes");
    for secret in ["秘密", "F003", "\"D\"", "测试分类"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("对市本级餐饮企业油烟管控联合检查"));
}

#[test]
fn the_term_is_twenty_working_days_and_lateness_is_visible() {
    let file = RulebookFile::parse(SEED_RULEBOOK).expect("our own file");
    let rulebook = Rulebook::read(&file.version, &file.parameters);
    let calendar = WorkCalendar::new(parse_holidays(SEED_HOLIDAYS).expect("our own table"));
    let due = due(&rulebook, &calendar, date("2026-11-23")).expect("a short term");
    assert_eq!(due.due, date("2026-12-21"));
    let term = date("2026-12-29");
    assert!(
        !public(term.end()).is_late(),
        "24:00 of the last day is in time"
    );
    assert!(public(term.end().plus_ms(1)).is_late());
}

#[test]
fn nothing_is_public_before_it_is_published() {
    let mut early = visit(date("2026-12-02").at(9, 0));
    early.state = InspectionState::Assigned;
    let (items, subject) = (items(), subject());
    let facts = PublicFacts {
        authority: "局",
        campaign: None,
        subject: &subject,
        items: &items,
        due_on: date("2026-12-29"),
    };
    assert_eq!(
        PublicOutcome::of(&early, &facts).expect_err("early").code,
        "PUBL-003"
    );
}

#[test]
fn a_withdrawal_leaves_a_tombstone_without_the_name() {
    let published = Publication::Published(public(date("2026-12-02").at(9, 0)));
    let at = date("2026-12-05").at(9, 0);
    assert_eq!(
        published
            .clone()
            .withdraw(at, WithdrawalClass::Other, " ")
            .expect_err("no reason")
            .code,
        "PUBL-001"
    );
    let (down, act) = published
        .withdraw(at, WithdrawalClass::OutcomeRevoked, "甲餐饮的结论被撤销")
        .expect("withdrawn");
    assert_eq!(act, Act::OutcomeWithdrawn);
    let text = serde_json::to_string(&down).expect("encodes");
    let said = WithdrawalClass::OutcomeRevoked.sentence();
    assert!(text.contains(said), "{text}");
    assert!(
        !text.contains("甲餐饮") && !text.contains("91411202MA0XX00155"),
        "{text}"
    );
    assert_eq!(
        down.withdraw(at, WithdrawalClass::Other, "再撤")
            .expect_err("twice")
            .code,
        "PUBL-002"
    );
}

/// SPEC-log §4.2 gives a content and its hash; this is how it is kept, byte by byte.
#[test]
fn the_example_of_the_specification_has_the_hash_it_names() {
    let spec = include_str!("../../../../docs/SPEC-log.md");
    let after = spec
        .split("Example: the content `")
        .nth(1)
        .expect("the example");
    let (content, rest) = after.split_once('`').expect("the end of the content");
    let named = rest.split('`').nth(1).expect("the hash");
    let hash = draw::digest::Suite::Sha256.bytes(content.as_bytes());
    assert_eq!(hash.to_string(), named);
    let read = CONTENT.read(content).expect("a content of ours");
    assert_eq!(CONTENT.write(&read).expect("writes"), content);
}

/// A stranger who reads a tombstone knows from SPEC-log §4.2 that nobody typed its reason.
#[test]
fn the_sentences_of_withdrawals_stand_in_the_specification() {
    let specification = include_str!("../../../../docs/SPEC-log.md").replace('\n', "");
    for class in WithdrawalClass::ALL {
        assert!(specification.contains(class.sentence()), "{class}");
    }
}
