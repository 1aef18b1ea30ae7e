//! What is ordered, where it stands, and how much goes on at a time.

use domain::id::{AccountId, OrgUnitId};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use store::StoreError;
use store::job::StoredJob;

use super::Outcome;
use crate::AppError;

/// How much work goes on at a time in this process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Jobs that run side by side.
    pub at_once: usize,
    /// Jobs that may wait for their turn; one more is refused.
    pub waiting: usize,
    /// Rows of a file that a request makes itself; a longer one is a job.
    pub export_rows: u64,
    /// Subjects of a register that a request freezes itself; a longer one is a job.
    pub frame_subjects: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 2,
            waiting: 64,
            export_rows: 5_000,
            frame_subjects: 20_000,
        }
    }
}

domain::closed_list! {
    /// Where a job stands.
    enum JobState {
        /// In the queue.
        Waiting = "waiting", "排队中";
        /// At work.
        Running = "running", "正在办";
        /// Ended as wanted.
        Done = "done", "已办完";
        /// Refused or failed; the reason is kept.
        Failed = "failed", "没有办成";
        /// Stopped by whoever ordered it.
        Canceled = "canceled", "已取消";
        /// Its process stopped in the middle, or the machine failed; nothing was written.
        Interrupted = "interrupted", "已中断";
    }
}

impl JobState {
    /// Whether it waits or runs.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// What is ordered.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which kind of work, by its stable name.
    pub kind: &'static str,
    /// Whose it is; none where a rule of the program starts it.
    pub owner: Option<AccountId>,
    /// The unit it is done for, if one.
    pub unit: Option<OrgUnitId>,
    /// The key of what it works on; two jobs about the same thing take turns.
    pub about: String,
    /// What the kind needs to know, with a version.
    pub input: Json,
}

impl Order {
    /// The same order is the same job while one is under way.
    pub(super) fn fingerprint(&self) -> String {
        let owner = self.owner.as_ref().map_or("", AccountId::as_str);
        let text = serde_json::json!([owner, self.kind, self.about, self.input]).to_string();
        store::hex(&Sha256::digest(text.as_bytes()))
    }
}

/// A job as its owner sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// As stored, with the progress of this process where it is newer.
    pub stored: StoredJob,
    /// Where it stands.
    pub state: JobState,
    /// What came of it.
    pub outcome: Outcome,
}

impl Job {
    pub(super) fn of(stored: StoredJob) -> Result<Self, AppError> {
        let wrong = |column: &str, why: &str| StoreError::Inconsistent {
            table: "jobs".to_owned(),
            column: column.to_owned(),
            row: stored.id.clone(),
            why: why.to_owned(),
        };
        let state = JobState::parse(&stored.state).ok_or_else(|| wrong("state", "unknown"))?;
        let outcome = Outcome::parse(&stored.outcome).map_err(|why| wrong("outcome", &why))?;
        Ok(Self {
            stored,
            state,
            outcome,
        })
    }
}
