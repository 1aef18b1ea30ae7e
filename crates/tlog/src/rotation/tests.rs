use super::*;
use crate::Checkpoint;

const LOG: &str = "log.example/demo";

fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed(LOG, KeyKind::Log, &[seed; 32]).unwrap()
}

fn rotation(from: u64, old: u8, new: u8) -> KeyRotation {
    KeyRotation::sign(from, Hash::of(b"entries"), &key(old), &key(new)).unwrap()
}

fn verifier(seed: u8) -> VerifierKey {
    key(seed).verifier().clone()
}

/// The vector of SPEC-log §9.
const VECTOR: &str = include_str!("vector.txt");

#[test]
fn the_record_of_the_specification_is_what_these_two_keys_sign() {
    assert_eq!(rotation(12, 7, 8).to_string(), VECTOR);
    assert!(include_str!("../../../../docs/SPEC-log.md").contains(VECTOR));
}

#[test]
fn a_record_is_read_back_as_it_was_written_and_names_both_keys() {
    let read = KeyRotation::parse(VECTOR).unwrap();
    assert_eq!((read.from(), *read.root()), (12, Hash::of(b"entries")));
    assert_eq!((read.old(), read.new_key()), (&verifier(7), &verifier(8)));
    assert_eq!(read.to_string(), VECTOR);
}

#[test]
fn no_changed_character_of_a_record_is_read() {
    for at in VECTOR.char_indices().map(|(at, _)| at) {
        for other in ["", "x", "\n", "0"] {
            let next = at + VECTOR[at..].chars().next().unwrap().len_utf8();
            if &VECTOR[at..next] == other {
                continue;
            }
            let changed = format!("{}{other}{}", &VECTOR[..at], &VECTOR[next..]);
            assert!(KeyRotation::parse(&changed).is_err(), "{at}: {changed}");
        }
    }
}

#[test]
fn both_keys_must_have_signed_and_in_this_order() {
    let lines: Vec<&str> = VECTOR.lines().collect();
    let (body, signed) = lines.split_at(lines.len() - 2);
    let with = |signed: &[&str]| format!("{}\n{}\n", body.join("\n"), signed.join("\n"));
    assert_eq!(with(signed), VECTOR);
    for wrong in [
        with(&signed[..1]),
        with(&signed[1..]),
        with(&[signed[1], signed[0]]),
        with(&[signed[0], signed[1], signed[0]]),
    ] {
        assert!(KeyRotation::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn one_key_twice_two_logs_and_the_key_of_a_witness_are_no_change() {
    let root = Hash::of(b"");
    let other = SignerKey::from_seed("log.example/other", KeyKind::Log, &[8; 32]).unwrap();
    let witness = SignerKey::from_seed(LOG, KeyKind::Cosigner, &[8; 32]).unwrap();
    for (from, old, new) in [
        (1, &key(7), &key(7)),
        (1, &key(7), &other),
        (1, &key(7), &witness),
        (0, &key(7), &key(8)),
    ] {
        let refused = KeyRotation::sign(from, root, old, new).unwrap_err();
        assert_eq!(refused.code(), "TLOG-060", "{refused}");
    }
}

#[test]
fn whoever_holds_any_of_the_keys_finds_the_one_that_vouches_for_a_head() {
    let changes = [rotation(20, 8, 9), rotation(12, 7, 8)];
    for seed in [7, 8, 9] {
        let keys = LogKeys::following(verifier(seed), &changes).unwrap();
        assert_eq!(keys.newest(), &verifier(9));
        for (size, signs) in [(1, 7), (12, 7), (13, 8), (20, 8), (21, 9), (1 << 40, 9)] {
            assert_eq!(keys.at(size), &verifier(signs), "{seed}: {size}");
        }
        assert!(keys.holds(&verifier(7)) && !keys.holds(&verifier(6)));
    }
}

#[test]
fn a_key_that_was_given_up_vouches_for_no_longer_head() {
    let keys = LogKeys::following(verifier(7), &[rotation(12, 7, 8)]).unwrap();
    let signed = |size| {
        Checkpoint::new(LOG, size, Hash::of(b"any"))
            .unwrap()
            .sign(&key(7))
    };
    let of_twelve = signed(12).unwrap();
    assert!(of_twelve.verify(keys.at(12), &[]).is_ok());
    let of_thirteen = signed(13).unwrap();
    let refused = of_thirteen.verify(keys.at(13), &[]).unwrap_err();
    assert_eq!(refused, Error::NoKnownSignature);
    // Who has not heard of the change is told nothing else than before.
    let unaware = LogKeys::from(verifier(7));
    assert!(of_thirteen.verify(unaware.at(13), &[]).is_ok());
}

#[test]
fn two_changes_of_one_key_and_changes_out_of_order_are_no_history() {
    for changes in [
        [rotation(12, 7, 8), rotation(12, 7, 9)],
        [rotation(12, 7, 8), rotation(13, 7, 8)],
        [rotation(12, 7, 8), rotation(12, 8, 9)],
        [rotation(12, 7, 8), rotation(13, 8, 7)],
    ] {
        assert!(
            LogKeys::following(verifier(7), &changes).is_err(),
            "{changes:?}"
        );
    }
    let back = [rotation(12, 6, 8), rotation(12, 7, 8)];
    assert!(LogKeys::following(verifier(8), &back).is_err());
    // The same record from two places is one.
    let twice = [rotation(12, 7, 8), rotation(12, 7, 8)];
    let keys = LogKeys::following(verifier(7), &twice).unwrap();
    assert_eq!(keys.newest(), &verifier(8));
}

#[test]
fn changes_of_another_log_join_nothing() {
    let keys = LogKeys::following(verifier(5), &[rotation(12, 7, 8)]).unwrap();
    assert_eq!(keys, LogKeys::from(verifier(5)));
}
