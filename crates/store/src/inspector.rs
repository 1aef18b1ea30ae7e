//! The inspector register, and the recusals declared between inspectors and subjects.

mod entry;

use std::collections::HashMap;

use domain::id::{AccountId, EventId, InspectorCode, InspectorId};
use domain::inspector::{Inspector, SCOPE};
use domain::recusal::{Recusal, RecusalGround};
use domain::refusal::Refusal;
use domain::text::{CredentialNumber, PersonName, SubjectCode};
use domain::time::Instant;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::person;
use crate::schema::{INSPECTIONS, INSPECTORS, RECUSALS};

use entry::entry;
pub use entry::{Entry, Opened, entries, listed, listed_by_code, listed_one};

const TABLE: &str = "inspectors";
const COLUMNS: &str = "SELECT i.inspector_id, i.code, i.name, i.org_unit_id, i.authority, i.sealed_credential_no, i.credential_until, i.scope, i.presence, i.may_lead, i.account_id, i.last_event, k.wrapped FROM inspectors i LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id";
const CREDENTIAL_MARK: &str = "inspectors.credential_no";

/// An inspector as kept: with the account, if any, and the event that last wrote the row.
#[derive(Clone, Debug)]
pub struct StoredInspector {
    /// The entry.
    pub inspector: Inspector,
    /// The account of the same person.
    pub account: Option<AccountId>,
    /// Event that last wrote the row.
    pub seen: EventId,
    /// The key under which private values are sealed; none once it was destroyed.
    pub key: Option<PersonKey>,
}

/// What a change of an entry starts from, besides its new content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Event that last wrote the row.
    pub seen: EventId,
    /// The account of the same person.
    pub account: Option<AccountId>,
    /// The key under which private values are sealed, if there still is one.
    pub key: Option<PersonKey>,
}

impl StoredInspector {
    /// What a change of this entry starts from.
    #[must_use]
    pub fn held(&self) -> Held {
        Held {
            seen: self.seen.clone(),
            account: self.account.clone(),
            key: self.key.clone(),
        }
    }

    /// Whether what was private has been erased: everybody else has a key.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.key.is_none()
    }
}

/// All inspectors by code.
pub async fn all(reader: &mut Reader) -> Result<Vec<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS).push(" ORDER BY i.code");
    let vault = reader.vault();
    let rows = reader.all(query).await?;
    rows.iter().map(|row| inspector(row, &*vault)).collect()
}

/// The inspector with that key.
pub async fn get(reader: &mut Reader, id: &InspectorId) -> Result<StoredInspector, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE i.inspector_id = ")
        .bind(id.as_str());
    let vault = reader.vault();
    inspector(&reader.one(TABLE, query).await?, &*vault)
}

/// The inspector with that code.
pub async fn by_code(
    reader: &mut Reader,
    code: &InspectorCode,
) -> Result<Option<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE i.code = ")
        .bind(code.as_str());
    let vault = reader.vault();
    let found = reader.first(query).await?;
    found.map(|row| inspector(&row, &*vault)).transpose()
}

/// The inspectors with any of these codes.
pub async fn by_codes(
    reader: &mut Reader,
    codes: &[String],
) -> Result<Vec<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE i.code IN (");
    let vault = reader.vault();
    let rows = reader.any_of(&query, codes, ") ORDER BY i.code").await?;
    rows.iter().map(|row| inspector(row, &*vault)).collect()
}

/// The codes under which an account may be drawn; usually one.
pub async fn codes_of(
    reader: &mut Reader,
    account: &AccountId,
) -> Result<Vec<InspectorCode>, StoreError> {
    let query = Query::new("SELECT code FROM inspectors WHERE account_id = $1 ORDER BY code")
        .arg(account.as_str());
    let rows = reader.all(query).await?;
    rows.iter()
        .map(|row| row.parsed(TABLE, "code", InspectorCode::parse))
        .collect()
}

fn inspector(row: &Row, vault: &dyn Vault) -> Result<StoredInspector, StoreError> {
    entry(row)?.open(vault)
}

fn credential_place(id: &InspectorId) -> (&'static str, &str, &'static str) {
    (TABLE, id.as_str(), "credential_no")
}

