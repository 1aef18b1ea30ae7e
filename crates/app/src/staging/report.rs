//! The error file: the user's own rows in his own columns, and what is wrong with each.

use std::path::Path;
use std::sync::Arc;

use domain::refusal::{Code, Refusal};
use store::StoreError;
use tokio::sync::mpsc;

use super::comparing::BadRow;
use super::{Import, Staging};
use crate::AppError;
use crate::part_file::private_copy;

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
        let Some(bytes) = self.error_file(import).await? else {
            return Ok(false);
        };
        let name = format!("{}.part", store::hex(&self.app.entropy.bytes::<16>()));
        let written = private_copy(path, &name, &bytes).await;
        let unwritten = |error| UNWRITTEN.refuse(&[("path", &path.display()), ("why", &error)]);
        written.map_err(unwritten)?;
        Ok(true)
    }

    /// The error file of an upload as a workbook; none if no row is bad.
    pub async fn error_file(&self, import: &Import) -> Result<Option<Vec<u8>>, AppError> {
        let mut reader = self.app.db.read().await?;
        let id = &import.stored.id;
        let Some(first) = self.bad_rows(&mut reader, id, -1).await? else {
            return Ok(None);
        };
        let (to, from) = mpsc::channel(2);
        let (tables, names) = (Arc::clone(&self.tables), import.summary.names.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = tables.error_file(&names)?;
            written(&mut *file, from)?;
            file.finish()
        });
        let mut next = Some(first);
        while let Some((ordinal, rows)) = next {
            if to.send(rows).await.is_err() {
                // The writer has stopped and tells why below.
                break;
            }
            next = self.bad_rows(&mut reader, id, ordinal).await?;
        }
        drop(to);
        let bytes = writing
            .await
            .map_err(|error| StoreError::Engine(format!("writing ended early: {error}")))??;
        Ok(Some(bytes))
    }
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
