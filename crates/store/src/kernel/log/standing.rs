//! Whole registers as the entries that last wrote their rows left them, asked before something is fixed from them: a row
//! that was altered for the while of a freeze and put back afterwards would leave no trace.
//!
//! Deliberately absent: rows that are gone. No stamp is left of them, and only the audit, which folds the whole log, misses
//! them; whoever takes a row away for the while of a freeze is found by nobody who does not look in between.

use std::collections::{BTreeMap, HashMap};

use domain::id::EventId;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::proven::{cells_of, proven, unread};
use crate::error::StoreError;
use crate::kernel::audit::pages::Pages;
use crate::kernel::guard::typed;
use crate::kernel::image::cells_text;
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::TracedTable;
use crate::schema::TRACED;

/// Rows read per query.
const PAGE: i64 = 2_000;

/// Half a SHA-256 of a key or of the cells of a row: nobody gains by two rows of one.
type Print = [u8; 16];

/// By key: the row as it stands, and as its event left it.
type Rows = HashMap<Print, (Print, Option<Print>)>;

/// Refuses registers in which a row is not what the entry it is stamped with left.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the table and the event.
pub async fn as_written(reader: &mut Reader, registers: &[Register]) -> Result<(), StoreError> {
    for table in TRACED {
        let register = table.layout().register;
        if register.is_some_and(|register| registers.contains(&register)) {
            table_as_written(reader, table).await?;
        }
    }
    Ok(())
}

/// The same of one table.
///
/// # Errors
/// As [`as_written`].
pub(crate) async fn table_as_written(
    reader: &mut Reader,
    table: &TracedTable,
) -> Result<(), StoreError> {
    let layout = table.layout();
    let place = |event: &str| format!("表 {} 中按留痕 {event} 所写的行", layout.name);
    for (event, mut rows) in stamped(reader, table).await? {
        let unknown = |_| StoreError::contradiction(&place(&event), "没有这条留痕");
        let id = EventId::parse(&event).map_err(unknown)?;
        let width = layout.key.len();
        let read = proven(reader, &id, |image| {
            if let Some(cells) = cells_of(layout, &image) {
                let key = Json::from(cells[..width].to_vec()).to_string();
                if let Some((_, left)) = rows.get_mut(&print_of(&key)) {
                    *left = Some(print_of(&Json::from(cells).to_string()));
                }
            }
        });
        read.await.map_err(|error| unread(error, &id))?;
        let altered = rows
            .values()
            .filter(|(stands, left)| Some(stands) != left.as_ref());
        let altered = altered.count();
        if altered > 0 {
            let why = format!("有 {altered} 行不是那时写下的样子，是绕过程序改动的");
            return Err(StoreError::contradiction(&place(&event), &why));
        }
    }
    Ok(())
}

/// The rows of a table by the event they are stamped with.
async fn stamped(
    reader: &mut Reader,
    table: &TracedTable,
) -> Result<BTreeMap<String, Rows>, StoreError> {
    let layout = table.layout();
    let order = layout.columns[..layout.key.len()].iter();
    let order: Vec<_> = order.map(|column| (column.name, column.kind)).collect();
    let select = format!("SELECT {}, last_event FROM {}", layout.names(), layout.name);
    let mut pages = Pages::of(select, &order, PAGE);
    let mut stamped: BTreeMap<String, Rows> = BTreeMap::new();
    loop {
        let page = pages.next(&mut reader.conn).await?;
        if page.is_empty() {
            return Ok(stamped);
        }
        for row in &page {
            let values = typed(layout, &row.values()[..layout.columns.len()]);
            let key = print_of(&cells_text(layout.key_of(&values)));
            let stands = print_of(&cells_text(&values));
            // A stamp that is no text is that of no event.
            let event = row.maybe_text("last_event").ok().flatten();
            let event = event.unwrap_or_default().to_owned();
            stamped
                .entry(event)
                .or_default()
                .insert(key, (stands, None));
        }
    }
}

fn print_of(text: &str) -> Print {
    let hash = Sha256::digest(text.as_bytes());
    let mut print = Print::default();
    print.copy_from_slice(&hash[..16]);
    print
}
