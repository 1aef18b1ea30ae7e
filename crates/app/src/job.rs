//! Long work as a job: ordered once, done beside the pages, seen by whoever ordered it, taken up
//! after a restart, and traced only at its end.
//!
//! Reading order: `order` (what is ordered and where it stands), `kind` (what a kind of work must say
//! of itself), `run` (what the work sees: how far,
//! whether to stop, its end), `desk` (whose turn it is in this process), `outcome` (what is kept of
//! its end), `result` (files it leaves), `upkeep` (signs of life, restart, expiry).
//!
//! A job belongs to an account, or to the program. What it is allowed is asked again at its end, from
//! the account as it stands then; the session that ordered it does not matter. Deliberately absent:
//! any kind of work, each of which stands with its own use case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::id::AccountId;
use domain::refusal::Code;
use store::job::{self, ListedJob, StoredJob};
use store::{Db, StoreError};
use tokio::sync::watch;

use crate::aside::ended_early;
use crate::drawing::FreezeWork;
use crate::subject::export::ExportWork;
use crate::{App, AppError, RowOf, UnreadableRow};

mod broken;
mod desk;
mod kind;
mod order;
mod outcome;
mod result;
mod run;
mod upkeep;

pub use broken::Broken;
pub use kind::{AfterStop, Kind, Work};
pub(crate) use order::Admitted;
pub use order::{Job, JobState, Limits, Order, OrderedBy};
pub(crate) use outcome::said_version;
pub use outcome::{KeptRefusal, OUTCOME, Outcome, ResultFile};
pub use result::{Incomplete, Outgoing};
pub use run::Run;

use desk::{Desk, Ticket};

static STOPPED: Code = Code::new(
    "JOBS-003",
    "已按您的要求停下，什么也没有写入。",
    None,
    "需要时重新办理。",
);
static ENDED: Code = Code::new(
    "JOBS-004",
    "这件事已经结束（{state}），不能再取消。",
    None,
    "看本页最新的内容。",
);

/// The jobs of one process. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    app: App,
    folder: PathBuf,
    holder: String,
    limits: Limits,
    kinds: Mutex<BTreeMap<&'static str, Arc<dyn Kind>>>,
    desk: Mutex<Desk>,
}

impl Jobs {
    /// Jobs whose files lie in `folder`.
    #[must_use]
    pub fn new(app: App, folder: &Path, limits: Limits) -> Self {
        let holder = store::hex(&app.entropy.bytes::<8>());
        // Each may hold a view as long as it works; pages need the rest.
        let limits = Limits {
            at_once: limits.at_once.clamp(1, Db::LONG_VIEWS),
            ..limits
        };
        let jobs = Self(Arc::new(Inner {
            app,
            folder: folder.to_owned(),
            holder,
            limits,
            kinds: Mutex::default(),
            desk: Mutex::default(),
        }));
        jobs.register(Arc::new(ExportWork));
        jobs.register(Arc::new(FreezeWork));
        jobs
    }

    /// How much goes on at a time, and what is long.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// Makes a kind of work known; before the first order and before [`Self::recover`].
    pub fn register(&self, kind: Arc<dyn Kind>) {
        let mut kinds = self.0.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.insert(kind.name(), kind);
    }

    /// The system the jobs work in.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    fn kind(&self, name: &str) -> Option<Arc<dyn Kind>> {
        let kinds = self.0.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        kinds.get(name).cloned()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> i64 {
        self.0.app.clock.now().unix_ms()
    }

    /// Puts a job of this process into the queue.
    fn take_in(&self, kind: Arc<dyn Kind>, stored: StoredJob) {
        let run = Run::of(self.clone(), stored);
        let (end, ended) = watch::channel(false);
        self.desk().enter(Ticket {
            kind,
            run,
            end,
            ended,
        });
        self.pump();
        self.keep_beating();
    }

    /// Begins whatever may begin now; on a full disk nothing, what waits is begun once there is room.
    fn pump(&self) {
        while !self.0.app.db.is_full() {
            let next = self.desk().next(self.0.limits.at_once);
            let Some(ticket) = next else { return };
            let jobs = self.clone();
            tokio::spawn(async move {
                jobs.carry_out(&ticket).await;
                jobs.desk().leave(ticket.run.id());
                // Nobody may be waiting.
                let _ = ticket.end.send(true);
                jobs.pump();
            });
        }
    }

