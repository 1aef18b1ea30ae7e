//! Accounts and their grants; password hashes beside them, outside the log.

use domain::account::{Account, Grant, Role};
use domain::id::{AccountId, EventId, OrgUnitId};
use domain::text::PersonName;

use crate::credential;
use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::{Row, Value};
use crate::schema::{ACCOUNTS, CREDENTIALS, GRANTS};

const TABLE: &str = "accounts";

/// An account with the name it signs in by and the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredAccount {
    /// The account.
    pub account: Account,
    /// Sign-in name.
    pub login: String,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// The account with that key.
pub async fn get(reader: &mut Reader, id: &AccountId) -> Result<StoredAccount, StoreError> {
    let query = Query::new(
        "SELECT account_id, login, name, active, last_event FROM accounts WHERE account_id = $1",
    )
    .arg(id.as_str());
    let row = reader.one(TABLE, query).await?;
    with_grants(reader, &row).await
}

/// The account that signs in by that name.
pub async fn by_login(
    reader: &mut Reader,
    login: &str,
) -> Result<Option<StoredAccount>, StoreError> {
    let query = Query::new(
        "SELECT account_id, login, name, active, last_event FROM accounts WHERE login = $1",
    )
    .arg(login);
    match reader.first(query).await? {
        Some(row) => with_grants(reader, &row).await.map(Some),
        None => Ok(None),
    }
}

/// An account in the list, whether it can be read or not: one that cannot hides no other.
#[derive(Debug)]
pub struct ListedAccount {
    /// Its key, as far as that can be read.
    pub id: String,
    /// The whole of it, or why it cannot be shown.
    pub account: Result<StoredAccount, StoreError>,
}

/// All accounts by sign-in name.
pub async fn all(reader: &mut Reader) -> Result<Vec<ListedAccount>, StoreError> {
    let rows = reader
        .all(Query::new(
            "SELECT account_id, login, name, active, last_event FROM accounts ORDER BY login",
        ))
        .await?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        let account = match with_grants(reader, &row).await {
            // The database itself, and no row of it.
            Err(error) if error.damage().is_none() => return Err(error),
            account => account,
        };
        accounts.push(ListedAccount {
            id: row.text("account_id").unwrap_or_default().to_owned(),
            account,
        });
    }
    Ok(accounts)
}

async fn with_grants(reader: &mut Reader, row: &Row) -> Result<StoredAccount, StoreError> {
    let id = row.parsed(TABLE, "account_id", AccountId::parse)?;
    let query = Query::new(
        "SELECT role, org_unit_id FROM grants WHERE account_id = $1 ORDER BY role, org_unit_id",
    )
    .arg(id.as_str());
    let grants = reader
        .all(query)
        .await?
        .iter()
        .map(grant)
        .collect::<Result<_, _>>()?;
    let name = row.checked(TABLE, "name", PersonName::parse)?;
    Ok(StoredAccount {
        account: Account {
            id,
            name,
            grants,
            active: row.flag("active")?,
        },
        login: row.text("login")?.to_owned(),
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn grant(row: &Row) -> Result<Grant, StoreError> {
    Ok(Grant {
        role: row.parsed("grants", "role", |text| {
            Role::parse(text).ok_or("unknown role")
        })?,
        unit: row.parsed("grants", "org_unit_id", OrgUnitId::parse)?,
    })
}

/// How many active accounts besides this one hold a role anywhere.
pub async fn other_holders(
    reader: &mut Reader,
    id: &AccountId,
    role: Role,
) -> Result<usize, StoreError> {
    let query = Query::new(
        "SELECT CAST(COUNT(DISTINCT g.account_id) AS BIGINT) AS n FROM grants g JOIN accounts a ON a.account_id = g.account_id WHERE a.active = 1 AND g.role = ",
    )
    .bind(role.name())
    .push(" AND g.account_id <> ")
    .bind(id.as_str());
    Ok(usize::try_from(reader.number(query).await?).unwrap_or(0))
}

/// Opens an account, with its grants.
pub async fn open(rec: &mut Recording, account: &Account, login: &str) -> Result<(), StoreError> {
    rec.insert(
        &ACCOUNTS,
        vec![
            ("account_id", account.id.as_str().into()),
            ("login", login.into()),
            ("name", account.name.as_str().into()),
            ("active", account.active.into()),
        ],
    )
    .await?;
    for grant in &account.grants {
        add_grant(rec, &account.id, grant).await?;
    }
    Ok(())
}

/// Grants a role in a unit.
pub async fn add_grant(
    rec: &mut Recording,
    id: &AccountId,
    grant: &Grant,
) -> Result<(), StoreError> {
    rec.insert(
        &GRANTS,
        vec![
            ("account_id", id.as_str().into()),
            ("role", grant.role.name().into()),
            ("org_unit_id", grant.unit.as_str().into()),
        ],
    )
    .await
}

/// The event that wrote a grant; `NotFound` if the account does not hold it.
pub async fn grant_seen(
    reader: &mut Reader,
    id: &AccountId,
    grant: &Grant,
) -> Result<EventId, StoreError> {
    let query = Query::new(
        "SELECT last_event FROM grants WHERE account_id = $1 AND role = $2 AND org_unit_id = $3",
    )
    .arg(id.as_str())
    .arg(grant.role.name())
    .arg(grant.unit.as_str());
    reader
        .one("grants", query)
        .await?
        .parsed("grants", "last_event", EventId::parse)
}

/// Removes a grant that was last written by `seen`.
pub async fn remove_grant(
    rec: &mut Recording,
    id: &AccountId,
    grant: &Grant,
    seen: &EventId,
) -> Result<(), StoreError> {
    let key = [
        Value::from(id.as_str()),
        Value::from(grant.role.name()),
        Value::from(grant.unit.as_str()),
    ];
    rec.delete(&GRANTS, &key, seen).await
}

/// Opens or closes an account.
pub async fn set_active(
    rec: &mut Recording,
    id: &AccountId,
    seen: &EventId,
    active: bool,
) -> Result<(), StoreError> {
    rec.update(
        &ACCOUNTS,
        &[Value::from(id.as_str())],
        seen,
        vec![("active", active.into())],
    )
    .await
}

/// The PHC string of an account, and whether it must be changed at the next sign-in.
pub async fn phc(
    reader: &mut Reader,
    id: &AccountId,
) -> Result<Option<(String, bool)>, StoreError> {
    let query = Query::new("SELECT phc, must_change FROM credentials WHERE account_id = $1")
        .arg(id.as_str());
    match reader.first(query).await? {
        Some(row) => Ok(Some((
            row.text("phc")?.to_owned(),
            row.flag("must_change")?,
        ))),
        None => Ok(None),
    }
}

/// Sets the PHC string of an account and leaves its digest in the event; `seen` is the event that left the last one.
pub async fn set_phc(
    rec: &mut Recording,
    id: &AccountId,
    (phc, must_change): (&str, bool),
    at_ms: i64,
    seen: Option<&EventId>,
) -> Result<(), StoreError> {
    credential::mark(rec, id.as_str(), phc, seen).await?;
    rec.beside()
        .put(
            &CREDENTIALS,
            vec![
                ("account_id", id.as_str().into()),
                ("phc", phc.into()),
                ("set_at_ms", at_ms.into()),
                ("must_change", must_change.into()),
            ],
        )
        .await
}
