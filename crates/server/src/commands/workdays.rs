//! `mingqian workdays DATE N`: a term in working days, with the days it skipped and why.

use std::sync::Arc;

use clap::Args;
use domain::calendar::WorkCalendar;
use domain::time::Date;
use serde_json::json;
use store::catalog;

use super::serve::{PlaceArgs, runtime};
use super::{Failure, Output};
use crate::ports::{OsClock, OsEntropy};

/// Arguments of `mingqian workdays`.
#[derive(Debug, Args)]
pub(crate) struct WorkdaysArgs {
    /// 起算日（不计入），例如 2026-11-23
    date: String,
    /// 工作日数
    days: u32,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Computes and explains.
pub(crate) fn run(args: &WorkdaysArgs, output: &Output) -> Result<u8, Failure> {
    let refused = |error: domain::text::FieldError| {
        Failure::new(
            error.code,
            args.date.clone(),
            format!("{}{}", error.sentence, error.remedy),
        )
    };
    let from = Date::parse_typed(&args.date).map_err(refused)?;
    let holidays = runtime()?.block_on(async {
        let app = args
            .place
            .place()
            .open(Arc::new(OsClock), Arc::new(OsEntropy))
            .await?;
        let read = async { catalog::holidays(&mut app.db.read().await?).await };
        read.await
            .map_err(|error| Failure::new(error.code(), "database", error.to_string()))
    })?;
    let deadline = WorkCalendar::new(holidays)
        .working_days_after(from, args.days)
        .map_err(refused)?;
    let mut words = format!("{from} 起 {} 个工作日：{}\n", args.days, deadline.label());
    for skipped in &deadline.skipped {
        words.push_str(&format!("  跳过 {}：{}\n", skipped.on, skipped.why));
    }
    output.say(
        &words,
        &json!({"from": from.to_string(), "days": args.days, "due": deadline.due.to_string(), "provisional": deadline.is_provisional()}),
    );
    Ok(0)
}
