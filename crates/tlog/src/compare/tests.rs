use std::collections::BTreeMap;

use super::*;
use crate::frontier::Frontier;
use crate::hash::leaf_hash;

/// A log whose leaves are numbers, one of them perhaps another's; its head and its tiles.
struct Log {
    head: Checkpoint,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

fn log(size: u64, changed: Option<u64>) -> Log {
    let mut frontier = Frontier::new();
    let mut nodes = BTreeMap::new();
    for number in 0..size {
        let leaf = match changed {
            Some(at) if at == number => leaf_hash(b"other"),
            _ => leaf_hash(&number.to_be_bytes()),
        };
        let completed = frontier.append(leaf).unwrap();
        nodes.extend(completed.into_iter().map(|node| (node.id, node.hash)));
    }
    let tiles = Tile::between(0, size)
        .map(|tile| (tile, tile.bytes(|id| nodes.get(&id).copied()).unwrap()))
        .collect();
    let head = Checkpoint::new("log.example/1", size, frontier.root()).unwrap();
    Log { head, tiles }
}

fn between(old: &Log, new: &Log) -> Result<Comparison, Error> {
    compare(&old.head, &new.head, |tile| new.tiles.get(tile).cloned())
}

#[test]
fn a_log_that_only_grew_is_told_from_one_that_was_rewritten() {
    let sizes = [0, 1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 513, 700];
    for old in sizes {
        for new in sizes.into_iter().filter(|new| *new >= old) {
            let (was, is) = (log(old, None), log(new, None));
            let expected = if old == new {
                Comparison::Same
            } else {
                Comparison::Extended
            };
            assert_eq!(between(&was, &is), Ok(expected), "{old} {new}");
            // In whatever order they are given.
            let turned = compare(&is.head, &was.head, |tile| is.tiles.get(tile).cloned());
            assert_eq!(turned, Ok(expected), "{old} {new}");
            for at in [0, old / 2, old.saturating_sub(1)] {
                if at >= old {
                    continue;
                }
                let rewritten = log(new, Some(at));
                assert_eq!(
                    between(&was, &rewritten),
                    Ok(Comparison::Forked),
                    "{old} {new} {at}"
                );
            }
        }
    }
}

#[test]
fn tiles_that_are_not_those_of_the_later_head_accuse_nobody() {
    let (was, is) = (log(300, None), log(700, None));
    let needed = tiles_needed(&was.head, &is.head).unwrap();
    assert!(!needed.is_empty() && needed.len() < is.tiles.len());
    for tile in &needed {
        let mut damaged = log(700, None);
        damaged.tiles.get_mut(tile).unwrap()[0] ^= 1;
        let found = between(&was, &damaged);
        // Only a hash that the proof does not read may differ unseen.
        let unseen = found == Ok(Comparison::Extended);
        assert!(
            unseen || matches!(found, Err(Error::Consistency(_))),
            "{tile} {found:?}"
        );
        damaged.tiles.remove(tile);
        assert!(matches!(
            between(&was, &damaged),
            Err(Error::TileLength { .. })
        ));
    }
    // The tiles of another log under the head of this one.
    let other = log(700, Some(10));
    let mixed = compare(&was.head, &is.head, |tile| other.tiles.get(tile).cloned());
    assert!(matches!(mixed, Err(Error::Consistency(_))), "{mixed:?}");
}

#[test]
fn one_size_with_two_roots_is_a_fork_without_any_tile() {
    let none = |_: &Tile| None;
    let (one, other) = (log(300, None), log(300, Some(5)));
    assert_eq!(
        compare(&one.head, &other.head, none),
        Ok(Comparison::Forked)
    );
    assert_eq!(compare(&one.head, &one.head, none), Ok(Comparison::Same));
    assert_eq!(tiles_needed(&one.head, &other.head), Ok(Vec::new()));
    let stranger = Checkpoint::new("log.example/2", 300, *one.head.root()).unwrap();
    let refused = compare(&one.head, &stranger, none);
    assert!(matches!(refused, Err(Error::OriginDiffers { .. })));
}
