//! What waits for one account: states whose next verb its roles allow, and nobody else's turn.

use std::collections::BTreeMap;

use domain::calendar::WorkCalendar;
use domain::campaign::{CampaignState, StateKind};
use domain::id::{AccountId, CampaignId};
use domain::inspection::{InspectionKind, InspectionState};
use domain::policy::Verb;
use domain::rulebook::Rulebooks;
use domain::time::{Date, Instant};
use store::campaign::{self, CampaignFilter, StoredCampaign};
use store::inspection::{self, InspectionFilter, StoredInspection};
use store::{Reader, StoreError, catalog, inspector};

use crate::component::DeadlineChip;
use crate::gate::{Stop, Visit};
use crate::text::Address;

/// How many of one kind are read; a to-do list longer than that is a matter for the list pages.
const MOST: i64 = 50;

/// One thing that waits.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// What it is about.
    pub(super) title: String,
    /// One line of context.
    pub(super) context: String,
    /// The act, in words.
    pub(super) act: &'static str,
    /// Where it is done.
    pub(super) page: Address,
    /// Working days left, if the rulebook sets a term.
    pub(super) days_left: Option<i64>,
    /// Start, length and article of the term.
    term: String,
}

impl Waiting {
    pub(super) fn chip(&self) -> Option<DeadlineChip> {
        self.days_left
            .map(|days| DeadlineChip::from_days_left(days, self.term.as_str()))
    }
}

/// A state of a campaign, the verb that leads on, and its words on the page.
const CAMPAIGN_STEPS: &[(StateKind, Verb, &str)] = &[
    (StateKind::Draft, Verb::CampaignSubmit, "补全方案，提交报批"),
    (StateKind::Submitted, Verb::CampaignApprove, "审批方案"),
    (StateKind::Approved, Verb::CampaignLaunch, "启动抽查"),
    (StateKind::Launched, Verb::CampaignFreeze, "冻结名录"),
    (
        StateKind::Frozen,
        Verb::CampaignCommit,
        "收齐承诺值，公布承诺",
    ),
    (StateKind::Committed, Verb::CampaignDraw, "收齐随机数"),
    (StateKind::Revealed, Verb::CampaignDraw, "抽取"),
    (StateKind::Drawn, Verb::InspectionAssign, "派发检查"),
    (
        StateKind::Inspecting,
        Verb::CampaignEnd,
        "检查完成后结束任务",
    ),
    (StateKind::Ended, Verb::CampaignOpen, "公开抽取材料"),
];

/// The same for visits; the first four are done by whoever is on the team.
const VISIT_STEPS: &[(InspectionKind, Verb, &str)] = &[
    (InspectionKind::Assigned, Verb::InspectionOpen, "到场登记"),
    (
        InspectionKind::Opened,
        Verb::InspectionRecord,
        "录入检查结果",
    ),
    (
        InspectionKind::Concluded,
        Verb::InspectionConfirm,
        "复核检查结果",
    ),
    (
        InspectionKind::Confirmed,
        Verb::OutcomePublish,
        "公示检查结果",
    ),
];

struct Terms {
    today: Date,
    calendar: WorkCalendar,
    rulebooks: Rulebooks,
}

impl Terms {
    async fn read(reader: &mut Reader, today: Date) -> Result<Option<Self>, StoreError> {
        let rulebooks = catalog::rulebooks(reader).await?;
        if rulebooks.in_force().is_none() {
            return Ok(None);
        }
        let calendar = WorkCalendar::new(catalog::holidays(reader).await?);
        Ok(Some(Self {
            today,
            calendar,
            rulebooks,
        }))
    }

    /// Days left until a day that is fixed already.
    fn until(&self, due: Date, what: &str) -> (Option<i64>, String) {
        (
            Some(self.calendar.working_days_between(self.today, due)),
            format!("{what} {due}"),
        )
    }

    /// Days left of a term of working days that began with an event.
    fn after(&self, event: Date, days: u32, article: &str) -> (Option<i64>, String) {
        match self.calendar.working_days_after(event, days) {
            Ok(deadline) => {
                let skipped = deadline.skipped.len();
                let term = format!(
                    "自 {event} 起 {days} 个工作日，到 {}，跳过 {skipped} 个休息日（{article}）",
                    deadline.label()
                );
                (
                    Some(self.calendar.working_days_between(self.today, deadline.due)),
                    term,
                )
            }
            Err(_) => (None, String::new()),
        }
    }
}

/// Everything that waits for the account of this visit, nearest term first.
pub(super) async fn of(reader: &mut Reader, visit: &Visit) -> Result<Vec<Waiting>, Stop> {
    let Some(terms) = Terms::read(reader, visit.now.date()).await? else {
        return Ok(Vec::new());
    };
    let mut waiting = campaigns(reader, visit, &terms).await?;
    waiting.extend(visits(reader, visit, &terms).await?);
    waiting.sort_by_key(|one| (one.days_left.unwrap_or(i64::MAX), one.title.clone()));
    Ok(waiting)
}

