//! `mingqian verify BUNDLE` (核对案卷): the crate `verify` on a directory or zip.

use std::path::PathBuf;

use ::verify::{
    BundleSource, Limits, LogStanding, Options, Outcome, Verdict, unopened, verify_bundle,
};
use clap::Args;
use serde_json::{Value, json};
use tlog::VerifierKey;

use super::{Failure, Output, threads};

/// Arguments of `mingqian verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// 案卷：目录或 zip 文件
    bundle: PathBuf,
    /// 日志公钥（名称+编号+base64），不要取自案卷本身
    #[arg(long)]
    log_key: Option<String>,
}

/// Verifies and says what was and was not checked; the exit code is the verdict's.
pub(crate) fn run(args: &VerifyArgs, output: &Output) -> Result<u8, Failure> {
    let parse = |text: &String| VerifierKey::parse(text.trim());
    let log_key = args
        .log_key
        .as_ref()
        .map(parse)
        .transpose()
        .map_err(|error| {
            Failure::new(
                "CLI-110",
                "--log-key",
                format!("{error}。请照日志公布的公钥原样粘贴。"),
            )
        })?;
    let options = Options {
        log_key,
        threads: threads(),
    };
    let verdict = match BundleSource::open(&args.bundle, Limits::default()) {
        Ok(source) => verify_bundle(&source, &options),
        Err(problem) => unopened(problem),
    };
    output.say(&words(&verdict), &value(&verdict));
    Ok(verdict.exit())
}

/// The verdict as text.
pub(crate) fn words(verdict: &Verdict) -> String {
    let mut text = String::new();
    if let Some((campaign, attempt)) = &verdict.attempt {
        text.push_str(&format!("抽查任务 {campaign}，第 {attempt} 次抽取\n"));
    }
    if let Some(stage) = verdict.stage {
        text.push_str(&format!("阶段：{}\n", stage.label()));
    }
    if let Some(level) = verdict.level {
        text.push_str(&format!("信任等级：{level}\n"));
    }
    text.push_str("\n核对了：\n");
    for check in &verdict.checks {
        text.push_str(&format!(
            "  {}  [{}] {}",
            check.outcome.label(),
            check.code,
            check.what
        ));
        if !check.detail.is_empty() {
            text.push_str(&format!("  {}", check.detail));
        }
        text.push('\n');
    }
    if !verdict.not_checked.is_empty() {
        text.push_str("\n没有核对，或此阶段无法核对：\n");
        for sentence in &verdict.not_checked {
            text.push_str(&format!("  · {sentence}\n"));
        }
    }
    text.push_str(&format!(
        "\n结论 {}：{}\n",
        verdict.exit(),
        verdict.sentence()
    ));
    text
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
    json!({
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
    })
}
