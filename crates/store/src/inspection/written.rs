//! A visit held against the log: what was read of it is what the newest entry that wrote its row left.

use domain::id::{CampaignId, EventId};
use domain::inspection::{STRATA, VISIT};

use super::{StoredInspection, TABLE};
use crate::error::StoreError;
use crate::kernel::log;
use crate::kernel::reader::Reader;
use crate::kernel::value::Value;
use crate::schema::INSPECTIONS;

/// Refuses a visit in the clear that is not as the newest entry that wrote its row left it, whichever entry the row itself
/// names.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row and that entry; [`StoreError::Conflict`] if somebody wrote it since it
/// was read.
pub async fn as_last_written(
    reader: &mut Reader,
    stored: &StoredInspection,
) -> Result<(), StoreError> {
    let key = [Value::from(stored.visit.id.as_str())];
    let row = log::as_last_written(reader, &INSPECTIONS, &key).await?;
    let seen = row.parsed(TABLE, "last_event", EventId::parse)?;
    if seen != stored.seen {
        return Err(StoreError::Conflict {
            table: TABLE,
            what: "last_event".to_owned(),
        });
    }
    let left = StoredInspection {
        visit: row.kept(TABLE, "life", "inspection_id", &VISIT)?,
        campaign: row.parsed(TABLE, "campaign_id", CampaignId::parse)?,
        attempt: row.int("attempt")?,
        ordinal: row.int("ordinal")?,
        subject_code: row.text("subject_code")?.to_owned(),
        subject_name: row.text("subject_name")?.to_owned(),
        strata: row.kept(TABLE, "strata", "inspection_id", &STRATA)?,
        state_at_ms: row.int("state_at_ms")?,
        ..stored.clone()
    };
    match left == *stored {
        true => Ok(()),
        false => Err(StoreError::contradiction(
            &format!("检查 {} ", stored.visit.id.as_str()),
            "读出时不是留痕写下的样子",
        )),
    }
}
