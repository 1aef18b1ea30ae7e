//! The life of a campaign up to the draw: draft, submit, approve, launch, give up.
//! The draw itself is in `drawing`, the visits in `inspection`.

use domain::campaign::abandon_class::AbandonClass;
use domain::campaign::plan::{CampaignPlan, PLAN, PlanFault, announceable, hash_of};
use domain::campaign::{Campaign, state::Step};
use domain::catalog::InspectionItem;
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccountId, CampaignId, CampaignNo, Fingerprint, OrgUnitId};
use domain::inspector::Inspector;
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::{Code, Refusal};
use domain::time::Instant;
use store::campaign::{self, StoredCampaign};
use store::counter;
use store::{Hold, Reader, Register, Sealing, StoreError, Tx, catalog, inspector};

use crate::drawing::{own_records, stands};
use crate::premise::{decides_plan, require_campaign};
use crate::{Acting, App, AppError};

mod in_step;
mod number;
mod planned;

use number::next_number;
pub(crate) use planned::{complete_for, complete_plan, plan_now, plan_version};

static TITLE_EMPTY: Code = Code::new(
    "PLAN-030",
    "方案没有标题。",
    None,
    "写明年度、季度和抽查事项，例如“2026 年第四季度餐饮企业油烟管控抽查”。",
);
static PLAN_GAPS: Code = Code::new(
    "PLAN-031",
    "方案还有 {count} 处要补：{first}",
    Some("细则四（二）"),
    "在方案页逐处补全后再提交。",
);

static UNOPENED: Code = Code::new(
    "DRAW-079",
    "第 {attempt} 次抽取揭示之后作废，本来会抽中什么还没有公开，任务不能放弃。",
    Some("摇号协议第 3.9 节"),
    "公共随机数公布之后先录入，由程序自动公开；公开之后再放弃。",
);

impl App {
    /// Begins a campaign with a plan that may have gaps.
    pub async fn draft_campaign(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        plan: &CampaignPlan,
    ) -> Result<CampaignNo, AppError> {
        require_title(plan)?;
        let (mut tx, acting) = self.begin_as("campaign.draft", acting).await?;
        let actor = acting.actor(Verb::CampaignDraft, &Place::of(unit))?;
        let today = self.clock.now().date();
        let (number, next) = next_number(&mut tx, today).await?;
        let id = CampaignId::from_entropy(self.entropy.bytes());
        let author = acting.account.clone();
        let (drafted, act) = Campaign::draft(id, number.clone(), unit.clone(), author);
        let event = self
            .event(act, actor)
            .touching(LinkKind::Campaign, drafted.id.as_str());
        let stored = StoredCampaign {
            campaign: drafted,
            title: plan.title.clone(),
            from: plan.window.map_or(today, |window| window.from),
            until: plan.window.map_or(today, |window| window.until),
            plan: plan_text(plan)?,
            plan_record: None,
            freeze_record: None,
            seed_text: None,
            result_record: None,
            trust_level: None,
            figures: "{}".to_owned(),
            state_at_ms: event.at.unix_ms(),
            seen: event.id.clone(),
        };
        let mut rec = tx.record(event, self.confidential())?;
        counter::take(&mut rec, next).await?;
        campaign::add(&mut rec, &stored).await?;
        rec.commit().await?;
        Ok(number)
    }

    /// Changes the plan while it is a draft.
    pub async fn revise_plan(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        plan: &CampaignPlan,
    ) -> Result<(), AppError> {
        let verb = Verb::CampaignDraft;
        let (tx, mut stored, actor) = self.campaign_for(acting, number, premise, verb).await?;
        require_title(plan)?;
        let done = stored.campaign.clone().revise(&acting.account)?;
        stored.title.clone_from(&plan.title);
        if let Some(window) = plan.window {
            (stored.from, stored.until) = (window.from, window.until);
        }
        stored.plan = plan_text(plan)?;
        let (at, since) = (self.clock.now(), stored.state_at_ms);
        let event = self.enter(&mut stored, done, at, actor);
        // The state is the same as before.
        stored.state_at_ms = since;
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }

