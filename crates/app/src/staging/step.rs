//! The three pieces of long work of an upload as jobs, and the clearing as one of the program. Who may is asked of the account at the time
//! of the work, not of the press that ordered it.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use domain::versioned::Shape;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::job::StoredJob;

use super::Staging;
use super::port::Tables;
use super::report::IMPORT_ERRORS;
use crate::import::Importer;
use crate::job::{AfterStop, Broken, Jobs, Kind, Order, Outcome, Run, Work, said_version};
use crate::{App, AppError};

/// How the order of a step is kept: beside the upload it is about it needs nothing but its version. Version 2: the
/// version has the name it has everywhere.
pub static STEP_ORDER: Shape<StepOrder> = Shape::new("jobs.input of import", &[said_version]);

/// An order without words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepOrder {}

/// An order without words, as it is kept.
pub(super) fn ordered() -> serde_json::Value {
    let written = STEP_ORDER.written(&StepOrder::default());
    written.expect("nothing always encodes")
}

/// The order of a job as one of its shape.
pub(super) fn read<T: Serialize + DeserializeOwned>(
    shape: &Shape<T>,
    job: &StoredJob,
) -> Result<T, AppError> {
    let wrong = |why| StoreError::unreadable("jobs", "input", &job.id, why);
    Ok(shape.read(&job.input).map_err(wrong)?)
}

/// A piece of long work on uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Read,
    Compare,
    Apply,
    /// Nothing an upload waits for: its error file, where that is long.
    Errors,
    /// None of an upload: the clearing of what no upload has any more.
    Tidy,
}

impl Step {
    const ALL: [Self; 5] = [
        Self::Read,
        Self::Compare,
        Self::Apply,
        Self::Errors,
        Self::Tidy,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Read => "import.read",
            Self::Compare => "import.compare",
            Self::Apply => "import.apply",
            Self::Errors => IMPORT_ERRORS,
            Self::Tidy => super::TIDY,
        }
    }
}

/// Makes them known.
pub(super) fn register(jobs: &Jobs, folder: &Path, tables: &Arc<dyn Tables>) {
    for step in Step::ALL {
        jobs.register(Arc::new(ImportWork {
            step,
            app: jobs.app().clone(),
            folder: folder.to_owned(),
            tables: Arc::clone(tables),
        }));
    }
}

/// One of them, apart from the jobs it belongs to, which would hold themselves otherwise.
struct ImportWork {
    step: Step,
    app: App,
    folder: PathBuf,
    tables: Arc<dyn Tables>,
}

impl ImportWork {
    fn staging(&self, jobs: &Jobs) -> Staging {
        Staging {
            app: self.app.clone(),
            folder: self.folder.clone(),
            tables: Arc::clone(&self.tables),
            jobs: jobs.clone(),
            // It takes no file in.
            rooms: super::room::Rooms::default(),
        }
    }

    async fn carry_out(&self, run: &Run) -> Result<Outcome, AppError> {
        let (jobs, job) = run.ordered()?;
        let (staging, id) = (self.staging(jobs), job.about.as_str());
        if self.step != Step::Errors {
            read(&STEP_ORDER, job)?;
        }
        match self.step {
            Step::Read => staging.read(id, run).await?,
            Step::Compare => {
                staging.require_importer(id).await?;
                staging.compare(id, run).await?;
            }
            Step::Apply => {
                staging.require_importer(id).await?;
                staging.apply(id, run).await?;
            }
            Step::Errors => return staging.make_error_file(job, run).await,
            Step::Tidy => {
                staging.tidy(run).await?;
                return Ok(Outcome::default());
            }
        }
        let refusal = staging.load(id).await?.summary.refusal;
        Ok(Outcome::kept(refusal))
    }
}

impl Kind for ImportWork {
    fn name(&self) -> &'static str {
        self.step.name()
    }

    fn after_stop(&self) -> AfterStop {
        match self.step {
            // It changes nothing, and whoever asked for it waits for it.
            Step::Errors => AfterStop::Resumed,
            _ => AfterStop::Offered,
        }
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move { self.carry_out(&run).await })
    }

    fn stopped<'k>(&'k self, run: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(async move {
            if !matches!(self.step, Step::Errors | Step::Tidy)
                && let Ok((jobs, job)) = run.ordered()
            {
                // If even this fails, the next start of the program marks it.
                let staging = self.staging(jobs);
                let _ = staging.interrupt(&job.about, run.broken().cloned()).await;
            }
        })
    }
}

impl Staging {
    /// Orders a piece of work on an upload. One that is not taken leaves the upload interrupted, to
    /// be taken up again from there.
    pub(super) async fn start(&self, step: Step, id: &str) -> Result<(), AppError> {
        let import = self.load(id).await?;
        let order = Order {
            kind: step.name(),
            owner: import.stored.account.clone(),
            unit: Some(import.stored.unit.clone()),
            about: id.to_owned(),
            input: ordered(),
        };
        match self.jobs.start(order).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let broken = Broken {
                    refusal: (&error).into(),
                    worth_again: true,
                };
                self.interrupt(id, Some(broken)).await?;
                Err(error)
            }
        }
    }

    /// Whoever may no longer import has no work begun.
    async fn require_importer(&self, id: &str) -> Result<(), AppError> {
        let import = self.load(id).await?;
        let mut reader = self.app.db.read().await?;
        Importer::now(&self.app, &mut reader, &import)
            .await
            .map(drop)
    }
}
