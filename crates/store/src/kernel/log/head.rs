//! The head of the log against its last leaf: whoever opens a database to write, proves or signs by the head, and every
//! act that takes its place in the log, asks whether the head says what the leaves make of it. One row and one leaf are read. All leaves are
//! recomputed by the audit only.

use tlog::entry::Entry;
use tlog::frontier::Frontier;

use super::CLOCK_TOLERANCE_MS;
use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::value::{Row, Value};

/// Head and last leaf in one statement, so that both are of one moment.
const STANDING: &str = "SELECT h.size, h.frontier, h.root, h.last_at_ms, l.sequence, l.entry, l.root AS leaf_root FROM log_head h LEFT JOIN log_leaves l ON l.sequence = (SELECT MAX(sequence) FROM log_leaves)";

/// The last leaf.
const LAST: &str = "SELECT sequence, entry, root AS leaf_root FROM log_leaves WHERE sequence = (SELECT MAX(sequence) FROM log_leaves)";

/// What the head says.
pub(in crate::kernel) struct Head {
    pub(super) frontier: Frontier,
    pub(super) last_at_ms: i64,
}

impl Head {
    /// How many leaves there are.
    pub(in crate::kernel) fn size(&self) -> u64 {
        self.frontier.size()
    }
}

/// Refuses a head that does not follow from the last leaf.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the column.
pub(in crate::kernel) async fn check(conn: &mut Conn) -> Result<Head, StoreError> {
    let rows = conn.fetch(STANDING, &[]).await?;
    let [row] = rows.as_slice() else {
        return Err(wrong(&format!("应只有一行，现有 {} 行", rows.len())));
    };
    let leaf = row.maybe_int("sequence")?.is_some().then_some(row);
    let size = row.int("size")?;
    followed(row, size, leaf)
}

/// Takes the lock on the head and counts the leaf that is to come, so that the same text locks on both engines; the
/// head as it was before.
///
/// # Errors
/// [`StoreError::Contradiction`] as [`check`].
pub(super) async fn lock(conn: &mut Conn) -> Result<Head, StoreError> {
    // The last number of all is never given: it could not be counted.
    let taken = "UPDATE log_head SET size = size + 1 WHERE head_id = 1 AND size >= 0 AND size < $1 RETURNING size, frontier, root, last_at_ms";
    let rows = conn.fetch(taken, &[Value::from(i64::MAX)]).await?;
    let Some(row) = rows.first() else {
        check(conn).await?;
        return Err(wrong("没有可以接着写的一行"));
    };
    let size = row.int("size")? - 1;
    let last = conn.fetch(LAST, &[]).await?;
    followed(row, size, last.first())
}

fn followed(row: &Row, size: i64, leaf: Option<&Row>) -> Result<Head, StoreError> {
    // A planted leaf may bear the largest number there is.
    let there = leaf.map_or(Ok(0), |leaf| {
        leaf.int("sequence").map(|last| last.saturating_add(1))
    })?;
    if size != there {
        return Err(wrong(&format!("列 size 现为 {size}，日志有 {there} 条")));
    }
    let frontier = Frontier::from_bytes(row.blob("frontier")?)
        .map_err(|error| wrong(&format!("列 frontier 读不出：{error}")))?;
    let root = frontier.root();
    let leaf_root = leaf.map_or(Ok(root.as_bytes().as_slice()), |leaf| {
        leaf.blob("leaf_root")
    })?;
    if i64::try_from(frontier.size()) != Ok(size) || root.as_bytes().as_slice() != leaf_root {
        return Err(wrong("列 frontier 算出的根不是最后一条之后的根"));
    }
    if row.blob("root")? != leaf_root {
        return Err(wrong("列 root 不是最后一条之后的根"));
    }
    let last_at_ms = row.int("last_at_ms")?;
    let latest = match leaf {
        None => 0..=0,
        Some(leaf) => {
            let entry = Entry::parse(leaf.text("entry")?)
                .map_err(|error| wrong(&format!("最后一条读不出：{error}")))?;
            let time = i64::try_from(entry.time()).unwrap_or(i64::MAX);
            // An entry may lie a little before the one it follows, never more.
            time..=time.saturating_add(CLOCK_TOLERANCE_MS)
        }
    };
    if !latest.contains(&last_at_ms) {
        let (from, to) = latest.into_inner();
        let why = format!("列 last_at_ms 现为 {last_at_ms}，最后一条的时间只容许 {from} 到 {to}");
        return Err(wrong(&why));
    }
    Ok(Head {
        frontier,
        last_at_ms,
    })
}

fn wrong(why: &str) -> StoreError {
    StoreError::contradiction("日志头（表 log_head）", why)
}
