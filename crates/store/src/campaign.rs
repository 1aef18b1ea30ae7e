//! Campaigns: where they stand, their plan, their public records; and the links of outside parties.

use domain::campaign::state::LIFE;
use domain::campaign::{Campaign, StateKind};
use domain::id::{CampaignId, CampaignNo, EventId, OrgUnitId, PartyToken};
use domain::policy::Reach;
use domain::rulebook::Rulebook;
use domain::time::Date;

use crate::catalog;
use crate::error::StoreError;
use crate::kernel::cell::Vault;
use crate::kernel::guard::{Recording, Tx};
use crate::kernel::reader::{Query, Reader, contains};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::schema::{CAMPAIGNS, PARTY_LINKS};

mod attempt;
mod nonces;
mod void;

pub use attempt::{
    AttemptEntry, HandedIn, as_last_written, attempt, handed_in_before, has_moved_on, plan_left_by,
};
pub use void::{
    VoidAttempt, add_void, that_may_follow, unopened, void_attempt, void_attempts,
    voids_as_written, write_void,
};

const TABLE: &str = "campaigns";
const COLUMNS: &str = "SELECT campaign_id, number, title, org_unit_id, state, attempt, window_from, window_until, plan, plan_record, life, freeze_record, seed_text, result_record, trust_level, figures, state_at_ms, last_event FROM campaigns";

/// A campaign as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCampaign {
    /// The campaign with its state.
    pub campaign: Campaign,
    /// Its title.
    pub title: String,
    /// First day of its window.
    pub from: Date,
    /// Last day of its window.
    pub until: Date,
    /// The plan as the domain's plan is kept.
    pub plan: String,
    /// The PLAN record, once approved.
    pub plan_record: Option<String>,
    /// FREEZE of the current attempt.
    pub freeze_record: Option<String>,
    /// seed.txt of the current attempt.
    pub seed_text: Option<String>,
    /// RESULT of the current attempt.
    pub result_record: Option<String>,
    /// Trust level reached, once drawn.
    pub trust_level: Option<i64>,
    /// Figures the pages show (JSON): strata with N and k, must, skip with reasons, counts.
    pub figures: String,
    /// When the state was entered, unix milliseconds.
    pub state_at_ms: i64,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// What a list of campaigns is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// Letters of title or number.
    pub text: Option<String>,
    /// State.
    pub state: Option<StateKind>,
    /// Only campaigns the public may see: approved at least once.
    pub public_only: bool,
    /// Only these, whatever the reach says of units (what is assigned to the account).
    pub assigned: Vec<CampaignId>,
}

fn narrowed(mut query: Query, reach: &Reach, filter: &CampaignFilter) -> Query {
    query = query.push(" WHERE 1 = 1");
    if !reach.everything {
        query = query.push(" AND (org_unit_id IN (");
        query = query.bind_list(reach.units.iter().map(|unit| Value::from(unit.as_str())));
        query = query.push(") OR campaign_id IN (");
        let assigned = if reach.assigned {
            filter.assigned.as_slice()
        } else {
            &[]
        };
        query = query
            .bind_list(assigned.iter().map(|id| Value::from(id.as_str())))
            .push("))");
    }
    if filter.public_only {
        query = query.push(" AND plan_record IS NOT NULL");
    }
    if let Some(text) = &filter.text {
        let pattern = contains(text);
        query = query
            .push(" AND (title LIKE ")
            .bind(pattern.clone())
            .push(" ESCAPE '!' OR number LIKE ");
        query = query.bind(pattern).push(" ESCAPE '!')");
    }
    match filter.state {
        Some(state) => query.push(" AND state = ").bind(state.name()),
        None => query,
    }
}

/// Newest first by number, before `before` if given.
pub async fn page(
    reader: &mut Reader,
    reach: &Reach,
    filter: &CampaignFilter,
    before: Option<&CampaignNo>,
    limit: i64,
) -> Result<Vec<StoredCampaign>, StoreError> {
    let rows = rows(reader, reach, filter, before, limit).await?;
    let vault = reader.vault();
    rows.iter().map(|row| campaign(row, &*vault)).collect()
}

/// The rows of a page, not read yet.
pub(crate) async fn rows(
    reader: &mut Reader,
    reach: &Reach,
    filter: &CampaignFilter,
    before: Option<&CampaignNo>,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let mut query = narrowed(Query::new(COLUMNS), reach, filter);
    if let Some(before) = before {
        query = query.push(" AND number < ").bind(before.as_str());
    }
    let query = query.push(" ORDER BY number DESC LIMIT ").bind(limit);
    reader.all(query).await
}

