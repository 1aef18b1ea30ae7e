//! Migrations: two folders, the same numbers and names, all pending ones in one transaction.
//!
//! What has run is kept with the hash of its text: an edited migration is refused instead of leaving
//! two installations with different tables under one number. A database that knows more migrations than
//! the program is refused as newer.
//!
//! A migration that only changes the shape of tables is a text: what older rows read in a new column is
//! declared in `schema.rs`, so the audit can explain them. One that moves values between traced tables is
//! an act: its rows are written through a [`Recording`] under an event of the program, in the same
//! transaction, so the log goes on explaining every row. An empty database leaves no event, and of the older ones
//! none where nothing had to be moved; the later ones always leave one in a founded bureau, so that the log tells
//! how new the structure was.

use std::pin::Pin;
use std::sync::Arc;

use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use sha2::{Digest as _, Sha256};

use super::blob::{BlobWriter, KeptBlob};
use super::cell::Vault;
use super::clock::Clock;
use super::conn::Conn;
use super::engine::{Db, Engine};
use super::guard::{Recording, Sealing, Tx};
use super::image::hex;
use super::reader::{Query, Reader};
use super::scratch::Inside;
use super::table::{Cells, TracedTable};
use super::value::{Row, Value};
use super::{log, storage_key, sweep};
use crate::error::StoreError;
use crate::schema;

/// What seals content under the storage key, which the store does not have. A port: `app` holds key and
/// construction.
pub trait SealKey: Send + Sync {
    /// Begins to seal content that will stand at `place`.
    fn sealer(&self, place: &str) -> Box<dyn Seal>;
    /// Whether a secret that was encrypted in one piece for `place` opens under this key.
    fn opens(&self, place: &str, secret: &[u8]) -> bool;
}

/// One content being sealed: what was pushed comes out sealed, bit by bit.
pub trait Seal: Send {
    /// Takes the next bytes; gives what can be stored already.
    fn push(&mut self, plain: &[u8]) -> Vec<u8>;
    /// The content has ended; gives the rest.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// What a migration needs from outside: the clock, who runs it, fresh random bytes, and the key under
/// which content is sealed.
#[derive(Clone)]
pub struct Upgrade {
    /// The clock of whoever migrates.
    pub clock: Arc<dyn Clock>,
    /// The program and its version, as the trace names the actor.
    pub program: String,
    /// Yields 32 unpredictable bytes at each call.
    pub fresh: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    /// Seals what earlier versions kept in the clear.
    pub seals: Arc<dyn SealKey>,
    /// Seals and opens cells, now and for as long as the database stays open.
    pub vault: Arc<dyn Vault>,
}

/// One pending or finished migration, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub name: &'static str,
    /// What it does, for the operator.
    pub words: &'static str,
    /// Traced rows it wrote; each stands in the event of the migration.
    pub moved: i64,
}

/// Migrations after this one are told in the log of a founded bureau whether they move values or not.
const TOLD_SINCE: i64 = storage_key::SINCE;

type Step<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

/// One step of the schema.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
    /// Moves values between traced tables, after the text has run.
    pub(crate) moves: Option<for<'a> fn(&'a mut Moving) -> Step<'a>>,
    /// What may go once the values are moved: the same text for both engines.
    pub(crate) afterwards: &'static str,
    /// Tables that held what it moved or sealed and that are still there; `None` if nothing is left behind.
    pub(crate) emptied: Option<&'static [&'static str]>,
}

/// A migration's hands: it reads what is there and writes traced rows under the migration's event.
pub(crate) struct Moving {
    rec: Recording,
    db: Db,
    seals: Arc<dyn SealKey>,
}

impl Moving {
    /// The key under which content is sealed.
    pub(crate) fn seals(&self) -> Arc<dyn SealKey> {
        Arc::clone(&self.seals)
    }

    /// Begins to take content, of any length: it was kept before.
    pub(crate) fn keep(&self) -> BlobWriter {
        self.db.keep(u64::MAX)
    }

    /// Takes the next bytes, within the migration: the tables of content may be its own.
    pub(crate) async fn write(
        &mut self,
        writer: &mut BlobWriter,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        writer.write_in(&mut self.rec, bytes).await
    }

    /// Makes content durable; the migration can name it.
    pub(crate) async fn finish(&mut self, writer: BlobWriter) -> Result<KeptBlob, StoreError> {
        writer.finish_in(&mut self.rec).await
    }

    /// Rows of a query over the tables as they stand at this migration.
    pub(crate) async fn all(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        self.rec.reader.all(query).await
    }

    /// What seals cells.
    pub(crate) fn vault(&self) -> Arc<dyn Vault> {
        self.rec.vault()
    }

