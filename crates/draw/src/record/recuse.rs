//! RECUSE (回避) after the draw: one visit moves by the same rule as a substitution.
//!
//! Raised by the inspector, by the party at the door, or found out; decided by the head. Why two
//! people must not meet is private: the record says who raised it, the paper says why.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::moves::{self, Lead, Move};
use crate::record::{AttemptRef, Lines};
use crate::version::Version;

/// Who raised the recusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RaisedBy {
    /// The inspector himself (自行回避).
    Inspector,
    /// The party at the door (申请回避).
    Subject,
    /// Found out otherwise (指令回避).
    Found,
}

impl FromStr for RaisedBy {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        match text {
            "inspector" => Ok(Self::Inspector),
            "subject" => Ok(Self::Subject),
            "found" => Ok(Self::Found),
            _ => Err(Fault::new(
                Code::LINE,
                "",
                "应为 inspector、subject 或 found。",
            )),
        }
    }
}

impl fmt::Display for RaisedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inspector => "inspector",
            Self::Subject => "subject",
            Self::Found => "found",
        })
    }
}

/// The record RECUSE.
#[doc(alias = "回避")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecuseRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// Running number over substitute, recuse and extend of this attempt, from 1.
    pub sequence: u64,
    /// Line number of the visit in `teams.txt`, from 1.
    pub visit: u64,
    /// Who is recused.
    pub inspector: Token,
    /// Who raised it.
    pub raised_by: RaisedBy,
    /// Who decided, as a code.
    pub approver: Token,
    /// Hash of the signed paper.
    pub document: Digest,
    /// The place that moves, if he is in the team.
    pub moves: Vec<Move>,
    /// The lead that moves, if he leads the visit.
    pub leads: Vec<Lead>,
}

impl RecuseRecord {
    /// Reads a RECUSE.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::One, "recuse")?;
        let record = Self {
            attempt: AttemptRef::read(&mut lines)?,
            sequence: lines.count("sequence")?,
            visit: lines.read("visit", |rest| Version::One.visit(rest))?,
            inspector: lines.value("inspector")?,
            raised_by: lines.value("raised-by")?,
            approver: lines.value("approver")?,
            document: lines.value("document")?,
            moves: lines.all("move", |rest| Move::read(Version::One, rest))?,
            leads: lines.all("lead", |rest| Lead::read(Version::One, rest))?,
        };
        lines.end()?;
        Ok(record)
    }
}

impl fmt::Display for RecuseRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            attempt,
            sequence,
            visit,
            inspector,
            raised_by,
            approver,
            document,
            ..
        } = self;
        write!(
            f,
            "shuang/1 recuse\n{attempt}sequence {sequence}\nvisit {visit}\n"
        )?;
        write!(f, "inspector {inspector}\nraised-by {raised_by}\n")?;
        write!(f, "approver {approver}\ndocument {document}\n")?;
        moves::write_all(f, &self.moves, &self.leads)
    }
}
