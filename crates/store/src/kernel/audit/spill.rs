//! What an audit has to put together from places far apart – an image and the row it left, a link and its entry – as short
//! lines that are gathered in any order and taken back in parts, all lines of one key in the same part and in the order in
//! which they came. Only one part at a time is in memory, and of what is gathered no more than a bound: the rest waits in a
//! file that has no name and goes with the audit, so that an audit needs no more memory for more rows.
//!
//! Deliberately absent: what the lines say, and a file that outlives the process.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// As many parts: one of a hundred million rows is still small.
const PARTS: usize = 512;

/// Bytes held before they go to the file; every test goes by the file.
const MOST: usize = if cfg!(test) { 2_048 } else { 12 << 20 };

/// Where the file lies that is not in memory, if `TMPDIR` does not say it: on disk, which `/tmp` often is not.
const FOLDER: &str = "/var/tmp";

/// Lines that are gathered.
pub(super) struct Spill {
    parts: Vec<Part>,
    held: usize,
    most: usize,
    file: Option<File>,
    end: u64,
}

#[derive(Default)]
struct Part {
    held: Vec<u8>,
    /// Where in the file earlier lines of this part are, and how long.
    written: Vec<(u64, usize)>,
}

impl Default for Spill {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Spill {
    fn of(most: usize) -> Self {
        Self {
            parts: (0..PARTS).map(|_| Part::default()).collect(),
            held: 0,
            most,
            file: None,
            end: 0,
        }
    }

    /// Gathers a line of this key, as `write` puts it down.
    pub(super) fn push(
        &mut self,
        key: &[u8],
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), StoreError> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % PARTS as u64).unwrap_or(0);
        let held = &mut self.parts[at].held;
        let begun = held.len();
        held.extend_from_slice(&[0; 4]);
        write(held);
        let length = u32::try_from(held.len() - begun - 4)
            .map_err(|_| StoreError::Engine("a line of an audit above 4 GiB".to_owned()))?;
        held[begun..begun + 4].copy_from_slice(&length.to_le_bytes());
        self.held += held.len() - begun;
        if self.held > self.most {
            self.put_away().map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// How many parts there are.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The lines of one part, which are then given back.
    pub(super) fn part(&mut self, at: usize) -> Result<Lines, StoreError> {
        let part = std::mem::take(&mut self.parts[at]);
        let mut bytes = Vec::with_capacity(
            part.written.iter().map(|(_, length)| length).sum::<usize>() + part.held.len(),
        );
        if let Some(file) = &mut self.file {
            for (from, length) in &part.written {
                file.seek(SeekFrom::Start(*from))
                    .and_then(|_| file.take(*length as u64).read_to_end(&mut bytes))
                    .map_err(|error| failed(&error))?;
            }
        }
        self.held -= part.held.len();
        bytes.extend_from_slice(&part.held);
        Ok(Lines(bytes))
    }

    fn put_away(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(unnamed()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        for part in &mut self.parts {
            let held = std::mem::take(&mut part.held);
            if held.is_empty() {
                continue;
            }
            file.write_all(&held)?;
            part.written.push((self.end, held.len()));
            self.end += held.len() as u64;
        }
        self.held = 0;
        Ok(())
    }
}

/// The lines of one part.
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// Each in the order in which they came.
    pub(super) fn each(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (line, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(line)
        })
    }
}

/// What a line is read back by, from its beginning.
pub(super) struct Cursor<'l>(pub(super) &'l [u8]);

impl<'l> Cursor<'l> {
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk().expect("lines are our own");
        self.0 = rest;
        *taken
    }

    pub(super) fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// Whatever is left of it.
    pub(super) fn rest(self) -> &'l [u8] {
        self.0
    }
}

fn folder() -> PathBuf {
    match std::env::var_os("TMPDIR") {
        Some(_) => std::env::temp_dir(),
        None if Path::new(FOLDER).is_dir() => PathBuf::from(FOLDER),
        None => std::env::temp_dir(),
    }
}

fn unnamed() -> io::Result<File> {
    tempfile::tempfile_in(folder())
}

fn failed(error: &io::Error) -> StoreError {
    StoreError::Unaudited {
        folder: folder().display().to_string(),
        why: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
