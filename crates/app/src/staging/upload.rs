//! How the bytes of a file arrive: straight to the disk, readable by nobody else, gone if they stop
//! half way.

use domain::id::OrgUnitId;
use domain::refusal::Code;
use store::StoreError;
use store::import::{self, StoredImport};
use tokio::fs;

use super::mark::marked;
use super::{FileFacts, Staging, State, Summary};
use crate::AppError;
use crate::import::{Importer, Register};
use crate::part_file::PartFile;

/// The most bytes of a file.
pub const MAX_FILE_BYTES: u64 = 48 << 20;

static TOO_LARGE: Code = Code::new(
    "IMPT-078",
    "文件超过 48 MB，没有接收。",
    None,
    "把名录拆成几个文件分次导入。",
);
static NOTHING: Code = Code::new(
    "IMPT-080",
    "没有选择文件，或者文件是空的。",
    None,
    "选好 .xlsx 或 .csv 文件再上传。",
);
static DISK: Code = Code::new(
    "IMPT-079",
    "文件没能存到服务器上（{why}）。",
    None,
    "请系统管理员检查数据目录的空间和权限。",
);

static FULL: Code = Code::new(
    "IMPT-095",
    "您还有 {count} 份上传没有办完，共 {megabytes} MB，这一份没有接收。",
    None,
    "在“最近的导入”里办完它们，或把不要的取消，再上传。",
);
static OTHER_FILE: Code = Code::new(
    "IMPT-089",
    "同一个页面已经上传过“{file}”；这次选的文件没有接收。",
    None,
    "再选一次文件，从本页上传；先前那一份在“最近的导入”里。",
);

/// A file that is in staging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The key of the upload.
    pub id: String,
    /// False if an earlier press with the same key brought it.
    pub fresh: bool,
}

/// A file on its way in. Dropped before it is accepted, it leaves nothing behind.
pub struct Incoming(PartFile);

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", &crate::part_file::why(error))])
        .into()
}

impl Incoming {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        if self.0.bytes() + bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(TOO_LARGE.refuse(&[]).into());
        }
        self.0.write(bytes).await.map_err(|error| disk(&error))
    }

    async fn finish(&mut self) -> Result<FileFacts, AppError> {
        self.0.flush().await.map_err(|error| disk(&error))?;
        if self.0.bytes() == 0 {
            return Err(NOTHING.refuse(&[]).into());
        }
        Ok(FileFacts {
            bytes: self.0.bytes(),
            sha256: self.0.sha256(),
        })
    }
}

impl Staging {
    /// Refuses one more upload of an account that leaves too much undecided; the command line has no account. A second
    /// press with the same key brings nothing more. Asked when the file is here: a browser that is cut off while it sends
    /// shows no refusal.
    async fn require_room(&self, importer: &Importer, key: &str) -> Result<(), AppError> {
        let Some(account) = &importer.account else {
            return Ok(());
        };
        let mut reader = self.app.db.read().await?;
        let states = State::OPEN.map(State::name);
        let open = import::in_states(&mut reader, &states).await?;
        drop(reader);
        let own = open.into_iter().filter_map(|listed| listed.import.ok());
        let own = own.filter(|stored| stored.account.as_ref() == Some(account));
        let own: Vec<StoredImport> = own.collect();
        if own.iter().any(|stored| stored.id == key) {
            return Ok(());
        }
        let bytes = |stored: &StoredImport| super::SUMMARY.read(&stored.summary).ok();
        let bytes = own.iter().filter_map(bytes).map(|read| read.file.bytes);
        let (count, bytes) = (own.len(), bytes.sum::<u64>());
        let limits = self.jobs.limits();
        if count >= limits.open_uploads || bytes >= limits.open_upload_bytes {
            let megabytes = bytes.div_ceil(1 << 20);
            let told = FULL.refuse(&[("count", &count), ("megabytes", &megabytes)]);
            return Err(told.into());
        }
        Ok(())
    }

    /// Opens a place for a file that is about to arrive.
    pub async fn incoming(&self) -> Result<Incoming, AppError> {
        let name = format!("{}.part", store::hex(&self.app.entropy.bytes::<16>()));
        let part = PartFile::fresh(&self.folder, &name).await;
        Ok(Incoming(part.map_err(|error| disk(&error))?))
    }

    /// Takes a whole file into staging under `key`, which names this one press, ready to be read. A
    /// second press with the same key finds the first upload, leaves nothing of its own, and must not
    /// start anything.
    ///
    /// # Errors
    /// `IMPT-095` where the account leaves too much undecided; `IMPT-089` for a second press with another file, another name of it, or into another register.
    pub async fn accept(
        &self,
        importer: &Importer,
        (register, unit): (Register, &OrgUnitId),
        key: &str,
        file_name: &str,
        mut incoming: Incoming,
    ) -> Result<Accepted, AppError> {
        self.expire().await?;
        self.require_room(importer, key).await?;
        let file = incoming.finish().await?;
        let summary = Summary {
            file,
            ..Summary::default()
        };
        let now_ms = self.now_ms();
        let stored = StoredImport {
            id: key.to_owned(),
            account: importer.account.clone(),
            unit: unit.clone(),
            register: register.name().to_owned(),
            file_name: file_name.to_owned(),
            state: State::Reading.name().to_owned(),
            done_rows: 0,
            summary: summary.to_json(),
            started_at_ms: now_ms,
            updated_at_ms: now_ms,
        };
        let stored = marked(&self.app.storage_key, stored);
        let mut scratch = self.app.db.scratch().await?;
        match import::begin(&mut scratch.inside(), &stored).await {
            Err(StoreError::Conflict { .. }) => {
                drop(scratch);
                return self.first_press(stored, &summary.file.sha256).await;
            }
            other => other?,
        }
        // The row is not visible before the file lies where it says.
        let kept = incoming.0.keep_as(&self.file_of(key)).await;
        kept.map_err(|error| disk(&error))?;
        if let Err(error) = scratch.commit().await {
            // Without its row nobody would ever read the file. Where nobody knows whether the row stands, the file stays
            // for it; if it does not stand after all, the file is swept away.
            if !matches!(error, StoreError::CommitUnknown(_)) {
                self.discard_file(key).await;
            }
            return Err(error.into());
        }
        Ok(Accepted {
            id: stored.id,
            fresh: true,
        })
    }

    /// What an earlier press with the same key brought, if it brought the same.
    async fn first_press(&self, again: StoredImport, sha256: &str) -> Result<Accepted, AppError> {
        let first = self.load(&again.id).await?;
        let into = |stored: &StoredImport| (stored.unit.clone(), stored.register.clone());
        let same = first.summary.file.sha256 == sha256
            && first.stored.file_name == again.file_name
            && into(&first.stored) == into(&again);
        if !same {
            let file = &first.stored.file_name;
            return Err(OTHER_FILE.refuse(&[("file", file)]).into());
        }
        Ok(Accepted {
            id: again.id,
            fresh: false,
        })
    }

    pub(super) async fn discard_file(&self, id: &str) {
        // A file that is already gone is what was wanted.
        let _ = fs::remove_file(self.file_of(id)).await;
    }
}
