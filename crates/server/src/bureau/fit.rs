//! What is looked at before anything of a bureau is opened: whether what lies in its folder is of the right kind, and
//! whether the clock of the machine can be right.

use std::fs;

use app::port::Clock as _;
use domain::time::{Date, Instant};
use store::Exhibit;

use super::Place;
use crate::commands::Failure;
use crate::ports::OsClock;

impl Place {
    /// Refuses a folder in the place of a file, and a file in the place of a folder.
    pub(super) fn require_kinds(&self) -> Result<(), Failure> {
        let mut places = vec![(self.data.clone(), true), (self.data.join("keys"), true)];
        if self.database.is_none() {
            places.push((self.file(), false));
            places.push((self.serving(), false));
            places.push((self.data.join("mingqian.blobs"), true));
            places.push((self.data.join("mingqian.announced"), true));
        }
        for (path, folder) in places {
            if fs::metadata(&path).is_ok_and(|found| found.is_dir() != folder) {
                let words = if folder {
                    "这里应当是目录，而它不是"
                } else {
                    "这里应当是文件，而它是目录"
                };
                return Err(Failure::new(
                    "INIT-013",
                    path.display().to_string(),
                    format!(
                        "{words}。没有打开，也没有改动。移走它，从备份恢复这里原来的内容，或指对 --data。"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Refuses a clock that lies so far behind the last entry of the log that it may be wrong, unless the operator has
    /// compared it.
    pub(super) async fn require_known_clock(&self, exhibit: &Exhibit) -> Result<(), Failure> {
        let last = exhibit.last_time().await;
        let last =
            last.map_err(|error| Failure::new(error.code(), "database", error.to_string()))?;
        require_known(last, OsClock.now(), self.accepted)
    }
}

/// How long a log may have rested before somebody is asked whether the clock is right: longer than holidays, shorter
/// than a month or a year that was set wrong.
const RESTED_MS: i64 = 30 * 86_400_000;

fn require_known(
    last: Option<Instant>,
    now: Instant,
    accepted: Option<Date>,
) -> Result<(), Failure> {
    let said = now.local_text();
    // Whoever compares may do so about midnight.
    if let Some(date) = accepted
        && date.days_since(now.date()).abs() > 1
    {
        let sentence = format!(
            "写的是 {date}，而本机时钟是 {said}：不是今天，没有打开数据库，也没有写入。校准系统时间，或写上今天的日期。"
        );
        return Err(Failure::new("CLI-108", "--accept-clock", sentence));
    }
    let rested = last.filter(|last| now.since_ms(*last) > RESTED_MS);
    match (rested, accepted) {
        (Some(last), None) => Err(Failure::new(
            "CLI-107",
            said,
            format!(
                "本机时钟比最后一条留痕（{}）晚三十天以上，没有打开数据库，也没有写入：时钟快了的，写进留痕的时间改不回来。核对系统时间；没有错，加上 --accept-clock {} 再运行一次。",
                last.local_text(),
                now.date()
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses a clock that cannot be right. What it says goes into the log for good, and nothing is logged before the
/// time of the last entry: a clock that ran decades ahead would lock everybody out once it is set right.
pub(super) fn require_clock(now: Instant) -> Result<(), Failure> {
    let year = now.date().year();
    if (FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return Ok(());
    }
    Err(Failure::new(
        "CLI-105",
        now.local_text(),
        "本机时钟显然不对，没有打开数据库，也没有写入：写进留痕的时间改不回来。校准系统时间再启动。",
    ))
}

/// A demonstration begins some months before today; no program of today runs after the last year.
const FIRST_YEAR: i16 = 2024;
const LAST_YEAR: i16 = 2075;

#[cfg(test)]
mod tests;
