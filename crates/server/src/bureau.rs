//! A bureau on disk: its data folder, its keys, its database.
//!
//! `DATA/mingqian.sqlite` with `DATA/mingqian.blobs/`, the content its rows only name (or PostgreSQL
//! elsewhere), `DATA/keys/storage.key` (32 bytes, hex; opens what is sealed in either) and
//! `DATA/keys/log.key` (signs checkpoints). Keys are made once with mode 0600 and never overwritten;
//! without them, or with those of another bureau, the program refuses to start.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::App;
use app::crypto::StorageKey;
use app::port::{Clock, Entropy};
use app::sealing::SealingKey;
use domain::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use store::{Db, Exhibit, Migrated, Reader, StoreError, Upgrade};
use tlog::note::{KeyKind, SignerKey};
use verify::disk;

use crate::commands::{Failure, Output};
use crate::ports::{OsClock, OsEntropy};
use crate::private::{private_folder, tighten, write_private};

mod fit;
mod founding;
mod serving;

pub(crate) use serving::Serving;

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

    /// Whether keys have been made here.
    #[must_use]
    pub(crate) fn is_founded(&self) -> bool {
        self.key("storage.key").exists()
    }

    /// Makes folder and keys of a new bureau whose log has this origin.
    pub(crate) fn make_keys(&self, origin: &str, entropy: &dyn Entropy) -> Result<(), Failure> {
        let storage_key = entropy.bytes::<32>();
        let log_key = new_log_key(origin, &entropy.bytes())?;
        private_folder(&self.data)?;
        if self.is_complete() {
            write_private(&self.founding(), "1\n")?;
        }
        private_folder(&self.data.join("keys"))?;
        write_private(&self.key("storage.key"), &store::hex(&storage_key))?;
        write_private(&self.key("log.key"), &log_key.to_secret_text())
    }

    fn file(&self) -> PathBuf {
        self.data.join("mingqian.sqlite")
    }

    /// Closes what of the data folder stands open to others, and says so.
    fn tighten(&self, output: &Output) {
        if let Some(words) = tighten(&self.data) {
            output.note(&words);
        }
    }

    /// The same before anybody looks into the database: the look may make the files beside it anew, and nobody would
    /// learn that they had stood open.
    fn tighten_first(&self, output: &Output) {
        if self.is_founded() {
            self.tighten(output);
        }
    }

    fn log_key(&self) -> Result<SignerKey, Failure> {
        SignerKey::parse(read_key(&self.key("log.key"))?.trim()).map_err(|error| {
            Failure::new(
                "INIT-005",
                "keys/log.key",
                format!("{error}。从备份恢复这个文件。"),
            )
        })
    }

    /// Both keys of the bureau; which one of an established database is missing is said in its own sentence.
    async fn keys(&self) -> Result<(StorageKey, SignerKey), Failure> {
        self.require_kinds()?;
        let storage_key = match self.storage_key() {
            Ok(key) => key,
            Err(missing) => return Err(self.explained("storage.key", missing).await),
        };
        match self.log_key() {
            Ok(log_key) => Ok((storage_key, log_key)),
            Err(missing) => Err(self.explained("log.key", missing).await),
        }
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
        self.require_kinds()?;
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

    /// A view of the database for a command that only lists what stands in the clear: nothing is migrated or made,
    /// and no key is needed. None where there is no database of ours; one of no bureau, or whose facts the log does not
    /// confirm, is refused.
    pub(crate) async fn view<T>(
        &self,
        look: impl AsyncFnOnce(&mut Reader) -> Result<T, StoreError>,
    ) -> Result<Option<T>, Failure> {
        if !self.holds_tables().await? {
            return Ok(None);
        }
        let exhibit = self.exhibit().await?;
        let seen = async {
            exhibit.require_bureau().await?;
            look(&mut exhibit.read().await?).await
        }
        .await;
        exhibit.close().await;
        seen.map(Some).map_err(|error| match error {
            StoreError::OlderSchema { found, known } => Failure::new(
                error.code(),
                "database",
                format!("这个库还是第 {found} 号结构，本程序用第 {known} 号，没有读，也没有升级。先运行 mingqian migrate（--dry-run 只说会做什么）。"),
            ),
            other => Failure::new(other.code(), "database", other.to_string()),
        })
    }

    /// Refuses to make keys for a database that was sealed with others: nothing of it would ever open again.
    pub(crate) async fn require_no_database(&self) -> Result<(), Failure> {
        if self.holds_tables().await? {
            return Err(self.keyless("storage.key"));
        }
        Ok(())
    }

    /// Whether there is a database with tables of ours.
    async fn holds_tables(&self) -> Result<bool, Failure> {
        self.require_kinds()?;
        let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
        let exhibit = match self.look().await {
            Err(StoreError::NoDatabase(_)) => return Ok(false),
            looked => looked.map_err(failed)?,
        };
        let holds = exhibit.holds_tables().await;
        exhibit.close().await;
        holds.map_err(failed)
    }

    fn keyless(&self, name: &str) -> Failure {
        let place = self.key(name).display().to_string();
        if name == "log.key" {
            return Failure::new(
                "INIT-010",
                place,
                "日志密钥不在，而数据库已经建立。没有它不能签署日志；换一把，持有已公布公钥的人就验不过，所以没有另造密钥，也没有打开数据库。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。",
            );
        }
        Failure::new(
            "INIT-009",
            place,
            "密钥不在，而数据库已经建立。封存的内容只有原来那一把打得开，所以没有另造密钥，也没有打开数据库。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。",
        )
    }

    /// A key that is missing although there is a database is not to be made anew.
    async fn explained(&self, name: &str, missing: Failure) -> Failure {
        if self.key(name).exists() {
            return missing;
        }
        let other = ["storage.key", "log.key"]
            .into_iter()
            .find(|key| self.key(key).exists());
        match (self.holds_tables().await, other) {
            (Err(failed), _) => failed,
            (Ok(true), _) => self.keyless(name),
            (Ok(false), None) => missing,
            (Ok(false), Some(other)) => Failure::new(
                "INIT-012",
                self.key(name).display().to_string(),
                format!(
                    "这把密钥不在，同一个局的 {other} 还在，数据库里也没有局。没有另造密钥，也没有建立任何东西。从备份恢复整个数据目录，或指对 --data 与 --database。"
                ),
            ),
        }
    }

    /// Refuses keys without the database they belong to: one that is gone, was emptied, or is another one. A new one
    /// beside them would be taken for the bureau.
    async fn require_bureau(&self) -> Result<(), Failure> {
        self.keys().await?;
        let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
        let exhibit = match self.look().await {
            Err(StoreError::NoDatabase(_)) => return Err(self.bereft("没有这个数据库")),
            looked => looked.map_err(failed)?,
        };
        let holds = exhibit.holds_bureau().await;
        exhibit.close().await;
        holds
            .map_err(failed)?
            .map_err(|instead| self.bereft(instead))
    }

    fn bereft(&self, instead: &str) -> Failure {
        let place = match &self.database {
            Some(_) => "--database".to_owned(),
            None => self.file().display().to_string(),
        };
        Failure::new(
            "INIT-011",
            place,
            format!(
                "keys 目录里有一个局的密钥，而数据库里没有局：{instead}。没有打开，也没有建立任何东西。从备份恢复这个局的数据库（内置的是 mingqian.sqlite 连同 mingqian.blobs），或指对 --data 与 --database（PostgreSQL 上也核对 search_path）。建局中途断了、从未办成的，另选一个空目录重新建立。"
            ),
        )
    }

    /// What opening the database would change in it; it is left as it is.
    pub(crate) async fn rehearse(&self) -> Result<Vec<Migrated>, Failure> {
        self.require_kinds()?;
        if let Err(missing) = self.storage_key() {
            return Err(self.explained("storage.key", missing).await);
        }
        self.require_bureau().await?;
        let (storage_key, log_key) = self.keys().await?;
        let upgrade = upgrade(
            Arc::new(OsClock),
            Arc::new(OsEntropy),
            storage_key,
            &log_key,
        );
        match &self.database {
            Some(url) => Db::rehearse_postgres(url, &upgrade).await,
            None => Db::rehearse_sqlite(&self.file(), &upgrade).await,
        }
        .map_err(|error| Failure::new(error.code(), "database", error.to_string()))
    }

    /// Opens database and keys of a bureau to write, by the clock and the randomness of the machine. It may be beside
    /// a working server, but where the structure is to change.
    pub(crate) async fn open_now(&self, output: &Output) -> Result<App, Failure> {
        self.tighten_first(output);
        self.require_bureau().await?;
        let _alone = match self.is_older().await {
            true => self.hold(serving::UPGRADING)?,
            false => None,
        };
        self.open_new(output).await
    }

    /// The same for a server, which has the folder of an embedded database to itself as long as what is yielded lives.
    pub(crate) async fn open_to_serve(
        &self,
        output: &Output,
    ) -> Result<(App, Option<Serving>), Failure> {
        self.tighten_first(output);
        self.require_bureau().await?;
        let serving = self.hold(serving::SERVING)?;
        let app = self.open_new(output).await?;
        // What is served is a bureau, whatever its founding was cut short at: nothing may clear it any more.
        if !self.is_complete() {
            self.mark_complete()?;
        }
        Ok((app, serving))
    }

    /// The same for a bureau that is to be founded: the database is made.
    pub(crate) async fn open_new(&self, output: &Output) -> Result<App, Failure> {
        self.open(Arc::new(OsClock), Arc::new(OsEntropy), output)
            .await
    }

    /// Opens database and keys to write, making the database where there is none: the one road of every command that
    /// changes or signs anything, by itself of those that found a bureau.
    pub(crate) async fn open(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        output: &Output,
    ) -> Result<App, Failure> {
        fit::require_clock(clock.now())?;
        let (storage_key, log_key) = self.keys().await?;
        self.tighten(output);
        if self.database.is_none() && !self.file().exists() {
            // The engine would make it readable for everybody; what it makes beside it has the same mode.
            write_private(&self.file(), "")?;
        }
        let upgrade = upgrade(
            Arc::clone(&clock),
            Arc::clone(&entropy),
            storage_key.clone(),
            &log_key,
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
            version_of_new_attempts: VERSION_OF_NEW_ATTEMPTS,
        })
    }
}

