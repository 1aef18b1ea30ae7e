//! Uploaded registers on their way in: where each stands, its rows, and what is wrong with them.
//!
//! All untraced: what counts is the one event at the end, and the act itself moves the state to
//! “done” in the same transaction. Every change names the state it starts from, so that a program
//! that was overtaken (cancelled, restarted elsewhere) finds out instead of going on. Deliberately
//! absent: the meaning of states and summaries (`app::staging`).

use domain::id::{AccountId, OrgUnitId};

use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::kernel::table::UntracedTable;
use crate::kernel::value::{Row, Value};
use crate::schema::{IMPORT_FAULTS, IMPORT_ROWS, IMPORTS};

const TABLE: &str = "imports";
const COLUMNS: &str = "SELECT import_id, account_id, org_unit_id, register, file_name, state, done_rows, summary, started_at_ms, updated_at_ms FROM imports";

/// One upload and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImport {
    /// Its key.
    pub id: String,
    /// Who uploaded it; none for the command line.
    pub account: Option<AccountId>,
    /// The unit whose register it goes into.
    pub unit: OrgUnitId,
    /// Which register, by its stable name.
    pub register: String,
    /// The name of the file on the sender's machine.
    pub file_name: String,
    /// The state, by its stable name.
    pub state: String,
    /// Rows handled so far in this state.
    pub done_rows: i64,
    /// What is known so far, as JSON.
    pub summary: String,
    /// When it was uploaded, unix milliseconds.
    pub started_at_ms: i64,
    /// When it last moved.
    pub updated_at_ms: i64,
}

/// Which of the two row tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lot {
    /// Every row of the file.
    Rows,
    /// Rows that cannot be imported.
    Faults,
}

impl Lot {
    fn table(self) -> &'static UntracedTable {
        match self {
            Self::Rows => &IMPORT_ROWS,
            Self::Faults => &IMPORT_FAULTS,
        }
    }
}

/// A row of a list, which may hold what this program cannot read.
#[derive(Debug)]
pub struct ListedImport {
    /// Its key.
    pub id: String,
    /// When it was uploaded, unix milliseconds.
    pub started_at_ms: i64,
    /// The whole of it.
    pub import: Result<StoredImport, StoreError>,
}

fn listed(rows: &[Row]) -> Result<Vec<ListedImport>, StoreError> {
    let listed = rows.iter().map(|row| {
        Ok(ListedImport {
            id: row.text("import_id")?.to_owned(),
            started_at_ms: row.int("started_at_ms")?,
            import: import(row),
        })
    });
    listed.collect()
}

fn import(row: &Row) -> Result<StoredImport, StoreError> {
    let id = row.text("import_id")?;
    let wrong = |column: &str, error: domain::id::IdError| {
        StoreError::inconsistent(TABLE, column, id, &error.to_string())
    };
    let account = row
        .maybe_text("account_id")?
        .map(AccountId::parse)
        .transpose();
    let unit = OrgUnitId::parse(row.text("org_unit_id")?);
    Ok(StoredImport {
        id: id.to_owned(),
        account: account.map_err(|error| wrong("account_id", error))?,
        unit: unit.map_err(|error| wrong("org_unit_id", error))?,
        register: row.text("register")?.to_owned(),
        file_name: row.text("file_name")?.to_owned(),
        state: row.text("state")?.to_owned(),
        done_rows: row.int("done_rows")?,
        summary: row.text("summary")?.to_owned(),
        started_at_ms: row.int("started_at_ms")?,
        updated_at_ms: row.int("updated_at_ms")?,
    })
}

/// The upload with that key.
pub async fn get(reader: &mut Reader, id: &str) -> Result<Option<StoredImport>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE import_id = ").bind(id);
    reader.first(query).await?.as_ref().map(import).transpose()
}

/// The latest uploads of an account into one register, newest first.
pub async fn of_account(
    reader: &mut Reader,
    account: &AccountId,
    register: &str,
    limit: i64,
) -> Result<Vec<ListedImport>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE account_id = ")
        .bind(account.as_str())
        .push(" AND register = ")
        .bind(register)
        .push(" ORDER BY started_at_ms DESC, import_id LIMIT ")
        .bind(limit);
    listed(&reader.all(query).await?)
}

/// Uploads in one of these states, oldest first.
pub async fn in_states(
    reader: &mut Reader,
    states: &[&str],
) -> Result<Vec<ListedImport>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE state IN (")
        .bind_list(states.iter().map(|state| Value::from(*state)))
        .push(") ORDER BY started_at_ms, import_id");
    listed(&reader.all(query).await?)
}

