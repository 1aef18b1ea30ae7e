//! An upload whose row cannot be read: named, while the others go on.

use domain::refusal::{Code, Refusal};

use crate::AppError;
use crate::job::{place_of, why_of};

static UNREADABLE: Code = Code::new(
    "IMPT-086",
    "这次导入的记录读不出（{why}）。名录没有因此改动。",
    None,
    "多半由更新的程序写下：请系统管理员换用那个版本；仍读不出的，重新上传文件，把本行报给运行维护人员。",
);

/// A row that is no upload this program can read: written by a newer one, or by hand.
#[derive(Clone, Debug)]
pub struct UnreadableImport {
    /// Its key.
    pub id: String,
    /// When it was uploaded, unix milliseconds.
    pub started_at_ms: i64,
    why: String,
}

impl UnreadableImport {
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

/// One line of the record of the server for a row that was left out of account.
pub(super) fn passed_over(error: &AppError) {
    let place = place_of(error);
    tracing::warn!(
        "{} 导入的记录读不出，已跳过，其余照常：{place}",
        UNREADABLE.code
    );
}
