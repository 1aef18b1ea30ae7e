//! The subject register. List, count, search and export share one narrowing function, so that they
//! can never show different rows.

use domain::id::{EventId, OrgUnitId, SubjectId};
use domain::policy::Reach;
use domain::subject::{Standing, Subject};

use crate::error::StoreError;
use crate::inspector::OfSubject;
use crate::kernel::guard::Recording;
use crate::kernel::image::Stood;
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::ready::{OpenRows, ReadyRows};
use crate::kernel::value::Value;
use crate::schema::SUBJECTS;

mod row;

use row::cells;
pub(crate) use row::subject;

const TABLE: &str = "subjects";
const COLUMNS: &str = "SELECT subject_id, org_unit_id, code, usci, register_number, name, kind, district, area, address, business_scope, registered_on, standing, tier, tier_source, tier_on, pools, source, search_text, last_event FROM subjects";

/// A subject as kept: with the unit that keeps it and the event that last wrote it.
#[derive(Clone, Debug)]
pub struct StoredSubject {
    /// The entry.
    pub subject: Subject,
    /// The unit that keeps the entry.
    pub unit: OrgUnitId,
    /// Event that last wrote the row.
    pub seen: EventId,
    /// How the row stood when it was read.
    pub stood: Stood,
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
        query = query
            .bind_list(reach.units.iter().map(|unit| Value::from(unit.as_str())))
            .push(")");
    }
    if let Some(text) = &filter.text {
        for word in search_text(text).split_whitespace() {
            query = query
                .push(" AND search_text LIKE ")
                .bind(contains(word))
                .push(" ESCAPE '!'");
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
        query = query
            .push(" AND pools LIKE ")
            .bind(contains(&format!("\"{pool}\"")))
            .push(" ESCAPE '!'");
    }
    if filter.without_code {
        query.push(" AND code IS NULL")
    } else {
        query
    }
}

/// The form in which text is kept for search and searched for: half-width, lower case.
#[must_use]
pub fn search_text(text: &str) -> String {
    domain::text::narrow(text).to_lowercase()
}

/// Every entry of the register, in the order (name, key).
pub(crate) async fn every(reader: &mut Reader) -> Result<Vec<StoredSubject>, StoreError> {
    const PAGE: i64 = 2_000;
    let everything = Reach {
        everything: true,
        ..Reach::default()
    };
    let filter = SubjectFilter::default();
    let mut found: Vec<StoredSubject> = Vec::new();
    let mut from = From::Start;
    loop {
        let page = page(reader, &everything, &filter, &from, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        let name = last.subject.name.as_str().to_owned();
        from = From::After(name, last.subject.id.clone());
        found.extend(page);
    }
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
        query = query
            .bind(name.as_str())
            .push(", ")
            .bind(id.as_str())
            .push(")");
    }
    query = query.push(if upwards {
        " ORDER BY name, subject_id LIMIT "
    } else {
        " ORDER BY name DESC, subject_id DESC LIMIT "
    });
    reader
        .all(query.bind(limit))
        .await?
        .iter()
        .map(subject)
        .collect()
}

/// How many rows the list has, counted up to `cap`.
pub async fn count(
    reader: &mut Reader,
    reach: &Reach,
    filter: &SubjectFilter,
    cap: i64,
) -> Result<i64, StoreError> {
    let inner =
        Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM subjects");
    let query = narrowed(inner, reach, filter)
        .push(" LIMIT ")
        .bind(cap)
        .push(") AS capped");
    reader.number(query).await
}

/// The subject with that key; whether it is within reach is for the caller to ask.
pub async fn get(reader: &mut Reader, id: &SubjectId) -> Result<StoredSubject, StoreError> {
    let row = reader
        .one(
            TABLE,
            Query::new(COLUMNS)
                .push(" WHERE subject_id = ")
                .bind(id.as_str()),
        )
        .await?;
    subject(&row)
}

/// The subject with that code.
pub async fn by_code(reader: &mut Reader, code: &str) -> Result<Option<StoredSubject>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE code = ").bind(code);
    reader.first(query).await?.as_ref().map(subject).transpose()
}

