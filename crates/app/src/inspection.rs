//! The visits: assign, arrive, fill in, conclude, confirm, end. Publishing is in [`publishing`], what is reported or
//! asked for instead of a visit in `absence`.

use domain::catalog::InspectionItem;
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{CampaignNo, InspectionId, InspectorCode};
use domain::inspection::steps::Stepped;
use domain::inspection::{Arrival, Inspection, InspectionState, ItemResult, Step};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::{Code, Refusal};
use domain::time::Instant;
use store::inspection::{self, StoredInspection};
use store::{Reader, StoreError, Tx, campaign, catalog, inspector};

use crate::campaign::plan_of;
use crate::premise::{of_visit, require};
use crate::{Acting, App, AppError};

mod absence;
mod approving;
mod dispatching;
mod door;
mod entered;
mod listed;
pub mod publishing;

pub use entered::{Entered, print_of_result};

static SHEET_FAULTS: Code = Code::new(
    "INSP-030",
    "有 {count} 项不能保存：{first}",
    None,
    "按提示补齐后再保存；已填的内容都还在。",
);
static NO_SUCH_OUTCOME: Code = Code::new(
    "INSP-031",
    "没有“{code}”这个检查结果。",
    None,
    "从列表中选一个检查结果。",
);

/// Nothing is done to a visit before it is handed to its team (派发).
pub static NOT_DISPATCHED: Code = Code::new(
    "INSP-032",
    "这一户还没有派发，不能到场登记，也不能登记未实施检查或申请延期。",
    None,
    "由发起科室在任务页派发检查之后再办。",
);

/// A drawn visit whose name and code this account is not shown yet.
pub static NAME_SEALED: Code = Code::new(
    "INSP-033",
    "这一户还在封存，名称和代码现在不给本账号看。",
    Some("细则四（二）保密要求"),
    "有“查看抽中名单”一项的岗位在任务的抽中名单页查看名单之后再打开；检查组到场之后，能看检查的岗位都看得到。",
);

/// What an account may do with a visit, and the visit itself.
#[derive(Clone, Debug)]
pub struct VisitView {
    /// The visit.
    pub stored: StoredInspection,
    /// The items examined, in the order of the plan.
    pub items: Vec<InspectionItem>,
    /// Whether the account is on the team or leads it.
    pub assigned: bool,
    /// Why its team may not set out today, as long as the visit is still to be made.
    pub held_up: Option<Refusal>,
}

