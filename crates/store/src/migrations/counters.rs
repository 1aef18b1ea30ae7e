//! 0006: the campaigns there are have taken numbers; their series go on where they stand.

use std::collections::BTreeMap;
use std::pin::Pin;

use crate::error::StoreError;
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;

table! {
    /// As `0006_ground` made it.
    traced COUNTERS = "counters" of Counters key(kind, issuer, year) {
        kind: text public,
        issuer: text public,
        year: int public,
        first: int public,
        last: int public,
    }
}

/// One series per issuer and year, from numbers of the form `411200-CG-2026-0001`.
pub(super) fn from_campaigns(
    moving: &mut Moving,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
    Box::pin(async move {
        let query = Query::new("SELECT number FROM campaigns ORDER BY number");
        let mut series: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for row in moving.all(query).await? {
            let number = row.text("number")?;
            let taken = parts(number).ok_or_else(|| {
                StoreError::inconsistent("campaigns", "number", number, "not of a series")
            })?;
            let last = series.entry((taken.0, taken.1)).or_default();
            *last = (*last).max(taken.2);
        }
        for ((issuer, year), last) in series {
            let row = vec![
                ("kind", "campaign".into()),
                ("issuer", issuer.into()),
                ("year", year.into()),
                ("first", 1.into()),
                ("last", last.into()),
            ];
            moving.insert(&COUNTERS, row).await?;
        }
        Ok(())
    })
}

fn parts(number: &str) -> Option<(String, i64, i64)> {
    let (rest, sequence) = number.rsplit_once('-')?;
    let (issuer, year) = rest.rsplit_once('-')?;
    Some((
        issuer.to_owned(),
        year.parse().ok()?,
        sequence.parse().ok()?,
    ))
}
