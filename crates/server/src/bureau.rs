//! A bureau on disk: its data folder, its keys, its database.
//!
//! `DATA/mingqian.sqlite` with `DATA/mingqian.blobs/`, the content its rows only name (or PostgreSQL
//! elsewhere), `DATA/keys/storage.key` (32 bytes, hex; opens what is sealed in either) and
//! `DATA/keys/log.key` (signs checkpoints). Keys are made once with mode 0600 and never overwritten;
//! without them the program refuses to start.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::App;
use app::crypto::StorageKey;
use app::port::{Clock, Entropy};
use app::sealing::SealingKey;
use store::{Db, Exhibit, Migrated, StoreError, Upgrade};
use tlog::note::{KeyKind, SignerKey};

use crate::commands::Failure;

/// Where a bureau lives.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Data folder.
    pub(crate) data: PathBuf,
    /// `postgres://…`; embedded SQLite in the data folder if none.
    pub(crate) database: Option<String>,
}

impl Place {
    fn key(&self, name: &str) -> PathBuf {
        self.data.join("keys").join(name)
    }

    /// Whether a bureau was founded here to its end; an attempt that was cut short has no mark.
    #[must_use]
    pub(crate) fn is_complete(&self) -> bool {
        self.data.join("complete").exists()
    }

    /// Marks the founding as complete.
    pub(crate) fn mark_complete(&self) -> Result<(), Failure> {
        write_private(&self.data.join("complete"), "1\n")
    }

