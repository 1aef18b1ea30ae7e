//! Migrations: two folders, the same numbers and names, all pending ones in one transaction.
//!
//! What has run is kept with the hash of its text: an edited migration is refused instead of leaving
//! two installations with different tables under one number. A database that knows more migrations than
//! the program is refused as newer.
//!
//! A migration that only changes the shape of tables is a text: what older rows read in a new column is
//! declared in `schema.rs`, so the audit can explain them. One that moves values between traced tables is
//! an act: its rows are written through a [`Recording`] under an event of the program, in the same
//! transaction, so the log goes on explaining every row. Where nothing has to be moved, as in an empty
//! database, there is no event.

use std::pin::Pin;
use std::sync::Arc;

use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};

use super::blob::{BlobWriter, KeptBlob};
use super::cell::Vault;
use super::conn::Conn;
use super::engine::{Db, Engine};
use super::guard::{Recording, Sealing, Tx};
use super::image::hex;
use super::reader::{Query, Reader};
use super::scratch::Inside;
use super::table::{Cells, TracedTable};
use super::value::{Row, Value};
use crate::error::StoreError;

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

/// What a migration needs from outside: the moment, who runs it, fresh random bytes, and the key under
/// which content is sealed.
#[derive(Clone)]
pub struct Upgrade {
    /// When it happens.
    pub at: Instant,
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

async fn go(
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
    conn.script(
        "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)",
    )
    .await?;
    let last = known(&mut conn, list).await?;
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
    Ok((conn, done))
}

/// The number of the last migration that has run, all of which this program must know.
async fn known(conn: &mut Conn, list: &[Migration]) -> Result<i64, StoreError> {
    let engine = conn.engine();
    let newest = list.last().map_or(0, |migration| migration.number);
    let done = conn
        .fetch(
            "SELECT number, name, hash FROM migrations ORDER BY number",
            &[],
        )
        .await?;
    let mut last = 0;
    for row in &done {
        let (number, name) = (row.int("number")?, row.text("name")?);
        if number > newest {
            return Err(StoreError::NewerSchema {
                found: number,
                known: newest,
            });
        }
        let known = list.iter().find(|migration| migration.number == number);
        let hash = known.map(|migration| migration.hash(engine));
        if hash.as_deref() != Some(row.text("hash")?) {
            return Err(StoreError::Migration(format!(
                "第 {number} 号（{name}）与本程序的不同。用写入这个库的程序版本打开，或从备份恢复。"
            )));
        }
        last = number;
    }
    Ok(last)
}

async fn apply(
    db: &Db,
    mut conn: Conn,
    migration: &Migration,
    upgrade: &Upgrade,
) -> Result<(Conn, i64), StoreError> {
    let engine = conn.engine();
    conn.script(migration.text(engine)).await?;
    #[cfg(test)]
    tests::reaches(Some(migration), "text").await;
    let mut moved = 0;
    if let Some(step) = migration.moves {
        (conn, moved) = move_values((db, conn), migration, step, upgrade).await?;
    }
    if !migration.afterwards.is_empty() {
        conn.script(migration.afterwards).await?;
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

async fn move_values(
    (db, conn): (&Db, Conn),
    migration: &Migration,
    step: for<'a> fn(&'a mut Moving) -> Step<'a>,
    upgrade: &Upgrade,
) -> Result<(Conn, i64), StoreError> {
    let [id, salt] = [(upgrade.fresh)(), (upgrade.fresh)()];
    let mut short = [0; 12];
    short.copy_from_slice(&id[..12]);
    let event = Event::new(
        EventId::from_entropy(short),
        Act::SchemaMigrated,
        upgrade.at,
        Actor::program(upgrade.program.as_str()),
    )
    .with("migration", migration.name);
    let tx = Tx::new(
        "schema.migrate",
        Reader::new(conn, Arc::clone(&upgrade.vault)),
        None,
    );
    let rec = tx.record(event, Sealing { salt, record: None })?;
    let mut moving = Moving {
        rec,
        db: db.clone(),
        seals: Arc::clone(&upgrade.seals),
    };
    step(&mut moving).await?;
    #[cfg(test)]
    tests::reaches(Some(migration), "moved").await;
    let moved = moving.rec.images();
    let reader = if moved == 0 {
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
