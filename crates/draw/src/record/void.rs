//! VOID (作废): an attempt that ended without RESULT. Every FREEZE ends in one or the other.
//!
//! A void attempt stays visible for ever, counts in the unit's figures and is opened too.

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Token;
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// The record VOID.
#[doc(alias = "作废")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Why, as a published code.
    pub reason: Token,
    /// Who approved, as a code.
    pub approver: Token,
    /// Hash of the signed paper.
    pub document: Digest,
}

impl VoidRecord {
    /// Reads a VOID.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::One, "void")?;
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            reason: lines.value("reason")?,
            approver: lines.value("approver")?,
            document: lines.value("document")?,
        };
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for VoidRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            reason,
            approver,
            document,
        } = self;
        write!(f, "shuang/1 void\n{attempt}")?;
        write!(
            f,
            "reason {reason}\napprover {approver}\ndocument {document}\n"
        )
    }
}
