//! Files that jobs leave: written under another name, whole or not there, readable by nobody else; and given out
//! only as they were written.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Seek as _};
use std::path::PathBuf;

use domain::refusal::Code;
use sha2::{Digest as _, Sha256};
use store::job;

use super::{Job, JobState, Jobs, ResultFile};
use crate::AppError;
use crate::aside::aside;
use crate::part_file::{Idle, PartFile, sha256_of, why};

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

static UNTRUE: Code = Code::new(
    "JOBS-010",
    "做好的文件不能给出（{why}）。",
    None,
    "重新办一次；并请系统管理员查明谁动过服务器上的 jobs 目录。",
);

/// Bytes read at a time.
const PIECE: u64 = 64 * 1024;

/// A file on its way. Dropped before it is whole, it leaves nothing behind.
pub struct Incomplete {
    part: PartFile,
    folder: PathBuf,
    id: String,
}

fn disk(error: &Error) -> AppError {
    DISK.refuse(&[("why", &why(error))]).into()
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

fn untrue() -> Error {
    Error::new(ErrorKind::InvalidData, "内容与登记的摘要不符")
}

fn not_given(error: &Error) -> AppError {
    let code = match error.kind() {
        ErrorKind::NotFound => &GONE,
        _ => &UNTRUE,
    };
    code.refuse(&[("why", &why(error))]).into()
}

/// The file of a job on its way out. It is hashed once more while it goes, since that may take as long as the browser
/// likes: the last piece is given only if all of them are what the hash says.
pub struct Outgoing {
    file: Option<File>,
    sha256: String,
    hashed: Sha256,
    waiting: Vec<u8>,
}

impl Outgoing {
    fn of(file: File, sha256: String) -> Self {
        Self {
            file: Some(file),
            sha256,
            hashed: Sha256::new(),
            waiting: Vec::new(),
        }
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// When it cannot be read, or is no longer what it was: what was given before is then worth nothing.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        while let Some(file) = self.file.take() {
            let read = aside(move || {
                let mut piece = Vec::new();
                (&file).take(PIECE).read_to_end(&mut piece)?;
                Ok::<_, Error>((file, piece))
            });
            let (file, piece) = read.await.map_err(|error| not_given(&error))?;
            if piece.is_empty() {
                let found = store::hex(&std::mem::take(&mut self.hashed).finalize());
                if found != self.sha256 {
                    return Err(not_given(&untrue()));
                }
                break;
            }
            self.file = Some(file);
            self.hashed.update(&piece);
            let before = std::mem::replace(&mut self.waiting, piece);
            if !before.is_empty() {
                return Ok(Some(before));
            }
        }
        let last = std::mem::take(&mut self.waiting);
        Ok((!last.is_empty()).then_some(last))
    }

    /// All of it.
    ///
    /// # Errors
    /// As for its pieces.
    pub async fn whole(mut self) -> Result<Vec<u8>, AppError> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend(piece);
        }
        Ok(all)
    }
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

    /// Opens the file a job left, once all of it was found to be what its hash says; whoever reads it needs no
    /// database.
    pub async fn open_result(&self, job: &Job) -> Result<Outgoing, AppError> {
        let left = job.outcome.file.as_ref();
        let sha256 = left.map_or("", |file| file.sha256.as_str()).to_owned();
        let path = self.0.folder.join(whole(&job.stored.id, &sha256));
        let opened = aside(move || {
            let mut file = store::open_file(&path)?;
            if sha256_of(&mut file)? != sha256 {
                return Err(untrue());
            }
            file.rewind()?;
            Ok(Outgoing::of(file, sha256))
        });
        opened.await.map_err(|error| not_given(&error))
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