async fn campaigns(
    reader: &mut Reader,
    visit: &Visit,
    terms: &Terms,
) -> Result<Vec<Waiting>, Stop> {
    let mut waiting = Vec::new();
    for (state, verb, act) in CAMPAIGN_STEPS {
        let reach = visit.acting.reach(*verb);
        if reach.is_nothing() {
            continue;
        }
        let filter = CampaignFilter {
            state: Some(*state),
            ..CampaignFilter::default()
        };
        let found = campaign::page(reader, &reach, &filter, None, MOST).await?;
        let mine = found
            .iter()
            .filter(|held| may_be_mine(held, &visit.acting.account));
        waiting.extend(mine.map(|held| of_campaign(held, act, terms)));
    }
    Ok(waiting)
}

/// Four eyes: what the account may not do itself does not wait for it.
fn may_be_mine(held: &StoredCampaign, account: &AccountId) -> bool {
    match &held.campaign.state {
        CampaignState::Submitted(submitted) => submitted.step.by != *account,
        CampaignState::Ended(ended) => ended.opened.is_none(),
        CampaignState::Launched(_)
        | CampaignState::Frozen(_)
        | CampaignState::Committed(_)
        | CampaignState::Revealed(_) => held
            .campaign
            .state
            .approval()
            .is_none_or(|approved| approved.step.by != *account),
        _ => true,
    }
}

fn of_campaign(held: &StoredCampaign, act: &'static str, terms: &Terms) -> Waiting {
    let number = held.campaign.number.as_str();
    let entered = Instant::from_unix_ms(held.state_at_ms).date();
    let (days_left, term) = match held.campaign.kind() {
        StateKind::Inspecting => terms.until(held.until, "检查期间到"),
        // The rulebook sets no term for opening the draw; it waits until it is done.
        StateKind::Ended => (None, String::new()),
        // A draft may have no window yet; what stands in its place is only the day it was begun.
        StateKind::Draft => (None, String::new()),
        _ => terms.until(held.from, "检查期间自"),
    };
    Waiting {
        title: held.title.clone(),
        context: format!("{number} · {} · {entered} 起", held.campaign.kind().label()),
        act,
        page: Address::fixed("/w/campaigns").child(number),
        days_left,
        term,
    }
}

async fn visits(reader: &mut Reader, visit: &Visit, terms: &Terms) -> Result<Vec<Waiting>, Stop> {
    let codes = inspector::codes_of(reader, &visit.acting.account).await?;
    let assigned_to: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let mut known = BTreeMap::new();
    let mut waiting = Vec::new();
    for (state, verb, act) in VISIT_STEPS {
        let reach = visit.acting.reach(*verb);
        if reach.is_nothing() {
            continue;
        }
        let filter = InspectionFilter {
            state: Some(state.name().to_owned()),
            assigned_to: assigned_to.clone(),
            only_assigned: reach.assigned && !reach.everything,
        };
        let found = inspection::page(reader, &reach, &filter, None, MOST).await?;
        for held in &found {
            if may_be_read(held, &visit.acting.account) {
                let days = publication_days(reader, &held.campaign, terms, &mut known).await?;
                waiting.push(of_visit(held, act, (terms, days)));
            }
        }
    }
    Ok(waiting)
}

/// The term of publication under the rules a campaign obeys; each campaign is looked up once.
async fn publication_days(
    reader: &mut Reader,
    id: &CampaignId,
    terms: &Terms,
    known: &mut BTreeMap<CampaignId, Option<u32>>,
) -> Result<Option<u32>, StoreError> {
    if let Some(days) = known.get(id) {
        return Ok(*days);
    }
    let stored = campaign::get(reader, id).await?;
    let rules = terms.rulebooks.of(&stored.campaign.state);
    let days = rules.map(|rules| rules.publication_days);
    known.insert(id.clone(), days);
    Ok(days)
}

fn may_be_read(held: &StoredInspection, account: &AccountId) -> bool {
    match &held.visit.state {
        InspectionState::Concluded(concluded) => concluded.step.by != *account,
        InspectionState::Confirmed(confirmed) => {
            confirmed.step.by != *account && confirmed.concluded.step.by != *account
        }
        _ => true,
    }
}

fn of_visit(
    held: &StoredInspection,
    act: &'static str,
    (terms, days): (&Terms, Option<u32>),
) -> Waiting {
    let entered = Instant::from_unix_ms(held.state_at_ms).date();
    let (days_left, term) = match (held.visit.kind(), days) {
        (InspectionKind::Confirmed, Some(days)) => terms.after(entered, days, "细则，结果公示期限"),
        _ => (None, String::new()),
    };
    Waiting {
        title: held.subject_name.clone(),
        context: format!(
            "{} 第 {} 户 · {}",
            held.campaign_number,
            held.ordinal,
            held.visit.kind().label()
        ),
        act,
        page: Address::fixed("/w/inspections").child(held.visit.id.as_str()),
        days_left,
        term,
    }
}