    /// Submits the plan for approval; every gap is named.
    pub async fn submit_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignSubmit)
            .await?;
        let step = self.step(acting);
        let at = step.at;
        let (record, _) = plan_now(&mut tx, &stored, self.version_of_new_attempts).await?;
        announceable(&record, at)?;
        let campaign = stored.campaign.clone();
        let done = campaign.submit(step, print_of(hash_of(&record)))?;
        let event = self.enter(&mut stored, done, at, actor);
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }

    /// Takes a submitted plan back.
    pub async fn recall_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let verb = Verb::CampaignSubmit;
        self.change(acting, number, premise, verb, |campaign, step| {
            campaign.recall(&step.by)
        })
        .await
    }

    /// Returns a submitted plan with a reason.
    pub async fn return_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let verb = Verb::CampaignReturn;
        self.change(acting, number, premise, verb, |campaign, step| {
            campaign.return_plan(step, reason)
        })
        .await
    }

    /// Approves a submitted plan: the PLAN record goes into the log.
    pub async fn approve_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignApprove)
            .await?;
        let step = self.step(acting);
        let (event, record) = self.approved(&mut tx, &mut stored, step, actor).await?;
        self.write_campaign(tx, &stored, event, self.public(record))
            .await
    }

    /// The campaign with its plan approved in that step, the event of it and the PLAN record; nothing is written yet.
    pub(crate) async fn approved(
        &self,
        tx: &mut Tx,
        stored: &mut StoredCampaign,
        step: Step,
        actor: Actor,
    ) -> Result<(Event, String), AppError> {
        stands(tx, stored).await?;
        own_records(tx, stored).await?;
        let at = step.at;
        let (record, rulebook) = plan_now(tx, stored, self.version_of_new_attempts).await?;
        announceable(&record, at)?;
        let campaign = stored.campaign.clone();
        let done = campaign.approve(step, &print_of(hash_of(&record)), &rulebook.version)?;
        stored.plan_record = Some(record.to_string());
        let event = self.enter(stored, done, at, actor);
        let event = event.with("rulebook", &rulebook.version);
        Ok((event, record.to_string()))
    }

    /// Launches an approved campaign (启动).
    pub async fn launch_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        self.change(
            acting,
            number,
            premise,
            Verb::CampaignLaunch,
            Campaign::launch,
        )
        .await
    }

    /// Gives a campaign up before its frame is frozen; it stays visible with the class of the reason.
    pub async fn abandon_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        (class, reason): (AbandonClass, &str),
    ) -> Result<(), AppError> {
        let verb = Verb::CampaignAbandon;
        let step = |campaign: Campaign, step| campaign.abandon(step, class, reason);
        let mut begun = self.stepped(acting, number, premise, verb, step).await?;
        for void in campaign::voids_as_written(&mut begun.tx, &begun.stored).await? {
            if !void.is_opened {
                return Err(UNOPENED.refuse(&[("attempt", &void.attempt())]).into());
            }
        }
        self.write_stepped(begun).await
    }

    /// Begins an act on a campaign: the campaign as it stands, which is what was shown, and in which
    /// capacity the account may do the verb to it. More facts are loaded next, before [`Self::enter`].
    pub(crate) async fn campaign_for(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        verb: Verb,
    ) -> Result<(Tx, StoredCampaign, Actor), AppError> {
        let (mut tx, acting) = self.begin_as(verb.name(), acting).await?;
        if decides_plan(verb) {
            // The plan is read to be compared with what was shown, and read again to be logged.
            hold_plan(&mut tx).await?;
        }
        let stored = campaign::by_number(&mut tx, number).await?;
        let actor = acting.actor(verb, &Place::of(&stored.campaign.initiator))?;
        let newest = self.version_of_new_attempts;
        require_campaign(&mut tx, &acting, (verb, newest), premise, &stored).await?;
        Ok((tx, stored, actor))
    }

    /// Puts the campaign into the state a verb led to; yields the event of that act.
    pub(crate) fn enter(
        &self,
        stored: &mut StoredCampaign,
        (next, act): (Campaign, Act),
        at: Instant,
        actor: Actor,
    ) -> Event {
        stored.campaign = next;
        stored.state_at_ms = at.unix_ms();
        Event {
            at,
            ..self.event(act, actor)
        }
        .touching(LinkKind::Campaign, stored.campaign.id.as_str())
    }

    /// Ends an act that writes nothing but the campaign, under its event.
    pub(crate) async fn write_campaign(
        &self,
        tx: Tx,
        stored: &StoredCampaign,
        event: Event,
        sealing: Sealing,
    ) -> Result<(), AppError> {
        let mut rec = tx.record(event, sealing)?;
        campaign::write(&mut rec, stored).await?;
        rec.commit().await?;
        Ok(())
    }

    /// The person and the moment of a step.
    pub(crate) fn step(&self, acting: &Acting) -> Step {
        self.step_of(&acting.account)
    }

    /// The same in the name of an account.
    pub(crate) fn step_of(&self, by: &AccountId) -> Step {
        Step {
            by: by.clone(),
            at: self.clock.now(),
        }
    }
}

