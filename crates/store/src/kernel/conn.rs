//! One open transaction on one of the two engines: the only place where a statement meets sqlx.
//!
//! Everything above this file speaks in `&'static str`, `Value` and `Row`. Statements come from
//! constants or from table descriptors made of constants; nothing a person typed ever becomes part
//! of a statement.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{
    Arguments, AssertSqlSafe, Column as _, Postgres, Row as _, Sqlite, Transaction, TypeInfo,
    ValueRef,
};

use super::engine::Engine;
use super::value::{Answer, Row, Value};
use crate::error::StoreError;

/// An open transaction. Dropped without commit it rolls back.
pub(super) enum Conn {
    /// SQLite.
    Lite(Transaction<'static, Sqlite>),
    /// PostgreSQL.
    Pg(Transaction<'static, Postgres>),
}

impl Conn {
    /// The engine it is open on.
    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Lite(_) => Engine::Sqlite,
            Self::Pg(_) => Engine::Postgres,
        }
    }

    /// Most values one statement should bind. SQLite looks the name of each up in a list, so that a
    /// statement costs the square of them: a hundred thousand rows took 34 s by 10,000 values at a
    /// time, 6 s by 1,000, and still fewer by 200; a statement of its own costs less than that.
    /// PostgreSQL wants few round trips and ends at 65,535.
    pub(super) fn most_values(&self) -> usize {
        match self {
            Self::Lite(_) => 200,
            Self::Pg(_) => 30_000,
        }
    }

    /// Runs a query and returns all its rows.
    pub(super) async fn fetch(
        &mut self,
        sql: &str,
        args: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        #[cfg(test)]
        tests::steps::reached(self).await?;
        match self {
            Self::Lite(tx) => {
                let rows = sqlx::query_with(AssertSqlSafe(sql.to_owned()), lite_args(args)?)
                    .fetch_all(&mut **tx)
                    .await
                    .map_err(|error| engine(&error))?;
                lite_rows(&rows, sql)
            }
            Self::Pg(tx) => {
                let rows = sqlx::query_with(AssertSqlSafe(sql.to_owned()), pg_args(args)?)
                    .fetch_all(&mut **tx)
                    .await
                    .map_err(|error| engine(&error))?;
                pg_rows(&rows, sql)
            }
        }
    }

    /// Runs a statement and returns how many rows it touched.
    pub(super) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, StoreError> {
        #[cfg(test)]
        tests::steps::reached(self).await?;
        match self {
            Self::Lite(tx) => sqlx::query_with(AssertSqlSafe(sql.to_owned()), lite_args(args)?)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err(|error| engine(&error)),
            Self::Pg(tx) => sqlx::query_with(AssertSqlSafe(sql.to_owned()), pg_args(args)?)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err(|error| engine(&error)),
        }
    }

    /// Runs a statement that adds `rows` rows to `table`, or changes as many that are held.
    ///
    /// # Errors
    /// [`StoreError::Contradiction`] if the database kept fewer: whatever stands in the way of a row by the rules of
    /// the schema is an error of its own, so somebody taught it to swallow them.
    pub(super) async fn keep(
        &mut self,
        (table, rows): (&str, u64),
        sql: &str,
        args: &[Value],
    ) -> Result<(), StoreError> {
        match self.execute(sql, args).await? {
            kept if kept == rows => Ok(()),
            kept => Err(swallowed(table, kept, rows)),
        }
    }

    /// Runs a migration: several statements without arguments.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Lite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
            Self::Pg(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
        }
        .map_err(|error| engine(&error))
    }

    /// Makes everything durable, or nothing.
    ///
    /// # Errors
    /// [`StoreError::CommitUnknown`] if the engine did not answer which of both.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        #[cfg(test)]
        if let Some(losing) = tests::losing() {
            return tests::lose(self, losing).await;
        }
        match self {
            Self::Lite(tx) => tx.commit().await.map_err(|error| lost(&error, lite_failed)),
            Self::Pg(tx) => tx.commit().await.map_err(|error| lost(&error, pg_went)),
        }
    }

    /// Gives everything back at once, where waiting for the drop would hold a lock.
    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Lite(tx) => tx.rollback().await,
            Self::Pg(tx) => tx.rollback().await,
        }
        .map_err(|error| engine(&error))
    }
}

