use super::*;
use crate::header::{Column, Records};
use crate::table::{Cell, Limits, read};

const COLUMNS: [Column; 2] = [
    Column {
        key: "name",
        title: "名称",
        aliases: &[],
        required: true,
        example: "",
        explanation: "",
    },
    Column {
        key: "id",
        title: "代码",
        aliases: &[],
        required: true,
        example: "",
        explanation: "",
    },
];

#[test]
fn the_users_own_rows_come_back_with_their_errors_and_can_be_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("theirs.csv");
    std::fs::write(
        &theirs,
        "备注,代码,名称\n=1+1,914112000000000001,甲店\n,9.14E+17,乙店\n",
    )
    .unwrap();
    let mut records = Records::new(&COLUMNS);
    let mut file = None;
    read(&theirs, &Limits::default(), &mut |event| {
        if let Some(record) = records.take(event)? {
            let file = match &mut file {
                Some(file) => file,
                none => none.insert(ErrorsFile::new(records.header().unwrap())?),
            };
            file.row(&record.original, "代码校验位不符")?;
        }
        Ok(())
    })
    .unwrap();
    let ours = folder.path().join("theirs.errors.xlsx");
    file.unwrap().save(&ours).unwrap();

    let mut again = Records::new(&COLUMNS);
    let mut rows = Vec::new();
    read(&ours, &Limits::default(), &mut |event| {
        rows.extend(again.take(event)?);
        Ok(())
    })
    .unwrap();
    let summary = again.finish().unwrap();
    assert_eq!(summary.header.unknown, ["A1（备注）", "D1（错误）"]);
    assert_eq!(
        rows[0].cells[1],
        Cell::Text("914112000000000001".to_owned())
    );
    let text = |cell: &str| Cell::Text(cell.to_owned());
    assert_eq!(
        rows[0].original.cells,
        [
            text("=1+1"),
            text("914112000000000001"),
            text("甲店"),
            text("第 2 行：代码校验位不符")
        ]
    );
    assert_eq!(rows[1].cells[1], Cell::Lossy("9.14E+17".to_owned()));
}

#[test]
fn no_cell_of_the_file_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let header = Header::for_test(&["名称"]);
    let mut file = ErrorsFile::new(&header).unwrap();
    let row = Row {
        number: 2,
        cells: vec![Cell::Text("=cmd|'/C calc'!A0".to_owned())],
    };
    file.row(&row, "=1+1").unwrap();
    let path = folder.path().join("e.xlsx");
    file.save(&path).unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(
        &mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(),
        &mut sheet,
    )
    .unwrap();
    assert!(sheet.contains("cmd|") && !sheet.contains("<f>"), "{sheet}");
}
