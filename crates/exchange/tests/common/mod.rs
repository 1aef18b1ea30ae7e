//! Builds workbooks part by part, so that a test can make each of them lie.
#![allow(
    dead_code,
    reason = "each test binary uses its own part of the builder"
)]

use std::fs::File;
use std::io::Write;
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A workbook in the making.
#[derive(Default)]
pub struct Book {
    sheets: Vec<(String, &'static str, String)>,
    strings: Option<String>,
    styles: Option<String>,
    parts: Vec<(String, Vec<u8>)>,
}

impl Book {
    /// A workbook with one sheet of these rows of XML.
    pub fn of(rows: &str) -> Self {
        Self::default().sheet("Sheet1", "", rows)
    }

    /// Adds a sheet; `state` is an attribute of the workbook's list of sheets.
    pub fn sheet(mut self, name: &str, state: &'static str, rows: &str) -> Self {
        let xml = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
        self.sheets.push((name.to_owned(), state, xml));
        self
    }

    /// Adds a visible sheet whose part is exactly this text.
    pub fn raw_sheet(mut self, name: &str, xml: &str) -> Self {
        self.sheets.push((name.to_owned(), "", xml.to_owned()));
        self
    }

    /// Puts XML after the rows of the last sheet.
    pub fn after_rows(mut self, xml: &str) -> Self {
        let sheet = &mut self.sheets.last_mut().unwrap().2;
        *sheet = sheet.replace("</sheetData>", &format!("</sheetData>{xml}"));
        self
    }

    /// Puts XML before the rows of the last sheet.
    pub fn before_rows(mut self, xml: &str) -> Self {
        let sheet = &mut self.sheets.last_mut().unwrap().2;
        *sheet = sheet.replace("<sheetData>", &format!("{xml}<sheetData>"));
        self
    }

    /// The table of strings, whole.
    pub fn strings(mut self, xml: String) -> Self {
        self.strings = Some(xml);
        self
    }

    /// The cell formats: number format ids, in order.
    pub fn formats(mut self, ids: &[u32]) -> Self {
        let formats: String = ids
            .iter()
            .map(|id| format!("<xf numFmtId=\"{id}\"/>"))
            .collect();
        self.styles = Some(format!(
            "<styleSheet><cellXfs count=\"{}\">{formats}</cellXfs></styleSheet>",
            ids.len()
        ));
        self
    }

    /// Any other part.
    pub fn part(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.parts.push((name.to_owned(), bytes));
        self
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) {
        let mut zip = ZipWriter::new(File::create(path).unwrap());
        let mut put = |name: &str, bytes: &[u8]| {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        };
        let (mut list, mut relations) = (String::new(), String::new());
        for (number, (name, state, xml)) in (1..).zip(&self.sheets) {
            list += &format!(
                "<sheet name=\"{name}\" sheetId=\"{number}\" {state} r:id=\"rId{number}\"/>"
            );
            relations += &format!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            );
            put(&format!("xl/worksheets/sheet{number}.xml"), xml.as_bytes());
        }
        put(
            "xl/workbook.xml",
            format!("<workbook><sheets>{list}</sheets></workbook>").as_bytes(),
        );
        put(
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships>{relations}</Relationships>").as_bytes(),
        );
        put("_rels/.rels", ROOT.as_bytes());
        for (name, xml) in [
            ("xl/sharedStrings.xml", &self.strings),
            ("xl/styles.xml", &self.styles),
        ] {
            if let Some(xml) = xml {
                put(name, xml.as_bytes());
            }
        }
        for (name, bytes) in &self.parts {
            put(name, bytes);
        }
        zip.finish().unwrap();
    }
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

const ROOT: &str = "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

/// A row of cells with text in them.
pub fn row(number: u32, cells: &[&str]) -> String {
    let cells: String = (b'A'..)
        .zip(cells)
        .map(|(column, text)| text_cell(&format!("{}{number}", char::from(column)), text))
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// A cell with text in it.
pub fn text_cell(address: &str, text: &str) -> String {
    format!("<c r=\"{address}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}
