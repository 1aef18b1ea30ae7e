//! What the child says, one JSON line each: the source, its rows, and at the end how many there
//! were or why not.

use std::io::{self, Write};

use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::table::{Event, Limits, Row, Source};

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Line {
    #[serde(rename = "source")]
    Source(Source),
    #[serde(rename = "row")]
    Row(Row),
    #[serde(rename = "end")]
    End(u64),
    #[serde(rename = "refused")]
    Refused(Refused),
}

impl From<Event> for Line {
    fn from(event: Event) -> Self {
        match event {
            Event::Source(source) => Self::Source(source),
            Event::Row(row) => Self::Row(row),
        }
    }
}

/// A refusal on its way between two processes of the same binary.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refused {
    code: String,
    sentence: String,
    remedy: String,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.to_owned(),
            sentence: refusal.sentence,
            remedy: refusal.remedy,
        }
    }
}

impl Refused {
    /// The refusal again; nothing if the code is none of ours.
    pub(super) fn into_refusal(self) -> Option<Refusal> {
        let known = codes::ALL.iter().find(|known| known.code == self.code)?;
        Some(Refusal {
            code: known.code,
            sentence: self.sentence,
            article: None,
            remedy: self.remedy,
        })
    }
}

/// No honest line is longer: each byte of a cell takes at most six in JSON, each cell a few around
/// it.
pub(super) fn longest_line(limits: &Limits) -> u64 {
    let cell = (limits.cell_bytes as u64)
        .saturating_mul(6)
        .saturating_add(16);
    // The source names up to ten thousand merged ranges and a few sheets.
    cell.saturating_mul(limits.columns as u64)
        .saturating_add(1 << 20)
}

pub(super) fn write(out: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
