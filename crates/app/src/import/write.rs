//! The one transaction of an import: count, compare with what was shown, write, log, all or nothing.
//!
//! The view is opened after the act has begun. On SQLite nobody else can write from then on; on
//! PostgreSQL whoever does is met by the unique code or by `last_event`, and the whole act is given
//! up. Crash points: before `commit` nothing has happened, after it everything has, including the
//! state of the staged import, which moves in the same transaction.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::event::{Act, Actor, LinkKind};
use domain::id::EventId;
use domain::inspector::Inspector;
use domain::subject::Subject;
use store::import::{self, Lot};
use store::{Reader, Recording, StoreError, inspector, subject};

use super::judge::{Entry, Kept};
use super::{Judge, Judged, Register, RowVerdict, StagedRow, Tally, Terms};
use crate::staging::Import;
use crate::{App, AppError};

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
                let Some(text) = import::rows(reader, Lot::Rows, id, ordinal).await? else {
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

/// How the transaction ends.
pub(crate) struct Ending<'e> {
    /// Whether bad rows are left out instead of refusing all.
    pub(crate) only_good: bool,
    /// What the person was shown; another count writes nothing.
    pub(crate) expected: Option<Tally>,
    /// SHA-256 of the file, hex.
    pub(crate) file_hash: Option<&'e str>,
    /// Counts rows as they are written.
    pub(crate) done: &'e AtomicU64,
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

/// What the transaction came to.
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
    actor: Actor,
    terms: &Terms,
    rows: Rows<'_>,
    ending: Ending<'_>,
) -> Result<Written, AppError> {
    let tx = app.db.begin("register.import").await?;
    let mut view = app.db.read().await?;
    let tally = count(app, terms, rows, &mut view).await?;
    if ending.expected.is_some_and(|expected| expected != tally) {
        tx.abandon().await?;
        return Ok(Written::Stale(tally));
    }
    tally.allow(ending.only_good)?;
    let act = match terms.register {
        Register::Subjects => Act::SubjectsImported,
        Register::Inspectors => Act::InspectorsImported,
    };
    let mut event = app
        .event(act, actor)
        .touching(LinkKind::Unit, terms.unit.as_str())
        .with("source", &terms.source)
        .with("added", tally.added)
        .with("changed", tally.changed)
        .with("same", tally.same)
        .with("bad", tally.bad);
    if let Some(hash) = ending.file_hash {
        event = event.with("file_sha256", hash);
    }
    let mut rec = tx.record(event, app.confidential())?;
    let id = rec.event_id().clone();
    let written = write_all(app, terms, rows, &mut view, (&mut rec, ending.done)).await?;
    if written != tally {
        let what = format!("{written:?} instead of {tally:?}");
        return Err(StoreError::Conflict {
            table: terms.register.name(),
            what,
        }
        .into());
    }
    if let Some(closing) = ending.import {
        close(&mut rec, closing, &tally, &id).await?;
    }
    rec.commit().await?;
    Ok(Written::Done(tally))
}

async fn close(
    rec: &mut Recording,
    closing: Closing<'_>,
    tally: &Tally,
    event: &EventId,
) -> Result<(), AppError> {
    let done = closing.import.receipt(tally, event, closing.now_ms);
    let mut beside = rec.beside();
    import::drop_rows(&mut beside, Lot::Rows, &done.id).await?;
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

async fn count(
    app: &App,
    terms: &Terms,
    rows: Rows<'_>,
    view: &mut Reader,
) -> Result<Tally, AppError> {
    let mut judge = Judge::new(terms, &*app.entropy);
    let mut tally = Tally::default();
    let mut ordinal = 0;
    while let Some(part) = rows.part(view, ordinal).await? {
        tally.count(&judge.part(view, &part).await?);
        ordinal += 1;
    }
    Ok(tally)
}

async fn write_all(
    app: &App,
    terms: &Terms,
    rows: Rows<'_>,
    view: &mut Reader,
    (rec, done): (&mut Recording, &AtomicU64),
) -> Result<Tally, AppError> {
    let mut judge = Judge::new(terms, &*app.entropy);
    let mut written = Tally::default();
    let mut ordinal = 0;
    while let Some(part) = rows.part(view, ordinal).await? {
        let judged = judge.part(view, &part).await?;
        let added = add(rec, terms, &judged).await?;
        for row in &judged {
            if let RowVerdict::Update(before, after) = &row.verdict {
                edit(rec, before, after).await?;
            }
        }
        written.count(&judged);
        done.store(written.rows(), Ordering::Relaxed);
        if added != Tally::of(&judged).added {
            let what = format!("{added} rows inserted");
            return Err(StoreError::Conflict {
                table: terms.register.name(),
                what,
            }
            .into());
        }
        ordinal += 1;
    }
    Ok(written)
}

async fn add(rec: &mut Recording, terms: &Terms, judged: &[Judged]) -> Result<u64, AppError> {
    let (subjects, inspectors) = new_entries(judged);
    Ok(match terms.register {
        Register::Subjects => subject::add_many(rec, &terms.unit, subjects).await?,
        Register::Inspectors => inspector::add_many(rec, inspectors).await?,
    })
}

fn new_entries(judged: &[Judged]) -> (Vec<&Subject>, Vec<&Inspector>) {
    let (mut subjects, mut inspectors) = (Vec::new(), Vec::new());
    for row in judged {
        match &row.verdict {
            RowVerdict::Add(Entry::Subject(subject)) => subjects.push(&**subject),
            RowVerdict::Add(Entry::Inspector(inspector)) => inspectors.push(&**inspector),
            _ => {}
        }
    }
    (subjects, inspectors)
}

async fn edit(rec: &mut Recording, before: &Kept, after: &Entry) -> Result<(), AppError> {
    match (before, after) {
        (Kept::Subject(before), Entry::Subject(after)) => {
            subject::edit(rec, &before.unit, &before.seen, after).await?;
        }
        (Kept::Inspector(before), Entry::Inspector(after)) => {
            inspector::edit(rec, before, after).await?;
        }
        // A row is judged by the register it goes into, so both are of one kind.
        (Kept::Subject(_), Entry::Inspector(_)) | (Kept::Inspector(_), Entry::Subject(_)) => {}
    }
    Ok(())
}