/// The page before: the numbers just above `after`, nearest first, so oldest first.
pub async fn page_above(
    reader: &mut Reader,
    reach: &Reach,
    filter: &CampaignFilter,
    after: &CampaignNo,
    limit: i64,
) -> Result<Vec<StoredCampaign>, StoreError> {
    let query = narrowed(Query::new(COLUMNS), reach, filter);
    let query = query.push(" AND number > ").bind(after.as_str());
    let query = query.push(" ORDER BY number LIMIT ").bind(limit);
    let vault = reader.vault();
    let rows = reader.all(query).await?;
    rows.iter().map(|row| campaign(row, &*vault)).collect()
}

/// How many the list has, counted up to `cap`.
pub async fn count(
    reader: &mut Reader,
    reach: &Reach,
    filter: &CampaignFilter,
    cap: i64,
) -> Result<i64, StoreError> {
    let inner =
        Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM campaigns");
    reader
        .number(
            narrowed(inner, reach, filter)
                .push(" LIMIT ")
                .bind(cap)
                .push(") AS capped"),
        )
        .await
}

/// The campaign with that number.
pub async fn by_number(
    reader: &mut Reader,
    number: &CampaignNo,
) -> Result<StoredCampaign, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE number = ")
        .bind(number.as_str());
    let vault = reader.vault();
    campaign(&reader.one(TABLE, query).await?, &*vault)
}

/// The campaign with that key.
pub async fn get(reader: &mut Reader, id: &CampaignId) -> Result<StoredCampaign, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE campaign_id = ")
        .bind(id.as_str());
    let vault = reader.vault();
    campaign(&reader.one(TABLE, query).await?, &*vault)
}

/// The same for an act that is about to write it and does not mind what others wrote before: whoever writes it beside is
/// waited for.
pub async fn get_alone(tx: &mut Tx, id: &CampaignId) -> Result<StoredCampaign, StoreError> {
    let query = Query::new(COLUMNS)
        .push(" WHERE campaign_id = ")
        .bind(id.as_str())
        .push(tx.row_alone());
    let vault = tx.vault();
    campaign(&tx.one(TABLE, query).await?, &*vault)
}

/// The rulebook the campaign with that key obeys.
pub async fn rulebook(reader: &mut Reader, id: &CampaignId) -> Result<Rulebook, StoreError> {
    let stored = get(reader, id).await?;
    catalog::rulebook_of(reader, &stored.campaign.state).await
}

pub(crate) fn campaign(row: &Row, vault: &dyn Vault) -> Result<StoredCampaign, StoreError> {
    let optional = |column| -> Result<Option<String>, StoreError> {
        Ok(row.maybe_text(column)?.map(str::to_owned))
    };
    let id: CampaignId = row.parsed(TABLE, "campaign_id", CampaignId::parse)?;
    let life = nonces::opened(vault, &id, row.text("life")?);
    let state = LIFE
        .read(&life)
        .map_err(|why| StoreError::unreadable(TABLE, "life", id.as_str(), why))?;
    if state.kind().name() != row.text("state")? {
        let row = row.text("campaign_id")?;
        return Err(StoreError::inconsistent(
            TABLE,
            "state",
            row,
            "differs from its life",
        ));
    }
    Ok(StoredCampaign {
        campaign: Campaign {
            id,
            number: row.parsed(TABLE, "number", CampaignNo::parse)?,
            initiator: row.parsed(TABLE, "org_unit_id", OrgUnitId::parse)?,
            state,
        },
        title: row.text("title")?.to_owned(),
        from: row.date(TABLE, "window_from")?,
        until: row.date(TABLE, "window_until")?,
        plan: row.text("plan")?.to_owned(),
        plan_record: optional("plan_record")?,
        freeze_record: optional("freeze_record")?,
        seed_text: optional("seed_text")?,
        result_record: optional("result_record")?,
        trust_level: row.maybe_int("trust_level")?,
        figures: row.text("figures")?.to_owned(),
        state_at_ms: row.int("state_at_ms")?,
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
    })
}

