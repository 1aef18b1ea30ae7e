//! The public records of an attempt, one file per type: plan, freeze, reveal, result, void,
//! substitute, recuse, extend, part, open. Those that both versions have in one form carry their
//! version; those that only `shuang/2` has in its form stand in [`two`].
//!
//! Every record is text of LF-ended lines in one fixed order; what is printed is what is hashed.
//! `parse` is strict: an unknown, repeated or misplaced line is an error that names the line, and
//! what parses prints back to the same bytes. No record has a field for a subject's id: visits are
//! named by their line number in `teams.txt`, so that no public byte before OPEN can name a subject.

pub mod attempt;
pub mod extend;
pub mod freeze;
pub mod moves;
pub mod open;
pub mod part;
pub mod plan;
mod reader;
pub mod recuse;
pub mod result;
pub mod reveal;
pub mod substitute;
pub mod two;
pub mod void;

pub use attempt::AttemptRef;
pub use extend::ExtendRecord;
pub use freeze::{
    Assign, BeaconName, Committed, FreezeRecord, Hours, InspectorDraw, PartyLine, StratumLine,
    TeamSize,
};
pub use moves::{Lead, Move};
pub use open::{Ending, OpenRecord};
pub use part::PartRecord;
pub use plan::{PlanEdition, PlanRecord};
pub(crate) use reader::{Lines, number, text_of, words};
pub use recuse::RecuseRecord;
pub use result::ResultRecord;
pub use reveal::{RevealRecord, Revealed};
pub use substitute::SubstituteRecord;
pub use void::VoidRecord;

use crate::digest::{Digest, Suite};

/// The hash of a record: of the exact bytes it prints.
#[must_use]
pub fn hash_of(suite: Suite, record: &impl std::fmt::Display) -> Digest {
    suite.bytes(record.to_string().as_bytes())
}

#[cfg(test)]
mod tests;
