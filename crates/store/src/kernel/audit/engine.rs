//! The file against itself: an index is another copy of its table, and whoever makes one that leaves a row out hides it
//! from every list that asks by it, while the row itself stands as the log left it.
//!
//! Asked of SQLite, which compares every index with its table. Deliberately absent: PostgreSQL, which tells this only
//! through an extension for its superuser.

use super::{Fault, Report};
use crate::error::StoreError;
use crate::kernel::engine::Engine;
use crate::kernel::reader::Reader;

/// What the engine names at most.
const ASK: &str = "PRAGMA integrity_check(100)";
const WELL: &str = "ok";

pub(super) async fn compare(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    if reader.conn.engine() == Engine::Postgres {
        return Ok(());
    }
    for row in reader.conn.fetch(ASK, &[]).await? {
        match row.text("integrity_check")? {
            WELL => {}
            why => report.faults.push(Fault::Engine {
                why: why.to_owned(),
            }),
        }
    }
    Ok(())
}
