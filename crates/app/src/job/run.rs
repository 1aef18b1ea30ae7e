//! What work sees of its job: how far it is, whether to stop, and its end inside an act.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use store::job::{self, StoredJob};
use store::{Inside, StoreError};

use super::{Broken, Jobs, Outcome, STOPPED};
use crate::AppError;

/// One run of a piece of work. Cheap to clone; the clones are the same run.
#[derive(Clone, Default)]
pub struct Run(Arc<Inner>);

#[derive(Default)]
struct Inner {
    done: AtomicU64,
    /// Zero as long as nobody knows.
    total: AtomicU64,
    stage: Mutex<String>,
    stop: AtomicBool,
    broken: OnceLock<Broken>,
    /// Whether the program itself broke at what it was given.
    hopeless: AtomicBool,
    job: Option<(Jobs, StoredJob)>,
}

impl Run {
    /// Work that somebody waits for, without a job: the command line.
    #[must_use]
    pub fn awaited() -> Self {
        Self::default()
    }

    pub(super) fn of(jobs: Jobs, stored: StoredJob) -> Self {
        Self(Arc::new(Inner {
            job: Some((jobs, stored)),
            ..Inner::default()
        }))
    }

    pub(super) fn stored(&self) -> &StoredJob {
        let (_, stored) = self.0.job.as_ref().expect("only jobs stand at the desk");
        stored
    }

    pub(super) fn id(&self) -> &str {
        &self.stored().id
    }

    /// The jobs this run belongs to and its order, for the work of a kind.
    ///
    /// # Errors
    /// Where there is no order. Nothing can be done then, and that is never an end as wanted.
    pub fn ordered(&self) -> Result<(&Jobs, &StoredJob), AppError> {
        let ordered = self.0.job.as_ref().map(|(jobs, job)| (jobs, job));
        let nothing = || StoreError::Engine("jobs: work of a job was begun without one".to_owned());
        Ok(ordered.ok_or_else(nothing)?)
    }

    /// Why it did not end as wanted; none as long as it works, and where its process stopped in the middle.
    #[must_use]
    pub fn broken(&self) -> Option<&Broken> {
        self.0.broken.get()
    }

    /// The program itself broke at what it was given: the same again would break again.
    pub(crate) fn despair(&self) {
        self.0.hopeless.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_hopeless(&self) -> bool {
        self.0.hopeless.load(Ordering::Relaxed)
    }

    /// The first reason stands.
    pub(super) fn break_off(&self, broken: Broken) {
        let _ = self.0.broken.set(broken);
    }

    /// Says what is being done now; the counting begins anew.
    pub fn enter(&self, stage: &str, total: Option<u64>) {
        self.stand_at(stage, 0, total);
    }

    /// Says what is being done now and how much of it is done, at once for whoever looks.
    pub fn stand_at(&self, stage: &str, done: u64, total: Option<u64>) {
        let mut words = self.0.stage.lock().unwrap_or_else(PoisonError::into_inner);
        stage.clone_into(&mut words);
        self.0.done.store(done, Ordering::Relaxed);
        self.0.total.store(total.unwrap_or(0), Ordering::Relaxed);
    }

    /// Says how much is done.
    pub fn reach(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    /// How much is done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    pub(super) fn so_far(&self) -> (String, i64, Option<i64>) {
        let stage = self.0.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let total = self.0.total.load(Ordering::Relaxed);
        (
            stage.clone(),
            number(self.done()),
            (total > 0).then(|| number(total)),
        )
    }

    pub(super) fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }

    /// Refuses if somebody wants the work stopped: asked wherever stopping leaves nothing half done.
    pub fn checkpoint(&self) -> Result<(), AppError> {
        if self.is_stopped() {
            return Err(STOPPED.refuse(&[]).into());
        }
        Ok(())
    }

    /// Ends the job inside the act it was for, so that both happen or neither. A job that another
    /// process has taken over meanwhile is a conflict, and the act is given up.
    pub async fn finish(&self, inside: &mut Inside<'_>, outcome: &Outcome) -> Result<(), AppError> {
        let Some((jobs, stored)) = &self.0.job else {
            return Ok(());
        };
        let held = (stored.id.as_str(), jobs.0.holder.as_str());
        let ended = job::finish(inside, held, &outcome.to_json(), jobs.now_ms()).await?;
        if ended {
            return Ok(());
        }
        let what = "holder".to_owned();
        Err(StoreError::Conflict {
            table: "jobs",
            what,
        }
        .into())
    }
}
