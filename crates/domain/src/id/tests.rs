//! Ids keep one spelling and one kind.

use super::*;

#[test]
fn a_random_id_is_twenty_letters_and_reads_back() {
    let id = SubjectId::from_entropy([0xff; 12]);
    assert_eq!(id.as_str(), "777777777777777777 7q".replace(' ', ""));
    assert_eq!(SubjectId::parse(id.as_str()), Ok(id));
    assert_eq!(SubjectId::from_entropy([0; 12]).as_str(), "a".repeat(20));
}

#[test]
fn different_bytes_give_different_ids() {
    let mut seen = std::collections::BTreeSet::new();
    for bit in 0..96_usize {
        let mut bytes = [0_u8; 12];
        bytes[bit / 8] = 1 << (bit % 8);
        let id = EventId::from_entropy(bytes);
        assert!(is_token(id.as_str()), "fits the draw's grammar");
        assert!(seen.insert(id), "bit {bit} is lost");
    }
}

#[test]
fn a_second_spelling_of_an_id_is_refused() {
    for text in [
        "",
        "aaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaab",
        "AAAAAAAAAAAAAAAAAAAA",
        "aaaaaaaaaaaaaaaaaaa1",
        " aaaaaaaaaaaaaaaaaaaa",
        "甲aaaaaaaaaaaaaaaaa",
    ] {
        let error = AccountId::parse(text).expect_err(text);
        assert_eq!(error.kind, "AccountId");
        assert!(error.to_string().starts_with("ID-001"));
    }
}

#[test]
fn campaign_numbers_follow_their_grammar() {
    let number = CampaignNo::compose("411200", "CG", 2026, 7).expect("well formed");
    assert_eq!(number.as_str(), "411200-CG-2026-0007");
    for text in [
        "411200-cg-2026-0007",
        "41120-CG-2026-0007",
        "411200-CG-26-0007",
        "411200-CG-2026-7",
        "411200-CG-2026-0007-1",
        "411200-城管-2026-0007",
        "411200-CG-2026-000000000000000007",
    ] {
        assert!(CampaignNo::parse(text).is_err(), "{text}");
    }
}

#[test]
fn json_refuses_what_parse_refuses() {
    let good: Result<PartyToken, _> = serde_json::from_str("\"discipline\"");
    assert_eq!(good.expect("a token").as_str(), "discipline");
    let bad: Result<PartyToken, _> = serde_json::from_str("\"机关纪委\"");
    assert!(bad.is_err());
}
