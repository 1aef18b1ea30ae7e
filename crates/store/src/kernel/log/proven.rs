//! What the log itself says of an event, for decisions: the columns by which the log is looked up are believed by
//! lists, not by what cannot be taken back.
//!
//! An event is believed when its entry lies in the tree under the root of the head, and its body has the hash the
//! entry names and begins with the event's own header. Deliberately absent: whether the head itself is the one that
//! was published; only who holds a checkpoint can tell.

use domain::id::EventId;
use serde_json::Value as Json;
use tlog::entry::{Entry, Salt, act_hash_of};
use tlog::{Hash, proof};

use super::{chunk, inclusion};
use crate::error::StoreError;
use crate::kernel::facts;
use crate::kernel::guard::typed;
use crate::kernel::header::Header;
use crate::kernel::history;
use crate::kernel::image::{Image, Reading, cells_text};
use crate::kernel::log::hash_of;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::TracedTable;
use crate::kernel::value::Value;

/// The time of the entry that last wrote a row, unix milliseconds: from the entry, once the log has confirmed it and
/// the row is what that event left.
///
/// # Errors
/// [`StoreError::Contradiction`] if entry, body or row were altered; [`StoreError::NotFound`] without such a row.
pub(crate) async fn last_written(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
) -> Result<i64, StoreError> {
    let layout = table.layout();
    let place = format!("表 {} 行 {}", layout.name, cells_text(key));
    let sql = format!(
        "SELECT {}, last_event FROM {} WHERE {}",
        layout.names(),
        layout.name,
        layout.key_match(1)
    );
    let rows = reader.conn.fetch(&sql, key).await?;
    let row = rows.first().ok_or_else(|| StoreError::NotFound {
        table: layout.name,
        key: cells_text(key),
    })?;
    let event = row.parsed(layout.name, "last_event", EventId::parse)?;
    let stands = typed(layout, &row.values()[..layout.columns.len()]);
    let stands = cells_text(&stands);
    let key: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    let mut left = None;
    let entry = proven(reader, &event, |image| {
        let ours = std::iter::once(layout.name)
            .chain(layout.former.iter().map(|former| former.name))
            .any(|name| name == image.table);
        if ours
            && let Ok(cells) = history::present(layout, &image, 0)
            && cells.get(..key.len()) == Some(&*key)
        {
            left = Some(Json::from(cells).to_string());
        }
    })
    .await?;
    if left.as_deref() != Some(&*stands) {
        return Err(StoreError::contradiction(
            &place,
            "不是最后一次写入时的样子",
        ));
    }
    Ok(i64::try_from(entry.time()).unwrap_or(i64::MAX))
}

/// The names of the facts of the installation that an event stated.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log does not confirm it.
pub(in crate::kernel) async fn facts_of(
    reader: &mut Reader,
    event: &EventId,
) -> Result<Vec<String>, StoreError> {
    let mut names = Vec::new();
    proven(reader, event, |image| {
        names.extend(facts::stated_by(&image));
    })
    .await?;
    Ok(names)
}

/// The entry of an event, which lies in the tree under the root of the head.
///
/// # Errors
/// [`StoreError::Contradiction`] if it does not, or is no entry.
pub async fn confirmed(reader: &mut Reader, event: &EventId) -> Result<Entry, StoreError> {
    let found = inclusion(reader, event).await?;
    let leaf = tlog::hash::leaf_hash(found.entry.as_bytes());
    proof::verify_inclusion(&leaf, found.sequence, found.size, &found.path, &found.root)
        .map_err(|_| refuted(event, "条目不在日志的树里"))?;
    Entry::parse(&found.entry).map_err(|error| refuted(event, &error.to_string()))
}

fn refuted(event: &EventId, why: &str) -> StoreError {
    StoreError::contradiction(&format!("留痕 {event}"), why)
}

/// The entry of an event, confirmed by the log; `each` is given the images of its body, which are to be believed only
/// if this succeeds.
async fn proven(
    reader: &mut Reader,
    event: &EventId,
    mut each: impl FnMut(Image),
) -> Result<Entry, StoreError> {
    let entry = confirmed(reader, event).await?;
    let query = Query::new("SELECT salt FROM log_events WHERE event_id = $1").arg(event.as_str());
    let row = reader.one("log_events", query).await?;
    let salt = Salt::from(*hash_of("log_events", row.blob("salt")?)?.as_bytes());
    let mut reading = Reading::default();
    let mut ordinal = 0;
    while let Some(chunk) = chunk(reader, event, ordinal).await? {
        reading.push(&chunk)?.into_iter().for_each(&mut each);
        ordinal += 1;
    }
    let (header, hash) = reading.finish()?;
    if act_hash_of(&salt, &Hash::from(hash)) != *entry.act_commitment() {
        return Err(refuted(event, "正文与条目中的摘要不符"));
    }
    if Header::parse(&header).is_none_or(|header| header.id != event.as_str()) {
        return Err(refuted(event, "正文属于另一事件"));
    }
    Ok(entry)
}
