use std::cell::RefCell;
use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

use super::*;
use crate::frontier::Frontier;
use crate::hash::leaf_hash;

/// A log of numbered leaves with all its nodes and all its roots.
struct Tree {
    nodes: BTreeMap<NodeId, Hash>,
    roots: Vec<Hash>,
}

impl Tree {
    fn of(size: u64) -> Self {
        let mut frontier = Frontier::new();
        let mut tree = Self {
            nodes: BTreeMap::new(),
            roots: vec![Hash::EMPTY_ROOT],
        };
        for number in 0..size {
            let completed = frontier.append(leaf_of(number)).unwrap();
            tree.nodes
                .extend(completed.into_iter().map(|node| (node.id, node.hash)));
            tree.roots.push(frontier.root());
        }
        tree
    }

    fn read(&self) -> impl FnMut(NodeId) -> Option<Hash> {
        |id| self.nodes.get(&id).copied()
    }

    fn root(&self, size: u64) -> &Hash {
        &self.roots[usize::try_from(size).unwrap()]
    }

    fn check_inclusion(&self, index: u64, size: u64) {
        let path = inclusion(index, size, self.read()).unwrap();
        verify_inclusion(&leaf_of(index), index, size, &path, self.root(size)).unwrap();
    }

    fn check_consistency(&self, old: u64, new: u64) {
        let path = consistency(old, new, self.read()).unwrap();
        verify_consistency(old, new, self.root(old), self.root(new), &path).unwrap();
    }
}

fn leaf_of(number: u64) -> Hash {
    leaf_hash(number.to_string().as_bytes())
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash::from(bytes)
}

#[test]
fn every_leaf_of_every_small_tree_is_proved() {
    let tree = Tree::of(300);
    for size in 0..=300 {
        assert_eq!(root(size, tree.read()).unwrap(), *tree.root(size));
        for index in 0..size {
            tree.check_inclusion(index, size);
        }
    }
}

#[test]
fn every_pair_of_small_trees_is_consistent() {
    let tree = Tree::of(300);
    for new in 0..=300 {
        for old in 0..=new {
            tree.check_consistency(old, new);
        }
    }
}

#[test]
fn the_oracle_makes_the_same_proofs_and_accepts_ours() {
    let tree = Tree::of(130);
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=130_u64 {
        let leaf = (size - 1).to_string().into_bytes();
        oracle.push(leaf);
        let root = oracle.root();
        for index in 0..size {
            let ours = inclusion(index, size, tree.read()).unwrap();
            let theirs = oracle.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(
                flat(&ours),
                theirs.as_bytes(),
                "inclusion {index} of {size}"
            );
            let proof = InclusionProof::<Sha256>::try_from_bytes(flat(&ours)).unwrap();
            root.verify_inclusion(&index.to_string().into_bytes(), index, &proof)
                .unwrap();
        }
        for old in 1..size {
            let ours = consistency(old, size, tree.read()).unwrap();
            let theirs = oracle.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(
                flat(&ours),
                theirs.as_bytes(),
                "consistency {old} to {size}"
            );
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(flat(&ours)).unwrap();
            let old_root = RootHash::<Sha256>::new((*tree.root(old).as_bytes()).into(), old);
            root.verify_consistency(&old_root, &proof).unwrap();
        }
    }
}

