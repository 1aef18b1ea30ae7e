//! Content as chunks in PostgreSQL. Every step is a short transaction of its own on connections that
//! no act uses, so that an act that keeps content never waits for a connection another act holds.

use tlog::Hash;

use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::engine::Db;
use crate::kernel::value::{Row, Value};

/// By which connection a step goes.
pub(super) enum Via<'a> {
    /// One of its own, committed at once.
    Own,
    /// That of an open transaction.
    Within(&'a mut Conn),
}

/// The clock of the database: what is kept by several machines has one age.
const NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

async fn fetch(
    db: &Db,
    via: &mut Via<'_>,
    sql: &str,
    args: &[Value],
) -> Result<Vec<Row>, StoreError> {
    match via {
        Via::Within(conn) => conn.fetch(sql, args).await,
        Via::Own => {
            let mut conn = db.blob_conn().await?;
            let rows = conn.fetch(sql, args).await?;
            conn.commit().await?;
            Ok(rows)
        }
    }
}

/// A new content without a hash; returns its number.
pub(super) async fn begin(db: &Db, via: &mut Via<'_>) -> Result<i64, StoreError> {
    let sql = format!("INSERT INTO blobs (kept_at_ms) VALUES ({NOW}) RETURNING blob_id");
    let rows = fetch(db, via, &sql, &[]).await?;
    rows.first()
        .map_or_else(|| Err(gone()), |row| row.int("blob_id"))
}

/// The chunk with that ordinal.
pub(super) async fn append(
    db: &Db,
    via: &mut Via<'_>,
    (id, ordinal): (i64, i64),
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO blob_chunks (blob_id, ordinal, bytes) VALUES ($1, $2, $3)";
    let args = [Value::from(id), Value::from(ordinal), Value::from(bytes)];
    fetch(db, via, sql, &args).await.map(|_| ())
}

/// Gives the content its hash, or gives way to the same content that has it already.
pub(super) async fn settle(
    db: &Db,
    via: &mut Via<'_>,
    id: i64,
    sha256: &Hash,
) -> Result<(), StoreError> {
    let name = Value::from(sha256.to_string());
    let claim = format!(
        "UPDATE blobs SET sha256 = $1, kept_at_ms = {NOW} WHERE blob_id = $2 AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.sha256 = $1) RETURNING blob_id"
    );
    let touch = format!("UPDATE blobs SET kept_at_ms = {NOW} WHERE sha256 = $1 RETURNING blob_id");
    // Between claim and touch the other may come or go; each round one of them is nearer to its end.
    for _ in 0..8 {
        match fetch(db, via, &claim, &[name.clone(), Value::from(id)]).await {
            Ok(rows) if !rows.is_empty() => return Ok(()),
            Ok(_) | Err(StoreError::Conflict { .. }) => {}
            Err(other) => return Err(other),
        }
        if !fetch(db, via, &touch, std::slice::from_ref(&name))
            .await?
            .is_empty()
        {
            return remove(db, via, id).await;
        }
    }
    Err(StoreError::Busy)
}

/// Takes a content away with its chunks.
pub(super) async fn remove(db: &Db, via: &mut Via<'_>, id: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM blobs WHERE blob_id = $1";
    fetch(db, via, sql, &[Value::from(id)]).await.map(|_| ())
}

/// Whether the content is there, and keeps it there until this transaction ends. The weakest lock
/// that excludes a deletion: whoever keeps the same content meanwhile need not wait.
pub(super) async fn hold(conn: &mut Conn, sha256: &Hash) -> Result<bool, StoreError> {
    let sql = "SELECT blob_id FROM blobs WHERE sha256 = $1 FOR KEY SHARE";
    let rows = conn.fetch(sql, &[Value::from(sha256.to_string())]).await?;
    Ok(!rows.is_empty())
}

/// The number of the content with that hash.
pub(super) async fn find(conn: &mut Conn, sha256: &Hash) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT blob_id FROM blobs WHERE sha256 = $1";
    let rows = conn.fetch(sql, &[Value::from(sha256.to_string())]).await?;
    rows.first().map(|row| row.int("blob_id")).transpose()
}

/// One chunk; none beyond the last.
pub(super) async fn piece(
    conn: &mut Conn,
    id: i64,
    ordinal: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM blob_chunks WHERE blob_id = $1 AND ordinal = $2";
    let rows = conn
        .fetch(sql, &[Value::from(id), Value::from(ordinal)])
        .await?;
    rows.first()
        .map(|row| row.blob("bytes").map(<[u8]>::to_vec))
        .transpose()
}

/// Contents older than `grace_ms` from number `after` on: number, and hash if it has one.
pub(super) async fn older(
    conn: &mut Conn,
    grace_ms: i64,
    after: i64,
) -> Result<Vec<(i64, Option<String>)>, StoreError> {
    let sql = format!(
        "SELECT blob_id, sha256 FROM blobs WHERE blob_id > $1 AND kept_at_ms <= {NOW} - $2 ORDER BY blob_id LIMIT 500"
    );
    let rows = conn
        .fetch(&sql, &[Value::from(after), Value::from(grace_ms)])
        .await?;
    rows.iter()
        .map(|row| {
            let name = row.maybe_text("sha256")?.map(str::to_owned);
            Ok((row.int("blob_id")?, name))
        })
        .collect()
}

/// Takes the lock an act would need to name the content, waiting for an act that has it; false if the
/// content is gone, or if somebody has kept the same anew.
pub(super) async fn seize(conn: &mut Conn, id: i64, grace_ms: i64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT blob_id FROM blobs WHERE blob_id = $1 AND kept_at_ms <= {NOW} - $2 FOR UPDATE"
    );
    let rows = conn
        .fetch(&sql, &[Value::from(id), Value::from(grace_ms)])
        .await?;
    Ok(!rows.is_empty())
}

fn gone() -> StoreError {
    StoreError::Engine("INSERT … RETURNING gave no row".to_owned())
}
