//! 0020: the password hashes there are get the digests by which the audit knows them. Who planted one before the upgrade
//! is not found by it: the event of the migration takes them as they stand, and says so.

use std::pin::Pin;

use crate::credential::digest;
use crate::error::StoreError;
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;

table! {
    /// As `0020_credential_marks` made it.
    traced CREDENTIAL_MARKS = "credential_marks" of Accounts key(holder) {
        holder: text masked,
        phc_sha256: text masked,
    }
}

/// One row for each hash, of accounts and of requests that wait.
pub(super) fn of_what_stands(
    moving: &mut Moving,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
    Box::pin(async move {
        let all = "SELECT account_id AS holder, phc FROM credentials UNION ALL SELECT request_id, phc FROM awaited_credentials ORDER BY holder";
        for row in moving.all(Query::new(all)).await? {
            let mark = vec![
                ("holder", row.text("holder")?.into()),
                ("phc_sha256", digest(row.text("phc")?).into()),
            ];
            moving.insert(&CREDENTIAL_MARKS, mark).await?;
        }
        Ok(())
    })
}
