//! The inspector register, and the recusals declared between inspectors and subjects.

use std::collections::BTreeSet;

use domain::id::{AccountId, EventId, InspectorCode, InspectorId, ItemId, OrgUnitId};
use domain::inspector::{EnforcementCredential, Inspector, Presence};
use domain::recusal::{Recusal, RecusalGround};
use domain::text::{CredentialNumber, PersonName, SubjectCode};
use domain::time::Instant;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::{INSPECTORS, RECUSALS};

const TABLE: &str = "inspectors";
const COLUMNS: &str = "SELECT inspector_id, code, name, org_unit_id, authority, credential_no, credential_until, scope, presence, may_lead, account_id, last_event FROM inspectors";

/// An inspector as kept: with the account, if any, and the event that last wrote the row.
#[derive(Clone, Debug)]
pub struct StoredInspector {
    /// The entry.
    pub inspector: Inspector,
    /// The account of the same person.
    pub account: Option<AccountId>,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// All inspectors by code.
pub async fn all(reader: &mut Reader) -> Result<Vec<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS).push(" ORDER BY code");
    reader.all(query).await?.iter().map(inspector).collect()
}

/// The inspector with that key.
pub async fn get(reader: &mut Reader, id: &InspectorId) -> Result<StoredInspector, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE inspector_id = ")
        .bind(id.as_str());
    inspector(&reader.one(TABLE, query).await?)
}

/// The inspector with that code.
pub async fn by_code(
    reader: &mut Reader,
    code: &InspectorCode,
) -> Result<Option<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE code = ")
        .bind(code.as_str());
    reader
        .first(query)
        .await?
        .as_ref()
        .map(inspector)
        .transpose()
}

/// The inspectors with any of these codes.
pub async fn by_codes(
    reader: &mut Reader,
    codes: &[String],
) -> Result<Vec<StoredInspector>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE code IN (");
    let rows = reader.any_of(&query, codes, ") ORDER BY code").await?;
    rows.iter().map(inspector).collect()
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

fn inspector(row: &Row) -> Result<StoredInspector, StoreError> {
    let credential = match row.maybe_text("credential_no")? {
        None => None,
        Some(_) => Some(EnforcementCredential {
            number: row.checked(TABLE, "credential_no", CredentialNumber::parse)?,
            valid_until: row.date(TABLE, "credential_until")?,
        }),
    };
    let account = row
        .maybe_text("account_id")?
        .map(AccountId::parse)
        .transpose();
    Ok(StoredInspector {
        inspector: Inspector {
            id: row.parsed(TABLE, "inspector_id", InspectorId::parse)?,
            code: row.parsed(TABLE, "code", InspectorCode::parse)?,
            name: row.checked(TABLE, "name", PersonName::parse)?,
            unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
            authority: row.parsed(TABLE, "authority", InspectorCode::parse)?,
            credential,
            scope: row.parsed(TABLE, "scope", |text| {
                serde_json::from_str::<BTreeSet<ItemId>>(text)
            })?,
            presence: row.parsed(TABLE, "presence", |text| {
                Presence::parse(text).ok_or("unknown presence")
            })?,
            may_lead: row.flag("may_lead")?,
        },
        account: account.map_err(|error| {
            StoreError::inconsistent(TABLE, "account_id", "-", &error.to_string())
        })?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn cells(inspector: &Inspector, account: Option<&AccountId>) -> Result<Cells, StoreError> {
    let credential = inspector.credential.as_ref();
    let scope = serde_json::to_string(&inspector.scope)
        .map_err(|error| StoreError::inconsistent(TABLE, "scope", "-", &error.to_string()))?;
    Ok(vec![
        ("inspector_id", inspector.id.as_str().into()),
        ("code", inspector.code.as_str().into()),
        ("name", inspector.name.as_str().into()),
        ("org_unit_id", inspector.unit.as_str().into()),
        ("authority", inspector.authority.as_str().into()),
        (
            "credential_no",
            credential.map(|held| held.number.as_str()).into(),
        ),
        (
            "credential_until",
            credential.map(|held| held.valid_until.to_string()).into(),
        ),
        ("scope", scope.into()),
        ("presence", inspector.presence.name().into()),
        ("may_lead", inspector.may_lead.into()),
        ("account_id", account.map(AccountId::as_str).into()),
    ])
}

/// Adds an inspector.
pub async fn add(
    rec: &mut Recording,
    inspector: &Inspector,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    rec.insert(&INSPECTORS, cells(inspector, account)?).await
}

/// Adds many inspectors without accounts; one event remembers them all.
pub async fn add_many<'a>(
    rec: &mut Recording,
    inspectors: impl IntoIterator<Item = &'a Inspector>,
) -> Result<u64, StoreError> {
    // Collected: a closure kept across the statements would bind every caller to one thread.
    let rows: Vec<_> = inspectors
        .into_iter()
        .map(|inspector| cells(inspector, None))
        .collect();
    rec.insert_many(&INSPECTORS, rows).await
}

/// Changes an inspector that was last written by `seen`.
pub async fn edit(
    rec: &mut Recording,
    seen: &EventId,
    inspector: &Inspector,
    account: Option<&AccountId>,
) -> Result<(), StoreError> {
    let changes = cells(inspector, account)?.into_iter().skip(1).collect();
    rec.update(
        &INSPECTORS,
        &[Value::from(inspector.id.as_str())],
        seen,
        changes,
    )
    .await
}

/// All declared recusals by inspector and subject.
pub async fn recusals(reader: &mut Reader) -> Result<Vec<Recusal>, StoreError> {
    let query = Query::new(
        "SELECT inspector_code, subject_code, ground, note, declared_by, declared_at_ms FROM recusals ORDER BY inspector_code, subject_code",
    );
    reader.all(query).await?.iter().map(recusal).collect()
}

fn recusal(row: &Row) -> Result<Recusal, StoreError> {
    const TABLE: &str = "recusals";
    Ok(Recusal {
        inspector: row.parsed(TABLE, "inspector_code", InspectorCode::parse)?,
        subject: row.checked(TABLE, "subject_code", SubjectCode::parse)?,
        ground: row.parsed(TABLE, "ground", |text| {
            RecusalGround::parse(text).ok_or("unknown ground")
        })?,
        note: row.maybe_text("note")?.map(str::to_owned),
        declared_by: row.parsed(TABLE, "declared_by", AccountId::parse)?,
        at: Instant::from_unix_ms(row.int("declared_at_ms")?),
    })
}

/// Declares a recusal.
pub async fn declare(rec: &mut Recording, recusal: &Recusal) -> Result<(), StoreError> {
    rec.insert(
        &RECUSALS,
        vec![
            ("inspector_code", recusal.inspector.as_str().into()),
            ("subject_code", recusal.subject.to_string().into()),
            ("ground", recusal.ground.name().into()),
            ("note", recusal.note.as_deref().into()),
            ("declared_by", recusal.declared_by.as_str().into()),
            ("declared_at_ms", recusal.at.unix_ms().into()),
        ],
    )
    .await
}
