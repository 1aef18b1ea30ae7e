//! Attempts that are void after REVEAL: as they stood, their VOID, and what they would have drawn once that is public.
//!
//! The campaign itself goes on with its next attempt. Deliberately absent: attempts that were void before REVEAL, which
//! leave nothing to be opened and stand in the log alone.

use domain::campaign::Campaign;
use domain::campaign::state::LIFE;
use domain::event::Act;
use domain::id::{CampaignId, CampaignNo, EventId};

use super::StoredCampaign;
use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::{CAMPAIGNS, VOID_ATTEMPTS};

const TABLE: &str = "void_attempts";
const AWAITED: &str = "awaited";
const OPENED: &str = "opened";

/// An attempt void after REVEAL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidAttempt {
    /// The campaign as it stood: revealed, with FREEZE of that attempt; seed and RESULT once it is opened.
    pub as_stood: StoredCampaign,
    /// Its VOID.
    pub void_record: String,
    /// Whether its OPEN is logged.
    pub is_opened: bool,
}

impl VoidAttempt {
    /// Its number.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.as_stood.campaign.state.attempt()
    }
}

/// The numbers of the campaigns in which something may follow by itself: commitments are published and RESULT is not, or
/// the OPEN of a void attempt is awaited. Nothing else of them is read, so that one that is unreadable stops no other.
pub async fn that_may_follow(reader: &mut Reader) -> Result<Vec<CampaignNo>, StoreError> {
    let query = Query::new(
        "SELECT number FROM campaigns WHERE state IN ('committed', 'revealed') UNION SELECT c.number FROM void_attempts v JOIN campaigns c ON c.campaign_id = v.campaign_id WHERE v.state = 'awaited' ORDER BY number",
    );
    let rows = reader.all(query).await?;
    // A number nobody can read is no way to a campaign; the audit names it.
    let numbers = rows
        .iter()
        .filter_map(|row| row.parsed("campaigns", "number", CampaignNo::parse).ok());
    Ok(numbers.collect())
}

/// The void attempts whose OPEN is awaited, oldest campaign first.
pub async fn unopened(reader: &mut Reader) -> Result<Vec<(CampaignId, u32)>, StoreError> {
    let query = Query::new(
        "SELECT campaign_id, attempt FROM void_attempts WHERE state = 'awaited' ORDER BY campaign_id, attempt",
    );
    let rows = reader.all(query).await?;
    rows.iter()
        .map(|row| {
            Ok((
                row.parsed(TABLE, "campaign_id", CampaignId::parse)?,
                number(row)?,
            ))
        })
        .collect()
}

/// A void attempt of a campaign, if it was void after REVEAL.
pub async fn void_attempt(
    reader: &mut Reader,
    of: &StoredCampaign,
    attempt: u32,
) -> Result<Option<VoidAttempt>, StoreError> {
    let found = void_attempts(reader, of).await?;
    Ok(found.into_iter().find(|one| one.attempt() == attempt))
}

/// Those of a campaign, oldest first.
pub async fn void_attempts(
    reader: &mut Reader,
    of: &StoredCampaign,
) -> Result<Vec<VoidAttempt>, StoreError> {
    let query = Query::new("SELECT campaign_id, attempt, state, life, figures, plan_record, freeze_record, void_record, seed_text, result_record, last_event FROM void_attempts WHERE campaign_id = ")
        .bind(of.campaign.id.as_str())
        .push(" ORDER BY attempt");
    let rows = reader.all(query).await?;
    rows.iter().map(|row| read(row, of)).collect()
}

