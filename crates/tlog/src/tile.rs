//! Tiles (C2SP tlog-tiles, height 8): the log as static files that anybody may mirror.
//!
//! A tile is up to 256 neighboring hashes; only the last tile of a level may be partial. Tiles
//! carry no signature: a reader must authenticate EVERY tile against the root, the full ones in the
//! middle too, which is what [`authenticate`] does. Real implementations have skipped some and
//! accepted forged hashes.

mod authenticate;
mod lookup;

pub use authenticate::authenticate;

use core::fmt;

use crate::hash::{MAX_SIZE, NodeId};
use crate::{Error, Hash, text};

/// Hashes in a full tile.
pub const WIDTH: u64 = 256;

/// One tile of the log: which hashes, and how many of them there are at a given size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "瓦片")]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// A tile at `level` (0–7), number `index`, holding `width` hashes (1–256).
    ///
    /// # Errors
    /// [`Error::TilePath`] if a coordinate cannot occur in a log of at most [`MAX_SIZE`] entries.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, Error> {
        let tile = Self {
            level,
            index,
            width,
        };
        let possible = level < 8
            && (1..=256).contains(&width)
            && index
                .checked_mul(WIDTH)
                .and_then(|first| first.checked_add(u64::from(width)))
                .is_some_and(|end| end <= MAX_SIZE >> (8 * level));
        if possible {
            Ok(tile)
        } else {
            Err(Error::TilePath)
        }
    }

    /// The tiles that a mirror of `old` entries must fetch to hold `new` entries, level by level;
    /// each is full or the partial one of `new`. Empty if nothing changed or a size is out of
    /// range.
    pub fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        let last = if new <= MAX_SIZE && old <= new {
            new
        } else {
            old
        };
        (0_u8..8).flat_map(move |level| {
            let (had, has) = (old >> (8 * level), last >> (8 * level));
            let first = if had == has {
                has.div_ceil(WIDTH)
            } else {
                had / WIDTH
            };
            (first..has.div_ceil(WIDTH)).map(move |index| {
                let width = (has - index * WIDTH).min(WIDTH);
                Self {
                    level,
                    index,
                    width: u16::try_from(width).expect("at most 256"),
                }
            })
        })
    }

    /// The level: 0 holds leaf hashes, each next one the hashes over 256 of the level below.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The number of the tile in its level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it holds; 256 if full.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// The nodes whose hashes stand in the tile, in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> {
        let first = self.index * WIDTH;
        let level = self.level * 8;
        (first..first + u64::from(self.width)).map(move |index| NodeId { level, index })
    }

    /// The bytes of the tile from stored nodes.
    ///
    /// # Errors
    /// [`Error::NodeMissing`] if the store lacks a node.
    pub fn bytes(&self, mut node: impl FnMut(NodeId) -> Option<Hash>) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for id in self.nodes() {
            let hash = node(id).ok_or(Error::NodeMissing {
                level: id.level,
                index: id.index,
            })?;
            bytes.extend_from_slice(hash.as_bytes());
        }
        Ok(bytes)
    }

    /// Splits the bytes of this tile into its hashes; says nothing about their truth.
    ///
    /// # Errors
    /// [`Error::TileLength`] if the length does not fit the width.
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>, Error> {
        let (hashes, tail) = bytes.as_chunks::<32>();
        if !tail.is_empty() || hashes.len() != usize::from(self.width) {
            return Err(Error::TileLength {
                path: self.to_string(),
            });
        }
        Ok(hashes.iter().copied().map(Hash::from).collect())
    }

    /// The address of the entries whose leaf hashes stand in this tile of level 0.
    #[must_use]
    pub fn entries_path(&self) -> Option<String> {
        (self.level == 0).then(|| format!("tile/entries/{}", Place(self.index, self.width)))
    }

    /// Reads the address of a tile, `tile/<L>/<N>[.p/<W>]`.
    ///
    /// # Errors
    /// [`Error::TilePath`] for anything that [`fmt::Display`] would not write.
    pub fn parse(path: &str) -> Result<Self, Error> {
        let rest = path.strip_prefix("tile/").ok_or(Error::TilePath)?;
        let (level, rest) = rest.split_once('/').ok_or(Error::TilePath)?;
        let level = text::decimal(level)
            .and_then(|n| u8::try_from(n).ok())
            .ok_or(Error::TilePath)?;
        let (index, width) = parse_place(rest)?;
        Self::new(level, index, width)
    }

    /// Reads the address of an entry bundle, `tile/entries/<N>[.p/<W>]`, as the tile of level 0
    /// beside it.
    ///
    /// # Errors
    /// [`Error::TilePath`] for anything that [`Tile::entries_path`] would not write.
    pub fn parse_entries(path: &str) -> Result<Self, Error> {
        let rest = path.strip_prefix("tile/entries/").ok_or(Error::TilePath)?;
        let (index, width) = parse_place(rest)?;
        Self::new(0, index, width)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, Place(self.index, self.width))
    }
}

/// `<N>[.p/<W>]`, N in groups of three digits, all but the last with `x`.
struct Place(u64, u16);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let padded = format!(
            "{digits:0>width$}",
            width = digits.len().next_multiple_of(3)
        );
        let (above, last) = padded.split_at(padded.len() - 3);
        for group in 0..above.len() / 3 {
            write!(f, "x{}/", &above[3 * group..3 * group + 3])?;
        }
        f.write_str(last)?;
        if u64::from(self.1) < WIDTH {
            write!(f, ".p/{}", self.1)
        } else {
            Ok(())
        }
    }
}

fn parse_place(place: &str) -> Result<(u64, u16), Error> {
    let (number, width) = match place.split_once(".p/") {
        Some((number, width)) => {
            let width = text::decimal(width)
                .and_then(|w| u16::try_from(w).ok())
                .filter(|w| (1..256).contains(w));
            (number, width.ok_or(Error::TilePath)?)
        }
        None => (place, 256),
    };
    let digits: String = number
        .split('/')
        .map(|group| group.strip_prefix('x').unwrap_or(group))
        .collect();
    let index =
        text::decimal(digits.trim_start_matches('0')).or_else(|| (digits == "000").then_some(0));
    let index = index.ok_or(Error::TilePath)?;
    // Writing it again is the shortest way to refuse every other spelling.
    if Place(index, width).to_string() != place {
        return Err(Error::TilePath);
    }
    Ok((index, width))
}

/// The bytes of an entry bundle: each entry after its length as two bytes big-endian.
///
/// # Errors
/// [`Error::EntrySyntax`] if an entry is longer than 65,535 bytes.
pub fn bundle<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length =
            u16::try_from(entry.len()).map_err(|_| Error::EntrySyntax("超过 65535 字节"))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Splits an entry bundle of exactly this tile's width.
///
/// # Errors
/// [`Error::TileLength`] if the bundle is cut, too long, or holds another number of entries.
pub fn split_bundle<'b>(tile: &Tile, bundle: &'b [u8]) -> Result<Vec<&'b [u8]>, Error> {
    let broken = || Error::TileLength {
        path: tile.entries_path().unwrap_or_else(|| tile.to_string()),
    };
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(broken)?;
        let (entry, after) = after
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or_else(broken)?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() == usize::from(tile.width) {
        Ok(entries)
    } else {
        Err(broken())
    }
}

#[cfg(test)]
mod tests;
