//! One file per command, and what they share: how a command speaks and how it fails.
//!
//! Results go to stdout, as words or as one JSON value; failures go to stderr, every cause with its
//! stable code, at most [`LISTED`] of them. Deliberately absent: logging and colors.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod certificate;
pub(crate) mod counter;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod draw;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod migrate;
pub(crate) mod nonce;
pub(crate) mod place;
pub(crate) mod read_table;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod verify;
pub(crate) mod workdays;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use ::draw::{Fault, Refusal};
use ::verify::{Unreadable, disk};
use serde_json::{Value, json};

/// How many causes are shown; more would not be read.
const LISTED: usize = 50;

/// The exit code of a refused command, as clap's own.
const REFUSED: u8 = 2;

/// One cause of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Stable code.
    pub(crate) code: String,
    /// File and row, or name.
    pub(crate) place: String,
    /// What is wrong and what to do, in Chinese.
    pub(crate) sentence: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}：{}", self.code, self.place, self.sentence)
    }
}

/// Why a command did nothing; at least one cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) problems: Vec<Problem>,
}

impl Failure {
    /// A failure with one cause.
    pub(crate) fn new(code: &str, place: impl Into<String>, sentence: impl Into<String>) -> Self {
        let mut failure = Self::default();
        failure.push(code, place, sentence);
        failure
    }

    /// Adds a cause.
    pub(crate) fn push(
        &mut self,
        code: &str,
        place: impl Into<String>,
        sentence: impl Into<String>,
    ) {
        self.problems.push(Problem {
            code: code.to_owned(),
            place: place.into(),
            sentence: sentence.into(),
        });
    }

    /// Nothing, or the failure if it has causes.
    pub(crate) fn or_nothing(self) -> Result<(), Self> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &io::Error) -> Self {
        Self::new("CLI-101", path.display().to_string(), disk::why(error))
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        let problem = |fault: Fault| Problem {
            code: fault.code.to_string(),
            sentence: format!("{}{}", fault.sentence, fault.remedy()),
            place: fault.place,
        };
        Self {
            problems: faults.into_iter().map(problem).collect(),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.faults.into()
    }
}

impl From<Unreadable> for Failure {
    fn from(problem: Unreadable) -> Self {
        Self::new(problem.code, problem.place, problem.sentence)
    }
}

/// Where a command speaks: words for people or JSON for scripts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Says the result, in the one form or the other.
    pub(crate) fn say(&self, words: &str, value: &Value) {
        let line = if self.json {
            value.to_string()
        } else {
            words.trim_end().to_owned()
        };
        // A closed pipe is the reader's choice.
        let _ = writeln!(io::stdout().lock(), "{line}");
    }

    /// Says on stderr what the operator should know beside the result.
    pub(crate) fn note(&self, words: &str) {
        let line = if self.json {
            json!({"note": words}).to_string()
        } else {
            words.to_owned()
        };
        // A closed pipe is the reader's choice.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// Says why the command did nothing.
    pub(crate) fn fail(&self, failure: &Failure) -> ExitCode {
        let mut out = io::stderr().lock();
        if self.json {
            let listed: Vec<Value> = failure
                .problems
                .iter()
                .take(LISTED)
                .map(|p| json!({"code": p.code, "place": p.place, "sentence": p.sentence}))
                .collect();
            let _ = writeln!(
                out,
                "{}",
                json!({"errors": listed, "count": failure.problems.len()})
            );
            return ExitCode::from(REFUSED);
        }
        for problem in failure.problems.iter().take(LISTED) {
            let _ = writeln!(
                out,
                "[{}] {}：{}",
                problem.code, problem.place, problem.sentence
            );
        }
        if failure.problems.len() > LISTED {
            let _ = writeln!(
                out,
                "共 {} 处，以上是前 {LISTED} 处。",
                failure.problems.len()
            );
        }
        ExitCode::from(REFUSED)
    }
}

/// How many threads a computation may use.
pub(crate) fn threads() -> std::num::NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN)
}
