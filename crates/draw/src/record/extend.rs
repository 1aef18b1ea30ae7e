//! EXTEND (增补): borrowed inspectors fill the places nobody could take.
//!
//! They come from a frame of their own with its own FREEZE (`extends <H(FREEZE)>`), seed and
//! RESULT; places already drawn stay. Never a free choice.

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Token;
use crate::record::moves::{self, Move};
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// The record EXTEND.
#[doc(alias = "增补")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendRecord {
    /// The attempt that is extended.
    pub attempt: AttemptRef,
    /// Running number over substitute, recuse and extend of this attempt, from 1.
    pub sequence: u64,
    /// `H(FREEZE)` of the borrowed frame.
    pub borrowed: Digest,
    /// `H(RESULT)` of the borrowed frame.
    pub result: Digest,
    /// One per unfilled place of an open visit, in visit order; `new` is `-` if nobody fits still.
    pub moves: Vec<Move>,
}

impl ExtendRecord {
    /// Reads an EXTEND.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::One, "extend")?;
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            sequence: lines.count("sequence")?,
            borrowed: lines.value("borrowed")?,
            result: lines.value("result")?,
            moves: lines.all("move", |rest| Move::read(Version::One, rest))?,
        };
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for ExtendRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            sequence,
            borrowed,
            result,
            ..
        } = self;
        write!(f, "shuang/1 extend\n{attempt}sequence {sequence}\n")?;
        write!(f, "borrowed {borrowed}\nresult {result}\n")?;
        moves::write_all::<Token>(f, &self.moves, &[])
    }
}
