//! One entry of the log, as text (SPEC-log §3): what happened in kind, when, and two hashes.
//!
//! ```text
//! shuang/1 entry
//! type freeze
//! time 1789000000000
//! act <64 hex>
//! record <64 hex>
//! ```
//!
//! An act that is confidential says only `type act`; what it was stays in the event body, which is
//! bound by a salted hash, so that the public log says nothing that could be guessed. Disclosure of
//! an act is its body, its salt and an inclusion proof. Destroying body and salt erases a person
//! from the log without breaking it.

use core::fmt;

use crate::hash::leaf_hash;
use crate::{Error, Hash, text};

/// The closed list of entry types. All but [`EntryType::Act`] carry the hash of a public record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryType {
    /// Anything whose content is not public.
    Act,
    /// An approved campaign plan (实施方案).
    Plan,
    /// Frozen frames, quotas and commitments (FREEZE).
    Freeze,
    /// Opened nonces of the parties.
    Reveal,
    /// The outcome of a draw (RESULT).
    Result,
    /// An attempt given up, forever visible.
    Void,
    /// An inspector replaced by the next reserve (递补).
    Substitute,
    /// A recusal after the draw (回避).
    Recuse,
    /// An added inspector frame when the reserve is used up.
    Extend,
    /// The third random: parts of one subject.
    Part,
    /// Opening of a campaign's draw to the public.
    Open,
    /// A publication on the portal (公示), or its correction or withdrawal.
    Publish,
    /// A change of the log's key.
    Key,
    /// The number named at the door, after its PART.
    PartNumber,
    /// Rows set back to what the log says.
    Repair,
    /// The first entry of a log that follows one which cannot go on.
    Restart,
}

impl EntryType {
    /// Every type, in the order of the specification.
    pub const ALL: [Self; 16] = [
        Self::Act,
        Self::Plan,
        Self::Freeze,
        Self::Reveal,
        Self::Result,
        Self::Void,
        Self::Substitute,
        Self::Recuse,
        Self::Extend,
        Self::Part,
        Self::Open,
        Self::Publish,
        Self::Key,
        Self::PartNumber,
        Self::Repair,
        Self::Restart,
    ];

    /// The word in the `type` line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Plan => "plan",
            Self::Freeze => "freeze",
            Self::Reveal => "reveal",
            Self::Result => "result",
            Self::Void => "void",
            Self::Substitute => "substitute",
            Self::Recuse => "recuse",
            Self::Extend => "extend",
            Self::Part => "part",
            Self::Open => "open",
            Self::Publish => "publish",
            Self::Key => "key",
            Self::PartNumber => "part-number",
            Self::Repair => "repair",
            Self::Restart => "restart",
        }
    }

    /// The first line of an entry of this type: the version of the list the type is in, whatever the
    /// version of the record, so that every entry has one spelling.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::PartNumber | Self::Repair | Self::Restart => "shuang/2 entry",
            _ => "shuang/1 entry",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// 32 bytes of fresh randomness per act; kept with the body and destroyed with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// The 32 bytes, for the column that keeps them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Salt {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// Hides the bytes: a salt in a log line would undo the hiding of an act.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// `A = H("shuang-act/1", salt, H(event body))`: what the log says of a body without telling it.
#[must_use]
pub fn act_hash(salt: &Salt, body: &[u8]) -> Hash {
    act_hash_of(salt, &Hash::of(body))
}

/// As [`act_hash`], for a body that was hashed while it was streamed.
#[must_use]
pub fn act_hash_of(salt: &Salt, body_hash: &Hash) -> Hash {
    Hash::of_lines(&[
        "shuang-act/1",
        &Hash::from(salt.0).to_string(),
        &body_hash.to_string(),
    ])
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "日志条目")]
pub struct Entry {
    kind: EntryType,
    time: u64,
    act: Hash,
    record: Option<Hash>,
}

