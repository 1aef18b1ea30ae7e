//! What an import will write, judged beside everybody's work, made ready and kept in a private file, so that
//! memory does not grow with the import, and nothing is judged, encoded or compressed under the writer's lock.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};

use domain::id::OrgUnitId;
use domain::inspector::Inspector;
use domain::refusal::Code;
use serde::{Deserialize, Serialize};
use store::inspector::Held;
use store::{OpenRows, ReadyRows, StoreError, subject};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use super::judge::{Entry, Kept};
use super::{
    Ending, Importer, Judge, Judged, Register, RowVerdict, Rows, Sheet, Tally, Terms, broken,
};
use crate::aside::aside;
use crate::drawing::FrozenNames;
use crate::part_file::emptied;
use crate::staging::LinesHash;
use crate::versions::Versions;
use crate::{App, AppError};

static DISK: Code = Code::new(
    "IMPT-084",
    "比对的结果没能存到服务器上（{why}）。",
    None,
    "请系统管理员检查数据目录的空间和权限，再导入一次。",
);

/// What becomes of one part of the rows, ready to be written; rows that stay as they are leave only their
/// count.
#[derive(Debug, Default)]
pub(super) struct Lot {
    head: Head,
    subjects: ReadyRows,
}

/// A lot as it comes to the writer.
pub(super) type OpenLot = (Head, OpenRows);

/// What of a lot is not made ready: few rows, whose cells are sealed as they are written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) tally: Tally,
    pub(super) inspectors: Vec<Inspector>,
    pub(super) changed: Vec<(Held, Inspector)>,
}

impl Lot {
    fn of(unit: &OrgUnitId, judged: Vec<Judged>) -> Result<Self, StoreError> {
        let mut head = Head {
            tally: Tally::of(&judged),
            ..Head::default()
        };
        let (mut subjects, mut changed) = (Vec::new(), Vec::new());
        for row in judged {
            match row.verdict {
                RowVerdict::Add(Entry::Subject(subject)) => subjects.push(subject),
                RowVerdict::Add(Entry::Inspector(inspector)) => head.inspectors.push(*inspector),
                RowVerdict::Update(Kept::Subject(kept), Entry::Subject(after)) => {
                    changed.push((kept, after));
                }
                RowVerdict::Update(Kept::Inspector(kept), Entry::Inspector(after)) => {
                    head.changed.push((kept.held(), *after));
                }
                // A row is judged by the register it goes into, so both are of one kind.
                RowVerdict::Update(..) | RowVerdict::Same | RowVerdict::Bad(_) => {}
            }
        }
        let new = subjects.iter().map(|subject| &**subject);
        let changed = changed.iter().map(|(kept, after)| (&**kept, &**after));
        let subjects = subject::ready(unit, new, changed)?;
        Ok(Self { head, subjects })
    }

    /// One line, and the entries made ready after it.
    fn to_bytes(&self) -> Result<Vec<u8>, AppError> {
        let mut bytes = serde_json::to_vec(&self.head).map_err(|error| broken(&error))?;
        bytes.push(b'\n');
        self.subjects.put(&mut bytes);
        Ok(bytes)
    }

    fn read(from: &mut impl BufRead) -> Result<Option<Self>, AppError> {
        let mut line = String::new();
        if from.read_line(&mut line).map_err(|error| unread(&error))? == 0 {
            return Ok(None);
        }
        let head = serde_json::from_str(&line).map_err(|error| broken(&error))?;
        let subjects = ReadyRows::take(from)?;
        Ok(Some(Self { head, subjects }))
    }

    fn open(self) -> Result<OpenLot, AppError> {
        Ok((self.head, subject::open(self.subjects)?))
    }
}

fn unread(error: &std::io::Error) -> StoreError {
    StoreError::Engine(format!("prepared import: {error}"))
}

/// Everything judged, against the versions it was judged against.
pub(super) struct Prepared {
    pub(super) tally: Tally,
    pub(super) versions: Versions,
    pub(super) terms: Terms,
    pub(super) frozen: FrozenNames,
    lots: Lots,
}

/// The lots one after the other, in memory or in a private file.
enum Lots {
    Memory(Vec<u8>),
    Disk(PathBuf, tokio::fs::File),
}

