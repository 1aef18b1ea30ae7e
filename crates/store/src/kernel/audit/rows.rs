//! Rows against their last image: each row that was changed, removed or planted behind the program's back, and the
//! event that last wrote it. What an event found when it wrote a row is held against the image before in the same way
//! (`docs/adr/0019`), so that a change behind the program's back is not forgotten when the program writes the row again.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::EventId;
use serde_json::Value as Json;

use super::pages::Pages;
use super::replay::{Unread, walk};
use super::{Fault, PAGE, Report, fault};
use crate::error::StoreError;
use crate::kernel::guard::typed;
use crate::kernel::history::{self, Age, Schema};
use crate::kernel::image::{self, Image, Operation, Stood};
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::Value;

/// The last legal state of one row.
pub(super) struct Standing {
    /// Over its cells in the columns of today, and the event.
    stood: Stood,
    pub(super) sequence: u64,
    event: Arc<str>,
    /// Place of the image in the body of that event.
    at: i64,
}

/// By table and key. There is one for every row there is: what it takes is most of what an audit takes.
pub(super) type Rows = BTreeMap<(&'static str, Box<str>), Standing>;

/// The event whose body is folded.
pub(super) struct By<'a> {
    pub(super) sequence: u64,
    pub(super) event: &'a Arc<str>,
    pub(super) age: Age,
    /// Events before it that cannot be believed.
    unread: &'a Unread,
    /// Rows of which it says how they stood in columns that are not those of today.
    pub(super) unsettled: Unsettled,
}

impl<'a> By<'a> {
    pub(super) fn of(sequence: u64, event: &'a Arc<str>, (age, unread): (Age, &'a Unread)) -> Self {
        Self {
            sequence,
            event,
            age,
            unread,
            unsettled: Unsettled::new(),
        }
    }
}

/// By the event that wrote a row before, and the place of its image there: what is said of it later.
pub(super) type Unsettled = BTreeMap<Arc<str>, BTreeMap<i64, Said>>;

/// What an event says of how a row stood, in columns of another time.
pub(super) struct Said {
    layout: &'static Layout,
    key: String,
    columns: Arc<[String]>,
    stood: Stood,
    /// The event that wrote the row before.
    sequence: u64,
}

/// Folds an image, of that place in the body, into the row that should exist; yields the register its table belongs to.
pub(super) fn fold(
    schema: &Schema,
    (at, image): (i64, &Image),
    by: &mut By<'_>,
    report: &mut Report,
    rows: &mut Rows,
) -> Option<Register> {
    let (sequence, age) = (by.sequence, by.age);
    let Some(table) = schema.table(&image.table) else {
        fault(report, sequence, "写了一张未登记的表");
        return None;
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
            return layout.register;
        }
    };
    let key = Json::from(cells[..layout.key.len()].to_vec()).to_string();
    let standing = Standing {
        stood: Stood::of(&Json::from(cells).to_string(), by.event),
        sequence,
        event: Arc::clone(by.event),
        at,
    };
    let place = (layout.name, key.as_str().into());
    let before = match image.operation {
        Operation::Delete => rows.remove(&place),
        Operation::Insert | Operation::Update => rows.insert(place, standing),
    };
    // What an event that cannot be believed wrote in between explains any difference.
    let last = before.as_ref().map(|before| before.sequence);
    let between = by.unread.between(last, sequence);
    match (image.operation, before) {
        (Operation::Insert, None) => {}
        (Operation::Insert, Some(_)) | (_, None) if between.is_some() => {
            unchecked(report, layout, key, between.unwrap_or_default());
        }
        (Operation::Insert, Some(_)) => {
            let why = format!("表 {} 行 {key} 已有，又新增了一次", layout.name);
            fault(report, sequence, &why);
        }
        (_, None) => {
            let why = format!("改或删了表 {} 行 {key}，没有留痕写过它", layout.name);
            fault(report, sequence, &why);
        }
        (_, Some(before)) => held_against(before, (layout, key), image, by, report),
    }
    layout.register
}

