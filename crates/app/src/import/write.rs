//! The end of an import: everything is judged beside other work, and under the lock it is only asked
//! whether the register still is what was judged against, then written, logged, all or nothing.
//!
//! If the register changed meanwhile, everything is judged again, a few times. While rows are written
//! this is announced: on SQLite every other act queues, on PostgreSQL those that need this register.
//! Crash points: before `commit` nothing has happened, after it everything has, including the state
//! of the staged import and the end of its job, which move in the same transaction.

use std::path::Path;

use domain::event::{Act, Event, LinkKind};
use domain::id::EventId;
use store::import::{self, Lot as Stage};
use store::{Announcement, Reader, Recording, StoreError, Tx, inspector, subject};

use super::prepared::{Change, Lot, Prepared, prepare, rewritten};
use super::{Importer, Register, StagedRow, Tally, Terms};
use crate::job::{Outcome, Run};
use crate::staging::Import;
use crate::{App, AppError};

/// How often everything is judged anew because the register changed.
const ROUNDS: u32 = 3;
/// Rows a second by which the end is estimated before any is written.
const PACE: u64 = 10_000;
/// Fewer rows are written before anybody could read an announcement.
const WORTH_A_WORD: u64 = 2_000;

/// Where the rows come from.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Staged under this key.
    Staged(&'r str),
    /// In memory, all of them.
    Given(&'r [StagedRow]),
}

impl Rows<'_> {
    /// The rows of one part; none beyond the last.
    pub(crate) async fn part(
        &self,
        reader: &mut Reader,
        ordinal: i64,
    ) -> Result<Option<Vec<StagedRow>>, AppError> {
        match self {
            Self::Given(rows) => Ok((ordinal == 0).then(|| rows.to_vec())),
            Self::Staged(id) => {
                let Some(text) = import::rows(reader, Stage::Rows, id, ordinal).await? else {
                    return Ok(None);
                };
                serde_json::from_str(&text)
                    .map(Some)
                    .map_err(|error| broken(&error))
            }
        }
    }
}

pub(crate) fn broken(error: &serde_json::Error) -> AppError {
    StoreError::Engine(format!("import_rows: {error}")).into()
}

/// How the import ends.
pub(crate) struct Ending<'e> {
    /// Whether bad rows are left out instead of refusing all.
    pub(crate) only_good: bool,
    /// What the person was shown; another count writes nothing.
    pub(crate) expected: Option<Tally>,
    /// SHA-256 of the file, hex.
    pub(crate) file_hash: Option<&'e str>,
    /// Counts rows, may be stopped before any is written, and ends with the act.
    pub(crate) run: &'e Run,
    /// Where what was judged lies until it is written; in memory without.
    pub(crate) beside: Option<&'e Path>,
    /// The staged import that is done with this act.
    pub(crate) import: Option<Closing<'e>>,
}

/// The staged import that is done with the act.
pub(crate) struct Closing<'e> {
    /// As it stands now.
    pub(crate) import: &'e Import,
    /// When the act happens.
    pub(crate) now_ms: i64,
}

/// What the import came to.
#[derive(Debug)]
pub(crate) enum Written {
    /// Everything is written.
    Done(Tally),
    /// The register has changed since the preview; nothing is written.
    Stale(Tally),
}

/// Writes the rows as one event.
pub(crate) async fn write(
    app: &App,
    importer: &Importer,
    terms: &Terms,
    rows: Rows<'_>,
    ending: Ending<'_>,
) -> Result<Written, AppError> {
    for _ in 0..ROUNDS {
        ending.run.enter("再与名录比对一次", rows_of(&ending));
        let mut prepared = prepare(app, terms, rows, ending.run, ending.beside).await?;
        let tally = prepared.tally;
        if ending.expected.is_some_and(|expected| expected != tally) {
            return Ok(Written::Stale(tally));
        }
        tally.allow(ending.only_good)?;
        ending.run.enter("写入名录", Some(tally.rows()));
        if under_lock(app, importer, terms, &mut prepared, &ending).await? {
            return Ok(Written::Done(tally));
        }
    }
    let what = "version".to_owned();
    Err(StoreError::Conflict {
        table: terms.register.name(),
        what,
    }
    .into())
}

fn rows_of(ending: &Ending<'_>) -> Option<u64> {
    ending.expected.map(|expected| expected.rows())
}

/// The one transaction; false if the register is no longer the one that was judged against, and then
/// nothing is written.
async fn under_lock(
    app: &App,
    importer: &Importer,
    terms: &Terms,
    prepared: &mut Prepared,
    ending: &Ending<'_>,
) -> Result<bool, AppError> {
    let pace = Pace::begin(app, terms.register, &prepared.tally).await;
    let mut tx = app.db.begin("register.import").await?;
    let own = rewritten(terms.register);
    if !prepared
        .versions
        .still_hold_to_rewrite(&mut tx, own)
        .await?
    {
        tx.abandon().await?;
        return Ok(false);
    }
    let now = still_importer(app, &mut tx, importer, ending).await?;
    if now.reach != terms.reach {
        // What he may change is no longer what the rows were judged by.
        tx.abandon().await?;
        let what = "reach".to_owned();
        return Err(StoreError::Conflict {
            table: terms.register.name(),
            what,
        }
        .into());
    }
    let event = event_of(app, &now, terms, &prepared.tally, ending);
    let mut rec = tx.record(event, app.confidential())?;
    let id = rec.event_id().clone();
    write_all(&mut rec, terms, prepared, (ending.run, &pace)).await?;
    if let Some(closing) = &ending.import {
        close(&mut rec, closing, &prepared.tally, &id).await?;
    }
    ending
        .run
        .finish(&mut rec.beside(), &Outcome::default())
        .await?;
    rec.commit().await?;
    Ok(true)
}

