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

/// The tables whose rows are asked of a body, by the names it may call them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Asked<'a> {
    /// Every table.
    #[default]
    All,
    /// These alone. Rows of others are hashed and passed over, for an import has a million of them.
    Of(&'a [&'static str]),
}

impl Asked<'_> {
    /// Whether a line is the row of a table nobody asked for. Only one that begins as ours do is known to be that unread: a
    /// line whose first two strings are written in another way is taken apart like any other.
    fn passes_over(self, line: &[u8]) -> bool {
        let Self::Of(asked) = self else { return false };
        let rest = ["[\"+\",\"", "[\"=\",\"", "[\"-\",\""]
            .iter()
            .find_map(|begins| line.strip_prefix(begins.as_bytes()));
        let Some(rest) = rest else { return false };
        let Some(end) = rest.iter().position(|byte| *byte == b'"') else {
            return false;
        };
        let (table, rest) = rest.split_at(end);
        rest.starts_with(b"\",[")
            && !table.contains(&b'\\')
            && asked.iter().all(|asked| asked.as_bytes() != table)
    }
}

/// A body being read chunk by chunk, strictly: every line must be of a known form, but those passed over. It holds one chunk
/// at a time.
#[derive(Default)]
pub(super) struct Reading<'a> {
    asked: Asked<'a>,
    hasher: Sha256,
    /// The beginning of a line whose end is in the next chunk.
    waiting: Vec<u8>,
    lines: u64,
    /// Place of the version in [`VERSIONS`].
    version: usize,
    header: String,
    columns: BTreeMap<String, Arc<[String]>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(asked: Asked<'a>) -> Self {
        Self {
            asked,
            ..Self::default()
        }
    }

    /// Takes the next chunk; gives the images that are asked for and whole with it.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Image>, StoreError> {
        let text = unpack_chunk(chunk)?;
        self.hasher.update(&text);
        self.waiting.extend(text);
        let end = self.waiting.iter().rposition(|byte| *byte == b'\n');
        let rest = self.waiting.split_off(end.map_or(0, |end| end + 1));
        let whole = std::mem::replace(&mut self.waiting, rest);
        let mut images = Vec::new();
        for line in whole.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if self.lines >= 2 && self.asked.passes_over(line) {
                self.lines += 1;
                continue;
            }
            let line = str::from_utf8(line).map_err(|error| broken(&error.to_string()))?;
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
            1 => {
                let version = VERSIONS.iter().position(|known| *known == line);
                let version = version.ok_or_else(|| broken("not a version this program reads"))?;
                self.version = version;
                return Ok(None);
            }
            2 => {
                line.clone_into(&mut self.header);
                return Ok(None);
            }
            _ => {}
        }
        let (sign, table, cells, before) =
            parts(line).map_err(|error| broken(&error.to_string()))?;
        let operation = match sign.as_str() {
            "#" => {
                let named = names(&cells).filter(|_| before.is_none());
                let named = named.ok_or_else(|| broken("unnamed column"))?;
                self.columns.insert(table, named);
                return Ok(None);
            }
            "+" => Operation::Insert,
            "=" => Operation::Update,
            "-" => Operation::Delete,
            _ => return Err(broken("unknown operation")),
        };
        let before = self.before(operation, before.as_deref())?;
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
            before,
        }))
    }

    /// How the row stood: said of every row that stood, and by the second version only.
    fn before(
        &self,
        operation: Operation,
        before: Option<&str>,
    ) -> Result<Option<Stood>, StoreError> {
        let says = self.version > 0 && operation != Operation::Insert;
        match before {
            Some(hash) if says => {
                let hash = hash.parse().map_err(|_| broken("not a hash"))?;
                Ok(Some(Stood(hash)))
            }
            None if !says => Ok(None),
            _ => Err(broken("how the row stood before is missing, or too much")),
        }
    }
}

fn names(cells: &[Json]) -> Option<Arc<[String]>> {
    cells
        .iter()
        .map(|cell| cell.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests;
