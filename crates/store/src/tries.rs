//! How often a password was tried in vain, and which browsers are known (GB/T 22239-2019 8.1.4.1). Untraced: what was
//! refused is an event, many of them one.
//!
//! A counter is taken by comparing: whoever writes it says what he read, so that of many at once, in several processes,
//! each counts or reads anew. Deliberately absent: what a counter allows ([`domain::rulebook::SignInRules`]).

use domain::id::AccountId;

use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::kernel::value::{Row, Value};
use crate::schema::{LOGIN_DEVICES, LOGIN_FAILURES};

/// A counter as it was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many; 0 if nothing is counted.
    pub failures: i64,
    /// When the last one was, unix milliseconds.
    pub last_at_ms: i64,
}

/// What is counted under this key.
pub async fn failures(reader: &mut Reader, key: &str) -> Result<Failures, StoreError> {
    let query =
        Query::new("SELECT failures, last_at_ms FROM login_failures WHERE source = $1").arg(key);
    match reader.first(query).await? {
        Some(row) => Ok(Failures {
            failures: row.int("failures")?,
            last_at_ms: row.int("last_at_ms")?,
        }),
        None => Ok(Failures::default()),
    }
}

/// Writes a counter, provided it stands as it was read; false if it does not, and then nothing is written.
pub async fn count(
    inside: &mut Inside<'_>,
    key: &str,
    read: Failures,
    now: Failures,
) -> Result<bool, StoreError> {
    let cells = [
        ("failures", Value::from(now.failures)),
        ("last_at_ms", Value::from(now.last_at_ms)),
    ];
    if read.failures == 0 {
        let row = std::iter::once(("source", Value::from(key))).chain(cells);
        return inside.insert_new(&LOGIN_FAILURES, row.collect()).await;
    }
    let still = [
        ("failures", Value::from(read.failures)),
        ("last_at_ms", Value::from(read.last_at_ms)),
    ];
    inside
        .change(&LOGIN_FAILURES, &[Value::from(key)], still, cells.to_vec())
        .await
}

/// Forgets what is counted under this key.
pub async fn forget(inside: &mut Inside<'_>, key: &str) -> Result<(), StoreError> {
    inside
        .delete(&LOGIN_FAILURES, "source", key)
        .await
        .map(|_| ())
}

/// Forgets counters last written before `before_ms`.
pub async fn expire(inside: &mut Inside<'_>, before_ms: i64) -> Result<u64, StoreError> {
    inside
        .delete_below(&LOGIN_FAILURES, "last_at_ms", before_ms)
        .await
}

/// How many counters there are.
pub async fn counters(reader: &mut Reader) -> Result<i64, StoreError> {
    let query = Query::new("SELECT CAST(COUNT(*) AS BIGINT) FROM login_failures");
    reader.number(query).await
}

/// When the last of the `oldest` oldest counters was written; nothing if there are fewer.
pub async fn oldest(reader: &mut Reader, oldest: i64) -> Result<Option<i64>, StoreError> {
    let query =
        Query::new("SELECT last_at_ms FROM login_failures ORDER BY last_at_ms LIMIT 1 OFFSET $1")
            .arg(oldest - 1);
    let row = reader.first(query).await?;
    row.map(|row| row.int("last_at_ms")).transpose()
}

/// The accounts that signed in with this browser since `since_ms`.
pub async fn accounts_of_device(
    reader: &mut Reader,
    device_hash: &str,
    since_ms: i64,
) -> Result<Vec<AccountId>, StoreError> {
    let query = Query::new(
        "SELECT account_id FROM login_devices WHERE device_hash = $1 AND seen_at_ms >= $2",
    )
    .arg(device_hash)
    .arg(since_ms);
    let rows = reader.all(query).await?;
    let account = |row: &Row| row.parsed("login_devices", "account_id", AccountId::parse);
    rows.iter().map(account).collect()
}

/// The browsers an account signed in with, last used first.
pub async fn devices(reader: &mut Reader, account: &AccountId) -> Result<Vec<String>, StoreError> {
    let query = Query::new(
        "SELECT device_hash FROM login_devices WHERE account_id = $1 ORDER BY seen_at_ms DESC, device_hash",
    )
    .arg(account.as_str());
    let rows = reader.all(query).await?;
    rows.iter()
        .map(|row| row.text("device_hash").map(str::to_owned))
        .collect()
}

/// Notes that an account signed in with this browser.
pub async fn keep_device(
    inside: &mut Inside<'_>,
    device_hash: &str,
    account: &AccountId,
    at_ms: i64,
) -> Result<(), StoreError> {
    let row = vec![
        ("device_hash", device_hash.into()),
        ("account_id", account.as_str().into()),
        ("seen_at_ms", at_ms.into()),
    ];
    inside.put(&LOGIN_DEVICES, row).await
}

/// Forgets one browser of an account.
pub async fn forget_device(
    inside: &mut Inside<'_>,
    device_hash: &str,
    account: &AccountId,
) -> Result<(), StoreError> {
    let key = [Value::from(device_hash), Value::from(account.as_str())];
    inside.delete_row(&LOGIN_DEVICES, &key).await.map(|_| ())
}

/// Forgets every browser of an account.
pub async fn forget_devices(
    inside: &mut Inside<'_>,
    account: &AccountId,
) -> Result<(), StoreError> {
    inside
        .delete(&LOGIN_DEVICES, "account_id", account.as_str())
        .await
        .map(|_| ())
}

/// Forgets browsers that did not sign in since `before_ms`.
pub async fn expire_devices(inside: &mut Inside<'_>, before_ms: i64) -> Result<u64, StoreError> {
    inside
        .delete_below(&LOGIN_DEVICES, "seen_at_ms", before_ms)
        .await
}
