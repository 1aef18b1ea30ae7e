//! seed.txt (随机种子): what the announced sources gave, in FREEZE's order; its hash is the seed.
//!
//! A party's nonce never reaches the operator before FREEZE is logged; only its commitment does.
//! A source that stays silent is written `absent` with a reason, never replaced. Deliberately
//! absent: the signature of a drand round, which the crate `verify` checks, and any randomness of
//! our own. In `shuang/2` parties and dice stand in REVEAL, and this text names its hash.

pub mod beacon;
pub mod lottery;

use std::fmt;

use crate::digest::{Digest, Suite, shorten};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::Lines;
use crate::record::attempt::attempt_number;
use crate::record::freeze::{BeaconName, FreezeRecord};
use crate::record::reveal::{RevealRecord, party_faults};
use crate::version::Version;

/// What an announced source gave, or why it gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// The value.
    Given(T),
    /// A reason code.
    Absent(Token),
}

impl<T> Answer<T> {
    /// The value, if there is one.
    #[must_use]
    pub fn given(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent(_) => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(value) => value.fmt(f),
            Self::Absent(reason) => write!(f, "absent {reason}"),
        }
    }
}

/// The text whose hash is the seed.
#[doc(alias = "随机种子")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedText {
    /// The campaign's number.
    pub campaign: Token,
    /// The attempt.
    pub attempt: u32,
    /// `H(FREEZE)`.
    pub freeze: Digest,
    /// Parties in FREEZE's order with nonce or absence.
    pub parties: Vec<(Token, Answer<Digest>)>,
    /// The dice with their digits or absence.
    pub dice: Option<(Token, Answer<String>)>,
    /// `H(REVEAL)` in `shuang/2`, where parties and dice stand in that record and not here.
    pub reveal: Option<Digest>,
    /// The beacon with its value or, in `shuang/1`, its absence.
    pub beacon: Option<(BeaconName, Answer<String>)>,
}

