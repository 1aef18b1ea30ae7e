//! What a backup consists of: each file with its length and hash, and the head of the log it was made at. Written last.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use domain::time::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::commands::Failure;

/// Its name.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The name of the dump of a database on a server.
pub(crate) const DUMP: &str = "database.dump";

/// How this program writes backups.
const FORMAT: u32 = 1;

/// One file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Below the folder of the backup, with `/`.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// 64 hex.
    pub(crate) sha256: String,
}

/// The list of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    format: u32,
    /// The program that made it.
    pub(crate) program: String,
    pub(crate) made_at_ms: i64,
    /// The log's name, which says whose it is.
    pub(crate) origin: String,
    /// Whether the database lay on a server.
    pub(crate) postgres: bool,
    /// Entries of the log; at least, of a database on a server, which goes on while it is dumped.
    pub(crate) log_size: u64,
    pub(crate) log_root: String,
    pub(crate) files: Vec<Held>,
}

impl Manifest {
    /// Of what lies in a folder.
    pub(crate) fn of(
        folder: &Path,
        postgres: bool,
        (origin, now): (String, Instant),
        (log_size, log_root): (u64, String),
    ) -> Result<Self, Failure> {
        let mut files = Vec::new();
        list(folder, "", &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self {
            format: FORMAT,
            program: concat!("mingqian ", env!("CARGO_PKG_VERSION")).to_owned(),
            made_at_ms: now.unix_ms(),
            origin,
            postgres,
            log_size,
            log_root,
            files,
        })
    }

    /// That of a backup.
    ///
    /// # Errors
    /// `REST-001` if there is none, or one this program cannot read.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        let wrong = |why: String| {
            Failure::new(
                "REST-001",
                path.display().to_string(),
                format!(
                    "这里不是一份完整的备份：{why}。没有恢复，也没有改动。换一份备份；名字以 .partial 结尾的是没有做完的。"
                ),
            )
        };
        let text = fs::read_to_string(&path).map_err(|error| wrong(verify::disk::why(&error)))?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|_| wrong("清单读不懂".to_owned()))?;
        match manifest.format {
            FORMAT => Ok(manifest),
            other => Err(wrong(format!(
                "清单是第 {other} 版，本程序只认得第 {FORMAT} 版"
            ))),
        }
    }

    /// Refuses a backup that is not what its list says.
    ///
    /// # Errors
    /// `REST-002` names every file that is missing or different.
    pub(crate) fn require_whole(&self, folder: &Path) -> Result<(), Failure> {
        let mut failure = Failure::default();
        for held in &self.files {
            let path = folder.join(&held.path);
            let wrong = match file_of(&path, &held.path) {
                Ok(found) if found == *held => continue,
                Ok(_) => "与清单不同，改动过或没有传完".to_owned(),
                Err(_) => "不在，或读不出".to_owned(),
            };
            let sentence =
                format!("备份的这个文件{wrong}。没有恢复，也没有改动。换一份完整的备份。");
            failure.push("REST-002", path.display().to_string(), sentence);
        }
        match failure.problems.is_empty() {
            true => Ok(()),
            false => Err(failure),
        }
    }

    /// The bytes of all its files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|held| held.bytes).sum()
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("texts and numbers are JSON") + "\n"
    }
}

fn list(folder: &Path, below: &str, files: &mut Vec<Held>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))? {
        let entry = entry.map_err(|error| Failure::file(folder, &error))?;
        let path = entry.path();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            list(&path, &format!("{name}/"), files)?;
        } else {
            let held = file_of(&path, &name).map_err(|error| Failure::file(&path, &error))?;
            files.push(held);
        }
    }
    Ok(())
}

fn file_of(path: &Path, name: &str) -> std::io::Result<Held> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    let mut part = vec![0; 1 << 18];
    loop {
        match file.read(&mut part)? {
            0 => break,
            read => {
                hash.update(&part[..read]);
                bytes += read as u64;
            }
        }
    }
    Ok(Held {
        path: name.to_owned(),
        bytes,
        sha256: store::hex(&hash.finalize()),
    })
}
