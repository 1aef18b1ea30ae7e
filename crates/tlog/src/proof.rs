//! Inclusion and consistency proofs of RFC 6962 §2.1.1 and §2.1.2.
//!
//! Making: a proof is a sequence of subtree hashes; incomplete subtrees on the right are folded
//! from complete nodes. `*_nodes` name the complete nodes a proof reads, so that an asynchronous
//! store fetches them in one query first. Verifying follows RFC 9162 §2.1.3.2 and §2.1.4.2, and is
//! strict: one hash too many, too few or in another place is refused. What a proof cannot show is
//! who signed the root: that is [`crate::checkpoint`].

use core::ops::Range;

use crate::hash::{MAX_SIZE, NodeId, node_hash};
use crate::{Error, Hash};

/// The complete nodes that make up the tree of this size, from left to right; sizes above
/// [`MAX_SIZE`] give none.
#[must_use]
pub fn root_nodes(size: u64) -> Vec<NodeId> {
    if size > MAX_SIZE {
        Vec::new()
    } else {
        complete_nodes(&(0..size))
    }
}

/// The nodes that [`inclusion`] will read.
///
/// # Errors
/// [`Error::OutOfRange`] if the index is not in the tree.
pub fn inclusion_nodes(index: u64, size: u64) -> Result<Vec<NodeId>, Error> {
    Ok(inclusion_ranges(index, size)?
        .iter()
        .flat_map(complete_nodes)
        .collect())
}

/// The nodes that [`consistency`] will read.
///
/// # Errors
/// [`Error::OutOfRange`] if the older size is larger than the newer.
pub fn consistency_nodes(old: u64, new: u64) -> Result<Vec<NodeId>, Error> {
    Ok(consistency_ranges(old, new)?
        .iter()
        .flat_map(complete_nodes)
        .collect())
}

/// The root of the tree of this size, from stored nodes.
///
/// # Errors
/// [`Error::NodeMissing`] if the store lacks a node; [`Error::Full`] beyond [`MAX_SIZE`].
pub fn root(size: u64, mut node: impl FnMut(NodeId) -> Option<Hash>) -> Result<Hash, Error> {
    if size > MAX_SIZE {
        return Err(Error::Full);
    }
    subtree(&(0..size), &mut node)
}

