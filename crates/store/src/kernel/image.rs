//! The body of an event: what was done, by whom, and the exact rows it left behind.
//!
//! A body is text, one JSON array or object per line, LF at the end of each (`docs/adr/0001`):
//!
//! ```text
//! "mingqian-body/2"
//! {…the event: id, act, actor, at, reason, links, facts…}
//! ["#","subjects",["subject_id","code",…]]        columns, once per table and body
//! ["+","subjects",["…","91…",…]]                  a row as inserted
//! ["=","subjects",["…","91…",…],"3f…"]            a row as it is after an update, and how it stood before
//! ["-","subjects",["…"],"3f…"]                    the key of a deleted row, and how it stood before
//! ```
//!
//! How a row stood before it was written ([`Stood`]) lets the audit tell a row that somebody altered in between
//! (`docs/adr/0019`); bodies of the first version do not say it and are read as they are.
//!
//! NULL is `null`, an integer a number, a text a string, bytes `{"b":"hex"}`. Bodies are kept as
//! gzip members of at most [`CHUNK`] uncompressed bytes: an auditor reads them with `zcat`.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tlog::Hash;

mod reading;

pub(super) use reading::{Asked, Reading};

use super::guard::typed;
use super::ready::Images;
use super::table::{Column, Layout, TracedTable};
use super::value::{Row, Value};
use crate::error::StoreError;

/// The first line of a body, by its version. The second version says of each row that is changed or goes how it stood
/// before.
const VERSIONS: [&str; 2] = ["\"mingqian-body/1\"", "\"mingqian-body/2\""];

/// Uncompressed bytes in one stored chunk of a body.
pub(super) const CHUNK: usize = 256 * 1024;

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Inserted.
    Insert,
    /// Changed; the image is the whole row afterwards.
    Update,
    /// Deleted; the image is its key.
    Delete,
}

impl Operation {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Insert => "+",
            Self::Update => "=",
            Self::Delete => "-",
        }
    }
}

/// How a row stood when it was read to be written: a hash over its cells and the event that last wrote it. Only what
/// was read from the table makes one, so that an image cannot claim another past than the row had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood(Hash);

impl Stood {
    /// Of the canonical text of a row's cells, and the event it is stamped with.
    pub(super) fn of(cells: &str, event: &str) -> Self {
        Self(Hash::of(format!("{cells}\n{event}\n").as_bytes()))
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// As it was written down.
    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Hash::from(bytes))
    }

    /// Of a row as it was read, with all columns of its table and the stamp.
    pub(crate) fn of_row(table: &TracedTable, row: &Row) -> Result<Self, StoreError> {
        let layout = table.layout();
        let cells: Result<Vec<Value>, _> = layout
            .columns
            .iter()
            .map(|column| row.value(column.name).cloned())
            .collect();
        let cells = cells_text(&typed(layout, &cells?));
        Ok(Self::of(&cells, row.text("last_event")?))
    }
}

/// What is written of one row, with its values; of a row that goes, those of its key.
pub(super) enum Write<'a> {
    New(&'a [Value]),
    Changed(&'a [Value], &'a Stood),
    Gone(&'a [Value], &'a Stood),
}

/// A body that is being written: hashed as it grows, compressed chunk by chunk.
pub(super) struct Body {
    hasher: Sha256,
    pending: Vec<u8>,
    chunks: i64,
    /// The shape under which each table was last named.
    shapes: BTreeMap<&'static str, &'static [Column]>,
    images: i64,
}

/// One stored piece of a body.
pub(super) struct Chunk {
    /// Its place in the body, from 0.
    pub(super) ordinal: i64,
    /// A gzip member.
    pub(super) gzip: Vec<u8>,
}

/// The end of a body.
pub(super) struct Sealed {
    pub(super) hash: [u8; 32],
    /// What is not stored yet.
    pub(super) last: Option<Chunk>,
    /// Chunks stored before.
    pub(super) stored: i64,
    pub(super) images: i64,
}

impl Body {
    pub(super) fn new(header: &str) -> Self {
        let mut body = Self {
            hasher: Sha256::new(),
            pending: Vec::with_capacity(1024),
            chunks: 0,
            shapes: BTreeMap::new(),
            images: 0,
        };
        body.line(VERSIONS[1]);
        body.line(header);
        body
    }

    fn line(&mut self, line: &str) {
        self.hasher.update(line.as_bytes());
        self.hasher.update(b"\n");
        self.pending.extend_from_slice(line.as_bytes());
        self.pending.push(b'\n');
    }

    fn compress(&mut self) -> Result<Chunk, StoreError> {
        let gzip = compressed(&self.pending)?;
        self.pending.clear();
        Ok(self.next_chunk(gzip))
    }

    fn next_chunk(&mut self, gzip: Vec<u8>) -> Chunk {
        let ordinal = self.chunks;
        self.chunks += 1;
        Chunk { ordinal, gzip }
    }

