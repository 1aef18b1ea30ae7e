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
        let content = self.data.join("mingqian.blobs");
        match fs::remove_dir_all(&content) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::file(&content, &error))
            }
            _ => Ok(alone),
        }
    }
}
