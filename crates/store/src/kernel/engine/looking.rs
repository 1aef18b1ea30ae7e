//! Opening to look: nothing is changed, not even by the recovery a killed program left to the next.

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;

use sqlx::SqlitePool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::{AT_HOME, Db, Newest, Pools, WAIT, line};
use crate::error::StoreError;
use crate::kernel::cell::Vault;
use crate::kernel::conn::engine;

impl Db {
    /// The embedded database for a reader who changes nothing, not even by recovering what a killed program
    /// left in the write-ahead log.
    pub(in crate::kernel) async fn look_at_sqlite(
        file: &Path,
        vault: Arc<dyn Vault>,
    ) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .busy_timeout(WAIT)
            .pragma("query_only", "ON");
        let log = std::fs::metadata(with_ending(file, "-wal")).map_or(0, |log| log.len());
        // Without a log the engine makes its two files and takes them away again; where it may not, nobody
        // writes to the database either.
        let first = options.clone().read_only(log > 0);
        let pool = match looking(first).await {
            Ok(pool) => pool,
            Err(_) if log == 0 => looking(options.read_only(true).immutable(true)).await?,
            // The engine only says that it cannot open a file, and not which.
            Err(_) if !with_ending(file, "-shm").is_file() => {
                return Err(StoreError::UnreadableTail(file.display().to_string()));
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            pools: Pools::Lite {
                write: pool.clone(),
                public: pool.clone(),
                read: pool,
                folder: file.with_extension("blobs").into(),
                notices: file.with_extension("announced").into(),
            },
            vault,
            press: None,
            queue: Arc::default(),
            room: Arc::default(),
            newest: Newest::default(),
        })
    }

    /// A database on a server for a reader who changes nothing.
    pub(in crate::kernel) async fn look_at_postgres(
        url: &str,
        vault: Arc<dyn Vault>,
    ) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| engine(&error))?
            .options([
                ("default_transaction_read_only", "on"),
                ("quote_all_identifiers", "off"),
            ])
            .application_name(&line::PROCESS);
        line::answers(&options).await?;
        let acts = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(WAIT)
            .after_connect(|conn, _| {
                Box::pin(async move { sqlx::query(AT_HOME).execute(conn).await.map(drop) })
            })
            .connect_with(options)
            .await
            .map_err(|error| match &error {
                sqlx::Error::Database(database) if database.code().as_deref() == Some("3D000") => {
                    StoreError::NoDatabase(database.message().to_owned())
                }
                other => engine(other),
            })?;
        Ok(Self {
            pools: Pools::Pg {
                read: acts.clone(),
                public: acts.clone(),
                blobs: acts.clone(),
                signs: acts.clone(),
                acts,
            },
            vault,
            press: None,
            queue: Arc::default(),
            room: Arc::default(),
            newest: Newest::default(),
        })
    }
}

/// The file that SQLite keeps beside a database under the same name.
fn with_ending(file: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A pool of connections that only read, and have read.
async fn looking(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(2)
        .acquire_timeout(WAIT)
        .connect_with(options)
        .await
        .map_err(|error| engine(&error))?;
    let read = sqlx::query("SELECT COUNT(*) FROM sqlite_schema")
        .execute(&pool)
        .await;
    match read {
        Ok(_) => Ok(pool),
        Err(error) => {
            pool.close().await;
            Err(engine(&error))
        }
    }
}
