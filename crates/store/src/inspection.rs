//! Visits and publications. A visit is one row: its sheet and outcome stand in its life.

use std::collections::BTreeSet;

use domain::campaign::StateKind;
use domain::id::{
    CampaignId, CampaignNo, EventId, InspectionId, InspectorCode, OrgUnitId, PublicationId,
    SubjectId,
};
use domain::inspection::{Inspection, STRATA, TEAM, VISIT};
use domain::policy::Reach;

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::{INSPECTIONS, PUBLICATIONS};
use crate::sealed_visit;

mod counted;
mod written;

pub(crate) use counted::{Count, Counted, begun_since};
pub use written::as_last_written;

const TABLE: &str = "inspections";
const COLUMNS: &str = "SELECT v.inspection_id, v.campaign_id, v.attempt, v.ordinal, v.subject_code, v.subject_name, v.strata, v.state, v.life, v.state_at_ms, v.last_event, c.number, c.org_unit_id, c.state AS campaign_state FROM inspections v JOIN campaigns c ON c.campaign_id = v.campaign_id";

/// A visit as kept: the domain's visit, and what lists need beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredInspection {
    /// The visit with its state.
    pub visit: Inspection,
    /// The campaign.
    pub campaign: CampaignId,
    /// The campaign's number, for addresses and papers.
    pub campaign_number: CampaignNo,
    /// The unit that launched the campaign.
    pub unit: OrgUnitId,
    /// The attempt that drew it.
    pub attempt: i64,
    /// Place in the order of visits, from 1.
    pub ordinal: i64,
    /// The subject's code, as drawn.
    pub subject_code: String,
    /// The subject's name, as drawn.
    pub subject_name: String,
    /// Strata under which it is visited.
    pub strata: Vec<String>,
    /// Whether the campaign has handed its visits to their teams; until then nobody has been sent.
    #[doc(alias = "派发")]
    pub dispatched: bool,
    /// Whether it stands sealed until then; visits drawn by earlier builds never did.
    pub sealed: bool,
    /// When the state was entered.
    pub state_at_ms: i64,
    /// Event that last wrote the row.
    pub seen: EventId,
}

fn inspection(row: &Row) -> Result<StoredInspection, StoreError> {
    let campaign_number = row.parsed(TABLE, "number", CampaignNo::parse)?;
    let unit = row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?;
    let dispatched = row.text("campaign_state")? != StateKind::Drawn.name();
    beside(row, (campaign_number, unit, dispatched))
}

/// The same with what stands beside it: number and unit of the campaign, and whether its visits are handed out.
fn beside(
    row: &Row,
    (campaign_number, unit, dispatched): (CampaignNo, OrgUnitId, bool),
) -> Result<StoredInspection, StoreError> {
    let visit: Inspection = row.kept(TABLE, "life", "inspection_id", &VISIT)?;
    if visit.kind().name() != row.text("state")? {
        return Err(StoreError::inconsistent(
            TABLE,
            "state",
            visit.id.as_str(),
            "differs from its life",
        ));
    }
    Ok(StoredInspection {
        visit,
        campaign: row.parsed(TABLE, "campaign_id", CampaignId::parse)?,
        campaign_number,
        unit,
        attempt: row.int("attempt")?,
        ordinal: row.int("ordinal")?,
        subject_code: row.text("subject_code")?.to_owned(),
        subject_name: row.text("subject_name")?.to_owned(),
        strata: row.kept(TABLE, "strata", "inspection_id", &STRATA)?,
        dispatched,
        sealed: false,
        state_at_ms: row.int("state_at_ms")?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

/// The visits of a campaign's attempt in drawing order.
pub async fn of_campaign(
    reader: &mut Reader,
    campaign: &CampaignId,
    attempt: i64,
) -> Result<Vec<StoredInspection>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE v.campaign_id = ")
        .bind(campaign.as_str())
        .push(" AND v.attempt = ")
        .bind(attempt)
        .push(" ORDER BY v.ordinal");
    let rows = reader.all(query).await?;
    let clear: Result<Vec<_>, _> = rows.iter().map(inspection).collect();
    let mut visits = clear?;
    visits.extend(sealed_visit::of_campaign(reader, campaign, attempt).await?);
    visits.sort_by_key(|one| one.ordinal);
    Ok(visits)
}

/// The visits of a subject that stand in the clear, newest first.
pub async fn of_subject(
    reader: &mut Reader,
    subject: &SubjectId,
) -> Result<Vec<StoredInspection>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE v.subject_id = ")
        .bind(subject.as_str())
        .push(" ORDER BY v.state_at_ms DESC, v.inspection_id");
    reader.all(query).await?.iter().map(inspection).collect()
}

/// The visit with that key, opened if it is still sealed.
pub async fn get(reader: &mut Reader, id: &InspectionId) -> Result<StoredInspection, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE v.inspection_id = ")
        .bind(id.as_str());
    if let Some(row) = reader.first(query).await? {
        return inspection(&row);
    }
    let key = id.as_str().to_owned();
    let sealed = sealed_visit::find(reader, id).await?;
    sealed.ok_or(StoreError::NotFound { table: TABLE, key })
}

