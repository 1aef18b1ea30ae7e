//! `mingqian migrate`: brings the database to the structure of this program; `--dry-run` says what would
//! happen, by doing it in a transaction that is taken back.

use clap::Args;
use domain::event::Act;
use serde_json::json;
use store::Migrated;

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

/// Under which name the log has what a migration did.
const EVENT: &str = Act::SchemaMigrated.name();

/// Arguments of `mingqian migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 只说会做什么，不改动数据库
    #[arg(long)]
    dry_run: bool,
}

/// Does it, or only says it. Every other command that opens the database to write does it as well.
pub(crate) fn run(args: &MigrateArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let steps = runtime()?.block_on(async {
        let would = place.rehearse().await?;
        if !args.dry_run {
            let app = place.open_now(output).await?;
            place.close(&app).await?;
        }
        Ok::<_, Failure>(would)
    })?;
    let listed: Vec<_> = steps
        .iter()
        .map(|step| {
            json!({
                "number": step.number, "name": step.name, "words": step.words, "rows": step.moved,
                "event": step.told.then_some(EVENT),
            })
        })
        .collect();
    output.say(
        &words(&steps, args.dry_run),
        &json!({"dry_run": args.dry_run, "migrations": listed}),
    );
    Ok(0)
}

fn words(steps: &[Migrated], dry_run: bool) -> String {
    if steps.is_empty() {
        return "数据库结构已是本程序的版本，没有要做的。\n".to_owned();
    }
    let mut words = format!(
        "{} {} 步升级{}：\n",
        if dry_run { "将做" } else { "已做" },
        steps.len(),
        if dry_run {
            "（试做后已撤回，数据库没有改动）"
        } else {
            ""
        }
    );
    for step in steps {
        let moved = match step.moved {
            0 => "不改动已有的行".to_owned(),
            rows => format!("写入 {rows} 行"),
        };
        let told = if step.told {
            format!("记一条留痕（{EVENT}）")
        } else {
            "不留痕".to_owned()
        };
        words.push_str(&format!(
            "  第 {} 号 {}：{}；{moved}，{told}\n",
            step.number, step.name, step.words
        ));
    }
    words
}
