//! What is ordered, by whose press, where it stands, and how much goes on at a time.

use std::sync::Arc;

use domain::id::{AccountId, OrgUnitId};
use domain::refusal::Code;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use store::job::{self, StoredJob};
use store::{Press, Recording, StoreError, session};

use super::{Jobs, Kind, Outcome};
use crate::AppError;

static FULL: Code = Code::new(
    "JOBS-001",
    "后台已有 {waiting} 件事在排队，这一件没有接下。",
    None,
    "等几分钟再办。",
);
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
    /// Uploads of one account that are not ended; one more is not taken.
    pub open_uploads: usize,
    /// Their bytes in all.
    pub open_upload_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 2,
            waiting: 64,
            export_rows: 5_000,
            frame_subjects: 20_000,
            open_uploads: 20,
            open_upload_bytes: 200 << 20,
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

/// The press of a form that orders: its key is taken in the transaction of the order, so that a second press,
/// in any process, comes to the same job.
#[derive(Clone, Debug)]
pub struct OrderedBy {
    /// The press.
    pub press: Press,
    /// Where the page of a job stands, by the key of the job: the answer to the form.
    pub page_of: fn(&str) -> String,
}

/// What becomes of an order.
pub(crate) enum Admitted {
    /// The same is under way, under that key.
    Same(String),
    /// It may be written and begun.
    New(Box<NewJob>),
}

/// A job that is not written yet.
pub(crate) struct NewJob {
    kind: Arc<dyn Kind>,
    stored: StoredJob,
}

impl NewJob {
    /// The key it will have.
    pub(crate) fn id(&self) -> &str {
        &self.stored.id
    }
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
    pub(crate) fn of(stored: StoredJob) -> Result<Self, AppError> {
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

impl Jobs {
    /// Takes an order; the key of the job that carries it out, which is an earlier one if the same
    /// is under way already.
    pub async fn start(&self, order: Order) -> Result<String, AppError> {
        self.start_by(order, None).await
    }

    /// The same for the press of a form, which orders once.
    ///
    /// # Errors
    /// [`StoreError::Pressed`] if the form has ordered already; [`StoreError::CommitUnknown`] if nobody knows
    /// whether it has: the key of the form does, and an order that stands after all is begun at the next sign of
    /// life.
    pub async fn start_by(&self, order: Order, by: Option<&OrderedBy>) -> Result<String, AppError> {
        let new = match self.admit(order, by).await? {
            Admitted::Same(id) => return Ok(id),
            Admitted::New(new) => *new,
        };
        let written = async {
            let mut scratch = self.0.app.db.scratch().await?;
            if let Some(by) = by {
                let page = (by.page_of)(&new.stored.id);
                scratch.inside().take_key(&by.press, &page).await?;
            }
            job::add(&mut scratch.inside(), &new.stored).await?;
            scratch.commit().await
        };
        let written = written.await;
        self.begin_written(new, by, written).await
    }

    /// Starts what was admitted where the order itself is an act: both are durable or neither. The act carries the
    /// press of its form.
    ///
    /// # Errors
    /// Those of [`Self::start_by`].
    pub(crate) async fn start_recorded(
        &self,
        mut rec: Recording,
        new: NewJob,
        by: Option<&OrderedBy>,
    ) -> Result<String, AppError> {
        let written = async {
            job::add(&mut rec.beside(), &new.stored).await?;
            if let Some(by) = by {
                let page = (by.page_of)(&new.stored.id);
                session::keep_answer(&mut rec.beside(), &by.press, &page).await?;
            }
            rec.commit().await.map(drop)
        };
        let written = written.await;
        self.begin_written(new, by, written).await
    }

    /// The row of an order that may be written: nothing like it is under way, and the queue has room.
    pub(crate) async fn admit(
        &self,
        order: Order,
        by: Option<&OrderedBy>,
    ) -> Result<Admitted, AppError> {
        let kind = self.kind(order.kind).ok_or_else(|| unknown(order.kind))?;
        let stored = self.row_of(order);
        let mut reader = self.0.app.db.read().await?;
        let same = job::under_way_like(&mut reader, &stored.fingerprint).await?;
        drop(reader);
        if let Some(same) = same {
            self.point_at(&same.id, by).await?;
            return Ok(Admitted::Same(same.id));
        }
        let waiting = self.desk().waiting();
        if waiting >= self.0.limits.waiting {
            return Err(FULL.refuse(&[("waiting", &waiting)]).into());
        }
        Ok(Admitted::New(Box::new(NewJob { kind, stored })))
    }

    /// Begins a job once its row is durable; of two processes that order the same, the slower comes to the job of
    /// the other.
    async fn begin_written(
        &self,
        NewJob { kind, stored }: NewJob,
        by: Option<&OrderedBy>,
        written: Result<(), StoreError>,
    ) -> Result<String, AppError> {
        match written {
            Ok(()) => {}
            Err(StoreError::Conflict { table: "jobs", .. }) => {
                let mut reader = self.0.app.db.read().await?;
                let same = job::under_way_like(&mut reader, &stored.fingerprint).await?;
                drop(reader);
                let gone = || StoreError::NotFound {
                    table: "jobs",
                    key: stored.id.clone(),
                };
                let same = same.ok_or_else(gone)?;
                self.point_at(&same.id, by).await?;
                return Ok(same.id);
            }
            Err(error) => {
                if matches!(error, StoreError::CommitUnknown(_)) {
                    self.desk().doubt(&stored);
                    self.keep_beating();
                }
                return Err(error.into());
            }
        }
        let id = stored.id.clone();
        self.take_in(kind, stored);
        Ok(id)
    }

    /// The form of the press has ordered what is under way already.
    async fn point_at(&self, id: &str, by: Option<&OrderedBy>) -> Result<(), AppError> {
        let Some(by) = by else { return Ok(()) };
        let mut scratch = self.0.app.db.scratch().await?;
        let page = (by.page_of)(id);
        scratch.inside().take_key(&by.press, &page).await?;
        Ok(scratch.commit().await?)
    }

    /// A new job of this process, as it will be stored.
    fn row_of(&self, order: Order) -> StoredJob {
        let now_ms = self.now_ms();
        StoredJob {
            fingerprint: order.fingerprint(),
            id: store::hex(&self.0.app.entropy.bytes::<12>()),
            kind: order.kind.to_owned(),
            account: order.owner,
            unit: order.unit,
            about: order.about,
            state: JobState::Waiting.name().to_owned(),
            stage: String::new(),
            done: 0,
            total: None,
            input: order.input.to_string(),
            outcome: String::new(),
            stop_asked: false,
            holder: self.0.holder.clone(),
            lease_until_ms: self.lease_until_ms(),
            started_at_ms: now_ms,
            updated_at_ms: now_ms,
        }
    }
}

fn unknown(kind: &str) -> StoreError {
    StoreError::Engine(format!("jobs: no work of the kind {kind} is known here"))
}
