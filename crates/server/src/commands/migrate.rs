//! `mingqian migrate`: brings the database to the structure of this program; `--dry-run` says what would
//! happen, by doing it in a transaction that is taken back.

use std::sync::Arc;

use clap::Args;
use serde_json::json;
use store::Migrated;

use super::serve::{PlaceArgs, runtime};
use super::{Failure, Output};
use crate::ports::{OsClock, OsEntropy};

/// Arguments of `mingqian migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 只说会做什么，不改动数据库
    #[arg(long)]
    dry_run: bool,
}

/// Does it, or only says it. Every other command that opens the database does it as well.
pub(crate) fn run(args: &MigrateArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.place();
    let steps = runtime()?.block_on(async {
        let would = place
            .rehearse(Arc::new(OsClock), Arc::new(OsEntropy))
            .await?;
        if !args.dry_run && !would.is_empty() {
            let app = place.open(Arc::new(OsClock), Arc::new(OsEntropy)).await?;
            app.db.close().await;
        }
        Ok::<_, Failure>(would)
    })?;
    let listed: Vec<_> = steps
        .iter()
        .map(|step| {
            json!({
                "number": step.number, "name": step.name, "words": step.words, "rows": step.moved,
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
            rows => format!("写入 {rows} 行，记一条留痕"),
        };
        words.push_str(&format!(
            "  第 {} 号 {}：{}；{moved}\n",
            step.number, step.name, step.words
        ));
    }
    words
}
