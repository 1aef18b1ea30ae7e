//! Migrations: two folders, the same numbers and names, all pending ones in one transaction.
//!
//! What has run is kept with the hash of its text: an edited migration is refused instead of leaving
//! two installations with different tables under one number. A database that knows more migrations than
//! the program is refused as newer.
//!
//! A migration changes the shape of tables by its text: what older rows read in a new column is declared in
//! `schema.rs`, so the audit can explain them. Where it also moves values between traced tables, the rows are written
//! through a [`Recording`] under an event of the program (`schema.migrate`), in the same transaction, so the log goes
//! on explaining every row.
//!
//! Which ones leave an event: up to 0011 those that wrote a traced row; from 0012 on every one, so that the log tells
//! how new the structure was, unless the log is still empty. [`Migrated::told`] says it of each. Old pages are swept
//! after the commit, outside the transaction (`sweep`).

use std::pin::Pin;
use std::sync::Arc;

use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use sha2::{Digest as _, Sha256};
use tlog::Hash;

use super::blob::{self, BlobWriter, KeptBlob};
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
use super::{facts, log, log_key, storage_key, sweep};
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;

mod listed;

pub(super) use listed::{Listed, Stands, holds_tables, stands, tables};

/// What seals content under the storage key, which the store does not have. A port: `app` holds key and
/// construction.
pub trait SealKey: Send + Sync {
    /// Begins to seal content that will stand at `place`.
    fn sealer(&self, place: &str) -> Box<dyn Seal>;
    /// Whether a secret that was encrypted in one piece for `place` opens under this key.
    fn opens(&self, place: &str, secret: &[u8]) -> bool;
    /// Whether content that begins with `head` was sealed for `place` under this key.
    fn opens_content(&self, place: &str, head: &[u8]) -> bool;
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
    /// The public key, as it is published, of the key that will sign the log; none for who signs nothing.
    pub log_key: Option<String>,
    /// Why the log, whose times lie ahead of the clock, is to go on at the present one; none for whoever only opens it.
    pub repairs_clock: Option<String>,
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
    /// Whether it left an event (`schema.migrate`) in the log.
    pub told: bool,
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

    /// The tables as they stand at this migration, to read.
    pub(crate) fn reader(&mut self) -> &mut Reader {
        &mut self.rec.reader
    }

    /// The first bytes of kept content, at most a chunk of it; none if it is not there.
    pub(crate) async fn head(&mut self, sha256: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        blob::head_in(&self.db, &mut self.rec, sha256).await
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

/// The structure this program makes and knows: the number of its last migration. The founding of a bureau states it,
/// so that the log tells how new the structure was from the first leaf on.
#[must_use]
pub fn structure() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
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
    let last = match stands(&mut conn, list).await? {
        Stands::At(last) => last,
        Stands::Refuted(why) => {
            let remedy = "运行 mingqian audit 看还有哪些改动，再从备份恢复这个库。";
            return Err(StoreError::Migration(why + remedy));
        }
    };
    as_the_log_says(db, last, upgrade).await?;
    conn.script(
        "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)",
    )
    .await?;
    if last >= storage_key::SINCE {
        storage_key::check(&mut conn, &*upgrade.vault).await?;
    }
    if let Some(reason) = &upgrade.repairs_clock {
        conn = log::repair::made(conn, reason, upgrade).await?;
    }
    let mut done = Vec::new();
    for migration in list.iter().filter(|migration| migration.number > last) {
        let one;
        (conn, one) = apply(db, conn, migration, upgrade).await?;
        done.push(one);
    }
    sweep::after(&mut conn, list, last).await?;
    Ok((conn, done))
}

/// Head, tree and facts against the log, then the key that will sign: by facts the log confirms it is called foreign.
/// Asked of one view: another process may append meanwhile, and nothing is changed yet.
async fn as_the_log_says(db: &Db, last: i64, upgrade: &Upgrade) -> Result<(), StoreError> {
    let mut reader = db.read().await?;
    if last > 0 {
        let size = log::check(&mut reader.conn).await?.size();
        log::ahead::refuse_beyond(&mut reader.conn, size).await?;
    }
    facts::check(&mut reader, last).await?;
    log_key::check(&mut reader.conn, last, upgrade.log_key.as_deref()).await
}

async fn apply(
    db: &Db,
    mut conn: Conn,
    migration: &Migration,
    upgrade: &Upgrade,
) -> Result<(Conn, Migrated), StoreError> {
    let engine = conn.engine();
    let text = conn.script(migration.text(engine)).await;
    text.map_err(|error| not_applied(error, migration))?;
    #[cfg(test)]
    tests::reaches(Some(migration), "text").await;
    let mut done = Migrated {
        number: migration.number,
        name: migration.name,
        words: migration.words,
        moved: 0,
        told: false,
    };
    if migration.moves.is_some() || migration.number > TOLD_SINCE {
        (conn, done.moved, done.told) = move_values((db, conn), migration, upgrade).await?;
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
    Ok((conn, done))
}

/// What the engine says of a text it does not take is no sentence for an operator.
fn not_applied(error: StoreError, migration: &Migration) -> StoreError {
    match error {
        StoreError::Engine(why) | StoreError::Conflict { what: why, .. } => {
            StoreError::Migration(format!(
                "第 {} 号升级（{}）做不成：{why}。库里的表与升级记录不一致、磁盘满或权限不够时会这样。全部升级已撤回，没有改动。磁盘和权限没有问题的，从备份恢复这个库。",
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
) -> Result<(Conn, i64, bool), StoreError> {
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
    let told = told || moved > 0;
    let reader = if told {
        moving.rec.append().await?.1
    } else {
        moving.rec.unused()
    };
    Ok((reader.conn, moved, told))
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Of everything that is text; what a step in Rust does is bound by its tests.
    pub(super) fn hash(&self, engine: Engine) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.text(engine).as_bytes());
        hasher.update(self.afterwards.as_bytes());
        hex(&hasher.finalize())
    }
}

#[cfg(test)]
mod tests;