/// What the image says of how the row stood, against how its last event left it.
fn held_against(
    before: Standing,
    (layout, key): (&'static Layout, String),
    image: &Image,
    by: &mut By<'_>,
    report: &mut Report,
) {
    let Some(stood) = &image.before else {
        return;
    };
    let mut today = layout.columns.iter().map(|column| column.name);
    let said = Said {
        layout,
        key,
        columns: Arc::clone(&image.columns),
        stood: stood.clone(),
        sequence: before.sequence,
    };
    if !today.by_ref().eq(image.columns.iter().map(String::as_str)) {
        let of_event = by.unsettled.entry(before.event).or_default();
        of_event.insert(before.at, said);
    } else if before.stood != *stood {
        overwritten(report, said, by);
    }
}

/// Nobody can say how the row stood behind that leaf.
fn unchecked(report: &mut Report, layout: &Layout, key: String, sequence: u64) {
    report.faults.push(Fault::Unchecked {
        table: layout.name.to_owned(),
        key,
        sequence,
    });
}

fn overwritten(report: &mut Report, said: Said, by: &By<'_>) {
    if let Some(unread) = by.unread.between(Some(said.sequence), by.sequence) {
        unchecked(report, said.layout, said.key, unread);
        return;
    }
    report.faults.push(Fault::Overwritten {
        table: said.layout.name.to_owned(),
        key: said.key,
        sequence: said.sequence,
        by: by.sequence,
    });
}

/// Settles what an event says in columns of another time: each body that wrote such a row is read once more.
pub(super) async fn settle(
    reader: &mut Reader,
    mut by: By<'_>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for (event, mut said) in std::mem::take(&mut by.unsettled) {
        let id = EventId::parse(&event).expect("taken from a parsed leaf");
        let mut at = 0;
        let (read, _) = walk(reader, &id, |image| {
            if let Some(said) = said.remove(&at) {
                // Columns nothing tells of are a contradiction of their own where they were written.
                let left = history::named(said.layout, &image, &said.columns);
                let left = left.map(|cells| Stood::of(&Json::from(cells).to_string(), &event));
                if left.is_ok_and(|left| left != said.stood) {
                    overwritten(report, said, &by);
                }
            }
            at += 1;
        })
        .await?;
        read?;
    }
    Ok(())
}

pub(super) async fn compare(
    reader: &mut Reader,
    table: &TracedTable,
    (rows, unread): (&mut Rows, &Unread),
    report: &mut Report,
) -> Result<(), StoreError> {
    let layout = table.layout();
    let order: Vec<_> = layout.columns[..layout.key.len()]
        .iter()
        .map(|column| (column.name, column.kind))
        .collect();
    let select = format!("SELECT {}, last_event FROM {}", layout.names(), layout.name);
    let mut pages = Pages::of(select, &order, PAGE);
    loop {
        let page = pages.next(&mut reader.conn).await?;
        if page.is_empty() {
            return Ok(());
        }
        report.progress.come_to(report.leaves, report.rows);
        for row in &page {
            report.rows += 1;
            let values = typed(layout, &row.values()[..layout.columns.len()]);
            let key = image::cells_text(layout.key_of(&values));
            // A stamp that is no text is none: the comparison names it like one that was exchanged.
            let stamp = row.maybe_text("last_event").ok().flatten();
            let stamp = stamp.unwrap_or_default().to_owned();
            let standing = rows.remove(&(layout.name, key.as_str().into()));
            let table_name = layout.name.to_owned();
            // The stamp of one that cannot be believed, unless the row was written again since.
            let last = standing.as_ref().map(|standing| standing.sequence);
            if let Some(sequence) = unread.stamped(&stamp).filter(|unread| last < Some(*unread)) {
                unchecked(report, layout, key, sequence);
                continue;
            }
            match standing {
                None => report.faults.push(Fault::Extra {
                    table: table_name,
                    key,
                }),
                Some(standing) => {
                    let columns = differing(reader, table, &values, &stamp, &standing).await?;
                    if !columns.is_empty() {
                        report.faults.push(Fault::Changed {
                            table: table_name,
                            key,
                            columns,
                            sequence: standing.sequence,
                        });
                    }
                }
            }
        }
    }
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
    if Stood::of(&text, &standing.event) != standing.stood {
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
    let (read, _) = walk(reader, event, |image| {
        if of_table(&image)
            && let Ok(cells) = history::present(layout, &image, 0)
            && cells.get(..key.len()) == Some(key)
        {
            found = cells;
        }
    })
    .await?;
    read?;
    Ok(found)
}

fn cells(text: &str) -> Vec<Json> {
    serde_json::from_str(text).expect("our own canonical text is a JSON array")
}

#[cfg(test)]
mod tests;