/// What a list of visits is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InspectionFilter {
    /// Name of a state.
    pub state: Option<String>,
    /// Inspector codes of the account: visits with one of them on the team or as leader are its own.
    pub assigned_to: Vec<String>,
    /// Only visits assigned to these codes, even where the reach is wider.
    pub only_assigned: bool,
    /// Where visits count that are drawn and not yet handed to their teams: nowhere, unless somebody may read the drawn
    /// list there. The account's own do always.
    pub drawn_list: Reach,
}

/// … or the campaign is of a unit of the reach.
fn of_units(query: Query, reach: &Reach) -> Query {
    let units = reach.units.iter().map(|unit| Value::from(unit.as_str()));
    query
        .push(" OR c.org_unit_id IN (")
        .bind_list(units)
        .push(")")
}

/// … or one of these codes is on the team or leads it.
fn on_team(mut query: Query, codes: &[String]) -> Query {
    for code in codes {
        query = query.push(" OR v.leader_code = ").bind(code.as_str());
        let quoted = crate::kernel::reader::contains(&format!("\"{code}\""));
        query = query
            .push(" OR v.team LIKE ")
            .bind(quoted)
            .push(" ESCAPE '!'");
    }
    query
}

fn narrowed(mut query: Query, reach: &Reach, filter: &InspectionFilter) -> Query {
    query = query.push(" WHERE 1 = 1");
    let own_only = filter.only_assigned || !reach.everything;
    if own_only {
        query = query.push(" AND (1 = 0");
        if !filter.only_assigned {
            query = of_units(query, reach);
        }
        if reach.assigned || reach.everything {
            query = on_team(query, &filter.assigned_to);
        }
        query = query.push(")");
    }
    if !filter.drawn_list.everything {
        let drawn = StateKind::Drawn.name();
        query = query.push(" AND (c.state <> ").bind(drawn);
        query = of_units(query, &filter.drawn_list);
        query = on_team(query, &filter.assigned_to).push(")");
    }
    match &filter.state {
        Some(state) => query.push(" AND v.state = ").bind(state.as_str()),
        None => query,
    }
}

/// Visits newest first by (moment, key), after `after` if given.
pub async fn page(
    reader: &mut Reader,
    reach: &Reach,
    filter: &InspectionFilter,
    after: Option<(i64, &InspectionId)>,
    limit: i64,
) -> Result<Vec<StoredInspection>, StoreError> {
    let mut query = narrowed(Query::new(COLUMNS), reach, filter);
    if let Some((at, id)) = after {
        query = query
            .push(" AND (v.state_at_ms, v.inspection_id) < (")
            .bind(at)
            .push(", ");
        query = query.bind(id.as_str()).push(")");
    }
    let query = query
        .push(" ORDER BY v.state_at_ms DESC, v.inspection_id DESC LIMIT ")
        .bind(limit);
    reader.all(query).await?.iter().map(inspection).collect()
}

/// Visits just newer than `before`, nearest first: the page before it, read backwards.
pub async fn page_before(
    reader: &mut Reader,
    reach: &Reach,
    filter: &InspectionFilter,
    before: (i64, &InspectionId),
    limit: i64,
) -> Result<Vec<StoredInspection>, StoreError> {
    let query = narrowed(Query::new(COLUMNS), reach, filter)
        .push(" AND (v.state_at_ms, v.inspection_id) > (")
        .bind(before.0)
        .push(", ")
        .bind(before.1.as_str())
        .push(") ORDER BY v.state_at_ms, v.inspection_id LIMIT ")
        .bind(limit);
    reader.all(query).await?.iter().map(inspection).collect()
}