/// Whoever lost the right since he decided writes nothing.
async fn still_importer(
    app: &App,
    tx: &mut Tx,
    importer: &Importer,
    ending: &Ending<'_>,
) -> Result<Importer, AppError> {
    match &ending.import {
        Some(closing) => Importer::now(app, tx, closing.import).await,
        None => Ok(importer.clone()),
    }
}

fn event_of(
    app: &App,
    importer: &Importer,
    terms: &Terms,
    tally: &Tally,
    ending: &Ending<'_>,
) -> Event {
    let act = match terms.register {
        Register::Subjects => Act::SubjectsImported,
        Register::Inspectors => Act::InspectorsImported,
    };
    let event = app
        .event(act, importer.actor.clone())
        .touching(LinkKind::Unit, terms.unit.as_str())
        .with("source", &terms.source)
        .with("added", tally.added)
        .with("changed", tally.changed)
        .with("same", tally.same)
        .with("bad", tally.bad);
    match ending.file_hash {
        Some(hash) => event.with("file_sha256", hash),
        None => event,
    }
}

async fn close(
    rec: &mut Recording,
    closing: &Closing<'_>,
    tally: &Tally,
    event: &EventId,
) -> Result<(), AppError> {
    let done = closing.import.receipt(tally, event, closing.now_ms);
    let mut beside = rec.beside();
    import::drop_rows(&mut beside, Stage::Rows, &done.id).await?;
    if import::advance(&mut beside, &closing.import.stored.state, &done).await? {
        return Ok(());
    }
    let what = "state".to_owned();
    Err(StoreError::Conflict {
        table: "imports",
        what,
    }
    .into())
}

/// What is said to others while rows are written, and when it will end.
struct Pace<'a> {
    app: &'a App,
    begun_ms: i64,
    to_write: u64,
    announcement: Option<Announcement>,
}

impl<'a> Pace<'a> {
    async fn begin(app: &'a App, register: Register, tally: &Tally) -> Self {
        let to_write = tally.added + tally.changed;
        let begun_ms = app.clock.now().unix_ms();
        let seconds = i64::try_from(to_write / PACE + 1).unwrap_or(i64::MAX / 1_000_000);
        let announcement = if to_write >= WORTH_A_WORD {
            let words = format!("正在写入{}（{to_write} 行）", register.label());
            let until_ms = begun_ms + seconds * 1_000;
            Some(app.db.announce(&words, until_ms).await)
        } else {
            None
        };
        Self {
            app,
            begun_ms,
            to_write,
            announcement,
        }
    }

    /// Corrects the estimate by what has been written so far.
    fn written(&self, rows: u64) {
        let Some(announcement) = self.announcement.as_ref().filter(|_| rows > 0) else {
            return;
        };
        let so_far = self.app.clock.now().unix_ms() - self.begun_ms;
        let (rows, all) = (i128::from(rows), i128::from(self.to_write));
        let whole = i128::from(so_far) * all / rows;
        announcement.expect_end(self.begun_ms + i64::try_from(whole).unwrap_or(0));
    }
}

async fn write_all(
    rec: &mut Recording,
    terms: &Terms,
    prepared: &mut Prepared,
    (run, pace): (&Run, &Pace<'_>),
) -> Result<(), AppError> {
    let expected = prepared.tally;
    let mut lots = prepared.lots();
    let mut written = Tally::default();
    while let Some(lot) = lots.recv().await {
        let lot = lot?;
        let added = add(rec, terms, &lot).await?;
        if added != lot.tally.added {
            return Err(lost(terms, format!("{added} rows inserted")));
        }
        for change in &lot.changed {
            edit(rec, change).await?;
        }
        written.add(&lot.tally);
        run.reach(written.rows());
        pace.written(written.added + written.changed);
    }
    if written == expected {
        return Ok(());
    }
    let what = format!("{written:?} instead of {expected:?}");
    Err(lost(terms, what))
}

fn lost(terms: &Terms, what: String) -> AppError {
    StoreError::Conflict {
        table: terms.register.name(),
        what,
    }
    .into()
}

async fn add(rec: &mut Recording, terms: &Terms, lot: &Lot) -> Result<u64, AppError> {
    Ok(match terms.register {
        Register::Subjects => subject::add_many(rec, &terms.unit, &lot.subjects).await?,
        Register::Inspectors => inspector::add_many(rec, &lot.inspectors).await?,
    })
}

async fn edit(rec: &mut Recording, change: &Change) -> Result<(), AppError> {
    match change {
        Change::Subject(unit, seen, after) => subject::edit(rec, unit, seen, after).await?,
        Change::Inspector(before, after) => inspector::edit(rec, before, after).await?,
    }
    Ok(())
}
