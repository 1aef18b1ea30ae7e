//! Password hashes against the digests that the acts which set them left in the log. The rows of the digests themselves
//! are compared like all traced rows; whether a hash fits a password nobody asks here.

use super::{Fault, Report, cell};
use crate::credential::digest;
use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::words;

/// Every hash with its digest, and the name its account signs in by.
const HELD: [(&str, &str); 2] = [
    (
        "credentials",
        "SELECT c.account_id AS holder, a.login, c.phc, m.phc_sha256 FROM credentials c LEFT JOIN accounts a ON a.account_id = c.account_id LEFT JOIN credential_marks m ON m.holder = c.account_id ORDER BY holder",
    ),
    (
        "awaited_credentials",
        "SELECT c.request_id AS holder, a.login, c.phc, m.phc_sha256 FROM awaited_credentials c LEFT JOIN access_requests r ON r.request_id = c.request_id LEFT JOIN accounts a ON a.account_id = r.account_id LEFT JOIN credential_marks m ON m.holder = c.request_id ORDER BY holder",
    ),
];

/// Digests whose hash is gone.
const GONE: &str = "SELECT m.holder, a.login FROM credential_marks m LEFT JOIN accounts a ON a.account_id = m.holder WHERE NOT EXISTS (SELECT 1 FROM credentials c WHERE c.account_id = m.holder) AND NOT EXISTS (SELECT 1 FROM awaited_credentials w WHERE w.request_id = m.holder) ORDER BY m.holder";

pub(super) async fn compare(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let fault = |table: &str, row: &crate::kernel::value::Row, why: &str| {
        Ok::<_, StoreError>(Fault::Credential {
            table: table.to_owned(),
            holder: words(row.value("holder")?),
            login: words(row.value("login")?),
            why: why.to_owned(),
        })
    };
    for (table, sql) in HELD {
        for row in reader.all(Query::new(sql)).await? {
            let Some(phc) = cell(report, row.text("phc"))? else {
                continue;
            };
            let Some(said) = cell(report, row.maybe_text("phc_sha256"))? else {
                continue;
            };
            let why = match said {
                Some(said) if said == digest(phc) => continue,
                Some(_) => "不是最后一次设置口令的留痕写下的那一个，是换上的",
                None => "没有任何留痕设置过它，是添上的",
            };
            report.faults.push(fault(table, &row, why)?);
        }
    }
    for row in reader.all(Query::new(GONE)).await? {
        let gone = fault("credentials", &row, "不在了，而留痕里设置过它")?;
        report.faults.push(gone);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
