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
use crate::kernel::log::{hash_of, size_of};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::{Row, Value};

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
    let (stands, event) = standing(reader, table, key).await?;
    let key: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    let mut left = None;
    let (entry, _) = proven(reader, &event, |image| {
        if let Some(cells) = cells_of(layout, &image)
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

/// An entry that wrote a row, as the log confirms it.
pub(crate) struct Told {
    /// Number of its leaf.
    pub(crate) sequence: u64,
    /// Stable name of its act.
    pub(crate) act: String,
    /// The outside party it says it is about.
    pub(crate) party: Option<String>,
    /// The row as it left it, in the columns of today.
    pub(crate) cells: Vec<Json>,
}

/// The entries that wrote a row, oldest first, back to the newest for whose act `first` holds; looked for among those
/// linked to what the row is about.
///
/// # Errors
/// [`StoreError::Contradiction`] if one of them is not what the log says.
pub(crate) async fn told_of(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    (kind, target): (&'static str, &str),
    first: impl Fn(&str) -> bool,
) -> Result<Vec<Told>, StoreError> {
    let query = Query::new(
        "SELECT l.sequence, l.event_id FROM log_links k JOIN log_leaves l ON l.sequence = k.sequence WHERE k.kind = $1 AND k.target = $2 ORDER BY l.sequence DESC",
    );
    let rows = reader.all(query.arg(kind).arg(target)).await?;
    let layout = table.layout();
    let wanted: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    let mut told: Vec<Told> = Vec::new();
    for row in &rows {
        let Some(one) = self::told(reader, layout, &wanted, row).await? else {
            continue;
        };
        let ends = first(&one.act);
        told.push(one);
        if ends {
            break;
        }
    }
    told.reverse();
    Ok(told)
}

/// What one event left of a row, if it wrote it and is linked to what the row is about.
///
/// # Errors
/// [`StoreError::Contradiction`] if it is not what the log says.
pub(crate) async fn left_by(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    (kind, target): (&'static str, &str),
    event: &EventId,
) -> Result<Option<Told>, StoreError> {
    let query = Query::new(
        "SELECT l.sequence, l.event_id FROM log_links k JOIN log_leaves l ON l.sequence = k.sequence WHERE k.kind = $1 AND k.target = $2 AND l.event_id = $3",
    );
    let query = query.arg(kind).arg(target).arg(event.as_str());
    let Some(leaf) = reader.first(query).await? else {
        return Ok(None);
    };
    let wanted: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    told(reader, table.layout(), &wanted, &leaf).await
}

/// Where an entry is looked for that wrote a row.
pub(crate) struct Among<'a> {
    /// Acts that may have written it without a link to what it is about.
    pub(crate) acts: &'a [&'a str],
    /// What entries that wrote it are linked to.
    pub(crate) link: Option<(&'a str, &'a str)>,
    /// Number of the last leaf that counts.
    pub(crate) until: Option<u64>,
}

/// The newest of these entries that wrote a row.
///
/// # Errors
/// [`StoreError::Contradiction`] if one of them is not what the log says.
pub(crate) async fn newest_of(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    among: &Among<'_>,
) -> Result<Option<Told>, StoreError> {
    let until = among.until.and_then(|until| i64::try_from(until).ok());
    let (kind, target) = among.link.unwrap_or_default();
    let query = Query::new("SELECT l.sequence, l.event_id FROM log_leaves l JOIN log_events e ON e.event_id = l.event_id WHERE l.sequence <= ")
        .bind(until.unwrap_or(i64::MAX))
        .push(" AND (e.act IN (")
        .bind_list(among.acts.iter().map(|act| Value::from(*act)))
        .push(") OR l.sequence IN (SELECT k.sequence FROM log_links k WHERE k.kind = ")
        .bind(kind)
        .push(" AND k.target = ")
        .bind(target)
        .push(")) ORDER BY l.sequence DESC");
    let layout = table.layout();
    let wanted: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    for row in &reader.all(query).await? {
        if let Some(told) = told(reader, layout, &wanted, row).await? {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

/// What the entry of a leaf left of a row, if it wrote it.
async fn told(
    reader: &mut Reader,
    layout: &Layout,
    wanted: &[Json],
    leaf: &Row,
) -> Result<Option<Told>, StoreError> {
    let event = leaf.parsed("log_leaves", "event_id", EventId::parse)?;
    let mut left = None;
    let read = proven(reader, &event, |image| {
        if let Some(cells) = cells_of(layout, &image)
            && cells.get(..wanted.len()) == Some(wanted)
        {
            left = Some(cells);
        }
    });
    let (_, header) = read.await.map_err(|error| unread(error, &event))?;
    let Some(cells) = left else {
        return Ok(None);
    };
    Ok(Some(Told {
        sequence: size_of(leaf.int("sequence")?)?,
        party: header.fact("party").map(str::to_owned),
        act: header.act,
        cells,
    }))
}

/// The cells of an image of this table in its columns of today.
pub(super) fn cells_of(layout: &Layout, image: &Image) -> Option<Vec<Json>> {
    let mut names = std::iter::once(layout.name).chain(layout.former.iter().map(|was| was.name));
    if names.any(|name| name == image.table) {
        history::present(layout, image, 0).ok()
    } else {
        None
    }
}

/// The cells of a row as they stand, and the event it is stamped with.
async fn standing(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
) -> Result<(String, EventId), StoreError> {
    let layout = table.layout();
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
    Ok((cells_text(&stands), event))
}

/// What the log says of an event is all there: its entry lies in the tree, and its body is the one the entry names.
///
/// # Errors
/// [`StoreError::Contradiction`] if not.
pub async fn whole(reader: &mut Reader, event: &EventId) -> Result<(), StoreError> {
    let read = proven(reader, event, drop).await;
    read.map(drop).map_err(|error| unread(error, event))
}

/// What cannot be read or is gone where the log has an entry is a contradiction of the log.
pub(super) fn unread(error: StoreError, event: &EventId) -> StoreError {
    match error {
        StoreError::Inconsistent { .. } => refuted(event, "的正文读不出"),
        StoreError::NotFound { .. } => refuted(event, "的条目或事件不在了"),
        other => other,
    }
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

/// The entry and the header of an event, confirmed by the log; `each` is given the images of its body, which are to be believed only
/// if this succeeds.
pub(super) async fn proven(
    reader: &mut Reader,
    event: &EventId,
    mut each: impl FnMut(Image),
) -> Result<(Entry, Header), StoreError> {
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
    let header = Header::parse(&header).filter(|header| header.id == event.as_str());
    let header = header.ok_or_else(|| refuted(event, "正文属于另一事件"))?;
    Ok((entry, header))
}
