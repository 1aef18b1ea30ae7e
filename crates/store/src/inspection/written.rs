//! A visit held against the log: what was read of it is what the newest entry that wrote its row left.

use super::{StoredInspection, beside};
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
    let of = (
        stored.campaign_number.clone(),
        stored.unit.clone(),
        stored.dispatched,
    );
    let left = beside(&row, of)?;
    match left == *stored {
        true => Ok(()),
        false if left.seen != stored.seen => Err(log::moved_on(&INSPECTIONS)),
        false => Err(StoreError::contradiction(
            &format!("检查 {} ", stored.visit.id.as_str()),
            "读出时不是留痕写下的样子",
        )),
    }
}
