//! Appending to the log, and reading it back for people, proofs and receipts.
//!
//! The order of the log is the order in which commits took the lock on `log_head`, not the order
//! of the instants events claim. Every append stores the root of the tree after it, so that any
//! later disagreement can be dated to a commit.

use domain::event::Event;
use domain::id::EventId;
use tlog::entry::{Entry, EntryType, Salt, act_hash_of};
use tlog::frontier::Frontier;
use tlog::hash::NodeId;
use tlog::{Hash, proof};

use super::conn::Conn;
use super::guard::Sealing;
use super::image::{Chunk, Sealed};
use super::reader::{Query, Reader};
use super::value::Value;
use crate::error::StoreError;

/// How far before the last entry an event's instant may lie: two processes never agree to the
/// millisecond, and an act stamps its instant before it waits for the lock.
const CLOCK_TOLERANCE_MS: i64 = 60_000;

/// What the log says of an act once it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The event.
    pub event: EventId,
    /// Number of its leaf, from 0.
    pub sequence: u64,
    /// Hash of its leaf.
    pub leaf: Hash,
    /// Root of the tree that ends with it.
    pub root: Hash,
}

pub(super) fn broken(error: &tlog::Error) -> StoreError {
    StoreError::inconsistent("log_head", "frontier", "1", &error.to_string())
}

fn column_int(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Engine("the log is full".to_owned()))
}

/// Last statements of an act: event, body, links, then under the lock the leaf.
pub(super) async fn append(
    conn: &mut Conn,
    event: &Event,
    sealing: &Sealing,
    sealed: Sealed,
) -> Result<Committed, StoreError> {
    let entry = entry_of(event, sealing, &sealed)?;
    let id = Value::from(event.id.as_str());
    let (hash, images) = (
        Value::from(sealed.hash.as_slice()),
        Value::from(sealed.images),
    );
    if sealed.stored == 0 {
        keep_event(conn, event, sealing, hash, images).await?;
    } else {
        conn.execute(
            "UPDATE log_events SET body_hash = $1, images = $2 WHERE event_id = $3",
            &[hash, images, id.clone()],
        )
        .await?;
    }
    if let Some(chunk) = sealed.last {
        insert_chunk(conn, &id, chunk).await?;
    }
    if let (Some(text), Some(hash)) = (&sealing.record, entry.record()) {
        conn.execute(
            "INSERT INTO log_records (record_hash, event_id, record) VALUES ($1, $2, $3) ON CONFLICT (record_hash) DO NOTHING",
            &[Value::from(hash.to_string()), id.clone(), Value::from(text.as_str())],
        )
        .await?;
    }
    append_leaf(conn, event, &entry).await
}

/// Stores a full chunk of the body of an act that is still under way; the first brings the event with
/// it, whose hash and count are known only at the end.
pub(super) async fn keep_chunk(
    conn: &mut Conn,
    event: &Event,
    sealing: &Sealing,
    chunk: Chunk,
) -> Result<(), StoreError> {
    if chunk.ordinal == 0 {
        let unknown = Value::from([0; 32].as_slice());
        keep_event(conn, event, sealing, unknown, Value::from(0)).await?;
    }
    insert_chunk(conn, &Value::from(event.id.as_str()), chunk).await
}

async fn keep_event(
    conn: &mut Conn,
    event: &Event,
    sealing: &Sealing,
    hash: Value,
    images: Value,
) -> Result<(), StoreError> {
    let account = event.actor.account.as_ref();
    conn.execute(
        "INSERT INTO log_events (event_id, act, at_ms, account_id, salt, body_hash, images) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            Value::from(event.id.as_str()),
            Value::from(event.act.name()),
            Value::from(event.at.unix_ms()),
            Value::from(account.map(|account| account.as_str())),
            Value::from(sealing.salt.as_slice()),
            hash,
            images,
        ],
    )
    .await
    .map(|_| ())
}

async fn insert_chunk(conn: &mut Conn, event: &Value, chunk: Chunk) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO log_bodies (event_id, ordinal, gzip) VALUES ($1, $2, $3)",
        &[
            event.clone(),
            Value::from(chunk.ordinal),
            Value::from(chunk.gzip),
        ],
    )
    .await
    .map(|_| ())
}

