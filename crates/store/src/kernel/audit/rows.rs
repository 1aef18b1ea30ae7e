//! Rows against their last image: each row that was changed, removed or planted behind the program's back, and the
//! event that last wrote it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::id::EventId;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::replay::walk;
use super::{Fault, PAGE, Report, fault};
use crate::error::StoreError;
use crate::kernel::guard::typed;
use crate::kernel::history::{self, Age, Schema};
use crate::kernel::image::{self, Image, Operation};
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::Value;

/// The last legal state of one row.
pub(super) struct Standing {
    cells: [u8; 32],
    pub(super) sequence: u64,
    event: Arc<str>,
}

/// By table and key.
pub(super) type Rows = BTreeMap<(String, String), Standing>;

/// Folds an image into the row that should exist; yields the register its table belongs to.
pub(super) fn fold(
    schema: &Schema,
    image: &Image,
    by: (u64, &Arc<str>, Age),
    report: &mut Report,
    rows: &mut Rows,
) -> Option<Register> {
    let (sequence, event, age) = by;
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
    layout.register
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

pub(super) async fn compare(
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
