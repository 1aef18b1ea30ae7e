//! A row of the register ↔ the subject of the domain. What is stored is read as strictly as what is
//! typed: a value that no longer passes the border is an inconsistency, never a guess.

use domain::id::{EventId, OrgUnitId, SubjectId};
use domain::subject::{Area, ComplianceTier, POOLS, RiskClass, Standing, Subject, SubjectKind};
use domain::text::{Address, DistrictCode, RegisterNumber, SubjectName, Usci};

use super::{StoredSubject, TABLE, search_text};
use crate::error::StoreError;
use crate::kernel::image::Stood;
use crate::kernel::table::Cells;
use crate::kernel::value::Row;
use crate::schema::SUBJECTS;

pub(super) fn cells(unit: &OrgUnitId, subject: &Subject) -> Result<Cells, StoreError> {
    let code = subject.code().map(|code| code.to_string());
    let address = subject.address.as_ref().map(Address::as_str);
    let search = [
        subject.name.as_str(),
        code.as_deref().unwrap_or(""),
        address.unwrap_or(""),
    ]
    .join(" ");
    let pools = POOLS
        .write(&subject.pools)
        .map_err(|error| StoreError::inconsistent(TABLE, "pools", "-", &error.to_string()))?;
    let tier = subject.tier.as_ref();
    Ok(vec![
        ("subject_id", subject.id.as_str().into()),
        ("org_unit_id", unit.as_str().into()),
        ("code", code.into()),
        ("usci", subject.usci.as_ref().map(Usci::as_str).into()),
        (
            "register_number",
            subject
                .register_number
                .as_ref()
                .map(RegisterNumber::as_str)
                .into(),
        ),
        ("name", subject.name.as_str().into()),
        ("kind", subject.kind.name().into()),
        ("district", subject.district.as_str().into()),
        ("area", subject.area.as_ref().map(Area::as_str).into()),
        ("address", address.into()),
        ("business_scope", subject.scope.as_deref().into()),
        (
            "registered_on",
            subject.registered_on.map(|on| on.to_string()).into(),
        ),
        ("standing", subject.standing.name().into()),
        ("tier", tier.map(|tier| tier.class.name()).into()),
        ("tier_source", tier.map(|tier| tier.source.as_str()).into()),
        ("tier_on", tier.map(|tier| tier.on.to_string()).into()),
        ("pools", pools.into()),
        ("source", subject.source.as_str().into()),
        ("search_text", search_text(&search).into()),
    ])
}

pub(crate) fn subject(row: &Row) -> Result<StoredSubject, StoreError> {
    let subject = Subject {
        id: row.parsed(TABLE, "subject_id", SubjectId::parse)?,
        usci: row.maybe_checked(TABLE, "usci", Usci::parse)?,
        register_number: row.maybe_checked(TABLE, "register_number", RegisterNumber::parse)?,
        name: row.checked(TABLE, "name", SubjectName::parse)?,
        kind: row.parsed(TABLE, "kind", |text| {
            SubjectKind::parse(text).ok_or("没有这一种")
        })?,
        district: row.checked(TABLE, "district", DistrictCode::parse)?,
        area: row.maybe_checked(TABLE, "area", Area::parse)?,
        address: row.maybe_checked(TABLE, "address", Address::parse)?,
        scope: row.maybe_text("business_scope")?.map(str::to_owned),
        registered_on: row.maybe_date(TABLE, "registered_on")?,
        standing: row.parsed(TABLE, "standing", |text| {
            Standing::parse(text).ok_or("unknown standing")
        })?,
        pools: row.kept(TABLE, "pools", "subject_id", &POOLS)?,
        tier: tier(row)?,
        source: row.text("source")?.to_owned(),
    };
    Ok(StoredSubject {
        subject,
        unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
        stood: Stood::of_row(&SUBJECTS, row)?,
    })
}

fn tier(row: &Row) -> Result<Option<ComplianceTier>, StoreError> {
    if row.maybe_text("tier")?.is_none() {
        return Ok(None);
    }
    Ok(Some(ComplianceTier {
        class: row.parsed(TABLE, "tier", |text| {
            RiskClass::parse(text).ok_or("unknown class")
        })?,
        source: row.text("tier_source")?.to_owned(),
        on: row.date(TABLE, "tier_on")?,
    }))
}
