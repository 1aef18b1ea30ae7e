//! How many visits count towards a yearly cap, and which: a freeze counts all that were drawn, what is tried for somebody's
//! eyes only those that have begun.
//!
//! A visit counts in the year in which it was made, whenever its result is confirmed or published; one that is still ahead
//! counts where it is asked for. Drawn and not handed out, it is ahead until the last day of its plan is over, by the
//! newest entry of the log: nobody is spared by a list that nobody works off.

use std::collections::BTreeMap;

use domain::id::SubjectId;
use domain::inspection::{InspectionKind, VISIT};
use domain::time::Instant;

use super::TABLE;
use crate::error::StoreError;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::sealed_visit;

/// Which visits count towards the yearly cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// All that were drawn: two draws must not both spend the last visit of a year.
    Drawn,
    /// Those whose teams were at the door: what is tried for anybody's eyes tells nothing of who was drawn.
    Begun,
}

/// Visits per subject made since a moment, for the yearly cap; with [`Counted::Drawn`] those that are ahead as well.
pub async fn visits_since(
    reader: &mut Reader,
    since_ms: i64,
    counted: Counted,
) -> Result<Vec<(SubjectId, i64)>, StoreError> {
    // What was made since then was written since then; what is ahead may have been written before.
    let ahead = [InspectionKind::Assigned, InspectionKind::Postponing];
    let mut query =
        Query::new("SELECT inspection_id, life FROM inspections WHERE (state_at_ms >= ")
            .bind(since_ms)
            .push(" AND state NOT IN (")
            .bind_list(ahead.iter().map(|kind| kind.name().into()))
            .push("))");
    if counted == Counted::Drawn {
        query = query
            .push(" OR state IN (")
            .bind_list(ahead.iter().map(|kind| kind.name().into()))
            .push(")");
    }
    let mut visits: BTreeMap<SubjectId, i64> = BTreeMap::new();
    for row in reader.all(query).await? {
        let visit = row.kept(TABLE, "life", "inspection_id", &VISIT)?;
        let made = visit.made_at().map(Instant::unix_ms);
        if made.is_none_or(|made| made >= since_ms) {
            *visits.entry(visit.subject).or_default() += 1;
        }
    }
    if counted == Counted::Drawn {
        let (_, newest_ms) = log::standing(reader).await?;
        let today = Instant::from_unix_ms(newest_ms).date();
        for one in sealed_visit::every_ahead(reader, today).await? {
            *visits.entry(one.visit.subject).or_default() += 1;
        }
    }
    Ok(visits.into_iter().collect())
}
