//! How far the change records of a bundle were recomputed by §6 (point 19 of §8.1), and what stopped it.
//!
//! A change whose places are right (point 16) may still bring in somebody the rules do not give; only what is
//! counted here says that who came had to come. Deliberately absent: the words for it.

use crate::digest::Digest;

/// Why the next change record was not recomputed, or is not what the rules give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The stage of the bundle has neither frame nor S.
    Frameless,
    /// FREEZE or the draw does not follow from the frame and S, so nothing that rests on it can.
    Unfounded,
    /// The draw of the borrowed frame with this `H(FREEZE)`, which the record names, is not at hand.
    Unborrowed(Digest),
    /// The record is not what the rules give.
    Differs,
}

/// How many change records were recomputed and are the same, from the first on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// So many, counted from the first.
    pub same: u64,
    /// What stopped it at the record after these; `None` if there is no further one.
    pub halt: Option<Halt>,
}

impl Replay {
    pub(super) fn stopped(same: u64, halt: Halt) -> Self {
        Self {
            same,
            halt: Some(halt),
        }
    }

    /// Whether any record was held against what the rules give.
    pub(super) fn is_made(self) -> bool {
        self.same > 0 || self.halt == Some(Halt::Differs)
    }
}