fn cells(
    inspector: &Inspector,
    account: Option<&AccountId>,
    vault: &dyn Vault,
    key: &PersonKey,
) -> Result<Cells, StoreError> {
    let credential = inspector.credential.as_ref();
    let scope = SCOPE
        .write(&inspector.scope)
        .map_err(|error| StoreError::inconsistent(TABLE, "scope", "-", &error.to_string()))?;
    let holder = person::inspector(&inspector.id);
    let sealed = credential
        .map(|held| {
            let place = credential_place(&inspector.id);
            person::seal(vault, (&holder, key), place, held.number.as_str())
        })
        .transpose()?;
    let mark = credential.map(|held| vault.mark(CREDENTIAL_MARK, held.number.as_str()).to_vec());
    Ok(vec![
        ("inspector_id", inspector.id.as_str().into()),
        ("code", inspector.code.as_str().into()),
        ("name", inspector.name.as_str().into()),
        ("org_unit_id", inspector.unit.as_str().into()),
        ("authority", inspector.authority.as_str().into()),
        (
            "credential_until",
            credential.map(|held| held.valid_until.to_string()).into(),
        ),
        ("scope", scope.into()),
        ("presence", inspector.presence.name().into()),
        ("may_lead", inspector.may_lead.into()),
        ("account_id", account.map(AccountId::as_str).into()),
        ("sealed_credential_no", sealed.into()),
        ("credential_no_mark", Value::Blob(mark)),
    ])
}

/// The other inspector at work who holds the same credential number, if there is one.
pub async fn other_holder(
    reader: &mut Reader,
    inspector: &Inspector,
) -> Result<Option<Holder>, StoreError> {
    let Some(held) = &inspector.credential else {
        return Ok(None);
    };
    let found = holders(reader, std::slice::from_ref(&held.number)).await?;
    let mut others = found.into_values().flatten();
    Ok(others.find(|holder| holder.id != inspector.id))
}

/// Who holds a credential number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The entry.
    pub id: InspectorId,
    /// The code.
    pub code: InspectorCode,
    /// The name.
    pub name: PersonName,
}

impl Holder {
    /// An inspector as the holder of a credential.
    #[must_use]
    pub fn of(inspector: &Inspector) -> Self {
        Self {
            id: inspector.id.clone(),
            code: inspector.code.clone(),
            name: inspector.name.clone(),
        }
    }
}

/// The inspectors at work who hold any of these credential numbers: found by their marks, without opening
/// any cell.
pub async fn holders(
    reader: &mut Reader,
    numbers: &[CredentialNumber],
) -> Result<HashMap<CredentialNumber, Vec<Holder>>, StoreError> {
    let vault = reader.vault();
    let mut found: HashMap<CredentialNumber, Vec<Holder>> = HashMap::new();
    for part in numbers.chunks(500) {
        let mark = |number: &CredentialNumber| vault.mark(CREDENTIAL_MARK, number.as_str());
        let marked: HashMap<[u8; 32], &CredentialNumber> =
            part.iter().map(|number| (mark(number), number)).collect();
        let query = Query::new("SELECT inspector_id, code, name, credential_no_mark FROM inspectors WHERE presence <> 'left' AND credential_no_mark IN (")
            .bind_list(marked.keys().map(|mark| Value::from(mark.as_slice())))
            .push(") ORDER BY code");
        for row in reader.all(query).await? {
            let holder = Holder {
                id: row.parsed(TABLE, "inspector_id", InspectorId::parse)?,
                code: row.parsed(TABLE, "code", InspectorCode::parse)?,
                name: row.checked(TABLE, "name", PersonName::parse)?,
            };
            if let Some(number) = marked.get(row.blob("credential_no_mark")?) {
                found.entry((*number).clone()).or_default().push(holder);
            }
        }
    }
    Ok(found)
}

/// The newest event that wrote an entry of the register; none while it is empty.
pub async fn newest_change(reader: &mut Reader) -> Result<Option<EventId>, StoreError> {
    let query = Query::new(
        "SELECT i.last_event FROM inspectors i JOIN log_leaves l ON l.event_id = i.last_event ORDER BY l.sequence DESC LIMIT 1",
    );
    let row = reader.first(query).await?;
    row.map(|row| row.parsed("inspectors", "last_event", EventId::parse))
        .transpose()
}

