//! Rows that stand where the log has not come to yet. An append writes each node of the tree and each public record
//! once; where one stands already, no entry put it there, and the act that comes to it would find it in its way.
//!
//! Opening a database to write asks for nodes beyond the tree, by the key of their table, a question per level. Each
//! act asks for the rows it writes itself. All of them are named by the audit.

use std::fmt::Display;

use tlog::Hash;
use tlog::entry::Entry;

use super::column_int;
use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::value::{Row, Value, words};

const NODES: &str = "log_nodes";

/// What a row of `log_nodes` is called, by its level and position.
pub(in crate::kernel) fn node_words(level: impl Display, position: impl Display) -> String {
    format!("level {level} position {position}")
}

/// The first rows of `log_nodes`, at most about `most`, that a tree of `size` leaves does not have; of negative numbers,
/// which no act ever comes to, the audit knows.
pub(in crate::kernel) async fn beyond(
    conn: &mut Conn,
    size: u64,
    most: i64,
) -> Result<Vec<String>, StoreError> {
    // Level 0 has as many nodes as there are leaves, each level above half as many.
    let levels = u64::BITS - size.leading_zeros();
    let mut found = Vec::new();
    for level in 0..levels {
        let args = [
            Value::from(i64::from(level)),
            Value::from(column_int(size >> level)?),
            Value::from(most),
        ];
        let sql = "SELECT level, position FROM log_nodes WHERE level = $1 AND position >= $2 ORDER BY position LIMIT $3";
        found.extend(places(&conn.fetch(sql, &args).await?)?);
    }
    let sql =
        "SELECT level, position FROM log_nodes WHERE level >= $1 ORDER BY level, position LIMIT $2";
    let args = [Value::from(i64::from(levels)), Value::from(most)];
    found.extend(places(&conn.fetch(sql, &args).await?)?);
    Ok(found)
}

/// What each of these rows of `log_nodes` is called, whatever stands in them.
pub(in crate::kernel) fn places(rows: &[Row]) -> Result<Vec<String>, StoreError> {
    let place = |row: &Row| {
        let told = |column| row.value(column).map(words);
        Ok(node_words(told("level")?, told("position")?))
    };
    rows.iter().map(place).collect()
}

/// Refuses a tree that has nodes already which later entries are to make.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the first of them.
pub(in crate::kernel) async fn refuse_beyond(conn: &mut Conn, size: u64) -> Result<(), StoreError> {
    match beyond(conn, size, 1).await?.first() {
        None => Ok(()),
        Some(place) => Err(planted(place)),
    }
}

/// A node that stands where an entry is to make it.
pub(super) fn planted(place: &str) -> StoreError {
    StoreError::contradiction(
        &format!("表 {NODES} 行 {place}"),
        "在日志现有条目的树之外，没有任何条目写过它，是添上的",
    )
}

/// Refuses to write a record beside one that is there already and that the log does not know: it may be logged twice,
/// but each time by an entry, and the first of them is the one it is ascribed to.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the record.
pub(super) async fn logged_before(conn: &mut Conn, hash: &Hash) -> Result<(), StoreError> {
    let sql = "SELECT r.record, l.entry FROM log_records r LEFT JOIN log_leaves l ON l.event_id = r.event_id WHERE r.record_hash = $1";
    let rows = conn.fetch(sql, &[Value::from(hash.to_string())]).await?;
    for row in &rows {
        let entry = row.maybe_text("entry")?.map(Entry::parse);
        let names_it = entry.is_some_and(|entry| entry.is_ok_and(|e| e.record() == Some(hash)));
        if names_it && Hash::of(row.text("record")?.as_bytes()) == *hash {
            return Ok(());
        }
    }
    Err(StoreError::contradiction(
        &format!("表 log_records 行 {hash}"),
        "已经写有这份公开记录，而它所记的那一条留痕没有公开过它",
    ))
}
