//! Every tile of a log, held against the checkpoint's root.
//!
//! The walk goes from the leaves up. A full tile of one level is one hash of the level above, so
//! each level is first compared with what the level below gave and then folded itself; the partial
//! edges give the root. No tile is taken on trust because a neighbor was right.

use super::Tile;
use crate::hash::node_hash;
use crate::proof::fold_edge;
use crate::{Error, Hash, MAX_SIZE};

/// Checks that the tiles are exactly the log of `size` entries with this root. `read` returns the
/// bytes of a tile, or nothing if the mirror lacks it. Memory: one hash per 256 entries.
///
/// # Errors
/// [`Error::TileLength`] if a tile is missing or has another length, [`Error::TileForged`] if a
/// tile disagrees with the tiles below it or the whole with the root.
pub fn authenticate(
    size: u64,
    root: &Hash,
    mut read: impl FnMut(&Tile) -> Option<Vec<u8>>,
) -> Result<(), Error> {
    if size > MAX_SIZE {
        return Err(Error::OutOfRange {
            asked: size,
            size: MAX_SIZE,
        });
    }
    let mut below: Option<Vec<Hash>> = None;
    // Complete subtrees outside full tiles, left to right; each level stands left of the one below
    // it.
    let mut edge: Vec<Hash> = Vec::new();
    let mut tiles = Tile::between(0, size).peekable();
    let mut last = None;
    while let Some(level) = tiles.peek().map(Tile::level) {
        let mut carried = below.as_ref().map(|hashes| hashes.iter());
        let mut full = Vec::new();
        while let Some(tile) = tiles.next_if(|tile| tile.level() == level) {
            let hashes = tile.hashes(&read(&tile).unwrap_or_default())?;
            let true_to_children = carried
                .as_mut()
                .is_none_or(|below| hashes.iter().all(|hash| below.next() == Some(hash)));
            if !true_to_children {
                return Err(Error::TileForged {
                    path: tile.to_string(),
                });
            }
            if hashes.len() == 256 {
                full.push(fold_complete(hashes));
            } else {
                edge.splice(0..0, complete_parts(&hashes));
            }
            last = Some(tile);
        }
        below = Some(full);
    }
    if fold_edge(&edge) == *root {
        return Ok(());
    }
    let path = last.map_or_else(|| "checkpoint".to_owned(), |tile| tile.to_string());
    Err(Error::TileForged { path })
}

/// The root over a power of two of hashes.
fn fold_complete(mut hashes: Vec<Hash>) -> Hash {
    while hashes.len() > 1 {
        hashes = hashes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    hashes[0]
}

/// The roots of the complete subtrees that fewer than 256 hashes make up.
fn complete_parts(hashes: &[Hash]) -> Vec<Hash> {
    let mut parts = Vec::new();
    let mut rest = hashes;
    while !rest.is_empty() {
        let (complete, after) = rest.split_at(1 << rest.len().ilog2());
        parts.push(fold_complete(complete.to_vec()));
        rest = after;
    }
    parts
}
