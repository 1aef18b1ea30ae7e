//! The file of errors: the user's own rows in his own columns, and beside each what is wrong with
//! it.
//!
//! He corrects this file and imports it again; the error column then stands among the unknown
//! columns and does no harm. Every cell is text, so nothing in it runs as a formula and no code
//! becomes a number. Rows go to the disk as they come: memory does not grow with them.

use std::path::Path;

use domain::refusal::Refusal;
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use crate::codes;
use crate::header::Header;
use crate::table::Row;

/// Title of the added column.
pub const ERROR_TITLE: &str = "错误";

/// Rows of one sheet; what comes after goes to the next.
const SHEET_ROWS: u32 = 1_048_576;

/// A file of errors that is being written.
pub struct ErrorsFile {
    book: Workbook,
    sheet: usize,
    next_row: u32,
    header: Vec<String>,
    text: Format,
    wrong: Format,
}

impl ErrorsFile {
    /// Begins a file with the user's own header.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn new(header: &Header) -> Result<Self, Refusal> {
        Self::with_names(&header.names)
    }

    /// Begins a file with the user's own column names.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn with_names(names: &[String]) -> Result<Self, Refusal> {
        let mut file = Self {
            book: Workbook::new(),
            sheet: 0,
            next_row: 0,
            header: names.to_vec(),
            text: Format::new().set_num_format("@"),
            wrong: Format::new()
                .set_num_format("@")
                .set_font_color(Color::RGB(0x00B0_1E23))
                .set_text_wrap(),
        };
        file.begin_sheet()
            .map_err(|why| codes::write_failed(&why))?;
        Ok(file)
    }

    /// Adds a row with what is wrong in it.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn row(&mut self, row: &Row, error: &str) -> Result<(), Refusal> {
        self.write_row(row, error)
            .map_err(|why| codes::write_failed(&why))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn save(mut self, path: &Path) -> Result<(), Refusal> {
        self.book
            .save(path)
            .map_err(|why| codes::write_failed(&why))
    }

    /// Ends the file and hands over its bytes.
    ///
    /// # Errors
    /// `IMPT-060` if it cannot be written.
    pub fn bytes(mut self) -> Result<Vec<u8>, Refusal> {
        self.book
            .save_to_buffer()
            .map_err(|why| codes::write_failed(&why))
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold().set_num_format("@");
        let wrong = self.wrong.clone().set_bold();
        let header = self.header.clone();
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        for (column, name) in (0_u16..).zip(&header) {
            sheet.write_string_with_format(0, column, name, &bold)?;
            sheet.set_column_width(column, 22)?;
        }
        let last = u16::try_from(header.len()).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, last, ERROR_TITLE, &wrong)?;
        sheet.set_column_width(last, 60)?;
        sheet.set_freeze_panes(1, 0)?;
        self.next_row = 1;
        Ok(())
    }

    fn write_row(&mut self, row: &Row, error: &str) -> Result<(), XlsxError> {
        if self.next_row == SHEET_ROWS {
            self.sheet += 1;
            self.begin_sheet()?;
        }
        let (at, last) = (
            self.next_row,
            u16::try_from(self.header.len()).unwrap_or(u16::MAX),
        );
        let (text, wrong) = (self.text.clone(), self.wrong.clone());
        let sheet = self.sheet()?;
        // Cells without a header would stand in the error column; they are named in the report
        // instead.
        for (column, cell) in (0..last).zip(&row.cells) {
            if !cell.is_empty() {
                sheet.write_string_with_format(at, column, cell.shown(), &text)?;
            }
        }
        sheet.write_string_with_format(
            at,
            last,
            format!("第 {} 行：{error}", row.number),
            &wrong,
        )?;
        self.next_row += 1;
        Ok(())
    }

    fn sheet(&mut self) -> Result<&mut Worksheet, XlsxError> {
        self.book.worksheet_from_index(self.sheet)
    }
}

#[cfg(test)]
mod tests;
