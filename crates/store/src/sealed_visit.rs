//! Visits that are drawn and not yet handed to their teams (派发): whom, by whom, under which strata – one cell of
//! ciphertext per visit, under a key of the attempt. A copy of the database without the storage key tells that there are
//! so many and nothing else; dispatch puts them in the clear into `inspections`.
//!
//! Deliberately absent: any search in SQL. Whoever asks about a sealed visit opens all of them; there are as many as
//! campaigns that are drawn and not dispatched have visits.

use std::collections::BTreeMap;

use domain::event::Act;
use domain::id::{CampaignId, CampaignNo, EventId, InspectionId, OrgUnitId, SubjectId};
use domain::inspection::{Inspection, STRATA, VISIT};

use crate::campaign::StoredCampaign;
use crate::error::StoreError;
use crate::inspection::{self, StoredInspection};
use crate::kernel::cell::{PersonKey, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::person;
use crate::schema::{CAMPAIGNS, SEALED_VISITS};

const TABLE: &str = "sealed_visits";
const COLUMN: &str = "sealed_visit";
const COLUMNS: &str = "SELECT s.inspection_id, s.campaign_id, s.attempt, s.ordinal, s.sealed_visit, s.drawn_at_ms, s.last_event, c.number, c.org_unit_id, k.wrapped FROM sealed_visits s JOIN campaigns c ON c.campaign_id = s.campaign_id LEFT JOIN person_keys k ON k.person = 'visits/' || s.campaign_id || '/' || s.attempt";
/// What is sealed is filled up to a multiple of so many bytes: its length must not tell whose name it holds.
const FULL: usize = 2048;

/// Under which name the key of an attempt is kept.
fn key_name(campaign: &CampaignId, attempt: i64) -> String {
    format!("visits/{}/{attempt}", campaign.as_str())
}

/// What is sealed of a visit: its life, code and name of the subject as drawn, its strata.
fn text_of(stored: &StoredInspection) -> Result<String, StoreError> {
    let json = |value: serde_json::Result<String>| {
        value.map_err(|error| StoreError::inconsistent(TABLE, COLUMN, "-", &error.to_string()))
    };
    let parts = [
        json(VISIT.write(&stored.visit))?,
        stored.subject_code.clone(),
        stored.subject_name.clone(),
        json(STRATA.write(&stored.strata))?,
    ];
    let mut text = json(serde_json::to_string(&parts))?;
    let filled = text.len().next_multiple_of(FULL);
    text.extend(std::iter::repeat_n(' ', filled - text.len()));
    Ok(text)
}

fn opened(vault: &dyn Vault, row: &Row) -> Result<StoredInspection, StoreError> {
    let number = row.parsed(TABLE, "number", CampaignNo::parse)?;
    let unit = row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?;
    opened_by(
        vault,
        person::joined_key(row)?.as_ref(),
        row,
        (number, unit),
    )
}

/// What was sealed of a visit.
struct Cell {
    visit: Inspection,
    subject_code: String,
    subject_name: String,
    strata: Vec<String>,
}

fn cell_of(vault: &dyn Vault, key: Option<&PersonKey>, row: &Row) -> Result<Cell, StoreError> {
    let id = row.text("inspection_id")?;
    let wrong = |why: &str| StoreError::inconsistent(TABLE, COLUMN, id, why);
    let campaign: CampaignId = row.parsed(TABLE, "campaign_id", CampaignId::parse)?;
    let attempt = row.int("attempt")?;
    let cell = row.maybe_sealed(COLUMN)?.ok_or_else(|| wrong("空着"))?;
    let of = key_name(&campaign, attempt);
    let text = person::open_own(vault, (&of, key), (TABLE, id, COLUMN), &cell)?;
    let read = serde_json::from_str::<[String; 4]>(&text);
    let [life, subject_code, subject_name, strata] =
        read.map_err(|error| wrong(&error.to_string()))?;
    let visit = VISIT
        .read(&life)
        .map_err(|error| wrong(&error.to_string()))?;
    let strata = STRATA.read(&strata);
    let strata = strata.map_err(|error| wrong(&error.to_string()))?;
    if visit.id.as_str() != id {
        return Err(wrong("是另一次检查的"));
    }
    Ok(Cell {
        visit,
        subject_code,
        subject_name,
        strata,
    })
}

/// The firm of a sealed visit out of a whole row of the table, with the keys that are kept for attempts.
pub(crate) fn subject_of_row(
    vault: &dyn Vault,
    keys: &BTreeMap<String, PersonKey>,
    row: &Row,
) -> Result<SubjectId, StoreError> {
    let campaign = row.parsed(TABLE, "campaign_id", CampaignId::parse)?;
    let of = key_name(&campaign, row.int("attempt")?);
    let cell = cell_of(vault, keys.get(&of), row)?;
    Ok(cell.visit.subject)
}

/// The same with what stands beside it: the key of the attempt, number and unit of the campaign.
fn opened_by(
    vault: &dyn Vault,
    key: Option<&PersonKey>,
    row: &Row,
    (campaign_number, unit): (CampaignNo, OrgUnitId),
) -> Result<StoredInspection, StoreError> {
    let cell = cell_of(vault, key, row)?;
    Ok(StoredInspection {
        visit: cell.visit,
        campaign: row.parsed(TABLE, "campaign_id", CampaignId::parse)?,
        campaign_number,
        unit,
        attempt: row.int("attempt")?,
        ordinal: row.int("ordinal")?,
        subject_code: cell.subject_code,
        subject_name: cell.subject_name,
        strata: cell.strata,
        dispatched: false,
        sealed: true,
        state_at_ms: row.int("drawn_at_ms")?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

async fn all(reader: &mut Reader, query: Query) -> Result<Vec<StoredInspection>, StoreError> {
    let vault = reader.vault();
    let rows = reader.all(query).await?;
    rows.iter().map(|row| opened(&*vault, row)).collect()
}

/// The campaigns in which somebody may have been drawn, or be drawn from a frozen register, whose visit has not begun.
pub async fn campaigns_ahead(reader: &mut Reader) -> Result<Vec<CampaignId>, StoreError> {
    let query = Query::new(
        "SELECT campaign_id FROM campaigns WHERE state IN ('frozen', 'committed', 'revealed', 'drawn') UNION SELECT campaign_id FROM inspections WHERE state IN ('assigned', 'postponing', 'reported') ORDER BY campaign_id",
    );
    let rows = reader.all(query).await?;
    let each = rows.iter();
    each.map(|row| row.parsed("campaigns", "campaign_id", CampaignId::parse))
        .collect()
}

/// Whether there is one.
pub async fn is_any_ahead(reader: &mut Reader) -> Result<bool, StoreError> {
    Ok(!campaigns_ahead(reader).await?.is_empty())
}

/// Every visit that is drawn and sealed, in drawing order within its campaign.
///
/// # Errors
/// When one does not open.
pub async fn every(reader: &mut Reader) -> Result<Vec<StoredInspection>, StoreError> {
    let query = Query::new(COLUMNS).push(" ORDER BY s.campaign_id, s.attempt, s.ordinal");
    all(reader, query).await
}

/// The sealed visits of an attempt in drawing order.
pub(crate) async fn of_campaign(
    reader: &mut Reader,
    campaign: &CampaignId,
    attempt: i64,
) -> Result<Vec<StoredInspection>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE s.campaign_id = ")
        .bind(campaign.as_str())
        .push(" AND s.attempt = ")
        .bind(attempt)
        .push(" ORDER BY s.ordinal");
    all(reader, query).await
}

/// The sealed visit with that key, if there is one.
pub(crate) async fn find(
    reader: &mut Reader,
    id: &InspectionId,
) -> Result<Option<StoredInspection>, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE s.inspection_id = ")
        .bind(id.as_str());
    Ok(all(reader, query).await?.pop())
}

/// Adds the visits of a draw, each sealed.
///
/// # Errors
/// When the key of the attempt cannot be kept or a row not be written.
pub async fn add(rec: &mut Recording, visits: &[StoredInspection]) -> Result<u64, StoreError> {
    let Some(first) = visits.first() else {
        return Ok(0);
    };
    let of = key_name(&first.campaign, first.attempt);
    let key = person::key_for(rec, &of, None).await?;
    let vault = rec.vault();
    let rows = visits.iter().map(|stored| {
        let id = stored.visit.id.as_str();
        let place = (TABLE, id, COLUMN);
        let cell = person::seal(&*vault, (&of, &key), place, &text_of(stored)?)?;
        Ok::<Cells, StoreError>(vec![
            ("inspection_id", id.into()),
            ("campaign_id", stored.campaign.as_str().into()),
            ("attempt", stored.attempt.into()),
            ("ordinal", stored.ordinal.into()),
            (COLUMN, Value::Sealed(Some(cell))),
            ("drawn_at_ms", stored.state_at_ms.into()),
        ])
    });
    let rows: Vec<_> = rows.collect();
    rec.insert_many(&SEALED_VISITS, rows).await
}

/// The sealed visits of a campaign as the entries since its RESULT left them, in drawing order.
///
/// # Errors
/// [`StoreError::Contradiction`] that names one that is altered, gone, or more.
pub async fn as_written(
    reader: &mut Reader,
    of: &StoredCampaign,
) -> Result<Vec<StoredInspection>, StoreError> {
    let drawn = |act: &str, _: Option<&str>| act == Act::SubjectsDrawn.name();
    let tables = (&SEALED_VISITS, &CAMPAIGNS);
    let campaign = &of.campaign;
    let rows = log::of_campaign_as_written(reader, tables, campaign.id.as_str(), &drawn).await?;
    let name = key_name(&campaign.id, i64::from(campaign.state.attempt()));
    let query = Query::new("SELECT wrapped FROM person_keys WHERE person = $1").arg(&*name);
    let key = reader.first(query).await?;
    let key = key
        .map(|row| person::joined_key(&row))
        .transpose()?
        .flatten();
    let vault = reader.vault();
    let each = rows.iter().map(|row| {
        let beside = (campaign.number.clone(), campaign.initiator.clone());
        opened_by(&*vault, key.as_ref(), row, beside)
    });
    let mut visits = each.collect::<Result<Vec<_>, _>>()?;
    visits.sort_by_key(|one| one.ordinal);
    Ok(visits)
}

/// Hands sealed visits to their teams: from here on they stand in the clear.
///
/// # Errors
/// When one has moved on since it was read.
pub async fn dispatch(rec: &mut Recording, sealed: &[StoredInspection]) -> Result<(), StoreError> {
    for stored in sealed {
        let key = [Value::from(stored.visit.id.as_str())];
        rec.delete(&SEALED_VISITS, &key, &stored.seen).await?;
    }
    inspection::add_clear(rec, sealed.iter().collect()).await
}
