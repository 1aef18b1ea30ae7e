//! 0011: the fingerprint of the storage key becomes a fact of the installation. Before it is written, the key at
//! hand has to open what the database holds: the wrong one would be made the right one.

use std::pin::Pin;

use crate::error::StoreError;
use crate::kernel::cell::PersonKey;
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;
use crate::kernel::storage_key::{FACT, fingerprint};

table! {
    /// As `0011_storage_key` finds it.
    traced INSTALLATION = "installation" key(name) {
        name: text public,
        value: text public,
    }
}

/// One row for a bureau that was founded before; a new one states it itself.
pub(super) fn register(
    moving: &mut Moving,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
    Box::pin(async move {
        let founded = Query::new("SELECT value FROM installation WHERE name = $1").arg("bureau");
        if moving.all(founded).await?.is_empty() {
            return Ok(());
        }
        if !opens_a_person(moving).await? {
            return Err(StoreError::WrongKey);
        }
        let value = fingerprint(&*moving.vault());
        let row = vec![("name", FACT.into()), ("value", value.into())];
        moving.insert(&INSTALLATION, row).await
    })
}

/// Whether the key of any person can be used with the key at hand. Without persons nothing was sealed: there is
/// no draw without inspectors.
async fn opens_a_person(moving: &mut Moving) -> Result<bool, StoreError> {
    let query = Query::new("SELECT person, wrapped FROM person_keys ORDER BY person");
    let rows = moving.all(query).await?;
    let vault = moving.vault();
    let mut opened = rows.is_empty();
    for row in &rows {
        let key = PersonKey::wrapped(row.blob("wrapped")?.to_vec());
        let place = "person_keys/trial";
        opened |= vault.seal((row.text("person")?, &key), place, "").is_some();
        if opened {
            break;
        }
    }
    Ok(opened)
}
