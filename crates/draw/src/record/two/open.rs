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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// How it ended.
    pub opened: Opened,
    /// How many change records preceded; 0 if the attempt is void.
    pub changes: u64,
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
        let changes = lines.count("changes")?;
        if changes > 0 && matches!(opened, Opened::Void { .. }) {
            return Err(lines.refuse("作废的抽取之后没有变更：应为 changes 0。"));
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
        writeln!(f, "changes {}", self.changes)?;
        for (name, key) in KEYED_FILES.iter().zip(&self.keys) {
            writeln!(f, "key {name} {key}")?;
        }
        let Self {
            leaves, persons, ..
        } = self;
        write!(f, "file opened.tsv {leaves}\nfile persons.tsv {persons}\n")
    }
}
