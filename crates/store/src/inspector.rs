//! The inspector register, and the recusals declared between inspectors and subjects.

mod entry;
mod recusals;

use std::collections::{BTreeMap, HashMap};

use domain::id::{AccountId, EventId, InspectorCode, InspectorId};
use domain::inspector::{Inspector, SCOPE};
use domain::text::{CredentialNumber, PersonName};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::inspection::StoredInspection;
use crate::kernel::cell::{PersonKey, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::person;
use crate::schema::{INSPECTIONS, INSPECTORS, SEALED_VISITS};
use crate::sealed_visit;

pub use entry::{Entry, Opened, entries, listed, listed_by_code, listed_one};
use entry::{entry, entry_with};
pub use recusals::{
    Followed, OfSubject, StoredRecusal, declare, followed, recusals, recusals_from,
    recusals_left_behind, recusals_of_subject, recusals_under,
};
pub(crate) use recusals::{held_at, own_of};

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

/// The register and its recusals out of whole rows of their tables, with the keys that are kept for persons.
pub(crate) fn of_rows(
    (inspectors, recusals): (&[Row], &[Row]),
    keys: &BTreeMap<String, PersonKey>,
    vault: &dyn Vault,
) -> Result<(Vec<StoredInspector>, Vec<StoredRecusal>), StoreError> {
    let key_of = |name: String| keys.get(&name).cloned();
    let mut people = Vec::with_capacity(inspectors.len());
    for row in inspectors {
        let id = row.parsed(TABLE, "inspector_id", InspectorId::parse)?;
        people.push(entry_with(row, key_of(person::inspector(&id)))?);
    }
    people.sort_by(|one, other| one.code.cmp(&other.code));
    let recusals = recusals::of_rows(recusals, &people, &key_of, vault)?;
    let opened = people.into_iter().map(|entry| entry.open(vault));
    Ok((opened.collect::<Result<_, _>>()?, recusals))
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

/// Changes an inspector from how it was `before`, but for the code. One whose key was destroyed or cannot be used gets a
/// new one; what was sealed under the old stays unreadable.
pub async fn edit(
    rec: &mut Recording,
    before: &Held,
    inspector: &Inspector,
) -> Result<(), StoreError> {
    write(rec, before, inspector, None).await.map(drop)
}

/// The same with the code: the recusals of the inspector follow to it in the same act, whatever code they stand under.
pub async fn edit_with_code(
    rec: &mut Recording,
    before: &Held,
    inspector: &Inspector,
    followed: Followed,
) -> Result<(), StoreError> {
    let code = Some(&inspector.code);
    let key = write(rec, before, inspector, code).await?;
    followed.follow(rec, inspector, &key).await
}

async fn write(
    rec: &mut Recording,
    before: &Held,
    inspector: &Inspector,
    code: Option<&InspectorCode>,
) -> Result<PersonKey, StoreError> {
    let holder = person::inspector(&inspector.id);
    let key = match &before.key {
        Some(key) if !person::works(&*rec.vault(), &holder, key) => {
            person::renew(rec, &holder).await?
        }
        kept => person::key_for(rec, &holder, kept.as_ref()).await?,
    };
    let account = before.account.as_ref();
    let row = cells(inspector, account, &*rec.vault(), &key)?;
    let changes = row
        .into_iter()
        .filter(|(name, _)| *name != "inspector_id" && (*name != "code" || code.is_some()));
    rec.update(
        &INSPECTORS,
        &[Value::from(inspector.id.as_str())],
        &before.seen,
        changes.collect(),
    )
    .await?;
    Ok(key)
}

/// The visits that stand in the clear and name an inspector on their team or as its leader.
fn visits_naming(code: &InspectorCode) -> Query {
    let code = code.as_str();
    Query::new("SELECT inspection_id FROM inspections WHERE leader_code = ")
        .bind(code)
        .push(" OR team LIKE ")
        .bind(contains(&format!("\"{code}\"")))
        .push(" ESCAPE '!'")
}

/// Whether a visit that stands in the clear names an inspector by that code.
pub async fn is_on_visits(reader: &mut Reader, code: &InspectorCode) -> Result<bool, StoreError> {
    let one = reader.all(visits_naming(code).push(" LIMIT 1")).await?;
    Ok(!one.is_empty())
}

/// When an inspector was last on a visit that moved, or his entry was last written: unix milliseconds. What an erasure
/// destroys cannot be had back, so the times are those of the entries of the log, each confirmed by its tree.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log does not confirm a time, or his entry or a visit is not as it was left.
pub async fn last_acted(reader: &mut Reader, of: &StoredInspector) -> Result<i64, StoreError> {
    let visits = visits_naming(&of.inspector.code);
    let own = Value::from(of.inspector.id.as_str());
    let mut last = log::last_written(reader, &INSPECTORS, &[own]).await?;
    for row in reader.all(visits).await? {
        let visit = Value::from(row.text("inspection_id")?);
        last = last.max(log::last_written(reader, &INSPECTIONS, &[visit]).await?);
    }
    let own = |one: &&StoredInspection| {
        let mut team = one.visit.team.iter().chain(&one.visit.leader);
        team.any(|known| *known == of.inspector.code)
    };
    for one in sealed_visit::every(reader).await?.iter().filter(own) {
        let visit = Value::from(one.visit.id.as_str());
        last = last.max(log::last_written(reader, &SEALED_VISITS, &[visit]).await?);
    }
    Ok(last)
}

/// Erases what is private of an inspector: number and mark of the credential and the explanations of his
/// recusals leave their rows, whatever code they stand under, and the key goes,
/// without which nothing sealed for the person can be read in any row, body or copy.
pub async fn erase(
    rec: &mut Recording,
    of: &StoredInspector,
    followed: Followed,
) -> Result<(), StoreError> {
    let changes = vec![
        ("sealed_credential_no", Value::Sealed(None)),
        ("credential_no_mark", Value::Blob(None)),
    ];
    let id = &of.inspector.id;
    rec.update(&INSPECTORS, &[Value::from(id.as_str())], &of.seen, changes)
        .await?;
    followed.empty(rec).await?;
    person::destroy_key(rec, id).await
}
