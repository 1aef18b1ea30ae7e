//! What was deleted or moved away is not left behind in the pages and files of the engine.
//!
//! SQLite: the writer overwrites what it frees (`secure_delete`). After a migration that sealed or moved
//! values the whole file is written anew, after an erasure the write-ahead log, in which the deleted key
//! still lay, is cut to nothing. PostgreSQL: the emptied tables are written anew (`VACUUM FULL`) and their
//! old files given back to the disk. Neither can be done inside a transaction; so the transaction leaves a
//! row of its own in `unswept`, which goes when it is done. A program that dies in between does it at its next
//! start.
//!
//! As long as anybody may still see what a transaction took away, neither engine can sweep it: SQLite cannot
//! cut its log, PostgreSQL copies the old rows into the new table. Then the row stays, and the sweep is tried
//! again from time to time.
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
/// What the destruction of a person's key leaves; the event of the act follows.
const ERASURE: &str = "erasure";

/// Whether anything of this program leaves such a row.
pub(super) fn could_be_left(place: &str) -> bool {
    let mut emptying = MIGRATIONS.iter().filter(|one| one.emptied.is_some());
    is_erasure(place) || emptying.any(|migration| migration.name == place)
}

/// What is left to sweep, and whether somebody may still see what stood there before. PostgreSQL: a row carries
/// the number of the transaction that left it. A snapshot sees past it if its own oldest number is not a later
/// one; those are the snapshots of this database and of standbys, and whatever a snapshot taken now would count
/// as unfinished, be it in another database of the server. Catalogs have a horizon of their own, which keeps no
/// row of ours.
const LEFT: [&str; 2] = [
    "SELECT place, 0 AS seen FROM unswept ORDER BY place",
    "SELECT place, CAST(CASE WHEN age(xmin) <= (SELECT MAX(age(oldest)) FROM (SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS xid) AS oldest UNION ALL SELECT backend_xmin FROM pg_stat_activity WHERE datid IS NULL OR datname = current_database() OR backend_type = 'walsender' UNION ALL SELECT xmin FROM pg_replication_slots) AS snapshots) + CAST(COALESCE(current_setting('vacuum_defer_cleanup_age', true), '0') AS INTEGER) THEN 1 ELSE 0 END AS BIGINT) AS seen FROM unswept ORDER BY place",
];

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
        let place = format!("{ERASURE}/{}", self.event_id());
        leave(&mut self.reader.conn, &place).await
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
        let (ready, waiting) = self.left().await?;
        if ready.is_empty() {
            return Ok(waiting.is_empty());
        }
        match self.sweep_places(&ready, list).await {
            Ok(true) => {}
            Ok(false) | Err(StoreError::Busy) => return Ok(false),
            Err(error) => return Err(StoreError::Sweep(error.to_string())),
        }
        // A standby that came back meanwhile may have brought an older view with it.
        let (still, _) = self.left().await?;
        let done: Vec<_> = ready.iter().filter(|place| still.contains(place)).collect();
        let all = waiting.is_empty() && done.len() == ready.len();
        self.swept(&done).await.map(|()| all)
    }

    /// The places to sweep: those nobody sees any more as they were, and the others.
    async fn left(&self) -> Result<(Vec<String>, Vec<String>), StoreError> {
        let [lite, pg] = LEFT;
        let sql = match self.engine() {
            Engine::Sqlite => lite,
            Engine::Postgres => pg,
        };
        let rows = self.read().await?.all(Query::new(sql)).await?;
        let (mut ready, mut waiting) = (Vec::new(), Vec::new());
        for row in &rows {
            let places = if row.flag("seen")? {
                &mut waiting
            } else {
                &mut ready
            };
            places.push(row.text("place")?.to_owned());
        }
        Ok((ready, waiting))
    }

    async fn sweep_places(
        &self,
        places: &[String],
        list: &[Migration],
    ) -> Result<bool, StoreError> {
        let mut bare = self.bare().await?;
        let done = match self.engine() {
            Engine::Sqlite => {
                let whole = places.iter().any(|place| !is_erasure(place));
                rewrite_file(&mut bare, whole).await
            }
            Engine::Postgres => rewrite_tables(&mut bare, places, list).await,
        };
        bare.close().await?;
        done
    }

    async fn swept(&self, places: &[&String]) -> Result<(), StoreError> {
        let mut conn = self.write_conn().await?;
        for place in places {
            let sql = "DELETE FROM unswept WHERE place = $1";
            conn.execute(sql, &[Value::from(place.as_str())]).await?;
        }
        conn.commit().await
    }
}

/// Earlier builds left one row for all erasures.
fn is_erasure(place: &str) -> bool {
    let rest = place.strip_prefix(ERASURE);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the log could be cut: not while somebody reads an older view.
async fn rewrite_file(bare: &mut Bare, whole: bool) -> Result<bool, StoreError> {
    if whole {
        bare.run("VACUUM").await?;
    }
    // Every act needs the connection that waits here for readers: briefly, as on PostgreSQL.
    let usual = bare.run("PRAGMA busy_timeout").await?.unwrap_or_default();
    bare.run("PRAGMA busy_timeout = 2000").await?;
    let blocked = bare.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    bare.run(&format!("PRAGMA busy_timeout = {usual}")).await?;
    Ok(blocked? == Some(0))
}

async fn rewrite_tables(
    bare: &mut Bare,
    places: &[String],
    list: &[Migration],
) -> Result<bool, StoreError> {
    // A register of a million rows takes longer than any act may; but acts do not wait for it to begin.
    bare.run("SET statement_timeout = 0; SET lock_timeout = '2s'")
        .await?;
    if places.iter().any(|place| is_erasure(place)) {
        bare.run("VACUUM FULL person_keys").await?;
    }
    let named = |one: &&Migration| places.iter().any(|place| place == one.name);
    for migration in list.iter().filter(named) {
        for table in migration.emptied.unwrap_or_default() {
            bare.run(&format!("VACUUM FULL {table}")).await?;
        }
    }
    Ok(true)
}

#[cfg(test)]
pub(super) mod tests;