/// What a PLAN record is made from beside the plan itself.
const OF_A_PLAN: [Register; 4] = [
    Register::Units,
    Register::Rulebook,
    Register::Catalog,
    Register::Inspectors,
];

/// Holds it, so that the plan is the same when it is compared and when it is logged.
pub(crate) async fn hold_plan(tx: &mut Tx) -> Result<(), StoreError> {
    for register in OF_A_PLAN {
        tx.hold(register, Hold::Shared).await?;
    }
    Ok(())
}

/// The stored plan as the domain's type.
pub fn plan_of(stored: &StoredCampaign) -> Result<CampaignPlan, StoreError> {
    let row = stored.campaign.id.as_str();
    PLAN.read(&stored.plan)
        .map_err(|why| StoreError::unreadable("campaigns", "plan", row, why))
}

fn plan_text(plan: &CampaignPlan) -> Result<String, StoreError> {
    PLAN.write(plan)
        .map_err(|why| StoreError::Engine(why.to_string()))
}

/// The whole catalog and the whole register of inspectors, as the rules of plan and frame ask for
/// them.
pub(crate) async fn items_and_inspectors(
    reader: &mut Reader,
) -> Result<(Vec<InspectionItem>, Vec<Inspector>), StoreError> {
    let items = catalog::items(reader).await?;
    let inspectors = inspector::all(reader).await?;
    Ok((
        items.into_iter().map(|kept| kept.item).collect(),
        inspectors.into_iter().map(|kept| kept.inspector).collect(),
    ))
}

pub(crate) fn gaps(faults: &[PlanFault]) -> Refusal {
    let first = faults
        .first()
        .map(|fault| fault.refusal.sentence.clone())
        .unwrap_or_default();
    PLAN_GAPS.refuse(&[("count", &faults.len()), ("first", &first)])
}

/// A digest of the draw as the domain keeps it.
pub(crate) fn print_of(digest: draw::Digest) -> Fingerprint {
    Fingerprint::parse(&digest.to_string()).expect("a digest prints as 64 lower hex digits")
}

/// A fault of the draw as a refusal; does not occur for values the domain has checked.
pub(crate) fn unsound(fault: &draw::Fault) -> AppError {
    AppError::Store(StoreError::Engine(fault.to_string()))
}

fn require_title(plan: &CampaignPlan) -> Result<(), Refusal> {
    if plan.title.trim().is_empty() {
        Err(TITLE_EMPTY.refuse(&[]))
    } else {
        Ok(())
    }
}