/// The inclusion proof of the leaf at `index` in the tree of `size` leaves, leaf's sibling first.
///
/// # Errors
/// [`Error::OutOfRange`] if the index is not in the tree, [`Error::NodeMissing`] if the store lacks
/// a node.
#[doc(alias = "存在性证明")]
pub fn inclusion(
    index: u64,
    size: u64,
    mut node: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, Error> {
    inclusion_ranges(index, size)?
        .iter()
        .map(|range| subtree(range, &mut node))
        .collect()
}

/// The consistency proof from the tree of `old` leaves to the tree of `new` leaves; empty if `old`
/// is 0 or `new`.
///
/// # Errors
/// [`Error::OutOfRange`] if `old > new`, [`Error::NodeMissing`] if the store lacks a node.
#[doc(alias = "一致性证明")]
pub fn consistency(
    old: u64,
    new: u64,
    mut node: impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Vec<Hash>, Error> {
    consistency_ranges(old, new)?
        .iter()
        .map(|range| subtree(range, &mut node))
        .collect()
}

/// Checks that the leaf stands at `index` in the tree of `size` leaves with this root.
///
/// # Errors
/// [`Error::OutOfRange`] for an impossible index, [`Error::Inclusion`] if the proof does not hold.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), Error> {
    if size > MAX_SIZE || index >= size {
        return Err(Error::OutOfRange { asked: index, size });
    }
    let (mut place, mut last) = (index, size - 1);
    let mut reached = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(Error::Inclusion("证明过长"));
        }
        if !place.is_multiple_of(2) || place == last {
            reached = node_hash(sibling, &reached);
            skip_even(&mut place, &mut last);
        } else {
            reached = node_hash(&reached, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(Error::Inclusion("证明过短"));
    }
    if reached == *root {
        Ok(())
    } else {
        Err(Error::Inclusion("算得的树根与检查点不同"))
    }
}

/// Checks that the tree with `new_root` is the tree with `old_root` and nothing but appended
/// leaves.
///
/// # Errors
/// [`Error::OutOfRange`] if `old > new`, [`Error::Consistency`] if the proof does not hold.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), Error> {
    if new > MAX_SIZE || old > new {
        return Err(Error::OutOfRange {
            asked: old,
            size: new,
        });
    }
    if old == 0 || old == new {
        return verify_trivial(old, new, old_root, new_root, path);
    }
    let (mut place, mut last) = (old - 1, new - 1);
    skip_even_while_odd(&mut place, &mut last);
    let mut rest = path.iter();
    // The old root opens the proof unless the old tree is one complete subtree, which the verifier
    // already knows.
    let start = if place == 0 {
        *old_root
    } else {
        *rest.next().ok_or(Error::Consistency("证明过短"))?
    };
    let (mut old_reached, mut new_reached) = (start, start);
    for sibling in rest {
        if last == 0 {
            return Err(Error::Consistency("证明过长"));
        }
        if !place.is_multiple_of(2) || place == last {
            old_reached = node_hash(sibling, &old_reached);
            new_reached = node_hash(sibling, &new_reached);
            skip_even(&mut place, &mut last);
        } else {
            new_reached = node_hash(&new_reached, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    match (
        last == 0,
        old_reached == *old_root,
        new_reached == *new_root,
    ) {
        (true, true, true) => Ok(()),
        (false, ..) => Err(Error::Consistency("证明过短")),
        (_, false, _) => Err(Error::Consistency("算得的旧树根不同")),
        (..) => Err(Error::Consistency("算得的新树根不同")),
    }
}

fn verify_trivial(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    path: &[Hash],
) -> Result<(), Error> {
    if !path.is_empty() {
        return Err(Error::Consistency("证明过长"));
    }
    let empty_is_empty = |size: u64, root: &Hash| size != 0 || *root == Hash::EMPTY_ROOT;
    if !empty_is_empty(old, old_root) || !empty_is_empty(new, new_root) {
        return Err(Error::Consistency("空树的树根有误"));
    }
    if old == new && old_root != new_root {
        return Err(Error::Consistency("同一规模有两个树根"));
    }
    Ok(())
}

/// A node without right sibling is carried up unhashed: skip those levels.
fn skip_even(place: &mut u64, last: &mut u64) {
    while *place != 0 && place.is_multiple_of(2) {
        *place >>= 1;
        *last >>= 1;
    }
}

/// Climbs from the last leaf of the old tree to the complete subtree it ends.
fn skip_even_while_odd(place: &mut u64, last: &mut u64) {
    while !place.is_multiple_of(2) {
        *place >>= 1;
        *last >>= 1;
    }
}

fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, Error> {
    if size > MAX_SIZE || index >= size {
        return Err(Error::OutOfRange { asked: index, size });
    }
    let mut siblings = Vec::new();
    let mut here = 0..size;
    while here.end - here.start > 1 {
        let middle = here.start + split(here.end - here.start);
        let (left, right) = (here.start..middle, middle..here.end);
        let (inside, sibling) = if index < middle {
            (left, right)
        } else {
            (right, left)
        };
        siblings.push(sibling);
        here = inside;
    }
    siblings.reverse();
    Ok(siblings)
}

fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, Error> {
    if new > MAX_SIZE || old > new {
        return Err(Error::OutOfRange {
            asked: old,
            size: new,
        });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut path = Vec::new();
    let mut here = 0..new;
    while here.end != old {
        let middle = here.start + split(here.end - here.start);
        let (left, right) = (here.start..middle, middle..here.end);
        let (inside, sibling) = if old <= middle {
            (left, right)
        } else {
            (right, left)
        };
        path.push(sibling);
        here = inside;
    }
    if here.start != 0 {
        path.push(here);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `leaves`, where RFC 6962 splits a tree; `leaves` is at least 2.
const fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// The complete nodes of a subtree of the log, left to right. Its start is a multiple of a power of
/// two not below its length, which holds for every range that `split` makes.
fn complete_nodes(range: &Range<u64>) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let level = (range.end - start).ilog2();
        let level = u8::try_from(level).expect("a 64-bit number has at most 63 as logarithm");
        nodes.push(NodeId {
            level,
            index: start >> level,
        });
        start += 1 << level;
    }
    nodes
}

fn subtree(
    range: &Range<u64>,
    node: &mut impl FnMut(NodeId) -> Option<Hash>,
) -> Result<Hash, Error> {
    let edge = complete_nodes(range)
        .into_iter()
        .map(|id| {
            node(id).ok_or(Error::NodeMissing {
                level: id.level,
                index: id.index,
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(fold_edge(&edge))
}

/// The root above complete subtrees that stand side by side, larger ones left.
pub(crate) fn fold_edge(edge: &[Hash]) -> Hash {
    let Some((last, larger)) = edge.split_last() else {
        return Hash::EMPTY_ROOT;
    };
    larger
        .iter()
        .rev()
        .fold(*last, |right, left| node_hash(left, &right))
}

#[cfg(test)]
mod tests;
