//! Who stands in a frozen register whose visits have not begun: whoever is drawn there is found by his code, and gone to by
//! name and address, so these stand from the freeze until the visits begin (细则四（三）).
//!
//! It is asked of the whole frozen register, never of the drawn list: what can be changed tells nobody who was drawn.
//! Deliberately absent: what is no name – standing, class, telephone – which changes as it does on any other day.

use std::collections::HashSet;

use domain::id::{CampaignId, CampaignNo};
use draw::bundle;
use store::campaign::{self, StoredCampaign};
use store::{Reader, StoreError, sealed_visit};

use super::kept::Kept;
use super::material::FRAME_FILES;
use crate::aside::aside;
use crate::campaign::plan_of;
use crate::{App, AppError};

/// The frozen registers of the draws whose visits have not all begun.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrozenNames(Vec<FrozenRegister>);

/// One frozen register, by codes.
#[derive(Clone, Debug)]
struct FrozenRegister {
    campaign: CampaignId,
    attempt: u32,
    number: CampaignNo,
    /// Firms, inspectors and leaders alike; nothing if what was kept does not open, and then it may be anybody.
    codes: Option<HashSet<String>>,
}

impl FrozenNames {
    /// The draws in whose frozen register this code stands, as they are named in a refusal; none if it stands in none.
    pub(crate) fn of(&self, code: &str) -> Option<String> {
        let has = |frozen: &&FrozenRegister| {
            let codes = frozen.codes.as_ref();
            codes.is_none_or(|codes| codes.contains(code))
        };
        named(self.0.iter().filter(has))
    }

    /// All of them.
    pub(crate) fn all(&self) -> Option<String> {
        named(self.0.iter())
    }

    /// Whether the draws ahead are still those these were read of.
    pub(crate) async fn still_stand(&self, reader: &mut Reader) -> Result<bool, StoreError> {
        let now = sealed_visit::campaigns_ahead(reader).await?;
        if !now.iter().eq(self.0.iter().map(|frozen| &frozen.campaign)) {
            return Ok(false);
        }
        for frozen in &self.0 {
            let stored = campaign::get(reader, &frozen.campaign).await?;
            if stored.campaign.state.attempt() != frozen.attempt {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn named<'f>(frozen: impl Iterator<Item = &'f FrozenRegister>) -> Option<String> {
    let numbers: Vec<&str> = frozen.map(|frozen| frozen.number.as_str()).collect();
    (!numbers.is_empty()).then(|| numbers.join("、"))
}

impl App {
    /// The frozen registers of the draws that are ahead in this view.
    pub(crate) async fn frozen_names(&self, reader: &mut Reader) -> Result<FrozenNames, AppError> {
        let mut found = Vec::new();
        for campaign in sealed_visit::campaigns_ahead(reader).await? {
            let stored = campaign::get(reader, &campaign).await?;
            let kept = Kept::of_present(reader, &stored, &FRAME_FILES).await?;
            found.push(FrozenRegister {
                codes: self.frozen_codes(&stored, &kept).await,
                attempt: stored.campaign.state.attempt(),
                number: stored.campaign.number,
                campaign,
            });
        }
        Ok(FrozenNames(found))
    }

    async fn frozen_codes(&self, stored: &StoredCampaign, kept: &Kept) -> Option<HashSet<String>> {
        let leaders = plan_of(stored).ok()?.staffing.leaders;
        let files = self.contents(kept).await.ok()?;
        aside(move || {
            let [subjects, inspectors, recusals] = files.as_slice() else {
                return None;
            };
            let frame =
                bundle::parse_frame(&subjects.content, &inspectors.content, &recusals.content)
                    .ok()?;
            let rows = frame.subjects.iter().chain(frame.inspectors.iter());
            let codes = rows.map(|row| row.id.as_str().to_owned());
            let leaders = leaders.iter().map(|leader| leader.as_str().to_owned());
            Some(codes.chain(leaders).collect())
        })
        .await
    }
}
