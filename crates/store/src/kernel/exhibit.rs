//! A database opened to be looked at: for the audit, for lists of what stands in the clear, and for the question
//! whether there is one.
//!
//! Nothing in it is changed: it is not migrated, no file is made, no key is needed. The engine itself refuses to
//! write. Beside a working server it sees one snapshot like every reader.

use std::path::Path;
use std::sync::Arc;

use domain::time::Instant;
use tlog::{Entry, Hash};

use super::audit::{self, Progress, Report};
use super::cell::{PersonKey, SealedCell, Vault};
use super::engine::Db;
use super::facts;
use super::log;
use super::migrate::{self, Stands};
use super::reader::{Query, Reader};
use crate::error::StoreError;
use crate::migrations::MIGRATIONS;
use crate::org;

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

    fn seal(&self, _: (&str, &PersonKey), _: &str, _: &str) -> Option<Vec<u8>> {
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

    /// A view of it. What is sealed in it does not open.
    ///
    /// # Errors
    /// [`StoreError::OlderSchema`], [`StoreError::NewerSchema`] or [`StoreError::Migration`] if its tables are not
    /// those this program knows.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        let mut reader = self.db.read().await?;
        let known = migrate::structure();
        match migrate::stands(&mut reader.conn, MIGRATIONS).await? {
            Stands::At(found) if found < known => Err(StoreError::OlderSchema { found, known }),
            Stands::At(_) => Ok(reader),
            Stands::Refuted(why) => Err(StoreError::Migration(why + "从备份恢复这个库。")),
        }
    }

    /// Which structure its tables are of.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`] or [`StoreError::Migration`] if no program this one knows has made them.
    pub async fn structure(&self) -> Result<i64, StoreError> {
        match migrate::stands(&mut self.db.read().await?.conn, MIGRATIONS).await? {
            Stands::At(found) => Ok(found),
            Stands::Refuted(why) => Err(StoreError::Migration(why + "从备份恢复这个库。")),
        }
    }

    /// Audits it.
    ///
    /// # Errors
    /// [`StoreError::OlderSchema`], [`StoreError::NewerSchema`] or [`StoreError::Migration`] if its tables are not
    /// those this program knows; [`StoreError::NoBureau`] where there is nothing to audit.
    pub async fn audit(&self) -> Result<Report, StoreError> {
        self.audit_watched(&Arc::default()).await
    }

    /// The same, saying how far it has come.
    ///
    /// # Errors
    /// As [`Self::audit`].
    pub async fn audit_watched(&self, progress: &Arc<Progress>) -> Result<Report, StoreError> {
        let known = migrate::structure();
        let stands = migrate::stands(&mut self.db.read().await?.conn, MIGRATIONS).await?;
        match stands {
            Stands::At(0) => Err(StoreError::NoBureau("没有本系统的表".to_owned())),
            Stands::At(found) if found < known => Err(StoreError::OlderSchema { found, known }),
            // A list that was altered beside a structure that is the newest: the audit names its rows among the rest.
            Stands::Refuted(why) if !audit::can_read(&self.db).await? => {
                let remedy = "表也不全，没有核对。从备份恢复这个库。";
                Err(StoreError::Migration(why + remedy))
            }
            Stands::At(_) | Stands::Refuted(_) => {
                let report = audit::audit_watched(&self.db, progress).await?;
                if report.leaves == 0 && report.rows == 0 && report.faults.is_empty() {
                    return Err(StoreError::NoBureau("留痕日志和各表都是空的".to_owned()));
                }
                Ok(report)
            }
        }
    }

    /// Whether it is the database of a bureau, be it in disorder: an entry stands in its log, or a fact of the
    /// installation. If not, in words what there is instead.
    pub async fn holds_bureau(&self) -> Result<Result<(), &'static str>, StoreError> {
        let mut reader = self.db.read().await?;
        if !migrate::holds_tables(&mut reader.conn).await? {
            return Ok(Err("没有本系统的表"));
        }
        let tables = migrate::tables(&mut reader.conn).await?;
        let any = facts::any(&mut reader.conn, &tables).await?;
        Ok(if any {
            Ok(())
        } else {
            Err("各表在，而留痕日志和局的登记都是空的")
        })
    }

    /// Refuses a database of no bureau, and one whose facts the log does not confirm, as an opening to write does: what
    /// stands in the others of its tables is then no answer.
    ///
    /// # Errors
    /// [`StoreError::NoBureau`], [`StoreError::Contradiction`], and those of [`Self::read`].
    pub async fn require_bureau(&self) -> Result<(), StoreError> {
        if let Err(instead) = self.holds_bureau().await? {
            return Err(StoreError::NoBureau(instead.to_owned()));
        }
        let mut reader = self.read().await?;
        facts::check(&mut reader, migrate::structure()).await
    }

    /// One fact of the installation, as it stands.
    pub async fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        org::fact(&mut self.db.read().await?, name).await
    }

    /// The public records whose text begins so.
    pub async fn records_that_begin(&self, words: &str) -> Result<Vec<String>, StoreError> {
        log::records_that_begin(&mut self.db.read().await?, words).await
    }

    /// The time of the last entry of its log, if it has one.
    pub async fn last_time(&self) -> Result<Option<Instant>, StoreError> {
        let mut reader = self.db.read().await?;
        let last = "SELECT entry FROM log_leaves ORDER BY sequence DESC LIMIT 1";
        let Some(row) = reader.first(Query::new(last)).await? else {
            return Ok(None);
        };
        let entry = Entry::parse(row.text("entry")?).ok();
        let time = entry.and_then(|entry| i64::try_from(entry.time()).ok());
        Ok(time.map(Instant::from_unix_ms))
    }

    /// How many entries its log has, and its root in hex; as the entries state it.
    pub async fn log_head(&self) -> Result<(u64, String), StoreError> {
        let (size, _) = self.root_at(0).await?;
        let (_, root) = self.root_at(size).await?;
        Ok((size, root.map(|root| root.to_string()).unwrap_or_default()))
    }

    /// How many entries its log has, whatever its structure, and the root after so many of them if it has them; as the
    /// entries state it, which the audit recomputes.
    pub async fn root_at(&self, size: u64) -> Result<(u64, Option<Hash>), StoreError> {
        let mut reader = self.db.read().await?;
        let last = "SELECT sequence FROM log_leaves ORDER BY sequence DESC LIMIT 1";
        let held = match reader.first(Query::new(last)).await? {
            Some(row) => log::size_of(row.int("sequence")?)? + 1,
            None => 0,
        };
        let root = match size.checked_sub(1) {
            Some(last) => log::root_after(&mut reader, last).await?,
            None => Some(Hash::of(b"")),
        };
        Ok((held, root))
    }

    /// Whether its log, up to its last entry, grew from a head of so many entries and this root: proven by the nodes of
    /// the tree, whatever is stated beside its entries.
    pub async fn grew_from(&self, old: u64, old_root: &Hash) -> Result<bool, StoreError> {
        let (size, _) = self.root_at(0).await?;
        let (_, root) = self.root_at(size).await?;
        let Some(root) = root.filter(|_| old <= size) else {
            return Ok(false);
        };
        let mut reader = self.db.read().await?;
        match log::grew(&mut reader, (old, old_root), (size, &root)).await {
            // The tree is not whole, which the audit says of each node.
            Err(StoreError::Contradiction { .. } | StoreError::Inconsistent { .. }) => Ok(false),
            proven => proven,
        }
    }

    /// Gives it back.
    pub async fn close(self) {
        self.db.close().await;
    }
}

#[cfg(test)]
mod tests;
