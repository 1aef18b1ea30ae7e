//! The end of an import: everything is judged beside other work, and under the lock it is only asked
//! whether the register still is what was judged against, then written, logged, all or nothing.
//!
//! If the register changed meanwhile, everything is judged again, a few times, and then, unless there are very many rows,
//! once more under the lock: a register that never rests keeps nobody from importing. While rows are written this is
//! announced: on SQLite every other act queues, on PostgreSQL those that need this register.
//! Crash points: before `commit` nothing has happened, after it everything has, including the state
//! of the staged import and the end of its job, which move in the same transaction.

use std::path::Path;

use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccountId, EventId};
use store::import::{self, Lot as Stage};
use store::{Announcement, Hold, Reader, Recording, StoreError, Tx, inspector, subject};

use super::entitled::{entitled, still_entitled};
use super::prepared::{Prepared, prepare, rewritten};
use super::{Register, STAGED_ROWS, Sheet, StagedRow, Tally, Terms};
use crate::job::{Outcome, Run};
use crate::staging::{Import, LinesHash, advance};
use crate::{App, AppError};

/// How often everything is judged anew because the register changed.
const ROUNDS: u32 = 3;
/// Up to so many rows are judged under the lock in the end: a matter of seconds.
const JUDGED_UNDER_LOCK: u64 = 100_000;
/// Rows a second by which the end is estimated before any is written.
const PACE: u64 = 10_000;
/// What making it durable takes besides, in hundredths of the time of the writing.
const COMMIT: i128 = 20;
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
    /// The rows of one part; none beyond the last. What was staged passes into the hash as it is read.
    pub(crate) async fn part(
        &self,
        reader: &mut Reader,
        ordinal: i64,
        lines: &mut LinesHash,
    ) -> Result<Option<Vec<StagedRow>>, AppError> {
        match self {
            Self::Given(rows) => Ok((ordinal == 0).then(|| rows.to_vec())),
            Self::Staged(id) => {
                let Some(text) = import::rows(reader, Stage::Rows, id, ordinal).await? else {
                    return Ok(None);
                };
                lines.take(ordinal, &text);
                let rows = STAGED_ROWS
                    .read(&text)
                    .map_err(|why| StoreError::unreadable("import_rows", "rows", id, why))?;
                Ok(Some(rows))
            }
        }
    }
}

pub(crate) fn broken(error: &serde_json::Error) -> AppError {
    StoreError::Inconsistent {
        table: "import_rows".to_owned(),
        column: "rows".to_owned(),
        row: "-".to_owned(),
        why: error.to_string(),
    }
    .into()
}

/// How the import ends.
pub(crate) struct Ending<'e> {
    /// Whether bad rows are left out instead of refusing all.
    pub(crate) only_good: bool,
    /// What the person was shown; another count writes nothing.
    pub(crate) expected: Option<Tally>,
    /// SHA-256 of the file, hex.
    pub(crate) file_hash: Option<&'e str>,
    /// The hash of the rows as they were staged, hex; other rows write nothing.
    pub(crate) lines_hash: Option<&'e str>,
    /// Counts rows, may be stopped before any is written, and ends with the act.
    pub(crate) run: &'e Run,
    /// Where what was judged lies until it is written; in memory without.
    pub(crate) beside: Option<&'e Path>,
    /// Who imports, and what is done with this act besides.
    pub(crate) by: By<'e>,
}

/// Who imports.
pub(crate) enum By<'e> {
    /// Whoever uploaded, as his account stands at each step; the staged import is done with the act.
    Uploader(Closing<'e>),
    /// An account that gives the rows itself.
    Account(&'e AccountId),
}

impl By<'_> {
    /// The account; none for the command line of the machine.
    pub(super) fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Uploader(closing) => closing.import.stored.account.as_ref(),
            Self::Account(account) => Some(account),
        }
    }
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
    /// The staged rows are no longer those that were staged; nothing is written.
    Altered,
}

/// Writes the rows as one event.
pub(crate) async fn write(
    app: &App,
    sheet: &Sheet<'_>,
    rows: Rows<'_>,
    ending: Ending<'_>,
) -> Result<Written, AppError> {
    for _ in 0..ROUNDS {
        let mut prepared = match judged(app, sheet, rows, &ending).await? {
            Ok(prepared) => prepared,
            Err(unwritten) => return Ok(unwritten),
        };
        let tally = prepared.tally;
        let pace = Pace::begin(app, sheet.register, &tally).await;
        let tx = app.db.begin("register.import").await?;
        if under_lock(app, (tx, pace), &mut prepared, &ending).await? {
            return Ok(Written::Done(tally));
        }
    }
    if rows_of(&ending).is_none_or(|rows| rows <= JUDGED_UNDER_LOCK) {
        return judged_under_lock(app, sheet, rows, &ending).await;
    }
    Err(restless(sheet))
}

/// Every row judged by the register of this moment, and the outcome held against what was shown; what comes of it at
/// once if nothing may be written.
async fn judged(
    app: &App,
    sheet: &Sheet<'_>,
    rows: Rows<'_>,
    ending: &Ending<'_>,
) -> Result<Result<Prepared, Written>, AppError> {
    ending.run.enter("再与名录比对一次", rows_of(ending));
    let Some(prepared) = prepare(app, sheet, rows, ending).await? else {
        return Ok(Err(Written::Altered));
    };
    let tally = prepared.tally;
    if ending.expected.is_some_and(|expected| expected != tally) {
        return Ok(Err(Written::Stale(tally)));
    }
    tally.allow(ending.only_good)?;
    ending.run.enter("写入名录", Some(tally.rows()));
    Ok(Ok(prepared))
}

