//! `mingqian workdays DATE N`: a term in working days, with the days it skipped and why. By the table of the bureau
//! where there is a database, which is only looked at; else by the one this program brings with it, and it says so.

use clap::Args;
use domain::calendar::{SEED_HOLIDAYS, WorkCalendar, parse_holidays};
use domain::time::Date;
use serde_json::json;
use store::catalog;

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

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
    let place = args.place.place()?;
    let kept = runtime()?.block_on(place.view(catalog::holidays))?;
    let of_bureau = kept.is_some();
    let holidays = kept.unwrap_or_else(|| {
        parse_holidays(SEED_HOLIDAYS).expect("a test reads the table the program brings with it")
    });
    let deadline = WorkCalendar::new(holidays)
        .working_days_after(from, args.days)
        .map_err(refused)?;
    let mut words = format!("{from} 起 {} 个工作日：{}\n", args.days, deadline.label());
    for skipped in &deadline.skipped {
        words.push_str(&format!("  跳过 {}：{}\n", skipped.on, skipped.why));
    }
    if !of_bureau {
        words.push_str("按程序自带的节假日表推算：--data 和 --database 处没有本系统的数据库。\n");
    }
    let calendar = if of_bureau { "bureau" } else { "program" };
    output.say(
        &words,
        &json!({"from": from.to_string(), "days": args.days, "due": deadline.due.to_string(), "provisional": deadline.is_provisional(), "calendar": calendar}),
    );
    Ok(0)
}
