//! Rows of one table made ready outside the writer's lock: checked against their descriptor, imaged, compressed.
//!
//! Made ready, rows are their images and nothing else ([`ReadyRows`]), in memory or in a private file. Beside the
//! writer they are unpacked ([`OpenRows`]): the values that are bound are read from the images, so that an event
//! cannot lie about its rows here either. What is left under the lock is the engine's own work and one hash.
//! The file is for two moments of one program, not a format.

use std::collections::BTreeMap;
use std::io::{BufRead, Read as _};

use domain::id::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::cell::SealedCell;
use super::image::{CHUNK, Operation, Stood, Write, compressed, line_of, parts, unpack};
use super::table::{Cells, Layout, TracedTable};
use super::value::{Kind, Value};
use crate::error::StoreError;

/// New and changed rows of one table that only wait to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadyRows {
    /// What each row that changes starts from, in the order of their images.
    starts: Vec<Start>,
    /// The images, compressed as they will stand in the body.
    members: Vec<Vec<u8>>,
}

/// What a row that changes starts from. The whole row is imaged, but only columns that differ are written: an
/// index whose column stays is not touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Start {
    /// The event that last wrote it.
    pub(super) seen: EventId,
    /// The columns that differ, by their place in the table.
    pub(super) columns: Vec<u8>,
}

/// A row that changes: the event that last wrote it, how it stood when it was read, its values as they were read, and
/// how they are to be.
pub(crate) type Change = (EventId, Stood, Cells, Cells);

impl ReadyRows {
    /// Makes rows ready: new ones, and those that change.
    pub(crate) fn of(
        table: &TracedTable,
        new: impl IntoIterator<Item = Result<Cells, StoreError>>,
        changes: impl IntoIterator<Item = Result<Change, StoreError>>,
    ) -> Result<Self, StoreError> {
        let layout = table.layout();
        let mut ready = Self::default();
        let mut text = Vec::new();
        for row in new {
            let values = layout.values(row?)?;
            ready.image(&mut text, &line_of(layout.name, &Write::New(&values)))?;
        }
        for change in changes {
            let (seen, stood, before, after) = change?;
            let columns = differing(layout, &before, &after)?;
            ready.starts.push(Start { seen, columns });
            let values = layout.values(after)?;
            ready.image(
                &mut text,
                &line_of(layout.name, &Write::Changed(&values, &stood)),
            )?;
        }
        ready.close(&mut text)?;
        Ok(ready)
    }

    fn image(&mut self, text: &mut Vec<u8>, line: &str) -> Result<(), StoreError> {
        if text.len() + line.len() >= CHUNK {
            self.close(text)?;
        }
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
        Ok(())
    }

    fn close(&mut self, text: &mut Vec<u8>) -> Result<(), StoreError> {
        if !text.is_empty() {
            self.members.push(compressed(text)?);
            text.clear();
        }
        Ok(())
    }

    /// Puts the rows at the end of a private file, where they lie until they are written.
    pub fn put(&self, to: &mut Vec<u8>) {
        let lengths: Vec<usize> = self.members.iter().map(Vec::len).collect();
        let head = serde_json::json!([self.starts, lengths]);
        to.extend_from_slice(format!("{head}\n").as_bytes());
        to.extend(self.members.iter().flatten());
    }

    /// Takes the next rows from that file.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if they are not whole.
    pub fn take(from: &mut impl BufRead) -> Result<Self, StoreError> {
        let mut head = String::new();
        from.read_line(&mut head).map_err(|_| torn())?;
        let (starts, lengths): (Vec<Start>, Vec<u64>) =
            serde_json::from_str(&head).map_err(|_| torn())?;
        let mut members = Vec::new();
        for length in lengths {
            let mut gzip = Vec::new();
            let taken = from.by_ref().take(length).read_to_end(&mut gzip);
            if taken.map_err(|_| torn())? as u64 != length {
                return Err(torn());
            }
            members.push(gzip);
        }
        Ok(Self { starts, members })
    }

    /// Unpacks the rows.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if they are not whole, or of another table.
    pub(crate) fn open(self, table: &'static TracedTable) -> Result<OpenRows, StoreError> {
        let layout = table.layout();
        let mut open = OpenRows {
            layout,
            new: Vec::new(),
            changed: Vec::new(),
            images: Vec::with_capacity(self.members.len()),
        };
        let mut starts = self.starts.into_iter();
        for gzip in self.members {
            let text = unpack(std::slice::from_ref(&gzip))?;
            let mut images = 0;
            for line in text.lines() {
                match row_of(layout, line)? {
                    (Operation::Insert, row) => open.new.push(row),
                    (_, row) => {
                        let start = starts.next().ok_or_else(torn)?;
                        open.changed.push((start.within(layout)?, row));
                    }
                }
                images += 1;
            }
            let text = text.into_bytes();
            open.images.push(Images { text, gzip, images });
        }
        match starts.next() {
            None => Ok(open),
            Some(_) => Err(torn()),
        }
    }
}