fn restless(sheet: &Sheet<'_>) -> AppError {
    let what = "version".to_owned();
    StoreError::Conflict {
        table: sheet.register.name(),
        what,
    }
    .into()
}

/// The last round: whoever edits the register waits from before it is judged to the end.
async fn judged_under_lock(
    app: &App,
    sheet: &Sheet<'_>,
    rows: Rows<'_>,
    ending: &Ending<'_>,
) -> Result<Written, AppError> {
    let pace = Pace::begin(app, sheet.register, &ending.expected.unwrap_or_default()).await;
    let mut tx = app.db.begin("register.import").await?;
    tx.hold(rewritten(sheet.register), Hold::Exclusive).await?;
    let mut prepared = match judged(app, sheet, rows, ending).await? {
        Ok(prepared) => prepared,
        Err(unwritten) => return Ok(unwritten),
    };
    let tally = prepared.tally;
    if under_lock(app, (tx, pace), &mut prepared, ending).await? {
        return Ok(Written::Done(tally));
    }
    Err(restless(sheet))
}

fn rows_of(ending: &Ending<'_>) -> Option<u64> {
    ending.expected.map(|expected| expected.rows())
}

/// The one transaction; false if the register, or what the importer may change, is no longer what was
/// judged by, and then nothing is written. Whoever lost the right since he decided writes nothing.
async fn under_lock(
    app: &App,
    (mut tx, mut pace): (Tx, Pace<'_>),
    prepared: &mut Prepared,
    ending: &Ending<'_>,
) -> Result<bool, AppError> {
    let own = rewritten(prepared.terms.register);
    let held = prepared.versions.still_hold_to_rewrite(&mut tx, own);
    if !held.await? || !prepared.frozen.still_stand(&mut tx).await? {
        tx.abandon().await?;
        return Ok(false);
    }
    pace.has_its_turn();
    let account = ending.by.account();
    let Some(actor) = entitled(app, &mut tx, account, &prepared.terms).await? else {
        tx.abandon().await?;
        return Ok(false);
    };
    let event = event_of(app, &actor, prepared, ending);
    let mut rec = tx.record(event, app.confidential())?;
    let id = rec.event_id().clone();
    write_all(&mut rec, prepared, (ending.run, &pace)).await?;
    if let By::Uploader(closing) = &ending.by {
        close(app, &mut rec, closing, (&prepared.tally, &id)).await?;
    }
    ending
        .run
        .finish(&mut rec.beside(), &Outcome::default())
        .await?;
    if !still_entitled(app, &mut rec, account, (&prepared.terms, &actor)).await? {
        rec.abandon().await?;
        return Ok(false);
    }
    rec.commit().await?;
    Ok(true)
}

fn event_of(app: &App, actor: &Actor, prepared: &Prepared, ending: &Ending<'_>) -> Event {
    let (terms, tally) = (&prepared.terms, &prepared.tally);
    let act = match terms.register {
        Register::Subjects => Act::SubjectsImported,
        Register::Inspectors => Act::InspectorsImported,
    };
    let event = app
        .event(act, actor.clone())
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
    app: &App,
    rec: &mut Recording,
    closing: &Closing<'_>,
    (tally, event): (&Tally, &EventId),
) -> Result<(), AppError> {
    let done = closing.import.receipt(tally, event, closing.now_ms);
    let mut beside = rec.beside();
    import::drop_rows(&mut beside, Stage::Rows, &closing.import.stored.id).await?;
    // From exactly the decision that was carried out.
    if advance(app, &mut beside, closing.import, done).await? {
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
        let announcement = if to_write >= WORTH_A_WORD {
            let words = format!("正在写入{}（{to_write} 行）", register.label());
            Some(app.db.announce(&words, begun_ms + at_first(to_write)).await)
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

    /// What came before was waiting for others, which says nothing of the writing.
    fn has_its_turn(&mut self) {
        self.begun_ms = self.app.clock.now().unix_ms();
        if let Some(announcement) = &self.announcement {
            announcement.expect_end(self.begun_ms + at_first(self.to_write));
        }
    }

    /// Corrects the estimate by what has been written so far.
    fn written(&self, rows: u64) {
        let Some(announcement) = self.announcement.as_ref().filter(|_| rows > 0) else {
            return;
        };
        let so_far = self.app.clock.now().unix_ms() - self.begun_ms;
        let (rows, all) = (i128::from(rows), i128::from(self.to_write));
        let whole = i128::from(so_far) * all / rows * (100 + COMMIT) / 100;
        announcement.expect_end(self.begun_ms + i64::try_from(whole).unwrap_or(0));
    }
}

/// Milliseconds until the end before anything is measured.
fn at_first(to_write: u64) -> i64 {
    i64::try_from(to_write * 1_000 / PACE + 1_000).unwrap_or(i64::MAX / 2)
}

async fn write_all(
    rec: &mut Recording,
    prepared: &mut Prepared,
    (run, pace): (&Run, &Pace<'_>),
) -> Result<(), AppError> {
    let expected = prepared.tally;
    let mut lots = prepared.lots()?;
    let terms = &prepared.terms;
    let mut written = Tally::default();
    while let Some(lot) = lots.recv().await {
        let (head, subjects) = lot?;
        let (mut added, mut changed) = subject::write_ready(rec, subjects).await?;
        if !head.inspectors.is_empty() {
            added += inspector::add_many(rec, &head.inspectors).await?;
        }
        for (before, after) in &head.changed {
            inspector::edit(rec, before, after).await?;
            changed += 1;
        }
        let tally = head.tally;
        if (added, changed) != (tally.added, tally.changed) {
            let what = format!("{added} added and {changed} changed instead of {tally:?}");
            return Err(lost(terms, what));
        }
        written.add(&tally);
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
