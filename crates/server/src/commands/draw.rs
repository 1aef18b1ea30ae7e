//! `mingqian draw` (不用服务器的抽取): a complete draw for a bureau on paper or without network, in
//! its real order: `plan` announces, `freeze` prints what to publish, `dice` writes down what announced dice showed,
//! `result` takes nonces and beacon, `open` writes a bundle, `void` ends an attempt without result. `--template DIR`
//! writes filled samples.
//!
//! The folder of a draw: `freeze.txt`, `plan.txt` (publish at T1), `sealed/` (S and the frames; keep
//! secret), then `reveal.txt` (`shuang/2`, publish at T2), `seed.txt`, `result.txt` (publish at T4) and `drawn/` (the
//! whole bundle; keep secret until OPEN), and of `shuang/1` `drawn.hashes` (what the files in it must be). A void attempt has
//! `void.txt`, one with dice `dice.txt`. A new folder is of `shuang/2`, one begun of the version of its FREEZE. Everything is made in a temporary
//! folder beside and renamed at the end, so nothing is ever half-written; nothing is ever overwritten. Deliberately absent:
//! the log, and substitution after the draw, which need the server.

mod csv_table;
mod dice;
mod earlier;
mod folder;
mod frame_files;
mod freeze;
mod moment;
mod nonces;
mod open;
mod plan;
mod plan_file;
mod plan_items;
mod plan_sources;
mod plan_text;
mod result;
mod template;
mod void;

use std::path::PathBuf;

use app::port::{Clock, Entropy};
use clap::{Args, Subcommand};

use super::{Failure, Output};

/// Arguments of `mingqian draw`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DrawArgs {
    /// 在这个目录写出一套填好的样表和方案
    #[arg(long, value_name = "目录")]
    template: Option<PathBuf>,
    #[command(subcommand)]
    step: Option<Step>,
}

#[derive(Debug, Subcommand)]
enum Step {
    /// 公布方案：写出 PLAN，在看到名录之前公布
    Plan(plan::PlanArgs),
    /// 冻结名录：写出 FREEZE，说明要公布什么
    Freeze(freeze::FreezeArgs),
    /// 掷骰：在收随机数之前写下点数，只写一次
    Dice(dice::DiceArgs),
    /// 出结果：收随机数、公共随机源，写出 RESULT 和封存文件
    Result(result::ResultArgs),
    /// 公开：写出公开案卷或完整案卷
    Open(open::OpenArgs),
    /// 作废：写出 VOID，说明要公布什么；冻结之前、仪式之前、揭示之后而公共随机源公布之前用它
    Void(void::VoidArgs),
}

/// Runs one step of a draw.
pub(crate) fn run(
    args: &DrawArgs,
    ports: (&dyn Entropy, &dyn Clock),
    output: &Output,
) -> Result<u8, Failure> {
    match (&args.step, &args.template) {
        (Some(Step::Plan(step)), _) => plan::run(step, output),
        (Some(Step::Freeze(step)), _) => freeze::run(step, ports, output),
        (Some(Step::Dice(step)), _) => dice::run(step, ports.1, output),
        (Some(Step::Result(step)), _) => result::run(step, ports.1, output),
        (Some(Step::Open(step)), _) => open::run(step, output),
        (Some(Step::Void(step)), _) => void::run(step, ports, output),
        (None, Some(folder)) => template::run(folder, ports.1, output),
        (None, None) => Err(Failure::new(
            "CLI-100",
            "mingqian draw",
            "请选择 plan、freeze、dice、result、open、void 之一，或者用 --template 目录 写出样表。",
        )),
    }
}
