use std::io::Cursor;

use super::*;

fn read_bytes(bytes: &[u8]) -> Result<(Source, Vec<Row>), Refusal> {
    read_limited(bytes, &Limits::default())
}

fn read_limited(bytes: &[u8], limits: &Limits) -> Result<(Source, Vec<Row>), Refusal> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut source = None;
    let mut rows = Vec::new();
    read(file.path(), limits, &mut |event| {
        match event {
            Event::Source(told) => source = Some(told),
            Event::Row(row) => rows.push(row),
        }
        Ok(())
    })?;
    Ok((source.expect("a source is told before rows"), rows))
}

fn code_of(bytes: &[u8]) -> &'static str {
    read_bytes(bytes).expect_err("must be refused").code
}

fn shown(rows: &[Row]) -> Vec<Vec<&str>> {
    rows.iter()
        .map(|row| row.cells.iter().map(Cell::shown).collect())
        .collect()
}

#[test]
fn utf8_with_and_without_byte_order_mark_reads_alike() {
    let plain = "名称,代码\n甲餐饮店,A1\n";
    let marked = format!("\u{feff}{plain}");
    let (source, rows) = read_bytes(plain.as_bytes()).unwrap();
    assert_eq!(shown(&rows), [["名称", "代码"], ["甲餐饮店", "A1"]]);
    assert_eq!(source.to_string(), "文本表格，编码 UTF-8，以逗号分隔");
    assert_eq!(read_bytes(marked.as_bytes()).unwrap().1, rows);
}

#[test]
fn gb18030_is_recognized_and_told() {
    let (bytes, ..) = encoding_rs::GB18030.encode("名称\t代码\r\n𠮷祥㐂餐厅\tA1\r\n");
    let (source, rows) = read_bytes(&bytes).unwrap();
    assert_eq!(shown(&rows), [["名称", "代码"], ["𠮷祥㐂餐厅", "A1"]]);
    assert_eq!(source.to_string(), "文本表格，编码 GB18030，以制表符分隔");
}

#[test]
fn a_character_across_two_chunks_survives_in_both_encodings() {
    let text: String = (0..40_000).map(|n| format!("第{n}户,x\n")).collect();
    let (gb, ..) = encoding_rs::GB18030.encode(&text);
    let utf8 = read_bytes(text.as_bytes()).unwrap().1;
    assert_eq!(utf8.len(), 40_000);
    assert_eq!(utf8[39_999].cells[0], Cell::Text("第39999户".to_owned()));
    assert_eq!(read_bytes(&gb).unwrap().1, utf8);
}

#[test]
fn utf16_is_refused_with_the_way_out_with_and_without_mark() {
    let text = "name,code\r\n甲,1\r\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        little.clone(),
        big.clone(),
        [b"\xff\xfe".as_slice(), &little].concat(),
        [b"\xfe\xff".as_slice(), &big].concat(),
    ] {
        let refusal = read_bytes(&bytes).unwrap_err();
        assert_eq!(refusal.code, "IMPT-006");
        assert!(refusal.remedy.contains("另存为"));
    }
}

#[test]
fn an_encoding_that_is_neither_is_refused_with_its_line() {
    let refusal = read_bytes(b"a,b\nc,\xff\xff\n").unwrap_err();
    assert_eq!(refusal.code, "IMPT-007");
    assert!(refusal.sentence.contains("第 2 行"), "{refusal}");
}

#[test]
fn the_line_of_a_fault_is_told_by_the_encoding_the_rest_is_written_in() {
    let (gb, ..) = encoding_rs::GB18030.encode("名称,地址\n甲店,联通路一号\n乙店,");
    let utf8 = "名称,地址\n甲店,样例路一号\n乙店,".as_bytes();
    let mixed = "名称,地址\n甲店,".as_bytes();
    for (bytes, line) in [
        ([utf8, b"\xff\xff\n"].concat(), 3),
        ([mixed, b"\xff\n", utf8].concat(), 2),
        ([&gb, b"\xff\xff\n".as_slice()].concat(), 3),
        ([b"name\n\xc3\xfb,\xff\xff\n".as_slice(), utf8].concat(), 2),
    ] {
        let refusal = read_bytes(&bytes).unwrap_err();
        assert_eq!(refusal.code, "IMPT-007");
        assert!(
            refusal.sentence.contains(&format!("第 {line} 行")),
            "{refusal}"
        );
    }
}

