//! REVEAL (揭示): the parties' nonces, opened and checked, before the beacon appears (T2).

use std::fmt;

use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::freeze::{FreezeRecord, PartyLine};
use crate::record::{AttemptRef, Lines, words};
use crate::seed::Answer;

/// A party and what it revealed.
pub type Revealed = (Token, Answer<Digest>);

/// The record REVEAL.
#[doc(alias = "揭示")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevealRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Every party of FREEZE in its order.
    pub parties: Vec<Revealed>,
}

impl RevealRecord {
    /// A reveal of every party FREEZE named, with nonces held against commitments.
    ///
    /// # Errors
    /// A party missing, added or out of order, or a nonce that does not match.
    pub fn build(freeze: &FreezeRecord, parties: Vec<Revealed>) -> Result<Self, Vec<Fault>> {
        let record = Self {
            attempt: freeze.attempt_ref(),
            parties,
        };
        let faults = record.faults(freeze);
        if faults.is_empty() {
            Ok(record)
        } else {
            Err(faults)
        }
    }

    /// Everything in which this record does not answer FREEZE.
    #[must_use]
    pub fn faults(&self, freeze: &FreezeRecord) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.attempt != freeze.attempt_ref() {
            faults.push(Fault::new(
                Code::OTHER_ATTEMPT,
                "freeze",
                "不属于这次冻结。",
            ));
        }
        faults.extend(party_faults(freeze, &self.parties));
        faults
    }

    /// Reads a REVEAL.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "shuang/1 reveal")?;
        let attempt = AttemptRef::read(&mut lines)?;
        let parties = lines.all("party", |rest| {
            let (name, value) = rest
                .split_once(' ')
                .ok_or_else(|| Fault::new(Code::LINE, "", "缺少揭示值。"))?;
            let answer = match value.strip_prefix("absent ") {
                Some(reason) => Answer::Absent(reason.parse()?),
                None => Answer::Given(words::<1>(value)?[0].parse()?),
            };
            Ok((name.parse()?, answer))
        })?;
        lines.end()?;
        Ok(Self { attempt, parties })
    }
}

/// Everything in which the parties' answers are not those of the parties FREEZE named, in its
/// order, with nonces that match the commitments it published.
pub(crate) fn party_faults(freeze: &FreezeRecord, parties: &[Revealed]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let announced = freeze.parties.iter().map(|party| party.name);
    if !announced.eq(parties.iter().map(|(name, _)| *name)) {
        faults.push(Fault::new(
            Code::SEED_SOURCES,
            "party",
            "见证人或者次序与冻结公告不同。",
        ));
    }
    for ((name, answer), line) in parties.iter().zip(&freeze.parties) {
        let matches = |nonce| PartyLine::commit(freeze.suite, *name, nonce) == *line;
        if !answer.given().is_none_or(matches) {
            faults.push(Fault::new(
                Code::NONCE,
                name.as_str(),
                "揭示值与承诺值不符。",
            ));
        }
    }
    faults
}

impl fmt::Display for RevealRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shuang/1 reveal\n{}", self.attempt)?;
        self.parties
            .iter()
            .try_for_each(|(name, answer)| writeln!(f, "party {name} {answer}"))
    }
}
