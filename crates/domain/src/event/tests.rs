//! The header of an event has one encoding, and the lists are closed.

use std::collections::BTreeSet;

use super::*;

fn sample() -> Event {
    Event::new(
        EventId::from_entropy([1; 12]),
        Act::SubjectsImported,
        Instant::from_unix_ms(1_795_363_200_000),
        Actor::account(
            AccountId::from_entropy([2; 12]),
            "登记员甲",
            Role::Registrar,
            OrgUnitId::from_entropy([3; 12]),
        ),
    )
    .because("季度更新")
    .with("rows", 2)
    .with("file_hash", "00ff")
    .touching(LinkKind::Subject, "bbb")
    .touching(LinkKind::Subject, "aaa")
    .touching(LinkKind::Subject, "bbb")
}

#[test]
fn the_header_has_a_fixed_order_and_sorted_links_and_facts() {
    assert_eq!(
        sample().canonical_json(),
        concat!(
            "{\"id\":\"aeaqcaibaeaqcaibaeaq\",\"act\":\"subject.import\",\"at\":1795363200000,",
            "\"actor\":{\"account\":\"aibaeaqcaibaeaqcaiba\",\"name\":\"登记员甲\",",
            "\"role\":\"registrar\",\"unit\":\"ambqgaydambqgaydambq\"},",
            "\"reason\":\"季度更新\",",
            "\"links\":[{\"kind\":\"subject\",\"id\":\"aaa\"},{\"kind\":\"subject\",\"id\":\"bbb\"}],",
            "\"facts\":{\"file_hash\":\"00ff\",\"rows\":\"2\"}}"
        )
    );
}

#[test]
fn an_event_reads_back_and_a_foreign_field_is_refused() {
    let text = sample().canonical_json();
    let back: Event = serde_json::from_str(&text).expect("our own bytes");
    assert_eq!(back, sample());
    let foreign = text.replacen("{\"id\"", "{\"extra\":1,\"id\"", 1);
    assert!(serde_json::from_str::<Event>(&foreign).is_err());
    let unknown = text.replace("subject.import", "subject.vanish");
    assert!(serde_json::from_str::<Event>(&unknown).is_err());
}

#[test]
fn acts_have_unique_dotted_names_and_chinese_labels() {
    let mut names = BTreeSet::new();
    for act in Act::ALL {
        assert!(names.insert(act.name()), "{act} twice");
        assert_eq!(act.name().split('.').count(), 2, "{act}");
        assert_eq!(Act::parse(act.name()), Some(*act));
        assert!(!act.label().is_ascii());
    }
    assert_eq!(Act::parse("subject"), None);
}

#[test]
fn public_entry_types_belong_to_exactly_one_act_and_publish_to_two() {
    for kind in EntryType::ALL
        .iter()
        .filter(|kind| **kind != EntryType::Act)
    {
        let acts = Act::ALL
            .iter()
            .filter(|act| act.entry_type() == *kind)
            .count();
        // What stands on the portal, and what is taken down from it.
        let due = if *kind == EntryType::Publish { 2 } else { 1 };
        assert_eq!(acts, due, "{kind}");
    }
}
