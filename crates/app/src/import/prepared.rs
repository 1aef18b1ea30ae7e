//! What an import will write, judged beside everybody's work and kept in a private file, so that
//! memory does not grow with the import and nothing is judged under the writer's lock.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use domain::id::{EventId, OrgUnitId};
use domain::inspector::Inspector;
use domain::refusal::Code;
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::inspector::Held;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use super::judge::{Entry, Kept};
use super::{Ending, Judge, Judged, Register, RowVerdict, Rows, Sheet, Tally, Terms, broken};
use crate::part_file::emptied;
use crate::versions::Versions;
use crate::{App, AppError};

static DISK: Code = Code::new(
    "IMPT-084",
    "比对的结果没能存到服务器上（{why}）。",
    None,
    "请系统管理员检查数据目录的空间和权限，再导入一次。",
);

/// What becomes of one part of the rows; rows that stay as they are leave only their count.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Lot {
    pub(super) tally: Tally,
    pub(super) subjects: Vec<Subject>,
    pub(super) inspectors: Vec<Inspector>,
    pub(super) changed: Vec<Change>,
}

/// A row that changes: where it stands and what it becomes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Change {
    Subject(OrgUnitId, EventId, Box<Subject>),
    Inspector(Held, Box<Inspector>),
}

impl Lot {
    fn of(judged: Vec<Judged>) -> Self {
        let mut lot = Self {
            tally: Tally::of(&judged),
            ..Self::default()
        };
        for row in judged {
            match row.verdict {
                RowVerdict::Add(Entry::Subject(subject)) => lot.subjects.push(*subject),
                RowVerdict::Add(Entry::Inspector(inspector)) => lot.inspectors.push(*inspector),
                RowVerdict::Update(Kept::Subject(kept), Entry::Subject(after)) => {
                    lot.changed
                        .push(Change::Subject(kept.unit, kept.seen, after));
                }
                RowVerdict::Update(Kept::Inspector(kept), Entry::Inspector(after)) => {
                    lot.changed.push(Change::Inspector(kept.held(), after));
                }
                // A row is judged by the register it goes into, so both are of one kind.
                RowVerdict::Update(..) | RowVerdict::Same | RowVerdict::Bad(_) => {}
            }
        }
        lot
    }
}

/// Everything judged, against the versions it was judged against.
pub(super) struct Prepared {
    pub(super) tally: Tally,
    pub(super) versions: Versions,
    pub(super) terms: Terms,
    lots: Lots,
}

enum Lots {
    Memory(Vec<Lot>),
    Disk(PathBuf),
}

impl Drop for Lots {
    fn drop(&mut self) {
        if let Self::Disk(path) = self {
            // What cannot be removed now is removed at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", error)]).into()
}

/// The register of the store that an import rewrites.
pub(super) const fn rewritten(register: Register) -> store::Register {
    match register {
        Register::Subjects => store::Register::Subjects,
        Register::Inspectors => store::Register::Inspectors,
    }
}

/// Judges every row in one view: who imports, units, register and its version are of one moment. With `beside` the outcome lies in that file.
pub(super) async fn prepare(
    app: &App,
    sheet: &Sheet<'_>,
    rows: Rows<'_>,
    ending: &Ending<'_>,
) -> Result<Prepared, AppError> {
    let mut view = app.db.read().await?;
    let from = [store::Register::Units, rewritten(sheet.register)];
    let versions = Versions::of(&mut view, &from).await?;
    let importer = ending.by.importer(app, &mut view).await?;
    let terms = sheet.terms(&mut view, importer.reach).await?;
    let mut judge = Judge::new(&terms, &*app.entropy);
    let mut tally = Tally::default();
    let mut lots = match ending.beside {
        Some(path) => Lots::Disk(path.to_owned()),
        None => Lots::Memory(Vec::new()),
    };
    let mut file = match &lots {
        Lots::Disk(path) => Some(emptied(path).await.map_err(|error| disk(&error))?),
        Lots::Memory(_) => None,
    };
    let mut ordinal = 0;
    while let Some(part) = rows.part(&mut view, ordinal).await? {
        ending.run.checkpoint()?;
        let lot = Lot::of(judge.part(&mut view, &part).await?);
        tally.add(&lot.tally);
        ending.run.reach(tally.rows());
        match (&mut lots, &mut file) {
            (Lots::Memory(all), _) => all.push(lot),
            (Lots::Disk(_), Some(file)) => {
                let mut line = serde_json::to_vec(&lot).map_err(|error| broken(&error))?;
                line.push(b'\n');
                file.write_all(&line).await.map_err(|error| disk(&error))?;
            }
            (Lots::Disk(_), None) => {}
        }
        ordinal += 1;
    }
    if let Some(mut file) = file {
        file.flush().await.map_err(|error| disk(&error))?;
    }
    Ok(Prepared {
        tally,
        versions,
        terms,
        lots,
    })
}

impl Prepared {
    /// The lots in their order, read ahead while earlier ones are written.
    pub(super) fn lots(&mut self) -> mpsc::Receiver<Result<Lot, AppError>> {
        let (to, from) = mpsc::channel(4);
        match &mut self.lots {
            Lots::Memory(all) => {
                let all = std::mem::take(all);
                tokio::spawn(async move {
                    for lot in all {
                        if to.send(Ok(lot)).await.is_err() {
                            return;
                        }
                    }
                });
            }
            Lots::Disk(path) => {
                let path = path.clone();
                tokio::task::spawn_blocking(move || {
                    if let Err(error) = read_ahead(&path, &to) {
                        // Whoever no longer listens needs no word.
                        let _ = to.blocking_send(Err(error));
                    }
                });
            }
        }
        from
    }
}

fn read_ahead(path: &Path, to: &mpsc::Sender<Result<Lot, AppError>>) -> Result<(), AppError> {
    let unread = |error: std::io::Error| StoreError::Engine(format!("prepared import: {error}"));
    let file = BufReader::new(std::fs::File::open(path).map_err(unread)?);
    for line in file.lines() {
        let lot = serde_json::from_str(&line.map_err(unread)?).map_err(|error| broken(&error))?;
        if to.blocking_send(Ok(lot)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
