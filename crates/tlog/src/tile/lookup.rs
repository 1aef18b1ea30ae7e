//! Single hashes of the tree, looked up in tiles: what a proof reads that an outsider makes himself.

use super::{Tile, WIDTH};
use crate::hash::NodeId;
use crate::proof::fold_edge;
use crate::{Error, Hash, MAX_SIZE};

impl Tile {
    /// The tile of a log of `size` entries in which the hashes under a complete node stand.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if the node is not complete at this size.
    pub fn holding(node: NodeId, size: u64) -> Result<Self, Error> {
        let outside = |asked: u64| Error::OutOfRange { asked, size };
        let end = node
            .index
            .checked_add(1)
            .and_then(|next| next.checked_mul(1_u64.checked_shl(node.level.into())?))
            .ok_or_else(|| outside(node.index))?;
        if size > MAX_SIZE || end > size {
            return Err(outside(end));
        }
        let level = node.level / 8;
        let index = (node.index << (node.level % 8)) / WIDTH;
        let there = (size >> (8 * level)) - index * WIDTH;
        let width = u16::try_from(there.min(WIDTH)).expect("at most 256");
        Self::new(level, index, width)
    }

    /// The hash of a complete node from the hashes of the tile it is [`Tile::holding`]; says nothing about its
    /// truth.
    ///
    /// # Errors
    /// [`Error::NodeMissing`] if the node does not stand in this tile.
    pub fn node(&self, hashes: &[Hash], node: NodeId) -> Result<Hash, Error> {
        let missing = || Error::NodeMissing {
            level: node.level,
            index: node.index,
        };
        let height = node.level % 8;
        let first = node
            .index
            .checked_mul(1 << height)
            .and_then(|first| first.checked_sub(self.index * WIDTH))
            .and_then(|first| usize::try_from(first).ok())
            .filter(|_| node.level / 8 == self.level)
            .ok_or_else(missing)?;
        let under = hashes
            .get(first..)
            .and_then(|rest| rest.get(..1 << height))
            .ok_or_else(missing)?;
        Ok(complete(under))
    }
}

/// The root over a power of two of hashes.
fn complete(hashes: &[Hash]) -> Hash {
    match hashes.len() {
        0 | 1 => fold_edge(hashes),
        more => {
            let (left, right) = hashes.split_at(more / 2);
            crate::hash::node_hash(&complete(left), &complete(right))
        }
    }
}
