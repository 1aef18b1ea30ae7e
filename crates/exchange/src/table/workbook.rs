//! An XLSX workbook, by its stream of cells: never as a range, whose size the file itself may
//! claim.
//!
//! Read is the first visible worksheet that holds anything; the others are named to the user. Of
//! formulas the saved result counts. Numbers come out as the office wrote them up to 15 digits,
//! which is all a spreadsheet keeps; longer ones are marked lossy.

use std::fs::File;
use std::io::{BufReader, Seek};

use calamine::{
    DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader,
};
use domain::refusal::Refusal;

use super::archive::{self, broken};
use super::{Cell, Event, Format, Limits, Merged, RowBuilder, Sink, Source, address, text_cell};
use crate::codes;

/// More merged ranges than this are not a table.
const MERGED: usize = 10_000;

/// Other sheets named to the user.
const NAMED_SHEETS: usize = 20;

/// The first date that spreadsheets cannot write: 1 January 10000.
const LAST_DAY: f64 = 2_958_466.0;

/// Reads the first visible sheet that holds anything.
pub(super) fn read(mut file: File, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Refusal> {
    archive::inspect(BufReader::new(&file), limits)?;
    file.rewind().map_err(|why| codes::unreadable(&why))?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(|why| broken(&why))?;
    let sheets = book.sheets_metadata().to_vec();
    for sheet in &sheets {
        if sheet.typ != SheetType::WorkSheet || sheet.visible != SheetVisible::Visible {
            continue;
        }
        let others = sheets
            .iter()
            .filter(|other| other.name != sheet.name)
            .take(NAMED_SHEETS);
        let source = Source {
            format: Format::Workbook,
            sheet: Some(sheet.name.clone()),
            other_sheets: others.map(|other| other.name.clone()).collect(),
            merged: merged(&mut book, &sheet.name)?,
        };
        let cells = book
            .worksheet_cells_reader(&sheet.name)
            .map_err(|why| broken(&why))?;
        if read_sheet(cells, source, limits, sink)? {
            return Ok(());
        }
    }
    Err(codes::NO_SHEET.refuse(&[]))
}

fn merged(book: &mut Xlsx<BufReader<File>>, sheet: &str) -> Result<Vec<Merged>, Refusal> {
    let ranges = book
        .merge_cells_by_sheet_name(sheet)
        .map_err(|why| broken(&why))?;
    if ranges.len() > MERGED {
        return Err(codes::TOO_MANY_MERGED.refuse(&[("limit", &MERGED)]));
    }
    Ok(ranges
        .iter()
        .filter(|range| range.start != range.end)
        .map(merged_range)
        .collect())
}

fn merged_range(range: &Dimensions) -> Merged {
    let name = |(row, column): (u32, u32)| address(column as usize, u64::from(row) + 1);
    Merged {
        range: format!("{}:{}", name(range.start), name(range.end)),
        last_row: u64::from(range.end.0) + 1,
    }
}

/// Streams one sheet; `false` if nothing stands in it. The source is told when the first row is
/// complete.
fn read_sheet(
    mut cells: XlsxCellReader<'_, BufReader<File>>,
    source: Source,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<bool, Refusal> {
    let mut source = Some(source);
    let mut tell = |event: Event| {
        if let Some(source) = source.take() {
            sink(Event::Source(source))?;
        }
        sink(event)
    };
    let mut row = RowBuilder::default();
    // The next place a cell may have: rows rise, and columns rise within a row.
    let mut expected = (0_u32, 0_u32);
    while let Some(record) = cells
        .next_cell_with_formula_metadata()
        .map_err(|why| broken(&why))?
    {
        let number = u64::from(record.pos.0) + 1;
        if record.pos < expected {
            let place = address(record.pos.1 as usize, number);
            return Err(codes::DISORDER.refuse(&[("address", &place)]));
        }
        if record.pos.0 > expected.0 {
            row.finish(u64::from(expected.0) + 1, limits, &mut tell)?;
        }
        expected = (record.pos.0, record.pos.1 + 1);
        let cell = match cell_of(&record.value) {
            Cell::Empty if record.formula.is_some() && record.value == DataRef::Empty => {
                Cell::Formula
            }
            cell => cell,
        };
        row.put(record.pos.1 as usize, cell, (number, limits))?;
    }
    row.finish(u64::from(expected.0) + 1, limits, &mut tell)?;
    Ok(row.rows > 0)
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => whole_number(*number),
        DataRef::Float(number) => number_cell(*number),
        DataRef::String(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(true) => Cell::Text("TRUE".to_owned()),
        DataRef::Bool(false) => Cell::Text("FALSE".to_owned()),
        DataRef::DateTime(date) => date_cell(date),
        DataRef::DateTimeIso(text) => text_cell(text.strip_suffix("T00:00:00").unwrap_or(text)),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

fn whole_number(number: i64) -> Cell {
    let text = number.to_string();
    if number.unsigned_abs() >= 1_000_000_000_000_000 {
        Cell::Lossy(text)
    } else {
        Cell::Text(text)
    }
}

fn number_cell(number: f64) -> Cell {
    if number.abs() >= 1e15 {
        return Cell::Lossy(format!("{number:E}"));
    }
    // A spreadsheet shows 15 digits: 0.1 + 0.2 is 0.3 there, and so it is here.
    let shown = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    Cell::Text(format!("{}", if shown == 0.0 { 0.0 } else { shown }))
}

fn date_cell(date: &ExcelDateTime) -> Cell {
    let days = date.as_f64();
    if date.is_duration() || !(0.0..LAST_DAY).contains(&days) {
        return number_cell(days);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    let text = match (days < 1.0, clock == "00:00:00") {
        (true, _) => clock,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02} {clock}"),
    };
    Cell::Text(text)
}
