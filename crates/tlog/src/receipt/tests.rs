use super::*;
use crate::checkpoint::Checkpoint;
use crate::frontier::Frontier;
use crate::note::{KeyKind, SignerKey};

const SIZE: u64 = 13;

fn log_key() -> SignerKey {
    SignerKey::from_seed("log.example/demo", KeyKind::Log, &[7; 32]).unwrap()
}

fn witness() -> SignerKey {
    SignerKey::from_seed("witness.example/1", KeyKind::Cosigner, &[1; 32]).unwrap()
}

fn leaf(number: u64) -> Vec<u8> {
    format!("entry {number}\n").into_bytes()
}

fn receipt_of(index: u64) -> Receipt {
    let mut frontier = Frontier::new();
    let mut nodes = std::collections::BTreeMap::new();
    for number in 0..SIZE {
        let completed = frontier.append(leaf_hash(&leaf(number))).unwrap();
        nodes.extend(completed.into_iter().map(|node| (node.id, node.hash)));
    }
    let path = proof::inclusion(index, SIZE, |id| nodes.get(&id).copied()).unwrap();
    let head = Checkpoint::new("log.example/demo", SIZE, frontier.root()).unwrap();
    let mut signed = head.sign(&log_key()).unwrap();
    signed.cosign(&witness(), 1_789_000_000).unwrap();
    Receipt::new(index, path, signed)
}

#[test]
fn every_entry_gets_a_receipt_that_a_stranger_can_verify() {
    let witnesses = [witness().verifier().clone()];
    for index in 0..SIZE {
        let text = receipt_of(index).to_string();
        let receipt = Receipt::parse(&text).unwrap();
        assert_eq!(receipt.to_string(), text);
        let standing = receipt
            .verify(&leaf(index), Some(log_key().verifier()), &witnesses)
            .unwrap();
        let expected = Verified {
            key: &witnesses[0],
            cosigned_at: Some(1_789_000_000),
        };
        assert_eq!(standing, Standing::Signed(vec![expected]));
    }
}

#[test]
fn without_a_key_only_the_structure_is_vouched_for() {
    let receipt = receipt_of(4);
    assert_eq!(
        receipt.verify(&leaf(4), None, &[]).unwrap(),
        Standing::StructureOnly
    );
    assert_eq!(
        receipt.verify(&leaf(5), None, &[]).unwrap_err().code(),
        "TLOG-005"
    );
}

#[test]
fn a_receipt_of_another_log_is_refused() {
    let other = SignerKey::from_seed("log.example/demo", KeyKind::Log, &[8; 32]).unwrap();
    let verdict = receipt_of(4)
        .verify(&leaf(4), Some(other.verifier()), &[])
        .map(|_| ());
    assert_eq!(verdict, Err(Error::NoKnownSignature));
}

#[test]
fn extra_bytes_travel_along() {
    let text = receipt_of(0)
        .to_string()
        .replace("index ", "extra Zm9v\nindex ");
    let receipt = Receipt::parse(&text).unwrap();
    assert_eq!(receipt.extra(), Some(b"foo".as_slice()));
    assert_eq!(receipt.to_string(), text);
    receipt
        .verify(&leaf(0), Some(log_key().verifier()), &[])
        .unwrap();
}

#[test]
fn the_only_entry_of_a_log_has_an_empty_proof() {
    let head = Checkpoint::new("log.example/demo", 1, leaf_hash(&leaf(0))).unwrap();
    let receipt = Receipt::new(0, Vec::new(), head.sign(&log_key()).unwrap());
    let text = receipt.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/demo\n1\n"));
    let reread = Receipt::parse(&text).unwrap();
    reread
        .verify(&leaf(0), Some(log_key().verifier()), &[])
        .unwrap();
}

/// With a known log and witness, no other receipt text says the same of the same entry.
#[test]
fn every_changed_bit_is_refused() {
    let good = receipt_of(6).to_string();
    let witnesses = [witness().verifier().clone()];
    let log = log_key().verifier().clone();
    let (mut refused, mut witness_lost) = (0, 0);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(text) = String::from_utf8(bytes) else {
                continue;
            };
            let receipt = Receipt::parse(&text);
            let verdict = receipt
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|receipt| receipt.verify(&leaf(6), Some(&log), &witnesses));
            match verdict {
                Err(_) => refused += 1,
                // A line whose name or id changed is an unknown line, which must be ignored.
                Ok(standing) if standing == Standing::Signed(Vec::new()) => witness_lost += 1,
                Ok(standing) => panic!("byte {at} bit {bit}: {standing:?}"),
            }
        }
    }
    assert!(
        refused > 3000 && witness_lost > 100,
        "{refused} {witness_lost}"
    );
}

#[test]
fn broken_receipts_are_refused() {
    let good = receipt_of(6).to_string();
    let log = log_key().verifier().clone();
    let long_path = format!(
        "index 6\n{}",
        format!("{}\n", Hash::EMPTY_ROOT.to_base64()).repeat(64)
    );
    for (bad, why) in [
        (String::new(), "empty"),
        (good.replace("@v1", "@v2"), "another version"),
        (good.replace("index 6", "index 06"), "leading zero"),
        (good.replace("index 6\n", ""), "no index"),
        (
            good.replace("index 6", "index 6\nextra Zm9v"),
            "extra after index",
        ),
        (
            good.replace("index 6", "extra Zm9\nindex 6"),
            "broken extra",
        ),
        (good.replace("\n\n", "\n"), "no empty lines"),
        (good.replace("index 6\n", &long_path), "an endless proof"),
        (good.replace('\n', "\r\n"), "carriage returns"),
        (good.trim_end().to_owned(), "no last line feed"),
        (format!("{good}x"), "a stray letter"),
        (
            "c2sp.org/tlog-proof@v1\n".to_owned() + &"A".repeat(MAX_BYTES),
            "too long",
        ),
    ] {
        assert!(Receipt::parse(&bad).is_err(), "{why}");
    }
    for cut in (0..good.len()).filter(|&cut| good.is_char_boundary(cut)) {
        let text = &good[..cut];
        let verdict =
            Receipt::parse(text).and_then(|r| r.verify(&leaf(6), Some(&log), &[]).map(|_| ()));
        // Cut right after the log's own line it is still a receipt, without its witness.
        assert!(
            verdict.is_err() || text.lines().count() + 1 == good.lines().count(),
            "cut at {cut}"
        );
    }
}
