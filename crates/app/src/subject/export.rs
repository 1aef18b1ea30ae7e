//! The list of subjects as a file. A short one is made and traced in the request that asks; a long one
//! is made by a job and traced when it is fetched. Either way one view of the register is written to
//! its end before the first byte leaves, so that no slow reader holds a connection.

use std::pin::Pin;
use std::sync::Arc;

use domain::event::Act;
use domain::policy::{Reach, Verb};
use domain::refusal::Code;
use domain::subject::{COLUMNS, Standing};
use domain::versioned::Shape;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::subject::{self, From, SubjectFilter};
use store::{Reader, StoreError};

use super::as_typed;
use crate::csv::{BEGINNING, row};
use crate::job::{
    AfterStop, Job, JobState, Jobs, Kind, Order, Outcome, Outgoing, ResultFile, Run, Work,
    said_version,
};
use crate::{Acting, App, AppError};

/// The kind of job that makes a long file.
pub const SUBJECT_EXPORT: &str = "subject.export";

/// Rows read at a time.
const CHUNK: i64 = 1_000;

static NOT_READY: Code = Code::new(
    "EXPT-001",
    "文件还没有做好（{state}）。",
    None,
    "回到这件事的页面看进度；没有办成的，重新导出。",
);
static OTHER_REACH: Code = Code::new(
    "EXPT-002",
    "文件做好之后，您能看的名录范围变了，这个文件不再给出。",
    None,
    "重新导出，文件按现在的范围做。",
);

/// Which rows, in which order: what a list shows under its conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The conditions.
    pub filter: SubjectFilter,
    /// Whether from the last name to the first.
    pub descending: bool,
    /// The conditions as the address of the list names them; stands in the trace.
    pub words: String,
}

/// How the order of a long file is kept. Version 2: the version has the name it has everywhere.
pub static EXPORT_ORDER: Shape<ExportOrder> =
    Shape::new("jobs.input of subject.export", &[said_version]);

/// A selection as the order of a job keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportOrder {
    text: Option<String>,
    district: Option<String>,
    standing: Option<String>,
    tier: Option<String>,
    pool: Option<String>,
    without_code: bool,
    descending: bool,
    words: String,
}

impl Selection {
    fn ordered(&self) -> ExportOrder {
        let filter = self.filter.clone();
        ExportOrder {
            text: filter.text,
            district: filter.district,
            standing: filter.standing.map(|standing| standing.name().to_owned()),
            tier: filter.tier,
            pool: filter.pool,
            without_code: filter.without_code,
            descending: self.descending,
            words: self.words.clone(),
        }
    }

    fn of_order(text: &str) -> Result<Self, AppError> {
        let wrong = |why: String| StoreError::Inconsistent {
            table: "jobs".to_owned(),
            column: "input".to_owned(),
            row: SUBJECT_EXPORT.to_owned(),
            why,
        };
        let kept = EXPORT_ORDER.read(text);
        let kept = kept.map_err(|why| wrong(why.to_string()))?;
        let standing = match kept.standing.as_deref() {
            Some(name) => Some(
                Standing::parse(name).ok_or_else(|| wrong(format!("unknown standing {name}")))?,
            ),
            None => None,
        };
        Ok(Self {
            filter: SubjectFilter {
                text: kept.text,
                district: kept.district,
                standing,
                tier: kept.tier,
                pool: kept.pool,
                without_code: kept.without_code,
            },
            descending: kept.descending,
            words: kept.words,
        })
    }
}

/// How an export is answered.
#[derive(Debug)]
pub enum Export {
    /// The whole file.
    File(String, Vec<u8>),
    /// The job that makes it.
    Ordered(String),
}

fn reach_of(acting: &Acting) -> Reach {
    acting.reach_of_both(Verb::SubjectRead, Verb::SubjectExport)
}

/// A reach as it is compared later.
fn scope(reach: &Reach) -> String {
    if reach.everything {
        return "*".to_owned();
    }
    let units: Vec<&str> = reach.units.iter().map(|unit| unit.as_str()).collect();
    units.join(",")
}

impl App {
    /// The file of a selection if it is short or there are no jobs; else the job that makes it.
    pub async fn export_subjects(
        &self,
        jobs: Option<&Jobs>,
        acting: &Acting,
        selection: &Selection,
    ) -> Result<Export, AppError> {
        acting.may_somewhere(Verb::SubjectExport)?;
        let reach = reach_of(acting);
        let mut reader = self.db.read().await?;
        if let Some(jobs) = jobs {
            let bound = i64::try_from(jobs.limits().export_rows).unwrap_or(i64::MAX);
            let rows = subject::count(&mut reader, &reach, &selection.filter, bound + 1).await?;
            if rows > bound {
                drop(reader);
                let order = Order {
                    kind: SUBJECT_EXPORT,
                    owner: Some(acting.account.clone()),
                    unit: None,
                    about: format!("{SUBJECT_EXPORT}/{}", acting.account),
                    input: EXPORT_ORDER
                        .written(&selection.ordered())
                        .expect("texts and flags always encode"),
                };
                return Ok(Export::Ordered(jobs.start(order).await?));
            }
        }
        let mut rows = Rows::new(&reach, selection);
        let mut bytes = Vec::new();
        while let Some(text) = rows.next(&mut reader).await? {
            bytes.extend_from_slice(text.as_bytes());
        }
        drop(reader);
        let sha256 = store::hex(&Sha256::digest(&bytes));
        let made = scope(&reach);
        let count = rows.count;
        self.looks(|| {
            self.record_subject_export((acting, &made), count, &selection.words, &sha256)
        })
        .await?;
        Ok(Export::File(self.export_name(), bytes))
    }