/// The key of a log of that name.
pub(crate) fn new_log_key(origin: &str, seed: &[u8; 32]) -> Result<SignerKey, Failure> {
    SignerKey::from_seed(origin, KeyKind::Log, seed).map_err(|error| {
        Failure::new(
            "INIT-003",
            origin,
            format!("这个日志名不能用：{error}。写成 主机名/名称 的样子。"),
        )
    })
}

/// A migration happens now, by this version of the program.
fn upgrade(
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    key: StorageKey,
    log_key: &SignerKey,
) -> Upgrade {
    let fresh = Arc::clone(&entropy);
    let seals = Arc::new(SealingKey { key, entropy });
    Upgrade {
        clock,
        program: concat!("mingqian ", env!("CARGO_PKG_VERSION")).to_owned(),
        fresh: Arc::new(move || fresh.bytes()),
        vault: seals.clone(),
        seals,
        log_key: Some(log_key.verifier().to_string()),
    }
}

fn read_key(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let sentence = match error.kind() {
            ErrorKind::NotFound => {
                "这里没有密钥，也没有数据库。先用 mingqian init（真实）或 mingqian demo（演示）建立，或指对 --data。"
                    .to_owned()
            }
            _ => format!("密钥文件读不出：{}", disk::why(&error)),
        };
        Failure::new("INIT-006", path.display().to_string(), sentence)
    })
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