fn entry_of(event: &Event, sealing: &Sealing, sealed: &Sealed) -> Result<Entry, StoreError> {
    let time = u64::try_from(event.at.unix_ms())
        .map_err(|_| StoreError::Engine("an instant before 1970".to_owned()))?;
    let act = act_hash_of(&Salt::from(sealing.salt), &Hash::from(sealed.hash));
    let word = event.entry_type().name();
    let kind = EntryType::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word);
    let refuse = |why: &str| StoreError::inconsistent("log_leaves", "type", event.act.name(), why);
    match (kind, &sealing.record) {
        (Some(EntryType::Act), None) => Entry::act(time, act),
        (Some(EntryType::Act), Some(_)) => return Err(refuse("a confidential act has no record")),
        (Some(kind), Some(text)) => Entry::with_record(kind, time, act, Hash::of(text.as_bytes())),
        (Some(_), None) => return Err(refuse("a public act needs its record")),
        (None, _) => return Err(refuse("not a type of the closed list")),
    }
    .map_err(|error| broken(&error))
}

/// Takes the lock on the head and appends one leaf. The statement that takes the lock also counts
/// it, so that the same text locks on both engines.
async fn append_leaf(
    conn: &mut Conn,
    event: &Event,
    entry: &Entry,
) -> Result<Committed, StoreError> {
    let head = conn
        .fetch(
            "UPDATE log_head SET size = size + 1 WHERE head_id = 1 RETURNING size, frontier, last_at_ms",
            &[],
        )
        .await?;
    let head = head
        .first()
        .ok_or_else(|| StoreError::inconsistent("log_head", "-", "1", "missing"))?;
    let (at, last) = (event.at.unix_ms(), head.int("last_at_ms")?);
    if at < last - CLOCK_TOLERANCE_MS {
        return Err(StoreError::ClockSetBack { last, claimed: at });
    }
    let mut frontier =
        Frontier::from_bytes(head.blob("frontier")?).map_err(|error| broken(&error))?;
    let sequence = frontier.size();
    if column_int(sequence)? + 1 != head.int("size")? {
        return Err(StoreError::inconsistent(
            "log_head",
            "size",
            "1",
            "differs from its frontier",
        ));
    }
    let leaf = entry.leaf_hash();
    let nodes = frontier.append(leaf).map_err(|error| broken(&error))?;
    let root = frontier.root();
    keep_nodes(conn, nodes).await?;
    let number = Value::from(column_int(sequence)?);
    conn.execute(
        "INSERT INTO log_leaves (sequence, event_id, entry, root) VALUES ($1, $2, $3, $4)",
        &[
            number.clone(),
            Value::from(event.id.as_str()),
            Value::from(entry.to_string()),
            Value::from(root.as_bytes().as_slice()),
        ],
    )
    .await?;
    keep_links(conn, event, &number).await?;
    conn.execute(
        "UPDATE log_head SET frontier = $1, root = $2, last_at_ms = $3 WHERE head_id = 1",
        &[
            Value::from(frontier.to_bytes()),
            Value::from(root.as_bytes().as_slice()),
            Value::from(at.max(last)),
        ],
    )
    .await?;
    Ok(Committed {
        event: event.id.clone(),
        sequence,
        leaf,
        root,
    })
}

/// Makes the leaf findable from what it concerns.
async fn keep_links(conn: &mut Conn, event: &Event, number: &Value) -> Result<(), StoreError> {
    for link in &event.links {
        conn.execute(
            "INSERT INTO log_links (kind, target, sequence) VALUES ($1, $2, $3) ON CONFLICT (kind, target, sequence) DO NOTHING",
            &[Value::from(link.kind.name()), Value::from(link.id.as_str()), number.clone()],
        )
        .await?;
    }
    Ok(())
}

/// Keeps the inner nodes an append has completed; they never change again.
async fn keep_nodes(conn: &mut Conn, nodes: Vec<tlog::frontier::Node>) -> Result<(), StoreError> {
    for node in nodes {
        conn.execute(
            "INSERT INTO log_nodes (level, position, hash) VALUES ($1, $2, $3)",
            &[
                Value::from(i64::from(node.id.level)),
                Value::from(column_int(node.id.index)?),
                Value::from(node.hash.as_bytes().as_slice()),
            ],
        )
        .await?;
    }
    Ok(())
}

/// The log's head: how many leaves, and the root over them.
pub async fn head(reader: &mut Reader) -> Result<(u64, Hash), StoreError> {
    let row = reader
        .one(
            "log_head",
            Query::new("SELECT size, root FROM log_head WHERE head_id = 1"),
        )
        .await?;
    Ok((
        size_of(row.int("size")?)?,
        hash_of("log_head", row.blob("root")?)?,
    ))
}

