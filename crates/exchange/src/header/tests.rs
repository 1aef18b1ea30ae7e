use super::*;
use crate::table::Format;

const COLUMNS: [Column; 4] = [
    Column {
        key: "name",
        title: "企业名称",
        aliases: &["名称", "单位名称"],
        required: true,
        example: "甲餐饮店",
        explanation: "营业执照上的名称",
    },
    Column {
        key: "uscc",
        title: "统一社会信用代码",
        aliases: &["信用代码", "id"],
        required: true,
        example: "92411200MA00000001",
        explanation: "18 位",
    },
    Column {
        key: "address",
        title: "地址",
        aliases: &[],
        required: false,
        example: "",
        explanation: "经营地址",
    },
    Column {
        key: "class",
        title: "类别",
        aliases: &["分类"],
        required: false,
        example: "餐饮",
        explanation: "",
    },
];

fn source(merged: &[(&str, u64)]) -> Event {
    let merged = merged.iter().map(|(range, last_row)| Merged {
        range: (*range).to_owned(),
        last_row: *last_row,
    });
    Event::Source(Source {
        format: Format::Workbook,
        sheet: None,
        other_sheets: Vec::new(),
        merged: merged.collect(),
    })
}

fn row(number: u64, cells: &[&str]) -> Event {
    let cell = |text: &&str| {
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text((*text).to_owned())
        }
    };
    Event::Row(Row {
        number,
        cells: cells.iter().map(cell).collect(),
    })
}

fn read(events: Vec<Event>) -> Result<(Vec<Record>, Summary), Refusal> {
    let mut records = Records::new(&COLUMNS);
    let mut read = Vec::new();
    for event in events {
        read.extend(records.take(event)?);
    }
    Ok((read, records.finish()?))
}

fn shown(record: &Record) -> Vec<&str> {
    record.cells.iter().map(Cell::shown).collect()
}

#[test]
fn columns_come_in_our_order_whatever_theirs() {
    let (records, summary) = read(vec![
        source(&[]),
        row(1, &["备注", "id", "名称"]),
        row(2, &["新开", "X1", "甲店"]),
        row(4, &["", "X2", "乙店"]),
    ])
    .unwrap();
    assert_eq!(shown(&records[0]), ["甲店", "X1", "", ""]);
    assert_eq!(
        (records[1].number, shown(&records[1])),
        (4, vec!["乙店", "X2", "", ""])
    );
    assert_eq!(summary.records, 2);
    assert_eq!(summary.header.unknown, ["A1（备注）"]);
    assert_eq!(summary.header.names, ["备注", "id", "名称"]);
    assert!(summary.header.has(&COLUMNS, "uscc") && !summary.header.has(&COLUMNS, "class"));
}

#[test]
fn a_title_above_the_header_is_passed_over_even_if_merged() {
    let (records, summary) = read(vec![
        source(&[("A1:D1", 1)]),
        row(1, &["某市检查对象名录库"]),
        row(2, &["填报单位：某科", "", "2026-03-01"]),
        row(
            3,
            &[
                " 企业名称 * ",
                "统一社会信用代码（必填）",
                "ＩＤ２",
                "类别：",
            ],
        ),
        row(4, &["甲店", "X1", "", "餐饮"]),
    ])
    .unwrap();
    assert_eq!(summary.header.row, 3);
    assert_eq!(shown(&records[0]), ["甲店", "X1", "", "餐饮"]);
    assert_eq!(summary.header.unknown, ["C3（ＩＤ２）"]);
}

#[test]
fn merged_cells_from_the_header_on_are_refused_with_their_range() {
    for range in [("B2:B3", 3), ("A1:A2", 2), ("A7:A9", 9)] {
        let refusal = read(vec![
            source(&[("A1:D1", 1), range]),
            row(1, &["名录"]),
            row(2, &["名称", "id"]),
        ])
        .unwrap_err();
        assert_eq!(refusal.code, "IMPT-033");
        assert!(refusal.sentence.starts_with(range.0), "{refusal}");
    }
}

#[test]
fn two_columns_of_one_name_are_refused_with_both_places() {
    let refusal = read(vec![source(&[]), row(1, &["名称", "id", "名称"])]).unwrap_err();
    assert_eq!(refusal.code, "IMPT-032");
    assert!(
        refusal.sentence.contains("A1") && refusal.sentence.contains("C1"),
        "{refusal}"
    );
}

