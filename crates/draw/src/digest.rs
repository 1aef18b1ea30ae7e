//! Hashes of the protocol: SHA-256, or SM3 throughout the attempt (国密), over exact bytes.
//!
//! `H(a, b, …)` hashes the lines `a LF b LF …`; `H(text)` hashes the bytes as they are, no LF
//! added. Deliberately absent: any other hash, truncation, keyed modes.

mod abreast;

use std::fmt;
use std::str::FromStr;

pub use abreast::Message;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

use crate::fault::{Code, Fault};

/// The hash suite of an attempt; FREEZE states it only if it is not SHA-256.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Suite {
    /// SHA-256 (FIPS 180-4), the default.
    #[default]
    Sha256,
    /// SM3 (GB/T 32905), stated by the line `suite sm3`.
    #[doc(alias = "国密")]
    Sm3,
}

/// 32 bytes of either suite, written as 64 lower hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Suite {
    /// `H(text)`: the hash of exactly these bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Digest {
        match self {
            Self::Sha256 => Digest(Sha256::digest(bytes).into()),
            Self::Sm3 => Digest(Sm3::digest(bytes).into()),
        }
    }

    /// `H(a, b, …)`: the hash of the lines, each ended by LF.
    #[must_use]
    pub fn lines(self, lines: &[&[u8]]) -> Digest {
        let mut hasher = Hasher::new(self);
        for line in lines {
            hasher.update(line);
            hasher.update(b"\n");
        }
        hasher.finish()
    }

    /// The word in the `suite` line, as also used by OpenSSL's command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }
}

/// A hash in progress; cloning it reuses the work done on a common prefix.
#[derive(Clone)]
pub enum Hasher {
    /// SHA-256 in progress.
    Sha256(Sha256),
    /// SM3 in progress.
    Sm3(Sm3),
}

impl Hasher {
    /// An empty message under this suite.
    #[must_use]
    pub fn new(suite: Suite) -> Self {
        match suite {
            Suite::Sha256 => Self::Sha256(Sha256::new()),
            Suite::Sm3 => Self::Sm3(Sm3::new()),
        }
    }

    /// Appends bytes to the message.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sm3(hasher) => hasher.update(bytes),
        }
    }

    /// The hash of everything appended.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => Digest(hasher.finalize().into()),
            Self::Sm3(hasher) => Digest(hasher.finalize().into()),
        }
    }
}

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Both digits of every byte, so that order files of millions of lines are not bound by hex.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut at = 0;
    while at < 256 {
        pairs[at] = [DIGITS[at >> 4], DIGITS[at & 15]];
        at += 1;
    }
    pairs
};

impl Digest {
    /// The 64 lower hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> [u8; 64] {
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&PAIRS[usize::from(byte)]);
        }
        hex
    }

    /// The first eight bytes as a number: sorts like the digest except for ties.
    #[must_use]
    pub fn prefix(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(first)
    }

    /// Reads exactly 64 lower hexadecimal digits; anything else is `None`.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.hex()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::from_hex(text.as_bytes()).ok_or_else(|| {
            Fault::new(
                Code::HEX,
                "",
                format!("“{}”不是 64 位小写十六进制数字。", shorten(text)),
            )
        })
    }
}

/// A quotation short enough for an error message.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// S: the secret of an attempt, fresh, encrypted at rest, escrowed with two parties; never printed
/// by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Digest);

impl Secret {
    /// Takes 32 bytes of the operating system's randomness (the caller's port).
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Digest(bytes))
    }

    /// The 64 digits as they are hashed and escrowed.
    #[must_use]
    pub fn hex(&self) -> [u8; 64] {
        self.0.hex()
    }

    /// The commitment in FREEZE: `H("shuang-secret/1", S)`.
    #[must_use]
    pub fn commitment(&self, suite: Suite) -> Digest {
        suite.lines(&[b"shuang-secret/1", &self.hex()])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl FromStr for Secret {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests;
