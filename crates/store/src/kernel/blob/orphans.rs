//! Orphans: content that no act ever named, left by a refused act or a program that was killed.
//!
//! They are known by their age and by no traced row naming them. The age leaves whoever has just
//! kept content the time to name it; it is measured by the clock of what holds the bytes, so that no
//! two clocks are compared. What decides is the lock: names are looked up again under a lock that
//! excludes every act which is about to name the same content, and that act finds out if it comes
//! too late (`Recording::hold`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::folder::{PART, PartFile, aside, place};
use super::{Blobs, Db, chunks};
use crate::error::StoreError;
use crate::kernel::conn::Conn;
use crate::kernel::value::Value;
use crate::schema;

impl Db {
    /// Removes content older than `grace` that no traced row names; returns how many. For the upkeep.
    pub async fn drop_orphans(&self, grace: Duration) -> Result<u64, StoreError> {
        match self.blobs() {
            Blobs::Folder(folder) => files(self, folder, grace).await,
            Blobs::Chunks => rows(self, grace).await,
        }
    }
}

/// Whether any traced row names the content; what has no hash yet cannot be named.
async fn is_named(conn: &mut Conn, sha256: Option<&str>) -> Result<bool, StoreError> {
    let Some(sha256) = sha256 else {
        return Ok(false);
    };
    for table in schema::NAMING {
        let sql = format!(
            "SELECT 1 AS n FROM {} WHERE sha256 = $1 LIMIT 1",
            table.layout().name
        );
        if !conn.fetch(&sql, &[Value::from(sha256)]).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn rows(db: &Db, grace: Duration) -> Result<u64, StoreError> {
    let grace_ms = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
    let (mut removed, mut after) = (0, -1);
    loop {
        let mut conn = db.blob_conn().await?;
        let old = chunks::older(&mut conn, grace_ms, after).await?;
        let Some((last, _)) = old.last() else {
            return Ok(removed);
        };
        after = *last;
        let mut unnamed = Vec::new();
        for (id, name) in old {
            if !is_named(&mut conn, name.as_deref()).await? {
                unnamed.push((id, name));
            }
        }
        conn.rollback().await?;
        for (id, name) in unnamed {
            removed += u64::from(remove_row(db, (id, name.as_deref()), grace_ms).await?);
        }
    }
}

/// Looks again under the lock: the first look may be older than an act that has just ended.
async fn remove_row(
    db: &Db,
    (id, name): (i64, Option<&str>),
    grace_ms: i64,
) -> Result<bool, StoreError> {
    let mut conn = db.blob_conn().await?;
    let free = match chunks::seize(&mut conn, id, grace_ms).await {
        Ok(free) => free && !is_named(&mut conn, name).await?,
        // An act that has named it takes long: the next upkeep looks again.
        Err(StoreError::Busy) => {
            conn.rollback().await?;
            return Ok(false);
        }
        Err(other) => return Err(other),
    };
    if free {
        chunks::remove(db, &mut chunks::Via::Within(&mut conn), id).await?;
    }
    conn.commit().await?;
    Ok(free)
}

async fn files(db: &Db, folder: Arc<Path>, grace: Duration) -> Result<u64, StoreError> {
    let of = Arc::clone(&folder);
    let Some((limit, homes)) = aside(move || survey(&of, grace)).await? else {
        return Ok(0);
    };
    let mut removed = 0;
    for home in homes {
        let arriving = home.ends_with(PART);
        let old = aside(move || old_files(&home, limit)).await?;
        if arriving {
            let gone = move || old.iter().map(|path| remove_if_old(path, limit)).sum();
            removed += aside::<u64>(gone).await?;
        } else {
            removed += remove_files(db, &folder, &old, limit).await?;
        }
    }
    Ok(removed)
}

/// Up to which instant a file is old, by the clock of the disk; and the folders to look into.
fn survey(folder: &Path, grace: Duration) -> std::io::Result<Option<(SystemTime, Vec<PathBuf>)>> {
    if !folder.exists() {
        return Ok(None);
    }
    let now = PartFile::begin(folder)?.written_at()?;
    let limit = now.checked_sub(grace).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut homes = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            homes.push(entry.path());
        }
    }
    homes.sort();
    Ok(Some((limit, homes)))
}

fn old_files(home: &Path, limit: SystemTime) -> std::io::Result<Vec<PathBuf>> {
    let mut old = Vec::new();
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        // A file that went meanwhile is no orphan.
        let Ok(found) = entry.metadata() else {
            continue;
        };
        if found.is_file() && found.modified()? <= limit {
            old.push(entry.path());
        }
    }
    Ok(old)
}

/// The hash a file is named after, if it is one of ours.
fn name_of(path: &Path) -> Option<String> {
    let tail = path.file_name()?.to_str()?;
    let head = path.parent()?.file_name()?.to_str()?;
    let name = format!("{head}{tail}");
    let ours = head.len() == 2 && name.len() == 64;
    (ours && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

async fn remove_files(
    db: &Db,
    folder: &Path,
    old: &[PathBuf],
    limit: SystemTime,
) -> Result<u64, StoreError> {
    let mut unnamed = Vec::new();
    let mut reader = db.read().await?;
    for name in old.iter().filter_map(|path| name_of(path)) {
        if !is_named(&mut reader.conn, Some(&name)).await? {
            unnamed.push(name);
        }
    }
    drop(reader);
    if unnamed.is_empty() {
        return Ok(0);
    }
    // Looks again under the writer's lock, which excludes every act that could name one now.
    let mut conn = db.write_conn().await?;
    let mut removed = 0;
    for name in unnamed {
        if !is_named(&mut conn, Some(&name)).await? {
            let path = place(folder, &name);
            removed += aside(move || remove_if_old(&path, limit)).await?;
        }
    }
    conn.rollback().await?;
    Ok(removed)
}

/// Whoever kept the same content anew has made the file young again.
fn remove_if_old(path: &Path, limit: SystemTime) -> std::io::Result<u64> {
    let missing = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    match fs::metadata(path) {
        Ok(found) if found.modified()? <= limit => {}
        Err(error) if !missing(&error) => return Err(error),
        _ => return Ok(0),
    }
    match fs::remove_file(path) {
        Ok(()) => Ok(1),
        Err(error) if missing(&error) => Ok(0),
        Err(error) => Err(error),
    }
}
