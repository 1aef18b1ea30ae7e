use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;

use super::Frontier;
use crate::hash::{MAX_SIZE, NodeId, leaf_hash};
use crate::{Error, Hash, proof};

/// The eight leaves every implementation of RFC 6962 is tried on, and the roots of sizes 1 to 8.
const CLASSIC: [(&str, &str); 8] = [
    (
        "",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    ),
    (
        "00",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ),
    (
        "10",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    ),
    (
        "2021",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (
        "3031",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    ),
    (
        "40414243",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ),
    (
        "5051525354555657",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        "606162636465666768696a6b6c6d6e6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn the_classic_eight_leaves_give_the_classic_roots() {
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), Hash::EMPTY_ROOT);
    for (leaf, root) in CLASSIC {
        frontier.append(leaf_hash(&bytes_of(leaf))).unwrap();
        assert_eq!(frontier.root().to_string(), root, "after {leaf:?}");
    }
}

#[test]
fn seventy_thousand_leaves_agree_with_the_oracle_and_with_the_stored_nodes() {
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for number in 0..70_000_u64 {
        let leaf = number.to_string().into_bytes();
        for node in frontier.append(leaf_hash(&leaf)).unwrap() {
            assert_eq!(
                nodes.insert(node.id, node.hash),
                None,
                "a node is completed once"
            );
        }
        oracle.push(leaf);
        if !(300..=69_990).contains(&number) || number.is_power_of_two() {
            assert_eq!(
                frontier.root().as_bytes(),
                oracle.root().as_bytes().as_slice()
            );
        }
    }
    // n leaves complete n − popcount(n) inner nodes.
    assert_eq!(nodes.len(), 140_000 - 70_000_u64.count_ones() as usize);
    let read = |id: NodeId| nodes.get(&id).copied();
    assert_eq!(proof::root(70_000, read).unwrap(), frontier.root());
    assert_eq!(Frontier::rebuild(70_000, read).unwrap(), frontier);
    let missing = Frontier::rebuild(70_001, read).unwrap_err();
    assert_eq!(
        missing,
        Error::NodeMissing {
            level: 0,
            index: 70_000
        }
    );
}

#[test]
fn a_stored_frontier_continues_as_if_never_stored() {
    let mut straight = Frontier::new();
    let mut stored = Vec::new();
    for number in 0..300_u32 {
        let leaf = leaf_hash(&number.to_be_bytes());
        let mut resumed = if number == 0 {
            Frontier::new()
        } else {
            Frontier::from_bytes(&stored).unwrap()
        };
        assert_eq!(resumed, straight);
        assert_eq!(
            resumed.append(leaf).unwrap(),
            straight.append(leaf).unwrap()
        );
        stored = resumed.to_bytes();
        assert_eq!(stored.len(), 8 + 32 * resumed.size().count_ones() as usize);
    }
}

#[test]
fn damaged_frontier_bytes_are_refused() {
    let mut frontier = Frontier::new();
    for number in 0..5_u8 {
        frontier.append(leaf_hash(&[number])).unwrap();
    }
    let good = frontier.to_bytes();
    for cut in 0..good.len() {
        assert!(Frontier::from_bytes(&good[..cut]).is_err(), "cut at {cut}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert!(Frontier::from_bytes(&longer).is_err());
    let mut other_size = good;
    other_size[7] = 7;
    assert!(Frontier::from_bytes(&other_size).is_err());
    assert!(Frontier::from_bytes(&(MAX_SIZE + 1).to_be_bytes()).is_err());
}

#[test]
fn a_full_log_refuses_the_next_leaf_and_stays_as_it_was() {
    // 2^63 − 1 leaves have 63 hashes on the edge; no real hash is needed to stand there.
    let mut bytes = MAX_SIZE.to_be_bytes().to_vec();
    bytes.resize(8 + 63 * 32, 7);
    let mut frontier = Frontier::from_bytes(&bytes).unwrap();
    assert_eq!(frontier.append(leaf_hash(b"one more")), Err(Error::Full));
    assert_eq!(frontier.to_bytes(), bytes);
}
