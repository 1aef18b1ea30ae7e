//! SUBSTITUTE, RECUSE and EXTEND of `shuang/2` (递补、回避、增补): one file `change-<n>.txt` each.
//!
//! Persons stand as hashes that `persons.tsv` opens, so that a public record names nobody before OPEN;
//! the visits that were closed when the act took effect stand in it, so that a stranger can recompute
//! it. Reasons stay in the documents.

use std::fmt;

use super::Approval;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::record::moves::{Lead, Move, write_all};
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// SUBSTITUTE: a person is withdrawn for the rest of the attempt.
    Substitute {
        /// Who.
        person: Digest,
        /// By whose leave.
        approval: Approval,
    },
    /// RECUSE: a person leaves one visit.
    Recuse {
        /// Line number in `teams.txt`, from 1.
        visit: u64,
        /// Who.
        person: Digest,
        /// By whose leave.
        approval: Approval,
    },
    /// EXTEND: borrowed inspectors fill the places nobody could take.
    Extend {
        /// `H(FREEZE)` of the borrowed frame.
        borrowed: Digest,
        /// `H(RESULT)` of the borrowed frame.
        result: Digest,
    },
}

/// A record of what followed the draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Running number over all changes of this attempt, from 1.
    pub sequence: u64,
    /// What was done.
    pub act: Act,
    /// The visits that were not open, ascending.
    pub closed: Vec<u64>,
    /// Places that change hands, in visit order.
    pub moves: Vec<Move<Digest>>,
    /// Leads that change hands, in visit order.
    pub leads: Vec<Lead<Digest>>,
}

impl Act {
    /// The word in the first line.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Substitute { .. } => "substitute",
            Self::Recuse { .. } => "recuse",
            Self::Extend { .. } => "extend",
        }
    }

    /// The person it is about, if it is about one.
    #[must_use]
    pub fn person(&self) -> Option<Digest> {
        match self {
            Self::Substitute { person, .. } | Self::Recuse { person, .. } => Some(*person),
            Self::Extend { .. } => None,
        }
    }

    fn read(word: &str, lines: &mut Lines<'_>) -> Result<Self, Fault> {
        match word {
            "substitute" => Ok(Self::Substitute {
                person: lines.value("person")?,
                approval: Approval::read(lines)?,
            }),
            "recuse" => Ok(Self::Recuse {
                visit: lines.read("visit", |rest| Version::Two.visit(rest))?,
                person: lines.value("person")?,
                approval: Approval::read(lines)?,
            }),
            _ => Ok(Self::Extend {
                borrowed: lines.value("borrowed")?,
                result: lines.value("result")?,
            }),
        }
    }
}

impl ChangeRecord {
    /// Reads a SUBSTITUTE, RECUSE or EXTEND of `shuang/2`.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed; closed visits out of order; an EXTEND
    /// that moves somebody away. The order of `move` and `lead` lines is a check (§8.1, 16), not grammar.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let two = Version::Two;
        let says = |word: &&&str| bytes.starts_with(format!("{two} {word}\n").as_bytes());
        let words = ["substitute", "recuse", "extend"];
        let word = words.iter().find(says).unwrap_or(&"substitute");
        let mut lines = Lines::only(bytes, two, word)?;
        let attempt = AttemptRef::read(&mut lines)?;
        let sequence = lines.count("sequence")?;
        if sequence == 0 {
            return Err(lines.refuse("序号从 1 起。"));
        }
        let act = Act::read(word, &mut lines)?;
        let record = Self {
            attempt,
            sequence,
            act,
            closed: lines.all("closed", |rest| two.visit(rest))?,
            moves: lines.all("move", |rest| Move::read(two, rest))?,
            leads: match act {
                Act::Extend { .. } => Vec::new(),
                _ => lines.all("lead", |rest| Lead::read(two, rest))?,
            },
        };
        if !record.closed.is_sorted_by(|a, b| a < b) {
            return Err(lines.refuse("closed 各行须按检查的次序。"));
        }
        let extends = matches!(act, Act::Extend { .. });
        if extends && record.moves.iter().any(|line| line.old.is_some()) {
            return Err(lines.refuse("增补只补缺员：move 行离开的一方须为 -。"));
        }
        lines.end()?;
        Ok(record)
    }

    /// Every person the record names.
    pub fn persons(&self) -> impl Iterator<Item = Digest> + '_ {
        let moves = self.moves.iter().flat_map(|line| [line.old, line.new]);
        let leads = self.leads.iter().flat_map(|line| [line.old, line.new]);
        let named = moves.chain(leads).flatten();
        self.act.person().into_iter().chain(named)
    }
}

impl fmt::Display for ChangeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt, sequence, ..
        } = self;
        let word = self.act.word();
        write!(f, "{} {word}\n{attempt}sequence {sequence}\n", Version::Two)?;
        match &self.act {
            Act::Substitute { person, approval } => write!(f, "person {person}\n{approval}")?,
            Act::Recuse {
                visit,
                person,
                approval,
            } => write!(f, "visit {visit}\nperson {person}\n{approval}")?,
            Act::Extend { borrowed, result } => {
                write!(f, "borrowed {borrowed}\nresult {result}\n")?;
            }
        }
        self.closed
            .iter()
            .try_for_each(|visit| writeln!(f, "closed {visit}"))?;
        write_all(f, &self.moves, &self.leads)
    }
}