/// A connection without a transaction, for the few statements that refuse one.
pub(super) enum Bare {
    /// SQLite.
    Lite(PoolConnection<Sqlite>),
    /// PostgreSQL.
    Pg(PoolConnection<Postgres>),
}

impl Bare {
    /// Runs one statement and yields the first column of its first row, where that is a number.
    pub(super) async fn run(&mut self, sql: &str) -> Result<Option<i64>, StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Lite(conn) => {
                let row = sqlx::raw_sql(sql).fetch_optional(&mut **conn).await;
                let row = row.map_err(|error| engine(&error))?;
                Ok(row.and_then(|row| row.try_get(0).ok()))
            }
            Self::Pg(conn) => {
                let done = sqlx::raw_sql(sql).execute(&mut **conn).await;
                done.map(|_| None).map_err(|error| engine(&error))
            }
        }
    }

    /// Gives the connection up, with what it set for itself.
    pub(super) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Lite(_) => Ok(()),
            Self::Pg(conn) => conn.close().await.map_err(|error| engine(&error)),
        }
    }
}

/// The database kept `kept` rows where `rows` were written and nobody else could have been in the way.
pub(super) fn swallowed(table: &str, kept: u64, rows: u64) -> StoreError {
    StoreError::contradiction(
        &format!("表 {table} "),
        &format!(
            "没有留住刚写的行（写 {rows} 行，留下 {kept} 行），多半有人加了触发器或规则拦下它们"
        ),
    )
}

/// What an error during a commit means. The engine's own word that it did not commit is its answer;
/// without one nobody knows.
fn lost(error: &sqlx::Error, unanswered: fn(&str) -> bool) -> StoreError {
    match error {
        sqlx::Error::Database(database)
            if !database.code().is_some_and(|code| unanswered(&code)) =>
        {
            engine(error)
        }
        other => StoreError::CommitUnknown(other.to_string()),
    }
}

/// SQLITE_IOERR and its extended codes: what was written before the failure may be found whole when
/// the file is opened next.
fn lite_failed(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| code & 0xff == 10)
}

/// The server went away while it was asked: ended by its operator, crashed, or the connection broke.
fn pg_went(code: &str) -> bool {
    code.starts_with("57P") || code.starts_with("08")
}

/// Turns an error of sqlx into one of ours; a violated constraint keeps its name.
pub(super) fn engine(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(database)
            if database.is_unique_violation()
                || database.is_foreign_key_violation()
                || database.is_check_violation() =>
        {
            let what = database.constraint().unwrap_or_else(|| database.message());
            StoreError::Conflict {
                table: "-",
                what: what.to_owned(),
            }
        }
        // SQLITE_BUSY and its extended codes; PostgreSQL: serialization, deadlock, lock timeout.
        sqlx::Error::Database(database)
            if database.code().is_some_and(|code| {
                matches!(
                    code.as_ref(),
                    "5" | "261" | "517" | "40001" | "40P01" | "55P03"
                )
            }) =>
        {
            StoreError::Busy
        }
        sqlx::Error::Database(database) if database.code().is_some_and(|code| is_full(&code)) => {
            StoreError::Full(database.message().to_owned())
        }
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        // The embedded engine has no line that could break.
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => StoreError::Unreachable(error.to_string()),
        sqlx::Error::Database(database) if database.code().is_some_and(|code| pg_went(&code)) => {
            StoreError::Unreachable(database.message().to_owned())
        }
        sqlx::Error::Database(database) if database.code().is_some_and(|code| is_ruined(&code)) => {
            StoreError::NotOurs {
                path: "数据库文件".to_owned(),
                what: format!(
                    "不是 SQLite 数据库，或已损坏（原文：{}）",
                    database.message()
                ),
            }
        }
        other => StoreError::Engine(other.to_string()),
    }
}

/// SQLITE_FULL, and SQLITE_IOERR_SHMSIZE, which a full disk gives before the first page is written; PostgreSQL: disk full.
fn is_full(code: &str) -> bool {
    matches!(code, "13" | "4874" | "53100")
}

/// SQLITE_CORRUPT with its extended codes, and SQLITE_NOTADB. The codes of PostgreSQL have five letters.
fn is_ruined(code: &str) -> bool {
    code.len() < 5
        && code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 11 | 26))
}

