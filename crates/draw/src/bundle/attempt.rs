//! An attempt of `shuang/2` as a bundle: which files there are, and the text of each, written as a
//! stream; also the OPEN record, whose hashes are of these very texts.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::{BundleKind, Contents, Stage, write_file};
use crate::digest::Digest;
use crate::record::result::KEYED_FILES;
use crate::record::two::{OpenRecord, Opened, VoidRecord};
use crate::record::{FreezeRecord, PlanRecord, RevealRecord, hash_of};
use crate::sealing::{hash_of_file, write_persons};
use crate::select::Drawn;
use crate::standing::Course;

/// How far an attempt came, with everything that has come of it.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    /// A RESULT was logged; then came these changes.
    Drawn(&'a Course<'a>),
    /// Void after REVEAL, with what would have been drawn.
    VoidOpened(&'a Drawn, &'a VoidRecord),
    /// Void after REVEAL, while the beacon has not appeared.
    VoidRevealed(&'a FreezeRecord, &'a RevealRecord, &'a VoidRecord),
    /// Void before REVEAL.
    VoidFrozen(&'a FreezeRecord, &'a VoidRecord),
    /// Void before FREEZE.
    VoidPlanned(&'a VoidRecord),
}

/// An attempt of `shuang/2` from its plan to its end.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The plan it is under.
    pub plan: &'a PlanRecord,
    /// How it ended.
    pub ended: Ended<'a>,
}

impl<'a> Attempt<'a> {
    /// What the bundle of a stage contains. A void attempt that cannot be opened has one stage.
    #[must_use]
    pub fn contents(&self, stage: Stage) -> Contents {
        let (kind, stage, changes) = match self.ended {
            Ended::Drawn(course) => (BundleKind::Drawn, stage, course.records().len() as u64),
            Ended::VoidOpened(..) => (BundleKind::VoidRevealed, stage, 0),
            Ended::VoidRevealed(..) => (BundleKind::VoidRevealed, Stage::Sealed, 0),
            Ended::VoidFrozen(..) => (BundleKind::VoidFrozen, Stage::Public, 0),
            Ended::VoidPlanned(_) => (BundleKind::VoidPlanned, Stage::Public, 0),
        };
        let changes = if stage == Stage::Sealed { 0 } else { changes };
        Contents {
            kind,
            stage,
            changes,
        }
    }

    /// Writes one file of the bundle by name; `false` if this attempt has no file of that name (log
    /// receipts, unknown names).
    ///
    /// # Errors
    /// The writer's.
    pub fn write(
        &self,
        name: &str,
        threads: NonZeroUsize,
        out: &mut impl Write,
    ) -> io::Result<bool> {
        match name {
            "plan.txt" => write!(out, "{}", self.plan),
            "open.txt" => match self.open_record(threads) {
                Some(record) => write!(out, "{record}"),
                None => return Ok(false),
            },
            _ => return self.write_end(name, threads, out),
        }?;
        Ok(true)
    }

    fn write_end(
        &self,
        name: &str,
        threads: NonZeroUsize,
        out: &mut impl Write,
    ) -> io::Result<bool> {
        match self.ended {
            Ended::Drawn(course) => {
                for (number, record) in (1..).zip(course.records()) {
                    if name == format!("change-{number}.txt") {
                        write!(out, "{record}")?;
                        return Ok(true);
                    }
                }
                if name == "persons.tsv" {
                    write_persons(course.persons(), course.named().iter().copied(), out)?;
                    return Ok(true);
                }
                write_drawn(course.drawn(), name, threads, out)
            }
            Ended::VoidOpened(drawn, void) => match name {
                "void.txt" => write!(out, "{void}").map(|()| true),
                // Nothing followed, so nobody is named.
                "persons.tsv" => Ok(true),
                _ => write_drawn(drawn, name, threads, out),
            },
            Ended::VoidRevealed(freeze, reveal, void) => match name {
                "freeze.txt" => write!(out, "{freeze}").map(|()| true),
                "reveal.txt" => write!(out, "{reveal}").map(|()| true),
                "void.txt" => write!(out, "{void}").map(|()| true),
                _ => Ok(false),
            },
            Ended::VoidFrozen(freeze, void) => match name {
                "freeze.txt" => write!(out, "{freeze}").map(|()| true),
                "void.txt" => write!(out, "{void}").map(|()| true),
                _ => Ok(false),
            },
            Ended::VoidPlanned(void) => match name {
                "void.txt" => write!(out, "{void}").map(|()| true),
                _ => Ok(false),
            },
        }
    }

    /// The OPEN record, where there is something to open.
    #[must_use]
    pub fn open_record(&self, threads: NonZeroUsize) -> Option<OpenRecord> {
        let (drawn, void, records) = match self.ended {
            Ended::Drawn(course) => (course.drawn(), None, course.records()),
            Ended::VoidOpened(drawn, void) => (drawn, Some(void), &[][..]),
            _ => return None,
        };
        let freeze = drawn.frozen().record();
        let suite = freeze.suite;
        let result = hash_of(suite, drawn.record());
        let opened = match void {
            None => Opened::Result(result),
            Some(void) => Opened::Void {
                void: hash_of(suite, void),
                would: result,
            },
        };
        let file = |name: &str| -> Digest {
            hash_of_file(suite, |out| self.write_end(name, threads, out).map(drop))
        };
        Some(OpenRecord {
            attempt: freeze.attempt_ref(),
            opened,
            changes: records
                .iter()
                .map(|record| hash_of(suite, record))
                .collect(),
            keys: KEYED_FILES.map(|name| drawn.file_key(name)),
            leaves: file("opened.tsv"),
            persons: file("persons.tsv"),
        })
    }
}

fn write_drawn(
    drawn: &Drawn,
    name: &str,
    threads: NonZeroUsize,
    out: &mut impl Write,
) -> io::Result<bool> {
    match (name, drawn.reveal()) {
        ("reveal.txt", Some(reveal)) => write!(out, "{reveal}").map(|()| true),
        _ => write_file(drawn, name, threads, out),
    }
}
