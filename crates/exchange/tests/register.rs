//! The real register, read as an office would hand it in.

use std::path::{Path, PathBuf};

use exchange::header::{Column, Records, Summary};
use exchange::table::{Limits, read};

const COLUMNS: [Column; 3] = [
    Column {
        key: "name",
        title: "企业名称",
        aliases: &["名称"],
        required: true,
        example: "",
        explanation: "",
    },
    Column {
        key: "uscc",
        title: "统一社会信用代码",
        aliases: &["信用代码"],
        required: true,
        example: "",
        explanation: "",
    },
    Column {
        key: "address",
        title: "注册地址",
        aliases: &["地址"],
        required: false,
        example: "",
        explanation: "",
    },
];

fn register() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sanmenxia-registry.csv")
}

fn import(path: &Path) -> (Summary, usize) {
    let mut records = Records::new(&COLUMNS);
    let mut coded = 0;
    read(path, &Limits::default(), &mut |event| {
        if let Some(record) = records.take(event)? {
            let code = record.cells[1]
                .text()
                .expect("the register holds no lossy codes");
            coded += usize::from(code.len() == 18);
        }
        Ok(())
    })
    .expect("the register is a sound file");
    (records.finish().expect("it has a header and rows"), coded)
}

#[test]
#[ignore = "needs the real register: make test-register"]
fn the_register_reads_whole_in_utf8_and_in_gb18030() {
    let (summary, coded) = import(&register());
    assert_eq!(
        summary.source.to_string(),
        "文本表格，编码 UTF-8，以逗号分隔"
    );
    assert_eq!(summary.records, 5_412);
    assert!(coded > 5_000, "{coded}");

    let text = std::fs::read_to_string(register()).expect("it was read above");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gb18030.csv");
    std::fs::write(&path, encoding_rs::GB18030.encode(&text).0).expect("a file");
    let (again, coded_again) = import(&path);
    assert_eq!(
        again.source.to_string(),
        "文本表格，编码 GB18030，以逗号分隔"
    );
    assert_eq!((again.records, coded_again), (summary.records, coded));
    assert_eq!(again.header, summary.header);
}
