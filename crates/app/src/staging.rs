//! The road of an uploaded file: received → read in a limited process → columns confirmed → compared
//! → decided → one event. Browser and command line walk the same road.
//!
//! Reading order: `port` (what reads and writes table files), `state` and `summary` (what is known of
//! an upload), `mark` (that it is still what the program wrote), `shown` (what a decision on it rests on),
//! `upload` (how bytes arrive), `reading`, `comparing`, `applying` (the three pieces of
//! long work, each a job), `step` (how they become jobs), `report` (the error file), `upkeep`
//! (restart, expiry). Every step moves the upload from exactly
//! what it read, so that a step that was overtaken by a cancellation, another window or another process finds
//! out and stops. Deliberately absent: what a
//! row means (`import`), table formats (`exchange`), the queue (`job`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::id::AccountId;
use domain::refusal::Code;
use store::StoreError;
use store::import::{self, StoredImport};

use crate::import::Register;
use crate::job::Jobs;
use crate::{App, AppError, RowOf, UnreadableRow};

mod applying;
mod comparing;
mod mark;
pub mod port;
mod reading;
mod report;
mod room;
mod shown;
mod state;
mod step;
mod summary;
mod upkeep;
mod upload;

pub use comparing::{BAD_ROWS, BadRow};
pub(crate) use mark::{Altered, LinesHash, advance};
pub use report::{
    ERRORS_ORDER, ErrorReport, ErrorsOrder, IMPORT_ERRORS, error_file_name, register_of_errors,
};
pub use state::State;
pub use step::{STEP_ORDER, StepOrder};
pub use summary::{FileFacts, SUMMARY, Sample, Samples, Summary};
pub use upkeep::TIDY;
pub use upload::{Accepted, Incoming};

use port::Tables;

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
    jobs: Jobs,
    rooms: room::Rooms,
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
    sound: bool,
}

impl Import {
    fn of(app: &App, stored: StoredImport) -> Result<Self, AppError> {
        let wrong = |column: &str, why: &str| StoreError::Inconsistent {
            table: "imports".to_owned(),
            column: column.to_owned(),
            row: stored.id.clone(),
            why: why.to_owned(),
        };
        let register = Register::parse(&stored.register);
        let register = register.ok_or_else(|| wrong("register", "没有这个名录"))?;
        let state = State::parse(&stored.state).ok_or_else(|| wrong("state", "没有这种状态"))?;
        let summary = SUMMARY
            .read(&stored.summary)
            .map_err(|why| wrong("summary", &why.to_string()))?;
        let sound = mark::is_marked(&app.storage_key, &stored);
        Ok(Self {
            stored,
            register,
            state,
            summary,
            sound,
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
    /// Uploads of a bureau whose files pass through `folder`; their long work becomes `jobs`.
    #[must_use]
    pub fn new(jobs: &Jobs, folder: &Path, tables: Arc<dyn Tables>) -> Self {
        step::register(jobs, folder, &tables);
        Self {
            app: jobs.app().clone(),
            folder: folder.to_owned(),
            tables,
            jobs: jobs.clone(),
            rooms: room::Rooms::default(),
        }
    }

    /// The jobs its long work becomes.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
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
        let own = own
            .map(|stored| Import::of(&self.app, stored))
            .transpose()?;
        drop(reader);
        match own {
            Some(import) => self.unless_left(import).await.map(Some),
            None => Ok(None),
        }
    }

    /// The latest uploads of an account into one register; one that cannot be read stands among them as such.
    pub async fn latest(
        &self,
        account: &AccountId,
        register: Register,
    ) -> Result<Vec<Result<Import, UnreadableRow>>, AppError> {
        let mut reader = self.app.db.read().await?;
        let found = import::of_account(&mut reader, account, register.name(), 50).await?;
        let read = found.into_iter().map(|listed| {
            let import = listed.import.map_err(AppError::from);
            let import = import.and_then(|stored| Import::of(&self.app, stored));
            let (id, at) = (listed.id, listed.started_at_ms);
            import.map_err(|error| UnreadableRow::new(RowOf::Imports, id, at, &error))
        });
        Ok(read.collect())
    }

    async fn load(&self, id: &str) -> Result<Import, AppError> {
        let mut reader = self.app.db.read().await?;
        let found = import::get(&mut reader, id).await?;
        let gone = || StoreError::NotFound {
            table: "imports",
            key: id.to_owned(),
        };
        Import::of(&self.app, found.ok_or_else(gone)?)
    }

    /// Moves an upload on, or refuses because it stands elsewhere by now.
    async fn advance(&self, was: &Import, to: StoredImport) -> Result<(), AppError> {
        let aim = (to.state.clone(), to.updated_at_ms);
        let mut scratch = self.app.db.scratch().await?;
        let moved = advance(&self.app, &mut scratch.inside(), was, to).await?;
        match scratch.commit().await {
            // Steps leave no event, and their forms no key: the row itself says whether it was moved.
            Err(unknown @ StoreError::CommitUnknown(_)) => {
                let now = self.load(&was.stored.id).await.map(|now| now.stored);
                let stands = now.is_ok_and(|now| (now.state, now.updated_at_ms) == aim);
                return if stands { Ok(()) } else { Err(unknown.into()) };
            }
            other => other?,
        }
        if moved {
            return Ok(());
        }
        let now = self.load(&was.stored.id).await?;
        Err(MOVED_ON.refuse(&[("state", &now.state.label())]).into())
    }

    fn now_ms(&self) -> i64 {
        self.app.clock.now().unix_ms()
    }

    fn file_of(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// How many rows the work under way has handled; what is stored if none is.
    #[must_use]
    pub fn progress(&self, import: &Import) -> u64 {
        let run = self.jobs.run_about(&import.stored.id);
        let stored = u64::try_from(import.stored.done_rows).unwrap_or_default();
        run.map_or(0, |run| run.done()).max(stored)
    }

    /// Waits until no work on this upload is under way in this process.
    pub async fn settled(&self, id: &str) {
        self.jobs.settled(id).await;
    }
}
