//! What a file is, from its content: workbook or text, which encoding, which delimiter.
//!
//! Order for text: byte order mark, then valid UTF-8 to the last byte, then valid GB18030 to the
//! last byte. A text that is neither is refused: guessing would put wrong characters into a
//! register.

use std::fmt;
use std::io::{Read, Seek, SeekFrom};

use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::Limits;
use super::decode::{self, Chunk};
use crate::codes;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8 with or without byte order mark.
    Utf8,
    /// GB18030 and its parts GBK and GB2312, which office software writes in China.
    Gb18030,
}

/// What separates the cells of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// A tabulator.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Bar,
}

impl Delimiter {
    const ALL: [Self; 4] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Bar];

    /// The byte in the file.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Bar => b'|',
        }
    }
}

/// What the content of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// XLSX.
    Workbook,
    /// CSV and its kin.
    Delimited {
        /// Its encoding.
        encoding: Encoding,
        /// What separates its cells.
        delimiter: Delimiter,
    },
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Delimited {
            encoding,
            delimiter,
        } = self
        else {
            return f.write_str("XLSX 工作簿");
        };
        let encoding = match encoding {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030",
        };
        let delimiter = match delimiter {
            Delimiter::Comma => "逗号",
            Delimiter::Tab => "制表符",
            Delimiter::Semicolon => "分号",
            Delimiter::Bar => "竖线",
        };
        write!(f, "文本表格，编码 {encoding}，以{delimiter}分隔")
    }
}

/// Beginnings of zip archives: with parts, and empty.
const ARCHIVE: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Beginnings of files that are no tables we read, and what they are.
const STRANGERS: [(&[u8], &str); 6] = [
    (b"%PDF", "PDF 文件"),
    (b"<", "网页或 XML 文件"),
    (b"{\\rtf", "RTF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"Rar!", "压缩包"),
];

/// Tells what a file is and leaves it at its beginning.
///
/// # Errors
/// `IMPT-001` to `IMPT-007`: empty, too large, no table, old or locked, UTF-16, or an unknown
/// encoding.
pub fn sniff(file: &mut (impl Read + Seek), limits: &Limits) -> Result<Format, Refusal> {
    let io = |why: std::io::Error| codes::unreadable(&why);
    let size = file.seek(SeekFrom::End(0)).map_err(io)?;
    if size == 0 {
        return Err(codes::EMPTY.refuse(&[]));
    }
    if size > limits.bytes {
        return Err(codes::TOO_LARGE.refuse(&[("size", &size), ("limit", &limits.bytes)]));
    }
    file.rewind().map_err(io)?;
    let mut head = Vec::new();
    file.by_ref()
        .take(4096)
        .read_to_end(&mut head)
        .map_err(io)?;
    let format = if ARCHIVE.iter().any(|magic| head.starts_with(magic)) {
        Format::Workbook
    } else {
        sniff_text(file, &head)?
    };
    file.rewind().map_err(io)?;
    Ok(format)
}

fn sniff_text(file: &mut (impl Read + Seek), head: &[u8]) -> Result<Format, Refusal> {
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(codes::OLD_OR_LOCKED.refuse(&[]));
    }
    let zeros = head.iter().filter(|&&b| b == 0).count();
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || zeros * 5 > head.len()
    {
        return Err(codes::UTF16.refuse(&[]));
    }
    let visible = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    if let Some((_, what)) = STRANGERS
        .iter()
        .find(|(magic, _)| visible.starts_with(magic))
    {
        return Err(codes::NOT_A_TABLE.refuse(&[("what", what)]));
    }
    let (encoding, opening) = encoding_of(file)?;
    if opening.trim().is_empty() {
        return Err(codes::EMPTY.refuse(&[]));
    }
    Ok(Format::Delimited {
        encoding,
        delimiter: delimiter_of(&opening),
    })
}

/// Decodes the whole file, so that no row is read before the encoding is certain. Of a file that is neither, the line
/// is told by the encoding it is written in but for the fault: text of the one is soon no text of the other.
fn encoding_of(file: &mut (impl Read + Seek)) -> Result<(Encoding, String), Refusal> {
    let (mut refused, mut certain) = (None, false);
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        file.rewind().map_err(|why| codes::unreadable(&why))?;
        let mut opening = String::new();
        let mut chinese = false;
        let verdict = decode::chunks(file.by_ref(), encoding, &mut |chunk: Chunk<'_>| {
            chinese = chinese || chunk.chars().any(takes_three_bytes);
            if opening.len() < 64 * 1024 {
                opening.push_str(chunk);
            }
            Ok(())
        });
        match verdict {
            Ok(()) => return Ok((encoding, opening)),
            Err(refusal) if refusal.code == codes::ENCODING.code => {
                if !certain {
                    refused = Some(refusal);
                }
                certain = encoding == Encoding::Utf8 && chinese;
            }
            Err(refusal) => return Err(refusal),
        }
    }
    Err(refused.expect("each encoding was tried and refused"))
}

/// Whether a letter read as UTF-8 shows that it is UTF-8: two bytes of Chinese in GB18030 may happen to be a letter of
/// two bytes, but hardly three to be one of three.
fn takes_three_bytes(letter: char) -> bool {
    letter.len_utf8() == 3
}

/// The candidate that stands most often outside quotes in the first lines; the comma if none stands
/// there.
fn delimiter_of(opening: &str) -> Delimiter {
    let mut counts = [0_usize; Delimiter::ALL.len()];
    let mut quoted = false;
    let mut lines = 0;
    for byte in opening.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ if quoted => {}
            _ => {
                if let Some(at) = Delimiter::ALL
                    .iter()
                    .position(|candidate| candidate.byte() == byte)
                {
                    counts[at] += 1;
                }
            }
        }
        if lines == 20 {
            break;
        }
    }
    // `max_by_key` takes the last of equals, so the comma is looked at last.
    let best = (0..counts.len()).rev().max_by_key(|&at| counts[at]);
    Delimiter::ALL[best.unwrap_or(0)]
}
