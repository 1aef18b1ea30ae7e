//! `mingqian audit`: rows against log, log against itself.
//!
//! The audit trusts nothing but the order of the leaves. It recomputes every leaf from its entry,
//! every entry's act hash from the body, every root and inner node from the leaves, and folds all
//! images into the rows that should exist. Then it walks every traced table by key and names each
//! row that was changed, removed or planted behind the program's back, and the event that last
//! wrote it; every object of the schema that the migrations did not make (`shape`); and every content a row names is read and hashed (`blob::examine`). It only reads, so it can
//! run beside a working server: rows and log are one snapshot.

mod fault;
mod shape;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::EventId;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tlog::Hash;
use tlog::entry::{Entry, Salt, act_hash_of};
use tlog::frontier::Frontier;

use super::blob::examine;
use super::engine::Db;
use super::guard::typed;
use super::history::{self, Age, Schema};
use super::image::{self, Image, Operation, Reading};
use super::log::{broken, chunk, hash_of, head, size_of};
use super::reader::{Query, Reader};
use super::storage_key;
use super::table::{Layout, TracedTable};
use super::value::Value;
use crate::error::StoreError;
use crate::schema;

pub use fault::Fault;

/// Rows compared per query.
const PAGE: i64 = 2_000;

/// What an audit found, and how much it looked at.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Leaves recomputed.
    pub leaves: u64,
    /// Row images folded.
    pub images: u64,
    /// Rows compared.
    pub rows: u64,
    /// Tables compared.
    pub tables: u64,
    /// Contents read that rows name by their hash.
    pub contents: u64,
    /// Root over all leaves, as recomputed.
    pub root: Option<Hash>,
    /// Every contradiction.
    pub faults: Vec<Fault>,
}

/// The last legal state of one row.
struct Standing {
    cells: [u8; 32],
    sequence: u64,
    event: Arc<str>,
}

type Rows = BTreeMap<(String, String), Standing>;

/// Audits the whole database in one snapshot.
pub async fn audit(db: &Db) -> Result<Report, StoreError> {
    let mut report = audit_as(db, &schema::SCHEMA).await?;
    shape::compare(db, &mut report).await?;
    Ok(report)
}

/// The same with the tables as `schema` declares them.
pub(crate) async fn audit_as(db: &Db, schema: &Schema) -> Result<Report, StoreError> {
    let mut reader = db.read().await?;
    let mut report = Report::default();
    let mut rows = Rows::new();
    replay(&mut reader, schema, &mut report, &mut rows).await?;
    for table in schema.traced {
        compare(&mut reader, table, &mut rows, &mut report).await?;
        report.tables += 1;
    }
    examine::contents(db, &mut reader, &mut report).await?;
    for ((table, key), standing) in rows {
        report.faults.push(Fault::Missing {
            table,
            key,
            sequence: standing.sequence,
        });
    }
    Ok(report)
}

async fn replay(
    reader: &mut Reader,
    schema: &Schema,
    report: &mut Report,
    rows: &mut Rows,
) -> Result<(), StoreError> {
    let (size, root) = head(reader).await?;
    let mut frontier = Frontier::new();
    let mut nodes = 0_i64;
    let mut age = 0;
    for sequence in 0..size {
        let leaf = match leaf(reader, sequence).await? {
            Some(leaf) => leaf,
            None => {
                fault(report, sequence, "这一条不存在");
                return Ok(());
            }
        };
        let completed = frontier
            .append(leaf.entry_hash)
            .map_err(|error| broken(&error))?;
        for node in &completed {
            nodes += 1;
            if stored_node(reader, node.id.level, node.id.index).await? != Some(node.hash) {
                fault(report, sequence, "内部节点与条目不符");
            }
        }
        if frontier.root() != leaf.root {
            fault(report, sequence, "条目或其后的根被改动");
        }
        if let Some(header) = believed(reader, &leaf, sequence, report).await? {
            let migration = history::migration_of(&header);
            // While it moves values, the structure is on its way from the one to the other.
            age = age.max(migration.map_or(0, |number| number - 1));
            let stated = images(reader, schema, (&leaf, sequence, age), (report, rows)).await?;
            age = age.max(migration.unwrap_or(0)).max(stated);
        }
        report.leaves += 1;
    }
    if !counts_agree(reader, nodes, size).await? {
        fault(report, size, "条目、节点或事件的数量与日志头不符");
    }
    if frontier.root() != root {
        fault(report, size, "日志头的根与条目不符");
    }
    report.root = Some(frontier.root());
    Ok(())
}

