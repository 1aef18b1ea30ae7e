//! A fresh database on each engine, for a story that must end the same way on both.
//!
//! PostgreSQL comes from `MINGQIAN_TEST_POSTGRES` (`scripts/postgres` starts one); without it the
//! story fails and says so: a test never skips half of itself silently.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::time::Instant;
use store::{Clock, Db, PersonKey, Seal, SealKey, SealedCell, Upgrade, Vault};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// What a migration needs, a few days after the last entry of the oldest databases.
#[must_use]
pub fn upgrade() -> Upgrade {
    Upgrade {
        clock: std::sync::Arc::new(Still(Instant::from_unix_ms(1_795_900_000_000))),
        program: "mingqian（测试）".to_owned(),
        fresh: std::sync::Arc::new(|| {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            let process = std::process::id().to_be_bytes();
            let mut bytes = [0x5a; 32];
            bytes[..4].copy_from_slice(&process);
            bytes[4..8].copy_from_slice(&number);
            bytes
        }),
        seals: std::sync::Arc::new(NoKey),
        vault: std::sync::Arc::new(NoKey),
        log_key: None,
        repairs_clock: None,
    }
}

/// A clock that stands.
#[derive(Clone, Copy, Debug)]
pub struct Still(pub Instant);

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }
}

/// Nonce, key and tag: how long a key is that the program wrapped.
const REALLY_WRAPPED: usize = 12 + 32 + 16;

/// Stands in for the key where a story needs none: what it seals stays in the clear.
struct NoKey;

impl SealKey for NoKey {
    fn sealer(&self, _: &str) -> Box<dyn Seal> {
        Box::new(Self)
    }

    fn opens(&self, _: &str, _: &[u8]) -> bool {
        true
    }

    fn opens_content(&self, _: &str, _: &[u8]) -> bool {
        true
    }
}

impl Vault for NoKey {
    fn person_key(&self, person: &str) -> PersonKey {
        PersonKey::wrapped(person.as_bytes().to_vec())
    }

    fn seal(&self, (_, key): (&str, &PersonKey), place: &str, text: &str) -> Option<Vec<u8>> {
        Some([key.bytes(), b"|", place.as_bytes(), b"|", text.as_bytes()].concat())
    }

    fn open(&self, (_, key): (&str, &PersonKey), place: &str, cell: &SealedCell) -> Option<String> {
        // What the program itself sealed in an old database counts as opened: these stories do not read it.
        if key.bytes().len() == REALLY_WRAPPED {
            return Some("XT-0000000".to_owned());
        }
        let before = [key.bytes(), b"|", place.as_bytes(), b"|"].concat();
        let text = cell.bytes().strip_prefix(before.as_slice())?;
        String::from_utf8(text.to_vec()).ok()
    }

    fn mark(&self, column: &str, text: &str) -> [u8; 32] {
        let mut mark = [0; 32];
        for (at, byte) in column.bytes().chain(text.bytes()).enumerate() {
            mark[at % 32] ^= byte.rotate_left(u32::try_from(at % 7).expect("below 7"));
        }
        mark
    }
}

impl Seal for NoKey {
    fn push(&mut self, plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }
}

fn fresh_name() -> String {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("mq_{}_{number}", std::process::id())
}

/// A fresh SQLite file of this process; removed when dropped.
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// A name nobody uses yet; a process of the same number that was killed may have left some.
    #[must_use]
    pub fn fresh() -> Self {
        loop {
            let path = std::env::temp_dir().join(format!("{}.sqlite", fresh_name()));
            if !path.exists() && !path.with_extension("blobs").exists() {
                return Self(path);
            }
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let file = format!("{}{end}", self.0.display());
            // A file that was never made need not be removed.
            let _ = std::fs::remove_file(file);
        }
        // What its rows only name lies beside it.
        let _ = std::fs::remove_dir_all(self.0.with_extension("blobs"));
        let _ = std::fs::remove_dir_all(self.0.with_extension("announced"));
    }
}

/// A fresh database on the test server; dropped with this value.
pub struct PostgresDatabase {
    url: String,
    name: String,
    server: String,
}

impl PostgresDatabase {
    /// Creates it.
    ///
    /// # Panics
    /// Without `MINGQIAN_TEST_POSTGRES`, or when the server refuses.
    #[must_use]
    pub fn fresh() -> Self {
        let server = std::env::var("MINGQIAN_TEST_POSTGRES").expect(
            "MINGQIAN_TEST_POSTGRES is not set: run the tests by `make test`, or start a server with `scripts/postgres start`",
        );
        let name = fresh_name();
        admin(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
        let (base, rest) = server.rsplit_once('/').expect("a URL has a path");
        let options = rest
            .split_once('?')
            .map(|(_, options)| format!("?{options}"));
        let url = format!("{base}/{name}{}", options.unwrap_or_default());
        Self { url, name, server }
    }

    /// Its `postgres://…`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        admin(
            &self.server,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Runs one statement as the owner of the test server, through its own client; what it prints.
pub fn admin(url: &str, sql: &str) -> String {
    let done = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            "--command",
            sql,
            url,
        ])
        .output()
        .expect("psql comes with PostgreSQL: scripts/setup installs it");
    assert!(
        done.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Tells the story on SQLite and then on PostgreSQL.
pub async fn on_both<F, S>(story: F)
where
    F: Fn(Db) -> S,
    S: Future<Output = ()>,
{
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade())
        .await
        .expect("a fresh SQLite file opens");
    story(db.clone()).await;
    db.close().await;
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade())
        .await
        .expect("a fresh database opens");
    story(db.clone()).await;
    db.close().await;
}