#[test]
fn a_file_is_what_its_content_is() {
    for (bytes, code) in [
        (b"".as_slice(), "IMPT-001"),
        (b" \r\n \n".as_slice(), "IMPT-001"),
        (b"\xef\xbb\xbf".as_slice(), "IMPT-001"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), "IMPT-005"),
        (b"%PDF-1.7".as_slice(), "IMPT-004"),
        (b"<html><table>".as_slice(), "IMPT-004"),
        ("\u{feff} <?xml version='1.0'?>".as_bytes(), "IMPT-004"),
        (b"\x89PNG\r\n\x1a\n".as_slice(), "IMPT-004"),
        (b"PK\x03\x04 but no archive".as_slice(), "IMPT-020"),
    ] {
        assert_eq!(code_of(bytes), code, "{bytes:?}");
    }
}

#[test]
fn the_delimiter_is_the_one_that_separates() {
    for (text, delimiter) in [
        ("a,b,c\n", Delimiter::Comma),
        ("a;b;c\n1,5;2,5;3\n", Delimiter::Semicolon),
        ("a\tb,c\td\n", Delimiter::Tab),
        ("a|b|c\n", Delimiter::Bar),
        ("only one column\n", Delimiter::Comma),
        ("\"a;b;c;d\",x\n", Delimiter::Comma),
    ] {
        let format = sniff(&mut Cursor::new(text.as_bytes()), &Limits::default()).unwrap();
        assert_eq!(
            format,
            Format::Delimited {
                encoding: Encoding::Utf8,
                delimiter
            },
            "{text}"
        );
    }
}

#[test]
fn quoted_cells_keep_delimiters_quotes_and_line_ends() {
    let (_, rows) = read_bytes(b"a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n\r\n\"f\" ,5\" pipe\r\n").unwrap();
    assert_eq!(
        shown(&rows),
        [vec!["a", "b,\"c\"", "d\r\ne"], vec!["f", "5\" pipe"]]
    );
    // The second record starts on line 4: one line end is inside a cell, one line is blank.
    assert_eq!([rows[0].number, rows[1].number], [1, 4]);
}