/// Folds the images of a body that is believed; yields how new the structure is at least after what it states.
async fn images(
    reader: &mut Reader,
    schema: &Schema,
    (leaf, sequence, age): (&Leaf, u64, Age),
    (report, rows): (&mut Report, &mut Rows),
) -> Result<Age, StoreError> {
    let event = Arc::from(leaf.event.as_str());
    let mut stated = 0;
    let read = walk(reader, &leaf.event, |image| {
        report.images += 1;
        fold(schema, &image, (sequence, &event, age), report, rows);
        if storage_key::is_stated_by(&image) {
            stated = storage_key::SINCE;
        }
    });
    read.await??;
    Ok(stated)
}

/// Whether the tables of the log hold as many nodes, leaves and events as the head says.
async fn counts_agree(reader: &mut Reader, nodes: i64, size: u64) -> Result<bool, StoreError> {
    let mut counts = [0; 3];
    let queries = [
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_nodes",
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_leaves",
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM log_events",
    ];
    for (count, query) in counts.iter_mut().zip(queries) {
        *count = reader.number(Query::new(query)).await?;
    }
    let [stored, leaves, events] = counts;
    Ok(stored == nodes && size_of(leaves)? == size && events == leaves)
}

fn fault(report: &mut Report, sequence: u64, why: &str) {
    report.faults.push(Fault::Log {
        sequence,
        why: why.to_owned(),
    });
}

struct Leaf {
    event: EventId,
    entry: String,
    entry_hash: Hash,
    root: Hash,
}

