//! The error file: the user's own rows in his own columns, and what is wrong with each. Who fetches it
//! through a page leaves an event each time, like whoever fetches the file of a job; the command line
//! puts it beside the file it was given, on the machine where the rows came from.

use std::path::Path;
use std::sync::Arc;

use domain::event::Act;
use domain::policy::Place;
use domain::refusal::{Code, Refusal};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use tokio::sync::mpsc;

use super::comparing::BadRow;
use super::{Altered, Import, LinesHash, Staging};
use crate::part_file::private_copy;
use crate::{Acting, AppError};

static UNWRITTEN: Code = Code::new(
    "IMPT-085",
    "错误文件 {path} 没能写下（{why}）。",
    None,
    "检查该目录的空间和权限，再导入一次；名录没有因此改动。",
);

impl Staging {
    /// Writes the error file of an upload to `path`, readable by its owner alone: what stands in it is as
    /// private as the register. False if no row is bad, and then nothing is written.
    pub async fn write_error_file(&self, import: &Import, path: &Path) -> Result<bool, AppError> {
        let Some(made) = self.error_file(import).await? else {
            return Ok(false);
        };
        let name = format!("{}.part", store::hex(&self.app.entropy.bytes::<16>()));
        let written = private_copy(path, &name, &made.bytes).await;
        let unwritten = |error| UNWRITTEN.refuse(&[("path", &path.display()), ("why", &error)]);
        written.map_err(unwritten)?;
        Ok(true)
    }

    /// Gives out the error file of an upload as a workbook, if the account may import there now; one event
    /// each time. None if no row is bad, and then nothing is recorded.
    pub async fn fetch_error_file(
        &self,
        acting: &Acting,
        import: &Import,
    ) -> Result<Option<Vec<u8>>, AppError> {
        let Some(made) = self.error_file(import).await? else {
            return Ok(None);
        };
        let (tx, acting) = self.app.begin_as("import.errors", acting).await?;
        let place = Place::of(&import.stored.unit);
        let actor = acting.actor(import.register.verb(), &place)?;
        let event = self
            .app
            .event(Act::ImportErrorsFetched, actor)
            .with("register", import.register.name())
            .with("rows", made.rows)
            .with("source_sha256", &import.summary.file.sha256)
            .with("file_sha256", store::hex(&Sha256::digest(&made.bytes)));
        tx.record(event, self.app.confidential())?.commit().await?;
        Ok(Some(made.bytes))
    }

    async fn error_file(&self, import: &Import) -> Result<Option<Made>, AppError> {
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
            if to.send(rows).await.is_err() {
                // The writer has stopped and tells why below.
                break;
            }
            next = self.bad_rows(&mut reader, (id, ordinal), &mut hash).await?;
        }
        drop(to);
        let bytes = writing
            .await
            .map_err(|error| StoreError::Engine(format!("writing ended early: {error}")))??;
        if untrue(hash) {
            return Err(Altered::Faults.refusal().into());
        }
        Ok(Some(Made { bytes, rows: count }))
    }
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
