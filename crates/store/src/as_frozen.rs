//! Who bore a code when a frame was frozen: the draw names codes, and whom they mean is settled then (SPEC-draw §2), not by
//! what a register says at the moment of RESULT or dispatch.
//!
//! The entries of the log tell it, from the freeze backwards; the register is asked only who bears the code now, and is
//! refused where that is somebody else. Deliberately absent: everything else of a row, which may be corrected.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Act;
use domain::id::{CampaignId, SubjectId};
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::kernel::log;
use crate::kernel::reader::Reader;
use crate::kernel::table::TracedTable;
use crate::schema::{CAMPAIGNS, INSPECTORS, SUBJECTS};
use crate::{inspector, subject};

/// A subject of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenSubject {
    /// Its key.
    pub id: SubjectId,
    /// Its name when the frame was frozen.
    pub name: String,
}

/// The subjects by their codes. Of the inspectors it is asked only whether they are the same.
///
/// # Errors
/// [`StoreError::Contradiction`] that names a code which somebody else bore then, or which no subject bears now.
pub async fn as_frozen(
    reader: &mut Reader,
    campaign: &CampaignId,
    (subjects, inspectors): (&[String], &[String]),
) -> Result<BTreeMap<String, FrozenSubject>, StoreError> {
    let mut bearers = Vec::new();
    for kept in subject::by_codes(reader, subjects).await? {
        if let Some(code) = kept.subject.code() {
            bearers.push((kept.subject.id.as_str().to_owned(), code.to_string()));
        }
    }
    let mut teams = Vec::new();
    for kept in inspector::by_codes(reader, inspectors).await? {
        let inspector = &kept.inspector;
        teams.push((inspector.id.as_str().to_owned(), inspector.code.to_string()));
    }
    let keys = |of: &[(String, String)]| of.iter().map(|(id, _)| id.clone()).collect();
    let wanted: [(&TracedTable, BTreeSet<String>); 2] =
        [(&SUBJECTS, keys(&bearers)), (&INSPECTORS, keys(&teams))];
    let freezes = |act: &str, _: Option<&str>| act == Act::FrameFrozen.name();
    let of = (&CAMPAIGNS, campaign.as_str());
    let found = log::left_before(reader, &wanted, of, &freezes).await?;
    let [then_subjects, then_inspectors] = &found[..] else {
        return Ok(BTreeMap::new());
    };
    for (id, code) in &teams {
        same(&INSPECTORS, then_inspectors.get(id), code)?;
    }
    let mut named = BTreeMap::new();
    for (id, code) in bearers {
        let cells = same(&SUBJECTS, then_subjects.get(&id), &code)?;
        let name = cell(&SUBJECTS, cells, "name").unwrap_or_default();
        let id = SubjectId::parse(&id).map_err(|error| {
            StoreError::inconsistent("subjects", "subject_id", &id, &error.to_string())
        })?;
        let name = name.to_owned();
        named.insert(code, FrozenSubject { id, name });
    }
    match subjects.iter().find(|code| !named.contains_key(*code)) {
        None => Ok(named),
        Some(code) => Err(StoreError::contradiction(
            &format!("表 subjects 代码 {code} "),
            "在冻结的名录里，现在没有这一行",
        )),
    }
}

fn same<'c>(
    table: &TracedTable,
    then: Option<&'c Vec<Json>>,
    code: &str,
) -> Result<&'c [Json], StoreError> {
    let then = then.filter(|cells| cell(table, cells, "code") == Some(code));
    then.map(Vec::as_slice).ok_or_else(|| {
        let place = format!("表 {} 代码 {code} ", table.layout().name);
        StoreError::contradiction(&place, "在冻结名录的时候不是现在这一行的")
    })
}

fn cell<'c>(table: &TracedTable, cells: &'c [Json], column: &str) -> Option<&'c str> {
    let mut columns = table.layout().columns.iter();
    let at = columns.position(|one| one.name == column)?;
    cells.get(at)?.as_str()
}
