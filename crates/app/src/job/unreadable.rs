//! A row of long work that cannot be read: written by a newer program, or by hand. It is named, and the others go on.

use domain::refusal::{Code, Refusal};
use store::StoreError;

use crate::AppError;

static UNREADABLE: Code = Code::new(
    "JOBS-007",
    "这一件的记录读不出（{why}）。",
    None,
    "多半由更新的程序写下：请系统管理员换用那个版本；仍读不出的，把本行报给运行维护人员。",
);

/// A row that is no job this program can read: written by a newer one, or by hand.
#[derive(Clone, Debug)]
pub struct UnreadableJob {
    /// Its key.
    pub id: String,
    /// When it was ordered, as far as that can be read.
    pub started_at_ms: i64,
    /// What is wrong with it, in words.
    pub why: String,
}

impl UnreadableJob {
    /// The row with that key, which could not be read for this reason.
    #[must_use]
    pub fn new(id: String, started_at_ms: i64, error: &AppError) -> Self {
        Self {
            id,
            started_at_ms,
            why: why_of(error),
        }
    }

    /// What its owner is told.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        UNREADABLE.refuse(&[("why", &self.why)])
    }
}

/// Where the row is and what is wrong there, without what the operator is told of traced tables.
pub(crate) fn why_of(error: &AppError) -> String {
    match error {
        AppError::Store(StoreError::Inconsistent { why, .. }) => {
            format!("{}：{why}", place_of(error))
        }
        other => other.to_string(),
    }
}

/// Where the row is, without the value: for the record of the server.
pub(crate) fn place_of(error: &AppError) -> String {
    match error {
        AppError::Store(StoreError::Inconsistent {
            table, column, row, ..
        }) => format!("表 {table} 列 {column} 行 {row}"),
        AppError::Store(other) => other.recorded(),
        other => other.to_string(),
    }
}

/// One line of the record of the server for a row that was left out of account.
pub(crate) fn passed_over(error: &AppError) {
    let place = place_of(error);
    tracing::warn!(
        "{} 后台办理的记录读不出，已跳过，其余照常：{place}",
        UNREADABLE.code
    );
}
