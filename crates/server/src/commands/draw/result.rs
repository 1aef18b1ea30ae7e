//! `mingqian draw result` (出结果, T2 to T4): nonces, written dice and beacon in; REVEAL, RESULT and the sealed files out.
//!
//! The sealed state is frozen again, which must give the published FREEZE, and drawn. The bundle is
//! made in a draft folder, and before it gets its name the crate `verify` reads every byte of it back
//! against this computation: a RESULT that our own verification refuses is never written. An attempt is under the version
//! of its FREEZE: `one` has the steps of `shuang/1`, `two` those of `shuang/2`. Deliberately absent: a second RESULT.

mod one;
mod two;

use std::io::Write;
use std::path::{Path, PathBuf};

use ::draw::record::{FreezeRecord, PlanRecord};
use ::draw::{Frozen, Version, freeze, freeze_under};
use ::verify::{BundleSource, Limits, Options, Verdict, sealed_state};
use app::port::Clock;
use clap::Args;

use super::dice::{self, Dice};
use super::earlier::{Earlier, EarlierArgs};
use super::folder::{read, refuse_existing, write_new};
use super::moment::{AtArgs, Moment};
use super::nonces::NonceArgs;
use crate::commands::{Failure, Output, threads};

pub(super) use one::KEPT_HASHES;

/// Arguments of `mingqian draw result`.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// 冻结时写出的目录
    #[arg(long, value_name = "目录")]
    out: PathBuf,
    #[command(flatten)]
    nonces: NonceArgs,
    /// 公共随机源的值；shuang/1 可写 absent:原因。shuang/2 在揭示之后、公布之时给出
    #[arg(long, value_name = "值")]
    beacon: Option<String>,
    #[command(flatten)]
    earlier: EarlierArgs,
    #[command(flatten)]
    at: AtArgs,
}

/// The folder of a frozen attempt.
struct Attempt<'a> {
    folder: &'a Path,
    freeze: FreezeRecord,
    plan: PlanRecord,
    earlier: Earlier,
    now: Moment,
}

/// Draws, verifies, writes and says what to publish.
pub(crate) fn run(args: &ResultArgs, clock: &dyn Clock, output: &Output) -> Result<u8, Failure> {
    let folder = args.out.as_path();
    refuse_existing(&folder.join("drawn"))?;
    let freeze = FreezeRecord::parse(&read(&folder.join("freeze.txt"))?);
    let plan = PlanRecord::parse(&read(&folder.join("plan.txt"))?);
    let attempt = Attempt {
        folder,
        freeze: freeze.map_err(|fault| fault.within("freeze.txt"))?,
        plan: plan.map_err(|fault| fault.within("plan.txt"))?,
        earlier: args.earlier.read()?,
        now: args.at.moment(clock),
    };
    let (campaign, number) = (attempt.freeze.campaign, attempt.freeze.attempt);
    attempt.earlier.precede(campaign, number)?;
    match attempt.freeze.version() {
        Version::One => one::run(args, &attempt, output),
        Version::Two => two::run(args, &attempt, output),
    }
}

impl Attempt<'_> {
    /// Freezes the sealed state again, which must give the published FREEZE.
    fn frozen(&self) -> Result<Frozen, Failure> {
        let source = BundleSource::open(&self.folder.join("sealed"), Limits::default())?;
        let (secret, frame) = sealed_state(&source, threads())?;
        let terms = (&self.freeze).into();
        let frozen = match self.freeze.version() {
            Version::One => freeze(&terms, frame, &secret, threads())?,
            Version::Two => freeze_under(&self.plan, &terms, frame, &secret, threads())?,
        };
        if *frozen.record() != self.freeze {
            let sentence =
                "封存的名录和秘密与已公布的 freeze.txt 不符，不能抽取。请核对是否拿错目录。";
            let place = self.folder.display().to_string();
            return Err(Failure::new("CLI-401", place, sentence));
        }
        Ok(frozen)
    }

    /// What announced dice gave, written down before the nonces.
    fn dice(&self) -> Result<Option<Dice>, Failure> {
        dice::written(self.folder, &self.freeze, self.now)
    }

    /// A note on what was not compared, for the output.
    fn gap(&self) -> String {
        let gap = self.earlier.gap(self.freeze.attempt);
        gap.map_or(String::new(), |gap| format!("注意：{gap}\n"))
    }
}

/// What is written must be right so far by our own verifier.
fn held(verdict: &Verdict) -> Result<(), Failure> {
    match verdict.exit() {
        3 => Ok(()),
        _ => {
            let sentence = format!("自己的核对没有通过，什么也没有写出。\n{verdict}");
            Err(Failure::new("CLI-406", "RESULT", sentence))
        }
    }
}

fn options() -> Options {
    Options {
        log_key: None,
        threads: threads(),
    }
}

/// Writes a record to publish; the same record again is no change.
pub(super) fn publish(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    if std::fs::read(&path).ok().as_deref() == Some(text.as_bytes()) {
        return Ok(());
    }
    refuse_existing(&path)?;
    write_new(&path, |out| out.write_all(text.as_bytes()))
        .map_err(|error| Failure::file(&path, &error))
}
