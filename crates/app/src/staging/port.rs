//! What reads and writes table files, for whoever implements it (`exchange`).

use std::collections::BTreeMap;
use std::path::Path;

use domain::refusal::Refusal;

use crate::import::{Register, StagedRow};

/// What was learned about a file once all its rows are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What it is, in words: 文本表格，编码 GB18030，以逗号分隔.
    pub what: String,
    /// The row its header stands in.
    pub header_row: u64,
    /// The user's own column names, in his order.
    pub names: Vec<String>,
    /// Where each field of the register was recognized.
    pub places: BTreeMap<String, usize>,
    /// Columns that hold something but have no name, as places: `F5`.
    pub nameless: Vec<String>,
    /// How many rows stand below the header.
    pub rows: u64,
}

/// Takes one row; a refusal stops the reading.
pub type RowSink<'s> = dyn FnMut(StagedRow) -> Result<(), Refusal> + 's;

/// A form in which an empty template is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateForm {
    /// A workbook with explanations.
    Workbook,
    /// CSV in UTF-8.
    Csv,
}

/// Table files in and out.
pub trait Tables: Send + Sync {
    /// Reads a file of unknown origin within limits, in a process of its own, and hands over each
    /// row below the header. Blocks. Rows handed over before a refusal are void.
    fn read(
        &self,
        register: Register,
        file: &Path,
        sink: &mut RowSink<'_>,
    ) -> Result<Found, Refusal>;

    /// Begins a workbook of the user's own rows with one more column, 错误.
    fn error_file(&self, names: &[String]) -> Result<Box<dyn ErrorFile>, Refusal>;

    /// An empty form to fill in.
    fn template(&self, register: Register, form: TemplateForm) -> Result<Vec<u8>, Refusal>;
}

/// A workbook of rows with what is wrong in each, while it is written.
pub trait ErrorFile: Send {
    /// Adds a row.
    fn row(&mut self, row: &StagedRow, error: &str) -> Result<(), Refusal>;

    /// Ends it and hands over its bytes.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Refusal>;
}