async fn leaf(reader: &mut Reader, sequence: u64) -> Result<Option<Leaf>, StoreError> {
    let number = i64::try_from(sequence).unwrap_or(i64::MAX);
    let row = reader
        .first(
            Query::new("SELECT event_id, entry, root FROM log_leaves WHERE sequence = $1")
                .arg(number),
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let entry = row.text("entry")?.to_owned();
    Ok(Some(Leaf {
        event: row.parsed("log_leaves", "event_id", EventId::parse)?,
        entry_hash: tlog::hash::leaf_hash(entry.as_bytes()),
        entry,
        root: hash_of("log_leaves", row.blob("root")?)?,
    }))
}

async fn stored_node(
    reader: &mut Reader,
    level: u8,
    index: u64,
) -> Result<Option<Hash>, StoreError> {
    let position = i64::try_from(index).unwrap_or(i64::MAX);
    let query = Query::new("SELECT hash FROM log_nodes WHERE level = $1 AND position = $2")
        .arg(i64::from(level))
        .arg(position);
    match reader.first(query).await? {
        Some(row) => hash_of("log_nodes", row.blob("hash")?).map(Some),
        None => Ok(None),
    }
}

/// Reads a body through chunk by chunk, so that none has to be held whole, and gives each image to `each`: its
/// header line and the hash of its text. The inner error is a body that is not as bodies are.
async fn walk(
    reader: &mut Reader,
    event: &EventId,
    mut each: impl FnMut(Image),
) -> Result<Result<(String, [u8; 32]), StoreError>, StoreError> {
    let mut reading = Reading::default();
    for ordinal in 0.. {
        let Some(chunk) = chunk(reader, event, ordinal).await? else {
            break;
        };
        match reading.push(&chunk) {
            Ok(images) => images.into_iter().for_each(&mut each),
            Err(broken) => return Ok(Err(broken)),
        }
    }
    Ok(reading.finish())
}

/// Entry against body, body against header: the header, if the images of the body can be believed. They are read only
/// after that, a second time, so that no body has to be held whole.
async fn believed(
    reader: &mut Reader,
    leaf: &Leaf,
    sequence: u64,
    report: &mut Report,
) -> Result<Option<String>, StoreError> {
    let Ok(entry) = Entry::parse(&leaf.entry) else {
        fault(report, sequence, "条目不合格式");
        return Ok(None);
    };
    let salt = reader
        .first(
            Query::new("SELECT salt FROM log_events WHERE event_id = $1").arg(leaf.event.as_str()),
        )
        .await?
        .map(|row| hash_of("log_events", row.blob("salt")?))
        .transpose()?;
    let Ok((header, hash)) = walk(reader, &leaf.event, drop).await? else {
        fault(report, sequence, "事件正文读不出");
        return Ok(None);
    };
    let act = salt.map(|salt| act_hash_of(&Salt::from(*salt.as_bytes()), &Hash::from(hash)));
    if act.as_ref() != Some(entry.act_commitment()) {
        fault(report, sequence, "事件正文与条目中的摘要不符");
        return Ok(None);
    }
    if !header.contains(leaf.event.as_str()) {
        fault(report, sequence, "正文属于另一事件");
    }
    if let Some(hash) = entry.record() {
        let stored = super::log::record(reader, hash).await?;
        if stored.map(|text| Hash::of(text.as_bytes())).as_ref() != Some(hash) {
            fault(report, sequence, "公开记录缺失或被改动");
        }
    }
    Ok(Some(header))
}

fn fold(
    schema: &Schema,
    image: &Image,
    by: (u64, &Arc<str>, Age),
    report: &mut Report,
    rows: &mut Rows,
) {
    let (sequence, event, age) = by;
    let Some(table) = schema.table(&image.table) else {
        fault(report, sequence, "写了一张未登记的表");
        return;
    };
    let layout = table.layout();
    let cells = match history::present(layout, image, age) {
        Ok(cells) => cells,
        Err(column) => {
            let why = format!(
                "表 {} 的列 {column} 没有登记来历，或不合写入时的结构",
                image.table
            );
            fault(report, sequence, &why);
            return;
        }
    };
    let key = Json::from(cells[..layout.key.len()].to_vec()).to_string();
    let standing = Standing {
        cells: digest(&Json::from(cells).to_string()),
        sequence,
        event: Arc::clone(event),
    };
    let place = (layout.name.to_owned(), key);
    let before = match image.operation {
        Operation::Delete => rows.remove(&place).is_some(),
        Operation::Insert | Operation::Update => rows.insert(place, standing).is_some(),
    };
    if before == (image.operation == Operation::Insert) {
        fault(report, sequence, "同一行两次新增，或改删了不存在的行");
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

async fn compare(
    reader: &mut Reader,
    table: &TracedTable,
    rows: &mut Rows,
    report: &mut Report,
) -> Result<(), StoreError> {
    let layout = table.layout();
    let mut after: Option<Vec<Value>> = None;
    loop {
        let page = reader
            .conn
            .fetch(&page_sql(table, after.is_some()), &page_args(after))
            .await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(typed(layout, &last.values()[..layout.key.len()]));
        for row in &page {
            report.rows += 1;
            let values = typed(layout, &row.values()[..layout.columns.len()]);
            let key = image::cells_text(layout.key_of(&values));
            let stamp = row.maybe_text("last_event")?.unwrap_or_default().to_owned();
            match rows.remove(&(layout.name.to_owned(), key.clone())) {
                None => report.faults.push(Fault::Extra {
                    table: layout.name.to_owned(),
                    key,
                }),
                Some(standing) => {
                    let columns = differing(reader, table, &values, &stamp, &standing).await?;
                    if !columns.is_empty() {
                        let (table, sequence) = (layout.name.to_owned(), standing.sequence);
                        report.faults.push(Fault::Changed {
                            table,
                            key,
                            columns,
                            sequence,
                        });
                    }
                }
            }
        }
    }
}

fn page_sql(table: &TracedTable, more: bool) -> String {
    let layout = table.layout();
    let key = layout.key.join(", ");
    let marks: Vec<String> = (1..=layout.key.len()).map(|at| format!("${at}")).collect();
    let after = if more {
        format!(" WHERE ({key}) > ({})", marks.join(", "))
    } else {
        String::new()
    };
    format!(
        "SELECT {}, last_event FROM {}{after} ORDER BY {key} LIMIT {PAGE}",
        layout.names(),
        layout.name
    )
}

fn page_args(after: Option<Vec<Value>>) -> Vec<Value> {
    after.unwrap_or_default()
}

/// Columns in which a row differs from its last image; empty if it does not.
async fn differing(
    reader: &mut Reader,
    table: &TracedTable,
    values: &[Value],
    stamp: &str,
    standing: &Standing,
) -> Result<Vec<String>, StoreError> {
    let layout = table.layout();
    let text = image::cells_text(values);
    let mut columns = Vec::new();
    if digest(&text) != standing.cells {
        let event = EventId::parse(&standing.event).expect("taken from a parsed leaf");
        let key: Vec<Json> = cells(&image::cells_text(layout.key_of(values)));
        let now: Vec<Json> = cells(&text);
        let then = last_image(reader, layout, &event, &key).await?;
        for (at, column) in layout.columns.iter().enumerate() {
            if now.get(at) != then.get(at) {
                columns.push(column.name.to_owned());
            }
        }
    }
    if stamp != &*standing.event {
        columns.push("last_event".to_owned());
    }
    Ok(columns)
}

/// The row as the last image of this key in a body left it.
async fn last_image(
    reader: &mut Reader,
    layout: &Layout,
    event: &EventId,
    key: &[Json],
) -> Result<Vec<Json>, StoreError> {
    let of_table = |image: &Image| {
        let called = layout.former.iter().map(|former| former.name);
        std::iter::once(layout.name)
            .chain(called)
            .any(|name| name == image.table)
    };
    let mut found = Vec::new();
    let read = walk(reader, event, |image| {
        if of_table(&image)
            && let Ok(cells) = history::present(layout, &image, 0)
            && cells.get(..key.len()) == Some(key)
        {
            found = cells;
        }
    });
    read.await??;
    Ok(found)
}

fn cells(text: &str) -> Vec<Json> {
    serde_json::from_str(text).expect("our own canonical text is a JSON array")
}
