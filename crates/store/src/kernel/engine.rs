//! The two engines behind one handle: opening, waiting, beginning. The only file that treats
//! SQLite and PostgreSQL differently on purpose.
//!
//! SQLite: one writer connection with `BEGIN IMMEDIATE` (a deferred begin that upgrades later gets
//! SQLITE_BUSY at once whatever the waiting time is), readers beside it, WAL, `synchronous=FULL`:
//! an acknowledged act survives the loss of power. PostgreSQL: READ COMMITTED for writers, asked for by
//! each, whose conflicts are caught by `last_event`; readers see one snapshot. On both whoever reads, whoever acts and
//! (PostgreSQL) whoever gives a sign of life take connections of their own, so that none of them starves
//! another.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

mod line;
mod looking;
mod pools;

use super::blob;
use super::cell::Vault;
use super::conn::{Bare, Conn, engine};
use super::guard::Tx;
use super::log::Newest;
use super::migrate::{self, Migrated, Upgrade};
use super::press::Press;
use super::queue::Queue;
use super::reader::Reader;
use super::room::Room;
use super::scratch::Scratch;
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;

/// How long a writer waits for another before it answers “busy”.
const WAIT: Duration = Duration::from_secs(20);
/// How many such times it waits for one that is announced: 120 s, which covers the 60 s for which an
/// import of a million rows may hold the writer, and the queue behind it.
pub(super) const TURNS: u32 = 6;

/// Readers of one process. Work that holds a view for long takes at most [`Db::LONG_VIEWS`] of them, the rest
/// is for pages.
const READERS: u32 = 8;
/// Readers of public pages, of their own: neither they nor those who have signed in can starve the others.
const PUBLIC: u32 = 4;
/// Acts of one process at the same time on PostgreSQL. One that would wait for an announced register gives
/// its connection back, see `register`.
const ACTS: u32 = 12;
/// Signs of life of jobs and announcements; of the latter each keeps one as long as it stands.
const SIGNS: u32 = 6;

/// What the program rests on, whatever a server, a role or a database is set to. An announcement and a view that is
/// computed from stand idle for long.
const SETTINGS: [(&str, &str); 4] = [
    ("lock_timeout", "20s"),
    ("statement_timeout", "120s"),
    ("idle_in_transaction_session_timeout", "0"),
    ("quote_all_identifiers", "off"),
];
/// What is acknowledged is on the disk, also where a server or a role is set to answer sooner; a server that waits for
/// its copies as well goes on to do so.
const DURABLE: &str = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";
/// Every name means what stands in the one schema of the bureau, or what the engine itself has, whatever path the role or the
/// database has: a function of another schema would answer in place of the engine's.
const AT_HOME: &str = "SELECT pg_catalog.set_config('search_path', pg_catalog.format('%I, pg_temp', pg_catalog.current_schema()), false)";

/// What the one writer of SQLite may keep of the database in memory, in the words of the pragma: 64 MiB, so
/// that the indexes of a million entries are not written out and read back while they grow.
const WRITER_CACHE: &str = "-65536";

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
    Lite {
        write: SqlitePool,
        read: SqlitePool,
        public: SqlitePool,
        folder: Arc<Path>,
        notices: Arc<Path>,
    },
    Pg {
        acts: PgPool,
        read: PgPool,
        public: PgPool,
        blobs: PgPool,
        signs: PgPool,
    },
}

/// Where content lies that rows only name.
pub(super) enum Blobs {
    /// As files in the folder beside the database that is named after it.
    Folder(Arc<Path>),
    /// As chunks in the database.
    Chunks,
}

/// Where announcements stand for other processes.
pub(super) enum Notices {
    /// As files in the folder beside the database that is named after it.
    Folder(Arc<Path>),
    /// As rows.
    Table,
}

/// A database of one bureau. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    vault: Arc<dyn Vault>,
    pub(super) press: Option<Press>,
    queue: Arc<Queue>,
    room: Arc<Room>,
    newest: Newest,
}

impl Db {
    /// Most views of one process that are held for long at the same time: half of its readers.
    pub const LONG_VIEWS: usize = READERS as usize / 2;

    /// Opens the embedded database in `file`, creating and migrating it as needed. What its rows only
    /// name lies beside it: `mingqian.sqlite`, `mingqian.blobs/`.
    pub async fn open_sqlite(file: &Path, upgrade: &Upgrade) -> Result<Self, StoreError> {
        let db = Self::connect_sqlite(file, true, upgrade).await?;
        db.with_contents(file)
            .await?
            .brought_up_to_date(upgrade)
            .await
    }

    /// Connects to `postgres://…`, migrating as needed.
    pub async fn open_postgres(url: &str, upgrade: &Upgrade) -> Result<Self, StoreError> {
        let db = Self::connect_postgres(url, upgrade).await?;
        db.brought_up_to_date(upgrade).await
    }

