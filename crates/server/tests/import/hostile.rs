//! Files that want to do harm, or were made by accident: a clear word, and nothing left behind.

use std::io::{Cursor, Write as _};

use app::staging::State;
use axum::http::StatusCode;
use testkit::engines::on_both;
use zip::write::SimpleFileOptions;

use crate::office::{Office, SUBJECTS, caterers};

/// A workbook with this sheet and these strings, as small as workbooks get.
fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let ns = "http://schemas.openxmlformats.org";
    let parts = [
        (
            "[Content_Types].xml",
            format!("<Types xmlns=\"{ns}/package/2006/content-types\"></Types>"),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{ns}/package/2006/relationships\"><Relationship Id=\"r\" Type=\"{ns}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{ns}/spreadsheetml/2006/main\" xmlns:r=\"{ns}/officeDocument/2006/relationships\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"s\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{ns}/package/2006/relationships\"><Relationship Id=\"s\" Type=\"{ns}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"t\" Type=\"{ns}/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{ns}/spreadsheetml/2006/main\">{sheet}</worksheet>"),
        ),
        ("xl/sharedStrings.xml", strings.to_owned()),
    ];
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn row(number: usize, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .map(|(text, column)| {
            format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_used_is_refused_with_a_way_out() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let header = row(1, &["名称", "注册号", "经营地址"]);
        let endless = "<sst uniqueCount=\"500000000000\"><si><t>x</t></si></sst>";
        let merged = format!(
            "<sheetData>{header}{}</sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>",
            row(2, &["甲店", "1", "路"])
        );
        let bomb = workbook(&format!("<sheetData>{header}</sheetData>"), endless);
        assert!(bomb.len() < 4_000, "a tiny file asks for everything");
        let blown = format!("<sheetData>{header}</sheetData>{}", " ".repeat(30_000_000));
        let cases: [(&str, Vec<u8>, &str); 8] = [
            ("bomb.xlsx", bomb, "IMPT-051"),
            ("blown.xlsx", workbook(&blown, "<sst/>"), "IMPT-022"),
            ("merged.xlsx", workbook(&merged, "<sst/>"), "IMPT-033"),
            ("名录.xlsx", b"%PDF-1.7 not a table".to_vec(), "IMPT-004"),
            (
                "名录.csv",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old workbook".to_vec(),
                "IMPT-005",
            ),
            ("空行.csv", "名称,注册号\n\n\n".into(), "IMPT-034"),
            ("列名.csv", "名称,注册号".into(), "IMPT-034"),
            ("文字.txt", "没有列名\n只有文字\n".into(), "IMPT-030"),
        ];
        for (name, bytes, code) in cases {
            let at = clerk.upload_to(SUBJECTS, name, &bytes).await;
            let page = clerk.get(&at).await;
            assert_eq!(
                clerk.state(&at).await,
                State::Refused,
                "{name}: {}",
                page.text
            );
            assert!(
                page.shows(code) && page.shows("重新选文件"),
                "{name}: {}",
                page.text
            );
        }
        assert_eq!((office.files(), office.subjects().await), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_choice_shows_the_form_again() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let first = clerk.get(SUBJECTS).await;
        let (token, key) = (first.input("_token"), first.input("_once"));
        let sent = clerk
            .post_file(SUBJECTS, &[("_token", &token), ("_once", &key)], "", b"")
            .await;
        assert_eq!(
            sent.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            sent.text
        );
        assert!(sent.shows("IMPT-080") && sent.shows("name=\"file\""));
        assert_eq!(office.files(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_a_byte_is_kept_without_the_forms_token() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        for fields in [&[][..], &[("_token", "0123")][..]] {
            let sent = clerk
                .post_file(SUBJECTS, fields, "a.csv", caterers(1, 1).as_bytes())
                .await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN);
        }
        let first = clerk.get(SUBJECTS).await;
        let (token, key) = (first.input("_token"), first.input("_once"));
        let sent = clerk
            .post_file(SUBJECTS, &[("_token", &token)], "a.csv", b"x")
            .await;
        assert!(sent.shows("FORM-005"), "whose press it is: {}", sent.text);
        assert_eq!(office.files(), 0);
        let huge = vec![b'a'; 49 << 20];
        let fields = [("_token", token.as_str()), ("_once", key.as_str())];
        let sent = clerk.post_file(SUBJECTS, &fields, "a.csv", &huge).await;
        assert_eq!(sent.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", sent.text);
        assert_eq!(office.files(), 0, "half a file is no file");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn office_software_of_the_county_writes_gb18030() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let (bytes, _, _) = encoding_rs::GB18030.encode("企业名称,代码\n样例㐀店,\n样例乙店,\n");
        let at = clerk.upload_to(SUBJECTS, "..\\..\\名录.csv", &bytes).await;
        let page = clerk.get(&at).await;
        assert!(
            page.shows("GB18030") && page.shows("样例㐀店"),
            "{}",
            page.text
        );
        assert!(page.shows("导入“名录.csv”"), "a name is no path");
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        assert_eq!(clerk.decide(&at, "all").await.counts(), [2, 0, 0, 0]);
    })
    .await;
}
