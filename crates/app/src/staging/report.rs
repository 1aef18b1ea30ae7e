//! The error file: the user's own rows in his own columns, and what is wrong with each. A short one is made in the
//! request that asks, a long one by a job. Who fetches it through a page leaves an event each time; the command line
//! puts it beside the file it was given, on the machine where the rows came from.

use std::path::Path;
use std::sync::Arc;

use domain::event::Act;
use domain::policy::Place;
use domain::refusal::{Code, Refusal};
use domain::versioned::Shape;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use store::job::{self, StoredJob};
use tokio::sync::mpsc;

use super::comparing::BadRow;
use super::step::read;
use super::{Altered, Import, LinesHash, Staging};
use crate::aside::ended_early;
use crate::import::{Importer, Register};
use crate::job::{Job, JobState, Order, Outcome, Outgoing, ResultFile, Run};
use crate::part_file::{private_copy, why};
use crate::{Acting, AppError};

/// The kind of job that makes a long one.
pub const IMPORT_ERRORS: &str = "import.errors";

/// What such a job is about: never what the steps of the upload are about, beside which it may be made.
pub(super) fn about(register: Register, import: &str) -> String {
    format!("{IMPORT_ERRORS}/{}/{import}", register.name())
}

/// How the order of such a job is kept: of which rows, since an upload may be compared again.
pub static ERRORS_ORDER: Shape<ErrorsOrder> = Shape::new("jobs.input of import.errors", &[]);

/// The rows that stand in an error file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorsOrder {
    faults_sha256: String,
}

/// Of which register the file of such a job is, and the key of its upload.
#[must_use]
pub fn register_of_errors(about: &str) -> Option<(Register, &str)> {
    let (register, id) = about
        .strip_prefix(IMPORT_ERRORS)?
        .strip_prefix('/')?
        .split_once('/')?;
    Some((Register::parse(register)?, id))
}

/// How a request for an error file is answered.
#[derive(Debug, PartialEq, Eq)]
pub enum ErrorReport {
    /// No row is bad, and nothing is recorded.
    None,
    /// The whole workbook.
    File(Vec<u8>),
    /// The job that makes it, or has made it.
    Ordered(String),
}

static UNWRITTEN: Code = Code::new(
    "IMPT-085",
    "错误文件 {path} 没能写下（{why}）。",
    None,
    "检查该目录的空间和权限，再导入一次；名录没有因此改动。",
);

static NOT_MADE: Code = Code::new(
    "IMPT-091",
    "错误文件还没有做好（{state}）。",
    None,
    "回到这件事的页面看进度；没有做成的，回到导入页再下载一次。",
);
static OTHER_ROWS: Code = Code::new(
    "IMPT-093",
    "做好这个错误文件之后，又比对过一次，有误的行已经不是这些。",
    None,
    "回到导入页，再下载一次错误文件。",
);
static FORGOTTEN: Code = Code::new(
    "IMPT-092",
    "这次导入的记录已过保存期，它的错误文件不再给出。",
    None,
    "要改的行重新从您的原文件导入。",
);

impl Staging {
    /// Writes the error file of an upload to `path`, readable by its owner alone: what stands in it is as
    /// private as the register. False if no row is bad, and then nothing is written.
    pub async fn write_error_file(&self, import: &Import, path: &Path) -> Result<bool, AppError> {
        let Some(made) = self.error_file(import, None).await? else {
            return Ok(false);
        };
        let name = format!("{}.part", store::hex(&self.app.entropy.bytes::<16>()));
        let written = private_copy(path, &name, &made.bytes).await;
        let unwritten =
            |error| UNWRITTEN.refuse(&[("path", &path.display()), ("why", &why(&error))]);
        written.map_err(unwritten)?;
        Ok(true)
    }