fn lite_args(args: &[Value]) -> Result<SqliteArguments, StoreError> {
    let mut bound = SqliteArguments::default();
    for value in args {
        match value {
            Value::Int(value) => bound.add(*value),
            Value::Text(value) => bound.add(value.clone()),
            Value::Blob(value) => bound.add(value.clone()),
            Value::Sealed(cell) => bound.add(cell.as_ref().map(|cell| cell.bytes().to_vec())),
        }
        .map_err(|error| StoreError::Engine(error.to_string()))?;
    }
    Ok(bound)
}

fn pg_args(args: &[Value]) -> Result<PgArguments, StoreError> {
    let mut bound = PgArguments::default();
    for value in args {
        match value {
            Value::Int(value) => bound.add(*value),
            Value::Text(value) => bound.add(value.clone()),
            Value::Blob(value) => bound.add(value.clone()),
            Value::Sealed(cell) => bound.add(cell.as_ref().map(|cell| cell.bytes().to_vec())),
        }
        .map_err(|error| StoreError::Engine(error.to_string()))?;
    }
    Ok(bound)
}

fn answer_of<R: sqlx::Row>(row: &R, sql: &str) -> Arc<Answer> {
    let names = row.columns().iter().map(|column| column.name().to_owned());
    Arc::new(Answer {
        names: names.collect(),
        sql: sql.to_owned(),
    })
}

fn lite_rows(rows: &[sqlx::sqlite::SqliteRow], sql: &str) -> Result<Vec<Row>, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let answer = answer_of(first, sql);
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let mut values = Vec::with_capacity(answer.names.len());
        for at in 0..answer.names.len() {
            let raw = row.try_get_raw(at).map_err(|error| engine(&error))?;
            let kind = raw.type_info().name().to_owned();
            let value = match (raw.is_null(), kind.as_str()) {
                (true, _) => Ok(Value::Text(None)),
                (false, "TEXT") => lite_text(row, at),
                // No column of ours is one; in a table that is not strict somebody may have put it.
                (false, "REAL") => row
                    .try_get::<f64, _>(at)
                    .map(|odd| Value::Text(Some(odd.to_string()))),
                (false, "BLOB") => row.try_get(at).map(Value::Blob),
                (false, _) => row.try_get(at).map(Value::Int),
            };
            values.push(value.map_err(|error| engine(&error))?);
        }
        read.push(Row::new(Arc::clone(&answer), values));
    }
    Ok(read)
}

/// What stands before the bytes of a text that is none.
const NO_TEXT: &[u8] = b"text that is not UTF-8\0";

/// A text; what is not UTF-8 is bytes, so that who asks for a text is told of it. They are not the bytes that stand
/// there: a column of bytes that somebody turned into text is found by whoever compares, too.
fn lite_text(row: &sqlx::sqlite::SqliteRow, at: usize) -> Result<Value, sqlx::Error> {
    match row.try_get(at) {
        Ok(text) => Ok(Value::Text(text)),
        Err(sqlx::Error::ColumnDecode { .. }) => row
            .try_get_unchecked::<Vec<u8>, _>(at)
            .map(|bytes| Value::Blob(Some([NO_TEXT, &bytes].concat()))),
        Err(other) => Err(other),
    }
}

fn pg_rows(rows: &[sqlx::postgres::PgRow], sql: &str) -> Result<Vec<Row>, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let answer = answer_of(first, sql);
    let kinds: Vec<String> = first
        .columns()
        .iter()
        .map(|column| column.type_info().name().to_owned())
        .collect();
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let mut values = Vec::with_capacity(answer.names.len());
        for (at, kind) in kinds.iter().enumerate() {
            let value = match kind.as_str() {
                "INT8" => row.try_get(at).map(Value::Int),
                "INT4" => row
                    .try_get::<Option<i32>, _>(at)
                    .map(|v| Value::Int(v.map(i64::from))),
                "BOOL" => row
                    .try_get::<Option<bool>, _>(at)
                    .map(|v| Value::Int(v.map(i64::from))),
                "BYTEA" => row.try_get(at).map(Value::Blob),
                _ => row.try_get(at).map(Value::Text),
            };
            values.push(value.map_err(|error| engine(&error))?);
        }
        read.push(Row::new(Arc::clone(&answer), values));
    }
    Ok(read)
}

#[cfg(test)]
mod tests;
