//! Long work: what is ordered, which process does it, how far it is, and what came of it.
//!
//! All untraced: the traced end of a job is an event, written in the same transaction that ends the
//! row. Every change by the process at work names its own mark in `holder`; a process that was taken
//! for dead finds another mark there, learns that it is overtaken, and writes nothing. Deliberately
//! absent: what a kind of work does, and the meaning of input and outcome (`app::job`).

use domain::id::{AccountId, OrgUnitId};

use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::JOBS;

const TABLE: &str = "jobs";
const COLUMNS: &str = "SELECT job_id, kind, account_id, org_unit_id, about, fingerprint, state, stage, done, total, input, outcome, stop_asked, holder, lease_until_ms, started_at_ms, updated_at_ms FROM jobs";

/// One job as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredJob {
    /// Its key.
    pub id: String,
    /// What kind of work, by its stable name.
    pub kind: String,
    /// Whose it is; none for the program itself.
    pub account: Option<AccountId>,
    /// The unit it is done for.
    pub unit: Option<OrgUnitId>,
    /// The key of what it works on; two jobs about the same thing take turns.
    pub about: String,
    /// Owner, kind and input as one hash: the same order while one is under way is that one.
    pub fingerprint: String,
    /// `waiting`, `running`, `done`, `failed`, `canceled` or `interrupted`.
    pub state: String,
    /// What it is doing, in words.
    pub stage: String,
    /// How much of it is done.
    pub done: i64,
    /// How much there is, once known.
    pub total: Option<i64>,
    /// What was ordered, as JSON with a version.
    pub input: String,
    /// What came of it, as JSON with a version; empty until then.
    pub outcome: String,
    /// Whether its owner wants it stopped.
    pub stop_asked: bool,
    /// The mark of the process that does it; empty once it has ended.
    pub holder: String,
    /// Until when that process is believed alive without a sign, unix milliseconds.
    pub lease_until_ms: i64,
    /// When it was ordered.
    pub started_at_ms: i64,
    /// When it last moved.
    pub updated_at_ms: i64,
}

fn job(row: &Row) -> Result<StoredJob, StoreError> {
    let id = row.text("job_id")?;
    let wrong = |column: &str, error: domain::id::IdError| {
        StoreError::inconsistent(TABLE, column, id, &error.to_string())
    };
    let account = row
        .maybe_text("account_id")?
        .map(AccountId::parse)
        .transpose();
    let unit = row
        .maybe_text("org_unit_id")?
        .map(OrgUnitId::parse)
        .transpose();
    Ok(StoredJob {
        id: id.to_owned(),
        kind: row.text("kind")?.to_owned(),
        account: account.map_err(|error| wrong("account_id", error))?,
        unit: unit.map_err(|error| wrong("org_unit_id", error))?,
        about: row.text("about")?.to_owned(),
        fingerprint: row.text("fingerprint")?.to_owned(),
        state: row.text("state")?.to_owned(),
        stage: row.text("stage")?.to_owned(),
        done: row.int("done")?,
        total: row.maybe_int("total")?,
        input: row.text("input")?.to_owned(),
        outcome: row.text("outcome")?.to_owned(),
        stop_asked: row.flag("stop_asked")?,
        holder: row.text("holder")?.to_owned(),
        lease_until_ms: row.int("lease_until_ms")?,
        started_at_ms: row.int("started_at_ms")?,
        updated_at_ms: row.int("updated_at_ms")?,
    })
}

/// The job with that key.
pub async fn get(reader: &mut Reader, id: &str) -> Result<Option<StoredJob>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE job_id = ").bind(id);
    reader.first(query).await?.as_ref().map(job).transpose()
}

/// The job under way for the same order.
pub async fn under_way_like(
    reader: &mut Reader,
    fingerprint: &str,
) -> Result<Option<StoredJob>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE fingerprint = ")
        .bind(fingerprint)
        .push(" AND state IN ('waiting', 'running')");
    reader.first(query).await?.as_ref().map(job).transpose()
}

/// The latest job about this.
pub async fn latest_about(
    reader: &mut Reader,
    about: &str,
) -> Result<Option<StoredJob>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE about = ")
        .bind(about)
        .push(" ORDER BY started_at_ms DESC, job_id LIMIT 1");
    reader.first(query).await?.as_ref().map(job).transpose()
}

/// Jobs that wait or run, oldest first, of whatever process. One that cannot be read is nobody's to take
/// up.
pub async fn under_way(reader: &mut Reader) -> Result<Vec<ListedJob>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE state IN ('waiting', 'running') ORDER BY started_at_ms, job_id");
    listed(&reader.all(query).await?)
}

/// A row of a list, which may hold what this program cannot read.
#[derive(Debug)]
pub struct ListedJob {
    /// Its key.
    pub id: String,
    /// When it was ordered.
    pub started_at_ms: i64,
    /// The whole of it.
    pub job: Result<StoredJob, StoreError>,
}

/// The latest jobs of an account of some kinds, newest first.
pub async fn of_account(
    reader: &mut Reader,
    account: &AccountId,
    kinds: &[&str],
    limit: i64,
) -> Result<Vec<ListedJob>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE account_id = ")
        .bind(account.as_str())
        .push(" AND kind IN (")
        .bind_list(kinds.iter().map(|kind| Value::from(*kind)))
        .push(") ORDER BY started_at_ms DESC, job_id LIMIT ")
        .bind(limit);
    listed(&reader.all(query).await?)
}

