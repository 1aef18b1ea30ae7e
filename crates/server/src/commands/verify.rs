//! `mingqian verify BUNDLE` (核对案卷): the crate `verify` on a directory or zip, beside other attempts and
//! borrowed frames if they are given.

use std::path::PathBuf;

use ::draw::Level;
use ::verify::{
    Account, BundleSource, Company, Limits, LogStanding, Options, Outcome, Unreadable, Verdict,
    unopened, verify_among,
};
use clap::Args;
use serde_json::{Map, Value, json};

use super::log::KeyArgs;
use super::{Failure, Output, threads};

/// Arguments of `mingqian verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// 案卷：目录或 zip 文件
    bundle: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
    /// 其他各次抽取的案卷（可多次给出，别的抽查任务的也可以）：核对随机数、承诺值、S 有没有用过，同一次抽取有没有两种内容
    #[arg(long, value_name = "BUNDLE")]
    earlier: Vec<PathBuf>,
    /// 增补名录的完整案卷（可多次给出）：有了它才能重算增补（EXTEND）以后的变更
    #[arg(long, value_name = "BUNDLE")]
    borrowed: Vec<PathBuf>,
}

/// Verifies and says what was and was not checked; the exit code is the verdict's.
pub(crate) fn run(args: &VerifyArgs, output: &Output) -> Result<u8, Failure> {
    let options = Options {
        log_key: args.key.keys()?,
        threads: threads(),
    };
    let verdict = match opened(args) {
        Ok((bundle, earlier, borrowed)) => {
            let company = Company {
                earlier: &earlier,
                borrowed: &borrowed,
            };
            verify_among(&bundle, &company, &options)
        }
        Err(problem) => unopened(problem),
    };
    output.say(&verdict.to_string(), &value(&verdict));
    Ok(verdict.exit())
}

type Opened = (BundleSource, Vec<BundleSource>, Vec<BundleSource>);

fn opened(args: &VerifyArgs) -> Result<Opened, Unreadable> {
    let open = |path: &PathBuf| BundleSource::open(path, Limits::default());
    let all = |paths: &[PathBuf]| paths.iter().map(open).collect::<Result<Vec<_>, _>>();
    Ok((
        open(&args.bundle)?,
        all(&args.earlier)?,
        all(&args.borrowed)?,
    ))
}

/// The verdict as JSON.
pub(crate) fn value(verdict: &Verdict) -> Value {
    let checks: Vec<Value> = verdict
        .checks
        .iter()
        .map(|check| {
            json!({"code": check.code, "what": check.what, "outcome": check.outcome.word(), "detail": check.detail})
        })
        .collect();
    let mut value = json!({
        "exit": verdict.exit(),
        "sentence": verdict.sentence(),
        "stage": verdict.stage.map(::verify::Stage::word),
        "campaign": verdict.attempt.as_ref().map(|(campaign, _)| campaign),
        "attempt": verdict.attempt.as_ref().map(|(_, attempt)| attempt),
        "level": verdict.level.map(::draw::Level::number),
        "log": LogStanding::word(verdict.log),
        "right": verdict.checks.iter().all(|check| check.outcome == Outcome::Right),
        "checks": checks,
        "not_checked": verdict.not_checked,
    });
    if let (Some(account), Some(members)) = (&verdict.account, value.as_object_mut()) {
        members.extend(account_value(verdict, account));
    }
    value
}

/// Steps, checks and, of `shuang/2`, levels; of what could be read.
fn account_value(verdict: &Verdict, account: &Account) -> Map<String, Value> {
    let number = |level: Option<Level>| level.map(Level::number);
    let steps = account.steps.iter();
    let steps: Vec<Value> = steps
        .map(|step| json!({"name": step.name, "shown": step.shown.word()}))
        .collect();
    let made: Vec<Value> = account
        .made
        .iter()
        .map(|(check, name)| json!({"check": check, "name": name}))
        .collect();
    let members = [
        (
            "version",
            json!(verdict.version.map(|version| version.to_string())),
        ),
        ("kind", json!(account.kind.map(|kind| kind.word()))),
        ("level_announced", json!(number(account.announced))),
        ("level_proven", json!(number(account.proven))),
        ("steps", steps.into()),
        ("made", made.into()),
        ("left", json!(account.left)),
        ("closing", json!(verdict.closing())),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
