//! What a database on a server held before a dump was loaded into it, so that what the load brought can be taken away again
//! and nothing else.
//!
//! Told by the catalogs of PostgreSQL: tables, sequences, views, routines, types and schemas. What came is dropped in one
//! transaction, without CASCADE: whatever was there before and hangs on it, which only somebody else can have made, stops it.
//! Deliberately absent: extensions, which a dump of ours has none of, and rows within what was there before.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::conn::engine;
use crate::error::StoreError;

/// Every object of a user, what it is and its quoted name; nothing that an extension owns.
const OBJECTS: &str = "
SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'ROUTINE', p.oid::regprocedure::text
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'TYPE', format('%I.%I', n.nspname, t.typname)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION ALL
SELECT 'SCHEMA', format('%I', n.nspname)
FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// In which order they go: what others are made of comes last.
const KINDS: [&str; 8] = [
    "VIEW",
    "MATERIALIZED VIEW",
    "TABLE",
    "FOREIGN TABLE",
    "SEQUENCE",
    "ROUTINE",
    "TYPE",
    "SCHEMA",
];

/// How long what came may be in somebody's hands: a connection of ours that was dropped gives it back by itself.
const PATIENCE: &str = "SET LOCAL lock_timeout = '20s'";

/// What stood in a database.
pub struct Loaded {
    url: String,
    before: BTreeSet<(String, String)>,
}

impl Loaded {
    /// Before anything is loaded.
    ///
    /// # Errors
    /// [`StoreError::Engine`] where the server does not tell.
    pub async fn into(url: &str) -> Result<Self, StoreError> {
        let mut conn = connected(url).await?;
        let before = objects(&mut conn).await?;
        conn.close().await.map_err(|error| engine(&error))?;
        Ok(Self {
            url: url.to_owned(),
            before,
        })
    }

    /// Takes away whatever has come since; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Engine`] if somebody holds it or something else hangs on it.
    pub async fn take_back(self) -> Result<(), StoreError> {
        let mut conn = connected(&self.url).await?;
        let failed = |error: sqlx::Error| engine(&error);
        let mut tx = conn.begin().await.map_err(failed)?;
        let now = objects(&mut tx).await?;
        let came: Vec<_> = now.difference(&self.before).collect();
        let mut steps = vec![PATIENCE.to_owned()];
        for kind in KINDS {
            let names: Vec<&str> = came
                .iter()
                .filter(|(of, _)| of == kind)
                .map(|(_, name)| name.as_str())
                .collect();
            // Together, because they refer to each other; a sequence may have gone with its table.
            if !names.is_empty() {
                steps.push(format!("DROP {kind} IF EXISTS {}", names.join(", ")));
            }
        }
        for step in steps {
            let done = sqlx::query(AssertSqlSafe(step)).execute(&mut *tx).await;
            done.map_err(failed)?;
        }
        tx.commit().await.map_err(failed)?;
        conn.close().await.map_err(failed)
    }
}

async fn connected(url: &str) -> Result<PgConnection, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| engine(&error))?;
    let connected = PgConnection::connect_with(&options).await;
    connected.map_err(|error| engine(&error))
}

async fn objects(conn: &mut PgConnection) -> Result<BTreeSet<(String, String)>, StoreError> {
    let rows = sqlx::query(OBJECTS).fetch_all(conn).await;
    let rows = rows.map_err(|error| engine(&error))?;
    let named = |row: &sqlx::postgres::PgRow| Ok((row.try_get("kind")?, row.try_get("name")?));
    let named: Result<BTreeSet<_>, sqlx::Error> = rows.iter().map(named).collect();
    named.map_err(|error| engine(&error))
}