/// The latest jobs of one kind, whoever ordered them, newest first.
pub async fn of_kind(
    reader: &mut Reader,
    kind: &str,
    limit: i64,
) -> Result<Vec<ListedJob>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE kind = ")
        .bind(kind)
        .push(" ORDER BY started_at_ms DESC, job_id LIMIT ")
        .bind(limit);
    listed(&reader.all(query).await?)
}

fn listed(rows: &[Row]) -> Result<Vec<ListedJob>, StoreError> {
    let listed = rows.iter().map(|row| {
        Ok(ListedJob {
            id: row.text("job_id")?.to_owned(),
            started_at_ms: row.int("started_at_ms")?,
            job: job(row),
        })
    });
    listed.collect()
}

/// Keys of jobs that have ended and have not moved since `before_ms`, readable or not.
pub async fn ended_before(reader: &mut Reader, before_ms: i64) -> Result<Vec<String>, StoreError> {
    let query = Query::new("SELECT job_id FROM jobs")
        .push(" WHERE holder = '' AND updated_at_ms < ")
        .bind(before_ms)
        .push(" ORDER BY job_id");
    let rows = reader.all(query).await?;
    let keys = rows.iter().map(|row| row.text("job_id").map(str::to_owned));
    keys.collect()
}

/// Adds a job. One with the same order under way is a conflict.
pub async fn add(inside: &mut Inside<'_>, new: &StoredJob) -> Result<(), StoreError> {
    let mut row: Cells = vec![
        ("job_id", new.id.as_str().into()),
        ("kind", new.kind.as_str().into()),
        (
            "account_id",
            new.account.as_ref().map(AccountId::as_str).into(),
        ),
        (
            "org_unit_id",
            new.unit.as_ref().map(OrgUnitId::as_str).into(),
        ),
        ("about", new.about.as_str().into()),
        ("fingerprint", new.fingerprint.as_str().into()),
        ("state", new.state.as_str().into()),
        ("stage", new.stage.as_str().into()),
        ("done", new.done.into()),
        ("total", new.total.into()),
        ("input", new.input.as_str().into()),
        ("outcome", new.outcome.as_str().into()),
        ("stop_asked", new.stop_asked.into()),
    ];
    row.extend([
        ("holder", new.holder.as_str().into()),
        ("lease_until_ms", new.lease_until_ms.into()),
        ("started_at_ms", new.started_at_ms.into()),
        ("updated_at_ms", new.updated_at_ms.into()),
    ]);
    inside.insert(&JOBS, row).await
}

/// Moves a job that `holder` holds; false if somebody else holds it by now, or nobody, and then
/// nothing is changed.
pub async fn advance(
    inside: &mut Inside<'_>,
    holder: &str,
    to: &StoredJob,
) -> Result<bool, StoreError> {
    let changes = vec![
        ("state", to.state.as_str().into()),
        ("stage", to.stage.as_str().into()),
        ("done", to.done.into()),
        ("total", to.total.into()),
        ("outcome", to.outcome.as_str().into()),
        ("holder", to.holder.as_str().into()),
        ("lease_until_ms", to.lease_until_ms.into()),
        ("updated_at_ms", to.updated_at_ms.into()),
    ];
    held(inside, &to.id, holder, changes).await
}

/// A sign of life of the process at work, with how far it is; false if it was overtaken.
pub async fn beat(
    inside: &mut Inside<'_>,
    (id, holder): (&str, &str),
    (stage, done, total): (&str, i64, Option<i64>),
    lease_until_ms: i64,
) -> Result<bool, StoreError> {
    let changes = vec![
        ("stage", stage.into()),
        ("done", done.into()),
        ("total", total.into()),
        ("lease_until_ms", lease_until_ms.into()),
    ];
    held(inside, id, holder, changes).await
}

/// Ends a job as `done` with its outcome; false if `holder` does not hold it any more.
pub async fn finish(
    inside: &mut Inside<'_>,
    (id, holder): (&str, &str),
    outcome: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let changes = vec![
        ("state", "done".into()),
        ("outcome", outcome.into()),
        ("holder", "".into()),
        ("updated_at_ms", now_ms.into()),
    ];
    held(inside, id, holder, changes).await
}

/// Asks whatever process holds the job to stop it; false if it has ended.
pub async fn ask_to_stop(
    inside: &mut Inside<'_>,
    id: &str,
    state: &str,
) -> Result<bool, StoreError> {
    let changes = vec![("stop_asked", true.into())];
    inside
        .change(
            &JOBS,
            &[Value::from(id)],
            [("state", Value::from(state))],
            changes,
        )
        .await
}

async fn held(
    inside: &mut Inside<'_>,
    id: &str,
    holder: &str,
    changes: Cells,
) -> Result<bool, StoreError> {
    let key = [Value::from(id)];
    inside
        .change(&JOBS, &key, [("holder", Value::from(holder))], changes)
        .await
}

/// Forgets a job.
pub async fn forget(inside: &mut Inside<'_>, id: &str) -> Result<(), StoreError> {
    inside.delete(&JOBS, "job_id", id).await.map(|_| ())
}

/// Forgets every job about that.
pub async fn forget_about(inside: &mut Inside<'_>, about: &str) -> Result<(), StoreError> {
    inside.delete(&JOBS, "about", about).await.map(|_| ())
}
