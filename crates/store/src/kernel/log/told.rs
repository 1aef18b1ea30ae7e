//! Which entries wrote a row, and what they left of it, told by the leaves themselves ([`Walk`]): a row that was put back to
//! an older image, with the stamp of its time, is not what the newest of them left.
//!
//! A walk ends at the entry that is looked for, or at the one that inserted the row. Deliberately absent: what is decided
//! by a difference.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use domain::id::EventId;
use serde_json::Value as Json;

use super::proven::{Standing, cells_of, proven, standing, unread};
use super::tables_of;
use super::walk::{Leaf, Walk};
use crate::error::StoreError;
use crate::kernel::guard::{self, typed};
use crate::kernel::header::Header;
use crate::kernel::image::{Asked, Image, Operation, cells_text};
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::{Row, Value};

/// An entry that wrote a row, as the log confirms it.
pub(crate) struct Told {
    /// Number of its leaf.
    pub(crate) sequence: u64,
    /// Stable name of its act.
    pub(crate) act: String,
    /// The outside party it says it is about.
    pub(crate) party: Option<String>,
    /// The row as it left it, in the columns of today; its key alone if it took the row away.
    pub(crate) cells: Vec<Json>,
    event: EventId,
    /// Whether it inserted the row.
    is_first: bool,
}

/// The entries that wrote a row, oldest first, back to the newest for whose act `first` holds.
///
/// # Errors
/// [`StoreError::Contradiction`] if a leaf on the way is not what the log says.
pub(crate) async fn told_of(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    first: impl Fn(&str) -> bool,
) -> Result<Vec<Told>, StoreError> {
    let wanted = cells_of_key(key);
    let mut walk = Walk::begin(reader).await?;
    let mut told: Vec<Told> = Vec::new();
    while let Some(leaf) = walk.next(reader).await? {
        let Some(one) = told_by(reader, table.layout(), &wanted, &leaf).await? else {
            continue;
        };
        let ends = one.is_first || first(&one.act);
        told.push(one);
        if ends {
            break;
        }
    }
    told.reverse();
    Ok(told)
}

/// What one event left of a row, if it is in the log and wrote it: whoever asks has the number from a form.
///
/// # Errors
/// [`StoreError::Contradiction`] if it is not what the log says.
pub(crate) async fn left_by(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    event: &EventId,
) -> Result<Option<Vec<Json>>, StoreError> {
    let wanted = cells_of_key(key);
    let mut left = None;
    let called: Vec<_> = table.layout().called().collect();
    let read = proven(reader, event, Asked::Of(&called), |image| {
        if let Some(cells) = cells_of(table.layout(), &image).filter(|cells| has(cells, &wanted)) {
            left = Some(cells);
        }
    });
    match read.await {
        Ok(_) => Ok(left),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(unread(error, event)),
    }
}

