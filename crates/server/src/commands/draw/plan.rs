//! `mingqian draw plan` (公布方案, T0): the record PLAN, before anybody sees the pool. `freeze` makes the same bytes of
//! the same plan, so that whoever has seen them can hold FREEZE against them.
//!
//! Deliberately absent: commitments, hours and rounds, which only FREEZE states and a plan may lack still.

use std::io::Write;
use std::path::PathBuf;

use ::draw::record::hash_of;
use clap::Args;
use serde_json::json;

use super::folder::{refuse_existing, write_new};
use super::plan_file::Announced;
use crate::commands::{Failure, Output};

/// Arguments of `mingqian draw plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// 抽取方案（TOML）；承诺值和揭示时段可以还没有写
    #[arg(long, value_name = "文件")]
    plan: PathBuf,
    /// 写出的 PLAN，例如 plan.txt
    #[arg(long, value_name = "文件")]
    out: PathBuf,
}

/// Writes PLAN and says what to publish.
pub(crate) fn run(args: &PlanArgs, output: &Output) -> Result<u8, Failure> {
    refuse_existing(&args.out)?;
    let Announced { record, .. } = Announced::read(&args.plan)?;
    write_new(&args.out, |out| write!(out, "{record}"))
        .map_err(|error| Failure::file(&args.out, &error))?;
    let hash = hash_of(record.suite, &record);
    let words = format!(
        "方案：抽查任务 {}，按 {}\nH(PLAN) {hash}\n\n现在公布并记入日志：{}\n\
         公布之后至少 {} 秒才能冻结（plan-seconds）；其间改了方案的，要重新公布\n\n{record}",
        record.campaign,
        record.version(),
        args.out.display(),
        record.plan_seconds
    );
    let value = json!({
        "campaign": record.campaign.as_str(), "version": record.version().to_string(), "plan": hash.to_string(),
        "publish": [args.out],
    });
    output.say(&words, &value);
    Ok(0)
}
