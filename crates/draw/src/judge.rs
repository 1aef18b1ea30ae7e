//! A bundle of `shuang/2` judged (§8.1): first everything is read, then everything is checked, so that
//! what is unreadable (exit 2) and what contradicts (exit 1) never mix.
//!
//! [`Bundle::read`] parses all files of one kind and stage; [`Bundle::faults`] makes every check that the
//! stage allows and returns all that fail: `records` (every stage), `opened` (public, without frame or
//! S), `full` (recomputed from the frame and S). [`Bundle::time_faults`] judges the times of log entries that
//! somebody else has read, [`beside`] the attempts of a campaign beside each other. Deliberately absent: receipts of the log, signatures of
//! drand, zip archives, and words for people; those are the crate `verify`'s.

mod full;
mod opened;
mod point;
mod records;
mod replay;
mod several;
mod times;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::NonZeroUsize;

pub use full::Borrowed;
pub use point::{Finding, Point};
pub(crate) use records::{cutoffs_elsewhere, undecidable};
pub use replay::{Halt, Replay};
pub use several::{Beside, Footprint, beside};
pub use times::LogTimes;

use crate::bundle::read::read_opened;
use crate::bundle::read::two;
use crate::bundle::{BundleKind, Contents, OpenedLine, OrderLine, Stage, TeamLine, parse_secret};
use crate::digest::{Digest, Secret};
use crate::fault::{Code, Fault};
use crate::frame::Frame;
use crate::name::Token;
use crate::record::two::{Act, ChangeRecord, OpenRecord, VoidRecord};
use crate::record::{FreezeRecord, PlanRecord, ResultRecord, RevealRecord};
use crate::seed::SeedText;
use crate::version::Version;

/// The bytes of files by name.
pub type Files<'a> = BTreeMap<&'a str, &'a [u8]>;

/// What OPEN adds, read.
#[derive(Debug)]
struct OpenedFiles<'a> {
    open: OpenRecord,
    subjects: Vec<OrderLine<'a>>,
    inspectors: Vec<OrderLine<'a>>,
    teams: Vec<TeamLine>,
    leaders: Vec<(Token, Token)>,
    leaves: Vec<OpenedLine>,
    persons: Vec<(Token, Digest)>,
    changes: Vec<ChangeRecord>,
}

/// What was checked of a bundle, and what was found.
#[derive(Debug)]
pub struct Judged {
    /// The checks that were made, ascending.
    pub points: Vec<Point>,
    /// Everything that fails, each with the check that found it.
    pub findings: Vec<Finding>,
    /// How far the change records were recomputed; `None` if there is none.
    pub replay: Option<Replay>,
}

/// A bundle of `shuang/2`, read.
#[derive(Debug)]
pub struct Bundle<'a> {
    files: Files<'a>,
    contents: Contents,
    plan: PlanRecord,
    freeze: Option<FreezeRecord>,
    reveal: Option<RevealRecord>,
    void: Option<VoidRecord>,
    /// seed.txt and RESULT, or the RESULT that would have been.
    drawn: Option<(SeedText, ResultRecord)>,
    opened: Option<OpenedFiles<'a>>,
    frame: Option<(Secret, Frame)>,
}

/// What is wrong with a file, with its name.
fn within<T>(name: &str, outcome: Result<T, Fault>) -> Result<T, Fault> {
    outcome.map_err(|fault| fault.within(name))
}

/// A record that prints back to its bytes.
fn printed<T: Display>(
    files: &Files<'_>,
    name: &str,
    parse: impl Fn(&[u8]) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let bytes = bytes(files, name)?;
    let record = within(name, parse(bytes))?;
    match record.to_string().as_bytes() == bytes {
        true => Ok(record),
        false => Err(Fault::new(Code::LINE, name, "写法不是协议规定的唯一写法。")),
    }
}

fn bytes<'a>(files: &Files<'a>, name: &str) -> Result<&'a [u8], Fault> {
    let found = files.get(name).copied();
    found.ok_or_else(|| Fault::new(Code::FILE_MISSING, name, "缺少这个文件。"))
}

/// A record of an attempt under `shuang/2`.
fn two_only<T>(
    parse: impl Fn(&[u8]) -> Result<T, Fault>,
    version: impl Fn(&T) -> Version,
) -> impl Fn(&[u8]) -> Result<T, Fault> {
    move |bytes| {
        let record = parse(bytes)?;
        match version(&record) {
            Version::Two => Ok(record),
            Version::One => Err(Fault::new(Code::LINE, "第 1 行", "不是 shuang/2 的记录。")),
        }
    }
}

impl<'a> Bundle<'a> {
    /// Reads every file of a bundle; log receipts are not looked into.
    ///
    /// # Errors
    /// The files are not those of one stage and kind, or one does not parse: what a verifier calls
    /// unreadable.
    pub fn read(files: &Files<'a>) -> Result<Self, Vec<Fault>> {
        let contents = Contents::of(files.keys().copied())?;
        Self::read_as(files, contents).map_err(|fault| vec![fault])
    }