/// Adds an inspector.
pub async fn add(
    rec: &mut Recording,
    inspector: &Inspector,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let key = person::key_for(rec, &person::inspector(&inspector.id), None).await?;
    let row = cells(inspector, account, &*rec.vault(), &key)?;
    rec.insert(&INSPECTORS, row).await
}

/// Adds many inspectors without accounts; one event remembers them all.
pub async fn add_many<'a>(
    rec: &mut Recording,
    inspectors: impl IntoIterator<Item = &'a Inspector>,
) -> Result<u64, StoreError> {
    // Collected: a closure kept across the statements would bind every caller to one thread.
    let inspectors: Vec<&Inspector> = inspectors.into_iter().collect();
    let holder = |inspector: &&Inspector| person::inspector(&inspector.id);
    let holders: Vec<String> = inspectors.iter().map(holder).collect();
    let keys = person::fresh_keys(rec, &holders).await?;
    let vault = rec.vault();
    let each = inspectors.iter().zip(&keys);
    let rows: Vec<_> = each
        .map(|(inspector, key)| cells(inspector, None, &*vault, key))
        .collect();
    rec.insert_many(&INSPECTORS, rows).await
}

/// Changes an inspector from how it was `before`. One whose key was destroyed or cannot be used gets a new one;
/// what was sealed under the old stays unreadable.
pub async fn edit(
    rec: &mut Recording,
    before: &Held,
    inspector: &Inspector,
) -> Result<(), StoreError> {
    let holder = person::inspector(&inspector.id);
    let key = match &before.key {
        Some(key) if !person::works(&*rec.vault(), &holder, key) => {
            person::renew(rec, &holder).await?
        }
        kept => person::key_for(rec, &holder, kept.as_ref()).await?,
    };
    let account = before.account.as_ref();
    let row = cells(inspector, account, &*rec.vault(), &key)?;
    let changes = row.into_iter().skip(1).collect();
    rec.update(
        &INSPECTORS,
        &[Value::from(inspector.id.as_str())],
        &before.seen,
        changes,
    )
    .await
}

/// When an inspector was last on a visit that moved, or his entry was last written: unix milliseconds. What an erasure
/// destroys cannot be had back, so the times are those of the entries of the log, each confirmed by its tree.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log does not confirm a time, or his entry or a visit is not as it was left.
pub async fn last_acted(reader: &mut Reader, of: &StoredInspector) -> Result<i64, StoreError> {
    let code = of.inspector.code.as_str();
    let visits = Query::new("SELECT inspection_id FROM inspections WHERE leader_code = ")
        .bind(code)
        .push(" OR team LIKE ")
        .bind(contains(&format!("\"{code}\"")))
        .push(" ESCAPE '!'");
    let own = Value::from(of.inspector.id.as_str());
    let mut last = log::last_written(reader, &INSPECTORS, &[own]).await?;
    for row in reader.all(visits).await? {
        let visit = Value::from(row.text("inspection_id")?);
        last = last.max(log::last_written(reader, &INSPECTIONS, &[visit]).await?);
    }
    Ok(last)
}

/// An explanation that is sealed for an inspector: the subject's code, and the event that last wrote it.
pub struct Note(String, EventId);

/// The explanations of an inspector's recusals, which go with him.
pub async fn notes_of(reader: &mut Reader, of: &StoredInspector) -> Result<Vec<Note>, StoreError> {
    let query = Query::new("SELECT subject_code, last_event FROM recusals WHERE sealed_note IS NOT NULL AND inspector_code = ")
        .bind(of.inspector.code.as_str())
        .push(" ORDER BY subject_code");
    let note = |row: &Row| {
        let seen = row.parsed("recusals", "last_event", EventId::parse)?;
        Ok(Note(row.text("subject_code")?.to_owned(), seen))
    };
    reader.all(query).await?.iter().map(note).collect()
}

