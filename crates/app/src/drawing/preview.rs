//! What a freeze would yield if it happened now: figures for the people who write and approve a plan.
//! Nothing is fixed by looking, and nothing is written.

use domain::campaign::plan::{CampaignPlan, PlanFault, record_of};
use domain::id::{CampaignNo, OrgUnitId};
use domain::refusal::Refusal;
use store::{StoreError, campaign, catalog};

use super::frame::{Figures, eligible, figures};
use super::material;
use super::obstacle::{naming_left_out, none_alone};
use crate::campaign::{complete_plan, unsound};
use crate::{App, AppError};

/// The frame as the registers would yield it at this moment.
#[derive(Clone, Debug)]
pub struct Preview {
    /// N, k, must and skip per stratum; empty if there is no frame at all.
    pub figures: Figures,
    /// Why a freeze would be refused now, if it would.
    pub refusal: Option<Refusal>,
}

impl Preview {
    /// Whether some stratum has only one subject, which would be “drawn” without chance.
    #[must_use]
    pub fn not_random(&self) -> bool {
        self.figures
            .quotas
            .iter()
            .any(|line| line.pool == 1 && line.drawn == 1)
    }
}

impl App {
    /// Figures for a plan that need not be stored; its faults if it has gaps.
    pub async fn preview_frame(
        &self,
        number: &CampaignNo,
        unit: &OrgUnitId,
        plan: CampaignPlan,
    ) -> Result<Result<Preview, Vec<PlanFault>>, AppError> {
        let mut reader = self.db.read().await?;
        // A plan that is not stored yet will be approved under the version in force.
        let rulebook = match campaign::by_number(&mut reader, number).await {
            Ok(stored) => catalog::rulebook_of(&mut reader, &stored.campaign.state).await?,
            Err(StoreError::NotFound { .. }) => catalog::rulebook(&mut reader).await?,
            Err(other) => return Err(other.into()),
        };
        let complete = match complete_plan(&mut reader, unit, plan.clone(), &rulebook).await? {
            Ok(complete) => complete,
            Err(faults) => return Ok(Err(faults)),
        };
        let record = record_of(number, &complete, &rulebook, &rulebook.intervals()?)
            .map_err(|fault| unsound(&fault))?;
        let now = self.clock.now();
        let eligibility = match eligible(&mut reader, (&complete, &record), &rulebook, now).await {
            Ok(eligibility) => eligibility,
            Err(AppError::Refused(refusal)) => {
                return Ok(Ok(Preview {
                    figures: Figures::default(),
                    refusal: Some(refusal),
                }));
            }
            Err(other) => return Err(other),
        };
        // A secret of zeros: the rehearsal asks only whether a frame can be frozen at all.
        let rehearsed = material::rehearse(number, 1, &plan, &record, &eligibility, [0; 32]).await;
        let refusal = match rehearsed
            .map(drop)
            .map_err(|error| naming_left_out(error, &eligibility))
        {
            Ok(()) => none_alone(&eligibility).err(),
            Err(AppError::Refused(refusal)) => Some(refusal),
            Err(other) => return Err(other),
        };
        Ok(Ok(Preview {
            figures: figures(&eligibility),
            refusal,
        }))
    }
}