    /// Gives out the file a job made, if its owner may still have what stands in it; one event each
    /// time.
    pub async fn fetch_subject_export(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        job: &Job,
    ) -> Result<(ResultFile, Outgoing), AppError> {
        acting.may_somewhere(Verb::SubjectExport)?;
        let made = job.outcome.file.clone();
        let Some(made) = made.filter(|_| job.state == JobState::Done) else {
            return Err(NOT_READY.refuse(&[("state", &job.state.label())]).into());
        };
        if made.scope != scope(&reach_of(acting)) {
            return Err(OTHER_REACH.refuse(&[]).into());
        }
        let file = jobs.open_result(job).await?;
        let selection = Selection::of_order(&job.stored.input)?;
        self.looks(|| {
            let who = (acting, made.scope.as_str());
            self.record_subject_export(who, made.rows, &selection.words, &made.sha256)
        })
        .await?;
        Ok((made, file))
    }

    /// Records that rows left the house as a file, to somebody who may have them now: `made` says whose rows stand in it.
    async fn record_subject_export(
        &self,
        (acting, made): (&Acting, &str),
        rows: u64,
        filter: &str,
        sha256: &str,
    ) -> Result<(), AppError> {
        let (tx, acting) = self.begin_as("subject.export", acting).await?;
        let actor = acting.actor_somewhere(Verb::SubjectExport)?;
        if scope(&reach_of(&acting)) != made {
            return Err(OTHER_REACH.refuse(&[]).into());
        }
        let event = self
            .event(Act::SubjectsExported, actor)
            .with("rows", rows)
            .with("filter", filter)
            .with("file_sha256", sha256);
        tx.record(event, self.confidential())?.commit().await?;
        Ok(())
    }

    fn export_name(&self) -> String {
        let text = self.clock.now().local_text();
        let to_the_minute = text.get(..16).unwrap_or(&text);
        format!("检查对象-{}.csv", to_the_minute.replace([' ', ':'], "-"))
    }
}

/// The rows of a selection as text, chunk by chunk.
struct Rows<'s> {
    reach: &'s Reach,
    selection: &'s Selection,
    from: Option<From>,
    begun: bool,
    count: u64,
}

impl<'s> Rows<'s> {
    fn new(reach: &'s Reach, selection: &'s Selection) -> Self {
        Self {
            reach,
            selection,
            from: Some(From::Start),
            begun: false,
            count: 0,
        }
    }

    async fn next(&mut self, reader: &mut Reader) -> Result<Option<String>, AppError> {
        let Some(from) = self.from.take() else {
            return Ok(None);
        };
        let mut text = String::new();
        if !std::mem::replace(&mut self.begun, true) {
            text.push_str(BEGINNING);
            row(&mut text, COLUMNS.iter().map(|(_, label)| *label));
        }
        let Selection {
            filter, descending, ..
        } = self.selection;
        let found = subject::nearest(reader, self.reach, filter, &from, *descending, CHUNK).await?;
        for stored in &found {
            let typed = as_typed(stored);
            let cells: Vec<String> = COLUMNS.iter().map(|(name, _)| typed.get(name)).collect();
            row(&mut text, cells.iter().map(String::as_str));
        }
        self.count += found.len() as u64;
        let whole = i64::try_from(found.len()) == Ok(CHUNK);
        self.from = found
            .last()
            .filter(|_| whole)
            .map(|last| From::After(last.subject.name.to_string(), last.subject.id.clone()));
        Ok(Some(text))
    }
}

/// A long file, made by a job.
pub(crate) struct ExportWork;

impl ExportWork {
    async fn carry_out(run: &Run) -> Result<Outcome, AppError> {
        let (jobs, job) = run.ordered()?;
        let app = jobs.app();
        let selection = Selection::of_order(&job.input)?;
        let mut reader = app.db.read().await?;
        let reach = reach_now(app, &mut reader, job.account.as_ref()).await?;
        let total = subject::count(&mut reader, &reach, &selection.filter, i64::MAX).await?;
        run.enter("写文件", u64::try_from(total).ok());
        let mut file = jobs.result(&job.id).await?;
        let mut rows = Rows::new(&reach, &selection);
        while let Some(text) = rows.next(&mut reader).await? {
            run.checkpoint()?;
            file.write(text.as_bytes()).await?;
            run.reach(rows.count);
        }
        drop(reader);
        // What he may see is asked once more before the file is his.
        let now = reach_now(app, &mut app.db.read().await?, job.account.as_ref()).await?;
        if now != reach {
            return Err(OTHER_REACH.refuse(&[]).into());
        }
        let made = file.finish(&app.export_name(), rows.count).await?;
        Ok(Outcome::file(ResultFile {
            scope: scope(&reach),
            ..made
        }))
    }
}

/// What the owner of an export may see now; the program sees everything.
async fn reach_now(
    app: &App,
    reader: &mut Reader,
    owner: Option<&domain::id::AccountId>,
) -> Result<Reach, AppError> {
    let Some(owner) = owner else {
        return Ok(Reach {
            everything: true,
            ..Reach::default()
        });
    };
    let acting = app.still_acting(reader, owner).await?;
    acting.may_somewhere(Verb::SubjectExport)?;
    Ok(reach_of(&acting))
}

impl Kind for ExportWork {
    fn name(&self) -> &'static str {
        SUBJECT_EXPORT
    }

    fn after_stop(&self) -> AfterStop {
        AfterStop::Resumed
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move { Self::carry_out(&run).await })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        // The unfinished file went with the work.
        Box::pin(std::future::ready(()))
    }
}
