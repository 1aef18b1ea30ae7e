//! The checks of §8.1 by their numbers, and what was found under each.
//!
//! Deliberately absent: 5 (the signature of a drand value), 20 (receipts) and what a check is called;
//! those are the crate `verify`'s.

use super::Bundle;
use super::replay::Replay;
use crate::bundle::{BundleKind, Stage};
use crate::fault::Fault;

/// A point of §8.1: a check that [`Bundle::judge`] makes, by its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// FREEZE agrees with PLAN.
    Plan = 1,
    /// FREEZE as its lines show it.
    Freeze = 2,
    /// REVEAL answers FREEZE.
    Reveal = 3,
    /// seed.txt answers FREEZE and REVEAL.
    Seed = 4,
    /// The level reached is enough.
    Level = 6,
    /// RESULT names FREEZE, seed and strata.
    Result = 7,
    /// VOID names what is void.
    Void = 8,
    /// OPEN names how the attempt ended, the changes and two files.
    Open = 9,
    /// The files are those RESULT names.
    Files = 10,
    /// Order files are sorted, whole, and give the cut-offs.
    Orders = 11,
    /// Opened leaves are in the tree, each once, in known strata and areas.
    Leaves = 12,
    /// The opened leaves of one subject fit each other.
    Subjects = 13,
    /// Exactly the drawn and the `must` leaves are opened.
    Drawn = 14,
    /// Teams and leaders are those of the visits.
    Visits = 15,
    /// Changes follow each other and move exactly what they are about.
    Changes = 16,
    /// persons.tsv opens exactly the persons that occur.
    Persons = 17,
    /// Everything again from the frame and S.
    Frame = 18,
    /// Every change again by §6.
    Replay = 19,
    /// The order of the records in the log.
    Order = 21,
    /// The intervals by the times the log claims.
    Times = 22,
}

impl Point {
    /// Its number in §8.1.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// A fault and the check that found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check, by its number.
    pub point: Point,
    /// What is wrong.
    pub fault: Fault,
}

/// Faults of one check.
pub(super) fn under(
    point: Point,
    faults: impl IntoIterator<Item = Fault>,
) -> impl Iterator<Item = Finding> {
    let found = move |fault| Finding { point, fault };
    faults.into_iter().map(found)
}

impl Bundle<'_> {
    /// The checks that stage and kind of this bundle allow besides those of the log, ascending; that of the changes only
    /// if one of them was recomputed.
    pub(super) fn points(&self, replay: Option<Replay>) -> Vec<Point> {
        let drawn = self.contents.kind == BundleKind::Drawn;
        let (opened, full) = (
            self.opened.is_some(),
            self.contents.stage == Stage::Full && self.frame.is_some(),
        );
        let changes = self.contents.changes > 0;
        let all = [
            (Point::Plan, self.freeze.is_some()),
            (Point::Freeze, self.freeze.is_some()),
            (Point::Reveal, self.reveal.is_some()),
            (Point::Seed, self.drawn.is_some()),
            (Point::Level, drawn),
            (Point::Result, self.drawn.is_some()),
            (Point::Void, self.void.is_some()),
            (Point::Open, opened),
            (Point::Files, opened),
            (Point::Orders, opened),
            (Point::Leaves, opened),
            (Point::Subjects, opened),
            (Point::Drawn, opened),
            (Point::Visits, opened),
            (Point::Changes, opened && changes),
            (Point::Persons, opened),
            (Point::Frame, full),
            (Point::Replay, replay.is_some_and(Replay::is_made)),
        ];
        let made = all.into_iter().filter(|(_, made)| *made);
        made.map(|(point, _)| point).collect()
    }
}
