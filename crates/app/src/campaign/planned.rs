//! From the plan that is kept to the PLAN record it yields: complete under the registers and the rules it obeys, and
//! of the version it is logged under.

use domain::campaign::eligibility::refused_by_draw;
use domain::campaign::plan::{
    CampaignPlan, CompletePlan, PlanFacts, PlanFault, PlanPart, PlanVersion, announceable,
    record_of,
};
use domain::catalog::InspectionItem;
use domain::id::{CampaignNo, OrgUnitId};
use domain::inspector::Inspector;
use domain::org::OrgTree;
use domain::rulebook::Rulebook;
use draw::Version;
use draw::record::PlanRecord;
use store::campaign::{self, StoredCampaign};
use store::catalog::Adopted;
use store::{FrameRegisters, Reader, StoreError, catalog, org};

use super::{gaps, items_and_inspectors, plan_of, plan_text};
use crate::{App, AppError};

/// The plan as complete, or its gaps, under the registers of this moment and the rules it obeys; `newest` is the version
/// of new plans.
pub(crate) async fn complete(
    reader: &mut Reader,
    stored: &StoredCampaign,
    (rulebook, newest): (&Rulebook, Version),
) -> Result<Result<CompletePlan, Vec<PlanFault>>, StoreError> {
    let (unit, plan) = (&stored.campaign.initiator, plan_of(stored)?);
    complete_plan(reader, unit, plan, (rulebook, plan_version(stored, newest))).await
}

/// The same for a plan that need not be stored yet.
pub(crate) async fn complete_plan(
    reader: &mut Reader,
    initiator: &OrgUnitId,
    plan: CampaignPlan,
    (rulebook, version): (&Rulebook, Version),
) -> Result<Result<CompletePlan, Vec<PlanFault>>, StoreError> {
    let (items, inspectors) = items_and_inspectors(reader).await?;
    let units = org::tree(reader).await?;
    let adopted = catalog::adopted(reader).await?;
    let people = (items.as_slice(), inspectors.as_slice(), &units);
    held_against(people, (initiator, plan), (rulebook, &adopted, version))
}

/// The plan of a campaign, held against the registers its frame is made from.
pub(crate) fn complete_for(
    stored: &StoredCampaign,
    registers: &FrameRegisters,
    (rulebook, newest): (&Rulebook, Version),
) -> Result<CompletePlan, AppError> {
    let of = (&stored.campaign.initiator, plan_of(stored)?);
    let people = (
        registers.items.as_slice(),
        registers.inspectors.as_slice(),
        &registers.units,
    );
    let rules = (rulebook, &registers.rulebooks, plan_version(stored, newest));
    let complete = held_against(people, of, rules)?;
    Ok(complete.map_err(|faults| gaps(&faults))?)
}

fn held_against(
    (items, inspectors, units): (&[InspectionItem], &[Inspector], &OrgTree),
    (initiator, plan): (&OrgUnitId, CampaignPlan),
    (rulebook, adopted, version): (&Rulebook, &Adopted, Version),
) -> Result<Result<CompletePlan, Vec<PlanFault>>, StoreError> {
    // A PLAN of shuang/2 cites the rules by the text they were published as.
    let version = match version {
        Version::One => PlanVersion::One,
        Version::Two => PlanVersion::Two(adopted.file(&rulebook.version)?),
    };
    Ok(plan.complete(&PlanFacts {
        items,
        inspectors,
        initiator,
        units,
        rulebook,
        version,
    }))
}

/// The version of the PLAN of a campaign: that of the one it has logged, else that of every new one.
pub(crate) fn plan_version(stored: &StoredCampaign, newest: Version) -> Version {
    let logged = stored.plan_record.as_ref();
    let logged = logged.and_then(|record| Version::of(record.as_bytes()));
    logged.unwrap_or(newest)
}

/// The PLAN record of the plan as it stands, and the rulebook it was made under.
pub(crate) async fn plan_now(
    reader: &mut Reader,
    stored: &StoredCampaign,
    newest: Version,
) -> Result<(PlanRecord, Rulebook), AppError> {
    let rulebook = catalog::rulebook_of(reader, &stored.campaign.state).await?;
    let intervals = rulebook.intervals()?;
    let complete = complete(reader, stored, (&rulebook, newest))
        .await?
        .map_err(|faults| gaps(&faults))?;
    let record = record_of(&stored.campaign.number, &complete, &rulebook, &intervals)
        .map_err(|fault| refused_by_draw(&fault))?;
    Ok((record, rulebook))
}

impl App {
    /// What keeps a plan from being submitted now: its gaps, or without any that its ceremony comes too soon.
    pub async fn plan_faults(&self, number: &CampaignNo) -> Result<Vec<PlanFault>, AppError> {
        let mut reader = self.db.read().await?;
        let stored = campaign::by_number(&mut reader, number).await?;
        self.faults_of(&mut reader, &stored).await
    }

    /// The same if it read like this.
    pub async fn plan_faults_as(
        &self,
        number: &CampaignNo,
        plan: &CampaignPlan,
    ) -> Result<Vec<PlanFault>, AppError> {
        let mut reader = self.db.read().await?;
        let mut stored = campaign::by_number(&mut reader, number).await?;
        stored.plan = plan_text(plan)?;
        self.faults_of(&mut reader, &stored).await
    }

    async fn faults_of(
        &self,
        reader: &mut Reader,
        stored: &StoredCampaign,
    ) -> Result<Vec<PlanFault>, AppError> {
        let rulebook = catalog::rulebook_of(reader, &stored.campaign.state).await?;
        let newest = self.version_of_new_attempts;
        let complete = match complete(reader, stored, (&rulebook, newest)).await? {
            Ok(complete) => complete,
            Err(faults) => return Ok(faults),
        };
        // Rules without an interval are refused by the act itself: no plan can mend them.
        let Ok(intervals) = rulebook.intervals() else {
            return Ok(Vec::new());
        };
        let record = record_of(&stored.campaign.number, &complete, &rulebook, &intervals);
        let late = record
            .ok()
            .and_then(|record| announceable(&record, self.clock.now()).err());
        let late = late.map(|refusal| PlanFault {
            part: PlanPart::Sources,
            refusal,
        });
        Ok(late.into_iter().collect())
    }
}
