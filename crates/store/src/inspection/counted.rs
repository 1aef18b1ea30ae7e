//! How many visits count towards a yearly cap, and which: a freeze counts all that were drawn, what is tried for somebody's
//! eyes only those that have begun.
//!
//! A visit counts in the year in which it was made, whenever its result is confirmed or published; one that is still ahead
//! counts where it is asked for. Drawn and not handed out, it is ahead until the last day of its plan is over, by the
//! newest entry of the log: nobody is spared by a list that nobody works off.

use std::collections::BTreeMap;

use domain::id::SubjectId;
use domain::inspection::{Inspection, InspectionKind, VISIT};
use domain::time::Instant;

use super::TABLE;
use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Row;

/// Which visits count towards the yearly cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// All that were drawn: two draws must not both spend the last visit of a year.
    Drawn,
    /// Those whose teams were at the door: what is tried for anybody's eyes tells nothing of who was drawn.
    Begun,
}

/// What was made since then was written since then; what is ahead may have been written before.
const AHEAD: [InspectionKind; 2] = [InspectionKind::Assigned, InspectionKind::Postponing];

/// Visits per subject, counted towards the yearly cap.
pub(crate) struct Count {
    since_ms: i64,
    counted: Counted,
    visits: BTreeMap<SubjectId, i64>,
}

impl Count {
    /// Of the visits made since a moment; with [`Counted::Drawn`] those that are ahead as well.
    pub(crate) fn since(since: Instant, counted: Counted) -> Self {
        Self {
            since_ms: since.unix_ms(),
            counted,
            visits: BTreeMap::new(),
        }
    }

    /// Counts a row of the visits that stand in the clear.
    pub(crate) fn row(&mut self, row: &Row) -> Result<(), StoreError> {
        let state = row.text("state")?;
        let counts = match AHEAD.iter().any(|kind| kind.name() == state) {
            true => self.counted == Counted::Drawn,
            false => row.int("state_at_ms")? >= self.since_ms,
        };
        if counts {
            let visit = row.kept(TABLE, "life", "inspection_id", &VISIT)?;
            self.visit(&visit);
        }
        Ok(())
    }

    fn visit(&mut self, visit: &Inspection) {
        let made = visit.made_at().map(Instant::unix_ms);
        if made.is_none_or(|made| made >= self.since_ms) {
            self.ahead(visit.subject.clone());
        }
    }

    /// Counts a visit that is drawn and not yet handed out.
    pub(crate) fn ahead(&mut self, subject: SubjectId) {
        *self.visits.entry(subject).or_default() += 1;
    }

    /// How many of each subject count.
    pub(crate) fn visits(self) -> BTreeMap<SubjectId, i64> {
        self.visits
    }
}

/// Of the visits that were at the door since a moment: what is tried for somebody's eyes.
pub(crate) async fn begun_since(
    reader: &mut Reader,
    since: Instant,
) -> Result<BTreeMap<SubjectId, i64>, StoreError> {
    let mut count = Count::since(since, Counted::Begun);
    let query = Query::new(
        "SELECT inspection_id, state, state_at_ms, life FROM inspections WHERE state_at_ms >= ",
    );
    for row in reader.all(query.bind(since.unix_ms())).await? {
        count.row(&row)?;
    }
    Ok(count.visits())
}
