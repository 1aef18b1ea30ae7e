//! S and the frames as files: strictly sorted, tab-separated, every row of its kind.
//!
//! Three million rows are read in parts, one thread each. A part that is not perfect says nothing
//! by itself: the file is then read again from the top, so that the first mistake is named with its
//! line whatever the number of threads. Deliberately absent: what the rows mean together, which is
//! for the crate `draw` to refuse.

use std::num::NonZeroUsize;

use draw::digest::Secret;
use draw::frame::Rows;
use draw::name::Status;
use draw::{Fault, Frame};

use crate::public::ascending;
use crate::records::fault_in;
use crate::source::BundleSource;
use crate::verdict::Unreadable;

/// Below this many bytes a second thread costs more than it saves.
const SMALL: usize = 1 << 18;

/// Whether a row of four columns was taken.
type Taken = Result<bool, Fault>;

type Take = fn(&mut Frame, [&str; 4]) -> Taken;

/// S from secret.txt.
pub(crate) fn secret(bytes: &[u8]) -> Result<Secret, Unreadable> {
    let line = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| text.strip_suffix('\n'));
    line.and_then(|line| line.parse().ok()).ok_or_else(|| {
        Unreadable::new(
            "VRFY-300",
            "secret.txt",
            "应为一行 64 位小写十六进制数字，以换行符结束。",
        )
    })
}

/// The frame from subjects.tsv, inspectors.tsv and recusals.tsv.
pub(crate) fn frame(source: &BundleSource, threads: NonZeroUsize) -> Result<Frame, Unreadable> {
    let mut frame = Frame::default();
    let files: [(&'static str, Take); 3] = [
        ("subjects.tsv", subject),
        ("inspectors.tsv", inspector),
        ("recusals.tsv", recusal),
    ];
    for (name, take) in files {
        let bytes = source.read(name)?;
        match parts(name, &bytes, threads, take) {
            Some(rows) => join(&mut frame, rows).map_err(|fault| fault_in(name, &fault))?,
            None => read_rows(name, &bytes, &mut frame, take)?,
        }
    }
    Ok(frame)
}

fn subject(frame: &mut Frame, [id, stratum, status, area]: [&str; 4]) -> Taken {
    let fit = status
        .parse()
        .is_ok_and(|status: Status| status != Status::Pair);
    match fit {
        true => frame.push_subject(id, stratum, status, area).map(|()| true),
        false => Ok(false),
    }
}

fn inspector(frame: &mut Frame, [id, stratum, status, area]: [&str; 4]) -> Taken {
    let fit = matches!(status.parse(), Ok(Status::Draw | Status::Skip(_))) && area == "-";
    match fit {
        true => frame.push_inspector(id, stratum, status).map(|()| true),
        false => Ok(false),
    }
}

fn recusal(frame: &mut Frame, [pair, stratum, status, area]: [&str; 4]) -> Taken {
    match pair.split_once(':') {
        Some((inspector, subject)) if (stratum, status, area) == ("-", "pair", "-") => {
            frame.push_recusal(inspector, subject).map(|()| true)
        }
        _ => Ok(false),
    }
}

/// What each thread read, in the order of the file; `None` if the file is small or not perfect.
fn parts(
    name: &'static str,
    bytes: &[u8],
    threads: NonZeroUsize,
    take: Take,
) -> Option<Vec<Frame>> {
    if bytes.len() < SMALL || threads.get() < 2 {
        return None;
    }
    let parts = split(bytes, threads.get());
    let seams = parts.windows(2).all(|two| last(two[0]) < first(two[1]));
    let read = |part: &[u8]| {
        let mut frame = Frame::default();
        read_rows(name, part, &mut frame, take).ok().map(|()| frame)
    };
    seams.then_some(())?;
    std::thread::scope(|scope| {
        let running: Vec<_> = parts
            .iter()
            .map(|part| scope.spawn(move || read(part)))
            .collect();
        running
            .into_iter()
            .map(|part| part.join().expect("reading rows does not panic"))
            .collect()
    })
}

/// Parts of about the same size, each of whole lines.
fn split(mut bytes: &[u8], count: usize) -> Vec<&[u8]> {
    let share = bytes.len().div_ceil(count);
    let mut parts = Vec::new();
    while bytes.len() > share {
        let Some(end) = bytes[share..].iter().position(|byte| *byte == b'\n') else {
            break;
        };
        let (part, rest) = bytes.split_at(share + end + 1);
        parts.push(part);
        bytes = rest;
    }
    if !bytes.is_empty() {
        parts.push(bytes);
    }
    parts
}

fn first(part: &[u8]) -> &[u8] {
    part.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// The last line of a part, which ends in LF.
fn last(part: &[u8]) -> &[u8] {
    let body = part.strip_suffix(b"\n").unwrap_or(part);
    body.rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
}

fn join(frame: &mut Frame, parts: Vec<Frame>) -> Result<(), Fault> {
    let append = |rows: &mut Rows, more: Rows| match more.is_empty() {
        true => Ok(()),
        false => rows.append(more),
    };
    for part in parts {
        append(&mut frame.subjects, part.subjects)?;
        append(&mut frame.inspectors, part.inspectors)?;
        frame.recusals.extend(part.recusals);
    }
    Ok(())
}

/// Reads every row of a sorted file; a row that is not taken stops reading.
fn read_rows(
    name: &'static str,
    bytes: &[u8],
    frame: &mut Frame,
    take: Take,
) -> Result<(), Unreadable> {
    for (at, line) in ascending(name, bytes)?.enumerate() {
        let wrong = |sentence: String| {
            Unreadable::new("VRFY-303", name, format!("第 {} 行：{sentence}", at + 1))
        };
        let mut columns = line.split('\t');
        let row = match [(); 5].map(|()| columns.next()) {
            [Some(id), Some(stratum), Some(status), Some(area), None] => {
                [id, stratum, status, area]
            }
            _ => return Err(wrong("应为四列：代码、分层、状态、片区。".to_owned())),
        };
        match take(frame, row) {
            Ok(true) => {}
            Ok(false) => {
                return Err(wrong(
                    "这一类名录中不能有这样的状态、分层或片区。".to_owned(),
                ));
            }
            Err(fault) => return Err(wrong(fault_in(name, &fault).sentence)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