    /// The untraced tables that change together with it.
    pub(crate) fn beside(&mut self) -> Inside<'_> {
        self.rec.beside()
    }

    /// Inserts a row; the descriptor is that of the table at this migration, not of today.
    pub(crate) async fn insert(
        &mut self,
        table: &TracedTable,
        row: Cells,
    ) -> Result<(), StoreError> {
        self.rec.insert(table, row).await
    }

    /// Changes columns of a row last written by `seen`.
    pub(crate) async fn update(
        &mut self,
        table: &TracedTable,
        key: &[Value],
        seen: &EventId,
        changes: Cells,
    ) -> Result<(), StoreError> {
        self.rec.update(table, key, seen, changes).await
    }

    /// Deletes a row last written by `seen`.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no migration so far deletes a row")
    )]
    pub(crate) async fn delete(
        &mut self,
        table: &TracedTable,
        key: &[Value],
        seen: &EventId,
    ) -> Result<(), StoreError> {
        self.rec.delete(table, key, seen).await
    }
}

/// Brings the database to the newest version; yields what had to be done.
pub(super) async fn run(
    db: &Db,
    list: &[Migration],
    upgrade: &Upgrade,
) -> Result<Vec<Migrated>, StoreError> {
    let (conn, done) = go(db, list, upgrade).await?;
    conn.commit().await?;
    #[cfg(test)]
    tests::reaches(list.last(), "committed").await;
    // The upgrade is done. What cannot be swept now is noted, and the upkeep says why.
    let _ = db.sweep_by(list).await;
    Ok(done)
}

/// Does all of it and takes it back: what a migration would do, and whether it would succeed.
pub(super) async fn rehearse(
    db: &Db,
    list: &[Migration],
    upgrade: &Upgrade,
) -> Result<Vec<Migrated>, StoreError> {
    let (conn, done) = go(db, list, upgrade).await?;
    conn.rollback().await?;
    Ok(done)
}

pub(super) async fn go(
    db: &Db,
    list: &[Migration],
    upgrade: &Upgrade,
) -> Result<(Conn, Vec<Migrated>), StoreError> {
    let mut conn = db.write_conn().await?;
    if db.engine() == Engine::Postgres {
        // Two processes that start at once take turns; 7_210 is any number we always use.
        conn.execute("SELECT pg_advisory_xact_lock(7210)", &[])
            .await?;
    }
    let last = known(&mut conn, list).await?;
    conn.script(
        "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)",
    )
    .await?;
    if last >= storage_key::SINCE {
        storage_key::check(&mut conn, &*upgrade.vault).await?;
    }
    let mut done = Vec::new();
    for migration in list.iter().filter(|migration| migration.number > last) {
        let moved;
        (conn, moved) = apply(db, conn, migration, upgrade).await?;
        done.push(Migrated {
            number: migration.number,
            name: migration.name,
            words: migration.words,
            moved,
        });
    }
    sweep::after(&mut conn, list, last).await?;
    Ok((conn, done))
}

/// The number of the last migration that has run: this program must know it, and all before it must have
/// run as well. 0 where there is nothing of ours yet.
pub(super) async fn known(conn: &mut Conn, list: &[Migration]) -> Result<i64, StoreError> {
    let engine = conn.engine();
    let newest = list.last().map_or(0, |migration| migration.number);
    let done = if recorded(conn).await? {
        conn.fetch(
            "SELECT number, name, hash FROM migrations ORDER BY number",
            &[],
        )
        .await?
    } else {
        Vec::new()
    };
    let mut last = 0;
    let mut expected = list.iter();
    for row in &done {
        let (number, name) = (row.int("number")?, row.text("name")?);
        if number > newest {
            return Err(StoreError::NewerSchema {
                found: number,
                known: newest,
            });
        }
        let Some(known) = expected.next().filter(|known| known.number == number) else {
            return Err(StoreError::Migration(format!(
                "升级记录（表 migrations）缺了第 {number} 号（{name}）之前的行，或有本程序没有的编号。没有改动。从备份恢复这个库。"
            )));
        };
        if known.hash(engine) != row.text("hash")? {
            return Err(StoreError::Migration(format!(
                "第 {number} 号（{name}）与本程序的不同。用写入这个库的程序版本打开，或从备份恢复。"
            )));
        }
        last = number;
    }
    if last == 0 && holds_tables(conn).await? {
        return Err(StoreError::Migration(
            "库里已有本系统的表，却没有升级记录（表 migrations 不在或是空的），不知道它是哪个版本的结构。没有改动。从备份恢复这个库，或换一个空库。"
                .to_owned(),
        ));
    }
    Ok(last)
}

