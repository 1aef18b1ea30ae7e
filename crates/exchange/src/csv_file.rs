//! Export as CSV: UTF-8 with byte order mark, so that office software shows Chinese without asking.
//!
//! A cell that a spreadsheet would run as a formula is written with an apostrophe before it; plain
//! numbers are left alone, because a minus sign alone runs nothing. Reading takes the apostrophe off
//! again, so a text that begins with one before a formula gets a second.

use std::io::Write;

use domain::refusal::Refusal;

use crate::codes;
use crate::table::runs_as_formula;

/// A CSV file that is being written.
pub struct CsvFile<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvFile<W> {
    /// Begins a file with its header.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn new(mut out: W, header: &[&str]) -> Result<Self, Refusal> {
        out.write_all("\u{feff}".as_bytes())
            .map_err(|why| codes::write_failed(&why))?;
        let writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        let mut file = Self { writer };
        file.row(header)?;
        Ok(file)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) -> Result<(), Refusal> {
        let cells = cells.iter().map(|cell| neutral(cell.as_ref()));
        self.writer
            .write_record(cells)
            .map_err(|why| codes::write_failed(&why))
    }

    /// Ends the file and hands back what it was written to.
    ///
    /// # Errors
    /// `IMPT-060` if the last bytes cannot be written.
    pub fn finish(self) -> Result<W, Refusal> {
        self.writer
            .into_inner()
            .map_err(|why| codes::write_failed(&why.error()))
    }
}

/// The text as a cell that no spreadsheet runs.
#[must_use]
pub fn neutral(text: &str) -> String {
    if runs_as_formula(text) && !is_plain_number(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn is_plain_number(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text
        .strip_prefix('-')
        .unwrap_or(text)
        .split_once('.')
        .unwrap_or((text, "0"));
    digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(fraction)
}

#[cfg(test)]
mod tests;
