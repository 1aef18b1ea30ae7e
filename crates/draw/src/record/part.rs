//! PART (第三随机): which parts of one subject are looked at, for example vehicles of a fleet.
//!
//! Logged before anybody sees a ticket, in `shuang/2` before the person at the door names a number;
//! one per inspection, not after OPEN.

use std::fmt;

use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::record::{AttemptRef, Committed, Lines};

/// The record PART.
#[doc(alias = "第三随机")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// The attempt whose seed is used.
    pub attempt: AttemptRef,
    /// Line number of the visit in `teams.txt`, from 1.
    pub visit: u64,
    /// Leaves of kind `part`.
    pub parts: Committed,
    /// k: how many parts are looked at.
    pub quota: u64,
    /// Commitment to the fresh secret of these leaves.
    pub secret: Digest,
}

impl PartRecord {
    /// Reads a PART.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed, or k above the count.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "part")?;
        let version = lines.version();
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            visit: lines.read("visit", |rest| version.visit(rest))?,
            parts: lines.read("parts", |rest| Committed::read(version, rest))?,
            quota: lines.count("quota")?,
            secret: lines.value("secret")?,
        };
        if record.quota > record.parts.leaves {
            return Err(Fault::new(Code::PARTS, "quota", "抽取件数大于总件数。"));
        }
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for PartRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            visit,
            parts,
            quota,
            secret,
        } = self;
        let version = attempt.version;
        write!(f, "{version} part\n{attempt}visit {visit}\n")?;
        write!(
            f,
            "parts {} {}\nquota {quota}\nsecret {secret}\n",
            parts.leaves, parts.root
        )
    }
}
