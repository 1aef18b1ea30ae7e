//! What waits for one account: states whose next verb its roles allow, and nobody else's turn.

use domain::calendar::WorkCalendar;
use domain::campaign::{CampaignState, StateKind};
use domain::id::AccountId;
use domain::policy::Verb;
use domain::rulebook::Rulebooks;
use domain::time::{Date, Instant};
use store::campaign::{self, CampaignFilter, StoredCampaign};
use store::{Reader, StoreError, catalog};

use crate::component::DeadlineChip;
use crate::gate::{Stop, Visit, WebState};
use crate::screen::campaign::overdue::Overdue;
use crate::screen::campaign::words;
use crate::text::Address;

/// How many of one kind are read; a to-do list longer than that is a matter for the list pages.
const MOST: i64 = 50;

mod papers;
mod unopened;
mod visits;

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
    /// The term that runs, if one does.
    term: Option<Term>,
}

/// A term as it stands today.
#[derive(Debug, Clone)]
struct Term {
    /// Its last day.
    due: Date,
    /// Days left of a date that a plan names, working days left of a term of the rulebook.
    chip: DeadlineChip,
}

impl Waiting {
    pub(super) fn chip(&self) -> Option<DeadlineChip> {
        self.term.as_ref().map(|term| term.chip.clone())
    }

    /// Whether its term is over.
    pub(super) fn is_late(&self, today: Date) -> bool {
        self.term.as_ref().is_some_and(|term| term.due < today)
    }
}

/// All that is left of an attempt whose REVEAL was not there before its beacon.
const MISSED: &str = "作废错过公共随机源的抽取";

/// Whoever approved the plan sees that what was drawn under it is not worked off: it is his word that nobody keeps.
const UNDISPATCHED: &str = "督促派发：实施时间已过，抽中的没有派发";
const UNENDED: &str = "督促结束：实施时间已过，检查没有结束";

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
    (StateKind::Committed, Verb::DiceEnter, "录入掷骰结果"),
    (StateKind::Committed, Verb::CeremonyHost, "开始抽取仪式"),
    (StateKind::Committed, Verb::CeremonyAttend, "登记到场见证"),
    (StateKind::Committed, Verb::CampaignDraw, "收齐随机数"),
    (StateKind::Committed, Verb::CampaignVoid, MISSED),
    (StateKind::Revealed, Verb::BeaconEnter, "录入公共随机数"),
    (StateKind::Revealed, Verb::CampaignDraw, "抽取"),
    (StateKind::Drawn, Verb::InspectionAssign, "派发检查"),
    (StateKind::Drawn, Verb::CampaignApprove, UNDISPATCHED),
    (
        StateKind::Inspecting,
        Verb::CampaignEnd,
        "检查完成后结束任务",
    ),
    (StateKind::Inspecting, Verb::CampaignApprove, UNENDED),
    (StateKind::Ended, Verb::CampaignOpen, "公开抽取材料"),
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

    /// A day that the plan names.
    fn until(&self, due: Date, what: &str) -> Option<Term> {
        let left = due.days_since(self.today);
        Some(Term {
            due,
            chip: DeadlineChip::from_days_left(left, format!("{what} {due}（实施方案）")),
        })
    }

    /// A time that an announcement names: its day until then, its hour on that day.
    fn at(&self, at: Instant, what: &str) -> Option<Term> {
        let (due, words) = (at.date(), format!("{what} {}", at.local_text()));
        let left = due.days_since(self.today);
        let chip = match left {
            0 => DeadlineChip::today_at(at.clock_text(), words),
            _ => DeadlineChip::from_days_left(left, words),
        };
        Some(Term { due, chip })
    }

    /// A term of working days that began with an event.
    fn after(&self, event: Date, days: u32, article: &str) -> Option<Term> {
        let deadline = self.calendar.working_days_after(event, days).ok()?;
        let skipped = deadline.skipped.len();
        let words = format!(
            "自 {event} 起 {days} 个工作日，到 {}，跳过 {skipped} 个休息日（{article}）",
            deadline.label()
        );
        let left = self.calendar.working_days_between(self.today, deadline.due);
        Some(Term {
            due: deadline.due,
            chip: DeadlineChip::from_working_days_left(left, words),
        })
    }
}