    /// One job from its turn to its end. What cannot even be written down is found by the upkeep or the next
    /// start of the program.
    async fn carry_out(&self, ticket: &Ticket) {
        let run = &ticket.run;
        match self.mark(run, JobState::Running, &Outcome::default()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                self.fault(run, &error);
                return;
            }
        }
        // On a task of its own, so that a panic ends the job and not the machine.
        let work = tokio::spawn(Arc::clone(&ticket.kind).work(run.clone()));
        let ended = work.await.unwrap_or_else(|error| {
            run.despair();
            Err(StoreError::Engine(format!("the work ended early: {}", ended_early(&error))).into())
        });
        let (state, outcome) = match ended {
            Ok(outcome) if outcome.refusal.is_some() => (JobState::Failed, outcome),
            Ok(outcome) => (JobState::Done, outcome),
            Err(error) => match outcome::state_after(&error, run.is_stopped()) {
                JobState::Interrupted => {
                    let fault = Outcome::kept(Some(self.fault(run, &error)));
                    (JobState::Interrupted, fault)
                }
                state => (state, Outcome::refused(&error)),
            },
        };
        if let Some(refusal) = outcome.refusal.clone() {
            run.break_off(Broken {
                refusal,
                worth_again: !run.is_hopeless(),
            });
        }
        // A traced end has moved the row already, in its own transaction. Where another process has taken the
        // job over, it is no business of this one how it ended; what cannot be written down now is taken up
        // by the upkeep.
        let still_ours = match self.mark(run, state, &outcome).await {
            Ok(ours) => ours,
            Err(error) => {
                self.fault(run, &error);
                false
            }
        };
        if still_ours && state != JobState::Done {
            ticket.kind.stopped(run).await;
        }
    }

    /// Moves a job that this process holds; false if it does not any more.
    async fn mark(&self, run: &Run, to: JobState, outcome: &Outcome) -> Result<bool, AppError> {
        let holder = if to.is_under_way() {
            self.0.holder.clone()
        } else {
            String::new()
        };
        let mut scratch = self.0.app.db.scratch().await?;
        // Asked for once the writer is there: waiting for it must not use up the lease.
        let (stage, done, total) = run.so_far();
        let moved = StoredJob {
            state: to.name().to_owned(),
            stage,
            done,
            total,
            outcome: outcome.to_json(),
            holder,
            lease_until_ms: self.lease_until_ms(),
            updated_at_ms: self.now_ms(),
            ..run.stored().clone()
        };
        let moved = job::advance(&mut scratch.inside(), &self.0.holder, &moved).await?;
        scratch.commit().await?;
        Ok(moved)
    }

    /// The job with that key, if it is that account's: nobody sees another's.
    pub async fn find(&self, owner: &AccountId, id: &str) -> Result<Option<Job>, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::get(&mut reader, id).await?;
        let own = found.filter(|stored| stored.account.as_ref() == Some(owner));
        own.map(|stored| Job::of(self.newest(stored))).transpose()
    }

    /// The latest jobs of an account of these kinds; one that cannot be read stands among them as such.
    pub async fn latest(
        &self,
        owner: &AccountId,
        kinds: &[&str],
    ) -> Result<Vec<Result<Job, UnreadableRow>>, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::of_account(&mut reader, owner, kinds, 50).await?;
        Ok(found.into_iter().map(|listed| self.read(listed)).collect())
    }

    /// A job that is shown to others than its owner, by its kind and key. Who may see it is asked by who shows it.
    pub(crate) async fn find_of_kind(&self, kind: &str, id: &str) -> Result<Option<Job>, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::get(&mut reader, id).await?;
        let found = found.filter(|stored| stored.kind == kind);
        found.map(|stored| Job::of(self.newest(stored))).transpose()
    }

    /// The latest jobs of a kind that is shown to others than their owners.
    pub(crate) async fn latest_of_kind(
        &self,
        kind: &str,
    ) -> Result<Vec<Result<Job, UnreadableRow>>, AppError> {
        let mut reader = self.0.app.db.read().await?;
        let found = job::of_kind(&mut reader, kind, 50).await?;
        Ok(found.into_iter().map(|listed| self.read(listed)).collect())
    }

    fn read(&self, listed: ListedJob) -> Result<Job, UnreadableRow> {
        let (id, at) = (listed.id, listed.started_at_ms);
        let job = listed.job.map_err(AppError::from);
        let job = job.and_then(|stored| Job::of(self.newest(stored)));
        job.map_err(|error| UnreadableRow::new(RowOf::Jobs, id, at, &error))
    }

    /// The mark of this process, as the jobs it holds carry it.
    pub(crate) fn holder(&self) -> &str {
        &self.0.holder
    }

    /// What is stored is as old as the last sign of life; this process knows better.
    fn newest(&self, mut stored: StoredJob) -> StoredJob {
        if let Some(run) = self.desk().run_of(&stored.id) {
            (stored.stage, stored.done, stored.total) = run.so_far();
        }
        stored
    }

    /// Stops a job of that account: at once if it still waits, else at the next place where stopping
    /// leaves nothing half done.
    pub async fn cancel(&self, owner: &AccountId, id: &str) -> Result<(), AppError> {
        let Some(found) = self.find(owner, id).await? else {
            let key = id.to_owned();
            return Err(StoreError::NotFound { table: "jobs", key }.into());
        };
        if found.state == JobState::Canceled {
            return Ok(());
        }
        let mut scratch = self.0.app.db.scratch().await?;
        let mut asked = false;
        // It may have begun since it was looked up.
        for state in [JobState::Waiting, JobState::Running] {
            asked |= job::ask_to_stop(&mut scratch.inside(), id, state.name()).await?;
        }
        scratch.commit().await?;
        if !asked {
            return Err(ENDED.refuse(&[("state", &found.state.label())]).into());
        }
        let waiting = self.desk().withdraw(id);
        if let Some(ticket) = waiting {
            ticket.run.stop();
            let outcome = Outcome::refused(&STOPPED.refuse(&[]).into());
            if self.mark(&ticket.run, JobState::Canceled, &outcome).await? {
                ticket.kind.stopped(&ticket.run).await;
            }
            let _ = ticket.end.send(true);
        }
        if let Some(run) = self.desk().run_of(id) {
            run.stop();
        }
        Ok(())
    }

    /// Asks whatever is under way about this in this process to stop.
    pub fn stop_about(&self, about: &str) {
        for run in self.desk().about(about) {
            run.stop();
        }
    }

    /// The work under way about this in this process, if any.
    #[must_use]
    pub fn run_about(&self, about: &str) -> Option<Run> {
        self.desk().about(about).into_iter().next()
    }

    /// Waits until nothing about this is under way in this process.
    pub async fn settled(&self, about: &str) {
        loop {
            let waiting = self.desk().ending_of(about);
            let Some(mut ended) = waiting else { return };
            // An end without a word is an end as well.
            let _ = ended.wait_for(|ended| *ended).await;
        }
    }
}
