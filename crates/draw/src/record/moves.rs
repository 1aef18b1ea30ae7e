//! Lines by which a record says who goes where after the draw.
//!
//! A visit is named by its line number in `teams.txt`, from 1, never by its subject.

use std::fmt;
use std::str::FromStr;

use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::{number, words};

/// `move <visit> <stratum> <old> <new>`: a place in a team changes hands; `-` is an unfilled place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Line number in `teams.txt`, from 1.
    pub visit: u64,
    /// The team stratum of the place.
    pub stratum: Token,
    /// Who leaves, `None` where a place was unfilled.
    pub old: Option<Token>,
    /// Who takes the place, `None` if nobody can: unfilled (缺员).
    pub new: Option<Token>,
}

/// `lead <visit> <old> <new>`: the leader of a visit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Line number in `teams.txt`, from 1.
    pub visit: u64,
    /// The leader until now, `None` if there was none left.
    pub old: Option<Token>,
    /// The next leader line that may go, `None` if there is none.
    pub new: Option<Token>,
}

/// A number of a visit: from 1.
pub(crate) fn visit_number(text: &str) -> Result<u64, Fault> {
    match number(text)? {
        0 => Err(Fault::new(Code::NO_VISIT, "", "行号从 1 起。")),
        visit => Ok(visit),
    }
}

fn person(text: &str) -> Result<Option<Token>, Fault> {
    if text == "-" {
        Ok(None)
    } else {
        text.parse().map(Some)
    }
}

/// A person's code, or `-`.
pub(crate) fn dash(person: Option<&Token>) -> &str {
    person.map_or("-", Token::as_str)
}

impl FromStr for Move {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [visit, stratum, old, new] = words(rest)?;
        let (old, new) = (person(old)?, person(new)?);
        Ok(Self {
            visit: visit_number(visit)?,
            stratum: stratum.parse()?,
            old,
            new,
        })
    }
}

impl FromStr for Lead {
    type Err = Fault;

    fn from_str(rest: &str) -> Result<Self, Fault> {
        let [visit, old, new] = words(rest)?;
        Ok(Self {
            visit: visit_number(visit)?,
            old: person(old)?,
            new: person(new)?,
        })
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (dash(self.old.as_ref()), dash(self.new.as_ref()));
        writeln!(f, "move {} {} {old} {new}", self.visit, self.stratum)
    }
}

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (dash(self.old.as_ref()), dash(self.new.as_ref()));
        writeln!(f, "lead {} {old} {new}", self.visit)
    }
}

/// Writes moves, then leads.
pub(crate) fn write_all(f: &mut fmt::Formatter<'_>, moves: &[Move], leads: &[Lead]) -> fmt::Result {
    moves.iter().try_for_each(|line| write!(f, "{line}"))?;
    leads.iter().try_for_each(|line| write!(f, "{line}"))
}
