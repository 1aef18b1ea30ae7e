//! An attempt of a campaign as the log tells it: every entry that wrote the campaign since its frame was frozen.
//!
//! What the outside parties hand in stands in the state of the campaign, which is one cell of one row. Who could write
//! the row could exchange it before it is published. The entry of each delivery says what was handed in, so the state
//! is held against these entries before anything follows from it (`docs/adr/0019`). Deliberately absent: what is
//! decided by a difference (`app`).

use std::collections::BTreeMap;

use domain::campaign::CampaignState;
use domain::campaign::state::LIFE;
use domain::campaign::version::FrameVersion;
use domain::event::Act;
use domain::id::{CampaignId, EventId, Fingerprint, PartyToken};
use serde_json::Value as Json;

use super::{StoredCampaign, nonces};
use crate::error::StoreError;
use crate::kernel::cell::Vault;
use crate::kernel::log::{self, Told};
use crate::kernel::reader::Reader;
use crate::kernel::value::Value;
use crate::schema::CAMPAIGNS;

/// An entry that wrote the campaign.
#[derive(Clone, Debug)]
pub struct AttemptEntry {
    /// Number of its leaf.
    pub sequence: u64,
    /// Stable name of its act.
    pub act: String,
    /// The party it says it is about.
    pub party: Option<String>,
    /// The state of the campaign as it left it.
    pub state: CampaignState,
    /// The plan as it left it, as it is kept.
    pub plan: String,
    /// The PLAN record as it left it.
    pub plan_record: Option<String>,
    /// The figures of the frame as it left them.
    pub figures: String,
}

/// The current attempt of a campaign: every entry that wrote it since its frame was frozen, that one first, each as the
/// log confirms it.
///
/// # Errors
/// [`StoreError::Contradiction`] if an entry or its body is not what the log says, or the log tells of no freeze.
pub async fn attempt(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<Vec<AttemptEntry>, StoreError> {
    let id = stored.campaign.id.as_str();
    let freezes = |act: &str| act == Act::FrameFrozen.name();
    let told = log::told_of(reader, &CAMPAIGNS, &[Value::from(id)], freezes).await?;
    if told.first().is_none_or(|first| !freezes(&first.act)) {
        let place = format!("任务 {} 的留痕", stored.campaign.number);
        return Err(StoreError::contradiction(&place, "里没有本轮的冻结名录"));
    }
    let (vault, id) = (reader.vault(), &stored.campaign.id);
    told.into_iter()
        .map(|told| entry(told, id, &*vault))
        .collect()
}

/// The plan of a campaign as one event left it, as it is kept; none if that event did not write it.
///
/// # Errors
/// [`StoreError::Contradiction`] if its body is not what the log says.
pub async fn plan_left_by(
    reader: &mut Reader,
    stored: &StoredCampaign,
    event: &EventId,
) -> Result<Option<String>, StoreError> {
    let id = stored.campaign.id.as_str();
    let told = log::left_by(reader, &CAMPAIGNS, &[Value::from(id)], event).await?;
    Ok(told.and_then(|cells| cell(&cells, "plan")))
}

/// Refuses a campaign that is not as the newest entry that wrote its row left it, whichever entry the row itself names.
///
/// # Errors
/// [`StoreError::Contradiction`] that names the row and that entry; [`StoreError::Conflict`] if somebody wrote it since it
/// was read.
pub async fn as_last_written(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(), StoreError> {
    let key = [Value::from(stored.campaign.id.as_str())];
    let row = log::as_last_written(reader, &CAMPAIGNS, &key).await?;
    let left = super::campaign(&row, &*reader.vault())?;
    match left == *stored {
        true => Ok(()),
        false if left.seen != stored.seen => Err(log::moved_on(&CAMPAIGNS)),
        false => Err(StoreError::contradiction(
            &format!("任务 {} ", stored.campaign.number),
            "读出时不是留痕写下的样子",
        )),
    }
}

/// Whether somebody has written the campaign since it was read: what the leaves say of it then is not of the same moment.
///
/// # Errors
/// [`StoreError::NotFound`] if it is gone.
pub async fn has_moved_on(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<bool, StoreError> {
    let key = [Value::from(stored.campaign.id.as_str())];
    log::has_moved_on(reader, &CAMPAIGNS, &key, &stored.seen).await
}

/// What a party handed in for an attempt that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedIn {
    /// Which attempt of the campaign.
    pub attempt: u32,
    /// Of which version it was.
    pub version: FrameVersion,
    /// Which party.
    pub party: PartyToken,
    /// What it committed to.
    pub commitment: Fingerprint,
    /// What it opened, if it came to that.
    pub nonce: Option<Fingerprint>,
}

/// What all parties handed in for the attempts before the current one, as the log confirms it. A campaign in its first
/// attempt costs no look.
///
/// # Errors
/// [`StoreError::Contradiction`] if an entry or its body is not what the log says.
pub async fn handed_in_before(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<Vec<HandedIn>, StoreError> {
    let current = stored.campaign.state.attempt();
    if current == 1 {
        return Ok(Vec::new());
    }
    let id = stored.campaign.id.as_str();
    let told = log::told_of(reader, &CAMPAIGNS, &[Value::from(id)], |_| false).await?;
    let mut handed_in: BTreeMap<(u32, PartyToken), HandedIn> = BTreeMap::new();
    let (vault, of) = (reader.vault(), &stored.campaign.id);
    for told in told {
        let state = entry(told, of, &*vault)?.state;
        let attempt = state.attempt();
        let Some(frozen) = state.frame().filter(|_| attempt < current) else {
            continue;
        };
        for party in &frozen.parties {
            let Some(commitment) = party.commitment() else {
                continue;
            };
            let token = party.name.token.clone();
            let one = HandedIn {
                attempt,
                version: frozen.version,
                party: token.clone(),
                commitment: commitment.clone(),
                nonce: party.nonce().cloned(),
            };
            handed_in.insert((attempt, token), one);
        }
    }
    Ok(handed_in.into_values().collect())
}

fn cell(cells: &[Json], name: &str) -> Option<String> {
    let columns = CAMPAIGNS.layout().columns;
    let at = columns.iter().position(|column| column.name == name)?;
    cells.get(at)?.as_str().map(str::to_owned)
}

fn entry(told: Told, of: &CampaignId, vault: &dyn Vault) -> Result<AttemptEntry, StoreError> {
    let layout = CAMPAIGNS.layout();
    let text = |name: &str| cell(&told.cells, name);
    let life = nonces::opened(vault, of, &text("life").unwrap_or_default());
    let state = LIFE.read(&life).map_err(|why| {
        let row = format!("留痕第 {} 条", told.sequence);
        StoreError::unreadable(layout.name, "life", &row, why)
    })?;
    Ok(AttemptEntry {
        plan: text("plan").unwrap_or_default(),
        plan_record: text("plan_record"),
        figures: text("figures").unwrap_or_default(),
        sequence: told.sequence,
        act: told.act,
        party: told.party,
        state,
    })
}