impl App {
    /// Ends a campaign's inspections; starts the clock of the report.
    pub async fn end_campaign(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignEnd)
            .await?;
        let attempt = i64::from(stored.campaign.state.attempt());
        let visits = inspection::of_campaign(&mut tx, &stored.campaign.id, attempt).await?;
        let open = visits
            .iter()
            .filter(|kept| !kept.visit.is_settled())
            .count() as u64;
        let step = self.step(acting);
        let at = step.at;
        let done = stored.campaign.clone().end(step, open)?;
        let event = self.enter(&mut stored, done, at, actor);
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }

    /// A visit as its page shows it; refused to accounts it does not concern.
    pub async fn visit(&self, acting: &Acting, id: &InspectionId) -> Result<VisitView, AppError> {
        let mut reader = self.db.read().await?;
        let (stored, assigned) = load(&mut reader, acting, id).await?;
        acting.may(Verb::InspectionRead, &place(&stored, assigned))?;
        let items = items_of(&mut reader, &stored).await?;
        let today = self.clock.now().date();
        Ok(VisitView {
            held_up: door::held_up(&mut reader, &stored, today).await?,
            stored,
            items,
            assigned,
        })
    }

    /// Registers the arrival with the inspectors who are there, on time.
    pub async fn open_visit(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        present: Vec<InspectorCode>,
    ) -> Result<(), AppError> {
        self.arrive(acting, id, premise, Arrival::of(present)).await
    }

    /// Enters results of the checklist. The team fills one sheet at the same time, so each result rests
    /// on what stood in its own place, and not on the visit as a whole.
    pub async fn record_results(
        &self,
        acting: &Acting,
        id: &InspectionId,
        batch: &[Entered],
    ) -> Result<(), AppError> {
        let (mut tx, stored, actor) = self.visit_for(acting, id, Verb::InspectionRecord).await?;
        if let InspectionState::Opened(opened) = &stored.visit.state {
            entered::require_in_place(&opened.sheet, batch)?;
        }
        let batch: Vec<ItemResult> = batch.iter().map(|entered| entered.result.clone()).collect();
        let items = items_of(&mut tx, &stored).await?;
        let at = self.clock.now();
        let visit = stored.visit.clone();
        let done = visit
            .record(&acting.account, &batch, &items)
            .map_err(|faults| sheet_faults(&faults))?;
        self.write_visit(tx, stored, done, at, actor).await
    }

    /// Closes the sheet with an outcome and the opinion of the subject.
    pub async fn conclude_visit(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        outcome: &str,
        opinion: Option<String>,
    ) -> Result<(), AppError> {
        let (mut tx, stored, actor) = self
            .visit_on(acting, id, premise, Verb::InspectionConclude)
            .await?;
        let items = items_of(&mut tx, &stored).await?;
        let outcomes = catalog::outcomes(&mut tx).await?;
        let step = self.visit_moment(acting);
        let at = step.at;
        let code = outcomes
            .iter()
            .find(|known| known.code == outcome && known.in_use(at.date()))
            .ok_or_else(|| NO_SUCH_OUTCOME.refuse(&[("code", &outcome)]))?;
        let visit = stored.visit.clone();
        let done = visit.conclude(step, &items, code, opinion)?;
        self.write_visit(tx, stored, done, at, actor).await
    }

    /// A second person confirms what another entered.
    pub async fn confirm_visit(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        self.visit_step(
            acting,
            id,
            premise,
            Verb::InspectionConfirm,
            |visit, step| visit.confirm(step),
        )
        .await
    }

    /// A second person sends the result back.
    pub async fn return_visit(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        self.visit_step(
            acting,
            id,
            premise,
            Verb::InspectionConfirm,
            |visit, step| visit.return_result(&step, reason),
        )
        .await
    }

    fn visit_moment(&self, acting: &Acting) -> Step {
        Step {
            by: acting.account.clone(),
            at: self.clock.now(),
        }
    }

    /// One verb that needs nothing but the visit, the person and the moment.
    async fn visit_step(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        verb: Verb,
        step: impl FnOnce(Inspection, Step) -> Stepped,
    ) -> Result<(), AppError> {
        let (mut tx, stored, actor) = self.visit_on(acting, id, premise, verb).await?;
        let moment = self.visit_moment(acting);
        let at = moment.at;
        let done = step(stored.visit.clone(), moment)?;
        // Who decides on what others entered rests on their names in the row.
        inspection::as_last_written(&mut tx, &stored).await?;
        self.write_visit(tx, stored, done, at, actor).await
    }

    /// Begins an act on a visit: the visit as it stands, and in which capacity the account may do the
    /// verb to it. An act that needs more facts loads them next.
    async fn visit_for(
        &self,
        acting: &Acting,
        id: &InspectionId,
        verb: Verb,
    ) -> Result<(Tx, StoredInspection, Actor), AppError> {
        let (mut tx, acting) = self.begin_as(verb.name(), acting).await?;
        let (stored, assigned) = load(&mut tx, &acting, id).await?;
        let actor = acting.actor(verb, &place(&stored, assigned))?;
        Ok((tx, stored, actor))
    }

    /// The same for an act on the visit as a whole, which must be what was shown.
    async fn visit_on(
        &self,
        acting: &Acting,
        id: &InspectionId,
        premise: &Premise,
        verb: Verb,
    ) -> Result<(Tx, StoredInspection, Actor), AppError> {
        let (mut tx, stored, actor) = self.visit_for(acting, id, verb).await?;
        require(
            &mut tx,
            Some(acting),
            "这次检查",
            premise,
            &of_visit(&stored),
        )
        .await?;
        if !stored.dispatched {
            return Err(NOT_DISPATCHED.refuse(&[]).into());
        }
        Ok((tx, stored, actor))
    }

    /// Ends an act that writes nothing but the visit, under its event.
    async fn write_visit(
        &self,
        tx: Tx,
        stored: StoredInspection,
        done: (Inspection, Act),
        at: Instant,
        actor: Actor,
    ) -> Result<(), AppError> {
        self.write_visit_because(tx, stored, done, (at, ""), actor)
            .await
    }

    /// The same with the reason of the act, if there is one.
    async fn write_visit_because(
        &self,
        tx: Tx,
        mut stored: StoredInspection,
        (visit, act): (Inspection, Act),
        (at, reason): (Instant, &str),
        actor: Actor,
    ) -> Result<(), AppError> {
        stored.visit = visit;
        stored.state_at_ms = at.unix_ms();
        let event = Event {
            at,
            ..self.event(act, actor)
        };
        let event = match reason.trim() {
            "" => event,
            reason => event.because(reason),
        };
        let mut rec = tx.record(touching(event, &stored), self.confidential())?;
        inspection::write(&mut rec, &stored).await?;
        rec.commit().await?;
        Ok(())
    }
}

fn touching(event: Event, stored: &StoredInspection) -> Event {
    event
        .touching(LinkKind::Inspection, stored.visit.id.as_str())
        .touching(LinkKind::Campaign, stored.campaign.as_str())
        .touching(LinkKind::Subject, stored.visit.subject.as_str())
}

fn place(stored: &StoredInspection, assigned: bool) -> Place<'_> {
    let place = Place::of(&stored.unit);
    if assigned { place.assigned() } else { place }
}

/// The visit, and whether one of the account's inspector codes is on it.
async fn load(
    reader: &mut Reader,
    acting: &Acting,
    id: &InspectionId,
) -> Result<(StoredInspection, bool), AppError> {
    let stored = inspection::get(reader, id).await?;
    let codes = inspector::codes_of(reader, &acting.account).await?;
    let on_team = |code: &InspectorCode| {
        stored.visit.team.contains(code) || stored.visit.leader.as_ref() == Some(code)
    };
    let assigned = codes.iter().any(on_team);
    Ok((stored, assigned))
}

/// The revisions the plan names, in its order: a checklist revised meanwhile does not change what
/// a team was sent to examine. Visits of no campaign are examined by the newest revision.
async fn items_of(
    reader: &mut Reader,
    stored: &StoredInspection,
) -> Result<Vec<InspectionItem>, StoreError> {
    let plan = plan_of(&campaign::get(reader, &stored.campaign).await?)?;
    let mut items = Vec::with_capacity(stored.visit.items.len());
    for id in &stored.visit.items {
        let planned = plan.items.iter().find(|planned| planned.item == *id);
        let mut revisions = catalog::revisions(reader, id).await?;
        let at = revisions
            .iter()
            .position(|kept| planned.is_none_or(|planned| kept.item.revision == planned.revision))
            .ok_or_else(|| StoreError::NotFound {
                table: "items",
                key: id.to_string(),
            })?;
        items.push(revisions.swap_remove(at).item);
    }
    Ok(items)
}

fn sheet_faults(refusals: &[Refusal]) -> Refusal {
    let first = refusals
        .first()
        .map(|refusal| refusal.sentence.clone())
        .unwrap_or_default();
    SHEET_FAULTS.refuse(&[("count", &refusals.len()), ("first", &first)])
}
