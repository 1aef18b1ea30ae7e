//! Number series (编号): one per kind, issuer and year, without gaps.
//!
//! A number is taken in the transaction of the act it belongs to: an act that is refused takes none,
//! one that is voided later keeps its own. Two acts that take from the same series at once wait for each
//! other. Deliberately absent: how a number is written (`domain`), and giving one back.

use domain::id::{EventId, OfficeLetters};

use crate::error::StoreError;
use crate::kernel::guard::{Recording, Tx};
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader, contains};
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
    const CAMPAIGNS: &str = "campaign";

    /// The campaigns of a bureau in a year: 411200-CG-2026-0001.
    #[must_use]
    pub fn of_campaigns(district: &str, letters: &str, year: i16) -> Self {
        Self {
            kind: Self::CAMPAIGNS,
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
    given: bool,
    seen: Option<EventId>,
}

impl Next {
    /// Whether the series has given a number already.
    #[must_use]
    pub fn has_given(&self) -> bool {
        self.given
    }

    /// The number itself.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }
}

/// The next number; nobody else gets it until the act has ended. A series begins at 1 unless
/// [`begin_at`] said otherwise.
///
/// # Errors
/// [`StoreError::Contradiction`] if the series is not as its last event left it, or is gone while numbers of it are in
/// use: a number would be given twice.
pub async fn next(tx: &mut Tx, series: Series) -> Result<Next, StoreError> {
    tx.hold(Register::Counters, Hold::Exclusive).await?;
    let query = Query::new("SELECT first, last, last_event FROM counters WHERE kind = ")
        .bind(series.kind)
        .push(" AND issuer = ")
        .bind(series.issuer.as_str())
        .push(" AND year = ")
        .bind(series.year);
    let (number, given, seen) = match tx.first(query).await? {
        Some(row) => {
            let last = row.int("last")?;
            let number = last.checked_add(1).ok_or_else(|| used_up(&series, last))?;
            let seen = row.parsed("counters", "last_event", EventId::parse)?;
            let given = last >= row.int("first")?;
            as_left(tx, &series).await?;
            (number, given, Some(seen))
        }
        None => {
            none_given(tx, &series).await?;
            (1, false, None)
        }
    };
    Ok(Next {
        series,
        number,
        given,
        seen,
    })
}

/// No bureau comes to the last number by numbering.
fn used_up(series: &Series, last: i64) -> StoreError {
    wrong(series, &format!("已到 {last}，不能再往上数"))
}

fn wrong(series: &Series, why: &str) -> StoreError {
    let Series { kind, issuer, year } = series;
    let place = format!("编号序列（表 counters 行 {kind} {issuer} {year}）");
    StoreError::contradiction(&place, why)
}

/// The series stands as the log says: what counts on from it is not what somebody else put there.
async fn as_left(tx: &mut Tx, series: &Series) -> Result<(), StoreError> {
    let key = [
        Value::from(series.kind),
        Value::from(series.issuer.as_str()),
        Value::from(series.year),
    ];
    match log::last_written(tx, &COUNTERS, &key).await {
        Ok(_) => Ok(()),
        Err(StoreError::Contradiction { why, .. }) => {
            Err(wrong(series, &format!("{why}，接着编号会重号或断号")))
        }
        Err(other) => Err(other),
    }
}

/// A series that is not there has given nothing. Only numbers of campaigns are in use so far.
async fn none_given(tx: &mut Tx, series: &Series) -> Result<(), StoreError> {
    if series.kind != Series::CAMPAIGNS {
        return Ok(());
    }
    let begins = contains(&format!("{}-{}-", series.issuer, series.year));
    let query = Query::new("SELECT number FROM campaigns WHERE number LIKE ")
        .bind(begins.trim_start_matches('%'))
        .push(" ESCAPE '!' ORDER BY number DESC LIMIT 1");
    match tx.first(query).await? {
        None => Ok(()),
        Some(row) => {
            let used = row.text("number")?;
            let why = format!("不在了，而编号 {used} 已经给出，接着编号会重号");
            Err(wrong(series, &why))
        }
    }
}

/// Takes the number for the act.
pub async fn take(rec: &mut Recording, next: Next) -> Result<(), StoreError> {
    write(rec, next, None).await
}

/// Lets a held series begin at `at`, for a bureau that numbered elsewhere before. `next` must have come from the same
/// act.
///
/// # Errors
/// [`StoreError::Conflict`] if the series has given a number: it would be given twice, or others never.
pub async fn begin_at(rec: &mut Recording, next: Next, at: i64) -> Result<(), StoreError> {
    if next.given {
        return Err(StoreError::Conflict {
            table: "counters",
            what: format!("{} 已经给出", next.number - 1),
        });
    }
    let moved = Next {
        number: at - 1,
        ..next
    };
    write(rec, moved, Some(at)).await
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

async fn write(rec: &mut Recording, next: Next, begins: Option<i64>) -> Result<(), StoreError> {
    let Next {
        series,
        number,
        given: _,
        seen,
    } = next;
    match seen {
        Some(seen) => {
            let key = [
                Value::from(series.kind),
                Value::from(series.issuer),
                Value::from(series.year),
            ];
            let mut changes = vec![("last", number.into())];
            changes.extend(begins.map(|first| ("first", first.into())));
            rec.update(&COUNTERS, &key, &seen, changes).await
        }
        None => {
            let row = vec![
                ("kind", series.kind.into()),
                ("issuer", series.issuer.into()),
                ("year", series.year.into()),
                ("first", begins.unwrap_or(1).into()),
                ("last", number.into()),
            ];
            rec.insert(&COUNTERS, row).await
        }
    }
}
