//! Requests of administrators that wait for another one, and those that were decided.

use domain::account::request::{Access, AccessRequest, AccessState};
use domain::account::{Grant, Role};
use domain::id::{AccessRequestId, AccountId, EventId, OrgUnitId};
use domain::time::Instant;

use crate::credential;
use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::{Row, Value};
use crate::schema::{ACCESS_REQUESTS, AWAITED_CREDENTIALS};

const TABLE: &str = "access_requests";
const COLUMNS: &str = "SELECT request_id, account_id, role, org_unit_id, asked_by, asked_at_ms, state, last_event FROM access_requests";

/// A request with the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredRequest {
    /// The request.
    pub request: AccessRequest,
    /// Event that last wrote the row.
    pub seen: EventId,
}

fn request(row: &Row) -> Result<StoredRequest, StoreError> {
    let role = row.maybe_text("role")?;
    let access = match role {
        None => Access::Password,
        Some(_) => Access::Role(Grant {
            role: row.parsed(TABLE, "role", |text| {
                Role::parse(text).ok_or("unknown role")
            })?,
            unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
        }),
    };
    Ok(StoredRequest {
        request: AccessRequest {
            id: row.parsed(TABLE, "request_id", AccessRequestId::parse)?,
            account: row.parsed(TABLE, "account_id", AccountId::parse)?,
            access,
            asked_by: row.parsed(TABLE, "asked_by", AccountId::parse)?,
            asked_at: Instant::from_unix_ms(row.int("asked_at_ms")?),
            state: row.parsed(TABLE, "state", |text| {
                AccessState::parse(text).ok_or("unknown state")
            })?,
        },
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

/// Every request that waits, oldest first.
pub async fn waiting(reader: &mut Reader) -> Result<Vec<StoredRequest>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE state = ")
        .bind(AccessState::Waiting.name())
        .push(" ORDER BY asked_at_ms, request_id");
    reader.all(query).await?.iter().map(request).collect()
}

/// Whether the operator has reset the password of that account, and no other administrator has confirmed it.
pub async fn awaits_confirmation(reader: &mut Reader, id: &AccountId) -> Result<bool, StoreError> {
    let waiting = waiting(reader).await?;
    let mut own = waiting
        .iter()
        .filter(|stored| stored.request.account == *id);
    Ok(own.any(|stored| stored.request.is_by_operator()))
}

/// The request with that key.
pub async fn get(reader: &mut Reader, id: &AccessRequestId) -> Result<StoredRequest, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE request_id = ")
        .bind(id.as_str());
    request(&reader.one(TABLE, query).await?)
}

/// Adds a request.
pub async fn add(rec: &mut Recording, request: &AccessRequest) -> Result<(), StoreError> {
    let grant = match &request.access {
        Access::Role(grant) => Some(grant),
        Access::Password => None,
    };
    rec.insert(
        &ACCESS_REQUESTS,
        vec![
            ("request_id", request.id.as_str().into()),
            ("account_id", request.account.as_str().into()),
            ("role", grant.map(|grant| grant.role.name()).into()),
            ("org_unit_id", grant.map(|grant| grant.unit.as_str()).into()),
            ("asked_by", request.asked_by.as_str().into()),
            ("asked_at_ms", request.asked_at.unix_ms().into()),
            ("state", request.state.name().into()),
        ],
    )
    .await
}

/// Writes where a request stands that was last written by `seen`.
pub async fn decide(
    rec: &mut Recording,
    request: &AccessRequest,
    seen: &EventId,
) -> Result<(), StoreError> {
    let key = [Value::from(request.id.as_str())];
    let state = vec![("state", request.state.name().into())];
    rec.update(&ACCESS_REQUESTS, &key, seen, state).await
}

/// Keeps the PHC string of a password that waits for the confirmation of its request, and leaves its digest in the event.
pub async fn keep_phc(
    rec: &mut Recording,
    id: &AccessRequestId,
    phc: &str,
) -> Result<(), StoreError> {
    credential::mark(rec, id.as_str(), phc, None).await?;
    let row = vec![("request_id", id.as_str().into()), ("phc", phc.into())];
    rec.beside().put(&AWAITED_CREDENTIALS, row).await
}

/// The PHC string that waits with a request.
///
/// # Errors
/// [`StoreError::Contradiction`] if it is not the one that was asked for.
pub async fn phc(reader: &mut Reader, id: &AccessRequestId) -> Result<String, StoreError> {
    let query = Query::new("SELECT phc FROM awaited_credentials WHERE request_id = $1");
    let row = reader
        .one("awaited_credentials", query.arg(id.as_str()))
        .await?;
    let phc = row.text("phc")?.to_owned();
    credential::require(reader, id.as_str(), &phc).await?;
    Ok(phc)
}

/// Destroys the PHC string of a request that is decided, and the digest that `seen` left of it, if it had one.
pub async fn drop_phc(
    rec: &mut Recording,
    id: &AccessRequestId,
    seen: Option<&EventId>,
) -> Result<(), StoreError> {
    if let Some(seen) = seen {
        credential::unmark(rec, id.as_str(), seen).await?;
    }
    let mut beside = rec.beside();
    let dropped = beside.delete(&AWAITED_CREDENTIALS, "request_id", id.as_str());
    dropped.await.map(drop)
}
