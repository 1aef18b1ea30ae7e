//! VOID (作废) of `shuang/2`: an attempt that ended without RESULT, also one that has no FREEZE yet.
//!
//! After REVEAL it must be opened; the program itself writes it where the level is not reached, for that reason and
//! after REVEAL only. The sentence for the public is in the publication, the grounds in the document.

use std::fmt;

use super::Approval;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::name::Token;
use crate::record::attempt::attempt_number;
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// The reason of a VOID nobody decided.
const LEVEL_LOST: &str = "level-lost";

/// What is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voided {
    /// An attempt of a plan that was never frozen; its number is used up all the same.
    BeforeFreeze {
        /// The campaign's number.
        campaign: Token,
        /// The attempt, from 1.
        attempt: u32,
        /// `H(PLAN)`.
        plan: Digest,
    },
    /// A frozen attempt.
    Frozen {
        /// The attempt.
        attempt: AttemptRef,
        /// `H(REVEAL)` if one was logged; then the attempt must be opened.
        reveal: Option<Digest>,
    },
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// The program, by the rules alone: the level was not reached.
    Program,
    /// A person, with a signed paper.
    Approved(Approval),
}

/// The record VOID of `shuang/2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidRecord {
    /// What is void.
    pub voided: Voided,
    /// A class of a published list.
    pub reason: Token,
    /// Who decided.
    pub decided: Decided,
}

impl VoidRecord {
    /// Reads a VOID of `shuang/2`.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::Two, "void")?;
        let (voided, reason) = (Voided::read(&mut lines)?, lines.name("reason")?);
        let decided = match lines.maybe("by") {
            Some("program") => Decided::Program,
            Some(_) => return Err(lines.refuse("应为 by program。")),
            None => Decided::Approved(Approval::read(&mut lines)?),
        };
        let lost = voided.is_revealed() && reason.as_str() == LEVEL_LOST;
        if decided == Decided::Program && !lost {
            let sentence = "by program 只在揭示之后、事由为 level-lost 时有。";
            return Err(lines.refuse(sentence));
        }
        lines.end()?;
        Ok(Self {
            voided,
            reason,
            decided,
        })
    }
}

impl Voided {
    /// Whether a REVEAL was logged.
    pub(crate) fn is_revealed(&self) -> bool {
        matches!(
            self,
            Self::Frozen {
                reveal: Some(_),
                ..
            }
        )
    }

    fn read(lines: &mut Lines<'_>) -> Result<Self, Fault> {
        let version = lines.version();
        let campaign = lines.name("campaign")?;
        let attempt = attempt_number(lines)?;
        let freeze = lines.read("freeze", none_or_hash)?;
        let plan = match freeze {
            None => Some(lines.value("plan")?),
            Some(_) => None,
        };
        let reveal = lines.read("reveal", none_or_hash)?;
        match (freeze, plan, reveal) {
            (Some(freeze), _, reveal) => Ok(Self::Frozen {
                attempt: AttemptRef {
                    version,
                    campaign,
                    attempt,
                    freeze,
                },
                reveal,
            }),
            (None, Some(plan), None) => Ok(Self::BeforeFreeze {
                campaign,
                attempt,
                plan,
            }),
            _ => Err(lines.refuse("没有冻结，就没有揭示：应为 reveal none。")),
        }
    }
}

fn none_or_hash(rest: &str) -> Result<Option<Digest>, Fault> {
    match rest {
        "none" => Ok(None),
        hash => hash.parse().map(Some),
    }
}

impl fmt::Display for VoidRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} void", Version::Two)?;
        match &self.voided {
            Voided::BeforeFreeze {
                campaign,
                attempt,
                plan,
            } => {
                write!(f, "campaign {campaign}\nattempt {attempt}\nfreeze none\n")?;
                write!(f, "plan {plan}\nreveal none\n")?;
            }
            Voided::Frozen { attempt, reveal } => {
                let reveal = reveal.map_or("none".to_owned(), |hash| hash.to_string());
                writeln!(f, "{attempt}reveal {reveal}")?;
            }
        }
        writeln!(f, "reason {}", self.reason)?;
        match &self.decided {
            Decided::Program => writeln!(f, "by program"),
            Decided::Approved(approval) => approval.fmt(f),
        }
    }
}
