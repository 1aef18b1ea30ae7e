//! The subject register. List, count, search and export share one narrowing function, so that they
//! can never show different rows.

use std::collections::BTreeSet;

use domain::id::{EventId, OrgUnitId, SubjectId};
use domain::policy::Reach;
use domain::subject::{
    Area, ComplianceTier, PoolTag, RiskClass, Standing, Subject, SubjectKind,
};
use domain::text::{Address, DistrictCode, FieldError, RegisterNumber, SubjectName, Usci};
use domain::time::Date;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::SUBJECTS;

const TABLE: &str = "subjects";
const COLUMNS: &str = "SELECT subject_id, org_unit_id, usci, register_number, name, kind, district, area, address, business_scope, registered_on, standing, tier, tier_source, tier_on, pools, source, last_event FROM subjects";

/// A subject as kept: with the unit that keeps it and the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredSubject {
    /// The entry.
    pub subject: Subject,
    /// The unit that keeps the entry.
    pub unit: OrgUnitId,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// What a list is narrowed by; the same for page, count and export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectFilter {
    /// Any two or more letters of name, code or address.
    pub text: Option<String>,
    /// District code.
    pub district: Option<String>,
    /// Registration standing.
    pub standing: Option<Standing>,
    /// Class letter, or `U` for subjects without one.
    pub tier: Option<String>,
    /// Special pool.
    pub pool: Option<String>,
    /// True: only entries that cannot enter a draw for want of a code.
    pub without_code: bool,
}

/// Where a page begins: behind or before this row in the order (name, key).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// The first page.
    Start,
    /// After the row with this name and key.
    After(String, SubjectId),
    /// Before the row with this name and key.
    Before(String, SubjectId),
}

fn narrowed(mut query: Query, reach: &Reach, filter: &SubjectFilter) -> Query {
    query = query.push(" WHERE 1 = 1");
    if !reach.everything {
        query = query.push(" AND org_unit_id IN (");
        query = query.bind_list(reach.units.iter().map(|unit| Value::from(unit.as_str()))).push(")");
    }
    if let Some(text) = &filter.text {
        for word in search_text(text).split_whitespace() {
            query = query.push(" AND search_text LIKE ").bind(contains(word)).push(" ESCAPE '!'");
        }
    }
    if let Some(district) = &filter.district {
        query = query.push(" AND district = ").bind(district.as_str());
    }
    if let Some(standing) = filter.standing {
        query = query.push(" AND standing = ").bind(standing.name());
    }
    match filter.tier.as_deref() {
        Some("U") => query = query.push(" AND tier IS NULL"),
        Some(tier) => query = query.push(" AND tier = ").bind(tier),
        None => {}
    }
    if let Some(pool) = &filter.pool {
        query = query.push(" AND pools LIKE ").bind(contains(&format!("\"{pool}\""))).push(" ESCAPE '!'");
    }
    if filter.without_code { query.push(" AND code IS NULL") } else { query }
}

/// The form in which text is kept for search and searched for: half-width, lower case.
#[must_use]
pub fn search_text(text: &str) -> String {
    domain::text::narrow(text).to_lowercase()
}

/// One page in the order (name, key); a page before a row comes back in the same order.
pub async fn page(
    reader: &mut Reader,
    reach: &Reach,
    filter: &SubjectFilter,
    from: &From,
    limit: i64,
) -> Result<Vec<StoredSubject>, StoreError> {
    let backwards = matches!(from, From::Before(..));
    let mut found = nearest(reader, reach, filter, from, false, limit).await?;
    if backwards {
        found.reverse();
    }
    Ok(found)
}

