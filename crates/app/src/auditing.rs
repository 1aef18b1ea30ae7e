//! An audit ordered in the house: rows against log, beside the pages, as a job of the audit administrator.
//!
//! The comparison is that of `mingqian audit`, which opens the database once more, only to look; it comes in as a port.
//! What it found is the file of its job, a line for each contradiction, and is kept as long as outcomes of jobs are.
//! Deliberately absent: anything that mends, and an audit that does not trust this program, for which there is the
//! command on another machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::policy::Verb;
use domain::refusal::Code;
use serde_json::json;

use crate::job::{AfterStop, Job, JobState, Jobs, Kind, Order, OrderedBy, Outcome, Run, Work};
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
    /// All of it; `run` is told how far it is.
    fn audit<'a>(&'a self, run: &'a Run) -> Auditing<'a>;
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
        let Some((jobs, job)) = run.jobs().zip(run.job()) else {
            return Ok(Outcome::default());
        };
        let app = jobs.app();
        run.checkpoint()?;
        let audited = self.0.audit(run).await;
        let audited = audited.map_err(|why| NOT_TOLD.refuse(&[("why", &why)]))?;
        run.checkpoint()?;
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
    /// Orders an audit; one that is under way for the same account is that one.
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
        jobs.start_by(order, by.as_ref()).await
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
