//! What was gathered of one key after the other: its images in the order of the log, then the row as it stands.
//!
//! What differs is only numbered here; which columns differ is found by reading these rows again, and the body of the event
//! that last wrote each. A body that was written in columns of another time is read again where a later one says how a
//! row stood in columns that neither knows of the other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use domain::id::EventId;
use serde_json::Value as Json;

use super::line::{Line, Put};
use super::{Gathered, Standing as Rows, Stood, read};
use crate::error::StoreError;
use crate::kernel::audit::replay::{Unread, walk};
use crate::kernel::audit::{Fault, Report};
use crate::kernel::history;
use crate::kernel::image::{self, Asked, Image, Operation};
use crate::kernel::log::column_int;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::{Layout, TracedTable};
use crate::kernel::value::Value;

/// Rows of which it is not settled how they stood, before bodies are read again.
const UNSETTLED: usize = if cfg!(test) { 2 } else { 20_000 };

/// Where in the report a fault stands: those of the log by leaf and image, then those of rows by table and row.
type Place = (u8, u64, u64);

/// The last legal state of one row.
#[derive(Clone)]
struct Standing {
    /// Over its cells in the columns of today, and the event.
    stood: Stood,
    sequence: u64,
    /// Place of the image in the body of that event.
    at: u64,
    /// The number of the columns it was written in, and the same over its cells in these.
    written: Option<(u16, Stood)>,
}

/// What an event says of how a row stood, in columns of another time.
struct Said {
    table: u16,
    key: String,
    shape: u16,
    stood: Stood,
    by: u64,
    place: Place,
}

/// What was found.
#[derive(Default)]
pub(in crate::kernel::audit) struct Folded {
    found: Vec<(Place, Fault)>,
    /// Rows of a table that are not what their last image says, by their number there.
    differing: BTreeMap<u16, BTreeMap<u64, Standing>>,
    missing: Vec<((u16, String), u64)>,
    /// By the leaf that wrote a row before, and the place of its image there.
    unsettled: BTreeMap<u64, BTreeMap<u64, Said>>,
}

/// Puts together what was gathered, and names everything that was altered but rows that are gone.
pub(in crate::kernel::audit) async fn fold(
    reader: &mut Reader,
    gathered: &mut Gathered,
    unread: &Unread,
    report: &mut Report,
) -> Result<Folded, StoreError> {
    let mut folded = Folded::default();
    for at in 0..gathered.spill.parts() {
        let lines = gathered.spill.part(at)?;
        let mut rows = HashMap::new();
        for line in lines.each() {
            match Line::read(line) {
                (Line::Put { table, put }, key) => {
                    folded.image((gathered, table, key), put, unread, &mut rows);
                }
                (row @ Line::Row { .. }, key) => folded.row(gathered, (row, key), &mut rows),
            }
        }
        let left = rows.into_iter();
        let left = left.map(|((table, key), standing)| ((table, text(key)), standing.sequence));
        folded.missing.extend(left);
        if folded.unsettled.values().map(BTreeMap::len).sum::<usize>() > UNSETTLED {
            folded.settle(reader, gathered, unread).await?;
        }
    }
    folded.settle(reader, gathered, unread).await?;
    folded.name_columns(reader, gathered).await?;
    folded.found.sort_by_key(|(place, _)| *place);
    let found = std::mem::take(&mut folded.found);
    report
        .faults
        .extend(found.into_iter().map(|(_, fault)| fault));
    Ok(folded)
}

/// Rows that should exist, by table and key.
type Expected<'l> = HashMap<(u16, &'l [u8]), Standing>;