impl Entry {
    /// A confidential entry, at a time in unix milliseconds.
    ///
    /// # Errors
    /// [`Error::EntrySyntax`] if the time is above 2⁶³ − 1.
    pub fn act(time: u64, act: Hash) -> Result<Self, Error> {
        Self {
            kind: EntryType::Act,
            time,
            act,
            record: None,
        }
        .sound()
    }

    /// An entry with a public record, named by the hash of its exact bytes.
    ///
    /// # Errors
    /// [`Error::EntrySyntax`] if the type is [`EntryType::Act`], which has no record, or the time
    /// is above 2⁶³ − 1.
    pub fn with_record(kind: EntryType, time: u64, act: Hash, record: Hash) -> Result<Self, Error> {
        Self {
            kind,
            time,
            act,
            record: Some(record),
        }
        .sound()
    }

    /// Reads an entry; anything but the exact text of the specification is refused.
    ///
    /// # Errors
    /// [`Error::EntrySyntax`] or [`Error::Hex`] where the format is broken.
    pub fn parse(entry: &str) -> Result<Self, Error> {
        let (head, rest) = text::line(entry)
            .filter(|(head, _)| EntryType::ALL.iter().any(|kind| kind.head() == *head))
            .ok_or(Error::EntrySyntax(
                "首行不是“shuang/1 entry”或“shuang/2 entry”",
            ))?;
        let (kind, rest) = field(rest, "type ").ok_or(Error::EntrySyntax("缺少 type 行"))?;
        let kind = EntryType::parse(kind)
            .filter(|kind| kind.head() == head)
            .ok_or(Error::EntrySyntax("类型不在首行所属的封闭清单内"))?;
        let (time, rest) = field(rest, "time ").ok_or(Error::EntrySyntax("缺少 time 行"))?;
        let time = text::decimal(time).ok_or(Error::EntrySyntax("时间不是十进制毫秒数"))?;
        let (act, rest) = field(rest, "act ").ok_or(Error::EntrySyntax("缺少 act 行"))?;
        let act = act.parse()?;
        let record = if rest.is_empty() {
            None
        } else {
            let (record, rest) =
                field(rest, "record ").ok_or(Error::EntrySyntax("act 行之后只能有 record 行"))?;
            if !rest.is_empty() {
                return Err(Error::EntrySyntax("有多余的行"));
            }
            Some(record.parse()?)
        };
        Self {
            kind,
            time,
            act,
            record,
        }
        .sound()
    }

    fn sound(self) -> Result<Self, Error> {
        if self.time > crate::MAX_SIZE {
            return Err(Error::EntrySyntax("时间超出上限"));
        }
        match (self.kind, self.record) {
            (EntryType::Act, Some(_)) => Err(Error::EntrySyntax("保密条目（act）不得附公开记录")),
            (kind, None) if kind != EntryType::Act => {
                Err(Error::EntrySyntax("公开条目缺少 record 行"))
            }
            _ => Ok(self),
        }
    }

    /// The type.
    #[must_use]
    pub const fn kind(&self) -> EntryType {
        self.kind
    }

    /// When the act was claimed to happen, in unix milliseconds; only cosignatures bound it from
    /// outside.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// The salted hash of the event body.
    #[must_use]
    pub const fn act_commitment(&self) -> &Hash {
        &self.act
    }

    /// The hash of the public record, served as a blob under this name.
    #[must_use]
    pub const fn record(&self) -> Option<&Hash> {
        self.record.as_ref()
    }

    /// The RFC 6962 hash of the entry's text, which is the leaf.
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(self.to_string().as_bytes())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\ntype {}\ntime {}\nact {}",
            self.kind.head(),
            self.kind.as_str(),
            self.time,
            self.act
        )?;
        self.record
            .iter()
            .try_for_each(|record| writeln!(f, "record {record}"))
    }
}

fn field<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    text::line(text.strip_prefix(name)?)
}

#[cfg(test)]
mod tests;