/// How many visits the list has, counted up to `cap`.
pub async fn count(
    reader: &mut Reader,
    reach: &Reach,
    filter: &InspectionFilter,
    cap: i64,
) -> Result<i64, StoreError> {
    let inner = Query::new(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM inspections v JOIN campaigns c ON c.campaign_id = v.campaign_id",
    );
    reader
        .number(
            narrowed(inner, reach, filter)
                .push(" LIMIT ")
                .bind(cap)
                .push(") AS capped"),
        )
        .await
}

/// Campaigns in which one of these inspector codes is drawn or leads.
pub async fn campaigns_assigned(
    reader: &mut Reader,
    codes: &[String],
) -> Result<Vec<CampaignId>, StoreError> {
    let query = Query::new("SELECT DISTINCT v.campaign_id FROM inspections v WHERE 1 = 0");
    let query = on_team(query, codes).push(" ORDER BY v.campaign_id");
    let mut found: BTreeSet<CampaignId> = BTreeSet::new();
    for row in reader.all(query).await? {
        found.insert(row.parsed(TABLE, "campaign_id", CampaignId::parse)?);
    }
    if !codes.is_empty() {
        let on_it = |code: &InspectorCode| codes.iter().any(|own| own == code.as_str());
        let sealed = sealed_visit::every(reader).await?.into_iter();
        let own = sealed.filter(|one| one.visit.team.iter().chain(&one.visit.leader).any(on_it));
        found.extend(own.map(|one| one.campaign));
    }
    Ok(found.into_iter().collect())
}

fn cells(stored: &StoredInspection) -> Result<Cells, StoreError> {
    let visit = &stored.visit;
    let json = |value: serde_json::Result<String>| {
        value.map_err(|error| StoreError::inconsistent(TABLE, "json", "-", &error.to_string()))
    };
    let concluded = visit.concluded();
    Ok(vec![
        ("inspection_id", visit.id.as_str().into()),
        ("campaign_id", stored.campaign.as_str().into()),
        ("attempt", stored.attempt.into()),
        ("ordinal", stored.ordinal.into()),
        ("subject_id", visit.subject.as_str().into()),
        ("subject_code", stored.subject_code.as_str().into()),
        ("subject_name", stored.subject_name.as_str().into()),
        ("strata", json(STRATA.write(&stored.strata))?.into()),
        (
            "leader_code",
            visit.leader.as_ref().map(InspectorCode::as_str).into(),
        ),
        ("team", json(TEAM.write(&visit.team))?.into()),
        ("state", visit.kind().name().into()),
        ("life", json(VISIT.write(visit))?.into()),
        (
            "outcome",
            concluded
                .map(|concluded| concluded.outcome.code.as_str())
                .into(),
        ),
        ("state_at_ms", stored.state_at_ms.into()),
    ])
}

/// Adds visits in the clear: those that are handed to their teams now.
pub(crate) async fn add_clear(
    rec: &mut Recording,
    visits: Vec<&StoredInspection>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = visits.into_iter().map(cells).collect();
    rec.insert_many(&INSPECTIONS, rows).await.map(drop)
}

/// Writes a visit that was last written by `stored.seen`.
pub async fn write(rec: &mut Recording, stored: &StoredInspection) -> Result<(), StoreError> {
    let changes = cells(stored)?.into_iter().skip(1).collect();
    let key = [Value::from(stored.visit.id.as_str())];
    rec.update(&INSPECTIONS, &key, &stored.seen, changes).await
}

/// A publication as it stands on the portal.
#[derive(Clone, Debug)]
pub struct StoredPublication {
    /// Key, part of its address.
    pub id: PublicationId,
    /// The visit.
    pub inspection: InspectionId,
    /// When it was published.
    pub published_at_ms: i64,
    /// What is public (JSON of the domain's type).
    pub content: String,
    /// When it was withdrawn, and why; it stays as a tombstone.
    pub withdrawn: Option<(i64, String)>,
    /// Event that last wrote the row.
    pub seen: EventId,
}

const PUBLISHED: &str = "SELECT p.publication_id, p.inspection_id, p.published_at_ms, p.content, p.withdrawn_at_ms, p.withdrawn_reason, p.last_event FROM publications p";

