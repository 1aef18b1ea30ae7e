use super::*;

#[test]
fn what_a_spreadsheet_would_run_is_written_with_an_apostrophe() {
    for hostile in [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1+1",
        "-",
        "+",
        "--1",
        "'=1",
    ] {
        assert_eq!(neutral(hostile), format!("'{hostile}"));
    }
    for harmless in ["", "甲店", "-12.5", "-3", "1=1", "a-b", "'x", "12"] {
        assert_eq!(neutral(harmless), harmless);
    }
}

#[test]
fn the_file_opens_as_utf8_and_keeps_delimiters_inside_cells() {
    let mut file = CsvFile::new(Vec::new(), &["名称", "备注"]).unwrap();
    file.row(&["甲,店", "说\"好\"\n=1"]).unwrap();
    file.row(&["=HYPERLINK(\"x\")", ""]).unwrap();
    let text = String::from_utf8(file.finish().unwrap()).unwrap();
    assert_eq!(
        text,
        "\u{feff}名称,备注\r\n\"甲,店\",\"说\"\"好\"\"\n=1\"\r\n\"'=HYPERLINK(\"\"x\"\")\",\r\n"
    );
}