#[test]
fn of_two_columns_of_one_meaning_the_official_name_wins_and_the_other_is_told() {
    for names in [["名称", "id", "企业名称"], ["企业名称", "id", "名称"]] {
        let rows = vec![source(&[]), row(1, &names), row(2, &["甲", "1", "乙"])];
        let (_, summary) = read(rows).unwrap();
        let at = names.iter().position(|name| *name == "企业名称").unwrap();
        let recognized: Vec<_> = summary.header.recognized(&COLUMNS).collect();
        assert!(recognized.contains(&("name", at)), "{recognized:?}");
        assert_eq!(summary.header.unknown.len(), 1);
    }
}

#[test]
fn a_missing_required_column_is_named() {
    let refusal = read(vec![
        source(&[]),
        row(1, &["名称", "地址"]),
        row(2, &["甲店", "某路"]),
    ])
    .unwrap_err();
    assert_eq!(refusal.code, "IMPT-031");
    assert!(refusal.sentence.contains("统一社会信用代码"), "{refusal}");
}

#[test]
fn a_file_without_header_says_what_it_should_have() {
    let strange = (1..=30).map(|number| row(number, &["甲店", "X1"]));
    let refusal = read([source(&[])].into_iter().chain(strange).collect()).unwrap_err();
    assert_eq!(refusal.code, "IMPT-030");
    assert!(
        refusal.sentence.contains("企业名称、统一社会信用代码"),
        "{refusal}"
    );
    assert_eq!(
        read(vec![source(&[]), row(1, &["甲店"])]).unwrap_err().code,
        "IMPT-030"
    );
}

#[test]
fn a_file_without_header_says_what_was_found_and_what_it_may_mean() {
    let rows = [
        source(&[]),
        row(1, &["2026 年名录"]),
        row(2, &["单位全称", "法人", "信用代码证", "电话"]),
        row(3, &["甲店", "某人", "92411200MA00000001", "1"]),
    ];
    let refusal = read(rows.into()).unwrap_err();
    assert_eq!(refusal.code, "IMPT-030");
    for told in [
        "至少要认出 2 个",
        "第 2 行",
        "“单位全称”（是不是“企业名称”？）",
        "“信用代码证”（是不是“统一社会信用代码”？）",
        "“电话”",
    ] {
        assert!(refusal.sentence.contains(told), "{told}: {refusal}");
    }
    assert!(!refusal.sentence.contains("“法人”（"), "{refusal}");
    // One name alone is recognized, and said to be.
    let rows = [source(&[]), row(1, &["名称", "老板"])];
    let refusal = read(rows.into()).unwrap_err();
    assert!(refusal.sentence.contains("“名称”（认得）"), "{refusal}");
}

#[test]
fn a_register_without_required_columns_names_those_it_knows() {
    let mut records = Records::new(&crate::registers::SUBJECTS);
    for event in [source(&[]), row(1, &["甲", "乙"])] {
        records.take(event).unwrap();
    }
    let refusal = records.finish().unwrap_err();
    for title in ["名称", "统一社会信用代码", "行政区划代码"] {
        assert!(refusal.sentence.contains(title), "{refusal}");
    }
}

#[test]
fn a_header_alone_is_no_import() {
    assert_eq!(
        read(vec![source(&[]), row(3, &["名称", "id"])])
            .unwrap_err()
            .code,
        "IMPT-034"
    );
}

#[test]
fn the_example_row_of_the_template_never_becomes_a_record() {
    let example = ["甲餐饮店", "92411200MA00000001", "", "餐饮"];
    let header = row(1, &["企业名称", "统一社会信用代码", "地址", "类别"]);
    let (records, _) = read(vec![
        source(&[]),
        header.clone(),
        row(2, &example),
        row(3, &["乙店", "X2"]),
    ])
    .unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(shown(&records[0])[0], "乙店");
    // Once the example is changed in one cell it is the office's own row.
    let (records, _) = read(vec![
        source(&[]),
        header,
        row(2, &["甲餐饮店", "X9", "", "餐饮"]),
    ])
    .unwrap();
    assert_eq!(records.len(), 1);
}

#[test]
fn a_filled_column_without_a_name_is_reported() {
    let (_, summary) = read(vec![
        source(&[]),
        row(1, &["名称", "", "id"]),
        row(2, &["甲店", "?", "X1", "", "!"]),
    ])
    .unwrap();
    assert_eq!(summary.nameless, ["B1", "E1"]);
}

#[test]
fn a_lossy_code_stays_lossy_in_its_record() {
    let lossy = Cell::Lossy("9.1E+17".to_owned());
    let cells = vec![Cell::Text("甲店".to_owned()), lossy.clone()];
    let (records, _) = read(vec![
        source(&[]),
        row(1, &["名称", "id"]),
        Event::Row(Row { number: 2, cells }),
    ])
    .unwrap();
    assert_eq!(records[0].cells[1], lossy);
}