    /// Gives out the error file of an upload as a workbook, if the account may import there now; one event
    /// each time. A long one is ordered, and given out by [`Self::fetch_made_error_file`].
    pub async fn fetch_error_file(
        &self,
        acting: &Acting,
        import: &Import,
    ) -> Result<ErrorReport, AppError> {
        let bad = import.summary.tally.as_ref().map_or(0, |tally| tally.bad);
        if bad > self.jobs.limits().export_rows {
            acting.may(import.register.verb(), &Place::of(&import.stored.unit))?;
            import.require_sound()?;
            return Ok(ErrorReport::Ordered(self.order_error_file(import).await?));
        }
        let Some(made) = self.error_file(import, None).await? else {
            return Ok(ErrorReport::None);
        };
        let sha256 = store::hex(&Sha256::digest(&made.bytes));
        let record = || self.record_error_file(acting, import, (made.rows, &sha256));
        self.app.looks(record).await?;
        Ok(ErrorReport::File(made.bytes))
    }

    /// The job that makes the file, or has made it and still has it: a page that is opened again orders nothing more.
    async fn order_error_file(&self, import: &Import) -> Result<String, AppError> {
        let about = about(import.register, &import.stored.id);
        let mut reader = self.app.db.read().await?;
        let before = job::latest_about(&mut reader, &about).await?;
        drop(reader);
        if let Some(before) = before
            && self.serves(&before, import).await
        {
            return Ok(before.id);
        }
        let faults_sha256 = import.summary.faults_sha256.clone();
        let order = ERRORS_ORDER.written(&ErrorsOrder { faults_sha256 });
        let order = Order {
            kind: IMPORT_ERRORS,
            owner: import.stored.account.clone(),
            unit: Some(import.stored.unit.clone()),
            about,
            input: order.expect("a text always encodes"),
        };
        self.jobs.start(order).await
    }

    /// Whether a job is at work on the wrong rows of today, or has made a file of them that is there.
    async fn serves(&self, before: &StoredJob, import: &Import) -> bool {
        let Ok(job) = Job::of(before.clone()) else {
            return false;
        };
        let same = is_of(before, import).is_ok();
        same && match job.state {
            JobState::Waiting | JobState::Running => true,
            JobState::Done => self.jobs.open_result(&job).await.is_ok(),
            _ => false,
        }
    }

    /// The upload a job of this kind is about.
    async fn of_job(&self, about: &str) -> Result<Import, AppError> {
        let id = register_of_errors(about).map_or("", |(_, id)| id);
        match self.load(id).await {
            Err(AppError::Store(StoreError::NotFound { .. })) => Err(FORGOTTEN.refuse(&[]).into()),
            other => other,
        }
    }

    /// The work of such a job.
    pub(super) async fn make_error_file(
        &self,
        job: &StoredJob,
        run: &Run,
    ) -> Result<Outcome, AppError> {
        let import = self.of_job(&job.about).await?;
        is_of(job, &import)?;
        let mut reader = self.app.db.read().await?;
        Importer::now(&self.app, &mut reader, &import).await?;
        drop(reader);
        let bad = import.summary.tally.as_ref().map(|tally| tally.bad);
        run.enter("写文件", bad);
        let Some(made) = self.error_file(&import, Some(run)).await? else {
            return Ok(Outcome::default());
        };
        let mut file = self.jobs.result(&job.id).await?;
        for piece in made.bytes.chunks(PIECE) {
            file.write(piece).await?;
        }
        let name = error_file_name(&import);
        Ok(Outcome::file(file.finish(&name, made.rows).await?))
    }

    /// Gives out the error file a job made, if the account may import there now and the upload is still known; one
    /// event each time.
    pub async fn fetch_made_error_file(
        &self,
        acting: &Acting,
        job: &Job,
    ) -> Result<(ResultFile, Outgoing), AppError> {
        let made = job.outcome.file.clone();
        let Some(made) = made.filter(|_| job.state == JobState::Done) else {
            return Err(NOT_MADE.refuse(&[("state", &job.state.label())]).into());
        };
        let import = self.of_job(&job.stored.about).await?;
        import.require_sound()?;
        is_of(&job.stored, &import)?;
        let file = self.jobs.open_result(job).await?;
        let record = || self.record_error_file(acting, &import, (made.rows, &made.sha256));
        self.app.looks(record).await?;
        Ok((made, file))
    }

