//! What an outside auditor runs (旁观者核对): a bundle in, a verdict out, nothing else.
//!
//! Read [`verify_bundle`] first, then, for `shuang/1`, the module of each stage in the order of trust:
//! `records` (FREEZE, seed, RESULT), `public` (order files and opened leaves), `full` (S and the
//! frames: everything again), `frame` (how those are read), `receipt` (the log). A bundle of `shuang/2` is
//! judged in `two`, whose checks are those of `draw::judge`. [`drand`] verifies the signature of a drand round.
//! [`source`] and `archive` say how hostile files are read; [`disk`] says why a file cannot be used. `text` prints the verdict,
//! `closing` its two last lines.
//!
//! | exit | means |
//! |---|---|
//! | 0 | everything this stage allows was recomputed, it is right, and both log proofs are signed by the given key |
//! | 1 | a contradiction |
//! | 2 | unreadable, wrong syntax, a file missing or of a later stage |
//! | 3 | right so far: the bundle is sealed, or the log proofs are missing or unsigned |
//!
//! **Decisions.** A *public* bundle that is right and proven in the log gives 0: the public may
//! never hold S, and 3 for ever would teach people to ignore it. The verdict then says in words what
//! stays closed (classes of undrawn subjects, `must` leaves in the tree, inspectors' tickets). A
//! *sealed* bundle is never better than 3, because nothing that matters can be recomputed yet. Log
//! proofs without a key count as missing: anybody can sign a log of his own. One receipt without its
//! partner is unreadable (2), since a complete pair was meant.
//!
//! Which bytes of a bundle are free? In a full and in a public bundle none. In a sealed one the
//! cut-offs and file hashes in RESULT are bound only by the log receipt.
//!
//! Deliberately absent: clock, network, randomness; of `shuang/1` the SUBSTITUTE, RECUSE and EXTEND records,
//! which happen after the draw and are read from the log.

mod archive;
mod closing;
pub mod disk;
pub mod drand;
mod frame;
mod full;
mod public;
mod receipt;
mod records;
pub mod source;
mod text;
mod two;
pub mod verdict;

use std::num::NonZeroUsize;

use draw::{Drawn, Version};
use tlog::LogKeys;

pub use source::{BundleSource, Limits};
pub use two::Company;
pub use verdict::{
    Account, Examination, Halted, LogStanding, Outcome, Replayed, Shown, Stage, Step, Unreadable,
    Verdict,
};

use records::Records;

/// How to verify.
#[derive(Clone, Debug)]
pub struct Options {
    /// The public key of the log, from anywhere but the bundle; of a log that changed it, each for the heads it vouches for.
    pub log_key: Option<LogKeys>,
    /// How many threads may hash; changes nothing but the time.
    pub threads: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            log_key: None,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// Recomputes everything the bundle's stage allows and says what was and was not checked.
#[must_use]
#[doc(alias = "核对")]
pub fn verify_bundle(source: &BundleSource, options: &Options) -> Verdict {
    verify_among(source, &Company::default(), options)
}

/// The same beside other attempts of the campaign and borrowed frames: a nonce used twice and two texts
/// of one attempt are contradictions, and changes that follow an EXTEND are recomputed.
#[must_use]
pub fn verify_among(source: &BundleSource, company: &Company<'_>, options: &Options) -> Verdict {
    judged(source, options, company, None)
}

/// Judges a bundle against the attempt it was just written from; that of `shuang/1` without computing it
/// a second time.
///
/// Whoever draws has computed FREEZE and RESULT from S and the frames, and a [`Drawn`] can be made
/// in no other way. What can still be wrong is what stands in the files: every byte of every file is
/// compared, and the three records are judged as in [`verify_bundle`]. For a bundle from anywhere
/// else use [`verify_bundle`].
#[must_use]
pub fn verify_written(source: &BundleSource, drawn: &Drawn, options: &Options) -> Verdict {
    judged(source, options, &Company::default(), Some(drawn))
}

fn judged(
    source: &BundleSource,
    options: &Options,
    company: &Company<'_>,
    written: Option<&Drawn>,
) -> Verdict {
    let mut verdict = Verdict::default();
    let read = match source.version() {
        Version::One => walk(source, options, company, written, &mut verdict),
        Version::Two => two::walk(source, options, company, written, &mut verdict),
    };
    for problem in read.err().into_iter().flatten() {
        verdict.unreadable(problem);
    }
    verdict
}

/// The verdict on a bundle that could not even be opened.
#[must_use]
pub fn unopened(problem: Unreadable) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.unreadable(problem);
    verdict
}

/// A bundle of `shuang/1`, and what it shows beside its company.
fn walk(
    source: &BundleSource,
    options: &Options,
    company: &Company<'_>,
    computed: Option<&Drawn>,
    verdict: &mut Verdict,
) -> Result<(), Vec<Unreadable>> {
    let one = |problem| vec![problem];
    let records = walk_one(source, options, computed, verdict).map_err(one)?;
    two::judge_one(source, &records, company, verdict)
}

fn walk_one(
    source: &BundleSource,
    options: &Options,
    computed: Option<&Drawn>,
    verdict: &mut Verdict,
) -> Result<Records, Unreadable> {
    verdict.version = Some(Version::One);
    let stage = source.stage()?;
    verdict.stage = Some(stage);
    let records = Records::read(source)?;
    records.check(verdict);
    match stage {
        Stage::Sealed => {}
        Stage::Public => {
            public::check_hashes(source, &records, verdict)?;
            public::check(source, &records, verdict)?;
        }
        Stage::Full => match computed {
            None => full::check(source, &records, options.threads, verdict)?,
            Some(drawn) => full::check_written(source, &records, drawn, options.threads, verdict)?,
        },
    }
    let shown = receipt::check(source, options.log_key.as_ref(), verdict)?;
    records.gaps(verdict);
    closing::account_of_one(source, stage, &shown, verdict);
    match stage {
        Stage::Sealed => {
            verdict.open("谁被抽中、谁去检查：仍在封存，要等公开或完整案卷。");
            verdict.open("RESULT 中的分界签号和文件摘要：封存阶段只能看到，不能重算。");
        }
        Stage::Public => public::gaps(verdict),
        Stage::Full => {}
    }
    Ok(records)
}

/// The sealed state of an attempt between FREEZE and RESULT: S and the frames, from their files.
///
/// # Errors
/// A file is missing or malformed.
pub fn sealed_state(
    source: &BundleSource,
    threads: NonZeroUsize,
) -> Result<(draw::digest::Secret, draw::Frame), Unreadable> {
    Ok((
        frame::secret(&source.read("secret.txt")?)?,
        frame::frame(source, threads)?,
    ))
}
