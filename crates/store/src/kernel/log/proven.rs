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
use crate::kernel::image::{Asked, Image, Reading, cells_text};
use crate::kernel::log::hash_of;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::{Row, Value};
use crate::schema::INSTALLATION;

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
    let Standing { stands, stamp, .. } = standing(reader, table, key).await?;
    let key: Vec<Json> = serde_json::from_str(&cells_text(key)).unwrap_or_default();
    let mut left = None;
    let called: Vec<_> = layout.called().collect();
    let (entry, _) = proven(reader, &stamp, Asked::Of(&called), |image| {
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
    proven(
        reader,
        event,
        Asked::Of(&[INSTALLATION.layout().name]),
        |image| {
            names.extend(facts::stated_by(&image));
        },
    )
    .await?;
    Ok(names)
}

/// The cells of an image of this table in its columns of today.
pub(super) fn cells_of(layout: &Layout, image: &Image) -> Option<Vec<Json>> {
    if layout.called().any(|name| name == image.table) {
        history::present(layout, image, 0).ok()
    } else {
        None
    }
}

/// A row as it stands.
pub(super) struct Standing {
    /// As it was read, once: what is compared is what is believed.
    pub(super) row: Row,
    /// Its cells, as images have them.
    pub(super) stands: String,
    /// The event it is stamped with.
    pub(super) stamp: EventId,
}

/// A row as it stands at this moment.
pub(super) async fn standing(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
) -> Result<Standing, StoreError> {
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
    let stamp = row.parsed(layout.name, "last_event", EventId::parse)?;
    let stands = typed(layout, &row.values()[..layout.columns.len()]);
    Ok(Standing {
        row: row.clone(),
        stands: cells_text(&stands),
        stamp,
    })
}

/// What the log says of an event is all there: its entry lies in the tree, and its body is the one the entry names.
///
/// # Errors
/// [`StoreError::Contradiction`] if not.
pub async fn whole(reader: &mut Reader, event: &EventId) -> Result<(), StoreError> {
    let read = proven(reader, event, Asked::Of(&[]), drop).await;
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

/// The entry and the header of an event, confirmed by the log; `each` is given the images of its body that are asked for, which
/// are to be believed only if this succeeds.
pub(super) async fn proven(
    reader: &mut Reader,
    event: &EventId,
    asked: Asked<'_>,
    each: impl FnMut(Image),
) -> Result<(Entry, Header), StoreError> {
    let entry = confirmed(reader, event).await?;
    let header = body_of(reader, (event, &entry), asked, each).await?;
    Ok((entry, header))
}

/// The header of an event whose entry is proven; `each` as of [`proven`].
pub(super) async fn body_of(
    reader: &mut Reader,
    (event, entry): (&EventId, &Entry),
    asked: Asked<'_>,
    mut each: impl FnMut(Image),
) -> Result<Header, StoreError> {
    let query = Query::new("SELECT salt FROM log_events WHERE event_id = $1").arg(event.as_str());
    let row = reader.one("log_events", query).await?;
    let salt = Salt::from(*hash_of("log_events", row.blob("salt")?)?.as_bytes());
    let mut reading = Reading::of(asked);
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
    header.ok_or_else(|| refuted(event, "正文属于另一事件"))
}
