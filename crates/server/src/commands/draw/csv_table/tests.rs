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

fn refused(text: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("subjects.csv");
    std::fs::write(&path, text).unwrap();
    let read = CsvTable::read(&path, &[("id", &["代码"], true)]);
    let problem = read.err().unwrap().problems.remove(0);
    (problem.code, problem.place)
}

/// A reader that joins lines would draw without those who stand in them, and say nothing.
#[test]
fn a_quotation_mark_that_does_not_close_on_its_line_joins_no_rows() {
    let at = |line: u32| format!("subjects.csv 第 {line} 行");
    for (text, code, line) in [
        ("id,note\nS1,\nS2,\"\nS3,\nS4,\n", "CLI-207", 3),
        ("id,note\nS1,\"one\nS2,\nS3,two\"\nS4,\n", "CLI-207", 2),
        ("id,note\r\nS1,\"a \"\" b\r\nS2,\r\n", "CLI-207", 2),
        ("id,note\nS1,\"a\"b\nS2,\n", "CLI-208", 2),
        ("\"id,note\nS1,\n", "CLI-207", 1),
    ] {
        assert_eq!(refused(text), (code.to_owned(), at(line)), "{text}");
    }
    let table = table("id,class\n\"S,1\",\"A\"\nS\"2,\"B \"\"C\"\"\"\nS3,A\n");
    let cells = in_parts(&table, 8);
    let cells: Vec<_> = cells
        .iter()
        .map(|row| (row.1.as_str(), row.2.as_str()))
        .collect();
    assert_eq!(cells, [("S,1", "A"), ("S\"2", "B \"C\""), ("S3", "A")]);
}