fn flat(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn a_large_tree_is_proved_at_its_edges() {
    let tree = Tree::of(70_000);
    for size in [65_535, 65_536, 65_537, 69_999, 70_000] {
        for index in [0, 1, 255, 256, 32_767, 32_768, 65_534, size - 2, size - 1] {
            tree.check_inclusion(index, size);
        }
        for old in [0, 1, 2, 255, 256, 257, 32_768, 65_535, size - 1, size] {
            tree.check_consistency(old, size);
        }
    }
}

#[test]
fn any_flipped_bit_of_a_small_inclusion_proof_is_refused() {
    let tree = Tree::of(13);
    for size in 1..=13 {
        for index in 0..size {
            let path = inclusion(index, size, tree.read()).unwrap();
            let (leaf, root) = (leaf_of(index), tree.root(size));
            for bit in 0..256 {
                assert!(verify_inclusion(&flipped(&leaf, bit), index, size, &path, root).is_err());
                assert!(verify_inclusion(&leaf, index, size, &path, &flipped(root, bit)).is_err());
                for at in 0..path.len() {
                    let mut forged = path.clone();
                    forged[at] = flipped(&forged[at], bit);
                    assert!(verify_inclusion(&leaf, index, size, &forged, root).is_err());
                }
            }
        }
    }
}

#[test]
fn any_flipped_bit_of_a_small_consistency_proof_is_refused() {
    let tree = Tree::of(13);
    for new in 1..=13 {
        for old in 1..new {
            let path = consistency(old, new, tree.read()).unwrap();
            let (from, to) = (tree.root(old), tree.root(new));
            for bit in 0..256 {
                assert!(verify_consistency(old, new, &flipped(from, bit), to, &path).is_err());
                assert!(verify_consistency(old, new, from, &flipped(to, bit), &path).is_err());
                for at in 0..path.len() {
                    let mut forged = path.clone();
                    forged[at] = flipped(&forged[at], bit);
                    assert!(verify_consistency(old, new, from, to, &forged).is_err());
                }
            }
        }
    }
}

#[test]
fn a_proof_with_a_hash_too_many_or_too_few_is_refused() {
    let tree = Tree::of(40);
    let stray = leaf_of(99);
    for size in 1..=40 {
        for index in 0..size {
            let path = inclusion(index, size, tree.read()).unwrap();
            for forged in misshapen(&path, stray) {
                assert!(
                    verify_inclusion(&leaf_of(index), index, size, &forged, tree.root(size))
                        .is_err()
                );
            }
        }
        for old in 0..=size {
            let path = consistency(old, size, tree.read()).unwrap();
            for forged in misshapen(&path, stray) {
                assert!(
                    verify_consistency(old, size, tree.root(old), tree.root(size), &forged)
                        .is_err(),
                    "{old} to {size}"
                );
            }
        }
    }
}

/// The proof with one hash left out, doubled or strange, at each place.
fn misshapen(path: &[Hash], stray: Hash) -> Vec<Vec<Hash>> {
    let mut forged = Vec::new();
    for at in 0..path.len() {
        let mut shorter = path.to_vec();
        let removed = shorter.remove(at);
        let mut doubled = path.to_vec();
        doubled.insert(at, removed);
        forged.extend([shorter, doubled]);
    }
    for at in 0..=path.len() {
        let mut longer = path.to_vec();
        longer.insert(at, stray);
        forged.push(longer);
    }
    forged
}

#[test]
fn a_proof_for_one_place_does_not_serve_another_that_differs_in_shape() {
    let tree = Tree::of(33);
    for size in 1..=33 {
        for index in 0..size {
            let path = inclusion(index, size, tree.read()).unwrap();
            for other in (0..size).filter(|&other| other != index) {
                assert!(
                    verify_inclusion(&leaf_of(index), other, size, &path, tree.root(size)).is_err()
                );
            }
        }
    }
}

#[test]
fn places_outside_the_tree_are_refused_before_any_hash_is_read() {
    let never = |_: NodeId| -> Option<Hash> { panic!("no node may be read") };
    let hash = leaf_of(0);
    assert_eq!(
        inclusion(5, 5, never),
        Err(Error::OutOfRange { asked: 5, size: 5 })
    );
    assert_eq!(
        inclusion(0, u64::MAX, never).unwrap_err().code(),
        "TLOG-003"
    );
    assert_eq!(
        consistency(6, 5, never),
        Err(Error::OutOfRange { asked: 6, size: 5 })
    );
    assert_eq!(
        consistency(1, u64::MAX, never).unwrap_err().code(),
        "TLOG-003"
    );
    assert_eq!(
        verify_inclusion(&hash, 1, 1, &[], &hash)
            .unwrap_err()
            .code(),
        "TLOG-003"
    );
    assert_eq!(
        verify_inclusion(&hash, 0, u64::MAX, &[], &hash)
            .unwrap_err()
            .code(),
        "TLOG-003"
    );
    assert_eq!(
        verify_consistency(2, 1, &hash, &hash, &[])
            .unwrap_err()
            .code(),
        "TLOG-003"
    );
    assert_eq!(root(u64::MAX, never), Err(Error::Full));
}

#[test]
fn the_named_nodes_are_exactly_the_nodes_that_are_read() {
    let tree = Tree::of(100);
    for size in 1..=100 {
        for other in 0..size {
            let asked = RefCell::new(Vec::new());
            let read = |id: NodeId| {
                asked.borrow_mut().push(id);
                tree.nodes.get(&id).copied()
            };
            inclusion(other, size, read).unwrap();
            assert_eq!(asked.take(), inclusion_nodes(other, size).unwrap());
            consistency(other, size, read).unwrap();
            assert_eq!(asked.take(), consistency_nodes(other, size).unwrap());
        }
    }
}

#[test]
fn a_missing_node_is_named() {
    let tree = Tree::of(7);
    let holed = |id: NodeId| {
        if id == (NodeId { level: 1, index: 2 }) {
            None
        } else {
            tree.nodes.get(&id).copied()
        }
    };
    assert_eq!(
        inclusion(0, 7, holed),
        Err(Error::NodeMissing { level: 1, index: 2 })
    );
}

#[test]
fn an_empty_older_tree_proves_nothing_and_needs_the_empty_root() {
    let tree = Tree::of(3);
    verify_consistency(0, 3, &Hash::EMPTY_ROOT, tree.root(3), &[]).unwrap();
    assert!(verify_consistency(0, 3, tree.root(1), tree.root(3), &[]).is_err());
    assert!(verify_consistency(0, 0, tree.root(1), tree.root(1), &[]).is_err());
    assert!(verify_consistency(3, 3, tree.root(2), tree.root(3), &[]).is_err());
}
