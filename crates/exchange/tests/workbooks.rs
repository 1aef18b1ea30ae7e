//! Workbooks as offices and enemies make them, read in this process.
#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

mod common;

use std::path::{Path, PathBuf};

use common::{Book, row, text_cell};
use domain::refusal::Refusal;
use exchange::table::{Cell, Event, Limits, Row, Source, read};
use tempfile::TempDir;

fn written(book: &Book) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    // The name lies on purpose: only the content counts.
    let path = folder.path().join("名录.csv");
    book.write(&path);
    (folder, path)
}

fn read_all(path: &Path, limits: &Limits) -> Result<(Source, Vec<Row>), Refusal> {
    let mut source = None;
    let mut rows = Vec::new();
    read(path, limits, &mut |event| {
        match event {
            Event::Source(told) => source = Some(told),
            Event::Row(row) => rows.push(row),
        }
        Ok(())
    })?;
    Ok((source.expect("told before rows"), rows))
}

fn rows_of(book: &Book) -> (Source, Vec<Row>) {
    let (_folder, path) = written(book);
    read_all(&path, &Limits::default()).unwrap()
}

fn refusal_of(book: &Book, limits: &Limits) -> Refusal {
    let (_folder, path) = written(book);
    read_all(&path, limits).expect_err("must be refused")
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[test]
fn a_workbook_with_the_wrong_extension_is_read_for_what_it_is() {
    let (source, rows) = rows_of(&Book::of(&row(1, &["名称", "代码"])));
    assert_eq!(source.to_string(), "XLSX 工作簿，读取工作表“Sheet1”");
    assert_eq!(
        rows,
        [Row {
            number: 1,
            cells: vec![text("名称"), text("代码")]
        }]
    );
}

#[test]
fn a_tiny_workbook_that_claims_all_the_world_costs_only_its_cells() {
    let book = Book::of(&(row(1, &["名称"]) + &row(1_048_576, &["最后一行"])))
        .before_rows("<dimension ref=\"A1:XFD1048576\"/>");
    let (_, rows) = rows_of(&book);
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 1_048_576]
    );
}

#[test]
fn a_stray_cell_in_the_last_corner_is_refused_by_its_address() {
    let corner = format!("<row r=\"1048576\">{}</row>", text_cell("XFD1048576", "x"));
    let refusal = refusal_of(
        &Book::of(&(row(1, &["名称"]) + &corner)),
        &Limits::default(),
    );
    assert_eq!(refusal.code, "IMPT-012");
    assert!(refusal.sentence.contains("XFD1048576"), "{refusal}");
    // A corner that is only formatted holds nothing.
    let book = Book::of(
        &(row(1, &["名称"]) + "<row r=\"1048576\"><c r=\"XFD1048576\" s=\"1\"></c></row>"),
    );
    assert_eq!(rows_of(&book).1.len(), 1);
}

#[test]
fn more_than_64_filled_columns_are_refused_and_64_are_not() {
    let wide = |columns: usize| {
        let cells: String = (0..columns)
            .map(|column| text_cell(&exchange::table::address(column, 1), "x"))
            .collect();
        Book::of(&format!("<row r=\"1\">{cells}</row>"))
    };
    assert_eq!(rows_of(&wide(64)).1[0].cells.len(), 64);
    let refusal = refusal_of(&wide(65), &Limits::default());
    assert_eq!(refusal.code, "IMPT-012");
    assert!(refusal.sentence.contains("BM1"), "{refusal}");
}

#[test]
fn a_zip_bomb_is_refused_by_its_ratio_before_it_is_unpacked() {
    let bomb = Book::of(&format!("{}{}", row(1, &["x"]), " ".repeat(20 << 20)));
    assert_eq!(refusal_of(&bomb, &Limits::default()).code, "IMPT-022");
    let large = Limits {
        ratio: 1_000_000,
        uncompressed: 10 << 20,
        ..Limits::default()
    };
    assert_eq!(refusal_of(&bomb, &large).code, "IMPT-021");
}

#[test]
fn a_bomb_among_the_strings_is_refused() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "甲".repeat(4 << 20));
    let book = Book::of(&row(1, &["x"])).strings(strings);
    assert_eq!(refusal_of(&book, &Limits::default()).code, "IMPT-022");
    let limits = Limits {
        shared_strings: 1 << 20,
        ..Limits::default()
    };
    assert_eq!(refusal_of(&book, &limits).code, "IMPT-023");
}

