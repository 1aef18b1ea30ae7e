//! Hashes of the log: RFC 6962 §2.1 with SHA-256, so that a tree of ours is a tree for every
//! CT-style tool.
//!
//! The national twin log with SM3 has the same geometry but is another log; it is not here.

use core::fmt;
use core::str::FromStr;

use sha2::{Digest, Sha256};

use crate::{Error, base64};

/// The largest number of leaves: sizes and indexes fit a signed 64-bit column.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// A SHA-256 value; written as 64 digits of lower hex in our records, as base64 in C2SP texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "哈希")]
#[doc(alias = "摘要")]
pub struct Hash([u8; 32]);

impl Hash {
    /// The root of a tree without leaves: SHA-256 of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// SHA-256 of the exact bytes, as every `file` and `record` hash is taken (`shuang/1` §2).
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// `H(a, b, …)` of `shuang/1` §2: SHA-256 of the lines, each ended by LF.
    #[must_use]
    pub fn of_lines(lines: &[&str]) -> Self {
        let mut sha = Sha256::new();
        for line in lines {
            sha.update(line);
            sha.update(b"\n");
        }
        Self(sha.finalize().into())
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64, as checkpoints and receipts write a hash.
    #[must_use]
    pub fn to_base64(&self) -> String {
        base64::encode(&self.0)
    }

    /// Reads canonical base64 of exactly 32 bytes.
    ///
    /// # Errors
    /// [`Error::Base64`] if the text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        Self::try_from(base64::decode(text)?.as_slice()).map_err(|_| Error::Base64)
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = core::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        <[u8; 32]>::try_from(bytes).map(Self)
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() != 64 {
            return Err(Error::Hex);
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            for &digit in pair {
                *byte = (*byte << 4) | hex_digit(digit)?;
            }
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(digit: u8) -> Result<u8, Error> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(Error::Hex),
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a complete subtree stands: `level` 0 is a leaf, and the node covers leaves
/// `index · 2^level` up to but not including `(index + 1) · 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Height above the leaves, at most 63.
    pub level: u8,
    /// Position in the level, from 0.
    pub index: u64,
}

/// The hash of one leaf: SHA-256(0x00 ‖ leaf), RFC 6962 §2.1.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([0])
            .chain_update(leaf)
            .finalize()
            .into(),
    )
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

#[cfg(test)]
mod tests;
