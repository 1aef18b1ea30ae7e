//! How the bytes of a file arrive: straight to the disk, readable by nobody else, gone if they stop
//! half way.

use domain::id::OrgUnitId;
use domain::refusal::Code;
use store::StoreError;
use store::import::{self, StoredImport};
use tokio::fs;

use super::mark::marked;
use super::room::Held;
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
pub struct Incoming {
    part: PartFile,
    /// The room it takes of what its account may leave undecided.
    held: Option<Held>,
}

fn disk(error: &std::io::Error) -> AppError {
    DISK.refuse(&[("why", &crate::part_file::why(error))])
        .into()
}

impl Incoming {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        let reached = self.part.bytes() + bytes.len() as u64;
        if reached > MAX_FILE_BYTES {
            return Err(TOO_LARGE.refuse(&[]).into());
        }
        if let Some(held) = &mut self.held {
            held.reach(reached)?;
        }
        self.part.write(bytes).await.map_err(|error| disk(&error))
    }

    pub(super) fn within(self, held: Option<Held>) -> Self {
        Self { held, ..self }
    }

    async fn finish(&mut self) -> Result<FileFacts, AppError> {
        self.part.flush().await.map_err(|error| disk(&error))?;
        if self.part.bytes() == 0 {
            return Err(NOTHING.refuse(&[]).into());
        }
        Ok(FileFacts {
            bytes: self.part.bytes(),
            sha256: self.part.sha256(),
        })
    }
}

impl Staging {
    /// Opens a place for a file that is about to arrive.
    pub async fn incoming(&self) -> Result<Incoming, AppError> {
        let name = format!("{}.part", store::hex(&self.app.entropy.bytes::<16>()));
        let part = PartFile::fresh(&self.folder, &name).await;
        Ok(Incoming {
            part: part.map_err(|error| disk(&error))?,
            held: None,
        })
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
        let kept = incoming.part.keep_as(&self.file_of(key)).await;
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