/// The rows nearest to the place, nearest first, in the order (name, key) or its reverse: what a
/// list with paging in both directions reads.
pub async fn nearest(
    reader: &mut Reader,
    reach: &Reach,
    filter: &SubjectFilter,
    from: &From,
    descending: bool,
    limit: i64,
) -> Result<Vec<StoredSubject>, StoreError> {
    let mut query = narrowed(Query::new(COLUMNS), reach, filter);
    let upwards = matches!(from, From::Before(..)) == descending;
    if let From::After(name, id) | From::Before(name, id) = from {
        query = query.push(if upwards {
            " AND (name, subject_id) > ("
        } else {
            " AND (name, subject_id) < ("
        });
        query = query.bind(name.as_str()).push(", ").bind(id.as_str()).push(")");
    }
    query = query.push(if upwards {
        " ORDER BY name, subject_id LIMIT "
    } else {
        " ORDER BY name DESC, subject_id DESC LIMIT "
    });
    reader.all(query.bind(limit)).await?.iter().map(subject).collect()
}

/// How many rows the list has, counted up to `cap`.
pub async fn count(
    reader: &mut Reader,
    reach: &Reach,
    filter: &SubjectFilter,
    cap: i64,
) -> Result<i64, StoreError> {
    let inner = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM subjects");
    let query = narrowed(inner, reach, filter).push(" LIMIT ").bind(cap).push(") AS capped");
    reader.number(query).await
}

/// The subject with that key, if it is within reach.
pub async fn get(reader: &mut Reader, id: &SubjectId) -> Result<StoredSubject, StoreError> {
    let row = reader.one(TABLE, Query::new(COLUMNS).push(" WHERE subject_id = ").bind(id.as_str())).await?;
    subject(&row)
}

/// The subject with that code.
pub async fn by_code(reader: &mut Reader, code: &str) -> Result<Option<StoredSubject>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE code = ").bind(code);
    reader.first(query).await?.as_ref().map(subject).transpose()
}

/// The subjects with any of these codes, at most a few hundred at a time.
pub async fn by_codes(reader: &mut Reader, codes: &[String]) -> Result<Vec<StoredSubject>, StoreError> {
    let mut found = Vec::new();
    for part in codes.chunks(500) {
        let query = Query::new(COLUMNS)
            .push(" WHERE code IN (")
            .bind_list(part.iter().map(|code| Value::from(code.as_str())))
            .push(") ORDER BY code");
        for row in reader.all(query).await? {
            found.push(subject(&row)?);
        }
    }
    Ok(found)
}

/// Districts that occur, for the filter.
pub async fn districts(reader: &mut Reader) -> Result<Vec<String>, StoreError> {
    let rows = reader.all(Query::new("SELECT DISTINCT district FROM subjects ORDER BY district")).await?;
    rows.iter().map(|row| row.text("district").map(str::to_owned)).collect()
}

/// Adds an entry.
pub async fn add(rec: &mut Recording, unit: &OrgUnitId, subject: &Subject) -> Result<(), StoreError> {
    rec.insert(&SUBJECTS, cells(unit, subject)?).await
}

/// Adds many entries with few statements; one event remembers them all.
pub async fn add_many<'a>(
    rec: &mut Recording,
    unit: &OrgUnitId,
    subjects: impl IntoIterator<Item = &'a Subject>,
) -> Result<u64, StoreError> {
    rec.insert_many(&SUBJECTS, subjects.into_iter().map(|subject| cells(unit, subject))).await
}

/// Changes an entry that was last written by `seen`.
pub async fn edit(
    rec: &mut Recording,
    unit: &OrgUnitId,
    seen: &EventId,
    subject: &Subject,
) -> Result<(), StoreError> {
    let changes = cells(unit, subject)?.into_iter().skip(1).collect();
    rec.update(&SUBJECTS, &[Value::from(subject.id.as_str())], seen, changes).await
}

/// Removes an entry that was last written by `seen`; refused by the database once it was drawn.
pub async fn remove(rec: &mut Recording, id: &SubjectId, seen: &EventId) -> Result<(), StoreError> {
    rec.delete(&SUBJECTS, &[Value::from(id.as_str())], seen).await
}

