//! What is looked at before anything of a bureau is opened: whether what lies in its folder is of the right kind, and
//! whether the clock of the machine can be right.

use std::fs;

use domain::time::Instant;

use super::Place;
use crate::commands::Failure;

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