    /// The next chunk once it is full; to be stored before more is added.
    pub(super) fn full_chunk(&mut self) -> Result<Option<Chunk>, StoreError> {
        if self.pending.len() >= CHUNK {
            self.compress().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Bytes of memory held for what is not stored yet.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.pending.capacity()
    }

    /// Row images so far.
    pub(super) fn images(&self) -> i64 {
        self.images
    }

    /// Adds images that were encoded beforehand; yields chunks to be stored before more is added.
    pub(super) fn ready(&mut self, table: &Layout, part: Images) -> Result<Vec<Chunk>, StoreError> {
        self.shape(table);
        let mut chunks = Vec::new();
        if !self.pending.is_empty() {
            chunks.push(self.compress()?);
        }
        self.hasher.update(&part.text);
        self.images += part.images;
        chunks.push(self.next_chunk(part.gzip));
        Ok(chunks)
    }

    /// Adds the image of one row.
    pub(super) fn image(&mut self, table: &Layout, write: &Write<'_>) {
        self.shape(table);
        self.images += 1;
        self.line(&line_of(table.name, write));
    }

    fn shape(&mut self, table: &Layout) {
        // Only a migration writes one table in two shapes.
        if self.shapes.insert(table.name, table.columns) != Some(table.columns) {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            self.line(&serde_json::json!(["#", table.name, names]).to_string());
        }
    }

    pub(super) fn seal(mut self) -> Result<Sealed, StoreError> {
        let stored = self.chunks;
        let last = if self.pending.is_empty() {
            None
        } else {
            Some(self.compress()?)
        };
        Ok(Sealed {
            hash: self.hasher.finalize().into(),
            last,
            stored,
            images: self.images,
        })
    }
}

/// A gzip member of these bytes.
pub(super) fn compressed(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = |error: std::io::Error| StoreError::Engine(error.to_string());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).map_err(failed)?;
    gzip.finish().map_err(failed)
}

/// The canonical text of one image line, which is also what `audit` compares: JSON without a space. It
/// is written straight away, for an import has millions of cells.
pub(super) fn line_of(table: &str, write: &Write<'_>) -> String {
    let (operation, values, before) = match write {
        Write::New(values) => (Operation::Insert, values, None),
        Write::Changed(values, before) => (Operation::Update, values, Some(before)),
        Write::Gone(key, before) => (Operation::Delete, key, Some(before)),
    };
    let sign = operation.sign();
    let mut line = format!("[\"{sign}\",\"{table}\",");
    put_cells(&mut line, values);
    if let Some(Stood(before)) = before {
        line.push_str(&format!(",\"{before}\""));
    }
    line.push(']');
    line
}

/// Sign, table and cells of an image line, and the hash behind them where there is one.
pub(super) type Parts = (String, String, Vec<Json>, Option<String>);

/// Takes an image line apart.
pub(super) fn parts(line: &str) -> Result<Parts, serde_json::Error> {
    if line.ends_with("\"]") {
        let (sign, table, cells, before) = serde_json::from_str(line)?;
        return Ok((sign, table, cells, Some(before)));
    }
    let (sign, table, cells) = serde_json::from_str(line)?;
    Ok((sign, table, cells, None))
}

fn put_cells(to: &mut String, values: &[Value]) {
    to.push('[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            to.push(',');
        }
        match value {
            Value::Int(None) | Value::Text(None) | Value::Blob(None) | Value::Sealed(None) => {
                to.push_str("null");
            }
            Value::Int(Some(value)) => to.push_str(&value.to_string()),
            Value::Text(Some(value)) => {
                to.push_str(&serde_json::to_string(value).expect("a text always encodes"));
            }
            Value::Blob(Some(value)) => put_hex(to, value),
            Value::Sealed(Some(cell)) => put_hex(to, cell.bytes()),
        }
    }
    to.push(']');
}

fn put_hex(to: &mut String, bytes: &[u8]) {
    to.push_str("{\"b\":\"");
    to.push_str(&hex(bytes));
    to.push_str("\"}");
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

/// Canonical text of a row's cells alone, as compared between log and table.
pub(super) fn cells_text(values: &[Value]) -> String {
    let mut text = String::new();
    put_cells(&mut text, values);
    text
}

/// One image read back from a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) operation: Operation,
    pub(super) table: String,
    /// The columns of that table when the body was written.
    pub(super) columns: Arc<[String]>,
    /// The JSON cells, canonical text each, in the order of `columns`; of a deletion only the key's.
    pub(super) cells: Vec<Json>,
    /// How the row stood before, if the body says it.
    pub(super) before: Option<Stood>,
}

impl Image {
    pub(super) fn is_deletion(&self) -> bool {
        self.operation == Operation::Delete
    }
}

/// Most a stored chunk may unpack to: a chunk is cut after the line that fills it, and no line of ours comes near.
const MOST: u64 = 64 * 1024 * 1024;

/// Uncompresses one chunk of a body.
fn unpack_chunk(chunk: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut text = Vec::new();
    MultiGzDecoder::new(chunk)
        .take(MOST + 1)
        .read_to_end(&mut text)
        .map_err(|error| broken(&error.to_string()))?;
    if text.len() as u64 > MOST {
        return Err(broken("a chunk that unpacks to more than any of ours"));
    }
    Ok(text)
}

fn broken(why: &str) -> StoreError {
    StoreError::inconsistent("log_bodies", "gzip", "-", why)
}

/// Uncompresses the chunks of a body.
pub(super) fn unpack(chunks: &[Vec<u8>]) -> Result<String, StoreError> {
    let mut text = Vec::new();
    for chunk in chunks {
        text.extend(unpack_chunk(chunk)?);
    }
    String::from_utf8(text).map_err(|error| broken(&error.to_string()))
}

#[cfg(test)]
mod tests;
