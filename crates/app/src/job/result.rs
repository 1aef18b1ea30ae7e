//! Files that jobs leave: written under another name, whole or not there, readable by nobody else.

use std::path::PathBuf;

use domain::refusal::Code;
use store::job;
use tokio::fs::File;

use super::{Job, JobState, Jobs, ResultFile};
use crate::AppError;
use crate::part_file::{Idle, PartFile};

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
    folder: PathBuf,
    id: String,
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
        let sha256 = self.part.sha256();
        let whole = self.folder.join(whole(&self.id, &sha256));
        let kept = self.part.keep_as(&whole).await;
        kept.map_err(|error| disk(&error))?;
        Ok(ResultFile {
            name: name.to_owned(),
            bytes: self.part.bytes(),
            sha256,
            rows,
            scope: String::new(),
        })
    }
}

/// The name of a whole file: that of its job and of its content, so that a process that was overtaken and
/// ends later does not put its file in the place of the one that counts.
fn whole(id: &str, sha256: &str) -> String {
    format!("{id}.{sha256}")
}

impl Jobs {
    /// Begins the file of a job, under a name of this attempt alone.
    pub async fn result(&self, id: &str) -> Result<Incomplete, AppError> {
        let attempt = store::hex(&self.0.app.entropy.bytes::<8>());
        let part = PartFile::fresh(&self.0.folder, &format!("{id}.{attempt}.part")).await;
        Ok(Incomplete {
            part: part.map_err(|error| disk(&error))?,
            folder: self.0.folder.clone(),
            id: id.to_owned(),
        })
    }

    /// Opens the file a job left; whoever reads it needs no database.
    pub async fn open_result(&self, job: &Job) -> Result<File, AppError> {
        let left = job.outcome.file.as_ref();
        let sha256 = left.map_or("", |file| file.sha256.as_str());
        File::open(self.0.folder.join(whole(&job.stored.id, sha256)))
            .await
            .map_err(|error| GONE.refuse(&[("why", &error)]).into())
    }

    /// Removes files whose job is gone or has ended without them, and what nobody writes any more.
    pub(super) async fn sweep(&self) {
        let mut idle = Idle::of(&self.0.folder).await;
        while let Some(file) = idle.next().await {
            if let Some(name) = file.name()
                && !self.counts(name).await
            {
                file.remove().await;
            }
        }
    }

    /// Whether a job has or will have a file of this name.
    async fn counts(&self, name: &str) -> bool {
        let (id, rest) = name.split_once('.').unwrap_or((name, ""));
        let found = async { job::get(&mut self.0.app.db.read().await?, id).await };
        let job = match found.await {
            Ok(None) => return false,
            Ok(Some(stored)) => Job::of(stored),
            Err(error) => Err(error.into()),
        };
        // What cannot be read now may be read later, or by another program.
        let Ok(job) = job else { return true };
        let left = job.outcome.file.as_ref();
        let whole = left.is_some_and(|file| file.sha256 == rest);
        let coming = job.state.is_under_way() && !rest.ends_with(".part");
        coming || (job.state == JobState::Done && whole)
    }
}