#[test]
fn every_line_end_counts_once_and_the_last_may_be_missing() {
    for text in ["a\nb\nc", "a\r\nb\r\nc\r\n", "a\rb\rc\r", "a\n\rb\nc\n\n\n"] {
        let (_, rows) = read_bytes(text.as_bytes()).unwrap();
        assert_eq!(shown(&rows), [["a"], ["b"], ["c"]], "{text:?}");
    }
    let numbers = |text: &str| {
        read_bytes(text.as_bytes())
            .unwrap()
            .1
            .iter()
            .map(|row| row.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("a\r\nb\r\n\r\nc"), [1, 2, 4]);
    assert_eq!(numbers("a\rb\r\rc"), [1, 2, 4]);
    assert_eq!(numbers("\n\na\n"), [3]);
}

#[test]
fn an_open_quote_is_refused_where_it_opened_instead_of_swallowing_the_rows_behind_it() {
    let refusal = read_bytes("a,b\nc,\"d\ne,f\ng,h\n".as_bytes()).unwrap_err();
    assert_eq!(refusal.code, "IMPT-009");
    assert!(refusal.sentence.contains("第 2 行"), "{refusal}");
    let refusal = read_bytes("a,b\n\"c\"d,e\n".as_bytes()).unwrap_err();
    assert_eq!(refusal.code, "IMPT-010");
    assert!(refusal.sentence.contains("第 2 行"), "{refusal}");
}

#[test]
fn nul_bytes_are_refused_with_their_line() {
    let long = "x".repeat(100);
    let refusal = read_bytes(format!("{long}\n{long}\na\0b\n").as_bytes()).unwrap_err();
    assert_eq!(refusal.code, "IMPT-008");
    assert!(refusal.sentence.contains("第 3 行"), "{refusal}");
}

#[test]
fn what_a_spreadsheet_made_of_a_long_code_is_kept_apart_from_text() {
    let (_, rows) = read_bytes(
        "9.1411E+17,9.14112E+17,2024E001,1E5,=\"0371\",\"=\"\"91411\"\"\",914112007000000000\n"
            .as_bytes(),
    )
    .unwrap();
    let cells = &rows[0].cells;
    assert_eq!(cells[0], Cell::Lossy("9.1411E+17".to_owned()));
    assert_eq!(cells[0].text().unwrap_err().code, "IMPT-040");
    assert!(matches!(cells[1], Cell::Lossy(_)));
    let kept: Vec<&str> = cells[2..].iter().map(|cell| cell.text().unwrap()).collect();
    assert_eq!(
        kept,
        ["2024E001", "1E5", "0371", "91411", "914112007000000000"]
    );
}

#[test]
fn empty_columns_and_rows_at_the_end_are_trimmed() {
    let (_, rows) = read_bytes("a,b,,,\n,,,\n \t,\u{3000},\n,c,,\n".as_bytes()).unwrap();
    assert_eq!(shown(&rows), [vec!["a", "b"], vec!["", "c"]]);
    assert_eq!(rows[1].number, 4);
}

#[test]
fn each_limit_is_held_and_names_the_place() {
    let limits = Limits {
        bytes: 10_000,
        rows: 3,
        columns: 3,
        cell_bytes: 10,
        ..Limits::default()
    };
    let refused = |text: &str| read_limited(text.as_bytes(), &limits).unwrap_err();
    assert_eq!(refused(&"x,y\n".repeat(3000)).code, "IMPT-002");
    assert_eq!(refused("a\nb\nc\nd\n").code, "IMPT-011");
    let wide = refused("a,b,c\n1,2,3,4\n");
    assert_eq!(wide.code, "IMPT-012");
    assert!(wide.sentence.contains("D2"), "{wide}");
    let long = refused("a\nb,12345678901\n");
    assert_eq!(long.code, "IMPT-013");
    assert!(long.sentence.contains("B2"), "{long}");
    // Columns that hold nothing cost nothing.
    read_limited(format!("a,b,c{}\n", ",".repeat(5000)).as_bytes(), &limits).unwrap();
}

#[test]
fn the_sink_may_stop_the_reading() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a\nb\nc\n").unwrap();
    let mut heard = 0;
    let verdict = read(file.path(), &Limits::default(), &mut |event| {
        heard += 1;
        match event {
            Event::Row(row) if row.number == 2 => Err(codes::NO_ROWS.refuse(&[("row", &2)])),
            _ => Ok(()),
        }
    });
    assert_eq!((verdict.unwrap_err().code, heard), ("IMPT-034", 3));
}

#[test]
fn a_missing_file_is_a_refusal() {
    let nowhere = tempfile::tempdir().unwrap().path().join("nothing.csv");
    let verdict = read(&nowhere, &Limits::default(), &mut |_| Ok(()));
    assert_eq!(verdict.unwrap_err().code, "IMPT-003");
}

#[test]
fn addresses_are_those_of_spreadsheets() {
    let names = [
        (0, "A1"),
        (25, "Z1"),
        (26, "AA1"),
        (51, "AZ1"),
        (52, "BA1"),
        (701, "ZZ1"),
        (702, "AAA1"),
        (16_383, "XFD1"),
    ];
    for (column, name) in names {
        assert_eq!(address(column, 1), name);
    }
}
