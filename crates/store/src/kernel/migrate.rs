//! Migrations: two folders, the same numbers and names, one transaction each.
//!
//! What has run is kept with the hash of its text: an edited migration is refused instead of
//! leaving two installations with different tables under one number.

use sha2::{Digest as _, Sha256};

use super::conn::Conn;
use super::engine::{Db, Engine};
use super::image::hex;
use super::value::Value;
use crate::error::StoreError;

struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_log"),
    migration!(2, "0002_registers"),
    migration!(3, "0003_accounts"),
    migration!(4, "0004_campaigns"),
    migration!(5, "0005_inspections"),
];

/// Brings the database to the newest version.
pub(super) async fn run(db: &Db) -> Result<(), StoreError> {
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
    let done = conn
        .fetch(
            "SELECT number, name, hash FROM migrations ORDER BY number",
            &[],
        )
        .await?;
    for row in &done {
        let number = row.int("number")?;
        let known = MIGRATIONS
            .iter()
            .find(|migration| migration.number == number);
        let hash = known.map(|migration| hash(migration.text(db.engine())));
        if hash.as_deref() != Some(row.text("hash")?) {
            return Err(StoreError::Migration(format!(
                "第 {number} 号（{}）与本程序的不同。用写入这个库的程序版本打开，或从备份恢复。",
                row.text("name")?
            )));
        }
    }
    let last = done.last().map_or(Ok(0), |row| row.int("number"))?;
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| migration.number > last)
    {
        apply(&mut conn, migration, db.engine()).await?;
    }
    conn.commit().await
}

async fn apply(conn: &mut Conn, migration: &Migration, engine: Engine) -> Result<(), StoreError> {
    let text = migration.text(engine);
    conn.script(text).await?;
    let row = [
        Value::from(migration.number),
        Value::from(migration.name),
        Value::from(hash(text)),
    ];
    conn.execute(
        "INSERT INTO migrations (number, name, hash) VALUES ($1, $2, $3)",
        &row,
    )
    .await?;
    Ok(())
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}
