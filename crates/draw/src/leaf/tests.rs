//! The opened form and the fast form of a leaf agree; the vectors hold every value.

use super::{Kind, LeafFields, LeafMaker};
use crate::digest::{Secret, Suite};

#[test]
fn the_fast_hash_and_the_opened_text_agree_for_every_kind_and_suite() {
    let secret = Secret::from_bytes([9; 32]);
    let campaign = "411200-CG-2026-0007".parse().unwrap();
    for suite in [Suite::Sha256, Suite::Sm3] {
        for kind in [
            Kind::Subject,
            Kind::Inspector,
            Kind::Recusal,
            Kind::Leader,
            Kind::Part,
        ] {
            let mut maker = LeafMaker::new(suite, campaign, 3, kind, &secret);
            for id in ["x", "F001:91411200MA00000001", &"a".repeat(63)] {
                let leaf = LeafFields {
                    id: id.as_bytes(),
                    stratum: b"fume:A",
                    status: b"must:credit-d",
                    area: b"east",
                };
                let (salt, nonce) = (maker.salt(leaf.id), maker.nonce(leaf.id));
                let opened = maker.open(&leaf);
                let fast = maker.leafhash(&leaf, &salt, &nonce);
                assert_eq!(opened.hash(suite, campaign, 3, kind), fast);
                let other = LeafFields {
                    id: b"another",
                    ..leaf
                };
                let mut makers = [maker.clone(), maker.clone()];
                let [_, (own_salt, own)] = LeafMaker::two(&mut makers, [&other, &leaf]);
                assert_eq!((own_salt, own), (salt, fast), "side by side");
            }
        }
    }
}

#[test]
fn salt_nonce_and_cover_differ_by_attempt_kind_and_id() {
    let secret = Secret::from_bytes([9; 32]);
    let campaign = "c".parse().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for attempt in [1, 2, 12] {
        for kind in [Kind::Subject, Kind::Part] {
            let mut maker = LeafMaker::new(Suite::Sha256, campaign, attempt, kind, &secret);
            for id in [&b"1"[..], b"2"] {
                assert!(seen.insert(maker.salt(id)));
                assert!(seen.insert(maker.nonce(id)));
                assert!(seen.insert(maker.cover(id, b"A")));
                assert!(seen.insert(maker.cover(id, b"B")));
            }
        }
    }
}
