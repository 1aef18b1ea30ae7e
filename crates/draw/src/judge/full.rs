//! Everything again from the frame, S, REVEAL and seed.txt: FREEZE, every file, RESULT, OPEN and every
//! change.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::Bundle;
use super::point::{Finding, Point, under};
use super::replay::{Halt, Replay};
use crate::bundle::{Attempt, Ended};
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::freeze::{Terms, refreeze};
use crate::name::Token;
use crate::record::result::KEYED_FILES;
use crate::record::two::Act;
use crate::select::{Drawn, draw_revealed};
use crate::standing::Course;

/// Draws of borrowed frames, by `H(FREEZE)`: the bundle of an attempt does not hold them.
pub type Borrowed<'a> = BTreeMap<Digest, &'a Drawn>;

/// Holds what is written against the bytes of a file and stops at the first difference.
struct Same<'a> {
    rest: &'a [u8],
}

impl Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let rest = self.rest.strip_prefix(bytes);
        self.rest = rest.ok_or_else(|| io::Error::other("不同"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Bundle<'_> {
    /// What the frame and S show, and how far they reach into the changes.
    pub(super) fn full_findings(
        &self,
        borrowed: &Borrowed<'_>,
        threads: NonZeroUsize,
    ) -> (Vec<Finding>, Replay) {
        match self.recomputed(threads) {
            None => (Vec::new(), Replay::stopped(0, Halt::Frameless)),
            Some(Err(faults)) => (
                under(Point::Frame, faults).collect(),
                Replay::stopped(0, Halt::Unfounded),
            ),
            Some(Ok(drawn)) => self.compare(&drawn, borrowed, threads),
        }
    }

    /// The draw of a full bundle from its frame and S, `None` in an earlier stage.
    ///
    /// # Errors
    /// FREEZE must be refused or is another one, or the sources do not answer it: every reason.
    pub fn recomputed(&self, threads: NonZeroUsize) -> Option<Result<Drawn, Vec<Fault>>> {
        let (published, (secret, frame)) = (self.freeze.as_ref()?, self.frame.as_ref()?);
        let (reveal, (seed, _)) = (self.reveal.as_ref()?, self.drawn.as_ref()?);
        let frozen = match refreeze(&Terms::from(published), frame.clone(), secret, threads) {
            Ok(frozen) => frozen,
            Err(refusal) => return Some(Err(refusal.faults)),
        };
        if frozen.record() != published {
            let sentence = "由名录和 S 重算的冻结公告不同。";
            let fault = Fault::new(Code::CONTRADICTION, "freeze.txt", sentence);
            return Some(Err(vec![fault]));
        }
        Some(draw_revealed(frozen, reveal, seed, threads))
    }

    fn compare(
        &self,
        drawn: &Drawn,
        borrowed: &Borrowed<'_>,
        threads: NonZeroUsize,
    ) -> (Vec<Finding>, Replay) {
        let mut course = Course::new(drawn);
        let (replayed, replay) = self.replay(&mut course, borrowed);
        let mut faults = self.secret_faults(&course);
        let ended = match &self.void {
            None => Ended::Drawn(&course),
            Some(void) => Ended::VoidOpened(drawn, void),
        };
        let attempt = Attempt {
            plan: &self.plan,
            ended,
        };
        for name in self.contents.kind.files(self.contents.stage) {
            // OPEN and persons.tsv tell of the changes, so they follow only from all of them.
            let made_of_changes = matches!(name, "open.txt" | "persons.tsv");
            if replay.halt.is_some() && made_of_changes {
                continue;
            }
            let mut same = Same {
                rest: self.files.get(name).copied().unwrap_or_default(),
            };
            let written = attempt.write(name, threads, &mut same);
            if !written.is_ok_and(|known| known) || !same.rest.is_empty() {
                let sentence = "由名录、S 和种子重算的内容不同。";
                faults.push(Fault::new(Code::CONTRADICTION, name, sentence));
            }
        }
        let mut findings: Vec<_> = under(Point::Replay, replayed).collect();
        findings.extend(under(Point::Frame, faults));
        (findings, replay)
    }

    /// Replays the changes as far as they go; the fault is that of the one which is not what the rules give.
    fn replay(&self, course: &mut Course<'_>, borrowed: &Borrowed<'_>) -> (Option<Fault>, Replay) {
        for (same, change) in (0..).zip(self.changes()) {
            let guests = match change.act {
                Act::Extend { borrowed: name, .. } => match borrowed.get(&name) {
                    // From here on nothing can be recomputed without the borrowed draw.
                    None => return (None, Replay::stopped(same, Halt::Unborrowed(name))),
                    guests => guests.copied(),
                },
                _ => None,
            };
            if let Err(fault) = course.replay(change, guests) {
                let fault = fault.within(&format!("change-{}.txt", same + 1));
                return (Some(fault), Replay::stopped(same, Halt::Differs));
            }
        }
        let same = self.changes().len() as u64;
        (None, Replay { same, halt: None })
    }

    /// Keys and salts are those S gives, whatever the changes were.
    fn secret_faults(&self, course: &Course<'_>) -> Vec<Fault> {
        let Some(opened) = &self.opened else {
            return Vec::new();
        };
        let drawn = course.drawn();
        let keys = KEYED_FILES.map(|name| drawn.file_key(name));
        let salted = |(code, salt): &(Token, Digest)| course.persons().salt(*code) == *salt;
        let right = [
            ("open.txt key", opened.open.keys == keys),
            ("persons.tsv", opened.persons.iter().all(salted)),
        ];
        let wrong = right.into_iter().filter(|(_, right)| !right);
        wrong
            .map(|(place, _)| Fault::new(Code::KEY, place, "不是由 S 算出的。"))
            .collect()
    }
}
