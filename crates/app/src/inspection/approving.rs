//! The decision over a publication: this very text is approved, or the result goes back to those who entered it.
//!
//! Whoever decides rests on what he read: a text that changed since is decided by nobody. Deliberately absent: carrying an
//! approved publication out, which is clerk's work and decides nothing.

use domain::id::{Fingerprint, InspectionId};
use domain::inspection::steps::Stepped;
use domain::inspection::{Inspection, InspectionVerb, Step};
use domain::policy::Verb;
use domain::premise::Premise;
use store::inspection;

use super::publishing::{premise_of_outcome, text_of};
use super::{load, place};
use crate::premise::require;
use crate::{Acting, App, AppError};

impl App {
    /// Approves that this very text of a confirmed outcome is published.
    pub async fn approve_outcome(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let on = ("outcome.approve", InspectionVerb::Approve);
        let decided = |visit: Inspection, step, text| visit.approve_publication(step, text);
        self.decide_outcome(on, acting, (id, premise), decided)
            .await
    }

    /// Sends a confirmed outcome back in place of approving its publication, with the reason for those who entered it.
    pub async fn return_outcome(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let on = ("outcome.return", InspectionVerb::ReturnOutcome);
        let decided = |visit: Inspection, step, _| visit.return_outcome(&step, reason);
        self.decide_outcome(on, acting, (id, premise), decided)
            .await
    }

    async fn decide_outcome(
        &self,
        (name, verb): (&'static str, InspectionVerb),
        acting: &Acting,
        (id, premise): (&InspectionId, &Premise),
        decided: impl FnOnce(Inspection, Step, Fingerprint) -> Stepped,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as(name, acting).await?;
        let (stored, assigned) = load(&mut tx, &acting, id).await?;
        let actor = acting.actor(Verb::OutcomeApprove, &place(&stored, assigned))?;
        let facts = self.facts(&mut tx, &stored).await?;
        let now = premise_of_outcome(&stored, &facts)?;
        require(&mut tx, Some(&acting), "要公示的内容", premise, &now).await?;
        stored.visit.permit(verb)?;
        let step = self.visit_moment(&acting);
        let at = step.at;
        let done = decided(stored.visit.clone(), step, text_of(&now)?)?;
        inspection::as_last_written(&mut tx, &stored).await?;
        self.write_visit(tx, stored, done, at, actor).await
    }
}
