//! Reads a table that somebody else made: CSV in UTF-8 or GB18030, or an XLSX workbook.
//!
//! The file's content decides what it is, never its name. Rows stream out one by one; nothing is
//! sized by what the file claims about itself. What only looks like an answer is kept apart: a code
//! that was stored as a number and lost its last digits is [`Cell::Lossy`], never text.
//!
//! [`read`] holds every limit of [`Limits`] but memory and time, which only a process of its own
//! can hold: uploads go through [`crate::child`].

mod address;
mod archive;
mod decode;
mod delimited;
mod sniff;
mod workbook;

pub use address::address;
pub use sniff::{Delimiter, Encoding, Format, sniff};

use std::fmt;
use std::fs::File;
use std::path::Path;

use domain::refusal::Refusal;
use domain::text::FieldError;
use serde::{Deserialize, Serialize};

use crate::codes;

/// What one file may cost us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows that are not blank.
    pub rows: u64,
    /// Columns that may hold anything.
    pub columns: usize,
    /// Bytes of one cell in UTF-8.
    pub cell_bytes: usize,
    /// Bytes of a workbook after unpacking, all parts together.
    pub uncompressed: u64,
    /// How many times larger a part of a workbook may become by unpacking.
    pub ratio: u64,
    /// Bytes of a workbook's table of strings, which is read whole into memory.
    pub shared_strings: u64,
    /// Seconds of processor time; held by the child process only.
    pub seconds: u64,
    /// Bytes of address space; held by the child process only.
    pub memory: u64,
}

impl Default for Limits {
    /// What an upload may cost: a million rows of an ordinary register fit.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            rows: 1_048_576,
            columns: 64,
            cell_bytes: 32_000,
            uncompressed: 1 << 30,
            ratio: 200,
            shared_strings: 128 << 20,
            seconds: 60,
            memory: 512 << 20,
        }
    }
}

/// One cell as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing, or only blanks.
    #[default]
    #[serde(rename = "")]
    Empty,
    /// Text; numbers and dates as the office would write them (`12.5`, `2026-03-01`).
    #[serde(rename = "t")]
    Text(String),
    /// A number of more than 15 digits or in scientific notation: its last digits are gone.
    #[serde(rename = "l")]
    Lossy(String),
    /// An error value such as `#N/A`.
    #[serde(rename = "e")]
    Error(String),
    /// A formula whose result was never saved.
    #[serde(rename = "f")]
    Formula,
}

impl Cell {
    /// The text of the cell, empty for an empty one.
    ///
    /// # Errors
    /// `IMPT-040`, `IMPT-041` or `IMPT-042` if what stands there is not what the office meant.
    pub fn text(&self) -> Result<&str, FieldError> {
        match self {
            Self::Empty => Ok(""),
            Self::Text(text) => Ok(text),
            Self::Lossy(text) => Err(codes::LOSSY.field(&[("text", text)])),
            Self::Error(text) => Err(codes::CELL_ERROR.field(&[("text", text)])),
            Self::Formula => Err(codes::FORMULA_EMPTY.field(&[])),
        }
    }

    /// What the user sees in the cell, right or not; for the file of errors.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Empty | Self::Formula => "",
            Self::Text(text) | Self::Lossy(text) | Self::Error(text) => text,
        }
    }

    /// Whether nothing stands in the cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

/// One row that is not blank; blank cells at its end are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Row {
    /// The row as the user's program counts it: the row of the sheet, the line of the text file.
    #[serde(rename = "n")]
    pub number: u64,
    /// Its cells from the first column.
    #[serde(rename = "c")]
    pub cells: Vec<Cell>,
}

/// A merged range of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// As the user sees it: `A2:A7`.
    pub range: String,
    /// Its last row, counted from 1.
    pub last_row: u64,
}

/// What the file turned out to be; its `Display` is told to the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What the content is, whatever the name says.
    pub format: Format,
    /// The sheet that is read, of a workbook.
    pub sheet: Option<String>,
    /// The sheets that are not read.
    pub other_sheets: Vec<String>,
    /// Merged ranges of the sheet that is read.
    pub merged: Vec<Merged>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.format)?;
        if let Some(sheet) = &self.sheet {
            write!(f, "，读取工作表“{sheet}”")?;
        }
        if !self.other_sheets.is_empty() {
            write!(f, "；未读取：{}", self.other_sheets.join("、"))?;
        }
        Ok(())
    }
}