/// The subjects with any of these codes.
pub async fn by_codes(
    reader: &mut Reader,
    codes: &[String],
) -> Result<Vec<StoredSubject>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE code IN (");
    let rows = reader.any_of(&query, codes, ") ORDER BY code").await?;
    rows.iter().map(subject).collect()
}

/// The entries from which somebody has recused himself.
pub async fn recused(reader: &mut Reader) -> Result<Vec<StoredSubject>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE code IN (SELECT subject_code FROM recusals) ORDER BY code");
    reader.all(query).await?.iter().map(subject).collect()
}

/// Entries without a code that bear one of these names; imports know them by name and district.
pub async fn without_code_by_names(
    reader: &mut Reader,
    names: &[String],
) -> Result<Vec<StoredSubject>, StoreError> {
    let query = Query::new(COLUMNS).push(" WHERE code IS NULL AND name IN (");
    let rows = reader
        .any_of(&query, names, ") ORDER BY name, subject_id")
        .await?;
    rows.iter().map(subject).collect()
}

/// Districts that occur, for the filter.
pub async fn districts(reader: &mut Reader) -> Result<Vec<String>, StoreError> {
    let rows = reader
        .all(Query::new(
            "SELECT DISTINCT district FROM subjects ORDER BY district",
        ))
        .await?;
    rows.iter()
        .map(|row| row.text("district").map(str::to_owned))
        .collect()
}

/// Adds an entry.
pub async fn add(
    rec: &mut Recording,
    unit: &OrgUnitId,
    subject: &Subject,
) -> Result<(), StoreError> {
    rec.insert(&SUBJECTS, cells(unit, subject)?).await
}

/// Adds many entries with few statements; one event remembers them all.
pub async fn add_many<'a>(
    rec: &mut Recording,
    unit: &OrgUnitId,
    subjects: impl IntoIterator<Item = &'a Subject>,
) -> Result<u64, StoreError> {
    // Collected: a closure kept across the statements would bind every caller to one thread.
    let rows: Vec<_> = subjects
        .into_iter()
        .map(|subject| cells(unit, subject))
        .collect();
    rec.insert_many(&SUBJECTS, rows).await
}

/// Makes entries ready outside the lock: new ones, and those that change, each as it was read and as it is to be.
pub fn ready<'a>(
    unit: &OrgUnitId,
    new: impl IntoIterator<Item = &'a Subject>,
    changes: impl IntoIterator<Item = (&'a StoredSubject, &'a Subject)>,
) -> Result<ReadyRows, StoreError> {
    let new = new.into_iter().map(|subject| cells(unit, subject));
    let changes = changes.into_iter().map(|(kept, after)| {
        let before = cells(&kept.unit, &kept.subject)?;
        let after = cells(&kept.unit, after)?;
        Ok((kept.seen.clone(), kept.stood.clone(), before, after))
    });
    ReadyRows::of(&SUBJECTS, new, changes)
}

/// Unpacks them beside the writer.
pub fn open(ready: ReadyRows) -> Result<OpenRows, StoreError> {
    ready.open(&SUBJECTS)
}

/// Writes them; returns how many were added and how many changed.
pub async fn write_ready(rec: &mut Recording, rows: OpenRows) -> Result<(u64, u64), StoreError> {
    rec.write_ready(rows).await
}

/// Changes an entry that was last written by `seen`; the recusals from a firm that gets another code follow it.
pub async fn edit(
    rec: &mut Recording,
    unit: &OrgUnitId,
    seen: &EventId,
    (subject, recusals): (&Subject, Option<OfSubject>),
) -> Result<(), StoreError> {
    let changes = cells(unit, subject)?.into_iter().skip(1).collect();
    rec.update(
        &SUBJECTS,
        &[Value::from(subject.id.as_str())],
        seen,
        changes,
    )
    .await?;
    match recusals {
        Some(recusals) => recusals.follow(rec).await,
        None => Ok(()),
    }
}

/// Removes an entry that was last written by `seen`; refused by the database once it was drawn.
pub async fn remove(rec: &mut Recording, id: &SubjectId, seen: &EventId) -> Result<(), StoreError> {
    rec.delete(&SUBJECTS, &[Value::from(id.as_str())], seen)
        .await
}