fn cells(unit: &OrgUnitId, subject: &Subject) -> Result<Cells, StoreError> {
    let code = subject.code().map(|code| code.to_string());
    let address = subject.address.as_ref().map(Address::as_str);
    let search = [subject.name.as_str(), code.as_deref().unwrap_or(""), address.unwrap_or("")].join(" ");
    let pools = serde_json::to_string(&subject.pools)
        .map_err(|error| StoreError::inconsistent(TABLE, "pools", "-", &error.to_string()))?;
    let tier = subject.tier.as_ref();
    Ok(vec![
        ("subject_id", subject.id.as_str().into()),
        ("org_unit_id", unit.as_str().into()),
        ("code", code.into()),
        ("usci", subject.usci.as_ref().map(Usci::as_str).into()),
        ("register_number", subject.register_number.as_ref().map(RegisterNumber::as_str).into()),
        ("name", subject.name.as_str().into()),
        ("kind", subject.kind.name().into()),
        ("district", subject.district.as_str().into()),
        ("area", subject.area.as_ref().map(Area::as_str).into()),
        ("address", address.into()),
        ("business_scope", subject.scope.as_deref().into()),
        ("registered_on", subject.registered_on.map(|on| on.to_string()).into()),
        ("standing", subject.standing.name().into()),
        ("tier", tier.map(|tier| tier.class.name()).into()),
        ("tier_source", tier.map(|tier| tier.source.as_str()).into()),
        ("tier_on", tier.map(|tier| tier.on.to_string()).into()),
        ("pools", pools.into()),
        ("source", subject.source.as_str().into()),
        ("search_text", search_text(&search).into()),
    ])
}

fn subject(row: &Row) -> Result<StoredSubject, StoreError> {
    let subject = Subject {
        id: row.parsed(TABLE, "subject_id", SubjectId::parse)?,
        usci: optional(row, "usci", Usci::parse)?,
        register_number: optional(row, "register_number", RegisterNumber::parse)?,
        name: row.parsed(TABLE, "name", sentence(SubjectName::parse))?,
        kind: row.parsed(TABLE, "kind", |text| SubjectKind::parse(text).ok_or("unknown kind"))?,
        district: row.parsed(TABLE, "district", sentence(DistrictCode::parse))?,
        area: optional(row, "area", Area::parse)?,
        address: optional(row, "address", Address::parse)?,
        scope: row.maybe_text("business_scope")?.map(str::to_owned),
        registered_on: date(row, "registered_on")?,
        standing: row.parsed(TABLE, "standing", |text| Standing::parse(text).ok_or("unknown standing"))?,
        pools: row.parsed(TABLE, "pools", |text| serde_json::from_str::<BTreeSet<PoolTag>>(text))?,
        tier: tier(row)?,
        source: row.text("source")?.to_owned(),
    };
    Ok(StoredSubject {
        subject,
        unit: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn tier(row: &Row) -> Result<Option<ComplianceTier>, StoreError> {
    if row.maybe_text("tier")?.is_none() {
        return Ok(None);
    }
    Ok(Some(ComplianceTier {
        class: row.parsed(TABLE, "tier", |text| RiskClass::parse(text).ok_or("unknown class"))?,
        source: row.text("tier_source")?.to_owned(),
        on: row.parsed(TABLE, "tier_on", |text| Date::parse_iso(text).ok_or("not a date"))?,
    }))
}

fn date(row: &Row, column: &str) -> Result<Option<Date>, StoreError> {
    match row.maybe_text(column)? {
        None => Ok(None),
        Some(_) => {
            row.parsed(TABLE, column, |text| Date::parse_iso(text).ok_or("not a date")).map(Some)
        }
    }
}

fn optional<T>(
    row: &Row,
    column: &str,
    parse: impl Fn(&str) -> Result<T, FieldError>,
) -> Result<Option<T>, StoreError> {
    match row.maybe_text(column)? {
        None => Ok(None),
        Some(_) => row.parsed(TABLE, column, sentence(parse)).map(Some),
    }
}

fn sentence<T>(
    parse: impl Fn(&str) -> Result<T, FieldError>,
) -> impl Fn(&str) -> Result<T, String> {
    move |text| parse(text).map_err(|error| error.sentence)
}
