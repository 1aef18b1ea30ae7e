//! Dispatch (派发): the drawn visits are handed to their teams, all of them and as they were drawn.

use std::collections::BTreeSet;

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
        stands(&mut tx, &stored).await?;
        let visits = as_drawn(&mut tx, &stored).await?;
        let event = self.enter(&mut stored, done, at, actor);
        let mut rec = tx.record(event, self.confidential())?;
        campaign::write(&mut rec, &stored).await?;
        sealed_visit::dispatch(&mut rec, &visits).await?;
        rec.commit().await?;
        Ok(())
    }
}

/// The sealed visits as RESULT left them, none fewer, each of who bore its codes when the frame was frozen. Those drawn by
/// earlier builds stand in the clear already.
async fn as_drawn(tx: &mut Tx, stored: &StoredCampaign) -> Result<Vec<StoredInspection>, AppError> {
    let why = match of_drawn(tx, stored).await {
        Ok(visits) => {
            let (of, attempt) = (&stored.campaign.id, stored.campaign.state.attempt());
            let all = inspection::of_campaign(tx, of, i64::from(attempt)).await?;
            let clear = all.iter().filter(|one| !one.sealed).count();
            let there = (clear + visits.len()) as u64;
            let drawn = stored.campaign.state.result().map(|drawn| drawn.visits);
            if drawn == Some(there) {
                return Ok(visits);
            }
            format!("抽中 {} 户，现有 {there} 户", drawn.unwrap_or_default())
        }
        Err(StoreError::Contradiction { place, why }) => format!("{place}{why}"),
        Err(other) => return Err(other.into()),
    };
    Err(NOT_AS_DRAWN.refuse(&[("why", &why)]).into())
}

async fn of_drawn(
    tx: &mut Tx,
    stored: &StoredCampaign,
) -> Result<Vec<StoredInspection>, StoreError> {
    let visits = sealed_visit::as_written(tx, stored).await?;
    let subjects: Vec<String> = visits.iter().map(|one| one.subject_code.clone()).collect();
    let members = visits
        .iter()
        .flat_map(|one| one.visit.team.iter().chain(&one.visit.leader));
    let members: BTreeSet<String> = members.map(ToString::to_string).collect();
    let members: Vec<String> = members.into_iter().collect();
    let known = store::as_frozen(tx, &stored.campaign.id, (&subjects, &members)).await?;
    let other = visits.iter().find(|one| {
        let known = known.get(&one.subject_code);
        known.is_none_or(|known| known.id != one.visit.subject)
    });
    match other {
        None => Ok(visits),
        Some(one) => Err(StoreError::contradiction(
            &format!("代码 {} ", one.subject_code),
            "在冻结名录的时候不是这次检查的这一户",
        )),
    }
}