    async fn record_error_file(
        &self,
        acting: &Acting,
        import: &Import,
        (rows, sha256): (u64, &str),
    ) -> Result<(), AppError> {
        let (tx, acting) = self.app.begin_as("import.errors", acting).await?;
        let place = Place::of(&import.stored.unit);
        let actor = acting.actor(import.register.verb(), &place)?;
        let event = self
            .app
            .event(Act::ImportErrorsFetched, actor)
            .with("register", import.register.name())
            .with("rows", rows)
            .with("source_sha256", &import.summary.file.sha256)
            .with("file_sha256", sha256);
        tx.record(event, self.app.confidential())?.commit().await?;
        Ok(())
    }

    async fn error_file(
        &self,
        import: &Import,
        run: Option<&Run>,
    ) -> Result<Option<Made>, AppError> {
        import.require_sound()?;
        let mut reader = self.app.db.read().await?;
        let id = import.stored.id.as_str();
        let mut hash = LinesHash::default();
        let untrue = |hash: LinesHash| hash.hex() != import.summary.faults_sha256;
        let Some(first) = self.bad_rows(&mut reader, (id, -1), &mut hash).await? else {
            // Before the comparison nothing is known to be wrong.
            let missing = import.summary.tally.is_some() && untrue(hash);
            return if missing {
                Err(Altered::Faults.refusal().into())
            } else {
                Ok(None)
            };
        };
        let (to, from) = mpsc::channel(2);
        let (tables, names) = (Arc::clone(&self.tables), import.summary.names.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = tables.error_file(&names)?;
            written(&mut *file, from)?;
            file.finish()
        });
        let mut next = Some(first);
        let mut count = 0;
        while let Some((ordinal, rows)) = next {
            count += rows.len() as u64;
            if let Some(run) = run {
                run.checkpoint()?;
                run.reach(count);
            }
            if to.send(rows).await.is_err() {
                // The writer has stopped and tells why below.
                break;
            }
            next = self.bad_rows(&mut reader, (id, ordinal), &mut hash).await?;
        }
        drop(to);
        let bytes = writing.await.map_err(|error| {
            StoreError::Engine(format!("writing ended early: {}", ended_early(&error)))
        })??;
        if untrue(hash) {
            return Err(Altered::Faults.refusal().into());
        }
        Ok(Some(Made { bytes, rows: count }))
    }
}

/// Refuses the file of a job that is not of the rows that are wrong now.
fn is_of(job: &StoredJob, import: &Import) -> Result<(), AppError> {
    let ordered = read(&ERRORS_ORDER, job)?;
    if ordered.faults_sha256 == import.summary.faults_sha256 {
        Ok(())
    } else {
        Err(OTHER_ROWS.refuse(&[]).into())
    }
}

/// Bytes of a made file written at a time.
const PIECE: usize = 256 * 1024;

/// Under which name it is given out: that of the file, and what it is.
#[must_use]
pub fn error_file_name(import: &Import) -> String {
    format!("{}-错误.xlsx", import.stored.file_name)
}

/// A workbook of bad rows.
struct Made {
    bytes: Vec<u8>,
    rows: u64,
}

fn written(
    file: &mut dyn super::port::ErrorFile,
    mut from: mpsc::Receiver<Vec<BadRow>>,
) -> Result<(), Refusal> {
    while let Some(rows) = from.blocking_recv() {
        for bad in rows {
            let faults: Vec<String> = bad.faults.iter().map(ToString::to_string).collect();
            file.row(&bad.row, &faults.join("\n"))?;
        }
    }
    Ok(())
}
