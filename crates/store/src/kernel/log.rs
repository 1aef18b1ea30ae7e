//! Appending to the log, and reading it back for people, proofs and receipts.
//!
//! The order of the log is the order in which commits took the lock on `log_head`, and the time of an
//! entry is the instant at which its act had that lock; when the act began stands in its event, and may
//! be long before, of an act that computes, writes or waits. Every append stores the root of the tree after it, so that any
//! later disagreement can be dated to a commit.

use domain::event::{Act, Event};
use domain::id::EventId;
use tlog::entry::{Entry, EntryType, Salt, act_hash_of};
use tlog::hash::NodeId;
use tlog::{Hash, proof};

use head::Head;
use repair::ClockRepair;

use super::conn::Conn;
use super::guard::Sealing;
use super::image::{Chunk, Sealed};
use super::reader::{Query, Reader};
use super::value::Value;
use crate::error::StoreError;

pub(super) mod ahead;
mod grown;
mod head;
mod proven;
pub(super) mod repair;
pub(super) mod rotation;
mod standing;
mod told;
mod trace;
mod walk;

pub(super) use grown::{Newest, require_before};
pub use grown::{grew_from, head_to_sign};
pub(super) use head::check;
pub(super) use proven::facts_of;
pub(crate) use proven::last_written;
pub use proven::{confirmed, whole};
pub(super) use standing::is_of_a_row;
pub(crate) use standing::{as_written, tables_of};
pub use told::wrote_since;
pub(crate) use told::{
    Told, as_last_written, has_moved_on, left_before, left_by, moved_on, newest_of,
    of_campaign_as_written, told_of,
};
pub(super) use trace::chunk;
#[cfg(test)]
pub(super) use trace::chunks;
pub use trace::{
    TraceLine, TraceOf, body, event_of_record, is_before_restart, line_of, record,
    records_that_begin, root_after, trace, trace_count,
};

/// How far before the last entry an entry's time may lie, or before the beginning of its own act: the
/// clocks of two machines never agree to the millisecond. What lies further back is a clock set back.
pub const CLOCK_TOLERANCE_MS: i64 = 60_000;

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
    /// Root of the tree before it.
    pub(super) before: Hash,
}

pub(super) fn broken(error: &tlog::Error) -> StoreError {
    StoreError::inconsistent("log_head", "frontier", "1", &error.to_string())
}

pub(super) fn column_int(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Engine("the log is full".to_owned()))
}

