//! An entry of the register as it stands in the clear, and its credential beside it: for lists, names and forms,
//! which go on where the number of one person does not open. Whoever needs the value asks for a
//! [`StoredInspector`], which is refused then. Deliberately absent: writing.

use std::collections::BTreeSet;

use domain::id::{AccountId, EventId, InspectorCode, InspectorId, ItemId, OrgUnitId};
use domain::inspector::{EnforcementCredential, Inspector, Presence, SCOPE};
use domain::refusal::Refusal;
use domain::text::{CredentialNumber, PersonName};
use domain::time::Date;

use super::{COLUMNS, Held, StoredInspector, TABLE, credential_place};
use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, SealedCell, Vault};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Row;
use crate::person;

/// An entry as it stands in the clear, the number of the credential still sealed: lists sort, search and name by
/// it, and go on where a number does not open.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its internal key.
    pub id: InspectorId,
    /// The code by which the inspector appears in a draw.
    pub code: InspectorCode,
    /// The name.
    pub name: PersonName,
    /// The unit the inspector belongs to.
    pub unit: OrgUnitId,
    /// The authority or skill under which he is drawn.
    pub authority: InspectorCode,
    /// The items he may inspect; empty = every item of his authority.
    pub scope: BTreeSet<ItemId>,
    /// Whether he is at work.
    pub presence: Presence,
    /// Whether he may be appointed leader.
    pub may_lead: bool,
    /// The account of the same person.
    pub account: Option<AccountId>,
    /// Event that last wrote the row.
    pub seen: EventId,
    pub(super) key: Option<PersonKey>,
    sealed: Option<(SealedCell, Date)>,
}

/// The credential of an entry; none if he has none, the refusal that names him if its number does not open.
pub type Opened = Result<Option<EnforcementCredential>, Box<Refusal>>;

impl Entry {
    /// The last day of the credential, if he has one, whether its number opens or not.
    #[must_use]
    pub fn valid_until(&self) -> Option<Date> {
        self.sealed.as_ref().map(|(_, until)| *until)
    }

    /// What a change of this entry starts from.
    #[must_use]
    pub fn held(&self) -> Held {
        Held {
            seen: self.seen.clone(),
            account: self.account.clone(),
            key: self.key.clone(),
        }
    }

    /// The entry with this credential: what was opened, or what is to stand there.
    #[must_use]
    pub fn with(&self, credential: Option<EnforcementCredential>) -> Inspector {
        Inspector {
            id: self.id.clone(),
            code: self.code.clone(),
            name: self.name.clone(),
            unit: self.unit.clone(),
            authority: self.authority.clone(),
            credential,
            scope: self.scope.clone(),
            presence: self.presence,
            may_lead: self.may_lead,
        }
    }

    fn credential(&self, vault: &dyn Vault) -> Result<Option<EnforcementCredential>, StoreError> {
        let Some((cell, valid_until)) = &self.sealed else {
            return Ok(None);
        };
        let owner = person::Owner {
            person: &person::inspector(&self.id),
            key: self.key.as_ref(),
            code: self.code.as_str(),
            name: self.name.as_str(),
        };
        let number = person::open(vault, &owner, credential_place(&self.id), cell)?;
        let number = CredentialNumber::parse(&number).map_err(|error| {
            let (id, why) = (self.id.as_str(), error.sentence);
            StoreError::inconsistent(TABLE, "sealed_credential_no", id, &why)
        })?;
        Ok(Some(EnforcementCredential {
            number,
            valid_until: *valid_until,
        }))
    }

    pub(super) fn open(self, vault: &dyn Vault) -> Result<StoredInspector, StoreError> {
        let inspector = self.with(self.credential(vault)?);
        Ok(StoredInspector {
            inspector,
            account: self.account,
            seen: self.seen,
            key: self.key,
        })
    }

    /// The same, where one number that does not open must not hide the other entries.
    fn opened(self, vault: &dyn Vault) -> Result<(Self, Opened), StoreError> {
        let opened = match self.credential(vault) {
            Ok(credential) => Ok(credential),
            Err(StoreError::Unopened(refusal)) => Err(refusal),
            Err(other) => return Err(other),
        };
        Ok((self, opened))
    }
}

/// All entries by code; no number is opened.
pub async fn entries(reader: &mut Reader) -> Result<Vec<Entry>, StoreError> {
    let query = Query::new(COLUMNS).push(" ORDER BY i.code");
    reader.all(query).await?.iter().map(entry).collect()
}

/// All entries by code, each with its credential or why that does not open.
pub async fn listed(reader: &mut Reader) -> Result<Vec<(Entry, Opened)>, StoreError> {
    let vault = reader.vault();
    let entries = entries(reader).await?;
    entries
        .into_iter()
        .map(|entry| entry.opened(&*vault))
        .collect()
}

/// The entry with that key, with its credential or why that does not open.
pub async fn listed_one(
    reader: &mut Reader,
    id: &InspectorId,
) -> Result<(Entry, Opened), StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE i.inspector_id = ")
        .bind(id.as_str());
    let vault = reader.vault();
    entry(&reader.one(TABLE, query).await?)?.opened(&*vault)
}

/// The same by code.
pub async fn listed_by_code(
    reader: &mut Reader,
    code: &InspectorCode,
) -> Result<Option<(Entry, Opened)>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE i.code = ")
        .bind(code.as_str());
    let vault = reader.vault();
    let found = reader.first(query).await?;
    found.map(|row| entry(&row)?.opened(&*vault)).transpose()
}

/// An entry with the key its query joined.
pub(super) fn entry(row: &Row) -> Result<Entry, StoreError> {
    entry_with(row, person::joined_key(row)?)
}

/// The same with the key that is kept for the person elsewhere.
pub(super) fn entry_with(row: &Row, key: Option<PersonKey>) -> Result<Entry, StoreError> {
    let account = row
        .maybe_text("account_id")?
        .map(AccountId::parse)
        .transpose();
    let sealed = match row.maybe_sealed("sealed_credential_no")? {
        None => None,
        Some(cell) => Some((cell, row.date(TABLE, "credential_until")?)),
    };
    Ok(Entry {
        id: row.parsed(TABLE, "inspector_id", InspectorId::parse)?,
        code: row.parsed(TABLE, "code", InspectorCode::parse)?,
        name: row.checked(TABLE, "name", PersonName::parse)?,
        unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
        authority: row.parsed(TABLE, "authority", InspectorCode::parse)?,
        scope: row.kept(TABLE, "scope", "inspector_id", &SCOPE)?,
        presence: row.parsed(TABLE, "presence", |text| {
            Presence::parse(text).ok_or("unknown presence")
        })?,
        may_lead: row.flag("may_lead")?,
        account: account.map_err(|error| {
            StoreError::inconsistent(TABLE, "account_id", "-", &error.to_string())
        })?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
        key,
        sealed,
    })
}
