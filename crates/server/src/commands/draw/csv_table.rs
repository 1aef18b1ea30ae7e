//! A register file as rows: CSV with a header, UTF-8 with or without BOM, or GB18030.
//!
//! Every error names the row as the spreadsheet shows it (the header is row 1). Deliberately absent:
//! XLSX, which the server's import reads; here a bureau exports CSV first.

use std::borrow::Cow;
use std::path::Path;

use csv::ByteRecord;

use crate::commands::Failure;

/// The columns of one sort of file, each with the headings that are accepted.
pub(super) type Column = (&'static str, &'static [&'static str], bool);

/// A decoded file with its columns found.
pub(super) struct CsvTable {
    name: String,
    text: String,
    places: Vec<Option<usize>>,
    width: usize,
}

/// Whole rows of a table, for one thread.
pub(super) struct CsvPart<'a> {
    text: &'a str,
    /// Lines before it; the header stands in the part that has none.
    before: u64,
}

/// One row: the cells of the wanted columns.
pub(super) struct CsvRow<'a> {
    /// The row as the spreadsheet counts it.
    pub(super) number: u64,
    record: &'a ByteRecord,
    places: &'a [Option<usize>],
}

impl CsvRow<'_> {
    /// The trimmed cell of the n-th wanted column; empty if there is no such column.
    pub(super) fn cell(&self, column: usize) -> &str {
        let place = self.places.get(column).copied().flatten();
        let bytes = place.and_then(|at| self.record.get(at)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default().trim()
    }
}

impl CsvTable {
    /// Reads and decodes a file and finds its columns.
    pub(super) fn read(path: &Path, columns: &[Column]) -> Result<Self, Failure> {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
        let text = decode(&name, bytes)?;
        require_closed_quotes(&name, &text)?;
        let mut reader = reader(&text, true);
        let header = reader
            .byte_headers()
            .map_err(|error| broken(&name, &error))?;
        let titles: Vec<String> = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_lowercase())
            .collect();
        let mut failure = Failure::default();
        let mut places = Vec::new();
        for (column, aliases, required) in columns {
            let wanted = |title: &String| title == column || aliases.contains(&title.as_str());
            let hits: Vec<usize> = (0..titles.len())
                .filter(|at| wanted(&titles[*at]))
                .collect();
            if hits.len() > 1 {
                failure.push(
                    "CLI-204",
                    &name,
                    format!("表头中“{column}”列出现 {} 次，请只留一列。", hits.len()),
                );
            }
            if hits.is_empty() && *required {
                let sentence = format!(
                    "缺少“{column}”列（也可写作 {}）。可用 mingqian draw --template 写出样表。",
                    aliases.join("、")
                );
                failure.push("CLI-203", &name, sentence);
            }
            places.push(hits.first().copied());
        }
        failure.or_nothing()?;
        let width = titles.len();
        Ok(Self {
            name,
            text,
            places,
            width,
        })
    }

    /// The file's name, for messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How many lines there are at most, the header among them.
    pub(super) fn lines(&self) -> usize {
        newlines(&self.text) + 1
    }

    /// Hands over every row; rows of empty cells are passed over.
    pub(super) fn each(&self, take: impl FnMut(&CsvRow<'_>, &mut Failure)) -> Result<u64, Failure> {
        self.each_of(&self.whole(), take)
    }

    /// Hands over the rows of one part, as [`CsvTable::each`].
    pub(super) fn each_of(
        &self,
        part: &CsvPart<'_>,
        mut take: impl FnMut(&CsvRow<'_>, &mut Failure),
    ) -> Result<u64, Failure> {
        let mut reader = reader(part.text, part.before == 0);
        let mut failure = Failure::default();
        let mut record = ByteRecord::new();
        let mut lines = LineCount {
            text: part.text,
            at: 0,
            before: 0,
        };
        let mut rows = 0;
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => return Err(broken(&self.name, &error)),
            }
            let number = part.before + lines.at(record.position());
            if record
                .iter()
                .all(|cell| cell.iter().all(u8::is_ascii_whitespace))
            {
                continue;
            }
            rows += 1;
            if record.len() != self.width {
                let sentence = format!(
                    "有 {} 格，表头有 {} 格；格内的逗号要用引号括起。",
                    record.len(),
                    self.width
                );
                failure.push("CLI-205", self.place(number), sentence);
                continue;
            }
            take(
                &CsvRow {
                    number,
                    record: &record,
                    places: &self.places,
                },
                &mut failure,
            );
        }
        failure.or_nothing().map(|()| rows)
    }

    fn whole(&self) -> CsvPart<'_> {
        CsvPart {
            text: &self.text,
            before: 0,
        }
    }

    /// Up to `count` parts of whole rows, in order: no cell holds a line break.
    pub(super) fn parts(&self, count: usize) -> Vec<CsvPart<'_>> {
        let share = self.text.len().div_ceil(count.max(1));
        let mut parts = Vec::new();
        let (mut rest, mut before) = (self.text.as_str(), 0);
        while rest.len() > share {
            let Some(end) = rest.as_bytes()[share..].iter().position(|b| *b == b'\n') else {
                break;
            };
            let (text, more) = rest.split_at(share + end + 1);
            parts.push(CsvPart { text, before });
            before += newlines(text) as u64;
            rest = more;
        }
        parts.push(CsvPart { text: rest, before });
        parts
    }

    /// File and row, for messages.
    pub(super) fn place(&self, number: u64) -> String {
        format!("{} 第 {number} 行", self.name)
    }
}

