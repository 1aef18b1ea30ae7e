//! The road of an uploaded file: received → read in a limited process → columns confirmed → compared
//! → decided → one event. Browser and command line walk the same road.
//!
//! Reading order: `port` (what reads and writes table files), `state` and `summary` (what is known of
//! an upload), `upload` (how bytes arrive), `reading`, `comparing`, `applying` (the three pieces of
//! long work), `report` (the error file), `upkeep` (restart, expiry). Every step moves the upload
//! from a named state, so that a step that was overtaken by a cancellation or another process finds
//! out and stops. Deliberately absent: what a row means (`import`), table formats (`exchange`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::AccountId;
use domain::refusal::Code;
use store::StoreError;
use store::import::{self, StoredImport};
use tokio::sync::{Semaphore, watch};

use crate::import::Register;
use crate::{App, AppError};

mod applying;
mod comparing;
pub mod port;
mod reading;
mod report;
mod state;
mod summary;
mod upkeep;
mod upload;

pub use state::State;
pub use summary::{FileFacts, KeptRefusal, Sample, Samples, Summary};
pub use upload::{Accepted, Incoming};

use port::Tables;

/// Pieces of long work at a time; more wait for their turn.
const AT_ONCE: usize = 2;

static MOVED_ON: Code = Code::new(
    "IMPT-073",
    "这次导入现在是“{state}”，不能再做这一步。",
    None,
    "看本页最新的内容，再决定下一步。",
);

/// Everything uploads need besides the database. Cheap to clone.
#[derive(Clone)]
pub struct Staging {
    app: App,
    folder: PathBuf,
    tables: Arc<dyn Tables>,
    turns: Arc<Semaphore>,
    jobs: Arc<Mutex<HashMap<String, Job>>>,
}

/// Long work under way in this process.
#[derive(Clone)]
struct Job {
    done: Arc<AtomicU64>,
    ended: watch::Receiver<bool>,
}

impl Job {
    async fn over(mut self) {
        // An end without a word is an end as well.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }
}

/// An upload with its summary read.
#[derive(Clone, Debug)]
pub struct Import {
    /// As stored.
    pub stored: StoredImport,
    /// Which register.
    pub register: Register,
    /// Where it stands.
    pub state: State,
    /// What is known.
    pub summary: Summary,
}

impl Import {
    fn of(stored: StoredImport) -> Result<Self, AppError> {
        let wrong = |what: &str| StoreError::Engine(format!("imports {}: {what}", stored.id));
        let register = Register::parse(&stored.register).ok_or_else(|| wrong("register"))?;
        let state = State::parse(&stored.state).ok_or_else(|| wrong("state"))?;
        let summary =
            serde_json::from_str(&stored.summary).map_err(|error| wrong(&error.to_string()))?;
        Ok(Self {
            stored,
            register,
            state,
            summary,
        })
    }

    /// The stored form after a step.
    fn moved(&self, to: State, done_rows: u64, summary: &Summary, now_ms: i64) -> StoredImport {
        StoredImport {
            state: to.name().to_owned(),
            done_rows: i64::try_from(done_rows).unwrap_or(i64::MAX),
            summary: summary.to_json(),
            updated_at_ms: now_ms,
            ..self.stored.clone()
        }
    }

    fn require(&self, wanted: &[State]) -> Result<(), AppError> {
        if wanted.contains(&self.state) {
            return Ok(());
        }
        Err(MOVED_ON.refuse(&[("state", &self.state.label())]).into())
    }
}

impl Staging {
    /// Uploads of a bureau whose files pass through `folder`.
    #[must_use]
    pub fn new(app: App, folder: &Path, tables: Arc<dyn Tables>) -> Self {
        Self {
            app,
            folder: folder.to_owned(),
            tables,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            jobs: Arc::default(),
        }
    }

    /// What reads and writes table files.
    #[must_use]
    pub fn tables(&self) -> &dyn Tables {
        &*self.tables
    }

    /// The upload with that key, if that account may see it: nobody sees another's.
    pub async fn find(
        &self,
        account: Option<&AccountId>,
        id: &str,
    ) -> Result<Option<Import>, AppError> {
        let mut reader = self.app.db.read().await?;
        let found = import::get(&mut reader, id).await?;
        let own = found.filter(|stored| stored.account.as_ref() == account);
        own.map(Import::of).transpose()
    }

    /// The latest uploads of an account into one register.
    pub async fn latest(
        &self,
        account: &AccountId,
        register: Register,
    ) -> Result<Vec<Import>, AppError> {
        let mut reader = self.app.db.read().await?;
        let found = import::of_account(&mut reader, account, register.name(), 10).await?;
        found.into_iter().map(Import::of).collect()
    }

    async fn load(&self, id: &str) -> Result<Import, AppError> {
        let mut reader = self.app.db.read().await?;
        let found = import::get(&mut reader, id).await?;
        let gone = || StoreError::NotFound {
            table: "imports",
            key: id.to_owned(),
        };
        Import::of(found.ok_or_else(gone)?)
    }

    /// Moves an upload on, or refuses because it stands elsewhere by now.
    async fn advance(&self, was: State, to: &StoredImport) -> Result<(), AppError> {
        let mut scratch = self.app.db.scratch().await?;
        let moved = import::advance(&mut scratch.inside(), was.name(), to).await?;
        scratch.commit().await?;
        if moved {
            return Ok(());
        }
        let now = self.load(&to.id).await?;
        Err(MOVED_ON.refuse(&[("state", &now.state.label())]).into())
    }

    fn now_ms(&self) -> i64 {
        self.app.clock.now().unix_ms()
    }

    fn file_of(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// Runs long work on its own, after what is still under way for this upload; the upload is
    /// marked interrupted if the work ends without an answer.
    fn start<F>(&self, id: &str, work: impl FnOnce(Self, Arc<AtomicU64>) -> F)
    where
        F: Future<Output = Result<(), AppError>> + Send + 'static,
    {
        let done = Arc::new(AtomicU64::new(0));
        let (end, ended) = watch::channel(false);
        let job = Job {
            done: Arc::clone(&done),
            ended,
        };
        let earlier = self.lock().insert(id.to_owned(), job);
        let work = work(self.clone(), Arc::clone(&done));
        let work = tokio::spawn(async move {
            if let Some(earlier) = earlier {
                earlier.over().await;
            }
            work.await
        });
        let (staging, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            let failed = !matches!(work.await, Ok(Ok(())));
            if failed {
                // If even this fails, the next start of the program marks it.
                let _ = staging.interrupt(&id).await;
            }
            staging.forget_job(&id, &done);
            // Nobody may be waiting.
            let _ = end.send(true);
        });
    }

    /// A later step may have begun since under the same key.
    fn forget_job(&self, id: &str, done: &Arc<AtomicU64>) {
        let mut jobs = self.lock();
        if jobs.get(id).is_some_and(|job| Arc::ptr_eq(&job.done, done)) {
            jobs.remove(id);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many rows the work under way has handled; what is stored if none is.
    #[must_use]
    pub fn progress(&self, import: &Import) -> u64 {
        let job = self
            .lock()
            .get(&import.stored.id)
            .map(|job| job.done.load(Ordering::Relaxed));
        job.unwrap_or_default()
            .max(u64::try_from(import.stored.done_rows).unwrap_or_default())
    }

    /// Waits until no work on this upload is under way in this process.
    pub async fn settled(&self, id: &str) {
        let job = self.lock().get(id).cloned();
        if let Some(job) = job {
            job.over().await;
        }
    }
}