/// The void attempts of a campaign as the entries since its first frame left them, oldest first: how they stand decides
/// whether another attempt may go on. A campaign in its first attempt costs no look.
///
/// # Errors
/// [`StoreError::Contradiction`] that names one that is altered, gone, or more.
pub async fn voids_as_written(
    reader: &mut Reader,
    of: &StoredCampaign,
) -> Result<Vec<VoidAttempt>, StoreError> {
    if of.campaign.state.attempt() == 1 {
        return Ok(Vec::new());
    }
    let first =
        |act: &str, attempt: Option<&str>| act == Act::FrameFrozen.name() && attempt == Some("1");
    let tables = (&VOID_ATTEMPTS, &CAMPAIGNS);
    let rows = log::of_campaign_as_written(reader, tables, of.campaign.id.as_str(), &first).await?;
    let voids: Result<Vec<_>, _> = rows.iter().map(|row| read(row, of)).collect();
    let mut voids = voids?;
    voids.sort_by_key(VoidAttempt::attempt);
    Ok(voids)
}

fn read(row: &Row, of: &StoredCampaign) -> Result<VoidAttempt, StoreError> {
    let optional = |column| -> Result<Option<String>, StoreError> {
        Ok(row.maybe_text(column)?.map(str::to_owned))
    };
    let state = row.kept(TABLE, "life", "campaign_id", &LIFE)?;
    let wrong =
        |column, why: &str| StoreError::inconsistent(TABLE, column, of.campaign.id.as_str(), why);
    if state.attempt() != number(row)? {
        return Err(wrong("attempt", "differs from its life"));
    }
    let is_opened = match row.text("state")? {
        OPENED => true,
        AWAITED => false,
        other => return Err(wrong("state", other)),
    };
    Ok(VoidAttempt {
        as_stood: StoredCampaign {
            campaign: Campaign {
                state,
                ..of.campaign.clone()
            },
            plan_record: optional("plan_record")?,
            freeze_record: optional("freeze_record")?,
            seed_text: optional("seed_text")?,
            result_record: optional("result_record")?,
            trust_level: None,
            figures: row.text("figures")?.to_owned(),
            seen: row.parsed(TABLE, "last_event", EventId::parse)?,
            ..of.clone()
        },
        void_record: row.text("void_record")?.to_owned(),
        is_opened,
    })
}

fn number(row: &Row) -> Result<u32, StoreError> {
    u32::try_from(row.int("attempt")?)
        .map_err(|_| StoreError::inconsistent(TABLE, "attempt", "-", "is no number of an attempt"))
}

fn cells(void: &VoidAttempt) -> Result<Cells, StoreError> {
    let stood = &void.as_stood;
    let life = LIFE
        .write(&stood.campaign.state)
        .map_err(|error| StoreError::inconsistent(TABLE, "life", "-", &error.to_string()))?;
    let state = if void.is_opened { OPENED } else { AWAITED };
    let text = |record: &Option<String>| record.clone().unwrap_or_default();
    Ok(vec![
        ("campaign_id", stood.campaign.id.as_str().into()),
        ("attempt", i64::from(void.attempt()).into()),
        ("state", state.into()),
        ("life", life.into()),
        ("figures", stood.figures.as_str().into()),
        ("plan_record", text(&stood.plan_record).into()),
        ("freeze_record", text(&stood.freeze_record).into()),
        ("void_record", void.void_record.as_str().into()),
        ("seed_text", stood.seed_text.as_deref().into()),
        ("result_record", stood.result_record.as_deref().into()),
    ])
}

/// Keeps an attempt that becomes void.
pub async fn add_void(rec: &mut Recording, void: &VoidAttempt) -> Result<(), StoreError> {
    rec.insert(&VOID_ATTEMPTS, cells(void)?).await
}

/// Writes one that was last written by `as_stood.seen`.
pub async fn write_void(rec: &mut Recording, void: &VoidAttempt) -> Result<(), StoreError> {
    let key = [
        Value::from(void.as_stood.campaign.id.as_str()),
        Value::from(i64::from(void.attempt())),
    ];
    let changes = cells(void)?.into_iter().skip(2).collect();
    rec.update(&VOID_ATTEMPTS, &key, &void.as_stood.seen, changes)
        .await
}
