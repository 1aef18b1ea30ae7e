//! A founding under way: its mark, and what an attempt that was cut short left behind.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Place, Serving, serving};
use crate::commands::Failure;

impl Place {
    /// The mark of a founding under way. It stands before the first key and goes with the last step, so that a
    /// bureau put back from a backup, which lacks any mark, is never taken for an attempt that was cut short.
    pub(super) fn founding(&self) -> PathBuf {
        self.data.join("founding")
    }

    /// Whether what stands here is no founding that was cut short.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        !self.founding().exists()
    }

    /// The founding is complete.
    pub(crate) fn mark_complete(&self) -> Result<(), Failure> {
        let mark = self.founding();
        fs::remove_file(&mark).map_err(|error| Failure::file(&mark, &error))
    }

    /// Clears what an attempt that was cut short left behind; never a complete bureau, and never beneath a process
    /// that has it open. Nobody serves the folder as long as what is yielded lives.
    pub(crate) fn begin_anew(&self) -> Result<Option<Serving>, Failure> {
        if self.is_complete() {
            return Ok(None);
        }
        if self.database.is_some() {
            // What stands on a server is not ours to clear, and the keys may be all that opens it.
            return Err(Failure::new(
                "DEMO-003",
                self.founding().display().to_string(),
                "这里有一次没有办完的建立，数据库在 PostgreSQL 上，没有清理，也没有改动密钥。确认那个数据库不要了，把它删去重建，连同这个数据目录换一个空的再来；数据库里是要用的局的，移走这个文件即可。",
            ));
        }
        let alone = self.hold(serving::FOUNDING)?;
        for name in [
            "keys/storage.key",
            "keys/log.key",
            "mingqian.sqlite",
            "mingqian.sqlite-wal",
            "mingqian.sqlite-shm",
        ] {
            let path = self.data.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Failure::file(&path, &error));
                }
                _ => {}
            }
        }
        for name in ["mingqian.blobs", "checkpoints"] {
            let folder = self.data.join(name);
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Failure::file(&folder, &error));
                }
                _ => {}
            }
        }
        Ok(alone)
    }
}
