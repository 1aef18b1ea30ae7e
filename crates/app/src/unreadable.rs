//! A row of a list that cannot be read: written by a newer program, or by hand. It is named, and the others go on.

use domain::refusal::{Code, Refusal};
use store::StoreError;

use crate::AppError;

static JOB: Code = Code::new(
    "JOBS-007",
    "这一件的记录读不出（{why}）。",
    None,
    "多半由更新的程序写下：请系统管理员换用那个版本；仍读不出的，把本行报给运行维护人员。",
);
static IMPORT: Code = Code::new(
    "IMPT-086",
    "这次导入的记录读不出（{why}）。名录没有因此改动。",
    None,
    "多半由更新的程序写下：请系统管理员换用那个版本；仍读不出的，重新上传文件，把本行报给运行维护人员。",
);
static ACCOUNT: Code = Code::new(
    "ACCT-020",
    "这个账号的记录读不出（{why}）。",
    None,
    "多半被绕过程序改动过：请系统管理员运行 mingqian audit 查明，从备份恢复；其余账号照常。",
);
static PUBLICATION: Code = Code::new(
    "PUBL-021",
    "这条公示的记录读不出（{why}）。",
    None,
    "多半被绕过程序改动过：请系统管理员运行 mingqian audit 查明，从备份恢复；其余各条照常。",
);

/// Of which list a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOf {
    /// Of the jobs.
    Jobs,
    /// Of the uploads.
    Imports,
    /// Of the accounts.
    Accounts,
    /// Of what stands on the portal.
    Publications,
}

impl RowOf {
    const fn code(self) -> &'static Code {
        match self {
            Self::Jobs => &JOB,
            Self::Imports => &IMPORT,
            Self::Accounts => &ACCOUNT,
            Self::Publications => &PUBLICATION,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Jobs => "后台办理",
            Self::Imports => "导入",
            Self::Accounts => "账号",
            Self::Publications => "公示",
        }
    }

    /// One line of the record of the server for a row that was left out of account.
    pub(crate) fn passed_over(self, error: &AppError) {
        let (code, words, place) = (self.code().code, self.words(), place_of(error));
        tracing::warn!("{code} {words}的记录读不出，已跳过，其余照常：{place}");
    }
}

/// A row that is nothing this program can read: written by a newer one, or by hand.
#[derive(Clone, Debug)]
pub struct UnreadableRow {
    /// Its key.
    pub id: String,
    /// When it was ordered, uploaded or put on the portal, unix milliseconds, as far as that can be read.
    pub started_at_ms: i64,
    /// What is wrong with it, in words.
    pub why: String,
    of: RowOf,
}

impl UnreadableRow {
    /// The row with that key, which could not be read for this reason.
    #[must_use]
    pub fn new(of: RowOf, id: String, started_at_ms: i64, error: &AppError) -> Self {
        Self {
            id,
            started_at_ms,
            why: why_of(error),
            of,
        }
    }

    /// What its owner is told.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.of.code().refuse(&[("why", &self.why)])
    }
}

/// Where the row is and what is wrong there, without what the operator is told of traced tables.
fn why_of(error: &AppError) -> String {
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
