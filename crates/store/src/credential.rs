//! Digests of password hashes. The hash itself stands outside the log, so that it can be destroyed; its digest is part of the
//! act that set it, so that another hash in its place is named by the audit. A hash is salted: its digest says nothing of
//! the password, and nothing of whether two accounts have the same.

use domain::id::EventId;
use tlog::Hash;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::Value;
use crate::schema::CREDENTIAL_MARKS;

/// The digest of a PHC string, in hex.
pub(crate) fn digest(phc: &str) -> String {
    Hash::of(phc.as_bytes()).to_string()
}

/// The event that left the digest of whatever this account or request holds.
pub async fn seen(reader: &mut Reader, holder: &str) -> Result<Option<EventId>, StoreError> {
    let query = Query::new("SELECT last_event FROM credential_marks WHERE holder = $1");
    let row = reader.first(query.arg(holder)).await?;
    row.map(|row| row.parsed("credential_marks", "last_event", EventId::parse))
        .transpose()
}

/// Refuses a hash that waits with a request and is not the one that was asked for: confirmed, it would be right.
///
/// # Errors
/// [`StoreError::Contradiction`] if the digest is another.
pub(crate) async fn require(
    reader: &mut Reader,
    holder: &str,
    phc: &str,
) -> Result<(), StoreError> {
    let query = Query::new("SELECT phc_sha256 FROM credential_marks WHERE holder = $1");
    let row = reader.first(query.arg(holder)).await?;
    match row {
        Some(row) if row.text("phc_sha256")? == digest(phc) => Ok(()),
        _ => Err(StoreError::contradiction(
            &format!("等待确认的口令（表 awaited_credentials 行 {holder}）"),
            "不是提出申请时的那一个",
        )),
    }
}

/// Leaves the digest in the place of the one that `seen` left, if there was one.
pub(crate) async fn mark(
    rec: &mut Recording,
    holder: &str,
    phc: &str,
    seen: Option<&EventId>,
) -> Result<(), StoreError> {
    let digest = digest(phc);
    match seen {
        Some(seen) => {
            let changed = vec![("phc_sha256", digest.into())];
            rec.update(&CREDENTIAL_MARKS, &[Value::from(holder)], seen, changed)
                .await
        }
        None => {
            let row = vec![("holder", holder.into()), ("phc_sha256", digest.into())];
            rec.insert(&CREDENTIAL_MARKS, row).await
        }
    }
}

/// Takes the digest back with the hash it belonged to.
pub(crate) async fn unmark(
    rec: &mut Recording,
    holder: &str,
    seen: &EventId,
) -> Result<(), StoreError> {
    rec.delete(&CREDENTIAL_MARKS, &[Value::from(holder)], seen)
        .await
}
