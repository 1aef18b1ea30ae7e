//! A table read in parts hands over the same rows, with the same numbers, as one read at once.

use super::{CsvPart, CsvTable};
use crate::commands::Failure;

fn table(text: &str) -> CsvTable {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("subjects.csv");
    std::fs::write(&path, text).unwrap();
    CsvTable::read(&path, &[("id", &["代码"], true), ("class", &[], true)]).unwrap()
}

type Seen = Vec<(u64, String, String)>;

fn rows(table: &CsvTable, part: &CsvPart<'_>) -> Result<Seen, Failure> {
    let mut rows = Vec::new();
    let each = table.each_of(part, |row, _| {
        rows.push((row.number, row.cell(0).to_owned(), row.cell(1).to_owned()));
    });
    each.map(|_| rows)
}

fn in_parts(table: &CsvTable, count: usize) -> Seen {
    let parts = table.parts(count);
    parts
        .iter()
        .flat_map(|part| rows(table, part).unwrap())
        .collect()
}

#[test]
fn rows_and_their_numbers_do_not_depend_on_the_number_of_parts() {
    for end in ["\n", "\r\n"] {
        let mut text = format!("id,class{end}");
        for n in 0..50 {
            text += &format!("S{n},A{end}");
            if n % 7 == 0 {
                text += &format!(",{end}{end}");
            }
        }
        for text in [text.trim_end(), &text] {
            let table = table(text);
            let whole = in_parts(&table, 1);
            assert_eq!((whole.len(), whole[0].0, whole[1].0), (50, 2, 5));
            for count in 2..60 {
                assert_eq!(in_parts(&table, count), whole, "{count} parts");
            }
        }
    }
}

#[test]
fn a_short_row_is_named_by_its_number_in_any_part() {
    let mut text = "id,class\n".to_owned();
    (0..40).for_each(|n| text += &format!("S{n},A\n"));
    text += "S40\n";
    let table = table(&text);
    let part = table.parts(4).pop().unwrap();
    let failure = rows(&table, &part).unwrap_err();
    assert_eq!(failure.problems[0].place, "subjects.csv 第 42 行");
}

#[test]
fn a_quoted_cell_may_hold_a_line_break_so_the_file_stays_whole() {
    let table = table("id,class\n\"S\n1\",A\nS2,B\n");
    assert_eq!(table.parts(8).len(), 1);
    assert_eq!(in_parts(&table, 8)[0].1, "S\n1");
}
