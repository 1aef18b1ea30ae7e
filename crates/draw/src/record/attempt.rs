//! The three lines by which a record names its attempt.

use std::fmt;

use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::{Lines, number};
use crate::version::Version;

/// Campaign, attempt and the hash of FREEZE, under the version of that FREEZE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptRef {
    /// The version of FREEZE, and so of the record that names the attempt.
    pub version: Version,
    /// The campaign's number.
    pub campaign: Token,
    /// The attempt, from 1.
    pub attempt: u32,
    /// `H(FREEZE)`.
    pub freeze: Digest,
}

impl AttemptRef {
    pub(crate) fn read(lines: &mut Lines<'_>) -> Result<Self, Fault> {
        let campaign = lines.name("campaign")?;
        let attempt = attempt_number(lines)?;
        Ok(Self {
            version: lines.version(),
            campaign,
            attempt,
            freeze: lines.value("freeze")?,
        })
    }
}

/// The line `attempt <n>`, n from 1.
pub(crate) fn attempt_number(lines: &mut Lines<'_>) -> Result<u32, Fault> {
    let rest = lines.field("attempt")?;
    let n = lines.here(number(rest))?;
    let fit = u32::try_from(n).ok().filter(|n| *n > 0);
    lines.here(fit.ok_or_else(|| Fault::new(Code::RANGE, "", "抽取次数从 1 起。")))
}

impl fmt::Display for AttemptRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            campaign,
            attempt,
            freeze,
            ..
        } = self;
        write!(
            f,
            "campaign {campaign}\nattempt {attempt}\nfreeze {freeze}\n"
        )
    }
}