#[test]
fn a_part_whose_directory_lies_about_its_size_is_refused() {
    let (_folder, path) = written(&Book::of(&format!(
        "{}{}",
        row(1, &["x"]),
        " ".repeat(30 << 20)
    )));
    let mut bytes = std::fs::read(&path).unwrap();
    // Central directory: the uncompressed size stands 24 bytes after the signature.
    let mut forged = 0;
    for at in 0..bytes.len() - 46 {
        if bytes[at..].starts_with(b"PK\x01\x02") && bytes[at + 46..].starts_with(b"xl/worksheets/")
        {
            bytes[at + 24..at + 28].copy_from_slice(&1000_u32.to_le_bytes());
            forged += 1;
        }
    }
    assert_eq!(forged, 1);
    std::fs::write(&path, bytes).unwrap();
    let code = read_all(&path, &Limits::default()).unwrap_err().code;
    assert!(["IMPT-020", "IMPT-022"].contains(&code), "{code}");
}

#[test]
fn every_cut_of_a_workbook_is_a_refusal_and_never_a_shorter_register() {
    let rows: String = (1..200)
        .map(|number| row(number, &["甲店", "X1"]))
        .collect();
    let (_folder, path) = written(&Book::of(&rows));
    let whole = std::fs::read(&path).unwrap();
    // Below four bytes it does not even begin like an archive.
    for cut in 4..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        read_all(&path, &Limits::default()).expect_err("a cut workbook");
    }
}

#[test]
fn a_sheet_cut_in_the_middle_of_its_xml_is_refused() {
    let rows = row(1, &["名称"]) + &row(2, &["甲店"]);
    let whole = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let data_end = whole.find("</sheetData>").unwrap() + "</sheetData>".len();
    for cut in (0..data_end).filter(|&cut| whole.is_char_boundary(cut)) {
        let (_folder, path) = written(&Book::default().raw_sheet("Sheet1", &whole[..cut]));
        let code = read_all(&path, &Limits::default())
            .expect_err("cut inside the rows")
            .code;
        assert_eq!(code, "IMPT-020", "cut at {cut}");
    }
    assert_eq!(
        rows_of(&Book::default().raw_sheet("Sheet1", &whole))
            .1
            .len(),
        2
    );
}