fn cells(stored: &StoredCampaign, vault: &dyn Vault) -> Result<Cells, StoreError> {
    let campaign = &stored.campaign;
    let life = LIFE
        .write(&campaign.state)
        .map_err(|error| StoreError::inconsistent(TABLE, "life", "-", &error.to_string()))?;
    let life = nonces::sealed(vault, &campaign.id, &campaign.state, life);
    Ok(vec![
        ("campaign_id", campaign.id.as_str().into()),
        ("number", campaign.number.as_str().into()),
        ("title", stored.title.as_str().into()),
        ("org_unit_id", campaign.initiator.as_str().into()),
        ("state", campaign.kind().name().into()),
        ("attempt", i64::from(campaign.state.attempt()).into()),
        ("window_from", stored.from.to_string().into()),
        ("window_until", stored.until.to_string().into()),
        ("plan", stored.plan.as_str().into()),
        ("plan_record", stored.plan_record.as_deref().into()),
        ("life", life.into()),
        ("freeze_record", stored.freeze_record.as_deref().into()),
        ("seed_text", stored.seed_text.as_deref().into()),
        ("result_record", stored.result_record.as_deref().into()),
        ("trust_level", stored.trust_level.into()),
        ("figures", stored.figures.as_str().into()),
        ("state_at_ms", stored.state_at_ms.into()),
    ])
}

/// Adds a campaign; its `seen` is ignored.
pub async fn add(rec: &mut Recording, stored: &StoredCampaign) -> Result<(), StoreError> {
    let cells = cells(stored, &*rec.vault())?;
    rec.insert(&CAMPAIGNS, cells).await
}

/// Writes a campaign that was last written by `stored.seen`.
pub async fn write(rec: &mut Recording, stored: &StoredCampaign) -> Result<(), StoreError> {
    let cells = cells(stored, &*rec.vault())?;
    let changes = cells.into_iter().skip(1).collect();
    let key = [Value::from(stored.campaign.id.as_str())];
    rec.update(&CAMPAIGNS, &key, &stored.seen, changes).await
}

/// Keeps the link of a party: only the hash of its token.
pub async fn add_party_link(
    rec: &mut Recording,
    campaign: &CampaignId,
    party: &PartyToken,
    link_hash: &str,
) -> Result<(), StoreError> {
    rec.insert(
        &PARTY_LINKS,
        vec![
            ("campaign_id", campaign.as_str().into()),
            ("name", party.as_str().into()),
            ("link_hash", link_hash.into()),
        ],
    )
    .await
}

/// The event that gave out the link of a party, if one was given out.
pub async fn party_link(
    reader: &mut Reader,
    campaign: &CampaignId,
    party: &PartyToken,
) -> Result<Option<EventId>, StoreError> {
    let query =
        Query::new("SELECT last_event FROM party_links WHERE campaign_id = $1 AND name = $2")
            .arg(campaign.as_str())
            .arg(party.as_str());
    let row = reader.first(query).await?;
    row.map(|row| row.parsed("party_links", "last_event", EventId::parse))
        .transpose()
}

/// Replaces the hash of a party's link that was last written by `seen`.
pub async fn change_party_link(
    rec: &mut Recording,
    campaign: &CampaignId,
    party: &PartyToken,
    seen: &EventId,
    link_hash: &str,
) -> Result<(), StoreError> {
    let key = [Value::from(campaign.as_str()), Value::from(party.as_str())];
    rec.update(
        &PARTY_LINKS,
        &key,
        seen,
        vec![("link_hash", link_hash.into())],
    )
    .await
}

/// To whom a link belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPartyLink {
    /// The campaign.
    pub campaign: CampaignId,
    /// The party it was given to.
    pub party: PartyToken,
    /// Event that last wrote the row.
    pub seen: EventId,
}

/// The campaign and party a link belongs to.
pub async fn by_party_link(
    reader: &mut Reader,
    link_hash: &str,
) -> Result<Option<StoredPartyLink>, StoreError> {
    of_party_link(reader, link_hash, "").await
}

/// The same for an act whose right is the link: it stays this party's until the act ends, and who gives out another
/// waits. One that is being replaced is waited for and is nobody's then.
pub async fn hold_party_link(
    tx: &mut Tx,
    link_hash: &str,
) -> Result<Option<StoredPartyLink>, StoreError> {
    let lock = tx.row_held();
    of_party_link(tx, link_hash, lock).await
}

async fn of_party_link(
    reader: &mut Reader,
    link_hash: &str,
    lock: &'static str,
) -> Result<Option<StoredPartyLink>, StoreError> {
    const TABLE: &str = "party_links";
    let query =
        Query::new("SELECT campaign_id, name, last_event FROM party_links WHERE link_hash = ")
            .bind(link_hash)
            .push(lock);
    match reader.first(query).await? {
        Some(row) => Ok(Some(StoredPartyLink {
            campaign: row.parsed(TABLE, "campaign_id", CampaignId::parse)?,
            party: row.parsed(TABLE, "name", PartyToken::parse)?,
            seen: row.parsed(TABLE, "last_event", EventId::parse)?,
        })),
        None => Ok(None),
    }
}
