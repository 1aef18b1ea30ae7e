//! Freezing the frame: everything long – who is eligible, the rehearsal of the draw, the files of the
//! frame – is computed from one view beside other work. Under the lock, as the last step, it is asked
//! whether registers, campaign and day are still those of that view; if not, all of it is computed
//! again, a few times. What is written is the same as if it had been computed under the lock.
//!
//! A large register is frozen by a job; the officer's right is asked again at its end.

use std::pin::Pin;
use std::sync::Arc;

use domain::campaign::eligibility::Eligibility;
use domain::campaign::frame_roots::FrameRoots;
use domain::campaign::plan::CampaignPlan;
use domain::campaign::steps::FreezeFacts;
use domain::id::{CampaignNo, EventId};
use domain::policy::{Place, Reach, Verb};
use domain::premise::Premise;
use domain::refusal::Code;
use domain::time::Date;
use store::attachment::Owner;
use store::campaign::StoredCampaign;
use store::{Register, StoreError, campaign, subject};

use super::obstacle::{naming_left_out, none_alone};
use super::{frame, material};
use crate::aside::aside;
use crate::attachment::Waiting;
use crate::campaign::plan_of;
use crate::job::{AfterStop, Jobs, Kind, Order, Outcome, Run, Work};
use crate::premise::require_campaign;
use crate::versions::Versions;
use crate::{Acting, App, AppError};

/// The kind of job that freezes a large frame.
pub const FREEZE: &str = "campaign.freeze";

/// How often all is computed again because something changed meanwhile.
const ROUNDS: u32 = 3;
const VERSION: u64 = 1;

static RESTLESS: Code = Code::new(
    "DRAW-041",
    "冻结时名录一直有人改动，重算 {rounds} 次仍赶不上，没有冻结。",
    Some("细则四（三）"),
    "请相关科室暂停改动名录，几分钟后再冻结。",
);

/// What is entered when the frame is frozen.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreezeWords {
    /// The officer knows that a pool of one is not random, and that papers will say so.
    pub pool_of_one_known: bool,
}

/// A frame computed from one view.
struct Computed {
    versions: Versions,
    seen: EventId,
    on: Date,
    eligibility: Eligibility,
    roots: FrameRoots,
    kept: Vec<Waiting>,
}

impl App {
    /// Fixes the frame from the registers as they are now, and makes S.
    /// A pool of one is refused; see [`Self::freeze_frame_with`].
    pub async fn freeze_frame(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        self.freeze_frame_with(acting, number, premise, FreezeWords::default())
            .await
    }

    /// The same with what the officer declares.
    pub async fn freeze_frame_with(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: FreezeWords,
    ) -> Result<(), AppError> {
        self.freeze(acting, (number, premise), words, &Run::awaited())
            .await
    }

    /// Orders the freeze as a job if the register is large, and yields the key of the job; nothing is
    /// done with a small one, which a request freezes itself.
    pub async fn order_freeze(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        (number, premise): (&CampaignNo, &Premise),
        words: FreezeWords,
    ) -> Result<Option<String>, AppError> {
        let bound = i64::try_from(jobs.limits().frame_subjects).unwrap_or(i64::MAX);
        let mut reader = self.db.read().await?;
        let everything = Reach {
            everything: true,
            ..Reach::default()
        };
        let filter = subject::SubjectFilter::default();
        let large = subject::count(&mut reader, &everything, &filter, bound + 1).await? > bound;
        if !large {
            return Ok(None);
        }
        let stored = campaign::by_number(&mut reader, number).await?;
        acting.may(Verb::CampaignFreeze, &Place::of(&stored.campaign.initiator))?;
        require_campaign(&mut reader, acting, Verb::CampaignFreeze, premise, &stored).await?;
        drop(reader);
        let order = Order {
            kind: FREEZE,
            owner: Some(acting.account.clone()),
            unit: Some(stored.campaign.initiator.clone()),
            about: number.to_string(),
            input: serde_json::json!({
                "version": VERSION,
                "pool_of_one_known": words.pool_of_one_known,
                "premise": premise.to_string(),
            }),
        };
        Ok(Some(jobs.start(order).await?))
    }

