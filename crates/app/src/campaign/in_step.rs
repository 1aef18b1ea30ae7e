//! One step of a campaign: allowed by its rules first, then whatever else it needs is asked, then it is written.

use domain::campaign::Campaign;
use domain::campaign::state::Step;
use domain::campaign::steps::Stepped;
use domain::event::{Act, Actor};
use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::time::Instant;
use store::Tx;
use store::campaign::StoredCampaign;

use crate::{Acting, App, AppError};

/// A step of a campaign that the rules allow and that is not written yet.
pub(crate) struct InStep {
    pub(crate) tx: Tx,
    /// The campaign before it.
    pub(crate) stored: StoredCampaign,
    pub(crate) at: Instant,
    done: (Campaign, Act),
    actor: Actor,
}

impl App {
    /// One verb that needs nothing but the campaign, the person and the moment.
    pub(crate) async fn change(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        verb: Verb,
        step: impl FnOnce(Campaign, Step) -> Stepped,
    ) -> Result<(), AppError> {
        let stepped = self.stepped(acting, number, premise, verb, step).await?;
        self.write_stepped(stepped).await
    }

    /// The same, not written yet: what else it needs is asked in between.
    pub(crate) async fn stepped(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        verb: Verb,
        step: impl FnOnce(Campaign, Step) -> Stepped,
    ) -> Result<InStep, AppError> {
        let (tx, stored, actor) = self.campaign_for(acting, number, premise, verb).await?;
        let moment = self.step(acting);
        let at = moment.at;
        let done = step(stored.campaign.clone(), moment)?;
        Ok(InStep {
            tx,
            stored,
            at,
            done,
            actor,
        })
    }

    /// Writes a step that nothing stands in the way of.
    pub(crate) async fn write_stepped(&self, begun: InStep) -> Result<(), AppError> {
        let mut stored = begun.stored;
        let event = self.enter(&mut stored, begun.done, begun.at, begun.actor);
        self.write_campaign(begun.tx, &stored, event, self.confidential())
            .await
    }
}
