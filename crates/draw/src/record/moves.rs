//! Lines by which a record says who goes where after the draw.
//!
//! A visit is named by its line number in `teams.txt`, from 1, never by its subject. A person is
//! named by his code in `shuang/1` and by a hash of it in `shuang/2`.

use std::fmt;
use std::str::FromStr;

use crate::fault::Fault;
use crate::name::Token;
use crate::record::words;
use crate::version::Version;

/// `move <visit> <stratum> <old> <new>`: a place in a team changes hands; `-` is an unfilled place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move<P = Token> {
    /// Line number in `teams.txt`, from 1.
    pub visit: u64,
    /// The team stratum of the place.
    pub stratum: Token,
    /// Who leaves, `None` where a place was unfilled.
    pub old: Option<P>,
    /// Who takes the place, `None` if nobody can: unfilled (缺员).
    pub new: Option<P>,
}

/// `lead <visit> <old> <new>`: the leader of a visit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead<P = Token> {
    /// Line number in `teams.txt`, from 1.
    pub visit: u64,
    /// The leader until now, `None` if there was none left.
    pub old: Option<P>,
    /// The next leader line that may go, `None` if there is none.
    pub new: Option<P>,
}

fn person<P: FromStr<Err = Fault>>(text: &str) -> Result<Option<P>, Fault> {
    if text == "-" {
        Ok(None)
    } else {
        text.parse().map(Some)
    }
}

fn dash<P: fmt::Display>(person: Option<&P>) -> String {
    person.map_or("-".to_owned(), P::to_string)
}

impl<P: FromStr<Err = Fault>> Move<P> {
    pub(crate) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [visit, stratum, old, new] = words(rest)?;
        let (old, new) = (person(old)?, person(new)?);
        Ok(Self {
            visit: version.visit(visit)?,
            stratum: version.dashed(stratum)?,
            old,
            new,
        })
    }
}

impl<P: FromStr<Err = Fault>> Lead<P> {
    pub(crate) fn read(version: Version, rest: &str) -> Result<Self, Fault> {
        let [visit, old, new] = words(rest)?;
        Ok(Self {
            visit: version.visit(visit)?,
            old: person(old)?,
            new: person(new)?,
        })
    }
}

impl<P: fmt::Display> fmt::Display for Move<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (dash(self.old.as_ref()), dash(self.new.as_ref()));
        writeln!(f, "move {} {} {old} {new}", self.visit, self.stratum)
    }
}

impl<P: fmt::Display> fmt::Display for Lead<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (old, new) = (dash(self.old.as_ref()), dash(self.new.as_ref()));
        writeln!(f, "lead {} {old} {new}", self.visit)
    }
}

/// Writes moves, then leads.
pub(crate) fn write_all<P: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    moves: &[Move<P>],
    leads: &[Lead<P>],
) -> fmt::Result {
    moves.iter().try_for_each(|line| write!(f, "{line}"))?;
    leads.iter().try_for_each(|line| write!(f, "{line}"))
}
