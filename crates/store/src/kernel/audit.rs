//! `mingqian audit`: rows against log, log against itself.
//!
//! The audit trusts nothing but the order of the leaves. It recomputes every leaf from its entry,
//! every entry's act hash from the body, every root and inner node from the leaves (`replay`). Then it walks every traced
//! table by key, puts each row beside its images, a part of all keys at a time (`spill`), and names each
//! row that was changed, removed or planted behind the program's back, and the event that last
//! wrote it (`rows`); every row by which the log is looked up, and its head (`index`); rows of the log that no entry
//! explains (`strays`); the rows the kernel keeps
//! beside the log (`kept`), and password hashes by their digests (`credentials`); every object of the schema that the migrations did not make (`shape`), whose rows the engine itself holds against its
//! indexes (`engine`); and every content
//! a row names is read and hashed (`blob::examine`). It only reads, so it can run beside a working server: rows and
//! log are one snapshot.

mod credentials;
mod engine;
mod fault;
mod index;
mod kept;
pub(super) mod pages;
mod persons;
mod progress;
mod replay;
mod rows;
mod shape;
mod spill;
mod strays;

use std::sync::Arc;

use tlog::Hash;

use super::blob::examine;
use super::engine::Db;
use super::history::Schema;
use super::live;
use super::log::is_of_a_row;
use super::reader::Reader;
use super::table::{Layout, TracedTable};
use crate::error::StoreError;
use crate::schema;
use replay::Replay;

pub use fault::Fault;
pub use progress::Progress;
pub(super) use rows::Each;

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
    progress: Arc<Progress>,
}

/// Audits the whole database in one snapshot.
pub async fn audit(db: &Db) -> Result<Report, StoreError> {
    audit_watched(db, &Arc::default()).await
}

/// The same, saying how far it has come.
pub(super) async fn audit_watched(db: &Db, progress: &Arc<Progress>) -> Result<Report, StoreError> {
    let mut reader = db.read().await?;
    let begun = Report {
        progress: Arc::clone(progress),
        ..Report::default()
    };
    let (mut report, replay) = all(db, &mut reader, &schema::SCHEMA, begun).await?;
    shape::compare(&mut reader, db.engine(), &mut report).await?;
    engine::compare(&mut reader, &mut report).await?;
    kept::compare(&mut reader, &replay, &mut report).await?;
    persons::compare(&mut reader, &mut report).await?;
    credentials::compare(&mut reader, &mut report).await?;
    Ok(report)
}

/// Whether every table and column the audit reads is there, whatever the list of migrations says.
pub(super) async fn can_read(db: &Db) -> Result<bool, StoreError> {
    let live = live::live_schema(db).await?;
    let has = |layout: &Layout| {
        let columns = live.get(layout.name);
        columns.is_some_and(|there| {
            let stands = |name: &str| there.iter().any(|(column, _)| column == name);
            layout.columns.iter().all(|column| stands(column.name))
        })
    };
    let kernel = schema::KERNEL.iter().all(|name| live.contains_key(*name));
    Ok(kernel && schema::TRACED.iter().all(|table| has(table.layout())))
}

/// The same with the tables as `schema` declares them, without what only the newest structure has.
#[cfg(test)]
pub(crate) async fn audit_as(db: &Db, schema: &Schema) -> Result<Report, StoreError> {
    let mut reader = db.read().await?;
    Ok(all(db, &mut reader, schema, Report::default()).await?.0)
}

/// Everything the log explains: rows, contents, its own index and head.
async fn all(
    db: &Db,
    reader: &mut Reader,
    schema: &Schema,
    mut report: Report,
) -> Result<(Report, Replay), StoreError> {
    let gathered = rows::Gathered::of(schema);
    let mut replay = Replay::of(reader, schema, gathered, &mut report).await?;
    for table in schema.traced {
        let gathered = &mut replay.gathered;
        gathered
            .rows(reader, (table, &mut |_, _| ()), &replay.unread, &mut report)
            .await?;
    }
    let folded = rows::fold(reader, &mut replay.gathered, &replay.unread, &mut report).await?;
    examine::contents(db, reader, &mut report).await?;
    folded.name_missing(&replay.gathered, &replay.unread, &mut report);
    let said = (&mut replay.expected, &replay.unread);
    index::links(reader, said, &mut report).await?;
    index::records(reader, &mut replay.expected, &mut report).await?;
    let head = (&replay.frontier, replay.last_at_ms);
    index::head(reader, head, &mut report).await?;
    strays::compare(reader, &mut report).await?;
    Ok((report, replay))
}

/// The rows of these tables against what the whole log leaves of them, in the reader's view: no other fault is named,
/// unless an entry cannot be believed, of which nobody knows what it wrote.
/// Each row that is compared goes to `each` as it was read; it is what the log leaves only if nothing is named.
pub(super) async fn of_tables(
    reader: &mut Reader,
    tables: &[&'static TracedTable],
    each: Each<'_>,
) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let gathered = rows::Gathered::of_tables(&schema::SCHEMA, tables);
    let mut replay = Replay::of(reader, &schema::SCHEMA, gathered, &mut report).await?;
    if replay.unread.count() > 0 {
        report.faults.retain(|fault| match fault {
            Fault::Log { sequence, .. } => replay.unread.names(*sequence),
            _ => false,
        });
        return Ok(report);
    }
    report.faults.clear();
    for table in tables {
        let gathered = &mut replay.gathered;
        gathered
            .rows(reader, (table, &mut *each), &replay.unread, &mut report)
            .await?;
    }
    let folded = rows::fold(reader, &mut replay.gathered, &replay.unread, &mut report).await?;
    folded.name_missing(&replay.gathered, &replay.unread, &mut report);
    report.faults.retain(is_of_a_row);
    Ok(report)
}

/// A cell as it was read; one that is not what its column holds is named with table, row and column, and the audit
/// goes on without it.
fn cell<T>(report: &mut Report, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::Inconsistent {
            table,
            column,
            row,
            why,
        }) => {
            report.faults.push(Fault::Cell {
                table,
                row,
                column,
                why,
            });
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

fn fault(report: &mut Report, sequence: u64, why: &str) {
    report.faults.push(Fault::Log {
        sequence,
        why: why.to_owned(),
    });
}