    /// Clears what an attempt that was cut short left behind; never a complete bureau.
    pub(crate) fn begin_anew(&self) -> Result<(), Failure> {
        if self.is_complete() {
            return Ok(());
        }
        for name in [
            "keys/storage.key",
            "keys/log.key",
            "mingqian.sqlite",
            "mingqian.sqlite-wal",
            "mingqian.sqlite-shm",
        ] {
            let path = self.data.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::file(&path, &error));
                }
                _ => {}
            }
        }
        let content = self.data.join("mingqian.blobs");
        match fs::remove_dir_all(&content) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::file(&content, &error))
            }
            _ => Ok(()),
        }
    }

    /// Whether keys have been made here.
    #[must_use]
    pub(crate) fn is_founded(&self) -> bool {
        self.key("storage.key").exists()
    }

    /// Makes folder and keys of a new bureau whose log has this origin.
    pub(crate) fn make_keys(&self, origin: &str, entropy: &dyn Entropy) -> Result<(), Failure> {
        private_folder(&self.data)?;
        private_folder(&self.data.join("keys"))?;
        write_private(
            &self.key("storage.key"),
            &store::hex(&entropy.bytes::<32>()),
        )?;
        let log_key =
            SignerKey::from_seed(origin, KeyKind::Log, &entropy.bytes()).map_err(|error| {
                Failure::new(
                    "INIT-003",
                    origin,
                    format!("这个日志名不能用：{error}。写成 主机名/名称 的样子。"),
                )
            })?;
        write_private(&self.key("log.key"), &log_key.to_secret_text())
    }

    fn file(&self) -> PathBuf {
        self.data.join("mingqian.sqlite")
    }

    fn storage_key(&self) -> Result<StorageKey, Failure> {
        let text = read_key(&self.key("storage.key"))?;
        let bytes = parse_hex(&text).ok_or_else(|| {
            Failure::new(
                "INIT-004",
                "keys/storage.key",
                "不是 64 位十六进制。从备份恢复这个文件。",
            )
        })?;
        Ok(StorageKey::new(&bytes))
    }

    /// The database to be looked at, without any key.
    pub(crate) async fn exhibit(&self) -> Result<Exhibit, Failure> {
        self.look()
            .await
            .map_err(|error| Failure::new(error.code(), "database", error.to_string()))
    }

    async fn look(&self) -> Result<Exhibit, StoreError> {
        match &self.database {
            Some(url) => Exhibit::open_postgres(url).await,
            None => Exhibit::open_sqlite(&self.file()).await,
        }
    }

    /// Refuses to make keys for a database that was sealed with others: nothing of it would ever open again.
    pub(crate) async fn require_no_database(&self) -> Result<(), Failure> {
        let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
        let exhibit = match self.look().await {
            Err(StoreError::NoDatabase(_)) => return Ok(()),
            looked => looked.map_err(failed)?,
        };
        let holds = exhibit.holds_tables().await;
        exhibit.close().await;
        if holds.map_err(failed)? {
            return Err(self.keyless());
        }
        Ok(())
    }

    fn keyless(&self) -> Failure {
        Failure::new(
            "INIT-009",
            self.key("storage.key").display().to_string(),
            "密钥不在，而数据库已经建立。封存的内容只有原来那一把打得开，所以没有另造密钥，也没有打开数据库。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。",
        )
    }

    /// A key that is missing although there is a database is not to be made anew.
    async fn explained(&self, missing: Failure) -> Failure {
        if self.key("storage.key").exists() {
            return missing;
        }
        match self.require_no_database().await {
            Err(keyless) => keyless,
            Ok(()) => missing,
        }
    }

    /// What opening the database would change in it; it is left as it is.
    pub(crate) async fn rehearse(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Vec<Migrated>, Failure> {
        let storage_key = match self.storage_key() {
            Ok(key) => key,
            Err(missing) => return Err(self.explained(missing).await),
        };
        let upgrade = upgrade(clock, entropy, storage_key);
        match &self.database {
            Some(url) => Db::rehearse_postgres(url, &upgrade).await,
            None => Db::rehearse_sqlite(&self.file(), &upgrade).await,
        }
        .map_err(|error| Failure::new(error.code(), "database", error.to_string()))
    }

    /// Opens database and keys.
    pub(crate) async fn open(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<App, Failure> {
        let storage_key = match self.storage_key() {
            Ok(key) => key,
            Err(missing) => return Err(self.explained(missing).await),
        };
        let log_key =
            SignerKey::parse(read_key(&self.key("log.key"))?.trim()).map_err(|error| {
                Failure::new(
                    "INIT-005",
                    "keys/log.key",
                    format!("{error}。从备份恢复这个文件。"),
                )
            })?;
        let upgrade = upgrade(
            Arc::clone(&clock),
            Arc::clone(&entropy),
            storage_key.clone(),
        );
        let db = match &self.database {
            Some(url) => Db::open_postgres(url, &upgrade).await,
            None => Db::open_sqlite(&self.file(), &upgrade).await,
        }
        .map_err(|error| Failure::new(error.code(), "database", error.to_string()))?;
        Ok(App {
            db,
            clock,
            entropy,
            storage_key,
            log_key: Arc::new(log_key),
        })
    }
}

/// A migration happens now, by this version of the program.
fn upgrade(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, key: StorageKey) -> Upgrade {
    let fresh = Arc::clone(&entropy);
    let seals = Arc::new(SealingKey { key, entropy });
    Upgrade {
        clock,
        program: concat!("mingqian ", env!("CARGO_PKG_VERSION")).to_owned(),
        fresh: Arc::new(move || fresh.bytes()),
        vault: seals.clone(),
        seals,
    }
}

fn read_key(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let sentence = format!(
            "{error}。先用 mingqian init（真实）或 mingqian demo（演示）建立，或指对 --data。"
        );
        Failure::new("INIT-006", path.display().to_string(), sentence)
    })
}

/// Writes a file that did not exist, readable by its owner alone, down to the disk.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .map_err(|error| Failure::file(path, &error))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::file(path, &error))
}

/// A folder that its owner alone may enter, made if it is not there: whatever lies in it, database or
/// key, is nobody else's to read.
pub(crate) fn private_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| Failure::file(path, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .map_err(|error| Failure::file(path, &error))?;
    }
    Ok(())
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}