    fn read_as(files: &Files<'a>, contents: Contents) -> Result<Self, Fault> {
        let (kind, stage) = (contents.kind, contents.stage);
        let names = contents.files();
        let has = |name: &str| names.iter().any(|file| file == name);
        let when = |is: bool| is.then_some(());
        let reveal = two_only(RevealRecord::parse, |record| record.attempt.version);
        let result = two_only(ResultRecord::parse, |record| record.attempt.version);
        let seed = two_only(SeedText::parse, SeedText::version);
        let freeze = two_only(FreezeRecord::parse, FreezeRecord::version);
        let drawn = || {
            Ok((
                printed(files, "seed.txt", seed)?,
                printed(files, "result.txt", result)?,
            ))
        };
        let opened =
            stage != Stage::Sealed && matches!(kind, BundleKind::Drawn | BundleKind::VoidRevealed);
        Ok(Self {
            plan: printed(files, "plan.txt", PlanRecord::parse)?,
            freeze: when(has("freeze.txt"))
                .map(|()| printed(files, "freeze.txt", freeze))
                .transpose()?,
            reveal: when(has("reveal.txt"))
                .map(|()| printed(files, "reveal.txt", reveal))
                .transpose()?,
            void: when(has("void.txt"))
                .map(|()| printed(files, "void.txt", VoidRecord::parse))
                .transpose()?,
            drawn: when(has("seed.txt")).map(|()| drawn()).transpose()?,
            opened: when(opened)
                .map(|()| OpenedFiles::read(files, contents.changes))
                .transpose()?,
            frame: when(stage == Stage::Full)
                .map(|()| read_frame(files))
                .transpose()?,
            files: files.clone(),
            contents,
        })
    }

    /// What the bundle is.
    #[must_use]
    pub fn contents(&self) -> Contents {
        self.contents
    }

    /// PLAN.
    #[must_use]
    pub fn plan_record(&self) -> &PlanRecord {
        &self.plan
    }

    /// FREEZE, if the attempt came so far.
    #[must_use]
    pub fn freeze(&self) -> Option<&FreezeRecord> {
        self.freeze.as_ref()
    }

    /// REVEAL, if the attempt came so far.
    #[must_use]
    pub fn reveal(&self) -> Option<&RevealRecord> {
        self.reveal.as_ref()
    }

    /// seed.txt, if this stage has it.
    #[must_use]
    pub fn seed(&self) -> Option<&SeedText> {
        self.drawn.as_ref().map(|(seed, _)| seed)
    }

    /// Whether the files OPEN adds are there.
    #[must_use]
    pub fn is_opened(&self) -> bool {
        self.opened.is_some()
    }

    /// The change records, by sequence; none in a sealed bundle.
    #[must_use]
    pub fn changes(&self) -> &[ChangeRecord] {
        self.opened.as_ref().map_or(&[], |opened| &opened.changes)
    }

    /// Whether an EXTEND of this bundle names the borrowed frame with this `H(FREEZE)`.
    #[must_use]
    pub fn borrows(&self, frame: &Digest) -> bool {
        let named = |change: &ChangeRecord| matches!(change.act, Act::Extend { borrowed, .. } if borrowed == *frame);
        self.changes().iter().any(named)
    }

    /// Every check of §8.1 that fails, as far as this stage and kind allow; `borrowed` are the draws the
    /// EXTEND records of a full bundle name. Empty if nothing contradicts.
    #[must_use]
    pub fn faults(&self, borrowed: &Borrowed<'_>, threads: NonZeroUsize) -> Vec<Fault> {
        let findings = self.judge(borrowed, threads).findings.into_iter();
        findings.map(|finding| finding.fault).collect()
    }

    /// The same, each with the check that found it, and which checks were made.
    #[must_use]
    pub fn judge(&self, borrowed: &Borrowed<'_>, threads: NonZeroUsize) -> Judged {
        let mut findings = self.record_findings();
        findings.extend(self.opened_findings());
        let (full, replay) = self.full_findings(borrowed, threads);
        findings.extend(full);
        let replay = (!self.changes().is_empty()).then_some(replay);
        Judged {
            points: self.points(replay),
            findings,
            replay,
        }
    }
}

impl<'a> OpenedFiles<'a> {
    fn read(files: &Files<'a>, changes: u64) -> Result<Self, Fault> {
        let get = |name| bytes(files, name);
        let change = |n: u64| printed(files, &format!("change-{n}.txt"), ChangeRecord::parse);
        Ok(Self {
            open: printed(files, "open.txt", OpenRecord::parse)?,
            subjects: within(
                "subjects.order",
                two::subjects_order(get("subjects.order")?),
            )?,
            inspectors: within(
                "inspectors.order",
                two::inspectors_order(get("inspectors.order")?),
            )?,
            teams: within("teams.txt", two::teams(get("teams.txt")?))?,
            leaders: within("leaders.txt", two::leaders(get("leaders.txt")?))?,
            leaves: within("opened.tsv", read_opened(Version::Two, get("opened.tsv")?))?,
            persons: within("persons.tsv", two::persons(get("persons.tsv")?))?,
            changes: (1..=changes).map(change).collect::<Result<_, _>>()?,
        })
    }
}

fn read_frame(files: &Files<'_>) -> Result<(Secret, Frame), Fault> {
    let get = |name| bytes(files, name);
    let secret = within("secret.txt", parse_secret(get("secret.txt")?))?;
    let frame = two::frame(
        get("subjects.tsv")?,
        get("inspectors.tsv")?,
        get("recusals.tsv")?,
    )?;
    Ok((secret, frame))
}
