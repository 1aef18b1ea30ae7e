//! A body read back: its hash, its header, and the images of the tables somebody asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Image, Operation, Stood, VERSIONS, broken, parts, unpack_chunk};
use crate::error::StoreError;

/// The tables whose rows are asked of a body, by the names it may call them.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::kernel) enum Asked<'a> {
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
pub(in crate::kernel) struct Reading<'a> {
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
    pub(in crate::kernel) fn of(asked: Asked<'a>) -> Self {
        Self {
            asked,
            ..Self::default()
        }
    }

    /// Takes the next chunk; gives the images that are asked for and whole with it.
    pub(in crate::kernel) fn push(&mut self, chunk: &[u8]) -> Result<Vec<Image>, StoreError> {
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
    pub(in crate::kernel) fn finish(self) -> Result<(String, [u8; 32]), StoreError> {
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
