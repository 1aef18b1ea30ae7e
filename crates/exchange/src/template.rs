//! Templates (导入模板): an empty form that imports as it is, with one example row and an explanation
//! of each column.
//!
//! The example row is recognized by the reader ([`crate::header::Records`]) and never becomes a
//! record.

use domain::refusal::Refusal;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

use crate::codes;
use crate::csv_file::CsvFile;
use crate::header::Column;

/// The template as a workbook: the form, and a second sheet of explanations.
///
/// # Errors
/// `IMPT-060` if it cannot be made.
pub fn workbook(columns: &[Column]) -> Result<Vec<u8>, Refusal> {
    build(columns).map_err(|why| codes::write_failed(&why))
}

/// The template as CSV in UTF-8 with byte order mark.
///
/// # Errors
/// `IMPT-060` if it cannot be made.
pub fn csv(columns: &[Column]) -> Result<Vec<u8>, Refusal> {
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let mut file = CsvFile::new(Vec::new(), &titles)?;
    file.row(
        &columns
            .iter()
            .map(|column| column.example)
            .collect::<Vec<_>>(),
    )?;
    file.finish()
}

fn build(columns: &[Column]) -> Result<Vec<u8>, XlsxError> {
    let text = Format::new().set_num_format("@");
    let bold = Format::new().set_bold().set_num_format("@");
    let gray = Format::new().set_num_format("@").set_italic();
    let mut book = Workbook::new();
    let form = book.add_worksheet().set_name("填写")?;
    for (at, column) in (0_u16..).zip(columns) {
        // The whole column is text, so that codes typed into it stay codes.
        form.set_column_format(at, &text)?
            .set_column_width(at, 24)?;
        let star = if column.required { "*" } else { "" };
        form.write_string_with_format(0, at, format!("{}{star}", column.title), &bold)?;
        form.write_string_with_format(1, at, column.example, &gray)?;
    }
    form.set_freeze_panes(1, 0)?;
    explain(&mut book, columns)?;
    book.save_to_buffer()
}

fn explain(book: &mut Workbook, columns: &[Column]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = book.add_worksheet().set_name("说明")?;
    let titles = [
        ("列名", 22),
        ("必填", 8),
        ("怎么填", 60),
        ("示例", 28),
        ("也认得的列名", 36),
    ];
    for (at, (title, width)) in (0_u16..).zip(titles) {
        sheet
            .write_string_with_format(0, at, title, &bold)?
            .set_column_width(at, width)?;
    }
    for (row, column) in (1_u32..).zip(columns) {
        let required = if column.required { "是" } else { "否" };
        let aliases = column.aliases.join("、");
        let cells = [
            column.title,
            required,
            column.explanation,
            column.example,
            &aliases,
        ];
        for (at, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, at, cell, &wrap)?;
        }
    }
    let after = u32::try_from(columns.len())
        .unwrap_or(u32::MAX)
        .saturating_add(2);
    sheet.write_string(
        after,
        0,
        "“填写”页第 2 行是示例，导入时自动跳过；列的次序可以改，多余的列不影响导入。",
    )?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests;
