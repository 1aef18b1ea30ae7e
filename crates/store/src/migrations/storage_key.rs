//! 0011: the fingerprint of the storage key becomes a fact of the installation. Before it is written, the key at
//! hand has to open everything the database holds sealed, of everybody: the wrong one would be made the right one,
//! and what it does not open would be lost unnoticed. Where nothing is sealed, nothing can be lost, and any key will
//! do.

use std::pin::Pin;

use tlog::Hash;

use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, SealedCell};
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;
use crate::kernel::storage_key::{FACT, fingerprint};
use crate::kernel::value::Row;
use crate::person;

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
        persons(moving).await?;
        cells(moving).await?;
        contents(moving).await?;
        let value = fingerprint(&*moving.vault());
        let row = vec![("name", FACT.into()), ("value", value.into())];
        moving.insert(&INSTALLATION, row).await
    })
}

fn does_not_open(what: String) -> StoreError {
    StoreError::WrongKey { first: Some(what) }
}

fn named(row: &Row) -> Result<String, StoreError> {
    let (name, code) = (row.maybe_text("name")?, row.maybe_text("code")?);
    Ok(match name.zip(code) {
        Some((name, code)) => format!("执法检查人员“{name}”（{code}）"),
        None => "不在名录里的人".to_owned(),
    })
}

/// The key of every person has to be usable.
async fn persons(moving: &mut Moving) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT k.person, k.wrapped, i.code, i.name FROM person_keys k LEFT JOIN inspectors i ON 'inspector/' || i.inspector_id = k.person ORDER BY i.code, k.person",
    );
    for row in moving.all(query).await? {
        let key = PersonKey::wrapped(row.blob("wrapped")?.to_vec());
        if !person::works(&*moving.vault(), row.text("person")?, &key) {
            return Err(does_not_open(format!("{}的密钥", named(&row)?)));
        }
    }
    Ok(())
}

/// Every sealed cell, under the key of its person.
async fn cells(moving: &mut Moving) -> Result<(), StoreError> {
    let numbers = Query::new(
        "SELECT 'inspector/' || i.inspector_id AS person, i.code, i.name, i.sealed_credential_no AS cell, 'inspectors/' || i.inspector_id || '/credential_no' AS place, k.wrapped FROM inspectors i LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id WHERE i.sealed_credential_no IS NOT NULL ORDER BY i.code",
    );
    // An explanation that 0010 could not tie to a person has a key of its own.
    let notes = Query::new(
        "SELECT COALESCE(o.person, k.person) AS person, i.code, i.name, r.sealed_note AS cell, 'recusals/' || r.inspector_code || ',' || r.subject_code || '/note' AS place, COALESCE(o.wrapped, k.wrapped) AS wrapped FROM recusals r LEFT JOIN inspectors i ON i.code = r.inspector_code LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id LEFT JOIN person_keys o ON o.person = 'recusal/' || r.inspector_code || ',' || r.subject_code WHERE r.sealed_note IS NOT NULL ORDER BY r.inspector_code, r.subject_code",
    );
    for row in moving.all(numbers).await? {
        if !opens(moving, &row, &row)? {
            return Err(does_not_open(format!("{}的执法证号", named(&row)?)));
        }
    }
    for row in moving.all(notes).await? {
        if !opens(moving, &row, &row)? && !opens_for_another(moving, &row).await? {
            return Err(does_not_open(format!("{}的回避说明", named(&row)?)));
        }
    }
    Ok(())
}

/// Whether a cell opens under a key.
fn opens(moving: &Moving, cell: &Row, key: &Row) -> Result<bool, StoreError> {
    let (Some(person), Some(key)) = (key.maybe_text("person")?, person::joined_key(key)?) else {
        return Ok(false);
    };
    let place = cell.text("place")?;
    let cell = SealedCell::of_ciphertext(cell.blob("cell")?.to_vec());
    let vault = moving.vault();
    Ok(vault.open((person, &key), place, &cell).is_some())
}

/// A recusal that was left under a former code of its person opens under his key, whoever has that code now. Where
/// nobody has it, that person may have been erased since: what his key opened says nothing of the storage key.
async fn opens_for_another(moving: &mut Moving, cell: &Row) -> Result<bool, StoreError> {
    if cell.maybe_text("code")?.is_none() {
        return Ok(true);
    }
    let keys = Query::new("SELECT person, wrapped FROM person_keys ORDER BY person");
    for key in moving.all(keys).await? {
        if opens(moving, cell, &key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Every secret whole, every sealed content by its head: that holds its own key, wrapped for its place.
async fn contents(moving: &mut Moving) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT a.owner_kind, a.owner_id, a.name, a.form, a.sha256 FROM attachments a WHERE a.form <> 'plain' ORDER BY a.owner_kind, a.owner_id, a.name",
    );
    for row in moving.all(query).await? {
        let (owner, name) = (row.text("owner_id")?, row.text("name")?);
        let sha256 = row.parsed("attachments", "sha256", str::parse::<Hash>)?;
        let head = moving.head(&sha256).await?.unwrap_or_default();
        let seals = moving.seals();
        let opened = match row.text("form")? {
            "secret" => seals.opens(&format!("draw_secrets/{owner}"), &head),
            _ => {
                let place = format!("attachments/{}/{owner}/{name}", row.text("owner_kind")?);
                seals.opens_content(&place, &head)
            }
        };
        if !opened {
            return Err(does_not_open(format!("抽取材料（{owner} 的 {name}）")));
        }
    }
    Ok(())
}
