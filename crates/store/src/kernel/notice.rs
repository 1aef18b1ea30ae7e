//! Notices: how an announcement reaches the other processes of the database, and ends with its process.
//!
//! On PostgreSQL a row that counts as long as the connection it names holds an advisory lock. On SQLite a
//! row could not change while the writer is held, so it is a file in a folder beside the database that counts
//! as long as the process that wrote it holds the lock on it. Either way the system takes the lock from a
//! process that dies, so that no clock is asked.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::conn::Conn;
use super::engine::{Db, Notices};
use super::queue::Announced;
use super::value::Value;
use crate::error::StoreError;

/// Rows whose connection lives. 7211, the first half of their locks, is any number we always use; the second
/// half is the backend.
const STANDING: &str = "SELECT words, until_ms, backend FROM announcements WHERE EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 7211 AND CAST(objid AS BIGINT) = backend AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
/// The others.
const FALLEN: &str = "DELETE FROM announcements WHERE NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 7211 AND CAST(objid AS BIGINT) = backend AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Names of one's own notices, which are not read back.
#[derive(Default)]
pub(super) struct Names(Mutex<BTreeSet<String>>);

impl Names {
    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self, name: &str) -> bool {
        self.names().contains(name)
    }
}

/// A name in use; dropped, it is another's or nobody's.
struct Own(Arc<Names>, String);

impl Own {
    fn new(db: &Db, name: String) -> Self {
        let names = Arc::clone(&db.queue().names);
        names.names().insert(name.clone());
        Self(names, name)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.0.names().remove(&self.1);
    }
}

/// Puts a notice up and keeps it as long as the sender lives; none if the others cannot be told.
pub(super) async fn put_up(db: &Db, announced: &Announced) -> Option<watch::Sender<i64>> {
    let (tell, mut told) = watch::channel(announced.until_ms);
    let words = announced.words.clone();
    let mut notice = match db.notices() {
        Notices::Folder(folder) => {
            let said = (words, announced.until_ms);
            Notice::file(db, folder.to_path_buf(), said).await.ok()?
        }
        Notices::Table => Notice::row(db, announced).await.ok()?,
    };
    tokio::spawn(async move {
        while told.changed().await.is_ok() {
            let until_ms = *told.borrow_and_update();
            // An estimate that cannot be corrected stands as it was.
            let _ = notice.correct(until_ms).await;
        }
        notice.take_down().await;
    });
    Some(tell)
}

/// What stands announced by other processes.
pub(super) async fn of_others(db: &Db, conn: &mut Conn) -> Result<Vec<Announced>, StoreError> {
    match db.notices() {
        Notices::Folder(folder) => {
            let names = Arc::clone(&db.queue().names);
            aside(move || read_folder(&folder, &names)).await
        }
        Notices::Table => {
            // One that is taken down while it is read is still this process's own.
            let names = &db.queue().names;
            let before = names.names().clone();
            let others = standing(conn).await?.into_iter();
            let others = others.filter(|(name, _)| !before.contains(name) && !names.own(name));
            Ok(others.map(|(_, announced)| announced).collect())
        }
    }
}

/// Whatever stands announced on PostgreSQL, this process's own included, with its name.
pub(super) async fn standing(conn: &mut Conn) -> Result<Vec<(String, Announced)>, StoreError> {
    let rows = conn.fetch(STANDING, &[]).await?;
    let read = rows.iter().map(|row| {
        let announced = Announced {
            words: row.text("words")?.to_owned(),
            until_ms: row.int("until_ms")?,
        };
        Ok((row_name(row.int("backend")?), announced))
    });
    read.collect()
}

fn row_name(backend: i64) -> String {
    format!("backend {backend}")
}

enum Notice {
    File {
        file: File,
        path: PathBuf,
        words: String,
        _own: Own,
    },
    Row {
        db: Box<Db>,
        backend: i64,
        /// Its lock is the proof of life.
        lock: Box<Conn>,
        _own: Own,
    },
}

