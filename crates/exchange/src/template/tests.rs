use super::*;
use crate::header::Records;
use crate::table::{Limits, read};

const COLUMNS: [Column; 3] = [
    Column {
        key: "name",
        title: "企业名称",
        aliases: &["名称"],
        required: true,
        example: "甲餐饮店",
        explanation: "营业执照上的名称",
    },
    Column {
        key: "id",
        title: "代码",
        aliases: &["id"],
        required: true,
        example: "92411200MA00000001",
        explanation: "",
    },
    Column {
        key: "note",
        title: "备注",
        aliases: &[],
        required: false,
        example: "",
        explanation: "可不填",
    },
];

fn import(bytes: &[u8]) -> Result<u64, Refusal> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut records = Records::new(&COLUMNS);
    read(file.path(), &Limits::default(), &mut |event| {
        records.take(event).map(|_| ())
    })?;
    records.finish().map(|summary| summary.records)
}

#[test]
fn an_untouched_template_is_understood_and_holds_no_records() {
    for bytes in [workbook(&COLUMNS).unwrap(), csv(&COLUMNS).unwrap()] {
        assert_eq!(import(&bytes).unwrap_err().code, "IMPT-034");
    }
}

#[test]
fn a_filled_template_imports_without_its_example() {
    let mut bytes = csv(&COLUMNS).unwrap();
    bytes.extend_from_slice("乙店,X2,\r\n丙店,X3,新\r\n".as_bytes());
    assert_eq!(import(&bytes).unwrap(), 2);
}
