//! Reads an upload in a child process of the same binary, within limits that the kernel holds.
//!
//! A workbook can make any library ask for all memory or run for hours, and neither can be caught
//! inside the process that serves everybody. The child limits itself before it opens the file:
//! address space, processor time, no core dump, no file written. It prints one JSON line per row;
//! the parent counts rows and bytes again and believes nothing it did not get in full. A child that
//! dies takes nothing with it but its own answer.
//!
//! The binary calls [`main`] for its hidden subcommand [`SUBCOMMAND`] before it starts anything
//! else.

mod limit;
mod wire;

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use domain::refusal::Refusal;

use crate::codes;
use crate::table::{self, Event, Limits, Sink};
use wire::Line;

/// The hidden subcommand: `mingqian read-table LIMITS FILE`.
pub const SUBCOMMAND: &str = "read-table";

/// Reads a table in a child process and hands each row to `sink`. Blocks until the child has ended.
/// As with [`table::read`], rows handed over before a refusal are void.
///
/// `exe` is this very binary (`std::env::current_exe()`).
///
/// # Errors
/// What [`table::read`] refuses with, what `sink` refuses with, or `IMPT-050` to `IMPT-052` if the
/// child could not start, died, or answered in part.
pub fn read_in_child(
    exe: &Path,
    path: &Path,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<(), Refusal> {
    let start = |why: &dyn std::fmt::Display| codes::CHILD_START.refuse(&[("why", why)]);
    let arguments = serde_json::to_string(limits).map_err(|why| start(&why))?;
    let child = Command::new(exe)
        .args([SUBCOMMAND, &arguments])
        .arg(path)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| start(&why))?;
    let mut child = Reaped(child);
    let stdout = child.0.stdout.take().expect("stdout was piped above");
    let heard = listen(BufReader::new(stdout), limits, sink);
    match heard {
        Ok(()) => Ok(()),
        // Only now is it certain that no full answer comes: the child's end says why.
        Err(Heard::Silence) => Err(child.cause_of_death()),
        Err(Heard::Refused(refusal)) => Err(refusal),
    }
}

/// Why listening ended without a full answer.
enum Heard {
    /// The child stopped speaking before it had finished.
    Silence,
    /// The child, the sink or a limit refused.
    Refused(Refusal),
}

impl From<Refusal> for Heard {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn listen(mut stdout: impl BufRead, limits: &Limits, sink: &mut Sink<'_>) -> Result<(), Heard> {
    let garbled = || Heard::Refused(codes::CHILD_GARBLED.refuse(&[]));
    let longest = wire::longest_line(limits);
    let mut rows = 0_u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = stdout.by_ref().take(longest).read_until(b'\n', &mut line);
        if read.map_err(|_| Heard::Silence)? == 0
            || (line.last() != Some(&b'\n') && (line.len() as u64) < longest)
        {
            return Err(Heard::Silence);
        }
        match serde_json::from_slice(&line).map_err(|_| garbled())? {
            Line::Source(source) => sink(Event::Source(source))?,
            Line::Row(row) => {
                rows += 1;
                if rows > limits.rows || row.cells.len() > limits.columns {
                    return Err(garbled());
                }
                sink(Event::Row(row))?;
            }
            Line::Refused(refused) => {
                return Err(refused.into_refusal().map_or_else(garbled, Heard::Refused));
            }
            Line::End(told) => return if told == rows { Ok(()) } else { Err(garbled()) },
        }
    }
}

/// A child that never outlives its parent's interest in it.
struct Reaped(Child);

impl Reaped {
    fn cause_of_death(&mut self) -> Refusal {
        let why = match self.0.wait() {
            Ok(status) => status.to_string(),
            Err(why) => why.to_string(),
        };
        codes::CHILD_DIED.refuse(&[("why", &why)])
    }
}

impl Drop for Reaped {
    fn drop(&mut self) {
        // Both fail only if the child has already ended and been waited for.
        let _already_ended = self.0.kill();
        let _already_reaped = self.0.wait();
    }
}

/// The child's side: what the binary runs for [`SUBCOMMAND`], given the arguments after it.
///
/// Exit codes: 0 read, 1 refused (the refusal is on stdout), 2 called wrongly.
pub fn main(arguments: &[OsString], stdout: impl Write) -> ExitCode {
    let [limits, path] = arguments else {
        return ExitCode::from(2);
    };
    let limits = limits
        .to_str()
        .and_then(|text| serde_json::from_str::<Limits>(text).ok());
    let Some(limits) = limits else {
        return ExitCode::from(2);
    };
    if limit::impose(&limits).is_err() {
        return ExitCode::from(2);
    }
    match child_main(Path::new(path), &limits, stdout) {
        Ok(code) => code,
        // The parent has gone, or does not want to hear more.
        Err(_) => ExitCode::from(1),
    }
}

fn child_main(path: &Path, limits: &Limits, stdout: impl Write) -> io::Result<ExitCode> {
    let mut out = io::BufWriter::with_capacity(64 * 1024, stdout);
    let mut rows = 0_u64;
    let mut unheard = None;
    let verdict = table::read(path, limits, &mut |event| {
        rows += u64::from(matches!(event, Event::Row(_)));
        wire::write(&mut out, &Line::from(event)).map_err(|why| {
            let refusal = codes::write_failed(&why);
            unheard = Some(why);
            refusal
        })
    });
    if let Some(why) = unheard {
        return Err(why);
    }
    let (last, code) = match verdict {
        Ok(()) => (Line::End(rows), ExitCode::SUCCESS),
        Err(refusal) => (Line::Refused(refusal.into()), ExitCode::from(1)),
    };
    wire::write(&mut out, &last)?;
    out.flush()?;
    Ok(code)
}
