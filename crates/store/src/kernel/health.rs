//! How the database is, for whoever watches over it: figures, and whether an act could be written. Deliberately
//! absent: what to do about it, and any row of anybody.

use super::conn::Conn;
use super::engine::Db;
use super::log;
use super::reader::{Query, Reader};
use crate::error::StoreError;

/// How much of a pool of connections is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// For whom it is.
    pub pool: &'static str,
    /// Connections at work.
    pub busy: u32,
    /// Connections that wait for work.
    pub idle: u32,
}

/// Figures of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Entries of the log.
    pub entries: u64,
    /// Instant of its last entry, unix milliseconds.
    pub last_entry_ms: i64,
    /// What the database takes on the disk.
    pub bytes: i64,
    /// Jobs that wait for their turn.
    pub jobs_waiting: i64,
    /// Jobs at work.
    pub jobs_running: i64,
}

impl Db {
    /// Takes the place in the log that an act would take, writes there, and takes it back.
    ///
    /// # Errors
    /// What an act would meet; [`StoreError::Busy`] where others are at it.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let mut conn = self.write_conn().await?;
        let touched = conn
            .execute("UPDATE log_head SET size = size WHERE head_id = 1", &[])
            .await;
        conn.rollback().await?;
        touched.map(drop)
    }
}

/// The figures of the database.
pub async fn figures(reader: &mut Reader) -> Result<Figures, StoreError> {
    let size = match &reader.conn {
        Conn::Lite(_) => {
            "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()"
        }
        Conn::Pg(_) => "SELECT pg_database_size(current_database()) AS bytes",
    };
    let bytes = reader.number(Query::new(size)).await?;
    let mut of = async |state: &'static str| {
        let query = Query::new("SELECT COUNT(*) FROM jobs WHERE state = ").bind(state);
        reader.number(query).await
    };
    let (jobs_waiting, jobs_running) = (of("waiting").await?, of("running").await?);
    let (entries, last_entry_ms) = log::standing(reader).await?;
    Ok(Figures {
        entries,
        last_entry_ms,
        bytes,
        jobs_waiting,
        jobs_running,
    })
}
