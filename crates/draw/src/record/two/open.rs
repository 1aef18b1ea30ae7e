//! OPEN (公开) of `shuang/2`: the keys of the files of people, and the hashes of what RESULT does not
//! commit to. A void attempt with a REVEAL is opened as what it would have drawn.

use std::fmt;

use crate::digest::Digest;
use crate::fault::Fault;
use crate::record::result::KEYED_FILES;
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// How the attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// `result <H(RESULT)>`.
    Result(Digest),
    /// `void <H(VOID)>` and `would <hash>`.
    Void {
        /// `H(VOID)`.
        void: Digest,
        /// Hash of the RESULT the attempt would have had, which is never logged.
        would: Digest,
    },
}

/// The record OPEN of `shuang/2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// How it ended.
    pub opened: Opened,
    /// Hash of each change record, by sequence; none if the attempt is void.
    pub changes: Vec<Digest>,
    /// The keys of [`KEYED_FILES`].
    pub keys: [Digest; 2],
    /// Hash of `opened.tsv`.
    pub leaves: Digest,
    /// Hash of `persons.tsv`.
    pub persons: Digest,
}

impl OpenRecord {
    /// Reads an OPEN of `shuang/2`.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::Two, "open")?;
        let attempt = AttemptRef::read(&mut lines)?;
        let opened = match lines.optional("void", str::parse)? {
            Some(void) => Opened::Void {
                void,
                would: lines.value("would")?,
            },
            None => Opened::Result(lines.value("result")?),
        };
        let changes = lines.all("change", str::parse)?;
        if !changes.is_empty() && matches!(opened, Opened::Void { .. }) {
            return Err(lines.refuse("作废的抽取之后没有变更：不应有 change 行。"));
        }
        let [teams, leaders] = KEYED_FILES.map(|name| format!("key {name}"));
        let record = Self {
            attempt,
            opened,
            changes,
            keys: [lines.value(&teams)?, lines.value(&leaders)?],
            leaves: lines.value("file opened.tsv")?,
            persons: lines.value("file persons.tsv")?,
        };
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for OpenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} open\n{}", Version::Two, self.attempt)?;
        match self.opened {
            Opened::Result(hash) => writeln!(f, "result {hash}")?,
            Opened::Void { void, would } => write!(f, "void {void}\nwould {would}\n")?,
        }
        for hash in &self.changes {
            writeln!(f, "change {hash}")?;
        }
        for (name, key) in KEYED_FILES.iter().zip(&self.keys) {
            writeln!(f, "key {name} {key}")?;
        }
        let Self {
            leaves, persons, ..
        } = self;
        write!(f, "file opened.tsv {leaves}\nfile persons.tsv {persons}\n")
    }
}