pub(crate) fn size_of(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::inconsistent("log_head", "size", "1", "negative"))
}

pub(crate) fn hash_of(table: &'static str, stored: &[u8]) -> Result<Hash, StoreError> {
    <[u8; 32]>::try_from(stored)
        .map(Hash::from)
        .map_err(|_| StoreError::inconsistent(table, "hash", "-", "not 32 bytes"))
}

/// What a proof of one leaf needs, as read from the database.
pub struct Inclusion {
    /// Number of the leaf.
    pub sequence: u64,
    /// The entry's exact text.
    pub entry: String,
    /// Size of the tree the path leads to.
    pub size: u64,
    /// Root of that tree.
    pub root: Hash,
    /// Audit path, leaf's sibling first.
    pub path: Vec<Hash>,
}

/// The inclusion proof of the leaf of `event` in the present tree.
pub async fn inclusion(reader: &mut Reader, event: &EventId) -> Result<Inclusion, StoreError> {
    let (size, root) = head(reader).await?;
    let row = reader
        .one(
            "log_leaves",
            Query::new("SELECT sequence, entry FROM log_leaves WHERE event_id = $1")
                .arg(event.as_str()),
        )
        .await?;
    let sequence = size_of(row.int("sequence")?)?;
    let wanted = proof::inclusion_nodes(sequence, size).map_err(|error| broken(&error))?;
    let nodes = nodes(reader, &wanted).await?;
    let path = proof::inclusion(sequence, size, |id| {
        nodes
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, hash)| *hash)
    })
    .map_err(|error| broken(&error))?;
    Ok(Inclusion {
        sequence,
        entry: row.text("entry")?.to_owned(),
        size,
        root,
        path,
    })
}

/// The consistency proof from the tree of `old` leaves to the present one.
pub async fn consistency(reader: &mut Reader, old: u64) -> Result<Vec<Hash>, StoreError> {
    let (size, _) = head(reader).await?;
    let wanted = proof::consistency_nodes(old, size).map_err(|error| broken(&error))?;
    let nodes = nodes(reader, &wanted).await?;
    proof::consistency(old, size, |id| {
        nodes
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, hash)| *hash)
    })
    .map_err(|error| broken(&error))
}

async fn nodes(reader: &mut Reader, wanted: &[NodeId]) -> Result<Vec<(NodeId, Hash)>, StoreError> {
    let mut found = Vec::with_capacity(wanted.len());
    for id in wanted {
        let row = reader
            .one(
                "log_nodes",
                Query::new("SELECT hash FROM log_nodes WHERE level = $1 AND position = $2")
                    .arg(i64::from(id.level))
                    .arg(column_int(id.index)?),
            )
            .await?;
        found.push((*id, hash_of("log_nodes", row.blob("hash")?)?));
    }
    Ok(found)
}

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
    let text = super::image::unpack(&[row.blob("gzip")?.to_vec()])?;
    Ok(text.lines().nth(1).map(str::to_owned))
}

/// The whole body of an event as text, with its salt: what a disclosure consists of.
pub async fn body(reader: &mut Reader, event: &EventId) -> Result<(String, [u8; 32]), StoreError> {
    let row = reader
        .one(
            "log_events",
            Query::new("SELECT salt FROM log_events WHERE event_id = $1").arg(event.as_str()),
        )
        .await?;
    let salt = *hash_of("log_events", row.blob("salt")?)?.as_bytes();
    let chunks = chunks(reader, event).await?;
    Ok((super::image::unpack(&chunks)?, salt))
}

pub(super) async fn chunks(
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

/// A public record by its hash.
pub async fn record(reader: &mut Reader, hash: &Hash) -> Result<Option<String>, StoreError> {
    let query =
        Query::new("SELECT record FROM log_records WHERE record_hash = $1").arg(hash.to_string());
    reader
        .first(query)
        .await?
        .map(|row| row.text("record").map(str::to_owned))
        .transpose()
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
pub async fn event_of_record(reader: &mut Reader, hash: &Hash) -> Result<EventId, StoreError> {
    let query =
        Query::new("SELECT event_id FROM log_records WHERE record_hash = $1").arg(hash.to_string());
    reader
        .one("log_records", query)
        .await?
        .parsed("log_records", "event_id", EventId::parse)
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
