//! The eight classic leaves of RFC 6962, and every path of every small tree.

use std::num::NonZeroUsize;

use super::{Inclusion, Tree, root};
use crate::digest::{Digest, Suite};
use crate::leaf::leafhash_of_text;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn leaf(bytes: &[u8]) -> Digest {
    Suite::Sha256.bytes(&[&[0], bytes].concat())
}

#[test]
fn roots_of_the_classic_leaves_are_the_published_ones() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let starts = [
        "6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4",
        "5dc9da79",
    ];
    for (count, start) in (1..).zip(starts) {
        let hashes = leaves[..count].iter().map(|bytes| leaf(bytes)).collect();
        assert!(
            root(Suite::Sha256, hashes, ONE)
                .to_string()
                .starts_with(start),
            "{count}"
        );
    }
    let empty = root(Suite::Sha256, Vec::new(), ONE).to_string();
    assert_eq!(
        empty,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_path_of_every_small_tree_holds_and_no_other() {
    for size in 1..=40_u64 {
        let leaves: Vec<Digest> = (0..size)
            .map(|n| leafhash_of_text(Suite::Sha256, &n.to_string()))
            .collect();
        let tree = Tree::new(Suite::Sha256, &leaves, ONE);
        for hash in &leaves {
            let proof = tree.prove(hash).unwrap();
            let leads_to = |proof: &Inclusion, size| proof.root(Suite::Sha256, size, hash);
            assert_eq!(leads_to(&proof, size), Some(tree.root()));
            assert_eq!(leads_to(&proof, proof.index), None);
            let mut long = proof.clone();
            long.path.push(*hash);
            assert_eq!(leads_to(&long, size), None);
            let mut elsewhere = proof.clone();
            elsewhere.index = (proof.index + 1) % (size + 1);
            assert_ne!(leads_to(&elsewhere, size), Some(tree.root()));
            for at in 0..proof.path.len() {
                let mut bent = proof.clone();
                bent.path[at].0[0] ^= 1;
                assert_ne!(leads_to(&bent, size), Some(tree.root()));
            }
        }
    }
}