    async fn freeze(
        &self,
        acting: &Acting,
        of: (&CampaignNo, &Premise),
        words: FreezeWords,
        run: &Run,
    ) -> Result<(), AppError> {
        let mut secret = None;
        for _ in 0..ROUNDS {
            let computed = self
                .compute_frame(acting, of, words, (&mut secret, run))
                .await?;
            run.checkpoint()?;
            if self.fix_frame(acting, of, &computed, run).await? {
                return Ok(());
            }
        }
        Err(RESTLESS.refuse(&[("rounds", &ROUNDS)]).into())
    }

    /// Everything that is long, outside the lock. Whatever could refuse FREEZE later refuses now,
    /// while registers can be mended.
    async fn compute_frame(
        &self,
        acting: &Acting,
        (number, premise): (&CampaignNo, &Premise),
        words: FreezeWords,
        (secret, run): (&mut Option<[u8; 32]>, &Run),
    ) -> Result<Computed, AppError> {
        run.enter("读取名录", None);
        let mut view = self.db.read().await?;
        // Not the rulebook's: a campaign obeys the version of its approval, whatever is adopted since.
        let versions = Versions::of(&mut view, &Register::OF_A_FRAME).await?;
        let stored = campaign::by_number(&mut view, number).await?;
        acting.may(Verb::CampaignFreeze, &Place::of(&stored.campaign.initiator))?;
        require_campaign(&mut view, acting, Verb::CampaignFreeze, premise, &stored).await?;
        let plan = plan_of(&stored)?;
        let now = self.clock.now();
        let (eligibility, record) = frame::load(&mut view, &stored, now).await?;
        drop(view);
        run.checkpoint()?;
        let facts = self.freeze_facts(acting, &plan, &eligibility, None);
        stored.campaign.clone().freeze(facts)?;
        if !words.pool_of_one_known {
            none_alone(&eligibility)?;
        }
        run.enter("演算", None);
        let secret = *secret.get_or_insert_with(|| self.entropy.bytes::<32>());
        let attempt = stored.campaign.state.attempt();
        let rehearsed = material::rehearse(number, attempt, &plan, &record, &eligibility, secret)
            .await
            .map_err(|error| naming_left_out(error, &eligibility))?;
        let roots = FrameRoots::from(rehearsed.record());
        let files = aside(move || material::frame_files(rehearsed.frame())).await;
        let owner = Owner::Attempt(&stored.campaign.id, attempt);
        Ok(Computed {
            versions,
            seen: stored.seen.clone(),
            on: now.date(),
            eligibility,
            roots,
            kept: self.keep_frame(owner, &secret, &files).await?,
        })
    }