/// Whether an entry since the log had `size` leaves wrote a table of these registers.
///
/// # Errors
/// [`StoreError::Contradiction`] if a leaf on the way is not what the log says.
pub async fn wrote_since(
    reader: &mut Reader,
    size: u64,
    registers: &[Register],
) -> Result<bool, StoreError> {
    let tables = tables_of(registers);
    let called: Vec<_> = tables
        .iter()
        .flat_map(|table| table.layout().called())
        .collect();
    let mut walk = Walk::begin(reader).await?;
    while let Some(leaf) = walk.next(reader).await? {
        if leaf.sequence < size {
            break;
        }
        let mut wrote = false;
        let is_of = |image: &Image| {
            let mut tables = tables.iter();
            tables.any(|table| cells_of(table.layout(), image).is_some())
        };
        leaf.told(reader, Asked::Of(&called), |image| wrote |= is_of(&image))
            .await?;
        if wrote {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The newest entry, up to a leaf and of that act if these are given, that wrote a row.
///
/// # Errors
/// [`StoreError::Contradiction`] if a leaf on the way is not what the log says.
pub(crate) async fn newest_of(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    (act, until): (Option<&str>, Option<u64>),
) -> Result<Option<Told>, StoreError> {
    let wanted = cells_of_key(key);
    let mut walk = Walk::begin(reader).await?;
    while let Some(leaf) = walk.next(reader).await? {
        if until.is_some_and(|until| leaf.sequence > until) {
            continue;
        }
        let told = told_by(reader, table.layout(), &wanted, &leaf).await?;
        if let Some(told) = told.filter(|told| act.is_none_or(|act| told.act == act)) {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

/// The row as the newest entry that wrote it left it, whichever entry the row itself names. A decision rests on this
/// reading and on no other: on a server, somebody could put a row back between two.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row and that entry; [`StoreError::Conflict`] if somebody wrote it meanwhile.
pub(crate) async fn as_last_written(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
) -> Result<Row, StoreError> {
    let Standing { row, stands, stamp } = standing(reader, table, key).await?;
    let told = newest_of(reader, table, key, (None, None)).await?;
    let refused = match told {
        Some(told) if told.event == stamp && text_of(&told.cells) == stands => return Ok(row),
        Some(told) => format!(
            "不是留痕第 {} 条（最后写它的一条）写下的样子",
            told.sequence
        ),
        None => "没有任何留痕写过它".to_owned(),
    };
    if has_moved_on(reader, table, key, &stamp).await? {
        return Err(moved_on(table));
    }
    let place = format!("表 {} 行 {} ", table.layout().name, cells_text(key));
    Err(StoreError::contradiction(&place, &refused))
}

/// What an act says of a row that somebody wrote since it was read.
pub(crate) fn moved_on(table: &TracedTable) -> StoreError {
    guard::moved_on(table.layout())
}

/// Whether a row is stamped with another event by now. Beside others who write, the leaves are read a moment later than the
/// row, and may tell of more.
pub(crate) async fn has_moved_on(
    reader: &mut Reader,
    table: &TracedTable,
    key: &[Value],
    seen: &EventId,
) -> Result<bool, StoreError> {
    Ok(standing(reader, table, key).await?.stamp != *seen)
}

/// Where the rows of a campaign begin to be told of: the newest entry that wrote the row of the campaign and for whose act
/// and fact `attempt` this holds, or the one that inserted it.
pub(crate) type Began<'a> = &'a (dyn Fn(&str, Option<&str>) -> bool + Sync);

/// The rows of one campaign in a table, as the entries since `began` left them: none altered, gone, or more. As of one row,
/// decisions rest on this reading.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row.
pub(crate) async fn of_campaign_as_written(
    reader: &mut Reader,
    (table, campaigns): (&TracedTable, &TracedTable),
    campaign: &str,
    began: Began<'_>,
) -> Result<Vec<Row>, StoreError> {
    let layout = table.layout();
    let mut left = left_since(reader, (layout, campaigns.layout()), campaign, began).await?;
    let at = layout.columns.iter();
    let at = at.take_while(|column| column.name != "campaign_id").count();
    left.retain(|_, (_, cells)| {
        let stands = cells.len() == layout.columns.len();
        stands && cells[at].as_str() == Some(campaign)
    });
    let sql = format!(
        "SELECT {}, last_event FROM {} WHERE campaign_id = $1",
        layout.names(),
        layout.name
    );
    let rows = reader.conn.fetch(&sql, &[Value::from(campaign)]).await?;
    for row in &rows {
        let values = typed(layout, &row.values()[..layout.columns.len()]);
        let key = cells_text(layout.key_of(&values));
        let stamp = row.maybe_text("last_event").ok().flatten();
        let (stamp, stands) = (stamp.unwrap_or_default(), cells_text(&values));
        let place = format!("表 {} 行 {key} ", layout.name);
        match left.remove(&key) {
            Some((event, cells)) if event == stamp && text_of(&cells) == stands => {}
            _ => {
                let why = "不是最后写它的留痕写下的样子，或没有留痕写过它";
                return Err(StoreError::contradiction(&place, why));
            }
        }
    }
    match left.first_key_value() {
        None => Ok(rows),
        Some((key, _)) => Err(StoreError::contradiction(
            &format!("表 {} 行 {key} ", layout.name),
            "不在了，没有留痕删过它",
        )),
    }
}

/// What rows of some tables held when `began` was written, by key: what the newest entry before it left of each. One that no
/// entry wrote by then is not among them. Each key is one column.
///
/// # Errors
/// [`StoreError::Contradiction`] if a leaf on the way is not what the log says.
pub(crate) async fn left_before(
    reader: &mut Reader,
    wanted: &[(&TracedTable, BTreeSet<String>)],
    (campaigns, campaign): (&TracedTable, &str),
    began: Began<'_>,
) -> Result<Vec<BTreeMap<String, Vec<Json>>>, StoreError> {
    let own = [Json::from(campaign)];
    let tables = wanted.iter().map(|(table, _)| *table);
    let called: Vec<_> = tables
        .chain([campaigns])
        .flat_map(|table| table.layout().called())
        .collect();
    let mut missing: usize = wanted.iter().map(|(_, keys)| keys.len()).sum();
    let mut walk = Walk::begin(reader).await?;
    let (mut found, mut has_begun) = (vec![BTreeMap::new(); wanted.len()], false);
    while missing > 0 {
        let Some(leaf) = walk.next(reader).await? else {
            break;
        };
        let (mut wrote, mut of_leaf) = (false, Vec::new());
        let header = leaf.told(reader, Asked::Of(&called), |image| {
            if let Some(cells) = cells_of(campaigns.layout(), &image) {
                wrote |= has(&cells, &own);
            }
            for (at, (table, keys)) in wanted.iter().enumerate().filter(|_| has_begun) {
                let cells = cells_of(table.layout(), &image);
                let of_key = cells.as_ref().and_then(|cells| cells.first()?.as_str());
                let key = of_key.filter(|key| keys.contains(*key)).map(str::to_owned);
                of_leaf.extend(key.zip(cells).map(|(key, cells)| (at, key, cells)));
            }
        });
        let header = header.await?;
        for (at, key, cells) in of_leaf {
            if let Entry::Vacant(place) = found[at].entry(key) {
                place.insert(cells);
                missing -= 1;
            }
        }
        has_begun |= wrote && began(&header.act, header.fact("attempt"));
    }
    Ok(found)
}

/// By key: the event that last wrote a row since then, and what it left; of one that is gone, its key alone.
type Left = BTreeMap<String, (String, Vec<Json>)>;

async fn left_since(
    reader: &mut Reader,
    (layout, campaigns): (&Layout, &Layout),
    campaign: &str,
    began: Began<'_>,
) -> Result<Left, StoreError> {
    let own = [Json::from(campaign)];
    let width = layout.key.len();
    let called: Vec<_> = layout.called().chain(campaigns.called()).collect();
    let mut walk = Walk::begin(reader).await?;
    let mut left = Left::new();
    while let Some(leaf) = walk.next(reader).await? {
        let (mut wrote, mut is_first) = (false, false);
        let mut of_leaf = BTreeMap::new();
        let header = leaf.told(reader, Asked::Of(&called), |image| {
            if let Some(cells) = cells_of(layout, &image) {
                let key = Json::from(cells[..width].to_vec()).to_string();
                of_leaf.insert(key, cells);
            } else if cells_of(campaigns, &image).is_some_and(|cells| has(&cells, &own)) {
                wrote = true;
                is_first |= image.operation == Operation::Insert;
            }
        });
        let header = header.await?;
        for (key, cells) in of_leaf {
            let event = leaf.event.as_str().to_owned();
            left.entry(key).or_insert((event, cells));
        }
        if wrote && (is_first || began(&header.act, header.fact("attempt"))) {
            break;
        }
    }
    Ok(left)
}

/// What the entry of a leaf left of a row, if it wrote it.
async fn told_by(
    reader: &mut Reader,
    layout: &Layout,
    wanted: &[Json],
    leaf: &Leaf,
) -> Result<Option<Told>, StoreError> {
    let (mut left, mut is_first) = (None, false);
    let called: Vec<_> = layout.called().collect();
    let header: Header = leaf
        .told(reader, Asked::Of(&called), |image| {
            if let Some(cells) = cells_of(layout, &image).filter(|cells| has(cells, wanted)) {
                is_first |= image.operation == Operation::Insert;
                left = Some(cells);
            }
        })
        .await?;
    Ok(left.map(|cells| Told {
        sequence: leaf.sequence,
        party: header.fact("party").map(str::to_owned),
        act: header.act,
        cells,
        event: leaf.event.clone(),
        is_first,
    }))
}

fn has(cells: &[Json], key: &[Json]) -> bool {
    cells.get(..key.len()) == Some(key)
}

fn cells_of_key(key: &[Value]) -> Vec<Json> {
    serde_json::from_str(&cells_text(key)).unwrap_or_default()
}

/// As [`cells_text`] writes them.
fn text_of(cells: &[Json]) -> String {
    Json::from(cells).to_string()
}
