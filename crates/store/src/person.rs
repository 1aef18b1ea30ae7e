//! Keys of persons: what is private of a person is sealed under a key of its own, which can be destroyed
//! when the term of keeping is over. Which values those are stands in `schema.rs` (`sealed private`);
//! names stay clear, so that lists can be sorted and searched.

use domain::id::InspectorId;

use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, SealedCell, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::scratch::Inside;
use crate::kernel::value::Row;
use crate::schema::PERSON_KEYS;

/// Under which name the key of an inspector is kept.
pub(crate) fn inspector(id: &InspectorId) -> String {
    format!("inspector/{id}")
}

/// The wrapped key a query joined, if the person still has one.
pub(crate) fn joined_key(row: &Row) -> Result<Option<PersonKey>, StoreError> {
    let wrapped = row.maybe_blob("wrapped")?;
    Ok(wrapped.map(|bytes| PersonKey::wrapped(bytes.to_vec())))
}

/// The key of a person for the act under way; made and kept with it if there is none.
pub(crate) async fn key_for(
    rec: &mut Recording,
    person: &str,
    kept: Option<&PersonKey>,
) -> Result<PersonKey, StoreError> {
    if let Some(key) = kept {
        return Ok(key.clone());
    }
    let key = rec.vault().person_key(person);
    keep(&mut rec.beside(), person, &key).await?;
    Ok(key)
}

pub(crate) async fn keep(
    inside: &mut Inside<'_>,
    person: &str,
    key: &PersonKey,
) -> Result<(), StoreError> {
    let row = vec![("person", person.into()), ("wrapped", key.bytes().into())];
    inside.insert(&PERSON_KEYS, row).await
}

/// Destroys the key of an inspector: what was sealed under it can never be read again.
pub(crate) async fn destroy_key(rec: &mut Recording, id: &InspectorId) -> Result<(), StoreError> {
    rec.leave_to_sweep().await?;
    rec.beside()
        .delete(&PERSON_KEYS, "person", inspector(id))
        .await
        .map(|_| ())
}

/// Seals one value of a person for its place.
pub(crate) fn seal(
    vault: &dyn Vault,
    of: (&str, &PersonKey),
    place: (&'static str, &str, &'static str),
    text: &str,
) -> Result<SealedCell, StoreError> {
    vault
        .seal(of, &place_of(place), text)
        .ok_or_else(|| wrong_key(place))
}

/// Opens one value of a person. An erasure takes the value out of its row before the key goes, so a value
/// without its key is a key that somebody took away behind the program's back.
pub(crate) fn open(
    vault: &dyn Vault,
    (person, key): (&str, Option<&PersonKey>),
    place: (&'static str, &str, &'static str),
    cell: &SealedCell,
) -> Result<String, StoreError> {
    let Some(key) = key else {
        let (table, row, column) = place;
        let why = "密文还在，它的密钥不见了，而没有删除的留痕";
        return Err(StoreError::inconsistent(table, column, row, why));
    };
    vault
        .open((person, key), &place_of(place), cell)
        .ok_or_else(|| wrong_key(place))
}

fn place_of((table, row, column): (&'static str, &str, &'static str)) -> String {
    format!("{table}/{row}/{column}")
}

fn wrong_key((table, row, column): (&'static str, &str, &'static str)) -> StoreError {
    StoreError::inconsistent(
        table,
        column,
        row,
        "密文不能用这里的密钥打开：密文被改动或挪动过，或者 keys/storage.key 不是写入它的那一把",
    )
}
