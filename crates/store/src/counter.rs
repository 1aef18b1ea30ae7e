//! Number series (编号): one per kind, issuer and year, without gaps.
//!
//! A number is taken in the transaction of the act it belongs to: an act that is refused takes none,
//! one that is voided later keeps its own. Two acts that take from the same series at once wait for each
//! other. Deliberately absent: how a number is written (`domain`), and giving one back.

use domain::id::{EventId, OfficeLetters};

use crate::error::StoreError;
use crate::kernel::guard::{Recording, Tx};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::register::{Hold, Register};
use crate::kernel::value::{Row, Value};
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

impl Series {
    /// The campaigns of a bureau in a year: 411200-CG-2026-0001.
    #[must_use]
    pub fn of_campaigns(district: &str, letters: &str, year: i16) -> Self {
        Self {
            kind: "campaign",
            issuer: format!("{district}-{letters}"),
            year: i64::from(year),
        }
    }

    /// The documents under one 机关代字 in a year: 样城检字〔2026〕1号.
    #[must_use]
    pub fn of_documents(letters: &OfficeLetters, year: i16) -> Self {
        Self {
            kind: "document",
            issuer: letters.as_str().to_owned(),
            year: i64::from(year),
        }
    }
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

/// Lets a held series go on at `at`, for a bureau that numbered elsewhere before: the numbers below are taken as
/// given. `next` must have come from the same act.
///
/// # Errors
/// [`StoreError::Conflict`] if this number or a later one was given already.
pub async fn begin_at(rec: &mut Recording, next: Next, at: i64) -> Result<(), StoreError> {
    if at < next.number {
        return Err(StoreError::Conflict {
            table: "counters",
            what: format!("{} 已经给出", next.number - 1),
        });
    }
    let moved = Next {
        number: at - 1,
        ..next
    };
    write(rec, moved, at).await
}

/// A series as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSeries {
    /// What is numbered.
    pub kind: String,
    /// Who numbers.
    pub issuer: String,
    /// The year.
    pub year: i64,
    /// The number it began at.
    pub first: i64,
    /// The number given last; one less than `first` if none was.
    pub last: i64,
}

/// Every series, by kind, issuer and year.
pub async fn all(reader: &mut Reader) -> Result<Vec<StoredSeries>, StoreError> {
    let query = Query::new(
        "SELECT kind, issuer, year, first, last FROM counters ORDER BY kind, issuer, year",
    );
    let series = |row: &Row| {
        Ok(StoredSeries {
            kind: row.text("kind")?.to_owned(),
            issuer: row.text("issuer")?.to_owned(),
            year: row.int("year")?,
            first: row.int("first")?,
            last: row.int("last")?,
        })
    };
    reader.all(query).await?.iter().map(series).collect()
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
