//! 0010: numbers of credentials and explanations of recusals become ciphertext. Bodies written before keep
//! them as they were: the log is not rewritten.
//!
//! Every row is written, also where nothing stood: its image says how the row stood with its clear value, so that one
//! which was altered behind the program's back before it was sealed is named by the audit (`docs/adr/0019`).

use std::pin::Pin;

use domain::id::{EventId, InspectorId};

use crate::error::StoreError;
use crate::inspector::{held_at, own_of};
use crate::kernel::cell::PersonKey;
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;
use crate::kernel::value::{Row, Value};
use crate::person;

table! {
    /// As `0010_sealed_cells` finds it, before `credential_no` goes.
    traced INSPECTORS = "inspectors" of Inspectors key(inspector_id) {
        inspector_id: text masked,
        code: text public,
        name: text masked,
        org_unit_id: text public,
        authority: text public,
        credential_until: text masked,
        scope: text masked,
        presence: text masked,
        may_lead: int masked,
        account_id: text masked,
        credential_no: text private,
        sealed_credential_no: sealed private,
        credential_no_mark: blob masked,
    }
}
table! {
    /// As `0010_sealed_cells` finds it, before `note` goes.
    traced RECUSALS = "recusals" of Recusals key(inspector_code, subject_code) {
        inspector_code: text masked,
        subject_code: text masked,
        ground: text masked,
        declared_by: text masked,
        declared_at_ms: int masked,
        note: text private,
        sealed_note: sealed private,
    }
}

/// Every inspector gets a key; what stood in the clear is sealed under it.
pub(super) fn seal(
    moving: &mut Moving,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
    Box::pin(async move {
        credentials(moving).await?;
        notes(moving).await
    })
}

async fn credentials(moving: &mut Moving) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT inspector_id, credential_no, last_event FROM inspectors ORDER BY inspector_id",
    );
    for row in moving.all(query).await? {
        let id = row.parsed("inspectors", "inspector_id", InspectorId::parse)?;
        let holder = person::inspector(&id);
        let vault = moving.vault();
        let key = vault.person_key(&holder);
        person::keep(&mut moving.beside(), &holder, &key).await?;
        let seen = row.parsed("inspectors", "last_event", EventId::parse)?;
        let mut changes = vec![("credential_no", None::<&str>.into())];
        if let Some(number) = row.maybe_text("credential_no")? {
            let place = ("inspectors", id.as_str(), "credential_no");
            let cell = person::seal(&*vault, (&holder, &key), place, number)?;
            let mark = vault.mark("inspectors.credential_no", number);
            changes.push(("sealed_credential_no", cell.into()));
            changes.push(("credential_no_mark", mark.as_slice().into()));
        }
        moving
            .update(&INSPECTORS, &[Value::from(id.as_str())], &seen, changes)
            .await?;
    }
    Ok(())
}

/// Under whose key an explanation is sealed: of whoever has the code, if the log says that he had it when the recusal was
/// declared. Else under one of its own, until its person is edited next.
async fn holder(
    moving: &mut Moving,
    row: &Row,
    (code, subject): (&str, &str),
) -> Result<(String, PersonKey), StoreError> {
    let id = row.maybe_text("inspector_id")?.map(InspectorId::parse);
    if let (Some(Ok(id)), Some(key)) = (id, person::joined_key(row)?)
        && held_at(moving.reader(), &id, (code, subject)).await?
    {
        return Ok((person::inspector(&id), key));
    }
    let own = own_of(&format!("{code},{subject}"));
    let key = moving.vault().person_key(&own);
    person::keep(&mut moving.beside(), &own, &key).await?;
    Ok((own, key))
}

async fn notes(moving: &mut Moving) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT r.inspector_code, r.subject_code, r.note, r.last_event, i.inspector_id, k.wrapped FROM recusals r LEFT JOIN inspectors i ON i.code = r.inspector_code LEFT JOIN person_keys k ON k.person = 'inspector/' || i.inspector_id ORDER BY r.inspector_code, r.subject_code",
    );
    for row in moving.all(query).await? {
        let (inspector, subject) = (row.text("inspector_code")?, row.text("subject_code")?);
        let seen = row.parsed("recusals", "last_event", EventId::parse)?;
        let mut changes = vec![("note", None::<&str>.into())];
        if let Some(note) = row.maybe_text("note")? {
            let pair = format!("{inspector},{subject}");
            let place = ("recusals", pair.as_str(), "note");
            let (holder, key) = holder(moving, &row, (inspector, subject)).await?;
            let cell = person::seal(&*moving.vault(), (&holder, &key), place, note)?;
            changes.push(("sealed_note", cell.into()));
        }
        let at = [Value::from(inspector), Value::from(subject)];
        moving.update(&RECUSALS, &at, &seen, changes).await?;
    }
    Ok(())
}
