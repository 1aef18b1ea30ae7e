//! `mingqian audit`: rows against log, content against the rows that name it. 0 nothing found, 1 contradictions, 2 could not look.
//! It only looks: nothing is migrated or made, and no key is read.

use clap::Args;
use serde_json::json;

use super::serve::{PlaceArgs, runtime};
use super::{Failure, Output};

/// Arguments of `mingqian audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Audits and names every row and every content that was changed behind the program's back.
pub(crate) fn run(args: &AuditArgs, output: &Output) -> Result<u8, Failure> {
    runtime()?.block_on(async {
        let exhibit = args.place.place().exhibit().await?;
        let audited = exhibit.audit().await;
        exhibit.close().await;
        let report =
            audited.map_err(|error| Failure::new(error.code(), "database", error.to_string()))?;
        let mut words = format!(
            "复算留痕 {} 条、行影像 {} 份；核对 {} 张表 {} 行、内容 {} 份。\n",
            report.leaves, report.images, report.tables, report.rows, report.contents
        );
        for fault in &report.faults {
            words.push_str(&format!("{fault}\n"));
        }
        let root = report.root.map(|root| root.to_string()).unwrap_or_default();
        words.push_str(&if report.faults.is_empty() {
            format!("没有发现改动。日志根：{root}\n")
        } else {
            format!(
                "发现 {} 处矛盾，停止办理并报告审计管理员。\n",
                report.faults.len()
            )
        });
        let faults: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
        output.say(
            &words,
            &json!({
                "leaves": report.leaves, "images": report.images, "tables": report.tables,
                "rows": report.rows, "contents": report.contents, "root": root, "faults": faults,
            }),
        );
        Ok(u8::from(!report.faults.is_empty()))
    })
}