impl Notice {
    async fn file(
        db: &Db,
        folder: PathBuf,
        (words, until_ms): (String, i64),
    ) -> Result<Self, StoreError> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{}-{number}", std::process::id()));
        let own = Own::new(db, path.display().to_string());
        let (place, said) = (path.clone(), words.clone());
        let file = aside(move || hang(&folder, &place, &said, until_ms)).await?;
        Ok(Self::File {
            file,
            path,
            words,
            _own: own,
        })
    }

    async fn row(db: &Db, announced: &Announced) -> Result<Self, StoreError> {
        let mut lock = db.sign_conn().await?;
        let asked = "SELECT CAST(pg_backend_pid() AS BIGINT) AS backend";
        let backend = match lock.fetch(asked, &[]).await?.first() {
            Some(row) => row.int("backend")?,
            None => return Err(StoreError::Engine("pg_backend_pid".to_owned())),
        };
        let taken = "SELECT CAST(pg_advisory_xact_lock(7211, pg_backend_pid()) AS TEXT) AS taken";
        lock.fetch(taken, &[]).await?;
        let own = Own::new(db, row_name(backend));
        let mut conn = db.sign_conn().await?;
        conn.execute(FALLEN, &[]).await?;
        let row = [
            Value::from(backend),
            Value::from(announced.words.as_str()),
            Value::from(announced.until_ms),
        ];
        let put = "INSERT INTO announcements (backend, words, until_ms) VALUES ($1, $2, $3) ON CONFLICT (backend) DO UPDATE SET words = excluded.words, until_ms = excluded.until_ms";
        conn.execute(put, &row).await?;
        conn.commit().await?;
        Ok(Self::Row {
            db: Box::new(db.clone()),
            backend,
            lock: Box::new(lock),
            _own: own,
        })
    }

    async fn correct(&mut self, until_ms: i64) -> Result<(), StoreError> {
        match self {
            Self::File { file, words, .. } => {
                let text = text_of(until_ms, words);
                let file = file.try_clone();
                aside(move || write_at_start(&file?, text.as_bytes())).await
            }
            Self::Row { db, backend, .. } => {
                let mut conn = db.sign_conn().await?;
                let sql = "UPDATE announcements SET until_ms = $1 WHERE backend = $2";
                conn.execute(sql, &[Value::from(until_ms), Value::from(*backend)])
                    .await?;
                conn.commit().await
            }
        }
    }

    /// What cannot be taken down counts no longer once its lock is gone.
    async fn take_down(self) {
        match self {
            Self::File { file, path, .. } => {
                let _ = aside(move || fs::remove_file(path)).await;
                drop(file);
            }
            Self::Row {
                db, backend, lock, ..
            } => {
                let gone = async {
                    let mut conn = db.sign_conn().await?;
                    let sql = "DELETE FROM announcements WHERE backend = $1";
                    conn.execute(sql, &[Value::from(backend)]).await?;
                    conn.commit().await
                };
                let _ = gone.await;
                let _ = lock.rollback().await;
            }
        }
    }
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    super::aside::aside("announcements: ", work).await
}

/// The same length whatever the estimate, so that a correction overwrites exactly what stood there.
fn text_of(until_ms: i64, words: &str) -> String {
    format!("{until_ms:020}\n{words}")
}

#[cfg(unix)]
fn write_at_start(file: &File, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(not(unix))]
fn write_at_start(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    use std::io::{Seek as _, SeekFrom, Write as _};
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)
}

/// The file is locked before it has the name under which it is looked for.
fn hang(folder: &Path, path: &Path, words: &str, until_ms: i64) -> io::Result<File> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let unnamed = path.with_extension("new");
    let file = options.open(&unnamed)?;
    file.lock()?;
    write_at_start(&file, text_of(until_ms, words).as_bytes())?;
    fs::rename(&unnamed, path)?;
    Ok(file)
}

fn read_folder(folder: &Path, names: &Names) -> io::Result<Vec<Announced>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let named = path.extension().is_none() && !names.own(&path.display().to_string());
        if named && let Some(announced) = read_file(&path) {
            found.push(announced);
        }
    }
    Ok(found)
}

/// What the file says if its process lives; what a dead one left is taken away.
fn read_file(path: &Path) -> Option<Announced> {
    let file = File::open(path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) => {
            // Whoever comes first takes it away.
            let _ = fs::remove_file(path);
            return None;
        }
        Err(TryLockError::Error(_)) => return None,
    }
    let text = fs::read_to_string(path).ok()?;
    let (until_ms, words) = text.split_once('\n')?;
    Some(Announced {
        words: words.to_owned(),
        until_ms: until_ms.parse().ok()?,
    })
}