const TABLES: [&str; 2] = [
    "SELECT name AS name FROM sqlite_schema WHERE type = 'table'",
    "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = current_schema()",
];

async fn tables(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let [lite, pg] = TABLES;
    let sql = match conn.engine() {
        Engine::Sqlite => lite,
        Engine::Postgres => pg,
    };
    let rows = conn.fetch(sql, &[]).await?;
    let name = |row: &Row| row.text("name").map(str::to_owned);
    rows.iter().map(name).collect()
}

async fn recorded(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(tables(conn).await?.iter().any(|name| name == "migrations"))
}

/// Whether any table of ours stands there, besides that of the migrations.
pub(super) async fn holds_tables(conn: &mut Conn) -> Result<bool, StoreError> {
    let traced = schema::TRACED.iter().map(|table| table.layout().name);
    let kernel = schema::KERNEL.iter().copied();
    let ours: Vec<&str> = traced
        .chain(kernel)
        .filter(|name| *name != "migrations")
        .collect();
    let there = tables(conn).await?;
    Ok(there.iter().any(|name| ours.contains(&name.as_str())))
}

async fn apply(
    db: &Db,
    mut conn: Conn,
    migration: &Migration,
    upgrade: &Upgrade,
) -> Result<(Conn, i64), StoreError> {
    let engine = conn.engine();
    let text = conn.script(migration.text(engine)).await;
    text.map_err(|error| not_applied(error, migration))?;
    #[cfg(test)]
    tests::reaches(Some(migration), "text").await;
    let mut moved = 0;
    if migration.moves.is_some() || migration.number > TOLD_SINCE {
        (conn, moved) = move_values((db, conn), migration, upgrade).await?;
    }
    if !migration.afterwards.is_empty() {
        let text = conn.script(migration.afterwards).await;
        text.map_err(|error| not_applied(error, migration))?;
    }
    #[cfg(test)]
    tests::reaches(Some(migration), "afterwards").await;
    let row = [
        Value::from(migration.number),
        Value::from(migration.name),
        Value::from(migration.hash(engine)),
    ];
    conn.execute(
        "INSERT INTO migrations (number, name, hash) VALUES ($1, $2, $3)",
        &row,
    )
    .await?;
    #[cfg(test)]
    tests::reaches(Some(migration), "listed").await;
    Ok((conn, moved))
}

/// What the engine says of a text it does not take is no sentence for an operator.
fn not_applied(error: StoreError, migration: &Migration) -> StoreError {
    match error {
        StoreError::Engine(why) | StoreError::Conflict { what: why, .. } => {
            StoreError::Migration(format!(
                "第 {} 号升级（{}）做不成：{why}。库里的表与升级记录不一致、磁盘满或权限不够时会这样。全部升级已撤回，没有改动。运行 mingqian audit 查明，或从备份恢复。",
                migration.number, migration.name
            ))
        }
        other => other,
    }
}

async fn move_values(
    (db, conn): (&Db, Conn),
    migration: &Migration,
    upgrade: &Upgrade,
) -> Result<(Conn, i64), StoreError> {
    let [id, salt] = [(upgrade.fresh)(), (upgrade.fresh)()];
    let mut short = [0; 12];
    short.copy_from_slice(&id[..12]);
    let event = Event::new(
        EventId::from_entropy(short),
        Act::SchemaMigrated,
        upgrade.clock.now(),
        Actor::program(upgrade.program.as_str()),
    )
    .with("migration", migration.name);
    let mut tx = Tx::new(
        "schema.migrate",
        Reader::new(conn, Arc::clone(&upgrade.vault)),
        None,
    );
    // Later migrations leave an event even where they move nothing, so that the log tells the age of each image.
    let told = migration.number > TOLD_SINCE && log::head(&mut tx).await?.0 > 0;
    let sealing = Sealing {
        salt,
        record: None,
        clock: Arc::clone(&upgrade.clock),
    };
    let rec = tx.record(event, sealing)?;
    let mut moving = Moving {
        rec,
        db: db.clone(),
        seals: Arc::clone(&upgrade.seals),
    };
    if let Some(step) = migration.moves {
        step(&mut moving).await?;
    }
    #[cfg(test)]
    tests::reaches(Some(migration), "moved").await;
    let moved = moving.rec.images();
    let reader = if moved == 0 && !told {
        moving.rec.unused()
    } else {
        moving.rec.append().await?.1
    };
    Ok((reader.conn, moved))
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Of everything that is text; what a step in Rust does is bound by its tests.
    fn hash(&self, engine: Engine) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.text(engine).as_bytes());
        hasher.update(self.afterwards.as_bytes());
        hex(&hasher.finalize())
    }
}

#[cfg(test)]
mod tests;
