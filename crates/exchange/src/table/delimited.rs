//! Delimited text (RFC 4180), strictly: a quote that is not closed, or text after a closing quote,
//! is refused with its line, because a lenient reader would swallow the rows behind it into one
//! cell.
//!
//! Lenient where nothing can be lost: any line end (CRLF, LF, CR), rows of unequal length, quotes
//! inside unquoted cells, and `="…"`, which some programs write to keep a code from becoming a
//! number.

use std::fs::File;

use domain::refusal::Refusal;

use super::{Delimiter, Encoding, Limits, RowBuilder, Sink, address, decode, text_cell};
use crate::codes;

/// Reads every row of a text file whose encoding is already certain.
pub(super) fn read(
    file: File,
    encoding: Encoding,
    delimiter: Delimiter,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<(), Refusal> {
    let mut machine = Machine::new(delimiter, limits);
    decode::chunks(file, encoding, &mut |chunk| machine.feed(chunk, sink))?;
    machine.end(sink)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

struct Machine<'l> {
    delimiter: u8,
    limits: &'l Limits,
    at: At,
    cell: Vec<u8>,
    column: usize,
    row: RowBuilder,
    line: u64,
    row_line: u64,
    quote_line: u64,
    after_cr: bool,
}

impl<'l> Machine<'l> {
    fn new(delimiter: Delimiter, limits: &'l Limits) -> Self {
        Self {
            delimiter: delimiter.byte(),
            limits,
            at: At::CellStart,
            cell: Vec::new(),
            column: 0,
            row: RowBuilder::default(),
            line: 1,
            row_line: 1,
            quote_line: 0,
            after_cr: false,
        }
    }

    fn feed(&mut self, chunk: &str, sink: &mut Sink<'_>) -> Result<(), Refusal> {
        for &byte in chunk.as_bytes() {
            let second_of_crlf = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            if second_of_crlf && self.at != At::Quoted {
                continue;
            }
            let ends_line = (byte == b'\n' && !second_of_crlf) || byte == b'\r';
            self.step(byte, sink)?;
            if ends_line {
                self.line += 1;
                if self.at == At::CellStart && self.column == 0 {
                    self.row_line = self.line;
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, byte: u8, sink: &mut Sink<'_>) -> Result<(), Refusal> {
        match (self.at, byte) {
            (At::CellStart, b'"') => {
                self.at = At::Quoted;
                self.quote_line = self.line;
                Ok(())
            }
            (At::Quoted, b'"') => {
                self.at = At::QuoteInQuoted;
                Ok(())
            }
            (At::Quoted, _) => self.push(byte),
            (At::QuoteInQuoted, b'"') => {
                self.at = At::Quoted;
                self.push(byte)
            }
            (_, b'\n' | b'\r') => self.end_row(sink),
            (_, byte) if byte == self.delimiter => self.end_cell(),
            // Blanks between the closing quote and the delimiter are harmless.
            (At::QuoteInQuoted, b' ') => Ok(()),
            (At::QuoteInQuoted, _) => Err(codes::QUOTE_STRAY.refuse(&[("line", &self.line)])),
            (At::CellStart | At::Plain, byte) => {
                self.at = At::Plain;
                self.push(byte)
            }
        }
    }

    fn push(&mut self, byte: u8) -> Result<(), Refusal> {
        if byte == 0 {
            return Err(codes::NUL.refuse(&[("place", &format!("第 {} 行", self.line))]));
        }
        if self.cell.len() >= self.limits.cell_bytes {
            let place = address(self.column, self.row_line);
            return Err(codes::beyond(
                &codes::CELL_TOO_LONG,
                &place,
                self.limits.cell_bytes,
            ));
        }
        self.cell.push(byte);
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), Refusal> {
        let text = std::str::from_utf8(&self.cell).expect("cut only at ASCII bytes of valid UTF-8");
        let cell = text_cell(unwrap_formula(text));
        self.row
            .put(self.column, cell, (self.row_line, self.limits))?;
        self.cell.clear();
        self.column += 1;
        self.at = At::CellStart;
        Ok(())
    }

    fn end_row(&mut self, sink: &mut Sink<'_>) -> Result<(), Refusal> {
        self.end_cell()?;
        self.column = 0;
        self.row.finish(self.row_line, self.limits, sink)
    }

    fn end(&mut self, sink: &mut Sink<'_>) -> Result<(), Refusal> {
        if self.at == At::Quoted {
            return Err(codes::QUOTE_OPEN.refuse(&[("line", &self.quote_line)]));
        }
        self.end_row(sink)
    }
}

/// `="0371"` is a text that was kept from becoming a number.
fn unwrap_formula(text: &str) -> &str {
    let inner = text
        .trim()
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(text)
}
