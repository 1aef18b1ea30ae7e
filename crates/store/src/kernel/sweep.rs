//! What was deleted or moved away is not left behind in the pages and files of the engine.
//!
//! SQLite: the writer overwrites what it frees (`secure_delete`). After a migration that sealed or moved
//! values the whole file is written anew, after an erasure the write-ahead log, in which the deleted key
//! still lay, is cut to nothing. PostgreSQL: the emptied tables are written anew (`VACUUM FULL`) and their
//! old files given back to the disk. Neither can be done inside a transaction; so the transaction leaves a
//! row in `unswept`, which goes when it is done. A program that dies in between does it at its next start.
//!
//! Deliberately absent: the server's own write-ahead log and its archive, and the blocks a file system
//! gives back, which are not ours to overwrite (SECURITY.md).

use super::conn::{Bare, Conn};
use super::engine::{Db, Engine};
use super::guard::Recording;
use super::migrate::Migration;
use super::reader::Query;
use super::storage_key;
use super::value::Value;
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;

/// The migration that made the table as well.
const SINCE: i64 = storage_key::SINCE;
/// What the destruction of a person's key leaves.
const ERASURE: &str = "erasure";

/// Leaves a row for each migration whose values still lie in old pages: of those that ran just now, and of
/// those that ran before the table was there. Where nothing was before, nothing is left.
pub(super) async fn after(
    conn: &mut Conn,
    list: &[Migration],
    last: i64,
) -> Result<(), StoreError> {
    let noted = list.iter().any(|migration| migration.number == SINCE);
    if last == 0 || !noted {
        return Ok(());
    }
    let ran = |migration: &&Migration| last < SINCE || migration.number > last;
    for migration in list.iter().filter(ran) {
        if migration.emptied.is_some() {
            leave(conn, migration.name).await?;
        }
    }
    Ok(())
}

async fn leave(conn: &mut Conn, place: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO unswept (place) VALUES ($1) ON CONFLICT (place) DO NOTHING";
    conn.execute(sql, &[Value::from(place)]).await.map(|_| ())
}

impl Recording {
    /// This act destroys a key, which is to be swept after its commit.
    pub(crate) async fn leave_to_sweep(&mut self) -> Result<(), StoreError> {
        leave(&mut self.reader.conn, ERASURE).await
    }
}

impl Db {
    /// Takes what was deleted or moved away out of what the engine keeps besides the rows; after an erasure,
    /// at the start, and from time to time. Whether nothing is left: while somebody else holds the database or
    /// reads an older view, it waits for the next time.
    ///
    /// # Errors
    /// [`StoreError::Sweep`] if the engine cannot, most often for want of space.
    pub async fn sweep(&self) -> Result<bool, StoreError> {
        self.sweep_by(MIGRATIONS).await
    }

    pub(super) async fn sweep_by(&self, list: &[Migration]) -> Result<bool, StoreError> {
        if !list.iter().any(|migration| migration.number == SINCE) {
            return Ok(true);
        }
        let query = Query::new("SELECT place FROM unswept ORDER BY place");
        let rows = self.read().await?.all(query).await?;
        let places: Vec<&str> = rows
            .iter()
            .map(|row| row.text("place"))
            .collect::<Result<_, _>>()?;
        if places.is_empty() {
            return Ok(true);
        }
        match self.sweep_places(&places, list).await {
            Ok(true) => self.swept(&places).await.map(|()| true),
            Ok(false) | Err(StoreError::Busy) => Ok(false),
            Err(error) => Err(StoreError::Sweep(error.to_string())),
        }
    }

    async fn sweep_places(&self, places: &[&str], list: &[Migration]) -> Result<bool, StoreError> {
        let mut bare = self.bare().await?;
        let done = match self.engine() {
            Engine::Sqlite => {
                let whole = places.iter().any(|place| *place != ERASURE);
                rewrite_file(&mut bare, whole).await
            }
            Engine::Postgres => rewrite_tables(&mut bare, places, list).await,
        };
        bare.close().await?;
        done
    }

    async fn swept(&self, places: &[&str]) -> Result<(), StoreError> {
        let mut conn = self.write_conn().await?;
        for place in places {
            let sql = "DELETE FROM unswept WHERE place = $1";
            conn.execute(sql, &[Value::from(*place)]).await?;
        }
        conn.commit().await
    }
}

/// Whether the log could be cut: not while somebody reads an older view.
async fn rewrite_file(bare: &mut Bare, whole: bool) -> Result<bool, StoreError> {
    if whole {
        bare.run("VACUUM").await?;
    }
    let blocked = bare.run("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    Ok(blocked == Some(0))
}

async fn rewrite_tables(
    bare: &mut Bare,
    places: &[&str],
    list: &[Migration],
) -> Result<bool, StoreError> {
    // A register of a million rows takes longer than any act may; but acts do not wait for it to begin.
    bare.run("SET statement_timeout = 0; SET lock_timeout = '2s'")
        .await?;
    if places.contains(&ERASURE) {
        bare.run("VACUUM FULL person_keys").await?;
    }
    for migration in list.iter().filter(|one| places.contains(&one.name)) {
        for table in migration.emptied.unwrap_or_default() {
            bare.run(&format!("VACUUM FULL {table}")).await?;
        }
    }
    Ok(true)
}

#[cfg(test)]
pub(super) mod tests;