impl Folded {
    /// Folds an image into the row that should exist.
    fn image<'l>(
        &mut self,
        (gathered, table, key): (&Gathered, u16, &'l [u8]),
        put: Put,
        unread: &Unread,
        rows: &mut Expected<'l>,
    ) {
        let (sequence, place) = (put.sequence, (0, put.sequence, put.at));
        let shape = put.shape;
        let standing = Standing {
            stood: put.stood,
            sequence,
            at: put.at,
            written: put.written.map(|stood| (shape, stood)),
        };
        let before = match put.operation {
            Operation::Delete => rows.remove(&(table, key)),
            Operation::Insert | Operation::Update => rows.insert((table, key), standing),
        };
        // What an event that cannot be believed wrote in between explains any difference.
        let last = before.as_ref().map(|before| before.sequence);
        let between = unread.between(last, sequence);
        let name = gathered.tables[usize::from(table)].layout.name;
        match (put.operation, before) {
            (Operation::Insert, None) => {}
            (Operation::Insert, Some(_)) | (_, None) if between.is_some() => {
                self.unchecked(place, (name, key), between.unwrap_or_default());
            }
            (Operation::Insert, Some(_)) => {
                let why = format!("表 {name} 行 {} 已有，又新增了一次", text(key));
                self.found.push((place, Fault::Log { sequence, why }));
            }
            (_, None) => {
                let why = format!("改或删了表 {name} 行 {}，没有留痕写过它", text(key));
                self.found.push((place, Fault::Log { sequence, why }));
            }
            (_, Some(before)) => {
                if let Some(stood) = put.said {
                    let said = Said {
                        table,
                        key: text(key),
                        shape,
                        stood,
                        by: sequence,
                        place,
                    };
                    self.held_against(&before, said, gathered, unread);
                }
            }
        }
    }

    /// What an image says of how the row stood, against how its last event left it.
    fn held_against(
        &mut self,
        before: &Standing,
        said: Said,
        gathered: &Gathered,
        unread: &Unread,
    ) {
        let left = match (&before.written, said.shape) {
            (_, 0) => Some(&before.stood),
            (Some((shape, stood)), own) if *shape == own => Some(stood),
            _ => None,
        };
        match left {
            Some(left) if *left == said.stood => {}
            Some(_) => self.overwritten(before.sequence, said, gathered, unread),
            None => {
                let of_event = self.unsettled.entry(before.sequence).or_default();
                of_event.insert(before.at, said);
            }
        }
    }

    fn overwritten(&mut self, sequence: u64, said: Said, gathered: &Gathered, unread: &Unread) {
        let table = gathered.tables[usize::from(said.table)].layout.name;
        if let Some(unread) = unread.between(Some(sequence), said.by) {
            self.unchecked(said.place, (table, said.key.as_bytes()), unread);
            return;
        }
        let fault = Fault::Overwritten {
            table: table.to_owned(),
            key: said.key,
            sequence,
            by: said.by,
        };
        self.found.push((said.place, fault));
    }

    /// Nobody can say how the row stood behind that leaf.
    fn unchecked(&mut self, place: Place, (table, key): (&str, &[u8]), sequence: u64) {
        let fault = Fault::Unchecked {
            table: table.to_owned(),
            key: text(key),
            sequence,
        };
        self.found.push((place, fault));
    }

    /// A row as it stands against its last image.
    fn row<'l>(
        &mut self,
        gathered: &Gathered,
        (row, key): (Line, &'l [u8]),
        rows: &mut Expected<'l>,
    ) {
        let Line::Row {
            table,
            ordinal,
            unread: stamped,
            stood,
        } = row
        else {
            return;
        };
        let name = gathered.tables[usize::from(table)].layout.name;
        let place = (1, u64::from(table), ordinal);
        let standing = rows.remove(&(table, key));
        // The stamp of one that cannot be believed, unless the row was written again since.
        let last = standing.as_ref().map(|standing| standing.sequence);
        if let Some(sequence) = stamped.filter(|leaf| last < Some(*leaf)) {
            self.unchecked(place, (name, key), sequence);
            return;
        }
        match standing {
            None => {
                let fault = Fault::Extra {
                    table: name.to_owned(),
                    key: text(key),
                };
                self.found.push((place, fault));
            }
            Some(standing) if standing.stood == stood => {}
            Some(standing) => {
                let of_table = self.differing.entry(table).or_default();
                of_table.insert(ordinal, standing);
            }
        }
    }

    /// Settles what events say in columns of another time: each body that wrote such a row is read once more.
    async fn settle(
        &mut self,
        reader: &mut Reader,
        gathered: &Gathered,
        unread: &Unread,
    ) -> Result<(), StoreError> {
        for (sequence, mut said) in std::mem::take(&mut self.unsettled) {
            let event = event_at(reader, sequence).await?;
            let mut at = 0;
            let (read, _) = walk(reader, &event, Asked::All, |image| {
                if let Some(said) = said.remove(&at) {
                    let layout = gathered.tables[usize::from(said.table)].layout;
                    let columns = columns_of(gathered, layout, said.shape);
                    // Columns nothing tells of are a contradiction of their own where they were written.
                    let left = history::named(layout, &image, &columns);
                    let left =
                        left.map(|cells| Stood::of(&Json::from(cells).to_string(), event.as_str()));
                    if left.is_ok_and(|left| left != said.stood) {
                        self.overwritten(sequence, said, gathered, unread);
                    }
                }
                at += 1;
            })
            .await?;
            read?;
        }
        Ok(())
    }

