//! SUBSTITUTE (递补): an inspector is withdrawn; the drawn order says who takes his open visits.
//!
//! Other important duties, illness, leave, an expired credential: grounds of the rulebook, with a
//! document and an approver (确有其他重要公务无法参加的).

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Token;
use crate::record::moves::{self, Lead, Move};
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// The record SUBSTITUTE.
#[doc(alias = "递补")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubstituteRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Running number over substitute, recuse and extend of this attempt, from 1.
    pub sequence: u64,
    /// Who is withdrawn.
    pub inspector: Token,
    /// Why, as a published code.
    pub reason: Token,
    /// Who approved, as a code.
    pub approver: Token,
    /// Hash of the signed paper.
    pub document: Digest,
    /// One per open visit of his, in visit order.
    pub moves: Vec<Move>,
    /// One per open visit he led.
    pub leads: Vec<Lead>,
}

impl SubstituteRecord {
    /// Reads a SUBSTITUTE.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::One, "substitute")?;
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            sequence: lines.count("sequence")?,
            inspector: lines.value("inspector")?,
            reason: lines.value("reason")?,
            approver: lines.value("approver")?,
            document: lines.value("document")?,
            moves: lines.all("move", |rest| Move::read(Version::One, rest))?,
            leads: lines.all("lead", |rest| Lead::read(Version::One, rest))?,
        };
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for SubstituteRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            sequence,
            inspector,
            reason,
            approver,
            document,
            ..
        } = self;
        write!(
            f,
            "shuang/1 substitute\n{attempt}sequence {sequence}\ninspector {inspector}\n"
        )?;
        write!(
            f,
            "reason {reason}\napprover {approver}\ndocument {document}\n"
        )?;
        moves::write_all(f, &self.moves, &self.leads)
    }
}