/// Erases what is private of an inspector: number and mark of the credential and the explanations of his
/// recusals leave their rows, and the key goes,
/// without which nothing sealed for the person can be read in any row, body or copy.
pub async fn erase(
    rec: &mut Recording,
    of: &StoredInspector,
    notes: &[Note],
) -> Result<(), StoreError> {
    let changes = vec![
        ("sealed_credential_no", Value::Sealed(None)),
        ("credential_no_mark", Value::Blob(None)),
    ];
    let id = &of.inspector.id;
    rec.update(&INSPECTORS, &[Value::from(id.as_str())], &of.seen, changes)
        .await?;
    for Note(subject, seen) in notes {
        let key = [
            Value::from(of.inspector.code.as_str()),
            Value::from(subject.as_str()),
        ];
        let gone = vec![("sealed_note", Value::Sealed(None))];
        rec.update(&RECUSALS, &key, seen, gone).await?;
    }
    person::destroy_key(rec, id).await
}

/// A recusal as kept.
#[derive(Clone, Debug)]
pub struct StoredRecusal {
    /// The recusal; without its explanation if that does not open.
    pub recusal: Recusal,
    /// Why the explanation does not open, if there is one that does not.
    pub unopened: Option<Box<Refusal>>,
}

/// All declared recusals by inspector and subject. Who may not meet whom stands in the clear; an explanation that
/// does not open stops nothing.
pub async fn recusals(reader: &mut Reader) -> Result<Vec<StoredRecusal>, StoreError> {
    let query = Query::new(
        "SELECT r.inspector_code, r.subject_code, r.ground, r.sealed_note, r.declared_by, r.declared_at_ms, i.inspector_id, i.name, k.wrapped FROM recusals r LEFT JOIN inspectors i ON i.code = r.inspector_code LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id ORDER BY r.inspector_code, r.subject_code",
    );
    let vault = reader.vault();
    let rows = reader.all(query).await?;
    rows.iter().map(|row| recusal(row, &*vault)).collect()
}

fn recusal(row: &Row, vault: &dyn Vault) -> Result<StoredRecusal, StoreError> {
    const TABLE: &str = "recusals";
    let inspector = row.parsed(TABLE, "inspector_code", InspectorCode::parse)?;
    let subject = row.checked(TABLE, "subject_code", SubjectCode::parse)?;
    let (note, unopened) = match row.maybe_sealed("sealed_note")? {
        None => (None, None),
        Some(cell) => {
            let id = row.parsed(TABLE, "inspector_id", InspectorId::parse)?;
            let (key, pair) = (person::joined_key(row)?, pair_of(&inspector, &subject));
            let owner = person::Owner {
                person: &person::inspector(&id),
                key: key.as_ref(),
                code: inspector.as_str(),
                name: row.text("name")?,
            };
            match person::open(vault, &owner, (TABLE, &pair, "note"), &cell) {
                Ok(note) => (Some(note), None),
                Err(StoreError::Unopened(refusal)) => (None, Some(refusal)),
                Err(other) => return Err(other),
            }
        }
    };
    let recusal = Recusal {
        inspector,
        subject,
        ground: row.parsed(TABLE, "ground", |text| {
            RecusalGround::parse(text).ok_or("unknown ground")
        })?,
        note,
        declared_by: row.parsed(TABLE, "declared_by", AccountId::parse)?,
        at: Instant::from_unix_ms(row.int("declared_at_ms")?),
    };
    Ok(StoredRecusal { recusal, unopened })
}

fn pair_of(inspector: &InspectorCode, subject: &SubjectCode) -> String {
    format!("{inspector},{subject}")
}

/// Declares a recusal of the inspector `of`, under whose key its explanation is sealed.
pub async fn declare(
    rec: &mut Recording,
    recusal: &Recusal,
    of: &StoredInspector,
) -> Result<(), StoreError> {
    let holder = person::inspector(&of.inspector.id);
    let pair = pair_of(&recusal.inspector, &recusal.subject);
    let sealed = match &recusal.note {
        None => None,
        Some(note) => {
            let key = person::key_for(rec, &holder, of.key.as_ref()).await?;
            let place = ("recusals", pair.as_str(), "note");
            Some(person::seal(&*rec.vault(), (&holder, &key), place, note)?)
        }
    };
    rec.insert(
        &RECUSALS,
        vec![
            ("inspector_code", recusal.inspector.as_str().into()),
            ("subject_code", recusal.subject.to_string().into()),
            ("ground", recusal.ground.name().into()),
            ("declared_by", recusal.declared_by.as_str().into()),
            ("declared_at_ms", recusal.at.unix_ms().into()),
            ("sealed_note", sealed.into()),
        ],
    )
    .await
}
