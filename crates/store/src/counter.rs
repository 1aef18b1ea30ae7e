//! Number series (编号): one per kind, issuer and year, without gaps.
//!
//! A number is taken in the transaction of the act it belongs to: an act that is refused takes none,
//! one that is voided later keeps its own. Two acts that take from the same series at once wait for each
//! other. Deliberately absent: how a number is written (`domain`), and giving one back.

use domain::id::EventId;

use crate::error::StoreError;
use crate::kernel::guard::{Recording, Tx};
use crate::kernel::reader::Query;
use crate::kernel::register::{Hold, Register};
use crate::kernel::value::Value;
use crate::schema::COUNTERS;

/// Which series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is numbered, by its stable name, e.g. `campaign`.
    pub kind: &'static str,
    /// Who numbers: the letters before the year, e.g. `411200-CG` or 机关代字.
    pub issuer: String,
    /// The year of the number.
    pub year: i64,
}

/// The next number of a series, held for the act under way.
#[must_use = "a number that is not taken is given to the next"]
#[derive(Clone, Debug)]
pub struct Next {
    series: Series,
    number: i64,
    seen: Option<EventId>,
}

impl Next {
    /// The number itself.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }
}

/// The next number; nobody else gets it until the act has ended. A series begins at 1 unless
/// [`begin_at`] said otherwise.
pub async fn next(tx: &mut Tx, series: Series) -> Result<Next, StoreError> {
    tx.hold(Register::Counters, Hold::Exclusive).await?;
    let query = Query::new("SELECT last, last_event FROM counters WHERE kind = ")
        .bind(series.kind)
        .push(" AND issuer = ")
        .bind(series.issuer.as_str())
        .push(" AND year = ")
        .bind(series.year);
    let (number, seen) = match tx.first(query).await? {
        Some(row) => (
            row.int("last")? + 1,
            Some(row.parsed("counters", "last_event", EventId::parse)?),
        ),
        None => (1, None),
    };
    Ok(Next {
        series,
        number,
        seen,
    })
}

/// Takes the number for the act.
pub async fn take(rec: &mut Recording, next: Next) -> Result<(), StoreError> {
    write(rec, next, 1).await
}

/// Begins a series that has no number yet at `first`, for a bureau that numbered on paper before.
pub async fn begin_at(rec: &mut Recording, series: Series, first: i64) -> Result<(), StoreError> {
    let next = Next {
        series,
        number: first - 1,
        seen: None,
    };
    write(rec, next, first).await
}

async fn write(rec: &mut Recording, next: Next, first: i64) -> Result<(), StoreError> {
    let Next {
        series,
        number,
        seen,
    } = next;
    match seen {
        Some(seen) => {
            let key = [
                Value::from(series.kind),
                Value::from(series.issuer),
                Value::from(series.year),
            ];
            rec.update(&COUNTERS, &key, &seen, vec![("last", number.into())])
                .await
        }
        None => {
            let row = vec![
                ("kind", series.kind.into()),
                ("issuer", series.issuer.into()),
                ("year", series.year.into()),
                ("first", first.into()),
                ("last", number.into()),
            ];
            rec.insert(&COUNTERS, row).await
        }
    }
}
