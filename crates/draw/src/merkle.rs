//! The RFC 6962 tree over the leaf hashes in ascending order of hash.
//!
//! Sorted by hash and never by id: a position in the tree says nothing about the subject. The empty
//! tree is `HASH("")`. Deliberately absent: consistency proofs. A frame is frozen once; growing
//! trees live in the crate `tlog`.

use std::num::NonZeroUsize;

use crate::digest::{Digest, Hasher, Suite};
use crate::parallel;

/// A tree with all its levels, able to prove every leaf.
#[derive(Clone, Debug)]
pub struct Tree {
    suite: Suite,
    levels: Vec<Vec<Digest>>,
}

fn node_text(left: &Digest, right: &Digest) -> [u8; 65] {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    bytes
}

fn node(suite: Suite, left: &Digest, right: &Digest) -> Digest {
    suite.bytes(&node_text(left, right))
}

/// The level above, two nodes side by side; a node without sibling goes up as it is.
fn above(suite: Suite, level: &[Digest], threads: NonZeroUsize) -> Vec<Digest> {
    let mut next = vec![Digest([0; 32]); level.len().div_ceil(2)];
    parallel::shares(&mut next, threads, |first, next| {
        let below = &level[2 * first..];
        for (slots, four) in next.chunks_mut(2).zip(below.chunks(4)) {
            match (slots, four) {
                ([one, two], [a, b, c, d]) => {
                    let texts = [node_text(a, b), node_text(c, d)];
                    [*one, *two] = suite.abreast([&texts[0], &texts[1]]);
                }
                (slots, four) => {
                    for (slot, pair) in slots.iter_mut().zip(four.chunks(2)) {
                        *slot = match pair {
                            [left, right] => node(suite, left, right),
                            _ => pair[0],
                        };
                    }
                }
            }
        }
    });
    next
}

/// The root over leaf hashes that are already ascending.
#[must_use]
pub fn root(suite: Suite, mut level: Vec<Digest>, threads: NonZeroUsize) -> Digest {
    while level.len() > 1 {
        level = above(suite, &level, threads);
    }
    level
        .first()
        .copied()
        .unwrap_or_else(|| Hasher::new(suite).finish())
}

impl Tree {
    /// Sorts the leaf hashes and builds every level.
    #[must_use]
    pub fn new(suite: Suite, leaves: &[Digest], threads: NonZeroUsize) -> Self {
        let order = parallel::ascending(leaves, threads, |_| 0);
        let mut sorted = vec![Digest([0; 32]); leaves.len()];
        parallel::fill(&mut sorted, threads, |at, slot| {
            *slot = leaves[order[at] as usize];
        });
        let mut levels = vec![sorted];
        while levels[levels.len() - 1].len() > 1 {
            levels.push(above(suite, &levels[levels.len() - 1], threads));
        }
        Self { suite, levels }
    }

    /// The root; `HASH("")` for no leaves.
    #[must_use]
    pub fn root(&self) -> Digest {
        let top = &self.levels[self.levels.len() - 1];
        top.first()
            .copied()
            .unwrap_or_else(|| Hasher::new(self.suite).finish())
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// The inclusion path of a leaf hash, or `None` if it is not in the tree.
    #[must_use]
    pub fn prove(&self, leafhash: &Digest) -> Option<Inclusion> {
        let mut at = self.levels[0].binary_search(leafhash).ok()?;
        let index = at as u64;
        let mut path = Vec::new();
        for level in &self.levels {
            if let Some(sibling) = level.get(at ^ 1) {
                path.push(*sibling);
            }
            at /= 2;
        }
        Some(Inclusion { index, path })
    }
}

/// An RFC 6962 inclusion path: where the leaf stands and its siblings from the bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Position among the sorted leaf hashes, from 0.
    pub index: u64,
    /// Siblings from the bottom.
    pub path: Vec<Digest>,
}

impl Inclusion {
    /// The root this path leads to, or `None` if the path does not fit index and size.
    #[must_use]
    pub fn root(&self, suite: Suite, size: u64, leafhash: &Digest) -> Option<Digest> {
        if self.index >= size {
            return None;
        }
        let (mut at, mut last) = (self.index, size - 1);
        let mut path = self.path.iter();
        let mut hash = *leafhash;
        while last > 0 {
            if at % 2 == 1 {
                hash = node(suite, path.next()?, &hash);
            } else if at < last {
                hash = node(suite, &hash, path.next()?);
            }
            at /= 2;
            last /= 2;
        }
        path.next().is_none().then_some(hash)
    }
}

#[cfg(test)]
mod tests;
