//! The keys of persons, which stand outside the log: whoever has something sealed has a key, for an erasure takes both
//! away in one act. So has the list of an attempt whose visits are sealed. The audit has no key of its own: that one is
//! missing it sees, that one no longer opens it does not.

use super::{Fault, Report};
use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::value::words;

const SEALED: &str = "SELECT i.inspector_id, i.code, i.name FROM inspectors i LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id WHERE k.person IS NULL AND (i.sealed_credential_no IS NOT NULL OR EXISTS (SELECT 1 FROM recusals r WHERE r.inspector_code = i.code AND r.sealed_note IS NOT NULL AND NOT EXISTS (SELECT 1 FROM person_keys o WHERE o.person = 'recusal/' || r.inspector_code || ',' || r.subject_code))) ORDER BY i.code";

/// The lists of which visits are still sealed and the key is gone.
const LISTS: &str = "SELECT DISTINCT s.campaign_id, s.attempt FROM sealed_visits s LEFT JOIN person_keys k ON k.person = 'visits/' || s.campaign_id || '/' || s.attempt WHERE k.person IS NULL ORDER BY s.campaign_id, s.attempt";

pub(super) async fn compare(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    for row in reader.all(Query::new(SEALED)).await? {
        // What stands there in place of a text is named where rows are compared.
        let told = |column| row.value(column).map(words);
        report.faults.push(Fault::Keyless {
            person: format!("inspector/{}", told("inspector_id")?),
            code: told("code")?,
            name: told("name")?,
        });
    }
    for row in reader.all(Query::new(LISTS)).await? {
        let told = |column| row.value(column).map(words);
        report.faults.push(Fault::Kept {
            table: "person_keys".to_owned(),
            row: format!("visits/{}/{}", told("campaign_id")?, told("attempt")?),
            why: "缺失，而表 sealed_visits 里还有用它封存的检查".to_owned(),
        });
    }
    Ok(())
}