/// Which line a row stands in, as the spreadsheet counts it: the reader's own count is short by one
/// where lines end in CR LF and after an empty line, since it passes over those only afterwards.
struct LineCount<'a> {
    text: &'a str,
    at: usize,
    before: usize,
}

impl LineCount<'_> {
    fn at(&mut self, position: Option<&csv::Position>) -> u64 {
        let bytes = self.text.as_bytes();
        let start = position.map_or(0, csv::Position::byte);
        let mut start = usize::try_from(start).unwrap_or(bytes.len()).max(self.at);
        while bytes
            .get(start)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            start += 1;
        }
        let passed = bytes.get(self.at..start).unwrap_or_default();
        self.before += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = start;
        self.before as u64 + 1
    }
}

/// Refuses a quoted cell that does not end on its line, or goes on behind its end: one quotation mark too many or too few
/// would join rows, and who stands in them would silently be missing from the draw.
fn require_closed_quotes(name: &str, text: &str) -> Result<(), Failure> {
    for (at, line) in text.lines().enumerate() {
        let place = || format!("{name} 第 {} 行", at + 1);
        let mut rest = line;
        while !rest.is_empty() {
            let Some(quoted) = rest.strip_prefix('"') else {
                rest = rest.split_once(',').map_or("", |(_, more)| more);
                continue;
            };
            let Some(end) = end_of_quoted(quoted) else {
                let sentence = "有一格以引号开头，到行末没有闭合，下面的行会并进这一格。补上或删去这个引号；格内有换行的，改成空格。";
                return Err(Failure::new("CLI-207", place(), sentence));
            };
            let behind = &quoted[end..];
            rest = match behind.strip_prefix(',') {
                Some(more) => more,
                None if behind.is_empty() => "",
                None => {
                    let sentence =
                        "有一格的引号闭合之后还有文字。格内的引号要写两个，整格再用引号括起。";
                    return Err(Failure::new("CLI-208", place(), sentence));
                }
            };
        }
    }
    Ok(())
}

/// Where a quoted cell ends, behind its closing quotation mark; two in a row are one of the text.
fn end_of_quoted(quoted: &str) -> Option<usize> {
    let (bytes, mut at) = (quoted.as_bytes(), 0);
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == b'"')? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn reader(text: &str, headers: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(headers)
        .from_reader(text.as_bytes())
}

fn broken(name: &str, error: &csv::Error) -> Failure {
    Failure::new(
        "CLI-202",
        name,
        format!("不是完整的 CSV（{error}）。请检查引号是否成对。"),
    )
}

/// UTF-8 with or without BOM, else GB18030; anything else is refused with a remedy.
fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let refuse = |sentence: &str| Err(Failure::new("CLI-201", name, sentence));
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return refuse("这是 Excel 工作簿。请在表格软件中另存为“CSV UTF-8”再用。");
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
        return refuse("是 UTF-16 或二进制文件。请另存为“CSV UTF-8”。");
    }
    let utf8 = match String::from_utf8(bytes) {
        Ok(text) => match text.strip_prefix('\u{feff}') {
            Some(rest) => return Ok(rest.to_owned()),
            None => return Ok(text),
        },
        Err(error) => error.into_bytes(),
    };
    let (text, _, damaged) = encoding_rs::GB18030.decode(&utf8);
    match (text, damaged) {
        (Cow::Owned(text), false) => Ok(text),
        (Cow::Borrowed(text), false) => Ok(text.to_owned()),
        _ => refuse("既不是 UTF-8 也不是 GB18030 编码。请另存为“CSV UTF-8”。"),
    }
}

#[cfg(test)]
mod tests;
