//! `mingqian audit`: rows against log, content against the rows that name it, public records against those before them,
//! draws against what they must have kept. 0 nothing found, 1 contradictions, 2 could not look.
//! It only looks: nothing is migrated or made, and no key is read.

use app::drawing::lacking_material;
use app::records::misplaced_records;
use clap::Args;
use serde_json::json;
use store::{Exhibit, Report, StoreError};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};
use crate::bureau::{Place, not_grown, published_key};

/// Arguments of `mingqian audit`.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

/// Audits and names every row and every content that was changed behind the program's back.
pub(crate) fn run(args: &AuditArgs, output: &Output) -> Result<u8, Failure> {
    runtime()?.block_on(async {
        let place = args.place.place()?;
        let exhibit = place.exhibit().await?;
        let audited = exhibit.audit().await;
        let beyond = match &audited {
            Ok(report) => beyond_rows(&exhibit, report).await,
            Err(_) => Ok(Vec::new()),
        };
        let outside = match &audited {
            Ok(_) => outside(&place, &exhibit).await,
            Err(_) => Ok((Vec::new(), 0)),
        };
        exhibit.close().await;
        let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
        let report = audited.map_err(failed)?;
        let mut beyond = beyond.map_err(failed)?;
        let (not_grown, checkpoints) = outside?;
        beyond.extend(not_grown);
        let mut words = format!(
            "复算留痕 {} 条、行影像 {} 份；核对 {} 张表 {} 行、内容 {} 份，检查点 {checkpoints} 份。\n",
            report.leaves, report.images, report.tables, report.rows, report.contents
        );
        let named = report.faults.iter().map(ToString::to_string);
        let faults: Vec<_> = named.chain(beyond).collect();
        for fault in &faults {
            words.push_str(&format!("{fault}\n"));
        }
        let root = report.root.map(|root| root.to_string()).unwrap_or_default();
        words.push_str(&if faults.is_empty() {
            format!("没有发现改动。日志根：{root}\n")
        } else {
            format!("发现 {} 处矛盾，停止办理并报告审计管理员。\n", faults.len())
        });
        output.say(
            &words,
            &json!({
                "leaves": report.leaves, "images": report.images, "tables": report.tables,
                "rows": report.rows, "contents": report.contents, "checkpoints": checkpoints, "root": root, "faults": faults,
            }),
        );
        Ok(u8::from(!faults.is_empty()))
    })
}

/// Everything a full audit finds of a database, in words.
pub(crate) async fn contradictions(exhibit: &Exhibit) -> Result<Vec<String>, Failure> {
    let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
    let report = exhibit.audit().await.map_err(failed)?;
    let beyond = beyond_rows(exhibit, &report).await.map_err(failed)?;
    let named = report.faults.iter().map(ToString::to_string);
    Ok(named.chain(beyond).collect())
}

/// What the checkpoints that are kept outside the database say against its log, and how many there are. The key is the
/// published one, as the log's own facts state it.
async fn outside(place: &Place, exhibit: &Exhibit) -> Result<(Vec<String>, usize), Failure> {
    // Without the fact the audit has named it already, and nothing says whose checkpoints they are.
    let Some(key) = published_key(exhibit).await else {
        return Ok((Vec::new(), 0));
    };
    let kept = place.kept_checkpoints(&key)?;
    let wrong = not_grown(&kept, exhibit).await?;
    let named = wrong.into_iter().flat_map(|failure| failure.problems);
    let named = named.map(|one| format!("{} {}：{}", one.code, one.place, one.sentence));
    Ok((named.collect(), kept.len()))
}

/// What no row and no entry contradicts: public records out of their order, and material of a draw that is lacking. Where
/// rows cannot be read for it, the report has named them already.
async fn beyond_rows(exhibit: &Exhibit, report: &Report) -> Result<Vec<String>, StoreError> {
    let found = async {
        let mut reader = exhibit.read().await?;
        let misplaced = misplaced_records(&mut reader).await?;
        let lacking = lacking_material(&mut reader).await?;
        let misplaced = misplaced.iter().map(ToString::to_string);
        let lacking = lacking.iter().map(ToString::to_string);
        Ok(misplaced.chain(lacking).collect())
    };
    match found.await {
        Err(_) if !report.faults.is_empty() => Ok(Vec::new()),
        found => found,
    }
}