    /// Which columns of each row differ from its last image.
    async fn name_columns(
        &mut self,
        reader: &mut Reader,
        gathered: &Gathered,
    ) -> Result<(), StoreError> {
        for (number, mut differing) in std::mem::take(&mut self.differing) {
            let Some(table) = gathered.tables[usize::from(number)].compared else {
                continue;
            };
            let mut rows = Rows::of(table);
            while !differing.is_empty()
                && let Some(page) = rows.next(reader).await?
            {
                for (ordinal, row) in &page {
                    let Some(standing) = differing.remove(ordinal) else {
                        continue;
                    };
                    let (key, values, stamp) = read(table.layout(), row);
                    let sequence = standing.sequence;
                    let columns = differing_columns(reader, table, (&values, &stamp), &standing);
                    let fault = Fault::Changed {
                        table: table.layout().name.to_owned(),
                        key,
                        columns: columns.await?,
                        sequence,
                    };
                    self.found.push(((1, u64::from(number), *ordinal), fault));
                }
            }
        }
        Ok(())
    }

    /// Names the rows that are gone, by table and key.
    pub(in crate::kernel::audit) fn name_missing(
        self,
        gathered: &Gathered,
        unread: &Unread,
        report: &mut Report,
    ) {
        let named = |number: u16| gathered.tables[usize::from(number)].layout.name;
        let mut missing: Vec<_> = self
            .missing
            .into_iter()
            .map(|((number, key), sequence)| (named(number), key, sequence))
            .collect();
        missing.sort();
        for (table, key, sequence) in missing {
            let table = table.to_owned();
            report.faults.push(match unread.since(sequence) {
                // An event that cannot be believed may have removed it.
                Some(sequence) => Fault::Unchecked {
                    table,
                    key,
                    sequence,
                },
                None => Fault::Missing {
                    table,
                    key,
                    sequence,
                },
            });
        }
    }
}

fn text(key: &[u8]) -> String {
    String::from_utf8_lossy(key).into_owned()
}

fn columns_of(gathered: &Gathered, layout: &Layout, shape: u16) -> Arc<[String]> {
    match usize::from(shape).checked_sub(1) {
        Some(at) => Arc::clone(&gathered.shapes[at]),
        None => {
            let columns = layout.columns.iter();
            columns.map(|column| column.name.to_owned()).collect()
        }
    }
}

/// The event of a leaf that was read.
async fn event_at(reader: &mut Reader, sequence: u64) -> Result<EventId, StoreError> {
    let query = Query::new("SELECT event_id FROM log_leaves WHERE sequence = $1");
    let row = reader
        .one("log_leaves", query.arg(column_int(sequence)?))
        .await?;
    row.parsed("log_leaves", "event_id", EventId::parse)
}

/// Columns in which a row differs from its last image.
async fn differing_columns(
    reader: &mut Reader,
    table: &TracedTable,
    (values, stamp): (&[Value], &str),
    standing: &Standing,
) -> Result<Vec<String>, StoreError> {
    let layout = table.layout();
    let event = event_at(reader, standing.sequence).await?;
    let cells = image::cells_text(values);
    let mut columns = Vec::new();
    if Stood::of(&cells, event.as_str()) != standing.stood {
        let key: Vec<Json> = parsed(&image::cells_text(layout.key_of(values)));
        let now: Vec<Json> = parsed(&cells);
        let then = last_image(reader, layout, &event, &key).await?;
        for (at, column) in layout.columns.iter().enumerate() {
            if now.get(at) != then.get(at) {
                columns.push(column.name.to_owned());
            }
        }
    }
    if stamp != event.as_str() {
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
    let called: Vec<_> = layout.called().collect();
    let of_table = |image: &Image| called.iter().any(|name| *name == image.table);
    let mut found = Vec::new();
    let (read, _) = walk(reader, event, Asked::Of(&called), |image| {
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

fn parsed(cells: &str) -> Vec<Json> {
    serde_json::from_str(cells).expect("our own canonical text is a JSON array")
}