impl Start {
    fn within(self, layout: &Layout) -> Result<Self, StoreError> {
        let may_change = layout.key.len()..layout.columns.len();
        let mut places = self.columns.iter();
        match places.all(|place| may_change.contains(&usize::from(*place))) {
            true => Ok(self),
            false => Err(torn()),
        }
    }
}

/// Rows made ready and unpacked: what is bound and what is logged.
#[derive(Debug)]
pub struct OpenRows {
    pub(super) layout: &'static Layout,
    pub(super) new: Vec<Vec<Value>>,
    pub(super) changed: Vec<(Start, Vec<Value>)>,
    pub(super) images: Vec<Images>,
}

/// Images of some rows as they will stand in a body: a member of its own.
#[derive(Debug)]
pub(super) struct Images {
    pub(super) text: Vec<u8>,
    pub(super) gzip: Vec<u8>,
    pub(super) images: i64,
}

/// Columns, by their places, and rows that change in just these.
type Alike = (Vec<u8>, Vec<(EventId, Vec<Value>)>);

/// Rows that change in groups that one statement each can change, of about `most` values.
pub(super) fn alike(layout: &Layout, changed: Vec<(Start, Vec<Value>)>, most: usize) -> Vec<Alike> {
    let mut full = Vec::new();
    let mut groups: BTreeMap<Vec<u8>, Vec<_>> = BTreeMap::new();
    for (start, row) in changed {
        let width = layout.key.len() + 1 + start.columns.len();
        let group = groups.entry(start.columns.clone()).or_default();
        group.push((start.seen, row));
        if (group.len() + 1) * width > most {
            full.push((start.columns, std::mem::take(group)));
        }
    }
    let rest = groups.into_iter().filter(|(_, rows)| !rows.is_empty());
    full.into_iter().chain(rest).collect()
}

/// The places of the columns in which two rows differ; their key is the same.
fn differing(layout: &Layout, before: &Cells, after: &Cells) -> Result<Vec<u8>, StoreError> {
    let pairs = before.iter().zip(after).enumerate();
    let differ = pairs.filter(|(_, (before, after))| before != after);
    let columns: Result<Vec<u8>, _> = differ.map(|(at, _)| u8::try_from(at)).collect();
    let columns = columns.map_err(|_| layout.wrong("-", "more than 256 columns"))?;
    if columns.iter().any(|at| usize::from(*at) < layout.key.len()) {
        return Err(layout.wrong(layout.key[0], "a change does not change the key"));
    }
    Ok(columns)
}

fn torn() -> StoreError {
    StoreError::Engine("rows made ready: the bytes are not whole".to_owned())
}

/// The row an image line holds, typed by the descriptor: what is written is what is imaged.
fn row_of(layout: &Layout, line: &str) -> Result<(Operation, Vec<Value>), StoreError> {
    let (sign, table, cells, before) = parts(line).map_err(|_| torn())?;
    let operation = match (sign.as_str(), before) {
        ("+", None) => Operation::Insert,
        ("=", Some(_)) => Operation::Update,
        _ => return Err(torn()),
    };
    if table != layout.name || cells.len() != layout.columns.len() {
        return Err(torn());
    }
    let cells = cells.into_iter().zip(layout.columns);
    let values: Result<_, _> = cells
        .map(|(cell, column)| value_of(column.kind, cell))
        .collect();
    Ok((operation, values?))
}

fn value_of(kind: Kind, cell: Json) -> Result<Value, StoreError> {
    Ok(match (kind, cell) {
        (kind, Json::Null) => kind.null(),
        (Kind::Int, Json::Number(number)) => Value::Int(Some(number.as_i64().ok_or_else(torn)?)),
        (Kind::Text, Json::String(text)) => Value::Text(Some(text)),
        (Kind::Blob, cell) => Value::Blob(Some(unhex(&cell)?)),
        (Kind::Sealed, cell) => SealedCell::of_ciphertext(unhex(&cell)?).into(),
        _ => return Err(torn()),
    })
}

fn unhex(cell: &Json) -> Result<Vec<u8>, StoreError> {
    let digits = cell["b"].as_str().ok_or_else(torn)?.as_bytes();
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).map_err(|_| torn())?;
        u8::from_str_radix(text, 16).map_err(|_| torn())
    };
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests;
