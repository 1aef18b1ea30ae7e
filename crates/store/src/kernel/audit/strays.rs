//! Rows of the log that no entry explains, each by its key: nodes beyond the tree, leaves that follow on none, events
//! and pieces of bodies without a leaf. Reading from leaf to leaf never comes to them; the next act may.

use super::index::differs;
use super::{Report, fault};
use crate::error::StoreError;
use crate::kernel::log::ahead;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::words;

/// Rows of one kind that are named; how many there are says the count of the table.
const NAMED: i64 = 100;

pub(super) async fn compare(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let size = leaves(reader, report).await?;
    nodes(reader, size, report).await?;
    events(reader, report).await?;
    bodies(reader, report).await
}

/// What stands behind the last leaf that was read; yields how large the tree may be.
async fn leaves(reader: &mut Reader, report: &mut Report) -> Result<u64, StoreError> {
    let read = report.leaves;
    let next = i64::try_from(read).unwrap_or(i64::MAX);
    let query = Query::new(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(sequence) AS first FROM log_leaves WHERE sequence < 0 OR sequence >= ",
    );
    let row = reader.one("log_leaves", query.bind(next)).await?;
    let first = row.value("first")?;
    if first.is_null() {
        return Ok(read);
    }
    let why = format!(
        "留痕读到这里为止，而表 log_leaves 还有 {} 行接不上的，第一行的 sequence 为 {}",
        row.int("n")?,
        words(first)
    );
    fault(report, read, &why);
    // Where a leaf is missing, what the head counts tells which nodes belong to the tree.
    let query = Query::new("SELECT size FROM log_head WHERE head_id = 1");
    let head = reader.first(query).await?;
    // What stands in the head in place of a number is named where the head is compared.
    let stated = head.and_then(|row| row.int("size").ok()).unwrap_or(0);
    Ok(u64::try_from(stated).unwrap_or(0).max(read))
}

async fn nodes(reader: &mut Reader, size: u64, report: &mut Report) -> Result<(), StoreError> {
    let mut places = ahead::beyond(&mut reader.conn, size, NAMED).await?;
    let query = Query::new(
        "SELECT level, position FROM log_nodes WHERE level < 0 OR position < 0 ORDER BY level, position LIMIT ",
    );
    places.extend(ahead::places(&reader.all(query.bind(NAMED)).await?)?);
    for place in places {
        let why = format!("日志的树（{size} 条）没有这个节点，没有任何条目写过它，是添上的");
        differs(report, "log_nodes", place, why);
    }
    Ok(())
}

async fn events(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT e.event_id FROM log_events e WHERE NOT EXISTS (SELECT 1 FROM log_leaves l WHERE l.event_id = e.event_id) ORDER BY e.event_id LIMIT ",
    );
    for row in reader.all(query.bind(NAMED)).await? {
        let why = "没有它的条目，是添上的，或它的条目被删".to_owned();
        differs(report, "log_events", words(row.value("event_id")?), why);
    }
    Ok(())
}

async fn bodies(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT b.event_id, b.ordinal FROM log_bodies b WHERE b.ordinal < 0 OR NOT EXISTS (SELECT 1 FROM log_events e WHERE e.event_id = b.event_id) OR (b.ordinal > 0 AND NOT EXISTS (SELECT 1 FROM log_bodies p WHERE p.event_id = b.event_id AND p.ordinal = b.ordinal - 1)) ORDER BY b.event_id, b.ordinal LIMIT ",
    );
    for row in reader.all(query.bind(NAMED)).await? {
        let piece = format!(
            "{} {}",
            words(row.value("event_id")?),
            words(row.value("ordinal")?)
        );
        let why = "这一段正文接不上任何事件".to_owned();
        differs(report, "log_bodies", piece, why);
    }
    Ok(())
}
