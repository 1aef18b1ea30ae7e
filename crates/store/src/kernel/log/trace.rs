//! Reading the log back: the lines people see, the bodies and records behind them.

use domain::id::EventId;
use tlog::Hash;
use tlog::entry::{Entry, EntryType, Salt, act_hash};

use super::walk::Walk;
use super::{column_int, hash_of, size_of};
use crate::error::StoreError;
use crate::kernel::image;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Row;

/// One line of a trace as people see it.
#[derive(Clone, Debug)]
pub struct TraceLine {
    /// Number of the leaf.
    pub sequence: u64,
    /// The event.
    pub event: EventId,
    /// Stable name of the act.
    pub act: String,
    /// Claimed instant, unix milliseconds.
    pub at_ms: i64,
    /// The entry's exact text.
    pub entry: String,
    /// The event's header as it stands in the body: who, why, about what.
    pub header: Option<String>,
}

/// Which part of the log a page shows.
#[derive(Clone, Debug)]
pub enum TraceOf {
    /// Everything.
    All,
    /// What concerns one subject, campaign or inspection: (kind, id).
    Linked(&'static str, String),
    /// What one account did.
    Account(String),
}

/// Newest entries first, before `before` if given, at most `limit`.
pub async fn trace(
    reader: &mut Reader,
    of: &TraceOf,
    before: Option<u64>,
    limit: i64,
) -> Result<Vec<TraceLine>, StoreError> {
    let mut query = Query::new(
        "SELECT l.sequence, l.event_id, l.entry, e.act, e.at_ms FROM log_leaves l JOIN log_events e ON e.event_id = l.event_id",
    );
    query = match of {
        TraceOf::All => query.push(" WHERE 1 = 1"),
        TraceOf::Linked(kind, id) => query
            .push(" JOIN log_links k ON k.sequence = l.sequence WHERE k.kind = ")
            .bind(*kind)
            .push(" AND k.target = ")
            .bind(id.as_str()),
        TraceOf::Account(account) => query.push(" WHERE e.account_id = ").bind(account.as_str()),
    };
    if let Some(before) = before {
        query = query.push(" AND l.sequence < ").bind(column_int(before)?);
    }
    query = query.push(" ORDER BY l.sequence DESC LIMIT ").bind(limit);
    let mut lines = Vec::new();
    for row in reader.all(query).await? {
        let event = row.parsed("log_leaves", "event_id", EventId::parse)?;
        let header = header(reader, &event).await?;
        lines.push(TraceLine {
            sequence: size_of(row.int("sequence")?)?,
            event,
            act: row.text("act")?.to_owned(),
            at_ms: row.int("at_ms")?,
            entry: row.text("entry")?.to_owned(),
            header,
        });
    }
    Ok(lines)
}

/// The line of one event; `None` if there is no such event.
pub async fn line_of(
    reader: &mut Reader,
    event: &EventId,
) -> Result<Option<TraceLine>, StoreError> {
    let query = Query::new(
        "SELECT l.sequence, l.entry, e.act, e.at_ms FROM log_leaves l JOIN log_events e ON e.event_id = l.event_id WHERE l.event_id = $1",
    )
    .arg(event.as_str());
    let Some(row) = reader.first(query).await? else {
        return Ok(None);
    };
    Ok(Some(TraceLine {
        sequence: size_of(row.int("sequence")?)?,
        event: event.clone(),
        act: row.text("act")?.to_owned(),
        at_ms: row.int("at_ms")?,
        entry: row.text("entry")?.to_owned(),
        header: header(reader, event).await?,
    }))
}

/// The header of an event, from the first chunk of its body; `None` once the body is erased.
async fn header(reader: &mut Reader, event: &EventId) -> Result<Option<String>, StoreError> {
    let row = reader
        .first(
            Query::new("SELECT gzip FROM log_bodies WHERE event_id = $1 AND ordinal = 0")
                .arg(event.as_str()),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text = image::unpack(&[row.blob("gzip")?.to_vec()])?;
    Ok(text.lines().nth(1).map(str::to_owned))
}

/// The whole body of an event as text, with its salt: what a disclosure consists of.
///
/// # Errors
/// [`StoreError::Contradiction`] if it is not the body its entry names.
pub async fn body(reader: &mut Reader, event: &EventId) -> Result<(String, [u8; 32]), StoreError> {
    let query = Query::new(
        "SELECT e.salt, l.entry FROM log_events e JOIN log_leaves l ON l.event_id = e.event_id WHERE e.event_id = $1",
    );
    let row = reader.one("log_events", query.arg(event.as_str())).await?;
    let salt = *hash_of("log_events", row.blob("salt")?)?.as_bytes();
    let text = image::unpack(&chunks(reader, event).await?)?;
    let act = act_hash(&Salt::from(salt), text.as_bytes());
    if Entry::parse(row.text("entry")?).is_ok_and(|entry| *entry.act_commitment() == act) {
        return Ok((text, salt));
    }
    let place = format!("留痕 {event} 的正文");
    Err(StoreError::contradiction(&place, "不是条目所记的那一份"))
}

pub(in crate::kernel) async fn chunks(
    reader: &mut Reader,
    event: &EventId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    reader
        .all(
            Query::new("SELECT gzip FROM log_bodies WHERE event_id = $1 ORDER BY ordinal")
                .arg(event.as_str()),
        )
        .await?
        .iter()
        .map(|row| row.blob("gzip").map(<[u8]>::to_vec))
        .collect()
}

/// One chunk of a body; none after the last.
pub(in crate::kernel) async fn chunk(
    reader: &mut Reader,
    event: &EventId,
    ordinal: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT event_id, ordinal, gzip FROM log_bodies WHERE event_id = $1 AND ordinal = $2";
    let query = Query::new(sql).arg(event.as_str()).arg(ordinal);
    match reader.first(query).await? {
        Some(row) => row.blob("gzip").map(|gzip| Some(gzip.to_vec())),
        None => Ok(None),
    }
}

/// A public record by its hash.
pub async fn record(reader: &mut Reader, hash: &Hash) -> Result<Option<String>, StoreError> {
    let query = Query::new("SELECT record_hash, record FROM log_records WHERE record_hash = $1")
        .arg(hash.to_string());
    reader
        .first(query)
        .await?
        .map(|row| row.text("record").map(str::to_owned))
        .transpose()
}

/// The public records whose text begins so, in no order.
pub async fn records_that_begin(
    reader: &mut Reader,
    words: &str,
) -> Result<Vec<String>, StoreError> {
    let query = Query::new("SELECT record FROM log_records WHERE record LIKE $1 || '%'");
    let rows = reader.all(query.arg(words)).await?;
    let record = |row: &Row| row.text("record").map(str::to_owned);
    rows.iter().map(record).collect()
}

/// The root of the tree that ends with the leaf of that number, as stored at its commit.
pub async fn root_after(reader: &mut Reader, sequence: u64) -> Result<Option<Hash>, StoreError> {
    let query =
        Query::new("SELECT root FROM log_leaves WHERE sequence = $1").arg(column_int(sequence)?);
    match reader.first(query).await? {
        Some(row) => hash_of("log_leaves", row.blob("root")?).map(Some),
        None => Ok(None),
    }
}

/// The event that put a public record into the log.
///
/// # Errors
/// [`StoreError::Contradiction`] if the entry of that event names another.
pub async fn event_of_record(reader: &mut Reader, hash: &Hash) -> Result<EventId, StoreError> {
    let query = Query::new(
        "SELECT r.event_id, l.entry FROM log_records r JOIN log_leaves l ON l.event_id = r.event_id WHERE r.record_hash = $1",
    );
    let row = reader
        .one("log_records", query.arg(hash.to_string()))
        .await?;
    if Entry::parse(row.text("entry")?).is_ok_and(|entry| entry.record() == Some(hash)) {
        return row.parsed("log_records", "event_id", EventId::parse);
    }
    let place = format!("公开记录 {hash} ");
    Err(StoreError::contradiction(&place, "不是所记的那一条公开的"))
}

/// Whether the entry of a public record lies before one under which this log was begun anew, by the type of that entry. A
/// record that is not in the log at all lies before every one.
///
/// # Errors
/// [`StoreError::Contradiction`] if a leaf on the way is not what the head says.
pub async fn is_before_restart(reader: &mut Reader, hash: &Hash) -> Result<bool, StoreError> {
    let mut walk = Walk::begin(reader).await?;
    while let Some(leaf) = walk.next(reader).await? {
        if leaf.entry.kind() == EntryType::Restart {
            return Ok(true);
        }
        if leaf.entry.record() == Some(hash) {
            return Ok(false);
        }
    }
    Ok(false)
}

/// How many entries a part of the log has, counted up to `cap`.
pub async fn trace_count(reader: &mut Reader, of: &TraceOf, cap: i64) -> Result<i64, StoreError> {
    let query = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM ");
    let query = match of {
        TraceOf::All => query.push("log_leaves"),
        TraceOf::Linked(kind, id) => query
            .push("log_links WHERE kind = ")
            .bind(*kind)
            .push(" AND target = ")
            .bind(id.as_str()),
        TraceOf::Account(account) => query
            .push("log_events WHERE account_id = ")
            .bind(account.as_str()),
    };
    reader
        .number(query.push(" LIMIT ").bind(cap).push(") AS capped"))
        .await
}
