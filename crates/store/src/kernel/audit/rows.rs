//! Rows against their last image: each row that was changed, removed or planted behind the program's back, and the
//! event that last wrote it. What an event found when it wrote a row is held against the image before in the same way
//! (`docs/adr/0019`), so that a change behind the program's back is not forgotten when the program writes the row again.
//!
//! Images and rows are gathered here, each as a short line; `folded` puts those of one key together, a part of all keys at a
//! time, so that no table is ever in memory as a whole.

use std::sync::Arc;

use serde_json::Value as Json;

use super::pages::Pages;
use super::replay::Unread;
use super::spill::Spill;
use super::{PAGE, Report, fault};
use crate::error::StoreError;
use crate::kernel::guard::typed;
use crate::kernel::history::{self, Age, Schema};
use crate::kernel::image::{self, Image, Operation, Stood};
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::{Row, Value};

mod folded;
mod line;

pub(super) use folded::fold;

use line::{Line, Put};

/// Every image and every row, gathered.
#[derive(Default)]
pub(super) struct Gathered {
    spill: Spill,
    /// The tables that lines name by number.
    tables: Vec<Known>,
    /// Columns of another time that lines name by number, from 1.
    shapes: Vec<Arc<[String]>>,
    /// The tables that are asked for, if not all are.
    only: Option<Vec<&'static str>>,
}

/// A table, and whether its rows are compared.
struct Known {
    layout: &'static Layout,
    compared: Option<&'static TracedTable>,
}

/// What is done with each row that is compared.
pub(in crate::kernel) type Each<'a> = &'a mut (dyn FnMut(&'static TracedTable, &Row) + Send);

/// The event whose body is gathered.
pub(super) struct By<'a> {
    pub(super) sequence: u64,
    pub(super) event: &'a str,
    pub(super) age: Age,
}

impl Gathered {
    /// Of nothing yet; the tables that are compared have their order.
    pub(super) fn of(schema: &Schema) -> Self {
        let known = |table: &'static TracedTable| Known {
            layout: table.layout(),
            compared: Some(table),
        };
        Self {
            tables: schema.traced.iter().map(known).collect(),
            ..Self::default()
        }
    }

    /// The same, of these tables alone.
    pub(super) fn of_tables(schema: &Schema, tables: &[&'static TracedTable]) -> Self {
        let names = tables.iter().map(|table| table.layout().name);
        Self {
            only: Some(names.collect()),
            ..Self::of(schema)
        }
    }

    fn number(&mut self, layout: &'static Layout) -> u16 {
        let mut known = self.tables.iter();
        let at = known.position(|known| known.layout.name == layout.name);
        let at = at.unwrap_or_else(|| {
            self.tables.push(Known {
                layout,
                compared: None,
            });
            self.tables.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// Under which number lines name these columns; 0 those of today.
    fn shape(&mut self, layout: &Layout, columns: &Arc<[String]>) -> u16 {
        let today = layout.columns.iter().map(|column| column.name);
        if today.eq(columns.iter().map(String::as_str)) {
            return 0;
        }
        let mut known = self.shapes.iter();
        let at = known.position(|known| Arc::ptr_eq(known, columns) || known == columns);
        let at = at.unwrap_or_else(|| {
            self.shapes.push(Arc::clone(columns));
            self.shapes.len() - 1
        });
        u16::try_from(at + 1).unwrap_or(u16::MAX)
    }

    fn put(&mut self, key: &str, line: &Line) -> Result<(), StoreError> {
        self.spill
            .push(key.as_bytes(), |to| line.write(key.as_bytes(), to))
    }

    /// Gathers an image, of that place in the body; yields the register its table belongs to.
    pub(super) fn image(
        &mut self,
        schema: &Schema,
        (at, image): (u64, &Image),
        by: &By<'_>,
        report: &mut Report,
    ) -> Result<Option<Register>, StoreError> {
        let Some(table) = schema.table(&image.table) else {
            fault(report, by.sequence, "写了一张未登记的表");
            return Ok(None);
        };
        let layout = table.layout();
        if let Some(only) = &self.only
            && !only.contains(&layout.name)
        {
            return Ok(layout.register);
        }
        let cells = match history::present(layout, image, by.age) {
            Ok(cells) => cells,
            Err(column) => {
                let why = format!(
                    "表 {} 的列 {column} 没有登记来历，或不合写入时的结构",
                    image.table
                );
                fault(report, by.sequence, &why);
                return Ok(layout.register);
            }
        };
        let key = Json::from(cells[..layout.key.len()].to_vec()).to_string();
        let shape = self.shape(layout, &image.columns);
        let stood = |cells: Vec<Json>| Stood::of(&Json::from(cells).to_string(), by.event);
        let written = match (shape, image.operation) {
            (0, _) | (_, Operation::Delete) => None,
            _ => Some(stood(image.cells.clone())),
        };
        let put = Put {
            operation: image.operation,
            sequence: by.sequence,
            at,
            stood: stood(cells),
            shape,
            written,
            said: image.before.clone(),
        };
        let table = self.number(layout);
        self.put(&key, &Line::Put { table, put })?;
        Ok(layout.register)
    }

    /// Gathers the rows of a table as they stand, and hands each on.
    pub(super) async fn rows(
        &mut self,
        reader: &mut Reader,
        (table, each): (&'static TracedTable, Each<'_>),
        unread: &Unread,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let number = self.number(table.layout());
        let mut rows = Standing::of(table);
        while let Some(page) = rows.next(reader).await? {
            report.progress.come_to(report.leaves, report.rows);
            for (ordinal, row) in &page {
                report.rows += 1;
                let (key, values, stamp) = read(table.layout(), row);
                let line = Line::Row {
                    table: number,
                    ordinal: *ordinal,
                    unread: unread.stamped(&stamp),
                    stood: Stood::of(&image::cells_text(&values), &stamp),
                };
                self.put(&key, &line)?;
                each(table, row);
            }
        }
        report.tables += 1;
        Ok(())
    }
}

/// The rows of a table in the order of its key, numbered in that order, which the snapshot keeps.
struct Standing {
    pages: Pages,
    next: u64,
}

impl Standing {
    fn of(table: &TracedTable) -> Self {
        let layout = table.layout();
        let order: Vec<_> = layout.columns[..layout.key.len()]
            .iter()
            .map(|column| (column.name, column.kind))
            .collect();
        let select = format!("SELECT {}, last_event FROM {}", layout.names(), layout.name);
        Self {
            pages: Pages::of(select, &order, PAGE),
            next: 0,
        }
    }

    /// The next of them; none behind the last.
    async fn next(&mut self, reader: &mut Reader) -> Result<Option<Vec<(u64, Row)>>, StoreError> {
        let page = self.pages.next(&mut reader.conn).await?;
        let from = self.next;
        self.next += page.len() as u64;
        Ok((!page.is_empty()).then(|| (from..).zip(page).collect()))
    }
}

/// Key, cells and stamp of a row. A stamp that is no text is none: the comparison names it like one that was exchanged.
fn read(layout: &Layout, row: &Row) -> (String, Vec<Value>, String) {
    let values = typed(layout, &row.values()[..layout.columns.len()]);
    let key = image::cells_text(layout.key_of(&values));
    let stamp = row.maybe_text("last_event").ok().flatten();
    let stamp = stamp.unwrap_or_default().to_owned();
    (key, values, stamp)
}

#[cfg(test)]
mod tests;
