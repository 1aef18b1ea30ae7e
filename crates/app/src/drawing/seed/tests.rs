//! A drand value is refused where it is entered, with the words of the verifier.

use draw::record::freeze::BeaconName;
use draw::seed::Answer;
use draw::seed::beacon::QUICKNET;
use draw::{Digest, SeedText};

use super::signed;
use crate::AppError;

/// Round 1000 of quicknet, as it was published.
const ROUND_1000: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

fn text(source: &str, round: &str, value: &str) -> SeedText {
    let beacon = BeaconName {
        source: source.to_owned(),
        round: round.parse().expect("a name"),
    };
    SeedText {
        campaign: "411200-CG-2026-0007".parse().expect("a name"),
        attempt: 1,
        freeze: Digest([1; 32]),
        parties: Vec::new(),
        dice: None,
        reveal: Some(Digest([2; 32])),
        beacon: Some((beacon, Answer::Given(value.to_owned()))),
    }
}

#[test]
fn a_drand_value_is_refused_where_it_is_entered_unless_its_chain_signed_the_round() {
    assert!(signed(&text(QUICKNET, "1000", ROUND_1000)).is_ok());
    let wrong = [
        text(QUICKNET, "1001", ROUND_1000),
        text(QUICKNET, "1000", &ROUND_1000.replace("5e39", "5e38")),
        text(&QUICKNET.replace("52db", "53db"), "1000", ROUND_1000),
    ];
    for text in wrong {
        let Err(AppError::Refused(refusal)) = signed(&text) else {
            panic!("{text} was taken");
        };
        assert_eq!(refusal.code, "DRAW-055");
        let words = verify::drand::verify_seed(&text)
            .expect("drand")
            .expect_err("wrong");
        assert!(refusal.sentence.contains(&words.to_string()), "{refusal:?}");
    }
}

#[test]
fn a_lottery_and_an_attempt_without_beacon_are_not_asked_for_a_signature() {
    let lottery = text("tc-dlt", "26135", "01 05 20 34 35 + 03 12");
    assert!(signed(&lottery).is_ok());
    let without = SeedText {
        beacon: None,
        ..lottery
    };
    assert!(signed(&without).is_ok());
}
