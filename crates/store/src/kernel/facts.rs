//! What the installation states of itself against the log, before anything is decided by it: which bureau this is,
//! under which origin and with which keys. Asked whenever a database is opened to be written.
//!
//! The founding of the bureau is the first leaf; its body says which facts there have been since. Each that stands is
//! asked of the event that last wrote it. So a key is called foreign only by a fact the log confirms, and a fact that
//! was altered is called altered. Deliberately absent: whether the log itself was written anew; only who holds a
//! checkpoint can tell.

use domain::id::EventId;
use serde_json::Value as Json;

use super::conn::Conn;
use super::log::{facts_of, last_written, rotation};
use super::reader::{Query, Reader};
use super::value::Value;
use crate::error::StoreError;
use crate::schema::INSTALLATION;

/// The migration that made the table of the facts.
const SINCE: i64 = 2;

fn place(name: &str) -> String {
    format!("局的登记（表 installation）行 {name} ")
}

/// Refuses facts that the log does not confirm.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row.
pub(super) async fn check(reader: &mut Reader, last: i64) -> Result<(), StoreError> {
    if last < SINCE {
        return Ok(());
    }
    let rows = reader
        .all(Query::new("SELECT name FROM installation ORDER BY name"))
        .await?;
    let mut stated = Vec::with_capacity(rows.len());
    for row in &rows {
        stated.push(row.text("name")?.to_owned());
    }
    let first = Query::new("SELECT event_id FROM log_leaves WHERE sequence = 0");
    let Some(first) = reader.first(first).await? else {
        return match stated.first() {
            None => Ok(()),
            Some(name) => Err(StoreError::contradiction(
                &place(name),
                "没有任何留痕登记过它：日志是空的",
            )),
        };
    };
    let founding = EventId::parse(first.text("event_id")?)
        .map_err(|_| StoreError::contradiction("留痕第 0 条", "的事件号不合格式"))?;
    let founded = facts_of(reader, &founding).await.map_err(in_the_log)?;
    if let Some(gone) = founded.iter().find(|name| !stated.contains(name)) {
        let why = "不在了，留痕第 0 条登记过它";
        return Err(StoreError::contradiction(&place(gone), why));
    }
    for name in &stated {
        last_written(reader, &INSTALLATION, &[Value::from(name.as_str())])
            .await
            .map_err(|error| of_fact(error, name))?;
    }
    rotation::check(reader).await
}

/// What does not open in the log is a contradiction of the log, never a record somebody looked for in vain.
fn in_the_log(error: StoreError) -> StoreError {
    match error {
        StoreError::NotFound { .. } | StoreError::Inconsistent { .. } => {
            StoreError::contradiction("留痕第 0 条（建局）", "的条目或正文缺失，或读不出")
        }
        other => other,
    }
}

fn of_fact(error: StoreError, name: &str) -> StoreError {
    match error {
        StoreError::NotFound { .. } | StoreError::Inconsistent { .. } => StoreError::contradiction(
            &place(name),
            "被改动：登记它的留痕（列 last_event）不在日志里，或读不出",
        ),
        other => other,
    }
}

/// Whether this is the database of a bureau, founded or half altered: an entry of the log or a fact stands in it.
/// One whose tables are not all there counts as one too; opening it says what is missing.
pub(super) async fn any(conn: &mut Conn, tables: &[String]) -> Result<bool, StoreError> {
    for (table, sql) in [
        (
            "log_leaves",
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM log_leaves LIMIT 1) AS first",
        ),
        (
            "installation",
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM installation LIMIT 1) AS first",
        ),
    ] {
        if !tables.iter().any(|name| name == table) {
            return Ok(true);
        }
        let rows = conn.fetch(sql, &[]).await?;
        if rows.first().map_or(Ok(0), |row| row.int("n"))? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The names of the facts a body states, from its images.
pub(super) fn stated_by(image: &super::image::Image) -> Option<String> {
    let ours = image.table == "installation" && !image.is_deletion();
    ours.then(|| {
        image
            .cells
            .first()
            .and_then(Json::as_str)
            .map(str::to_owned)
    })?
}
