//! First piece of long work: the file is read in its own limited process and its rows are staged in
//! short transactions, so that other work goes on beside it.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use domain::premise::Premise;
use domain::refusal::{Code, Refusal};
use store::import::{self, Lot, StoredImport};
use tokio::sync::mpsc;

use super::port::Found;
use super::step::Step;
use super::{Altered, Import, LinesHash, Staging, State, Summary, advance};
use crate::AppError;
use crate::aside::ended_early;
use crate::import::{Register, STAGED_ROWS, StagedRow};
use crate::job::Run;
use crate::part_file::sha256_of;

/// Rows and bytes of text in one line of staging, whichever is reached first.
const ROWS: usize = 500;
const BYTES: usize = 256 * 1024;
/// Rows shown on the page that matches columns.
const HEAD: usize = 5;

static STOPPED: Code = Code::new(
    "IMPT-074",
    "这次导入已停止，文件没有读完。",
    None,
    "需要时重新上传。",
);

/// Collects rows into parts of bounded size.
struct Parts {
    to: mpsc::Sender<Vec<StagedRow>>,
    rows: Vec<StagedRow>,
    bytes: usize,
}

impl Parts {
    fn take(&mut self, row: StagedRow) -> Result<(), Refusal> {
        self.bytes += row.cells.iter().map(String::len).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= ROWS || self.bytes >= BYTES {
            self.send()
        } else {
            Ok(())
        }
    }

    /// Waits for the database; whoever no longer listens stops the reading.
    fn send(&mut self) -> Result<(), Refusal> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        self.to.blocking_send(rows).map_err(|_| STOPPED.refuse(&[]))
    }
}

/// Refuses a file that is not the one that came. What is not there, or cannot be read, its reader names.
fn as_received(file: &Path, sha256: &str) -> Result<(), Refusal> {
    let hashed = store::open_file(file).and_then(|mut file| sha256_of(&mut file));
    match hashed {
        Ok(found) if found == sha256 => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        _ => Err(Altered::File.refusal()),
    }
}

/// The first rows, and the hash of all of them.
type Staged = (Vec<StagedRow>, String);

impl Staging {
    /// Reads the file in the background.
    pub async fn start_reading(&self, id: &str) -> Result<(), AppError> {
        self.start(Step::Read, id).await
    }

    /// Reads the file and stages its rows; what is wrong with the file as a whole is kept with the
    /// upload and is no error here.
    pub async fn read(&self, id: &str, run: &Run) -> Result<(), AppError> {
        run.enter("读取文件", None);
        let import = self.load(id).await?;
        import.require(&[State::Reading])?;
        if !import.is_sound() {
            return self.end_altered(&import, Altered::Row).await;
        }
        let (to, from) = mpsc::channel(2);
        let (tables, file, register) =
            (Arc::clone(&self.tables), self.file_of(id), import.register);
        let sha256 = import.summary.file.sha256.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut parts = Parts {
                to,
                rows: Vec::new(),
                bytes: 0,
            };
            as_received(&file, &sha256)?;
            let found = tables.read(register, &file, &mut |row| parts.take(row))?;
            parts.send()?;
            Ok::<Found, Refusal>(found)
        });
        let staged = self.stage(&import, from, run).await;
        let found = reading.await.map_err(|error| {
            run.despair();
            store::StoreError::Engine(format!("reading ended early: {}", ended_early(&error)))
        })?;
        // A cancelled upload closes the channel, so the cancellation is told, not its consequence.
        let staged = staged?;
        self.conclude(&import, found, staged).await
    }

    async fn stage(
        &self,
        import: &Import,
        mut from: mpsc::Receiver<Vec<StagedRow>>,
        run: &Run,
    ) -> Result<Staged, AppError> {
        let mut head: Vec<StagedRow> = Vec::new();
        let mut lines = LinesHash::default();
        let (mut ordinal, mut count) = (0, 0_u64);
        while let Some(rows) = from.recv().await {
            if rows.is_empty() {
                continue;
            }
            run.checkpoint()?;
            head.extend(rows.iter().take(HEAD - head.len().min(HEAD)).cloned());
            count += rows.len() as u64;
            let text = STAGED_ROWS
                .write(&rows)
                .map_err(|error| crate::import::broken(&error))?;
            lines.take(ordinal, &text);
            // The next step moves it from exactly this again.
            let to = StoredImport {
                done_rows: i64::try_from(count).unwrap_or(i64::MAX),
                updated_at_ms: self.now_ms(),
                ..import.stored.clone()
            };
            let mut scratch = self.app.db.scratch().await?;
            let mut inside = scratch.inside();
            if !import::advance(&mut inside, &import.stored, &to).await? {
                return Err(STOPPED.refuse(&[]).into());
            }
            import::add_rows(&mut inside, Lot::Rows, &import.stored.id, ordinal, &text).await?;
            scratch.commit().await?;
            run.reach(count);
            ordinal += 1;
        }
        Ok((head, lines.hex()))
    }

    async fn conclude(
        &self,
        import: &Import,
        found: Result<Found, Refusal>,
        (head, rows_sha256): Staged,
    ) -> Result<(), AppError> {
        let mut summary = import.summary.clone();
        let state = match found {
            Ok(found) => {
                summary.learn(found, head);
                summary.rows_sha256 = rows_sha256;
                State::Mapping
            }
            Err(refusal) => {
                summary.refusal = Some((&refusal).into());
                State::Refused
            }
        };
        let to = import.moved(state, summary.rows, &summary, self.now_ms());
        let mut scratch = self.app.db.scratch().await?;
        let mut inside = scratch.inside();
        if state == State::Refused {
            import::drop_rows(&mut inside, Lot::Rows, &import.stored.id).await?;
        }
        let moved = advance(&self.app, &mut inside, import, to).await?;
        scratch.commit().await?;
        if !moved {
            return Err(STOPPED.refuse(&[]).into());
        }
        self.discard_file(&import.stored.id).await;
        Ok(())
    }

    /// Gives up an upload that is not being written; its rows are forgotten.
    pub async fn cancel(&self, import: &Import, shown: &Premise) -> Result<(), AppError> {
        use State::{Comparing, Interrupted, Mapping, Previewed, Reading};
        import.require_shown(shown)?;
        import.require(&[Reading, Mapping, Comparing, Previewed, Interrupted])?;
        let kept = Summary {
            file: import.summary.file.clone(),
            ..Summary::default()
        };
        let to = import.moved(State::Cancelled, 0, &kept, self.now_ms());
        self.advance(import, to).await?;
        self.jobs.stop_about(&import.stored.id);
        self.discard_file(&import.stored.id).await;
        let mut scratch = self.app.db.scratch().await?;
        let mut inside = scratch.inside();
        import::drop_rows(&mut inside, Lot::Rows, &import.stored.id).await?;
        import::drop_rows(&mut inside, Lot::Faults, &import.stored.id).await?;
        scratch.commit().await?;
        Ok(())
    }

    /// What an upload into this register may be matched by; for the page and the command line.
    #[must_use]
    pub fn required_fields(register: Register) -> &'static [&'static str] {
        match register {
            Register::Subjects => &["name", "district"],
            Register::Inspectors => &["code", "name"],
        }
    }
}