impl SeedText {
    /// An answer to every source FREEZE announced, in its order; nonces are checked.
    ///
    /// # Errors
    /// A source without answer or an answer without source, a nonce that does not match its
    /// commitment, a malformed value: every one of them.
    pub fn build(
        freeze: &FreezeRecord,
        parties: &[(Token, Answer<Digest>)],
        dice: Option<Answer<String>>,
        beacon: Option<Answer<String>>,
    ) -> Result<Self, Vec<Fault>> {
        let pair = |wanted: bool, got: bool, what: &str| {
            (wanted != got)
                .then(|| Fault::new(Code::SEED_SOURCES, what, "与冻结公告的随机来源不一致。"))
        };
        let mismatch: Vec<_> = [
            pair(freeze.dice.is_some(), dice.is_some(), "dice"),
            pair(freeze.beacon.is_some(), beacon.is_some(), "beacon"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !mismatch.is_empty() {
            return Err(mismatch);
        }
        let seed = Self {
            campaign: freeze.campaign,
            attempt: freeze.attempt,
            freeze: freeze.hash(),
            parties: parties.to_vec(),
            dice: freeze.dice.zip(dice),
            reveal: None,
            beacon: freeze.beacon.clone().zip(beacon),
        };
        let faults = seed.faults(freeze);
        if faults.is_empty() {
            Ok(seed)
        } else {
            Err(faults)
        }
    }

    /// The seed text of a `shuang/2` attempt, whose other sources stand in its REVEAL.
    ///
    /// # Errors
    /// A beacon without value or a value without beacon, one that is none of its source, or a
    /// REVEAL that does not answer FREEZE: every one of them.
    pub fn after(
        reveal: &RevealRecord,
        freeze: &FreezeRecord,
        beacon: Option<String>,
    ) -> Result<Self, Vec<Fault>> {
        let seed = Self {
            campaign: freeze.campaign,
            attempt: freeze.attempt,
            freeze: freeze.hash(),
            parties: Vec::new(),
            dice: None,
            reveal: Some(reveal.hash(freeze.suite)),
            beacon: freeze.beacon.clone().zip(beacon.map(Answer::Given)),
        };
        let mut faults = reveal.faults(freeze);
        faults.extend(seed.faults(freeze));
        if faults.is_empty() {
            Ok(seed)
        } else {
            Err(faults)
        }
    }

    /// The version of this text.
    #[must_use]
    pub fn version(&self) -> Version {
        match self.reveal {
            None => Version::One,
            Some(_) => Version::Two,
        }
    }

    /// Reads seed.txt.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::seed(bytes)?;
        let version = lines.version();
        let mut seed = Self {
            campaign: lines.name("campaign")?,
            attempt: attempt_number(&mut lines)?,
            freeze: lines.value("freeze")?,
            parties: Vec::new(),
            dice: None,
            reveal: None,
            beacon: None,
        };
        match version {
            Version::One => {
                seed.parties = lines.all("party", party_line)?;
                seed.dice = lines.optional("dice", dice_line)?;
            }
            Version::Two => seed.reveal = Some(lines.value("reveal")?),
        }
        seed.beacon = lines.optional("beacon", |rest| beacon_line(version, rest))?;
        lines.end()?;
        Ok(seed)
    }

    /// Everything in which this text does not answer FREEZE.
    #[must_use]
    pub fn faults(&self, freeze: &FreezeRecord) -> Vec<Fault> {
        let mut faults = Vec::new();
        let same = self.campaign == freeze.campaign && self.attempt == freeze.attempt;
        if !same || self.freeze != freeze.hash() {
            faults.push(Fault::new(
                Code::OTHER_ATTEMPT,
                "seed.txt",
                "种子不属于这次冻结。",
            ));
        }
        if self.version() != freeze.version() {
            let sentence = "种子与冻结公告不是同一版本。";
            faults.push(Fault::new(Code::OTHER_ATTEMPT, "seed.txt", sentence));
        }
        if self.version() == Version::One {
            faults.extend(party_faults(freeze, &self.parties));
        }
        if self.version() == Version::One
            && self.dice.as_ref().map(|(label, _)| *label) != freeze.dice
        {
            faults.push(Fault::new(
                Code::SEED_SOURCES,
                "dice",
                "骰子与冻结公告不同。",
            ));
        }
        if self.beacon.as_ref().map(|(name, _)| name) != freeze.beacon.as_ref() {
            faults.push(Fault::new(
                Code::SEED_SOURCES,
                "beacon",
                "公共随机源与冻结公告不同。",
            ));
        }
        faults.extend(self.value_faults());
        faults
    }

    fn value_faults(&self) -> Vec<Fault> {
        let dice = self
            .dice
            .iter()
            .filter_map(|(_, answer)| good_dice(answer.given()?).err());
        let beacon = self.beacon.iter().filter_map(|(name, answer)| {
            beacon::good_value(self.version(), &name.source, answer.given()?).err()
        });
        dice.chain(beacon).collect()
    }

    /// The seed: the hash of this text.
    #[must_use]
    pub fn seed(&self, suite: Suite) -> Digest {
        suite.bytes(self.to_string().as_bytes())
    }
}

fn party_line(rest: &str) -> Result<(Token, Answer<Digest>), Fault> {
    let (name, value) = split(rest)?;
    let answer = match absent(value)? {
        Some(reason) => Answer::Absent(reason),
        None => Answer::Given(value.parse()?),
    };
    Ok((name.parse()?, answer))
}

fn dice_line(rest: &str) -> Result<(Token, Answer<String>), Fault> {
    let (label, value) = split(rest)?;
    let answer = match absent(value)? {
        Some(reason) => Answer::Absent(reason),
        None => good_dice(value).map(|()| Answer::Given(value.to_owned()))?,
    };
    Ok((label.parse()?, answer))
}

fn beacon_line(version: Version, rest: &str) -> Result<(BeaconName, Answer<String>), Fault> {
    let (source, tail) = split(rest)?;
    let (round, value) = split(tail)?;
    let name = BeaconName::read(version, source, round)?;
    let answer = match (version, absent(value)?) {
        (Version::One, Some(reason)) => Answer::Absent(reason),
        (Version::One, None) => {
            beacon::good_value(version, source, value)?;
            Answer::Given(value.to_owned())
        }
        // Whether the value fits its source is judged later.
        (Version::Two, _) if is_value(value) => Answer::Given(value.to_owned()),
        (Version::Two, _) => {
            let sentence = "应为至多 200 个数字、小写 a—f、加号，各项之间只空一格。";
            return Err(Fault::new(Code::LINE, "", sentence));
        }
    };
    Ok((name, answer))
}

/// The grammar `value` of §2, whose words are separated by single spaces.
fn is_value(text: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b' ' | b'+');
    (1..=200).contains(&text.len())
        && text.bytes().all(known)
        && text.split(' ').all(|word| !word.is_empty())
}

fn split(rest: &str) -> Result<(&str, &str), Fault> {
    rest.split_once(' ')
        .ok_or_else(|| Fault::new(Code::LINE, "", format!("“{}”缺少取值。", shorten(rest))))
}

fn absent(value: &str) -> Result<Option<Token>, Fault> {
    value.strip_prefix("absent ").map(str::parse).transpose()
}

/// Whether digits are what dice can show.
///
/// # Errors
/// None, more than 200, or another character.
pub fn good_dice(digits: &str) -> Result<(), Fault> {
    let good = (1..=200).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
    match good {
        true => Ok(()),
        false => Err(Fault::new(
            Code::DICE,
            "",
            format!("“{}”不是点数。", shorten(digits)),
        )),
    }
}

impl fmt::Display for SeedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            campaign,
            attempt,
            freeze,
            ..
        } = self;
        let version = self.version().number();
        write!(
            f,
            "shuang-seed/{version}\ncampaign {campaign}\nattempt {attempt}\nfreeze {freeze}\n"
        )?;
        if let Some(reveal) = &self.reveal {
            writeln!(f, "reveal {reveal}")?;
        }
        for (name, answer) in &self.parties {
            writeln!(f, "party {name} {answer}")?;
        }
        if let Some((label, answer)) = &self.dice {
            writeln!(f, "dice {label} {answer}")?;
        }
        match &self.beacon {
            Some((name, answer)) => writeln!(f, "beacon {} {} {answer}", name.source, name.round),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