/// Uploads that have not moved since `before_ms`.
pub async fn idle_since(
    reader: &mut Reader,
    before_ms: i64,
) -> Result<Vec<ListedImport>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE updated_at_ms < ")
        .bind(before_ms);
    listed(&reader.all(query.push(" ORDER BY import_id")).await?)
}

/// Begins an upload; one with the same key is a conflict.
pub async fn begin(inside: &mut Inside<'_>, new: &StoredImport) -> Result<(), StoreError> {
    inside
        .insert(
            &IMPORTS,
            vec![
                ("import_id", new.id.as_str().into()),
                (
                    "account_id",
                    new.account.as_ref().map(AccountId::as_str).into(),
                ),
                ("org_unit_id", new.unit.as_str().into()),
                ("register", new.register.as_str().into()),
                ("file_name", new.file_name.as_str().into()),
                ("state", new.state.as_str().into()),
                ("done_rows", new.done_rows.into()),
                ("summary", new.summary.as_str().into()),
                ("started_at_ms", new.started_at_ms.into()),
                ("updated_at_ms", new.updated_at_ms.into()),
            ],
        )
        .await
}

/// Moves an upload whose state and summary still are those of `was` to the state, count and summary given;
/// false if it stands elsewhere by now, and then nothing is changed.
pub async fn advance(
    inside: &mut Inside<'_>,
    was: &StoredImport,
    to: &StoredImport,
) -> Result<bool, StoreError> {
    let changes = vec![
        ("state", to.state.as_str().into()),
        ("done_rows", to.done_rows.into()),
        ("summary", to.summary.as_str().into()),
        ("updated_at_ms", to.updated_at_ms.into()),
    ];
    let still = [
        ("state", Value::from(was.state.as_str())),
        ("summary", Value::from(was.summary.as_str())),
    ];
    let key = [Value::from(to.id.as_str())];
    inside.change(&IMPORTS, &key, still, changes).await
}

/// Adds a line of rows.
pub async fn add_rows(
    inside: &mut Inside<'_>,
    lot: Lot,
    id: &str,
    ordinal: i64,
    rows: &str,
) -> Result<(), StoreError> {
    let line = vec![
        ("import_id", id.into()),
        ("ordinal", ordinal.into()),
        ("rows", rows.into()),
    ];
    inside.insert(lot.table(), line).await
}

/// The line of rows with that number; none beyond the last.
pub async fn rows(
    reader: &mut Reader,
    lot: Lot,
    id: &str,
    ordinal: i64,
) -> Result<Option<String>, StoreError> {
    let sql = match lot {
        Lot::Rows => "SELECT rows FROM import_rows WHERE import_id = $1 AND ordinal = $2",
        Lot::Faults => "SELECT rows FROM import_faults WHERE import_id = $1 AND ordinal = $2",
    };
    let row = reader.first(Query::new(sql).arg(id).arg(ordinal)).await?;
    row.map(|row| row.text("rows").map(str::to_owned))
        .transpose()
}

/// The first line of rows whose number is above `ordinal`, with its number.
pub async fn next_rows(
    reader: &mut Reader,
    lot: Lot,
    id: &str,
    ordinal: i64,
) -> Result<Option<(i64, String)>, StoreError> {
    let sql = match lot {
        Lot::Rows => {
            "SELECT ordinal, rows FROM import_rows WHERE import_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT 1"
        }
        Lot::Faults => {
            "SELECT ordinal, rows FROM import_faults WHERE import_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT 1"
        }
    };
    let row = reader.first(Query::new(sql).arg(id).arg(ordinal)).await?;
    row.map(|row| Ok((row.int("ordinal")?, row.text("rows")?.to_owned())))
        .transpose()
}

/// Forgets rows of an upload.
pub async fn drop_rows(inside: &mut Inside<'_>, lot: Lot, id: &str) -> Result<(), StoreError> {
    inside
        .delete(lot.table(), "import_id", id)
        .await
        .map(|_| ())
}

/// Forgets an upload with everything that belongs to it.
pub async fn forget(inside: &mut Inside<'_>, id: &str) -> Result<(), StoreError> {
    drop_rows(inside, Lot::Rows, id).await?;
    drop_rows(inside, Lot::Faults, id).await?;
    inside.delete(&IMPORTS, "import_id", id).await.map(|_| ())
}