pub(crate) fn publication(row: &Row) -> Result<StoredPublication, StoreError> {
    const TABLE: &str = "publications";
    let withdrawn = match (
        row.maybe_int("withdrawn_at_ms")?,
        row.maybe_text("withdrawn_reason")?,
    ) {
        (Some(at), Some(reason)) => Some((at, reason.to_owned())),
        _ => None,
    };
    Ok(StoredPublication {
        id: row.parsed(TABLE, "publication_id", PublicationId::parse)?,
        inspection: row.parsed(TABLE, "inspection_id", InspectionId::parse)?,
        published_at_ms: row.int("published_at_ms")?,
        content: row.text("content")?.to_owned(),
        withdrawn,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

/// A publication in a list, whether it can be read or not: one that cannot hides no other.
#[derive(Debug)]
pub struct ListedPublication {
    /// When it was put on the portal, and its key: its place in a list, as far as that can be read.
    pub place: (i64, String),
    /// The whole of it, or why it cannot be shown.
    pub publication: Result<StoredPublication, StoreError>,
}

pub(crate) fn listed_publications(rows: &[Row]) -> Vec<ListedPublication> {
    let listed = rows.iter().map(|row| ListedPublication {
        // What is no number stands before every number.
        place: (
            row.int("published_at_ms").unwrap_or(i64::MAX),
            row.text("publication_id").unwrap_or_default().to_owned(),
        ),
        publication: publication(row),
    });
    listed.collect()
}

/// Publications newest first, before (moment, key) if given.
pub async fn publications(
    reader: &mut Reader,
    before: Option<(i64, &str)>,
    limit: i64,
) -> Result<Vec<ListedPublication>, StoreError> {
    let mut query = Query::new(PUBLISHED).push(" WHERE 1 = 1");
    if let Some((at, id)) = before {
        query = query
            .push(" AND (p.published_at_ms, p.publication_id) < (")
            .bind(at)
            .push(", ");
        query = query.bind(id).push(")");
    }
    let query = query
        .push(" ORDER BY p.published_at_ms DESC, p.publication_id DESC LIMIT ")
        .bind(limit);
    Ok(listed_publications(&reader.all(query).await?))
}

/// How many publications stand on the portal.
pub async fn publication_count(reader: &mut Reader) -> Result<i64, StoreError> {
    reader
        .number(Query::new(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM publications",
        ))
        .await
}

/// The publications of a campaign in drawing order.
pub async fn publications_of(
    reader: &mut Reader,
    campaign: &CampaignId,
) -> Result<Vec<ListedPublication>, StoreError> {
    let query = Query::new(PUBLISHED)
        .push(" JOIN inspections v ON v.inspection_id = p.inspection_id WHERE v.campaign_id = ")
        .bind(campaign.as_str())
        .push(" ORDER BY v.ordinal");
    Ok(listed_publications(&reader.all(query).await?))
}

/// The publication with that key.
pub async fn published(
    reader: &mut Reader,
    id: &PublicationId,
) -> Result<StoredPublication, StoreError> {
    let query = Query::new(PUBLISHED)
        .push(" WHERE p.publication_id = ")
        .bind(id.as_str());
    publication(&reader.one("publications", query).await?)
}

/// The publication of a visit, if it is published.
pub async fn publication_of(
    reader: &mut Reader,
    visit: &InspectionId,
) -> Result<Option<StoredPublication>, StoreError> {
    let query = Query::new(PUBLISHED)
        .push(" WHERE p.inspection_id = ")
        .bind(visit.as_str());
    reader
        .first(query)
        .await?
        .as_ref()
        .map(publication)
        .transpose()
}

/// Puts a publication on the portal.
pub async fn publish(rec: &mut Recording, published: &StoredPublication) -> Result<(), StoreError> {
    rec.insert(
        &PUBLICATIONS,
        vec![
            ("publication_id", published.id.as_str().into()),
            ("inspection_id", published.inspection.as_str().into()),
            ("published_at_ms", published.published_at_ms.into()),
            ("content", published.content.as_str().into()),
            ("withdrawn_at_ms", Value::Int(None)),
            ("withdrawn_reason", Value::Text(None)),
        ],
    )
    .await
}

/// Takes a publication down: its content becomes the tombstone, so that the row names nobody.
pub async fn withdraw(
    rec: &mut Recording,
    published: &StoredPublication,
    tombstone: &str,
    at_ms: i64,
    reason: &str,
) -> Result<(), StoreError> {
    let key = [Value::from(published.id.as_str())];
    let changes = vec![
        ("content", tombstone.into()),
        ("withdrawn_at_ms", at_ms.into()),
        ("withdrawn_reason", reason.into()),
    ];
    rec.update(&PUBLICATIONS, &key, &published.seen, changes)
        .await
}