/// What the reader tells while it reads: first the source, then its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What the file is; comes once, before any row.
    Source(Source),
    /// The next row that is not blank.
    Row(Row),
}

/// Takes the events; a refusal stops the reading and is handed back.
pub type Sink<'s> = dyn FnMut(Event) -> Result<(), Refusal> + 's;

/// Reads a table and hands each row to `sink`.
///
/// Rows that were handed over before a refusal are void: the file may have been cut, so they are
/// staged and only used after `Ok`.
///
/// A hostile workbook may still abort the process by asking for memory: see
/// [`crate::child::read_in_child`].
///
/// # Errors
/// One of `IMPT-001` to `IMPT-026`, or what `sink` refuses with.
pub fn read(path: &Path, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Refusal> {
    let mut file = File::open(path).map_err(|why| codes::unreadable(&why))?;
    let format = sniff(&mut file, limits)?;
    match format {
        Format::Workbook => workbook::read(file, limits, sink),
        Format::Delimited {
            encoding,
            delimiter,
        } => {
            sink(Event::Source(Source {
                format,
                sheet: None,
                other_sheets: Vec::new(),
                merged: Vec::new(),
            }))?;
            delimited::read(file, encoding, delimiter, limits, sink)
        }
    }
}

/// Collects the cells of one row, however wide the file claims to be.
#[derive(Debug, Default)]
struct RowBuilder {
    cells: Vec<Cell>,
    rows: u64,
}

impl RowBuilder {
    /// Puts a cell at a column that is not before any earlier one; empty cells take no memory.
    fn put(&mut self, column: usize, cell: Cell, place: (u64, &Limits)) -> Result<(), Refusal> {
        let (row, limits) = place;
        if cell.is_empty() {
            return Ok(());
        }
        if column >= limits.columns {
            return Err(codes::beyond(
                &codes::TOO_MANY_COLUMNS,
                &address(column, row),
                limits.columns,
            ));
        }
        if cell.shown().len() > limits.cell_bytes {
            return Err(codes::beyond(
                &codes::CELL_TOO_LONG,
                &address(column, row),
                limits.cell_bytes,
            ));
        }
        if cell.shown().contains('\0') {
            return Err(codes::NUL.refuse(&[("place", &address(column, row))]));
        }
        self.cells.resize(column, Cell::Empty);
        self.cells.push(cell);
        Ok(())
    }

    /// Hands the row over, unless it is blank.
    fn finish(&mut self, number: u64, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Refusal> {
        if self.cells.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > limits.rows {
            return Err(codes::TOO_MANY_ROWS.refuse(&[("limit", &limits.rows)]));
        }
        sink(Event::Row(Row {
            number,
            cells: std::mem::take(&mut self.cells),
        }))
    }
}

/// Text from a file as a cell: blanks around it go, and what a spreadsheet made of a long number is
/// told apart. The apostrophe that our own exports set before what a spreadsheet would run goes as well.
fn text_cell(text: &str) -> Cell {
    let text = unguarded(text.trim());
    if text.is_empty() {
        Cell::Empty
    } else if is_scientific(text) {
        Cell::Lossy(text.to_owned())
    } else {
        Cell::Text(text.to_owned())
    }
}

/// What a text was before [`crate::csv_file::neutral`] or the export of a register guarded it.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(bare) if runs_as_formula(bare) => bare,
        _ => text,
    }
}

/// Whether a spreadsheet would run this text; apostrophes before it are those of earlier guards.
pub(crate) fn runs_as_formula(text: &str) -> bool {
    const BEGINNINGS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    text.trim_start_matches('\'').starts_with(BEGINNINGS)
}

/// `9.14112E+17`: what is left of a code that a spreadsheet took for a number.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    // Without the sign it may be a real code such as 2024E001.
    whole.len() == 1
        && digits(whole)
        && digits(fraction)
        && exponent.strip_prefix('+').is_some_and(digits)
}

#[cfg(test)]
mod tests;
