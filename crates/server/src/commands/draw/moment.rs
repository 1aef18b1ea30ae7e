//! Times as a clerk writes them, and the time of an act.
//!
//! The clock of this machine is no witness: what a stranger holds the times against are the entries of a log or the
//! dates of the announcements. It keeps a clerk from mistakes, and where it is wrong, or a step made on paper is
//! entered afterwards, the time of the act is stated and said again. Deliberately absent: time zones but Beijing's.

use app::port::Clock;
use clap::Args;
use domain::time::{Date, Instant};

/// The latest time a record can carry, in unix seconds.
const LATEST: u64 = 9_999_999_999;

/// How a time is written.
pub(super) const TIME_FORM: &str = "应写成 \"2026-11-24 09:30\"（北京时间，加引号）或 unix 秒数";

/// When an act takes place.
#[derive(Debug, Args)]
pub(super) struct AtArgs {
    /// 办理的时间（北京时间），例如 "2026-11-24 09:30"；不写则用本机时钟。本机时钟不准、事后补录时写明
    #[arg(long = "at", value_name = "时间", value_parser = stated)]
    at: Option<u64>,
}

/// The time of an act.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// In unix seconds.
    pub(super) seconds: u64,
    stated: bool,
}

impl AtArgs {
    /// The stated time, else that of the clock.
    pub(super) fn moment(&self, clock: &dyn Clock) -> Moment {
        let clocked = || u64::try_from(clock.now().unix_seconds()).unwrap_or(0);
        Moment {
            seconds: self.at.unwrap_or_else(clocked),
            stated: self.at.is_some(),
        }
    }
}

impl Moment {
    /// A sentence for the output.
    pub(super) fn words(self) -> String {
        let by = match self.stated {
            true => "按 --at 写明的",
            false => "本机时钟",
        };
        format!("{}（北京时间，{by}）", local(self.seconds))
    }
}

/// Unix seconds as they are read aloud in Beijing.
pub(super) fn local(seconds: u64) -> String {
    let seconds = i64::try_from(seconds.min(LATEST)).unwrap_or(0);
    Instant::from_unix_seconds(seconds).local_text()
}

/// `2026-11-24 09:30` in Beijing, in unix seconds.
pub(super) fn beijing(text: &str) -> Option<u64> {
    let (date, time) = text.trim().split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u8, u8) = (two_digits(hour)?, two_digits(minute)?);
    (hour < 24 && minute < 60).then_some(())?;
    in_range(u64::try_from(Date::parse_iso(date)?.at(hour, minute).unix_seconds()).ok()?)
}

/// Unix seconds that a record can carry.
pub(super) fn in_range(seconds: u64) -> Option<u64> {
    (seconds <= LATEST).then_some(seconds)
}

fn two_digits(text: &str) -> Option<u8> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn stated(text: &str) -> Result<u64, String> {
    let seconds = text.parse().ok().and_then(in_range);
    seconds
        .or_else(|| beijing(text))
        .ok_or_else(|| TIME_FORM.to_owned())
}

#[cfg(test)]
mod tests;