#[test]
fn other_archives_are_named_for_what_they_are() {
    for (part, what) in [
        ("word/document.xml", "文字文档"),
        ("content.xml", "ODF"),
        ("xl/workbook.bin", "xlsb"),
        ("readme.txt", "压缩包"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.xlsx");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        zip.start_file(part, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.finish().unwrap();
        let refusal = read_all(&path, &Limits::default()).unwrap_err();
        assert_eq!(refusal.code, "IMPT-004");
        assert!(refusal.sentence.contains(what), "{refusal}");
    }
}

#[test]
fn numbers_keep_what_a_spreadsheet_keeps_and_longer_ones_are_lossy() {
    let cells = [
        ("A1", "914112007000000000"),
        ("B1", "9.1411200700000000E+17"),
        ("C1", "123456789012345"),
        ("D1", "1234567890123456"),
        ("E1", "0.30000000000000004"),
        ("F1", "-12.5"),
        ("G1", "-0"),
        ("H1", "1E3"),
    ];
    let cells: String = cells
        .iter()
        .map(|(at, value)| format!("<c r=\"{at}\"><v>{value}</v></c>"))
        .collect();
    let (_, rows) = rows_of(&Book::of(&format!("<row r=\"1\">{cells}</row>")));
    let cells = &rows[0].cells;
    for lossy in [0, 1, 3] {
        assert!(matches!(cells[lossy], Cell::Lossy(_)), "{:?}", cells[lossy]);
        assert_eq!(cells[lossy].text().unwrap_err().code, "IMPT-040");
    }
    let kept = [2, 4, 5, 6, 7].map(|at| cells[at].shown());
    assert_eq!(kept, ["123456789012345", "0.3", "-12.5", "0", "1000"]);
}

#[test]
fn dates_and_times_come_out_as_written_in_this_country() {
    let cells = "<c r=\"A1\" s=\"1\"><v>46082</v></c><c r=\"B1\" s=\"2\"><v>46082.5</v></c>\
        <c r=\"C1\" s=\"1\"><v>0.75</v></c><c r=\"D1\" s=\"1\"><v>-5</v></c><c r=\"E1\" s=\"1\"><v>1e12</v></c>";
    let book = Book::of(&format!("<row r=\"1\">{cells}</row>")).formats(&[0, 14, 22]);
    let (_, rows) = rows_of(&book);
    let shown: Vec<&str> = rows[0].cells.iter().map(Cell::shown).collect();
    assert_eq!(
        shown,
        [
            "2026-03-01",
            "2026-03-01 12:00:00",
            "18:00:00",
            "-5",
            "1000000000000"
        ]
    );
}

#[test]
fn formulas_count_with_their_saved_result_and_not_without() {
    let cells = "<c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\" t=\"str\"><f>\"甲\"&amp;\"店\"</f><v>甲店</v></c>\
        <c r=\"C1\"><f>A1*2</f></c><c r=\"D1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"E1\" t=\"b\"><v>1</v></c>\
        <c r=\"F1\"><f t=\"shared\" si=\"99999999999\" ref=\"F1:F2\">1</f><v>7</v></c>";
    let (_, rows) = rows_of(&Book::of(&format!("<row r=\"1\">{cells}</row>")));
    assert_eq!(
        rows[0].cells,
        [
            text("2"),
            text("甲店"),
            Cell::Formula,
            Cell::Error("#DIV/0!".to_owned()),
            text("TRUE"),
            text("7")
        ]
    );
    assert_eq!(rows[0].cells[2].text().unwrap_err().code, "IMPT-042");
    assert_eq!(rows[0].cells[3].text().unwrap_err().code, "IMPT-041");
}

#[test]
fn merged_ranges_are_told_by_their_addresses() {
    let book = Book::of(&row(1, &["名称"]))
        .after_rows("<mergeCells count=\"2\"><mergeCell ref=\"A2:A7\"/><mergeCell ref=\"B1:AA1\"/></mergeCells>");
    let (source, _) = rows_of(&book);
    let told: Vec<_> = source
        .merged
        .iter()
        .map(|merged| (merged.range.as_str(), merged.last_row))
        .collect();
    assert_eq!(told, [("A2:A7", 7), ("B1:AA1", 1)]);
    let many = "<mergeCell ref=\"A2:A7\"/>".repeat(10_001);
    let flood =
        Book::of(&row(1, &["名称"])).after_rows(&format!("<mergeCells>{many}</mergeCells>"));
    assert_eq!(refusal_of(&flood, &Limits::default()).code, "IMPT-026");
}

#[test]
fn the_first_visible_sheet_with_content_is_read_and_the_others_are_named() {
    let book = Book::default()
        .sheet("隐藏", "state=\"hidden\"", &row(1, &["不读"]))
        .sheet("空白", "", "<row r=\"1\"><c r=\"A1\" s=\"0\"></c></row>")
        .sheet("名录", "", &row(2, &["名称"]))
        .sheet("旧名录", "", &row(1, &["也不读"]));
    let (source, rows) = rows_of(&book);
    assert_eq!(
        source.to_string(),
        "XLSX 工作簿，读取工作表“名录”；未读取：隐藏、空白、旧名录"
    );
    assert_eq!(
        rows,
        [Row {
            number: 2,
            cells: vec![text("名称")]
        }]
    );
    assert_eq!(
        refusal_of(&Book::of(""), &Limits::default()).code,
        "IMPT-025"
    );
}

#[test]
fn rows_or_cells_out_of_order_are_refused() {
    let backwards = row(5, &["x"]) + &row(2, &["y"]);
    assert_eq!(
        refusal_of(&Book::of(&backwards), &Limits::default()).code,
        "IMPT-024"
    );
    let twice = format!(
        "<row r=\"1\">{}{}</row>",
        text_cell("A1", "x"),
        text_cell("A1", "y")
    );
    assert_eq!(
        refusal_of(&Book::of(&twice), &Limits::default()).code,
        "IMPT-024"
    );
}

#[test]
fn rows_and_cells_have_limits_in_workbooks_too() {
    let limits = Limits {
        rows: 3,
        cell_bytes: 10,
        ..Limits::default()
    };
    let rows: String = (1..=4).map(|number| row(number, &["x"])).collect();
    assert_eq!(refusal_of(&Book::of(&rows), &limits).code, "IMPT-011");
    let long = refusal_of(&Book::of(&row(7, &["", "12345678901"])), &limits);
    assert_eq!(long.code, "IMPT-013");
    assert!(long.sentence.contains("B7"), "{long}");
}

#[test]
fn shared_strings_are_read_as_office_software_saves_them() {
    let book = Book::of("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>0</v></c></row>")
        .strings("<sst count=\"2\" uniqueCount=\"2\"><si><t>代码</t></si><si><r><t>名</t></r><r><t>称</t></r></si></sst>".to_owned());
    assert_eq!(
        rows_of(&book).1[0].cells,
        [text("名称"), Cell::Empty, text("代码")]
    );
}
