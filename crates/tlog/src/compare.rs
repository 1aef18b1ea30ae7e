//! Two heads of one log, held against each other by somebody who has nothing but them and the public tiles.
//!
//! What is found is one of three: the later log is the earlier one and more, it is not, or the tiles at hand are
//! not those of the later head and show nothing. The second is evidence against the log, so the later head
//! must have vouched for the hashes that contradict the earlier one. Who signed the heads is not asked here.

use std::collections::BTreeMap;

use crate::hash::NodeId;
use crate::proof::{consistency, consistency_nodes, root, root_nodes, verify_consistency};
use crate::tile::Tile;
use crate::{Checkpoint, Error};

/// What two heads of one log are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "比较检查点")]
pub enum Comparison {
    /// The same entries.
    Same,
    /// The later head holds all entries of the earlier one, and more behind them.
    Extended,
    /// No log has both heads: entries were changed, removed or slipped in.
    Forked,
}

/// The tiles of the later of two heads that [`compare`] reads, ascending; empty if it needs none.
///
/// # Errors
/// [`Error::OutOfRange`] if a size is above [`crate::MAX_SIZE`].
pub fn tiles_needed(one: &Checkpoint, other: &Checkpoint) -> Result<Vec<Tile>, Error> {
    let (old, new) = in_order(one, other);
    let tiles = nodes(old.size(), new.size())?
        .into_iter()
        .map(|node| Tile::holding(node, new.size()))
        .collect::<Result<std::collections::BTreeSet<_>, _>>()?;
    Ok(tiles.into_iter().collect())
}

/// Compares two heads of one log; `read` returns the bytes of a tile of the later head.
///
/// # Errors
/// [`Error::OriginDiffers`] if they are heads of two logs, [`Error::TileLength`] if a tile is missing or has another
/// length, [`Error::Consistency`] if the tiles do not lead to the later head.
pub fn compare(
    one: &Checkpoint,
    other: &Checkpoint,
    mut read: impl FnMut(&Tile) -> Option<Vec<u8>>,
) -> Result<Comparison, Error> {
    if one.origin() != other.origin() {
        return Err(Error::OriginDiffers {
            expected: one.origin().to_owned(),
            found: other.origin().to_owned(),
        });
    }
    let (old, new) = in_order(one, other);
    if old.size() == new.size() {
        let same = old.root() == new.root();
        return Ok(if same {
            Comparison::Same
        } else {
            Comparison::Forked
        });
    }
    let mut hashes = BTreeMap::new();
    for tile in tiles_needed(old, new)? {
        let bytes = read(&tile).unwrap_or_default();
        hashes.insert(tile, tile.hashes(&bytes)?);
    }
    let node = |node: NodeId| {
        let tile = Tile::holding(node, new.size()).ok()?;
        tile.node(hashes.get(&tile)?, node).ok()
    };
    // What the tiles say stood at the earlier size, once the later head has vouched for them.
    let stood = root(old.size(), node)?;
    let path = consistency(old.size(), new.size(), node)?;
    verify_consistency(old.size(), new.size(), &stood, new.root(), &path)?;
    let extended = stood == *old.root();
    Ok(if extended {
        Comparison::Extended
    } else {
        Comparison::Forked
    })
}

fn in_order<'c>(one: &'c Checkpoint, other: &'c Checkpoint) -> (&'c Checkpoint, &'c Checkpoint) {
    if one.size() <= other.size() {
        (one, other)
    } else {
        (other, one)
    }
}

fn nodes(old: u64, new: u64) -> Result<Vec<NodeId>, Error> {
    if old == new {
        return Ok(Vec::new());
    }
    let mut nodes = consistency_nodes(old, new)?;
    nodes.extend(root_nodes(old));
    Ok(nodes)
}

#[cfg(test)]
mod tests;
