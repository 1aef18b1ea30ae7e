//! PART-NUMBER: what the person at the door answered after PART was logged, or that he refused.
//!
//! His number is hashed into the seed of the part, so that whoever picked the secret of PART could not
//! know the outcome. Where he refused, every paper says that the choice was not beyond the leader.

use std::fmt;

use crate::digest::{Digest, Suite};
use crate::fault::{Code, Fault};
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// The longest number, in digits.
const MAX_DIGITS: usize = 40;

/// A number of 1–40 digits, as the person at the door named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorNumber(String);

impl std::str::FromStr for DoorNumber {
    type Err = Fault;

    fn from_str(digits: &str) -> Result<Self, Fault> {
        let good =
            (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
        match good {
            true => Ok(Self(digits.to_owned())),
            false => Err(Fault::new(Code::NUMBER, "number", "应为 1—40 位数字。")),
        }
    }
}

/// The record PART-NUMBER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartNumberRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// `H(PART)`.
    pub part: Digest,
    /// The number, `None` if it was refused.
    pub number: Option<DoorNumber>,
}

impl PartNumberRecord {
    /// Reads a PART-NUMBER.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::Two, "part-number")?;
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            part: lines.value("part")?,
            number: lines.read("number", |rest| match rest {
                "absent refused" => Ok(None),
                digits => digits.parse().map(Some),
            })?,
        };
        lines.end()?;
        Ok(record)
    }

    /// The seed of the part: `H("shuang-partseed/2", seed, H(PART), number)`, the number `-` if it was
    /// refused.
    #[must_use]
    pub fn part_seed(&self, suite: Suite, seed: &Digest) -> Digest {
        let number = self.number.as_ref().map_or("-", |number| &number.0);
        suite.lines(&[
            b"shuang-partseed/2",
            &seed.hex(),
            &self.part.hex(),
            number.as_bytes(),
        ])
    }
}

impl fmt::Display for PartNumberRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempt, part, .. } = self;
        write!(f, "{} part-number\n{attempt}part {part}\n", Version::Two)?;
        match &self.number {
            Some(number) => writeln!(f, "number {}", number.0),
            None => writeln!(f, "number absent refused"),
        }
    }
}