impl Lots {
    async fn none(beside: Option<&Path>) -> Result<Self, AppError> {
        let Some(path) = beside else {
            return Ok(Self::Memory(Vec::new()));
        };
        let file = emptied(path).await.map_err(|error| disk(&error))?;
        Ok(Self::Disk(path.to_owned(), file))
    }

    async fn push(&mut self, lot: &Lot) -> Result<(), AppError> {
        let bytes = lot.to_bytes()?;
        match self {
            Self::Memory(all) => {
                all.extend(bytes);
                Ok(())
            }
            Self::Disk(_, file) => file.write_all(&bytes).await.map_err(|error| disk(&error)),
        }
    }

    /// Nothing comes any more.
    async fn whole(&mut self) -> Result<(), AppError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Disk(_, file) => file.flush().await.map_err(|error| disk(&error)),
        }
    }
}

impl Drop for Lots {
    fn drop(&mut self) {
        if let Self::Disk(path, _) = self {
            // What cannot be removed now is removed at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", &crate::part_file::why(error))])
        .into()
}

/// The register of the store that an import rewrites.
pub(super) const fn rewritten(register: Register) -> store::Register {
    match register {
        Register::Subjects => store::Register::Subjects,
        Register::Inspectors => store::Register::Inspectors,
    }
}

/// Judges every row in one view: who imports, units, register and its version are of one moment. With `beside` the
/// outcome lies in that file. None if the rows are not those that were staged, found in this same reading.
pub(super) async fn prepare(
    app: &App,
    sheet: &Sheet<'_>,
    rows: Rows<'_>,
    ending: &Ending<'_>,
) -> Result<Option<Prepared>, AppError> {
    let mut view = app.db.read().await?;
    let own = rewritten(sheet.register);
    let from = [store::Register::Units, own, store::Register::Recusals];
    let versions = Versions::of(&mut view, &from).await?;
    let into = (sheet.register, sheet.unit);
    let importer = Importer::as_it_stands(app, &mut view, ending.by.account(), into).await?;
    let terms = sheet.terms(&mut view, importer.reach).await?;
    let frozen = app.frozen_names(&mut view).await?;
    let mut judge = Judge::new(&terms, &*app.entropy, &frozen);
    let mut tally = Tally::default();
    let mut lots = Lots::none(ending.beside).await?;
    let mut lines = LinesHash::default();
    let mut ordinal = 0;
    while let Some(part) = rows.part(&mut view, ordinal, &mut lines).await? {
        ending.run.checkpoint()?;
        let (unit, judged) = (sheet.unit.clone(), judge.part(&mut view, &part).await?);
        let lot = aside(move || Lot::of(&unit, judged)).await?;
        tally.add(&lot.head.tally);
        ending.run.reach(tally.rows());
        lots.push(&lot).await?;
        ordinal += 1;
    }
    let found = lines.hex();
    if ending.lines_hash.is_some_and(|staged| staged != found) {
        return Ok(None);
    }
    lots.whole().await?;
    Ok(Some(Prepared {
        tally,
        versions,
        terms,
        frozen,
        lots,
    }))
}

impl Prepared {
    /// The lots in their order, read and unpacked ahead while earlier ones are written.
    pub(super) fn lots(&mut self) -> Result<mpsc::Receiver<Result<OpenLot, AppError>>, AppError> {
        let mut from: Box<dyn BufRead + Send> = match &mut self.lots {
            Lots::Memory(bytes) => Box::new(Cursor::new(std::mem::take(bytes))),
            Lots::Disk(path, _) => {
                let file = File::open(path).map_err(|error| unread(&error))?;
                Box::new(BufReader::new(file))
            }
        };
        let (to, lots) = mpsc::channel(4);
        tokio::task::spawn_blocking(move || {
            while let Some(lot) = next(&mut from).transpose() {
                // Whoever no longer listens needs no further one.
                if to.blocking_send(lot).is_err() {
                    return;
                }
            }
        });
        Ok(lots)
    }
}

fn next(from: &mut impl BufRead) -> Result<Option<OpenLot>, AppError> {
    Lot::read(from)?.map(Lot::open).transpose()
}
