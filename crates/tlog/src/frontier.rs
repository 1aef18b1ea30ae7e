//! The right edge of the tree: all that a writer needs to append and to know the root.
//!
//! A log of n leaves has one complete subtree per set bit of n; the frontier is their hashes from
//! the largest (left) to the smallest (right). It is at most 63 hashes, so a store keeps it in one
//! row under the lock on the log head and never reads the tree to append. It cannot make proofs:
//! those read the stored nodes ([`crate::proof`]).

use crate::hash::{MAX_SIZE, NodeId, node_hash};
use crate::{Error, Hash, proof};

/// A node that an append has completed; it never changes again, so a store inserts it and never
/// updates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub id: NodeId,
    /// Its hash.
    pub hash: Hash,
}

/// The compact, append-only state of the log (日志前沿).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[doc(alias = "日志前沿")]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// The frontier of an empty log.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            size: 0,
            edge: Vec::new(),
        }
    }

    /// Rebuilds the frontier of a tree from its stored nodes; the nodes asked for are those of
    /// [`proof::root_nodes`].
    ///
    /// # Errors
    /// [`Error::NodeMissing`] if the store lacks one; [`Error::Full`] beyond [`MAX_SIZE`].
    pub fn rebuild(size: u64, mut node: impl FnMut(NodeId) -> Option<Hash>) -> Result<Self, Error> {
        if size > MAX_SIZE {
            return Err(Error::Full);
        }
        let edge = proof::root_nodes(size)
            .into_iter()
            .map(|id| {
                node(id).ok_or(Error::NodeMissing {
                    level: id.level,
                    index: id.index,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { size, edge })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf by its [`crate::hash::leaf_hash`] and returns every node this completes,
    /// the leaf first.
    ///
    /// # Errors
    /// [`Error::Full`] at [`MAX_SIZE`] leaves; the frontier is then unchanged.
    pub fn append(&mut self, leaf: Hash) -> Result<Vec<Node>, Error> {
        if self.size >= MAX_SIZE {
            return Err(Error::Full);
        }
        let mut id = NodeId {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        let mut completed = vec![Node { id, hash }];
        while !id.index.is_multiple_of(2) {
            let left = self
                .edge
                .pop()
                .expect("an odd index has a complete left neighbor on the edge");
            hash = node_hash(&left, &hash);
            id = NodeId {
                level: id.level + 1,
                index: id.index / 2,
            };
            completed.push(Node { id, hash });
        }
        self.edge.push(hash);
        self.size += 1;
        Ok(completed)
    }

    /// The RFC 6962 root of the tree so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        proof::fold_edge(&self.edge)
    }

    /// The state as bytes: the size as 8 bytes big-endian, then the hashes from left to right.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for hash in &self.edge {
            bytes.extend_from_slice(hash.as_bytes());
        }
        bytes
    }

    /// Reads back [`Frontier::to_bytes`].
    ///
    /// # Errors
    /// [`Error::FrontierBytes`] if the length does not fit the size. The hashes themselves are only
    /// shown to be right by comparing the root with a signed checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let (head, rest) = bytes
            .split_first_chunk::<8>()
            .ok_or(Error::FrontierBytes("不足 8 字节"))?;
        let size = u64::from_be_bytes(*head);
        if size > MAX_SIZE {
            return Err(Error::FrontierBytes("规模超出上限"));
        }
        let (hashes, tail) = rest.as_chunks::<32>();
        if !tail.is_empty() || hashes.len() != size.count_ones() as usize {
            return Err(Error::FrontierBytes("长度与规模不符"));
        }
        Ok(Self {
            size,
            edge: hashes.iter().copied().map(Hash::from).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
