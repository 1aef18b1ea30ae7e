//! Whether the storage key at hand is the one of this database. What was sealed under another could never be
//! opened again, so a program that holds another writes nothing.
//!
//! The fingerprint of the key is a fact of the installation: a traced row, written by the act that founds the
//! bureau, in older databases by the event of migration 0011 (`docs/adr/0015`). It is compared whenever a
//! database is opened to be written, under the lock of the migrations and before any of them.

use super::cell::Vault;
use super::conn::Conn;
use super::image::{Image, hex};
use super::value::Value;
use crate::error::StoreError;

/// Name of the fact.
pub(crate) const FACT: &str = "storage_key";
/// The migration since which every bureau has it.
pub(crate) const SINCE: i64 = 11;

/// What the fact says under this key.
pub(crate) fn fingerprint(vault: &dyn Vault) -> String {
    hex(&vault.fingerprint())
}

/// Refuses any key but that of the database; before the bureau is founded any key will do.
pub(super) async fn check(conn: &mut Conn, vault: &dyn Vault) -> Result<(), StoreError> {
    let sql = "SELECT name, value FROM installation WHERE name = $1 OR name = $2";
    let facts = conn
        .fetch(sql, &[Value::from(FACT), Value::from("bureau")])
        .await?;
    for row in &facts {
        if row.text("name")? == FACT {
            return if row.text("value")? == fingerprint(vault) {
                Ok(())
            } else {
                Err(StoreError::WrongKey { first: None })
            };
        }
    }
    if facts.is_empty() {
        return Ok(());
    }
    let why = "局已建立，而封存密钥的指纹不在";
    let place = format!("局的登记（表 installation）行 {FACT} ");
    Err(StoreError::contradiction(&place, why))
}

/// Whether an image states the fact: whatever is written after it was written by a program that knows it, so that
/// the log of a bureau founded under a newer structure says how new it is at least.
pub(super) fn is_stated_by(image: &Image) -> bool {
    image.table == "installation" && image.cells.first().is_some_and(|cell| cell == FACT)
}
