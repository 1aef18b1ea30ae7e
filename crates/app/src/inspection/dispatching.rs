//! Dispatch (派发): the drawn visits are handed to their teams, all of them and as they were drawn.

use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::Code;
use store::campaign::StoredCampaign;
use store::inspection::{self, StoredInspection};
use store::{StoreError, Tx, campaign, sealed_visit};

use crate::drawing::stands;
use crate::{Acting, App, AppError};

/// What is handed to the teams is what was drawn.
static NOT_AS_DRAWN: Code = Code::new(
    "INSP-048",
    "抽中的各户和留痕对不上，没有派发：{why}。",
    Some("细则四（三）"),
    "保留现场，运行 mingqian audit，并报告行政执法监督；从备份恢复之后再派发。",
);

impl App {
    /// Hands the drawn visits to their teams (派发): until now they were sealed, from here on they stand in the clear.
    pub async fn assign_visits(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::InspectionAssign)
            .await?;
        let step = self.step(acting);
        let at = step.at;
        let done = stored.campaign.clone().assign(step)?;
        let attempt = i64::from(stored.campaign.state.attempt());
        let visits = inspection::of_campaign(&mut tx, &stored.campaign.id, attempt).await?;
        stands(&mut tx, &stored).await?;
        as_drawn(&mut tx, &stored, &visits).await?;
        let event = self.enter(&mut stored, done, at, actor);
        let mut rec = tx.record(event, self.confidential())?;
        campaign::write(&mut rec, &stored).await?;
        sealed_visit::dispatch(&mut rec, &visits).await?;
        rec.commit().await?;
        Ok(())
    }
}

/// Refuses visits that are fewer or others than RESULT left.
async fn as_drawn(
    tx: &mut Tx,
    stored: &StoredCampaign,
    visits: &[StoredInspection],
) -> Result<(), AppError> {
    let drawn = stored.campaign.state.result().map(|drawn| drawn.visits);
    let there = visits.len() as u64;
    let of = &stored.campaign.id;
    let why = match sealed_visit::as_written(tx, of).await {
        Ok(()) if drawn == Some(there) => return Ok(()),
        Ok(()) => format!("抽中 {} 户，现有 {there} 户", drawn.unwrap_or_default()),
        Err(StoreError::Contradiction { place, why }) => format!("{place}{why}"),
        Err(other) => return Err(other.into()),
    };
    Err(NOT_AS_DRAWN.refuse(&[("why", &why)]).into())
}
