//! Whether there is room to write. Whoever meets a full disk says so here, and everybody of this process sees it: acts
//! are refused before they begin, pages go on.
//!
//! Two places may be full: where the database writes, which its own answer says, and the data folder, which `server`
//! watches. For an embedded database they are one. Deliberately absent: making room, and any other process, which
//! meets the same disk by itself.

use std::sync::atomic::{AtomicBool, Ordering};

use super::engine::{Db, Engine};
use crate::error::StoreError;

/// What was last found. Shared by all handles of a database.
#[derive(Debug, Default)]
pub(super) struct Room {
    database: AtomicBool,
    folder: AtomicBool,
}

/// Writes 16 MB that no compression makes smaller and takes them back: where a server's disk is full, an update of one row
/// may still find room in a page that stands.
const FILLING: &str = "CREATE TABLE mingqian_room AS SELECT repeat(md5(CAST(n AS TEXT)), 60) AS filling FROM generate_series(1, 8000) AS n";

impl Db {
    /// Whether acts are refused because a disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let Room { database, folder } = self.room();
        database.load(Ordering::Relaxed) || folder.load(Ordering::Relaxed)
    }

    /// The database has answered that its disk is full.
    pub fn found_full(&self) {
        self.room().database.store(true, Ordering::Relaxed);
    }

    /// How the data folder stands. Where the embedded database lies in it, room there is room for the database.
    pub fn found_folder(&self, full: bool) {
        let room = self.room();
        room.folder.store(full, Ordering::Relaxed);
        if !full && self.engine() == Engine::Sqlite {
            room.database.store(false, Ordering::Relaxed);
        }
    }

    /// Where a server has said that its disk is full, asks whether it still is, by writing there and taking it back.
    ///
    /// # Errors
    /// What the server answers, as long as there is no room.
    pub async fn ask_for_room(&self) -> Result<(), StoreError> {
        let said_full = self.room().database.load(Ordering::Relaxed);
        if self.engine() == Engine::Sqlite || !said_full {
            return Ok(());
        }
        let mut conn = self.write_conn().await?;
        let filled = conn.execute(FILLING, &[]).await;
        conn.rollback().await?;
        filled?;
        self.room().database.store(false, Ordering::Relaxed);
        Ok(())
    }
}
