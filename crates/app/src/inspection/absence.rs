//! Visits that are not made, or not yet: a report and its confirmation by a second person, a request to put the visit
//! off and the head's decision.
//!
//! Deliberately absent: whatever the public reads of it.

use domain::id::InspectionId;
use domain::inspection::FallenAway;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::time::Date;
use store::campaign;

use super::door::held_up;
use crate::{Acting, App, AppError};

impl App {
    /// Reports that a visit could not be made; a second person has to confirm it. A team that may not set out does not
    /// close the firm either.
    pub async fn report_absence(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        how: FallenAway,
        account: &str,
        attempts: u32,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionConclude;
        let (mut tx, stored, actor) = self.visit_on(acting, id, premise, verb).await?;
        let rulebook = campaign::rulebook(&mut tx, &stored.campaign).await?;
        let least = rulebook.visit_attempts;
        let step = self.visit_moment(acting);
        let at = step.at;
        if let Some(refusal) = held_up(&mut tx, &stored, at.date()).await? {
            return Err(refusal.into());
        }
        let visit = stored.visit.clone();
        let done = visit.report_absence(step, how, account, attempts, least)?;
        self.write_visit(tx, stored, done, at, actor).await
    }

    /// A second person confirms that the visit could not be made.
    pub async fn confirm_absence(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionConfirm;
        self.visit_step(acting, id, premise, verb, |visit, step| {
            visit.confirm_absence(step)
        })
        .await
    }

    /// A second person sends the report back.
    pub async fn return_absence(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionConfirm;
        let (tx, stored, actor) = self.visit_on(acting, id, premise, verb).await?;
        let step = self.visit_moment(acting);
        let done = stored.visit.clone().return_absence(&step, reason)?;
        self.write_visit_because(tx, stored, done, (step.at, reason), actor)
            .await
    }

    /// Asks to put a visit off, within the window of the plan.
    pub async fn ask_postponement(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        until: Date,
        reason: &str,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionConclude;
        let (mut tx, stored, actor) = self.visit_on(acting, id, premise, verb).await?;
        let last_day = campaign::get(&mut tx, &stored.campaign).await?.until;
        let step = self.visit_moment(acting);
        let at = step.at;
        let visit = stored.visit.clone();
        let done = visit.ask_postponement(step, until, reason, Some(last_day))?;
        self.write_visit_because(tx, stored, done, (at, reason), actor)
            .await
    }

    /// The head allows what was asked for, or does not.
    pub async fn decide_postponement(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        allowed: bool,
    ) -> Result<(), AppError> {
        let verb = Verb::InspectionPutOff;
        self.visit_step(acting, id, premise, verb, |visit, step| {
            visit.decide_postponement(step, allowed)
        })
        .await
    }
}
