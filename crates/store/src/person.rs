//! Keys of persons: what is private of a person is sealed under a key of its own, which can be destroyed
//! when the term of keeping is over. Which values those are stands in `schema.rs` (`sealed private`);
//! names stay clear, so that lists can be sorted and searched.

use std::collections::BTreeMap;

use domain::id::InspectorId;
use domain::refusal::Code;

use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, SealedCell, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::kernel::table::Cells;
use crate::kernel::value::Row;
use crate::schema::PERSON_KEYS;

static NUMBER_UNOPENED: Code = Code::new(
    "STOR-523",
    "执法检查人员“{name}”（{code}）的执法证号打不开：{why}。",
    None,
    "从备份恢复他的密钥（表 person_keys 的 {person} 行）和密文；没有备份的，在执法检查人员名录里修改这一名，照证件重新填写证号。再运行 mingqian audit，查明是谁改动的。",
);
static NOTE_UNOPENED: Code = Code::new(
    "STOR-524",
    "执法检查人员“{name}”（{code}）的回避说明打不开：{why}。",
    None,
    "从备份恢复他的密钥（表 person_keys 的 {person} 行）和密文，再运行 mingqian audit，查明是谁改动的。回避本身照常计入，与说明无关。",
);

/// Whose a sealed value is: to open it, and to say whose it is if it does not open.
pub(crate) struct Owner<'a> {
    /// Under which name the key is kept.
    pub(crate) person: &'a str,
    /// The key, if there still is one.
    pub(crate) key: Option<&'a PersonKey>,
    /// The code in the register.
    pub(crate) code: &'a str,
    /// The name in the register.
    pub(crate) name: &'a str,
}

/// Under which name the key of an inspector is kept.
pub(crate) fn inspector(id: &InspectorId) -> String {
    format!("inspector/{id}")
}

/// The wrapped key a query joined, if the person still has one.
pub(crate) fn joined_key(row: &Row) -> Result<Option<PersonKey>, StoreError> {
    let wrapped = row.maybe_blob("wrapped")?;
    Ok(wrapped.map(|bytes| PersonKey::wrapped(bytes.to_vec())))
}

/// Every key that is kept, by the name it is kept under.
pub(crate) async fn keys(reader: &mut Reader) -> Result<BTreeMap<String, PersonKey>, StoreError> {
    let query = Query::new("SELECT person, wrapped FROM person_keys ORDER BY person");
    let mut found = BTreeMap::new();
    for row in reader.all(query).await? {
        if let Some(key) = joined_key(&row)? {
            found.insert(row.text("person")?.to_owned(), key);
        }
    }
    Ok(found)
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
    inside.insert(&PERSON_KEYS, cells(person, key)).await
}

/// A fresh key for each of these persons, who have none, in the same order; kept with the act under way.
pub(crate) async fn fresh_keys(
    rec: &mut Recording,
    persons: &[String],
) -> Result<Vec<PersonKey>, StoreError> {
    let vault = rec.vault();
    let keys: Vec<PersonKey> = persons.iter().map(|one| vault.person_key(one)).collect();
    let each = persons.iter().zip(&keys);
    let rows: Vec<Cells> = each.map(|(person, key)| cells(person, key)).collect();
    rec.beside().insert_many(&PERSON_KEYS, rows).await?;
    Ok(keys)
}

fn cells(person: &str, key: &PersonKey) -> Cells {
    vec![("person", person.into()), ("wrapped", key.bytes().into())]
}

/// Destroys the key of an inspector: what was sealed under it can never be read again.
pub(crate) async fn destroy_key(rec: &mut Recording, id: &InspectorId) -> Result<(), StoreError> {
    destroy_own_key(rec, &inspector(id)).await
}

/// Destroys the key of a value that had one of its own.
pub(crate) async fn destroy_own_key(rec: &mut Recording, of: &str) -> Result<(), StoreError> {
    rec.leave_to_sweep().await?;
    let mut beside = rec.beside();
    beside.delete(&PERSON_KEYS, "person", of).await.map(drop)
}

/// Seals one value of a person for its place.
pub(crate) fn seal(
    vault: &dyn Vault,
    of: (&str, &PersonKey),
    place: (&'static str, &str, &'static str),
    text: &str,
) -> Result<SealedCell, StoreError> {
    SealedCell::sealed(vault, of, &place_of(place), text).ok_or_else(|| wrong_key(place))
}

/// Opens one value of a person. An erasure takes the value out of its row before the key goes, so a value
/// without its key is a key that somebody took away behind the program's back.
///
/// # Errors
/// [`StoreError::Unopened`], which names the person.
pub(crate) fn open(
    vault: &dyn Vault,
    owner: &Owner<'_>,
    place: (&'static str, &str, &'static str),
    cell: &SealedCell,
) -> Result<String, StoreError> {
    let why = match owner.key {
        None => "密文还在，它的密钥不见了，而没有删除的留痕",
        Some(key) => match vault.open((owner.person, key), &place_of(place), cell) {
            Some(text) => return Ok(text),
            None => "密文或它的密钥被改动、挪动过，或不是用这里的 keys/storage.key 封存的",
        },
    };
    let code = match place.2 {
        "note" => &NOTE_UNOPENED,
        _ => &NUMBER_UNOPENED,
    };
    let refusal = code.refuse(&[
        ("name", &owner.name),
        ("code", &owner.code),
        ("person", &owner.person),
        ("why", &why),
    ]);
    Err(StoreError::Unopened(Box::new(refusal)))
}

/// Opens a value that has a key of its own and is no person's.
///
/// # Errors
/// When the key is gone, or the cell was altered or moved.
pub(crate) fn open_own(
    vault: &dyn Vault,
    (of, key): (&str, Option<&PersonKey>),
    place: (&'static str, &str, &'static str),
    cell: &SealedCell,
) -> Result<String, StoreError> {
    let opened = key.and_then(|key| vault.open((of, key), &place_of(place), cell));
    opened.ok_or_else(|| wrong_key(place))
}

/// Whether a kept key can be used at all.
pub(crate) fn works(vault: &dyn Vault, person: &str, key: &PersonKey) -> bool {
    vault.seal((person, key), "person_keys/trial", "").is_some()
}

/// A key in place of one that cannot be used any more; what was sealed under that one stays unreadable.
pub(crate) async fn renew(rec: &mut Recording, person: &str) -> Result<PersonKey, StoreError> {
    let key = rec.vault().person_key(person);
    let mut beside = rec.beside();
    beside.delete(&PERSON_KEYS, "person", person).await?;
    keep(&mut beside, person, &key).await?;
    Ok(key)
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
