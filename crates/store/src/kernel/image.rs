//! The body of an event: what was done, by whom, and the exact rows it left behind.
//!
//! A body is text, one JSON array or object per line, LF at the end of each (`docs/adr/0001`):
//!
//! ```text
//! "mingqian-body/1"
//! {…the event: id, act, actor, at, reason, links, facts…}
//! ["#","subjects",["subject_id","code",…]]        columns, once per table and body
//! ["+","subjects",["…","91…",…]]                  a row as inserted
//! ["=","subjects",["…","91…",…]]                  a row as it is after an update
//! ["-","subjects",["…"]]                          the key of a deleted row
//! ```
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

use super::table::{Column, Layout};
use super::value::Value;
use crate::error::StoreError;

/// Uncompressed bytes in one stored chunk of a body.
const CHUNK: usize = 256 * 1024;

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
    fn sign(self) -> &'static str {
        match self {
            Self::Insert => "+",
            Self::Update => "=",
            Self::Delete => "-",
        }
    }
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
        body.line("\"mingqian-body/1\"");
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
        let failed = |error: std::io::Error| StoreError::Engine(error.to_string());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&self.pending).map_err(failed)?;
        self.pending.clear();
        let ordinal = self.chunks;
        self.chunks += 1;
        Ok(Chunk {
            ordinal,
            gzip: gzip.finish().map_err(failed)?,
        })
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

    /// Adds the image of one row.
    pub(super) fn image(&mut self, operation: Operation, table: &Layout, values: &[Value]) {
        // Only a migration writes one table in two shapes.
        if self.shapes.insert(table.name, table.columns) != Some(table.columns) {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            self.line(&serde_json::json!(["#", table.name, names]).to_string());
        }
        self.images += 1;
        self.line(&line_of(operation, table.name, values));
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

/// The canonical text of one image line, which is also what `audit` compares.
fn line_of(operation: Operation, table: &str, values: &[Value]) -> String {
    let row: Vec<Json> = values.iter().map(json).collect();
    serde_json::json!([operation.sign(), table, row]).to_string()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Int(None) | Value::Text(None) | Value::Blob(None) | Value::Sealed(None) => {
            Json::Null
        }
        Value::Int(Some(value)) => Json::from(*value),
        Value::Text(Some(value)) => Json::from(value.as_str()),
        Value::Blob(Some(value)) => serde_json::json!({ "b": hex(value) }),
        Value::Sealed(Some(cell)) => serde_json::json!({ "b": hex(cell.bytes()) }),
    }
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
    Json::from(values.iter().map(json).collect::<Vec<_>>()).to_string()
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

/// A body being read chunk by chunk, strictly: every line must be of a known form. It holds one chunk at a time.
#[derive(Default)]
pub(super) struct Reading {
    hasher: Sha256,
    /// The beginning of a line whose end is in the next chunk.
    waiting: Vec<u8>,
    lines: u64,
    header: String,
    columns: BTreeMap<String, Arc<[String]>>,
}

impl Reading {
    /// Takes the next chunk; gives the images that are whole with it.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Image>, StoreError> {
        let text = unpack_chunk(chunk)?;
        self.hasher.update(&text);
        self.waiting.extend(text);
        let end = self.waiting.iter().rposition(|byte| *byte == b'\n');
        let rest = self.waiting.split_off(end.map_or(0, |end| end + 1));
        let whole = std::mem::replace(&mut self.waiting, rest);
        let whole = String::from_utf8(whole).map_err(|error| broken(&error.to_string()))?;
        let mut images = Vec::new();
        for line in whole.lines() {
            images.extend(self.line(line)?);
        }
        Ok(images)
    }

    /// The body has ended: its header line and the hash of its text.
    pub(super) fn finish(self) -> Result<(String, [u8; 32]), StoreError> {
        if !self.waiting.is_empty() {
            return Err(broken("the last line has no end"));
        }
        if self.lines < 2 {
            return Err(broken("the body has no header"));
        }
        Ok((self.header, self.hasher.finalize().into()))
    }

    fn line(&mut self, line: &str) -> Result<Option<Image>, StoreError> {
        self.lines += 1;
        match self.lines {
            1 if line == "\"mingqian-body/1\"" => return Ok(None),
            1 => return Err(broken("the body does not begin with its version")),
            2 => {
                line.clone_into(&mut self.header);
                return Ok(None);
            }
            _ => {}
        }
        let (sign, table, cells): (String, String, Vec<Json>) =
            serde_json::from_str(line).map_err(|error| broken(&error.to_string()))?;
        let operation = match sign.as_str() {
            "#" => {
                let named = names(&cells).ok_or_else(|| broken("unnamed column"))?;
                self.columns.insert(table, named);
                return Ok(None);
            }
            "+" => Operation::Insert,
            "=" => Operation::Update,
            "-" => Operation::Delete,
            _ => return Err(broken("unknown operation")),
        };
        let columns = self
            .columns
            .get(&table)
            .ok_or_else(|| broken("a row before the columns of its table"))?;
        if cells.len() > columns.len()
            || (operation != Operation::Delete && cells.len() != columns.len())
        {
            return Err(broken("a row with another number of cells than columns"));
        }
        Ok(Some(Image {
            operation,
            columns: Arc::clone(columns),
            table,
            cells,
        }))
    }
}

fn names(cells: &[Json]) -> Option<Arc<[String]>> {
    cells
        .iter()
        .map(|cell| cell.as_str().map(str::to_owned))
        .collect()
}
