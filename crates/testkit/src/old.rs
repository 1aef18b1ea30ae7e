//! Databases that earlier builds left behind: every later version must open them.
//!
//! Each lies packed under `old/COMMIT/`, once as the data folder of the embedded engine, once as keys
//! and plain SQL of PostgreSQL, both made by the program of that commit and never touched since.
//! `tar`, `gzip` and `psql` unpack them, as an operator would.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use store::{Db, Engine, SealKey, StoreError, Upgrade, Vault};

use crate::engines::{PostgresDatabase, upgrade};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Every commit that left a database, oldest first.
pub const COMMITS: &[&str] = &["b9b6927", "27e6a99", "3bf204d", "3e2585e", "c685910"];

/// The last migration each of them knew.
const NEWEST: &[i64] = &[5, 10, 12, 13, 17];

/// The commits whose databases still have this migration before them, oldest first.
pub fn made_before(migration: i64) -> impl Iterator<Item = &'static str> {
    let known = COMMITS.iter().zip(NEWEST);
    known.filter_map(move |(commit, newest)| (*newest < migration).then_some(*commit))
}

/// A copy of an old database, ready to be opened; removed when dropped.
pub struct OldDatabase {
    packs: PathBuf,
    engine: &'static str,
    folder: PathBuf,
    server: Option<PostgresDatabase>,
}

impl OldDatabase {
    /// Unpacks what the build of `commit` left on one engine.
    ///
    /// # Panics
    /// When the pack is missing or a tool that unpacks it fails.
    #[must_use]
    pub fn unpack(commit: &str, engine: Engine) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("mq_old_{}_{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder takes a folder");
        let word = match engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        let testkit = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("testkit");
        let packs = testkit.join("old").join(commit);
        run(Command::new("tar")
            .arg("-xzf")
            .arg(packs.join(format!("{word}.tar.gz")))
            .arg("-C")
            .arg(&folder));
        let server = (engine == Engine::Postgres).then(|| {
            let server = PostgresDatabase::fresh();
            run(Command::new("psql")
                .args([
                    "--no-psqlrc",
                    "--quiet",
                    "--set=ON_ERROR_STOP=1",
                    "--output=/dev/null",
                ])
                .arg("--file")
                .arg(folder.join("postgres.sql"))
                .arg(server.url()));
            server
        });
        Self {
            packs,
            engine: word,
            folder,
            server,
        }
    }

    /// The zip its build gave out for the finished campaign; `stage` is `public` or `full`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn bundle(&self, stage: &str) -> Vec<u8> {
        let zip = self.packs.join(format!("{}-{stage}.zip", self.engine));
        std::fs::read(zip).expect("both bundles lie beside each pack")
    }

    /// Its data folder: keys, and the database of the embedded engine.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What the database is opened by: a path or `postgres://…`.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.server {
            Some(server) => server.url().to_owned(),
            None => self.file().display().to_string(),
        }
    }

    /// The database, brought up to date.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn opened(&self) -> Db {
        let opened = self.open_under(&upgrade()).await;
        opened.expect("an old database opens")
    }

    async fn open_under(&self, upgrade: &Upgrade) -> Result<Db, StoreError> {
        match &self.server {
            Some(server) => Db::open_postgres(server.url(), upgrade).await,
            None => Db::open_sqlite(&self.file(), upgrade).await,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder().join("mingqian.sqlite")
    }

    /// What its build printed of its accounts.
    fn printed(&self) -> String {
        std::fs::read_to_string(self.folder.join("accounts.txt"))
            .expect("the accounts lie beside the data")
    }

    /// The names its build printed to sign in with.
    #[must_use]
    pub fn logins(&self) -> Vec<String> {
        let printed = self.printed();
        let listed = printed.lines().filter_map(|line| {
            let login = line.strip_prefix("  ")?.split_whitespace().next()?;
            (!login.ends_with('.')).then(|| login.to_owned())
        });
        listed.collect()
    }

    /// The password every account of it was given.
    ///
    /// # Panics
    /// When the printed accounts do not name it.
    #[must_use]
    pub fn password(&self) -> String {
        let printed = self.printed();
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix("所有账号的口令："));
        line.expect("one line names the password").trim().to_owned()
    }

    /// The text of one of its keys.
    ///
    /// # Panics
    /// When there is no such key.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder().join("keys").join(name))
            .expect("the keys lie beside the data")
            .trim()
            .to_owned()
    }

    /// Opens it with the program of today and the key that seals content and cells, which migrates it.
    ///
    /// # Errors
    /// What the store says.
    pub async fn open<K: SealKey + Vault + 'static>(&self, key: Arc<K>) -> Result<Db, StoreError> {
        let upgrade = Upgrade {
            seals: key.clone(),
            vault: key,
            ..upgrade()
        };
        self.open_under(&upgrade).await
    }
}

impl Drop for OldDatabase {
    fn drop(&mut self) {
        // What is left over lies in the temporary folder of the machine.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn run(command: &mut Command) {
    let done = command.output().expect("tar, gzip and psql are installed");
    assert!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
