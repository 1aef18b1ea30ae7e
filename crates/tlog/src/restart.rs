//! From which log another one goes on (SPEC-log §3, record of an entry `restart`).
//!
//! Deliberately absent: whether what is left of the old log stands at the beginning of the new one, which a comparison of the
//! two heads shows, and what was lost.

use core::fmt;

use crate::checkpoint::Checkpoint;
use crate::{Error, Hash, text};

const HEADER: &str = "shuang/2 restart\n";

/// The first entry that a log made itself which follows one that lost entries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "另起日志")]
pub struct Restart {
    from: u64,
    root: Hash,
    known: Checkpoint,
}

impl Restart {
    /// A log that begins with the first `from` entries of the one of which this is the last known head.
    ///
    /// # Errors
    /// [`Error::RestartSyntax`] if nothing is lost or the head has lines of its own.
    pub fn new(from: u64, root: Hash, known: Checkpoint) -> Result<Self, Error> {
        Self::parse(&Self { from, root, known }.to_string())
    }

    /// Reads a record; anything but the exact text of the specification is refused.
    ///
    /// # Errors
    /// [`Error::RestartSyntax`] or that of a part which breaks its format.
    pub fn parse(record: &str) -> Result<Self, Error> {
        let missing = |line| Error::RestartSyntax(line);
        let rest = record
            .strip_prefix(HEADER)
            .ok_or(missing("首行不是“shuang/2 restart”"))?;
        let (old, rest) = text::field(rest, "old ").ok_or(missing("缺少 old 行"))?;
        let ((from, root), rest) = text::head(rest).map_err(missing)?;
        let root = root.parse()?;
        let known = Checkpoint::parse(rest)?;
        if known.origin() != old {
            return Err(missing("最后已知的检查点不是原来日志的"));
        }
        if known.size() <= from {
            return Err(missing("什么也没有少"));
        }
        let restart = Self { from, root, known };
        // One spelling only, and three lines of a head.
        match restart.to_string() == record && rest.lines().count() == 3 {
            true => Ok(restart),
            false => Err(missing("写法不是规定的那一种")),
        }
    }

    /// How many entries of the old log are left, with which the new one begins.
    #[must_use]
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// The root over them.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The last head that was known of the old log.
    #[must_use]
    pub const fn known(&self) -> &Checkpoint {
        &self.known
    }
}

impl fmt::Display for Restart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, from, root) = (self.known.origin(), self.from, self.root);
        write!(f, "{HEADER}old {old}\nfrom {from} {root}\n{}", self.known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_in_one_spelling_and_says_that_something_was_lost() {
        let head = |size| Checkpoint::new("log.example/1", size, Hash::of(b"head")).unwrap();
        let restart = Restart::new(7, Hash::of(b"left"), head(9)).unwrap();
        let text = restart.to_string();
        assert_eq!(Restart::parse(&text), Ok(restart));
        for wrong in [
            text.replace("from 7", "from 07"),
            text.replace("from 7", "from 9"),
            text.replacen("log.example/1", "log.example/2", 1),
            text.replace("shuang/2", "shuang/1"),
            format!("{text}extension\n"),
            text.trim_end().to_owned(),
        ] {
            assert!(Restart::parse(&wrong).is_err(), "{wrong}");
        }
        let nothing = Restart::new(9, Hash::of(b"left"), head(9)).unwrap_err();
        assert_eq!(nothing.code(), "TLOG-061");
    }
}
