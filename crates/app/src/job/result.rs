//! Files that jobs leave: written under another name, whole or not there, readable by nobody else.

use std::path::PathBuf;

use domain::refusal::Code;
use tokio::fs::{self, File};

use super::{Jobs, ResultFile};
use crate::AppError;
use crate::part_file::PartFile;

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
    part: PartFile,
    whole: PathBuf,
}

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", error)]).into()
}

impl Incomplete {
    /// Writes further bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.part.write(bytes).await.map_err(|error| disk(&error))
    }

    /// Makes it whole: it is on the disk under its name before anybody is told.
    pub async fn finish(mut self, name: &str, rows: u64) -> Result<ResultFile, AppError> {
        self.part.sync().await.map_err(|error| disk(&error))?;
        let kept = self.part.keep_as(&self.whole).await;
        kept.map_err(|error| disk(&error))?;
        Ok(ResultFile {
            name: name.to_owned(),
            bytes: self.part.bytes(),
            sha256: self.part.sha256(),
            rows,
            scope: String::new(),
        })
    }
}

impl Jobs {
    pub(super) fn path_of(&self, id: &str) -> PathBuf {
        self.0.folder.join(id)
    }

    /// Begins the file of a job.
    pub async fn result(&self, id: &str) -> Result<Incomplete, AppError> {
        let part = PartFile::anew(&self.0.folder, &format!("{id}.{PART}")).await;
        Ok(Incomplete {
            part: part.map_err(|error| disk(&error))?,
            whole: self.path_of(id),
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
