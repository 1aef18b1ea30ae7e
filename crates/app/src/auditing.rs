//! An audit ordered in the house: rows against log, beside the pages, as a job of the audit administrator.
//!
//! The comparison is that of `mingqian audit`, which opens the database once more, only to look; it comes in as a port.
//! Who ordered it is an event, since an audit takes what the machine has; how far it is, the page says. What it found is
//! the file of its job, a line for each contradiction, and is kept as long as outcomes of jobs are.
//! Deliberately absent: anything that mends, and an audit that does not trust this program, for which there is the
//! command on another machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::event::Act;
use domain::policy::Verb;
use domain::refusal::Code;
use serde_json::json;
use store::StoreError;

use crate::job::{
    Admitted, AfterStop, Job, JobState, Jobs, Kind, Order, OrderedBy, Outcome, Run, Work,
};
use crate::{Acting, App, AppError, UnreadableRow};

/// The kind of job.
pub const AUDIT: &str = "audit.run";

static NOT_TOLD: Code = Code::new(
    "AUDT-030",
    "核对没有做完（{why}），不能说有没有改动。",
    None,
    "请系统管理员在服务器上运行 mingqian audit 看原因。",
);

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// What was compared, in one sentence.
    pub compared: String,
    /// Each contradiction, in the words of the command.
    pub contradictions: Vec<String>,
}

/// An audit on its way; an error says in words why it could not be done.
pub type Auditing<'a> = Pin<Box<dyn Future<Output = Result<Audited, String>> + Send + 'a>>;

/// Compares the database of this bureau with its log.
pub trait Auditor: Send + Sync {
    /// All of it. [`reached`] is told how far it is, and it breaks off, in whatever words, once [`Run::checkpoint`]
    /// refuses.
    fn audit<'a>(&'a self, run: &'a Run) -> Auditing<'a>;
}

/// How far an audit has come, as it counts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Leaves recomputed so far.
    pub leaves: u64,
    /// How many leaves there are.
    pub all: u64,
    /// Rows compared so far; they come after the leaves.
    pub rows: u64,
}

/// What is counted while rows are compared; nobody has counted them before.
pub const ROWS: &str = "把各表逐行与留痕比较";

/// Says on the job how far its audit has come.
pub fn reached(run: &Run, far: Reached) {
    match far.rows {
        0 => run.stand_at("复算留痕日志", far.leaves, Some(far.all)),
        rows => run.stand_at(ROWS, rows, None),
    }
}

/// An audit as work of a job.
pub struct AuditWork(Arc<dyn Auditor>);

impl AuditWork {
    /// By that auditor.
    #[must_use]
    pub fn new(auditor: Arc<dyn Auditor>) -> Self {
        Self(auditor)
    }

    async fn carry_out(&self, run: &Run) -> Result<Outcome, AppError> {
        let (jobs, job) = run.ordered()?;
        let app = jobs.app();
        run.checkpoint()?;
        let audited = self.0.audit(run).await;
        run.checkpoint()?;
        let audited = audited.map_err(|why| NOT_TOLD.refuse(&[("why", &why)]))?;
        if let Some(owner) = &job.account {
            let acting = app.still_acting(&mut app.db.read().await?, owner).await?;
            acting.may_somewhere(Verb::AuditRun)?;
        }
        let mut file = jobs.result(&job.id).await?;
        for line in std::iter::once(&audited.compared).chain(&audited.contradictions) {
            let line = line.replace(char::is_control, " ");
            file.write(format!("{line}\n").as_bytes()).await?;
        }
        let rows = audited.contradictions.len() as u64;
        Ok(Outcome::file(file.finish("核对留痕.txt", rows).await?))
    }
}

impl Kind for AuditWork {
    fn name(&self) -> &'static str {
        AUDIT
    }

    fn after_stop(&self) -> AfterStop {
        AfterStop::Resumed
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move { self.carry_out(&run).await })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(std::future::ready(()))
    }
}

impl App {
    /// Orders an audit, which is an act; one that is under way for the same account is that one, and nothing more
    /// happens.
    pub async fn order_audit(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        page_of: fn(&str) -> String,
    ) -> Result<String, AppError> {
        acting.may_somewhere(Verb::AuditRun)?;
        let order = Order {
            kind: AUDIT,
            owner: Some(acting.account.clone()),
            unit: None,
            about: AUDIT.to_owned(),
            // There is nothing to choose.
            input: json!({}),
        };
        let press = self.db.press().cloned();
        let by = press.map(|press| OrderedBy { press, page_of });
        let new = match jobs.admit(order, by.as_ref()).await? {
            Admitted::Same(id) => return Ok(id),
            Admitted::New(new) => *new,
        };
        let (tx, acting) = self.begin_as("audit.order", acting).await?;
        let actor = acting.actor_somewhere(Verb::AuditRun)?;
        let event = self.event(Act::AuditOrdered, actor).with("job", new.id());
        let rec = tx.record(event, self.confidential())?;
        jobs.start_recorded(rec, new, by.as_ref()).await
    }

    /// Stops an audit of one's own that is under way; what it has compared so far is told to nobody.
    ///
    /// # Errors
    /// Of one that somebody else ordered as of one there is not.
    pub async fn cancel_audit(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        id: &str,
    ) -> Result<(), AppError> {
        acting.may_somewhere(Verb::AuditRun)?;
        if jobs.find_of_kind(AUDIT, id).await?.is_none() {
            let key = id.to_owned();
            return Err(StoreError::NotFound { table: "jobs", key }.into());
        }
        jobs.cancel(&acting.account, id).await
    }

    /// The latest audits, whoever ordered them.
    pub async fn audits(
        &self,
        jobs: &Jobs,
        acting: &Acting,
    ) -> Result<Vec<Result<Job, UnreadableRow>>, AppError> {
        acting.may_somewhere(Verb::AuditRun)?;
        jobs.latest_of_kind(AUDIT).await
    }

    /// One of them, with the lines of what it found once it has ended as wanted.
    pub async fn audit_by_key(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        id: &str,
    ) -> Result<Option<(Job, Vec<String>)>, AppError> {
        acting.may_somewhere(Verb::AuditRun)?;
        let Some(job) = jobs.find_of_kind(AUDIT, id).await? else {
            return Ok(None);
        };
        if job.state != JobState::Done || job.outcome.file.is_none() {
            return Ok(Some((job, Vec::new())));
        }
        let bytes = jobs.open_result(&job).await?.whole().await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some((job, text.lines().map(str::to_owned).collect())))
    }
}