    /// A database that is refused is closed again: what the engine made beside it goes.
    async fn brought_up_to_date(self, upgrade: &Upgrade) -> Result<Self, StoreError> {
        match migrate::run(&self, MIGRATIONS, upgrade).await {
            Ok(_) => Ok(self),
            Err(error) => {
                self.close().await;
                Err(error)
            }
        }
    }

    /// What opening the embedded database would change in it, by doing it and taking it back.
    pub async fn rehearse_sqlite(
        file: &Path,
        upgrade: &Upgrade,
    ) -> Result<Vec<Migrated>, StoreError> {
        if !file.is_file() {
            return Err(StoreError::NoDatabase(file.display().to_string()));
        }
        // Content the rehearsal keeps lies in a folder of its own, and goes with it.
        let folder = file.with_extension("rehearsal");
        let db = Self::connect_sqlite(file, false, upgrade).await?;
        let db = db.with_contents(file).await?.keeping_in(&folder);
        let done = migrate::rehearse(&db, MIGRATIONS, upgrade).await;
        db.close().await;
        blob::forget(&folder).await?;
        done
    }

    fn keeping_in(mut self, place: &Path) -> Self {
        if let Pools::Lite { folder, .. } = &mut self.pools {
            *folder = place.into();
        }
        self
    }

    /// The same for a database on a server.
    pub async fn rehearse_postgres(
        url: &str,
        upgrade: &Upgrade,
    ) -> Result<Vec<Migrated>, StoreError> {
        let db = Self::connect_postgres(url, upgrade).await?;
        let done = migrate::rehearse(&db, MIGRATIONS, upgrade).await;
        db.close().await;
        done
    }

    /// The embedded database as it stands, whatever its version.
    pub(crate) async fn connect_sqlite(
        file: &Path,
        create: bool,
        upgrade: &Upgrade,
    ) -> Result<Self, StoreError> {
        Self::connect_waiting(file, create, WAIT, upgrade).await
    }