/// Last statements of an act: event, body, links, then under the lock the leaf.
pub(super) async fn append(
    conn: &mut Conn,
    event: &Event,
    sealing: &Sealing,
    sealed: Sealed,
) -> Result<Committed, StoreError> {
    let act = act_hash_of(&Salt::from(sealing.salt), &Hash::from(sealed.hash));
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
    if let Some(text) = &sealing.record {
        let hash = Hash::of(text.as_bytes());
        let written = conn.execute(
            "INSERT INTO log_records (record_hash, event_id, record) VALUES ($1, $2, $3) ON CONFLICT (record_hash) DO NOTHING",
            &[Value::from(hash.to_string()), id.clone(), Value::from(text.as_str())],
        )
        .await?;
        if written == 0 {
            ahead::logged_before(conn, &hash).await?;
        }
    }
    append_leaf(conn, event, sealing, act).await
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
    conn.keep(
        ("log_events", 1),
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
}

async fn insert_chunk(conn: &mut Conn, event: &Value, chunk: Chunk) -> Result<(), StoreError> {
    conn.keep(
        ("log_bodies", 1),
        "INSERT INTO log_bodies (event_id, ordinal, gzip) VALUES ($1, $2, $3)",
        &[
            event.clone(),
            Value::from(chunk.ordinal),
            Value::from(chunk.gzip),
        ],
    )
    .await
}

fn entry_of(
    event: &Event,
    sealing: &Sealing,
    act: Hash,
    time_ms: i64,
) -> Result<Entry, StoreError> {
    let time = u64::try_from(time_ms)
        .map_err(|_| StoreError::Engine("an instant before 1970".to_owned()))?;
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

/// Takes the lock on the head and appends one leaf, whose time is asked for here.
async fn append_leaf(
    conn: &mut Conn,
    event: &Event,
    sealing: &Sealing,
    act: Hash,
) -> Result<Committed, StoreError> {
    let Head {
        mut frontier,
        last_at_ms: last,
    } = head::lock(conn).await?;
    let (time, latest) = time_of(event, sealing, last)?;
    let named = sealing.record.as_deref();
    if event.act == Act::LogKeyRotated && !rotation::is_of_this_head(named, &frontier) {
        // Another entry has come between.
        return Err(StoreError::Busy);
    }
    let entry = entry_of(event, sealing, act, time)?;
    let sequence = frontier.size();
    let leaf = entry.leaf_hash();
    let before = frontier.root();
    let nodes = frontier.append(leaf).map_err(|error| broken(&error))?;
    let root = frontier.root();
    keep_nodes(conn, nodes).await?;
    let number = Value::from(column_int(sequence)?);
    conn.keep(
        ("log_leaves", 1),
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
    conn.keep(
        ("log_head", 1),
        "UPDATE log_head SET frontier = $1, root = $2, last_at_ms = $3 WHERE head_id = 1",
        &[
            Value::from(frontier.to_bytes()),
            Value::from(root.as_bytes().as_slice()),
            Value::from(latest),
        ],
    )
    .await?;
    Ok(Committed {
        event: event.id.clone(),
        sequence,
        leaf,
        root,
        before,
    })
}

/// The present instant, for an entry that follows those up to `last`; and the latest time claimed once it stands.
fn time_of(event: &Event, sealing: &Sealing, last: i64) -> Result<(i64, i64), StoreError> {
    let claimed = sealing.clock.now().unix_ms();
    if event.act == Act::ClockRepaired {
        let said = sealing.record.as_deref().and_then(ClockRepair::parse);
        let is = ClockRepair {
            before: last,
            after: claimed,
        };
        // Another entry has come between.
        return (said == Some(is))
            .then_some((claimed, claimed))
            .ok_or(StoreError::Busy);
    }
    let begun = last.max(event.at.unix_ms());
    if claimed < begun - CLOCK_TOLERANCE_MS {
        return Err(StoreError::ClockSetBack {
            last: begun,
            claimed,
        });
    }
    if let Some(by) = sealing.clock.stepped_ms() {
        return Err(StoreError::ClockStepped { by, claimed });
    }
    Ok((claimed, claimed.max(last)))
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
        let place = (i64::from(node.id.level), column_int(node.id.index)?);
        let written = conn
            .execute(
                "INSERT INTO log_nodes (level, position, hash) VALUES ($1, $2, $3) ON CONFLICT (level, position) DO NOTHING",
                &[
                    Value::from(place.0),
                    Value::from(place.1),
                    Value::from(node.hash.as_bytes().as_slice()),
                ],
            )
            .await?;
        if written == 0 {
            return Err(ahead::planted(&ahead::node_words(place.0, place.1)));
        }
    }
    Ok(())
}

/// The log's head: how many leaves, and the root over them.
///
/// # Errors
/// [`StoreError::Contradiction`] if it does not follow from the last leaf: nothing is proven or signed by it.
pub async fn head(reader: &mut Reader) -> Result<(u64, Hash), StoreError> {
    let frontier = check(&mut reader.conn).await?.frontier;
    Ok((frontier.size(), frontier.root()))
}

/// How many entries there are, and the instant of the last in unix milliseconds.
///
/// # Errors
/// As [`head`].
pub async fn standing(reader: &mut Reader) -> Result<(u64, i64), StoreError> {
    let head = check(&mut reader.conn).await?;
    Ok((head.size(), head.last_at_ms))
}

pub(crate) fn size_of(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::inconsistent("log_head", "size", "1", "是负数"))
}

pub(crate) fn hash_of(table: &'static str, stored: &[u8]) -> Result<Hash, StoreError> {
    <[u8; 32]>::try_from(stored)
        .map(Hash::from)
        .map_err(|_| StoreError::inconsistent(table, "hash", "-", "不是 32 个字节"))
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
    .map_err(|error| lost(&error))?;
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
    .map_err(|error| lost(&error))
}

/// Whether the log of `size` leaves and that root grew from one of `old` leaves and theirs, by the nodes that stand. A
/// root stored beside a leaf is only what somebody has written there.
///
/// # Errors
/// [`StoreError::Contradiction`] if a node is not there.
pub(super) async fn grew(
    reader: &mut Reader,
    (old, old_root): (u64, &Hash),
    (size, root): (u64, &Hash),
) -> Result<bool, StoreError> {
    let wanted = proof::consistency_nodes(old, size).map_err(|error| broken(&error))?;
    let nodes = nodes(reader, &wanted).await?;
    let path = proof::consistency(old, size, |id| {
        let mut known = nodes.iter();
        known.find(|(known, _)| *known == id).map(|(_, hash)| *hash)
    })
    .map_err(|error| lost(&error))?;
    Ok(proof::verify_consistency(old, size, old_root, root, &path).is_ok())
}

/// A node that the tree of this size has is not there.
fn lost(error: &tlog::Error) -> StoreError {
    StoreError::contradiction("日志树的节点", &format!("不全（{error}）"))
}

async fn nodes(reader: &mut Reader, wanted: &[NodeId]) -> Result<Vec<(NodeId, Hash)>, StoreError> {
    let mut found = Vec::with_capacity(wanted.len());
    for id in wanted {
        let place = (i64::from(id.level), column_int(id.index)?);
        let query = Query::new("SELECT hash FROM log_nodes WHERE level = $1 AND position = $2");
        let row = reader.first(query.arg(place.0).arg(place.1)).await?;
        let row = row.ok_or_else(|| {
            let place = format!("表 log_nodes 行 {}", ahead::node_words(place.0, place.1));
            StoreError::contradiction(&place, "不在了，日志的条目算得出它")
        })?;
        found.push((*id, hash_of("log_nodes", row.blob("hash")?)?));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
