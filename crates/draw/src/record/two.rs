//! The records of `shuang/2` whose form `shuang/1` does not have: VOID also before FREEZE and by the
//! program, changes that name persons by hash, OPEN with keys, PART-NUMBER.
//!
//! What both versions share in form (plan, freeze, reveal, result, part) stands beside this folder and
//! carries its version. Nothing here names a person by code.

pub mod change;
pub mod open;
pub mod part_number;
pub mod void;

pub use change::{Act, ChangeRecord};
pub use open::{OpenRecord, Opened};
pub use part_number::PartNumberRecord;
pub use void::{Decided, VoidRecord, Voided};

use std::fmt;

use crate::digest::{Digest, Suite};
use crate::fault::Fault;
use crate::name::Token;
use crate::record::Lines;
use crate::sealing::approver_hash;

/// Who approved, as a hash that is never opened, and the signed paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// `H("shuang-approver/2", code, salt)`.
    pub approver: Digest,
    /// Hash of the signed paper.
    pub document: Digest,
}

impl Approval {
    /// By the holder of a code, under a salt of 32 fresh random bytes.
    #[must_use]
    pub fn by(suite: Suite, code: Token, salt: &Digest, document: Digest) -> Self {
        let approver = approver_hash(suite, code, salt);
        Self { approver, document }
    }

    fn read(lines: &mut Lines<'_>) -> Result<Self, Fault> {
        Ok(Self {
            approver: lines.value("approver")?,
            document: lines.value("document")?,
        })
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "approver {}\ndocument {}\n",
            self.approver, self.document
        )
    }
}

#[cfg(test)]
mod tests;
