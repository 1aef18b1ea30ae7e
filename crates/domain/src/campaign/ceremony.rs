//! The ceremony (抽取仪式) at which nonces are taken under `shuang/2`: from the announced time on, a host who signed in
//! begins it, and somebody from outside the act is present – by an account, by the link of a party, or on paper.
//!
//! Deliberately absent: who may host or attend, which is a matter of [`crate::policy`], and any proof of presence: it rests
//! on who says so and on the paper.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, PartyToken};
use crate::refusal::{Refusal, codes};
use crate::time::Instant;

use super::state::Step;

/// A ceremony that has begun.
#[doc(alias = "抽取仪式")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceremony {
    /// Who hosts it, and when it began.
    pub host: Step,
    /// Who is present, in the order of coming.
    pub witnesses: Vec<Witness>,
}

/// Somebody who is present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Who, and by what it is known.
    pub presence: Presence,
    /// Since when.
    pub at: Instant,
}

/// By what it is known that somebody is present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Presence {
    /// An account that may attend says so of itself.
    Account {
        /// Which.
        account: AccountId,
    },
    /// A party says so by its link.
    Link {
        /// Which.
        party: PartyToken,
    },
    /// A slip of paper that was signed; the host says so.
    Slip {
        /// The office and name of who signed, as written there.
        signed: String,
    },
}

/// A letter people can tell from another: of the ideographs as every keyboard writes them, or of a to z. Look-alikes of
/// other blocks are none, and nothing that is not seen.
fn is_letter(one: char) -> bool {
    matches!(one, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
        || one.is_ascii_alphabetic()
}

/// What may stand on a slip: letters, digits, and what is written between them.
fn is_written(one: char) -> bool {
    is_letter(one) || one.is_ascii_digit() || " \u{3000}·・.．-－、，,（）()“”《》〇○".contains(one)
}

/// Who is named, without what is written between the letters.
fn bare(words: &str) -> String {
    let letters = words
        .chars()
        .filter(|one| is_letter(*one) || one.is_ascii_digit());
    letters.flat_map(char::to_lowercase).collect()
}

/// The fewest and the most letters of an office, and of a name, on a slip.
const SLIP_WORDS: std::ops::RangeInclusive<usize> = 2..=29;

impl Presence {
    /// On paper: of this office and this name, each as written on the slip.
    ///
    /// # Errors
    /// `DRAW-068` unless each says something.
    pub fn on_slip(office: &str, name: &str) -> Result<Self, Refusal> {
        let [office, name] = [office, name].map(str::trim);
        let says = |words: &str| {
            SLIP_WORDS.contains(&words.chars().count())
                && words.chars().all(is_written)
                && words.chars().filter(|one| is_letter(*one)).count() >= *SLIP_WORDS.start()
        };
        match says(office) && says(name) {
            true => Ok(Self::Slip {
                signed: format!("{office} {name}"),
            }),
            false => Err(codes::DRAW_SLIP_WORDS.refuse(&[])),
        }
    }

    /// Whether a slip names this person, with a title or not, in either of its fields.
    #[must_use]
    pub fn names(&self, person: &str) -> bool {
        let person = bare(person);
        match self {
            Self::Slip { signed } => !person.is_empty() && bare(signed).contains(&person),
            Self::Account { .. } | Self::Link { .. } => false,
        }
    }

    /// Whether both say that the same one is present.
    fn is_of_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Slip { signed }, Self::Slip { signed: other }) => bare(signed) == bare(other),
            (one, other) => one == other,
        }
    }
}

impl Ceremony {
    /// Whether somebody is present in this way already.
    #[must_use]
    pub fn has(&self, presence: &Presence) -> bool {
        let mut known = self.witnesses.iter();
        known.any(|one| one.presence.is_of_the_same(presence))
    }
}
