//! The two versions of the protocol. FREEZE decides which one an attempt is under, to its end (§1).
//!
//! A version is read from the first line of a record and carried from there wherever grammar or
//! formula differ. What both share stands once, without a version. Deliberately absent: a default
//! for new attempts, which is the caller's, and versions to come.

use std::fmt;

use crate::fault::{Code, Fault};
use crate::name::{Status, Stratum, Token};
use crate::quota::SamplingRate;
use crate::record::number;

/// The largest count of `shuang/2`: a line number, a number of leaves.
const MAX_COUNT: u64 = 99_999_999;
/// The largest time of `shuang/2`, in unix seconds.
const MAX_TIME: u64 = 9_999_999_999;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `shuang/1` (`docs/SPEC-draw-1.md`): older attempts, whose bundles verify for ever.
    One,
    /// `shuang/2` (`docs/SPEC-draw.md`).
    Two,
}

impl Version {
    /// Both, ascending.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// The version a record says it is of, `None` if its first line names neither.
    #[must_use]
    pub fn of(record: &[u8]) -> Option<Self> {
        let named = |version: &Self| {
            [
                format!("{version} "),
                format!("shuang-seed/{}\n", version.number()),
            ]
            .iter()
            .any(|head| record.starts_with(head.as_bytes()))
        };
        Self::ALL.into_iter().find(named)
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// The first line of a record of this type.
    pub(crate) fn head(self, kind: &str) -> String {
        format!("{self} {kind}")
    }

    /// The largest denominator of a rate, and of the common denominator of an item's rates.
    pub(crate) fn largest_denominator(self) -> u64 {
        match self {
            Self::One => 1_000_000_000,
            Self::Two => 1_000_000,
        }
    }

    /// Whether a name is one of this version: in `shuang/2` the first byte is a letter or digit.
    #[must_use]
    pub fn allows(self, name: Token) -> bool {
        self == Self::One || name.as_bytes()[0].is_ascii_alphanumeric()
    }

    /// A name: an id, a class, a reason.
    pub(crate) fn name(self, text: &str) -> Result<Token, Fault> {
        let name: Token = text.parse()?;
        match self.allows(name) {
            true => Ok(name),
            false => Err(Fault::new(
                Code::NAME_START,
                "",
                format!("“{text}”不以数字或者英文字母开头。"),
            )),
        }
    }

    /// A name or `-`: an item, a kind of inspectors, an area.
    pub(crate) fn dashed(self, text: &str) -> Result<Token, Fault> {
        match text {
            "-" => text.parse(),
            _ => self.name(text),
        }
    }

    /// A stratum of subjects, whose item and class are names.
    pub(crate) fn stratum(self, text: &str) -> Result<Stratum, Fault> {
        let stratum: Stratum = text.parse()?;
        if let Some((item, _)) = text.split_once(':') {
            self.name(item)?;
        }
        self.name(stratum.class())?;
        Ok(stratum)
    }

    /// A status, whose reason is a name.
    pub(crate) fn status(self, text: &str) -> Result<Status, Fault> {
        let status: Status = text.parse()?;
        if let Status::Must(reason) | Status::Skip(reason) = status {
            self.name(reason.as_str())?;
        }
        Ok(status)
    }

    /// A count of leaves, of people, of places.
    pub(crate) fn count(self, text: &str) -> Result<u64, Fault> {
        self.at_most(MAX_COUNT, text)
    }

    /// A time in unix seconds.
    pub(crate) fn time(self, text: &str) -> Result<u64, Fault> {
        self.at_most(MAX_TIME, text)
    }

    /// The number of a visit, from 1.
    pub(crate) fn visit(self, text: &str) -> Result<u64, Fault> {
        match self.count(text)? {
            0 => Err(Fault::new(Code::NO_VISIT, "", "行号从 1 起。")),
            visit => Ok(visit),
        }
    }

    /// A rate `p/q`.
    pub(crate) fn rate(self, text: &str) -> Result<SamplingRate, Fault> {
        let rate: SamplingRate = text.parse()?;
        match rate.denominator() <= self.largest_denominator() {
            true => Ok(rate),
            false => Err(Fault::new(
                Code::RANGE,
                "",
                format!("“{text}”的分母大于 {}。", self.largest_denominator()),
            )),
        }
    }

    fn at_most(self, most: u64, text: &str) -> Result<u64, Fault> {
        let n = number(text)?;
        match self == Self::One || n <= most {
            true => Ok(n),
            false => Err(Fault::new(Code::RANGE, "", format!("{n} 大于 {most}。"))),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shuang/{}", self.number())
    }
}

#[cfg(test)]
mod tests;