/// Everything that waits for the account of this visit, nearest term first.
pub(super) async fn of(
    web: &WebState,
    reader: &mut Reader,
    visit: &Visit,
) -> Result<Vec<Waiting>, Stop> {
    let Some(terms) = Terms::read(reader, visit.now.date()).await? else {
        return Ok(Vec::new());
    };
    let mut waiting = campaigns(reader, visit, &terms).await?;
    waiting.extend(visits::of(web, reader, visit, &terms).await?);
    waiting.extend(papers::of(web, visit).await?);
    // Nearest first, and what has no term last.
    waiting.sort_by_key(|one| {
        let due = one.term.as_ref().map(|term| term.due);
        (due.is_none(), due, one.title.clone())
    });
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
            .filter(|held| match held.campaign.missed_beacon(visit.now) {
                Some(_) => *verb == Verb::CampaignVoid,
                None => may_be_mine(held, *verb, &visit.acting.account),
            })
            .filter(|held| !urges(act) || held.until < terms.today);
        waiting.extend(mine.map(|held| of_campaign(held, act, (terms, visit.now))));
    }
    waiting.extend(unopened::of(reader, visit).await?);
    Ok(waiting)
}

/// Whether it is another's to do, and this account's only to see that it is done.
fn urges(act: &str) -> bool {
    [UNDISPATCHED, UNENDED].contains(&act)
}

/// Four eyes: what the account may not do itself does not wait for it.
fn may_be_mine(held: &StoredCampaign, verb: Verb, account: &AccountId) -> bool {
    match &held.campaign.state {
        // Announced dice come first; of two who enter them each waits for the other.
        CampaignState::Committed(committed) if committed.takes_dice() => {
            let entered = committed.dice.as_ref();
            verb == Verb::DiceEnter && entered.is_none_or(|entry| entry.first.by != *account)
        }
        CampaignState::Committed(_) if matches!(verb, Verb::DiceEnter | Verb::CampaignVoid) => {
            false
        }
        // What follows by itself waits for nobody; the ceremony for its host, then for who attends.
        CampaignState::Committed(committed) if !committed.is_by_hand() => {
            match (verb, &committed.ceremony) {
                (Verb::CeremonyHost, None) => true,
                (Verb::CeremonyAttend, Some(begun)) => begun.witnesses.is_empty(),
                _ => false,
            }
        }
        CampaignState::Revealed(revealed) if !revealed.committed.is_by_hand() => {
            let entered = revealed.beacon.as_ref();
            verb == Verb::BeaconEnter
                && words::awaits_beacon(revealed)
                && entered.is_none_or(|entry| entry.first.by != *account)
        }
        _ if matches!(
            verb,
            Verb::CeremonyHost | Verb::CeremonyAttend | Verb::BeaconEnter
        ) =>
        {
            false
        }
        CampaignState::Submitted(submitted) => !submitted.hands.include(account),
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

fn of_campaign(
    held: &StoredCampaign,
    act: &'static str,
    (terms, now): (&Terms, Instant),
) -> Waiting {
    let number = held.campaign.number.as_str();
    let entered = Instant::from_unix_ms(held.state_at_ms).date();
    let term = match held.campaign.kind() {
        StateKind::Committed if act == MISSED => None,
        StateKind::Committed if held.campaign.follows_by_itself() => ceremony(held, terms),
        StateKind::Drawn if held.until < terms.today => terms.until(held.until, "检查期间到"),
        StateKind::Inspecting => terms.until(held.until, "检查期间到"),
        // The rulebook sets no term for opening the draw; it waits until it is done. A draft may have no
        // window yet; what stands in its place is only the day it was begun.
        StateKind::Ended | StateKind::Draft => None,
        _ => terms.until(held.from, "检查期间自"),
    };
    let act = match &held.campaign.state {
        CampaignState::Committed(committed)
            if act != MISSED && !committed.awaits_dice() && !words::awaits_nonces(committed) =>
        {
            "完成揭示"
        }
        _ => act,
    };
    let mut context = format!("{number} · {} · {entered} 起", held.campaign.kind().label());
    if let Some(overdue) = Overdue::of(held, now) {
        context = format!("{context} · {}", overdue.brief());
    }
    Waiting {
        title: held.title.clone(),
        context,
        act,
        page: Address::fixed("/w/campaigns").child(number),
        term,
    }
}

/// When the ceremony begins, or when it ends once it has.
fn ceremony(held: &StoredCampaign, terms: &Terms) -> Option<Term> {
    let committed = held.campaign.state.commitment()?;
    match (committed.reveal_from, &committed.ceremony) {
        (Some(from), None) => terms.at(from, "抽取仪式定在"),
        _ => terms.at(committed.reveal_by, "接收随机数截止"),
    }
}
