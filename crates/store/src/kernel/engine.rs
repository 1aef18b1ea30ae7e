//! The two engines behind one handle: opening, waiting, beginning. The only file that treats
//! SQLite and PostgreSQL differently on purpose.
//!
//! SQLite: one writer connection with `BEGIN IMMEDIATE` (a deferred begin that upgrades later gets
//! SQLITE_BUSY at once whatever the waiting time is), readers beside it, WAL, `synchronous=FULL`:
//! an acknowledged act survives the loss of power. PostgreSQL: READ COMMITTED for writers, whose
//! conflicts are caught by `last_event`; readers see one snapshot.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use super::conn::{Conn, engine};
use super::guard::Tx;
use super::migrate::{self, Migrated, Upgrade};
use super::reader::Reader;
use super::scratch::Scratch;
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;

/// How long a writer waits for another before it answers “busy”.
const WAIT: Duration = Duration::from_secs(20);

/// Which engine a database runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one machine.
    Sqlite,
    /// A server, several processes.
    Postgres,
}

#[derive(Clone)]
enum Pools {
    Lite { write: SqlitePool, read: SqlitePool },
    Pg(PgPool),
}

/// A database of one bureau. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
}

impl Db {
    /// Opens the embedded database in `file`, creating and migrating it as needed.
    pub async fn open_sqlite(file: &Path, upgrade: &Upgrade) -> Result<Self, StoreError> {
        let db = Self::connect_sqlite(file, true).await?;
        migrate::run(&db, MIGRATIONS, upgrade).await?;
        Ok(db)
    }

    /// Connects to `postgres://…`, migrating as needed.
    pub async fn open_postgres(url: &str, upgrade: &Upgrade) -> Result<Self, StoreError> {
        let db = Self::connect_postgres(url).await?;
        migrate::run(&db, MIGRATIONS, upgrade).await?;
        Ok(db)
    }

    /// What opening the embedded database would change in it, by doing it and taking it back.
    pub async fn rehearse_sqlite(
        file: &Path,
        upgrade: &Upgrade,
    ) -> Result<Vec<Migrated>, StoreError> {
        let db = Self::connect_sqlite(file, false).await?;
        let done = migrate::rehearse(&db, MIGRATIONS, upgrade).await;
        db.close().await;
        done
    }

    /// The same for a database on a server.
    pub async fn rehearse_postgres(
        url: &str,
        upgrade: &Upgrade,
    ) -> Result<Vec<Migrated>, StoreError> {
        let db = Self::connect_postgres(url).await?;
        let done = migrate::rehearse(&db, MIGRATIONS, upgrade).await;
        db.close().await;
        done
    }

    /// The embedded database as it stands, whatever its version.
    pub(super) async fn connect_sqlite(file: &Path, create: bool) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(WAIT);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(WAIT)
            .connect_with(options.clone())
            .await
            .map_err(|error| engine(&error))?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .acquire_timeout(WAIT)
            .connect_lazy_with(
                options
                    .pragma("query_only", "ON")
                    .pragma("cache_size", "-4096"),
            );
        Ok(Self {
            pools: Pools::Lite { write, read },
        })
    }

    /// A database on a server as it stands, whatever its version.
    pub(super) async fn connect_postgres(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| engine(&error))?
            .options([("lock_timeout", "20s"), ("statement_timeout", "120s")]);
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(WAIT)
            .connect_with(options)
            .await
            .map_err(|error| engine(&error))?;
        Ok(Self {
            pools: Pools::Pg(pool),
        })
    }

    /// The engine below.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Lite { .. } => Engine::Sqlite,
            Pools::Pg(_) => Engine::Postgres,
        }
    }

    /// Begins an act. The handle reads; writing needs an event.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, StoreError> {
        Ok(Tx::new(name, Reader::new(self.write_conn().await?)))
    }

    /// A consistent view for a page: its list and its count see the same rows.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let conn = match &self.pools {
            Pools::Lite { read, .. } => Conn::Lite(read.begin().await.map_err(|e| engine(&e))?),
            Pools::Pg(pool) => Conn::Pg(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await
                    .map_err(|e| engine(&e))?,
            ),
        };
        Ok(Reader::new(conn))
    }

    /// The second handle: writes only tables that are declared untraced.
    pub async fn scratch(&self) -> Result<Scratch, StoreError> {
        Ok(Scratch::new(Reader::new(self.write_conn().await?)))
    }

    pub(super) async fn write_conn(&self) -> Result<Conn, StoreError> {
        Ok(match &self.pools {
            Pools::Lite { write, .. } => Conn::Lite(
                write
                    .begin_with("BEGIN IMMEDIATE")
                    .await
                    .map_err(|e| engine(&e))?,
            ),
            Pools::Pg(pool) => Conn::Pg(pool.begin().await.map_err(|e| engine(&e))?),
        })
    }

    /// Waits until all connections are given back and closed.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Lite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Pg(pool) => pool.close().await,
        }
    }
}
