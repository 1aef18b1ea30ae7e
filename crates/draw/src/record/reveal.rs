//! REVEAL (揭示): the parties' nonces, opened and checked, before the beacon appears (T2).
//!
//! In `shuang/2` the dice stand here too, since they are thrown before the first nonce, and absence
//! has one word: nothing in this record can be chosen by whoever writes it.

use std::collections::BTreeSet;
use std::fmt;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::freeze::FreezeRecord;
use crate::record::{AttemptRef, Lines, hash_of, words};
use crate::seed::{Answer, good_dice};
use crate::version::Version;

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
    /// The dice with their digits or absence; in `shuang/1` they stand in seed.txt.
    pub dice: Option<(Token, Answer<String>)>,
}

/// The one word for absence in `shuang/2`.
pub const TIMEOUT: &str = "timeout";

impl RevealRecord {
    /// A reveal of every party FREEZE named, with nonces held against commitments.
    ///
    /// # Errors
    /// A party missing, added or out of order, or a nonce that does not match.
    pub fn build(freeze: &FreezeRecord, parties: Vec<Revealed>) -> Result<Self, Vec<Fault>> {
        Self::build_with_dice(freeze, parties, None)
    }

    /// Like [`Self::build`], with what the dice of a `shuang/2` attempt showed.
    ///
    /// # Errors
    /// As [`Self::build`]; dice without announcement or the other way round, a nonce that occurs
    /// twice, or another word for absence.
    pub fn build_with_dice(
        freeze: &FreezeRecord,
        parties: Vec<Revealed>,
        dice: Option<(Token, Answer<String>)>,
    ) -> Result<Self, Vec<Fault>> {
        let record = Self {
            attempt: freeze.attempt_ref(),
            parties,
            dice,
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
        match freeze.version() {
            Version::One if self.dice.is_none() => {}
            Version::One => faults.push(no_dice("shuang/1 的骰子写在 seed.txt。")),
            Version::Two => faults.extend(self.faults_two(freeze)),
        }
        faults
    }

    fn faults_two(&self, freeze: &FreezeRecord) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.dice.as_ref().map(|(label, _)| *label) != freeze.dice {
            faults.push(no_dice("骰子与冻结公告不同。"));
        }
        let digits = self.dice.iter().filter_map(|(_, answer)| answer.given());
        faults.extend(digits.filter_map(|digits| good_dice(digits).err()));
        let mut seen = BTreeSet::new();
        for (name, answer) in &self.parties {
            match answer {
                Answer::Given(nonce) if !seen.insert(*nonce) => faults.push(Fault::new(
                    Code::REPEATED_NONCE,
                    name.as_str(),
                    "揭示值与另一见证人的相同。",
                )),
                Answer::Absent(word) if word.as_str() != TIMEOUT => {
                    faults.push(Fault::new(
                        Code::SEED_SOURCES,
                        name.as_str(),
                        "缺席只写 timeout。",
                    ));
                }
                _ => {}
            }
        }
        faults
    }

    /// Reads a REVEAL.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::open(bytes, "reveal")?;
        let version = lines.version();
        let attempt = AttemptRef::read(&mut lines)?;
        let parties = lines.all("party", |rest| {
            let (name, value) = named(version, rest)?;
            let answer = match absence(version, value)? {
                Some(reason) => Answer::Absent(reason),
                None => Answer::Given(words::<1>(value)?[0].parse()?),
            };
            Ok((name, answer))
        })?;
        let dice = match version {
            Version::One => None,
            Version::Two => lines.optional("dice", |rest| {
                let (label, value) = named(version, rest)?;
                let answer = match absence(version, value)? {
                    Some(reason) => Answer::Absent(reason),
                    None => good_dice(value).map(|()| Answer::Given(value.to_owned()))?,
                };
                Ok((label, answer))
            })?,
        };
        lines.end()?;
        Ok(Self {
            attempt,
            parties,
            dice,
        })
    }

    /// `H(REVEAL)`, as seed.txt of `shuang/2` names it.
    #[must_use]
    pub fn hash(&self, suite: Suite) -> Digest {
        hash_of(suite, self)
    }
}

fn no_dice(sentence: &str) -> Fault {
    Fault::new(Code::SEED_SOURCES, "dice", sentence)
}

fn named(version: Version, rest: &str) -> Result<(Token, &str), Fault> {
    let (name, value) = rest
        .split_once(' ')
        .ok_or_else(|| Fault::new(Code::LINE, "", "缺少揭示值。"))?;
    Ok((version.name(name)?, value))
}

/// The reason of an absence, which `shuang/2` does not let anybody choose.
fn absence(version: Version, value: &str) -> Result<Option<Token>, Fault> {
    match value.strip_prefix("absent ") {
        None => Ok(None),
        Some(reason) if version == Version::Two && reason != TIMEOUT => {
            Err(Fault::new(Code::LINE, "", "缺席只写 absent timeout。"))
        }
        Some(reason) => reason.parse().map(Some),
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
        let matches = |nonce| freeze.commitment(*name, nonce) == *line;
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
        write!(f, "{} reveal\n{}", self.attempt.version, self.attempt)?;
        self.parties
            .iter()
            .try_for_each(|(name, answer)| writeln!(f, "party {name} {answer}"))?;
        self.dice
            .iter()
            .try_for_each(|(label, answer)| writeln!(f, "dice {label} {answer}"))
    }
}
