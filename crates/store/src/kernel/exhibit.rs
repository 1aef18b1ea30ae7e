//! A database opened to be looked at: for the audit, and for the question whether there is one.
//!
//! Nothing in it is changed: it is not migrated, no file is made, no key is needed. The engine itself refuses to
//! write. Beside a working server it sees one snapshot like every reader.

use std::path::Path;
use std::sync::Arc;

use super::audit::{self, Report};
use super::cell::{PersonKey, SealedCell, Vault};
use super::engine::Db;
use super::migrate;
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;

/// A database that is only looked at.
pub struct Exhibit {
    db: Db,
}

/// Opens nothing. It is never asked to seal: an exhibit gives no handle that writes.
pub(super) struct Keyless;

impl Vault for Keyless {
    fn person_key(&self, _: &str) -> PersonKey {
        PersonKey::wrapped(Vec::new())
    }

    fn seal(&self, _: (&str, &PersonKey), _: &str, _: &str) -> Option<SealedCell> {
        None
    }

    fn open(&self, _: (&str, &PersonKey), _: &str, _: &SealedCell) -> Option<String> {
        None
    }

    fn mark(&self, _: &str, _: &str) -> [u8; 32] {
        [0; 32]
    }
}

impl Exhibit {
    /// The embedded database in `file`.
    ///
    /// # Errors
    /// [`StoreError::NoDatabase`] if there is none.
    pub async fn open_sqlite(file: &Path) -> Result<Self, StoreError> {
        if !file.is_file() {
            return Err(StoreError::NoDatabase(file.display().to_string()));
        }
        let db = Db::look_at_sqlite(file, Arc::new(Keyless)).await?;
        Ok(Self { db })
    }

    /// A database on a server.
    ///
    /// # Errors
    /// [`StoreError::NoDatabase`] if the server has none of that name.
    pub async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let db = Db::look_at_postgres(url, Arc::new(Keyless)).await?;
        Ok(Self { db })
    }

    /// Whether tables of this system stand in it, of whatever version.
    pub async fn holds_tables(&self) -> Result<bool, StoreError> {
        migrate::holds_tables(&mut self.db.read().await?.conn).await
    }

    /// Audits it.
    ///
    /// # Errors
    /// [`StoreError::OlderSchema`], [`StoreError::NewerSchema`] or [`StoreError::Migration`] if its tables are not
    /// those this program knows.
    pub async fn audit(&self) -> Result<Report, StoreError> {
        let found = migrate::known(&mut self.db.read().await?.conn, MIGRATIONS).await?;
        let known = MIGRATIONS.last().map_or(0, |migration| migration.number);
        if found < known {
            return Err(StoreError::OlderSchema { found, known });
        }
        audit::audit(&self.db).await
    }

    /// Gives it back.
    pub async fn close(self) {
        self.db.close().await;
    }
}

#[cfg(test)]
mod tests;
