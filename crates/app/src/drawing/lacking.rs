//! What every attempt past its freeze must have kept, looked for in the whole bureau: for who audits it. A row that was
//! taken away by an act is told by the log; one that was never there, since somebody cleared it before a migration moved
//! it into a traced table, only its campaign tells.

use domain::policy::Reach;
use draw::bundle::{PUBLIC, Stage};
use store::attachment::{self, Owner};
use store::campaign::{self, CampaignFilter, StoredCampaign};
use store::{Reader, StoreError};

use super::bundle::public_stage;
use super::material::{FRAME_FILES, ORDERS, SECRET};

/// Campaigns read at a time.
const PART: i64 = 100;

/// Something an attempt has to keep is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Number of the campaign.
    pub campaign: String,
    /// Its attempt.
    pub attempt: u32,
    /// Under which name it was kept.
    pub name: &'static str,
}

impl std::fmt::Display for Lacking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (campaign, attempt, name) = (&self.campaign, self.attempt, self.name);
        write!(
            f,
            "AUDT-023 抽取材料缺失：任务 {campaign} 第 {attempt} 次抽取没有保存的 {name}，表 attachments 里没有它的行"
        )
    }
}

/// What a campaign has to keep of its current attempt.
fn to_keep(stored: &StoredCampaign) -> Vec<&'static str> {
    let mut names = Vec::new();
    if stored.campaign.state.frame().is_some() {
        names.push(SECRET);
        names.extend(FRAME_FILES);
    }
    match public_stage(stored) {
        Some(Stage::Sealed) => names.extend(ORDERS),
        Some(_) => names.extend(PUBLIC),
        None => {}
    }
    names
}

/// Everything that is lacking, newest campaign first.
///
/// # Errors
/// What the store says of the view; a campaign that cannot be read is named by the audit of its row.
pub async fn lacking_material(reader: &mut Reader) -> Result<Vec<Lacking>, StoreError> {
    let everywhere = Reach {
        everything: true,
        ..Reach::default()
    };
    let (filter, mut found, mut before) = (CampaignFilter::default(), Vec::new(), None);
    loop {
        let part = campaign::page(reader, &everywhere, &filter, before.as_ref(), PART).await?;
        let Some(last) = part.last() else {
            return Ok(found);
        };
        before = Some(last.campaign.number.clone());
        for stored in &part {
            of_attempt(reader, stored, to_keep(stored), &mut found).await?;
            // What a void attempt would have drawn is recomputed from the same material whenever somebody asks.
            for void in campaign::void_attempts(reader, stored).await? {
                let names = to_keep(&void.as_stood);
                let frame = names.into_iter().filter(|name| !PUBLIC.contains(name));
                of_attempt(reader, &void.as_stood, frame.collect(), &mut found).await?;
            }
        }
    }
}

async fn of_attempt(
    reader: &mut Reader,
    stored: &StoredCampaign,
    names: Vec<&'static str>,
    found: &mut Vec<Lacking>,
) -> Result<(), StoreError> {
    let attempt = stored.campaign.state.attempt();
    let owner = Owner::Attempt(&stored.campaign.id, attempt);
    for name in names {
        if attachment::of_name(reader, owner, name).await?.is_none() {
            found.push(Lacking {
                campaign: stored.campaign.number.as_str().to_owned(),
                attempt,
                name,
            });
        }
    }
    Ok(())
}
