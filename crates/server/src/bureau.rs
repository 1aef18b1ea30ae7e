//! A bureau on disk: its data folder, its keys, its database.
//!
//! `DATA/mingqian.sqlite` with `DATA/mingqian.blobs/`, the content its rows only name (or PostgreSQL
//! elsewhere), `DATA/keys/storage.key` (32 bytes, hex; opens what is sealed in either) and
//! `DATA/keys/log.key` (signs checkpoints). Keys are made once with mode 0600 and never overwritten;
//! without them, or with those of another bureau, the program refuses to start. `DATA/checkpoints/` holds what the log has
//! been seen to be: with an older copy of the database it refuses as well.

use std::path::PathBuf;
use std::sync::Arc;

use app::App;
use app::crypto::StorageKey;
use app::port::{Clock, Entropy};
use app::sealing::SealingKey;
use domain::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use domain::time::Date;
use store::{Db, Exhibit, Migrated, Reader, StoreError, Upgrade};
use tlog::note::SignerKey;

use crate::commands::{Failure, Output};
use crate::ports::{OsClock, OsEntropy};
use crate::private::{tighten, write_private};
use crate::steady::SteadyClock;

mod checkpoints;
mod fit;
mod founding;
mod keys;
mod log_keys;
mod reserve;
mod serving;

pub(crate) use checkpoints::{Keeping, SHORTER, not_grown};
pub(crate) use keys::new_log_key;
pub(crate) use log_keys::Published;
pub(crate) use reserve::{ReserveArgs, reserved};
pub(crate) use serving::Serving;

/// Where a bureau lives.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Data folder.
    pub(crate) data: PathBuf,
    /// `postgres://…`; embedded SQLite in the data folder if none.
    pub(crate) database: Option<String>,
    /// Folders beside the data folder in which checkpoints of the log are kept too.
    pub(crate) checkpoints: Vec<PathBuf>,
    /// The date that the operator has compared with the clock of the machine.
    pub(crate) accepted: Option<Date>,
}

impl Place {
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

    /// Refuses keys without the database they belong to: one that is gone, was emptied, or is another one. A new one
    /// beside them would be taken for the bureau.
    async fn require_bureau(&self) -> Result<(), Failure> {
        let (_, log_key) = self.keys().await?;
        let failed = |error: StoreError| Failure::new(error.code(), "database", error.to_string());
        let exhibit = match self.look().await {
            Err(StoreError::NoDatabase(_)) => return Err(self.bereft("没有这个数据库")),
            looked => looked.map_err(failed)?,
        };
        let holds = exhibit.holds_bureau().await;
        let grown = match &holds {
            Ok(Ok(())) => {
                // By the published key: another one at hand is refused in a sentence of its own.
                let published = Published::by(&exhibit).await;
                let published = published.unwrap_or_else(|| log_key.verifier().clone().into());
                match self.require_known_clock(&exhibit).await {
                    Ok(()) => self.require_grown(&exhibit, &published).await,
                    refused => refused,
                }
            }
            _ => Ok(()),
        };
        exhibit.close().await;
        holds
            .map_err(failed)?
            .map_err(|instead| self.bereft(instead))?;
        grown
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
        self.open(Arc::new(SteadyClock::new()), Arc::new(OsEntropy), output)
            .await
    }

    /// The same for a log whose times lie ahead of the clock: the first that is done to it is the entry by which it goes
    /// on at the present time.
    pub(crate) async fn open_repairing(
        &self,
        reason: &str,
        output: &Output,
    ) -> Result<App, Failure> {
        self.tighten_first(output);
        self.require_bureau().await?;
        let _alone = match self.is_older().await {
            true => self.hold(serving::UPGRADING)?,
            false => None,
        };
        let ports = (
            Arc::new(SteadyClock::new()) as Arc<dyn Clock>,
            Arc::new(OsEntropy) as Arc<dyn Entropy>,
        );
        self.opened(ports, Purpose::Repair(reason.to_owned()), output)
            .await
    }

    /// The same for a bureau that was put back to go on under another log, whose key is yet to be made: nothing is signed
    /// by the one at hand, which may be later than the backup (`docs/adr/0033`).
    pub(crate) async fn open_unsigned(&self, output: &Output) -> Result<App, Failure> {
        let ports = (
            Arc::new(SteadyClock::new()) as Arc<dyn Clock>,
            Arc::new(OsEntropy) as Arc<dyn Entropy>,
        );
        self.opened(ports, Purpose::Restart, output).await
    }

    /// Opens database and keys to write, making the database where there is none: the one road of every command that
    /// changes or signs anything, by itself of those that found a bureau.
    pub(crate) async fn open(
        &self,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        output: &Output,
    ) -> Result<App, Failure> {
        self.opened((clock, entropy), Purpose::Work, output).await
    }

    async fn opened(
        &self,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
        purpose: Purpose,
        output: &Output,
    ) -> Result<App, Failure> {
        fit::require_clock(clock.now())?;
        let (storage_key, log_key) = self.keys().await?;
        self.tighten(output);
        if self.database.is_none() && !self.file().exists() {
            // The engine would make it readable for everybody; what it makes beside it has the same mode.
            write_private(&self.file(), "")?;
        }
        let mut upgrade = upgrade(
            Arc::clone(&clock),
            Arc::clone(&entropy),
            storage_key.clone(),
            &log_key,
        );
        match purpose {
            Purpose::Work => {}
            Purpose::Repair(reason) => upgrade.repairs_clock = Some(reason),
            Purpose::Restart => upgrade.log_key = None,
        }
        let db = match &self.database {
            Some(url) => Db::open_postgres(url, &upgrade).await,
            None => Db::open_sqlite(&self.file(), &upgrade).await,
        }
        .map_err(|error| self.unopened(&error))?;
        Ok(App {
            db,
            clock,
            entropy,
            storage_key,
            log_key: Arc::new(log_key),
            passwords: app::passwords::Passwords::new(),
            refused: app::refused::Refused::default(),
            version_of_new_attempts: VERSION_OF_NEW_ATTEMPTS,
        })
    }
}

/// What a database is opened for.
enum Purpose {
    Work,
    /// The entry by which the log goes on at the present time, and why.
    Repair(String),
    /// Another log.
    Restart,
}

impl Place {
    /// Why the database was not opened; a change of the key that was cut short has a way of its own.
    fn unopened(&self, error: &StoreError) -> Failure {
        if let StoreError::WrongLogKey { stated } = error
            && let Ok(Some(next)) = self.next_log_key()
            && next.verifier().to_string() == *stated
        {
            let place = self.key("log.key.next").display().to_string();
            let sentence = "更换日志密钥没有办完：留痕里已经换成这一把，keys/log.key 还是原来的。没有打开数据库。再运行一次 mingqian log rotate-key，它接着办完，不会再换一次。";
            return Failure::new("INIT-015", place, sentence);
        }
        Failure::new(error.code(), "database", error.to_string())
    }
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
        repairs_clock: None,
    }
}