    async fn connect_waiting(
        file: &Path,
        create: bool,
        wait: Duration,
        upgrade: &Upgrade,
    ) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(wait);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(wait)
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", WRITER_CACHE)
                    // What the writer frees it overwrites: a destroyed key is not to be found in free pages.
                    .pragma("secure_delete", "ON"),
            )
            .await
            .map_err(|error| engine(&error))?;
        let reading = options
            .busy_timeout(WAIT)
            .pragma("query_only", "ON")
            .pragma("cache_size", "-4096");
        let readers = |most| {
            SqlitePoolOptions::new()
                .max_connections(most)
                .min_connections(0)
                .acquire_timeout(WAIT)
                .connect_lazy_with(reading.clone())
        };
        Ok(Self {
            pools: Pools::Lite {
                write,
                read: readers(READERS),
                public: readers(PUBLIC),
                folder: file.with_extension("blobs").into(),
                notices: file.with_extension("announced").into(),
            },
            vault: Arc::clone(&upgrade.vault),
            press: None,
            queue: Arc::default(),
            room: Arc::default(),
            newest: Newest::default(),
        })
    }

    /// A database on a server as it stands, whatever its version.
    pub(crate) async fn connect_postgres(url: &str, upgrade: &Upgrade) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| engine(&error))?
            .options(SETTINGS)
            .application_name(&line::PROCESS);
        line::answers(&options).await?;
        let acts = PgPoolOptions::new()
            .max_connections(ACTS)
            .acquire_timeout(WAIT)
            .after_connect(|conn, _| {
                Box::pin(async move {
                    sqlx::query(AT_HOME).execute(&mut *conn).await?;
                    sqlx::query(DURABLE).execute(conn).await.map(drop)
                })
            })
            .connect_with(options.clone())
            .await
            .map_err(|error| engine(&error))?;
        let lazily = |most| {
            PgPoolOptions::new()
                .max_connections(most)
                .min_connections(0)
                .acquire_timeout(WAIT)
                .after_connect(|conn, _| {
                    Box::pin(async move { sqlx::query(AT_HOME).execute(conn).await.map(drop) })
                })
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            pools: Pools::Pg {
                acts,
                read: lazily(READERS),
                public: lazily(PUBLIC),
                blobs: lazily(2),
                signs: lazily(SIGNS),
            },
            vault: Arc::clone(&upgrade.vault),
            press: None,
            queue: Arc::default(),
            room: Arc::default(),
            newest: Newest::default(),
        })
    }

    /// The engine below.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Lite { .. } => Engine::Sqlite,
            Pools::Pg { .. } => Engine::Postgres,
        }
    }

    /// Whether it was closed: the program stops.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match &self.pools {
            // Those that are closed first.
            Pools::Lite { read, .. } => read.is_closed(),
            Pools::Pg { signs, .. } => signs.is_closed(),
        }
    }

    /// The same database, whose next act carries this press of a form.
    #[must_use]
    pub fn pressed(&self, press: &Press) -> Self {
        Self {
            press: Some(press.clone()),
            ..self.clone()
        }
    }

    /// The same database, whose next act carries no press.
    #[must_use]
    pub fn unpressed(&self) -> Self {
        Self {
            press: None,
            ..self.clone()
        }
    }

    /// Begins an act. The handle reads; writing needs an event.
    ///
    /// # Errors
    /// [`StoreError::Pressed`] if the press it carries has done its act already.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, StoreError> {
        let before = self.newest.known();
        let mut conn = self.write_conn().await?;
        if let Some(press) = &self.press {
            press.claim(&mut conn).await?;
        }
        let reader = self.reader(conn).knowing(&self.newest, before);
        Ok(Tx::new(name, reader, self.press.clone()))
    }

    /// A consistent view for a page: its list and its count see the same rows.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let before = self.newest.known();
        let conn = match &self.pools {
            Pools::Lite { read, .. } => begun(read, "BEGIN").await?,
            Pools::Pg { read, .. } => line::begun(read, line::READ).await?,
        };
        Ok(self.reader(conn).knowing(&self.newest, before))
    }

    /// The second handle: writes only tables that are declared untraced.
    pub async fn scratch(&self) -> Result<Scratch, StoreError> {
        Ok(Scratch::new(self.reader(self.write_conn().await?)))
    }

    /// The same for signs of life, which must not wait behind acts on PostgreSQL. On SQLite there is one
    /// writer, and one server that needs no sign.
    pub async fn sign(&self) -> Result<Scratch, StoreError> {
        Ok(Scratch::new(self.reader(self.sign_conn().await?)))
    }

    /// The writer's connection without a transaction.
    pub(super) async fn bare(&self) -> Result<Bare, StoreError> {
        match &self.pools {
            Pools::Lite { write, .. } => write.acquire().await.map(Bare::Lite),
            Pools::Pg { acts, .. } => acts.acquire().await.map(Bare::Pg),
        }
        .map_err(|error| engine(&error))
    }

    fn reader(&self, conn: Conn) -> Reader {
        Reader::new(conn, Arc::clone(&self.vault))
    }

    pub(super) async fn write_conn(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Lite { write, .. } => self.in_turn(write).await,
            Pools::Pg { acts, .. } => line::begun(acts, line::BEGIN).await,
        }
    }

    pub(super) async fn sign_conn(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Lite { .. } => self.write_conn().await,
            Pools::Pg { signs, .. } => line::begun(signs, line::BEGIN).await,
        }
    }

    /// The writer of SQLite. Who waits for something announced waits on, be it held in this process (the
    /// pool gives none) or in another (the file is locked).
    async fn in_turn(&self, write: &SqlitePool) -> Result<Conn, StoreError> {
        let mut turn = 1;
        loop {
            let since = self.waiting_since();
            let error = match begun(write, "BEGIN IMMEDIATE").await {
                Ok(begun) => return Ok(begun),
                Err(error) => error,
            };
            let waits = matches!(error, StoreError::Busy) && turn < TURNS;
            if !(waits && self.explained_since(since).await) {
                return Err(error);
            }
            turn += 1;
        }
    }

    /// How many other processes of the program are connected to a database on a server; of an embedded one the lock of its
    /// folder tells.
    pub async fn other_processes(&self) -> Result<u64, StoreError> {
        match &self.pools {
            Pools::Lite { .. } => Ok(0),
            Pools::Pg { acts, .. } => line::others(acts).await,
        }
    }

    pub(super) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    pub(super) fn notices(&self) -> Notices {
        match &self.pools {
            Pools::Lite { notices, .. } => Notices::Folder(Arc::clone(notices)),
            Pools::Pg { .. } => Notices::Table,
        }
    }

    pub(super) fn blobs(&self) -> Blobs {
        match &self.pools {
            Pools::Lite { folder, .. } => Blobs::Folder(Arc::clone(folder)),
            Pools::Pg { .. } => Blobs::Chunks,
        }
    }

    /// A connection for the chunks of content: never one of those that acts and pages share, for an
    /// act that keeps content would wait for a second one while it holds the first.
    pub(super) async fn blob_conn(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Lite { .. } => self.write_conn().await,
            Pools::Pg { blobs, .. } => line::begun(blobs, line::BEGIN).await,
        }
    }
}

/// Begins on a connection of SQLite that has nothing begun. Where the disk is full, SQLite ends a transaction by itself,
/// and the connection, which does not know, would never begin another: it is closed, and a new one takes its place.
async fn begun(pool: &SqlitePool, sql: &'static str) -> Result<Conn, StoreError> {
    loop {
        match pool.begin_with(sql).await {
            Ok(begun) => return Ok(Conn::Lite(begun)),
            Err(sqlx::Error::InvalidSavePointStatement) => {
                let lying = pool.acquire().await.map_err(|error| engine(&error))?;
                lying.close().await.map_err(|error| engine(&error))?;
            }
            Err(error) => return Err(engine(&error)),
        }
    }
}

#[cfg(test)]
mod tests;
