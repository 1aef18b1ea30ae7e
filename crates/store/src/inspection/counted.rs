//! How many visits count towards a yearly cap, and which: a freeze counts all that were drawn, what is tried for somebody's
//! eyes only those that have begun.

use std::collections::BTreeMap;

use domain::id::SubjectId;
use domain::inspection::InspectionKind;

use super::TABLE;
use crate::error::StoreError;
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

/// Visits per subject since a moment, for the yearly cap.
pub async fn visits_since(
    reader: &mut Reader,
    since_ms: i64,
    counted: Counted,
) -> Result<Vec<(SubjectId, i64)>, StoreError> {
    let mut query = Query::new(
        "SELECT subject_id, CAST(COUNT(*) AS BIGINT) AS n FROM inspections WHERE state_at_ms >= ",
    )
    .bind(since_ms);
    if counted == Counted::Begun {
        query = query
            .push(" AND state <> ")
            .bind(InspectionKind::Assigned.name())
            .push(" AND state <> ")
            .bind(InspectionKind::Postponing.name());
    }
    let query = query.push(" GROUP BY subject_id ORDER BY subject_id");
    let mut visits: BTreeMap<SubjectId, i64> = BTreeMap::new();
    for row in reader.all(query).await? {
        let subject = row.parsed(TABLE, "subject_id", SubjectId::parse)?;
        visits.insert(subject, row.int("n")?);
    }
    let sealed = match counted {
        Counted::Drawn => sealed_visit::every(reader).await?,
        Counted::Begun => Vec::new(),
    };
    for one in sealed {
        if one.state_at_ms >= since_ms {
            *visits.entry(one.visit.subject).or_default() += 1;
        }
    }
    Ok(visits.into_iter().collect())
}
