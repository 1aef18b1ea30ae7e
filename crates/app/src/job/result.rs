//! Files that jobs leave: written under another name, whole or not there, readable by nobody else.

use std::path::PathBuf;

use domain::refusal::Code;
use sha2::{Digest as _, Sha256};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::{Jobs, ResultFile};
use crate::AppError;

/// The ending of a file that is not whole yet.
pub(super) const PART: &str = "part";

static DISK: Code = Code::new(
    "JOBS-005",
    "文件没能写到服务器上（{why}）。",
    None,
    "请系统管理员检查数据目录的空间和权限，再办一次。",
);
static GONE: Code = Code::new(
    "JOBS-006",
    "文件已不在服务器上（{why}）。",
    None,
    "重新办一次；用几台服务器的，从做出这个文件的那台取。",
);

/// A file on its way. Dropped before it is whole, it leaves nothing behind.
pub struct Incomplete {
    path: PathBuf,
    whole: PathBuf,
    file: File,
    hash: Sha256,
    bytes: u64,
    kept: bool,
}

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", error)]).into()
}

impl Incomplete {
    /// Writes further bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
        self.file
            .write_all(bytes)
            .await
            .map_err(|error| disk(&error))
    }

    /// Makes it whole: it is on the disk under its name before anybody is told.
    pub async fn finish(mut self, name: &str, rows: u64) -> Result<ResultFile, AppError> {
        self.file.flush().await.map_err(|error| disk(&error))?;
        self.file.sync_all().await.map_err(|error| disk(&error))?;
        fs::rename(&self.path, &self.whole)
            .await
            .map_err(|error| disk(&error))?;
        self.kept = true;
        Ok(ResultFile {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256: store::hex(&self.hash.clone().finalize()),
            rows,
            scope: String::new(),
        })
    }
}

impl Drop for Incomplete {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is removed by the upkeep.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Jobs {
    pub(super) fn path_of(&self, id: &str) -> PathBuf {
        self.0.folder.join(id)
    }

    /// Begins the file of a job.
    pub async fn result(&self, id: &str) -> Result<Incomplete, AppError> {
        let mut folder = fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        folder.mode(0o700);
        folder
            .create(&self.0.folder)
            .await
            .map_err(|error| disk(&error))?;
        let whole = self.path_of(id);
        let path = whole.with_extension(PART);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(&path).await.map_err(|error| disk(&error))?;
        Ok(Incomplete {
            path,
            whole,
            file,
            hash: Sha256::new(),
            bytes: 0,
            kept: false,
        })
    }

    /// Opens the file a job left; whoever reads it needs no database.
    pub async fn open_result(&self, id: &str) -> Result<File, AppError> {
        File::open(self.path_of(id))
            .await
            .map_err(|error| GONE.refuse(&[("why", &error)]).into())
    }

    pub(super) async fn discard_result(&self, id: &str) {
        let whole = self.path_of(id);
        // A file that is not there is what was wanted.
        let _ = fs::remove_file(whole.with_extension(PART)).await;
        let _ = fs::remove_file(whole).await;
    }
}