    /// S and the files of the frame, sealed and durable before the act that names them.
    async fn keep_frame(
        &self,
        owner: Owner<'_>,
        secret: &[u8; 32],
        files: &[(&'static str, Vec<u8>)],
    ) -> Result<Vec<Waiting>, AppError> {
        let mut kept = vec![self.keep_secret(owner, material::SECRET, secret).await?];
        for (name, content) in files {
            kept.push(self.keep_sealed(owner, name, content).await?);
        }
        Ok(kept)
    }

    fn freeze_facts(
        &self,
        acting: &Acting,
        plan: &CampaignPlan,
        eligibility: &Eligibility,
        roots: Option<FrameRoots>,
    ) -> FreezeFacts {
        FreezeFacts {
            step: self.step(acting),
            parties: plan.sources.parties.clone(),
            beacon: plan.sources.has_public_source(),
            quota: eligibility.quota(),
            must: eligibility.must(),
            roots,
        }
    }

    /// The act itself; false if what was computed no longer holds, and then nothing is written.
    async fn fix_frame(
        &self,
        acting: &Acting,
        (number, premise): (&CampaignNo, &Premise),
        computed: &Computed,
        run: &Run,
    ) -> Result<bool, AppError> {
        run.enter("写入", None);
        let eligibility = &computed.eligibility;
        let mut tx = self.db.begin(Verb::CampaignFreeze.name()).await?;
        let mut stored = campaign::by_number(&mut tx, number).await?;
        let acting = self.still_acting(&mut tx, &acting.account).await?;
        let actor = acting.may(Verb::CampaignFreeze, &Place::of(&stored.campaign.initiator))?;
        require_campaign(&mut tx, &acting, Verb::CampaignFreeze, premise, &stored).await?;
        let plan = plan_of(&stored)?;
        let roots = Some(computed.roots.clone());
        let facts = self.freeze_facts(&acting, &plan, eligibility, roots);
        let at = facts.step.at;
        let attempt = stored.campaign.state.attempt();
        let done = stored.campaign.clone().freeze(facts)?;
        let same = stored.seen == computed.seen && at.date() == computed.on;
        if !same || !computed.versions.still_hold(&mut tx).await? {
            tx.abandon().await?;
            return Ok(false);
        }
        let id = stored.campaign.id.clone();
        forget_later(&mut stored);
        stored.figures = frame::figures(eligibility).to_json();
        let event = self
            .enter(&mut stored, done, at, actor)
            .with("attempt", attempt)
            .with("quota", eligibility.quota())
            .with("subjects", &computed.roots.subjects.root)
            .with("inspectors", &computed.roots.inspectors.root)
            .with("recusals", &computed.roots.recusals.root)
            .with("secret", &computed.roots.secret);
        let mut rec = tx.record(event, self.confidential())?;
        campaign::write(&mut rec, &stored).await?;
        for kept in &computed.kept {
            kept.attach(&mut rec, Owner::Attempt(&id, attempt)).await?;
        }
        run.finish(&mut rec.beside(), &Outcome::default()).await?;
        rec.commit().await?;
        Ok(true)
    }
}

/// Nothing of an earlier attempt stands beside a new frame.
fn forget_later(stored: &mut StoredCampaign) {
    (stored.freeze_record, stored.seed_text, stored.result_record) = (None, None, None);
    stored.trust_level = None;
}

/// A large frame, frozen by a job.
pub(crate) struct FreezeWork;

impl FreezeWork {
    async fn carry_out(run: &Run) -> Result<Outcome, AppError> {
        let Some((jobs, job)) = run.jobs().zip(run.job()) else {
            return Ok(Outcome::default());
        };
        let wrong = |why: &str| StoreError::Inconsistent {
            table: "jobs".to_owned(),
            column: "input".to_owned(),
            row: job.id.clone(),
            why: why.to_owned(),
        };
        let input: serde_json::Value =
            serde_json::from_str(&job.input).map_err(|error| wrong(&error.to_string()))?;
        if input["version"].as_u64() != Some(VERSION) {
            return Err(wrong("another version").into());
        }
        let words = FreezeWords {
            pool_of_one_known: input["pool_of_one_known"] == true,
        };
        let number = CampaignNo::parse(&job.about).map_err(|error| wrong(&error.to_string()))?;
        let owner = job.account.as_ref().ok_or_else(|| wrong("no owner"))?;
        let app = jobs.app();
        let acting = app.still_acting(&mut app.db.read().await?, owner).await?;
        let premise = input["premise"].as_str().and_then(Premise::parse);
        let premise = premise.ok_or_else(|| wrong("no premise"))?;
        app.freeze(&acting, (&number, &premise), words, run).await?;
        Ok(Outcome::default())
    }
}

impl Kind for FreezeWork {
    fn name(&self) -> &'static str {
        FREEZE
    }

    fn after_stop(&self) -> AfterStop {
        AfterStop::Offered
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move { Self::carry_out(&run).await })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        // Nothing was written; the campaign still offers the act.
        Box::pin(std::future::ready(()))
    }
}
