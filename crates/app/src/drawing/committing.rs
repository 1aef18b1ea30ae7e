//! Publishing FREEZE: the frame and S recomputed from what is kept beside other work ([`LongAct`]), and under the lock
//! only what the freeze fixed of them is compared. From here on nothing can be changed, only voided.

use domain::campaign::Campaign;
use domain::campaign::frame_roots::FrameRoots;
use domain::campaign::plan::announced_ceremony;
use domain::campaign::state::Step;
use domain::campaign::steps::{CommitFacts, Intervals, Stepped};
use domain::id::{AccountId, CampaignNo, Fingerprint};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::{Code, Fact};
use domain::time::{Date, Instant};
use draw::Version;
use draw::record::PlanRecord;
use draw::seed::beacon::{QUICKNET, time_of_round};
use store::campaign::{self, StoredCampaign};
use store::{Reader, catalog};

use super::freezing::altered_register;
use super::kept::Kept;
use super::long_act::{LongAct, Under};
use super::{delivered, material};
use crate::campaign::print_of;
use crate::{Acting, App, AppError};

static VOID_UNOPENED: Code = Code::new(
    "DRAW-075",
    "第 {attempt} 次抽取揭示之后作废，公共随机数应已于 {at} 公布，本来会抽中什么还没有公开，不能公布下一次的承诺，也不能开始抽取仪式。",
    Some("摇号协议第 3.9 节"),
    "先录入那一次的公共随机数；录入之后由程序自动公开。",
);

/// What is entered when FREEZE is published.
#[derive(Clone, Debug, Default)]
pub struct CommitWords {
    /// From when nonces are taken; `shuang/1` does not ask.
    pub reveal_from: Option<Instant>,
    /// Until when nonces are taken.
    pub reveal_by: Option<Instant>,
    /// The round or issue of the announced beacon.
    pub beacon_round: String,
    /// When it appears, of a round of drand computed; `shuang/1` does not ask.
    pub beacon_at: Option<Instant>,
}

impl App {
    /// Publishes FREEZE: from here on nothing can be changed, only voided.
    pub async fn commit_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: &CommitWords,
    ) -> Result<(), AppError> {
        self.carry_out(acting, (number, premise), Committing(words.clone()))
            .await
    }
}

struct Committing(CommitWords);

/// FREEZE, and the material it was computed from.
struct ToCommit {
    kept: Kept,
    record: String,
    freeze_hash: Fingerprint,
    roots: FrameRoots,
    hours: Known,
}

/// What the hours of FREEZE are held against, and their end.
struct Known {
    reveal_by: Instant,
    ceremony: Option<Instant>,
    until: Date,
    source: Option<String>,
    intervals: Intervals,
    newest: Version,
}

impl Committing {
    fn facts(
        &self,
        step: Step,
        (freeze_hash, roots): (Fingerprint, FrameRoots),
        known: &Known,
    ) -> CommitFacts {
        CommitFacts {
            step,
            freeze_hash,
            roots,
            reveal_from: self.0.reveal_from,
            reveal_by: known.reveal_by,
            beacon_at: self.0.beacon_at,
            beacon: known
                .source
                .clone()
                .map(|source| (source, self.0.beacon_round.clone())),
            ceremony: known.ceremony,
            until: known.until,
            intervals: known.intervals,
            newest: known.newest,
        }
    }
}

/// Refuses as long as an attempt that was void after REVEAL is not opened although its beacon has appeared: whoever could
/// keep its value back would choose between two draws unseen. What stands of the attempts, and that none is gone, is held
/// against the log.
pub(super) async fn require_opened(
    view: &mut Reader,
    stored: &StoredCampaign,
    now: Instant,
) -> Result<(), AppError> {
    for void in campaign::voids_as_written(view, stored).await? {
        let stood = &void.as_stood.campaign.state;
        let due = stood.commitment().and_then(|committed| committed.beacon_at);
        if let Some(due) = due.filter(|due| !void.is_opened && now >= *due) {
            let facts: [Fact<'_>; 2] = [("attempt", &stood.attempt()), ("at", &due.local_text())];
            return Err(VOID_UNOPENED.refuse(&facts).into());
        }
    }
    Ok(())
}

impl LongAct for Committing {
    const VERB: Verb = Verb::CampaignCommit;
    type Computed = ToCommit;

    async fn compute(
        &mut self,
        app: &App,
        by: &AccountId,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<ToCommit, AppError> {
        // What the rules allow of hours and issues rests on a row.
        let adopted = catalog::adopted_as_written(&mut view).await;
        let adopted = adopted.map_err(altered_register)?;
        let rulebook = adopted.obeyed_by(&stored.campaign.state)?;
        let intervals = rulebook.intervals()?;
        require_opened(&mut view, stored, app.clock.now()).await?;
        delivered::as_delivered(&mut view, stored).await?;
        let kept = material::kept_frame(&mut view, stored).await?;
        drop(view);
        let reveal_by = self.0.reveal_by.unwrap_or_else(|| {
            let minutes = intervals.freeze_minutes.max(1) + 60;
            app.clock.now().plus_ms(minutes * 60 * 1000)
        });
        let plan = material::plan_record(stored)?;
        self.0.beacon_at = hour_of_round(&plan, &self.0.beacon_round).or(self.0.beacon_at);
        let ceremony = announced_ceremony(&plan);
        let source = plan.beacon.as_ref().map(ToString::to_string);
        let terms = material::terms(stored, &plan, reveal_by, &self.0)?;
        let newest = app.version_of_new_attempts;
        let hours = Known {
            reveal_by,
            ceremony,
            until: stored.until,
            source,
            intervals,
            newest,
        };
        if let Ok(roots) = stored.campaign.frozen_roots(newest) {
            // What the rules say of parties and hours is said before the draw says the same in other words.
            let nothing_yet = print_of(plan.suite.bytes(b""));
            let facts = self.facts(app.step_of(by), (nothing_yet, roots.clone()), &hours);
            stored.campaign.clone().commit(facts)?;
        }
        let frozen = app.frozen(&kept, plan, terms).await?;
        let computed = ToCommit {
            kept,
            record: frozen.record().to_string(),
            freeze_hash: print_of(frozen.record().hash()),
            roots: FrameRoots::from(frozen.record()),
            hours,
        };
        self.step(&computed, stored.campaign.clone(), app.step_of(by))?;
        Ok(computed)
    }

    fn step(&self, computed: &ToCommit, campaign: Campaign, step: Step) -> Stepped {
        let of_frame = (computed.freeze_hash.clone(), computed.roots.clone());
        campaign.commit(self.facts(step, of_frame, &computed.hours))
    }

    fn material<'c>(&self, computed: &'c ToCommit) -> Vec<&'c Kept> {
        vec![&computed.kept]
    }

    async fn write(
        &self,
        computed: &ToCommit,
        app: &App,
        mut under: Under,
    ) -> Result<(), AppError> {
        under.stored.freeze_record = Some(computed.record.clone());
        under.publish(app, &computed.record).await
    }
}

/// When a round of drand appears, if the plan names drand and it is a round.
fn hour_of_round(plan: &PlanRecord, round: &str) -> Option<Instant> {
    let drand = plan
        .beacon
        .as_ref()
        .is_some_and(|source| source.as_str() == QUICKNET);
    let round = round.trim().parse().ok().filter(|_| drand)?;
    let seconds = i64::try_from(time_of_round(round)?).ok()?;
    Some(Instant::from_unix_seconds(seconds))
}
