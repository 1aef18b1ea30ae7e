//! Units of the bureau and what this installation is.

use domain::id::{EventId, OrgUnitId};
use domain::org::{OrgTree, OrgUnit, UnitKind};

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::storage_key;
use crate::kernel::value::{Row, Value};
use crate::schema::{INSTALLATION, ORG_UNITS};

const UNITS: &str = "org_units";

/// All units, by name.
pub async fn units(reader: &mut Reader) -> Result<Vec<OrgUnit>, StoreError> {
    let query =
        Query::new("SELECT org_unit_id, name, kind, parent_id FROM org_units ORDER BY org_unit_id");
    reader.all(query).await?.iter().map(unit).collect()
}

fn unit(row: &Row) -> Result<OrgUnit, StoreError> {
    let parent = row
        .maybe_text("parent_id")?
        .map(OrgUnitId::parse)
        .transpose();
    Ok(OrgUnit {
        id: row.parsed(UNITS, "org_unit_id", OrgUnitId::parse)?,
        name: row.text("name")?.to_owned(),
        kind: row.parsed(UNITS, "kind", |text| {
            UnitKind::parse(text).ok_or("没有这一种")
        })?,
        parent: parent.map_err(|error| {
            StoreError::inconsistent(UNITS, "parent_id", "-", &error.to_string())
        })?,
    })
}

/// How the units stand to each other.
pub async fn tree(reader: &mut Reader) -> Result<OrgTree, StoreError> {
    Ok(tree_of(units(reader).await?))
}

/// The same out of whole rows of the table.
pub(crate) fn tree_of_rows(rows: &[Row]) -> Result<OrgTree, StoreError> {
    let units = rows.iter().map(unit);
    units.collect::<Result<Vec<_>, _>>().map(tree_of)
}

fn tree_of(units: Vec<OrgUnit>) -> OrgTree {
    OrgTree::new(units.into_iter().map(|unit| (unit.id, unit.parent)))
}

/// Adds a unit.
pub async fn add(rec: &mut Recording, unit: &OrgUnit) -> Result<(), StoreError> {
    rec.insert(
        &ORG_UNITS,
        vec![
            ("org_unit_id", unit.id.as_str().into()),
            ("name", unit.name.as_str().into()),
            ("kind", unit.kind.name().into()),
            (
                "parent_id",
                unit.parent.as_ref().map(OrgUnitId::as_str).into(),
            ),
        ],
    )
    .await
}

/// One fact of the installation: `bureau`, `origin`, `district`, `demonstration` …
pub async fn fact(reader: &mut Reader, name: &str) -> Result<Option<String>, StoreError> {
    let query = Query::new("SELECT value FROM installation WHERE name = $1").arg(name);
    reader
        .first(query)
        .await?
        .map(|row| row.text("value").map(str::to_owned))
        .transpose()
}

/// The same with the event that last wrote it, as [`change_fact`] wants it.
///
/// # Errors
/// [`StoreError::NotFound`] if it was never stated.
pub async fn fact_to_change(
    reader: &mut Reader,
    name: &str,
) -> Result<(String, EventId), StoreError> {
    let query = Query::new("SELECT value, last_event FROM installation WHERE name = $1").arg(name);
    let row = reader.one("installation", query).await?;
    let seen = row.parsed("installation", "last_event", EventId::parse)?;
    Ok((row.text("value")?.to_owned(), seen))
}

/// States a fact of the installation for the first time.
pub async fn state_fact(rec: &mut Recording, name: &str, value: &str) -> Result<(), StoreError> {
    rec.insert(
        &INSTALLATION,
        vec![("name", name.into()), ("value", value.into())],
    )
    .await
}

/// States by which storage key this installation seals, so that no other is ever taken for it.
pub async fn state_storage_key(rec: &mut Recording) -> Result<(), StoreError> {
    let value = storage_key::fingerprint(&*rec.vault());
    state_fact(rec, storage_key::FACT, &value).await
}

/// Changes a fact that was read together with the event that last wrote it.
pub async fn change_fact(
    rec: &mut Recording,
    name: &str,
    seen: &EventId,
    value: &str,
) -> Result<(), StoreError> {
    rec.update(
        &INSTALLATION,
        &[Value::from(name)],
        seen,
        vec![("value", value.into())],
    )
    .await
}
