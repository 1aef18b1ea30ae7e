//! Freezing the frame: who is eligible, the rehearsal of the draw and the files of the frame are computed beside
//! other work ([`LongAct`]); as the last step the versions of the registers and the day are compared.
//!
//! A large register is frozen by a job; the officer's right is asked again at its end.

use std::pin::Pin;
use std::sync::Arc;

use domain::campaign::Campaign;
use domain::campaign::eligibility::Eligibility;
use domain::campaign::frame_roots::FrameRoots;
use domain::campaign::plan::CampaignPlan;
use domain::campaign::state::Step;
use domain::campaign::steps::{FreezeFacts, Stepped};
use domain::campaign::version::FrameVersion;
use domain::id::{AccountId, CampaignNo};
use domain::policy::{Place, Reach, Verb};
use domain::premise::Premise;
use domain::refusal::{Code, Fact};
use domain::time::{Date, Instant};
use domain::versioned::Shape;
use draw::Version;
use serde::{Deserialize, Serialize};
use store::attachment::Owner;
use store::campaign::StoredCampaign;
use store::{Reader, Register, StoreError, Tx, campaign, subject};

use super::long_act::{LongAct, Under};
use super::obstacle::{naming_left_out, none_alone};
use super::{frame, held, material};
use crate::aside::aside;
use crate::attachment::Waiting;
use crate::campaign::plan_of;
use crate::job::{AfterStop, Jobs, Kind, Order, OrderedBy, Outcome, Run, Work, said_version};
use crate::premise::require_campaign;
use crate::versions::Versions;
use crate::{Acting, App, AppError};

/// The kind of job that freezes a large frame.
pub const FREEZE: &str = "campaign.freeze";

/// How the order to freeze a large frame is kept. Version 2: the version has the name it has everywhere.
pub static FREEZE_ORDER: Shape<FreezeOrder> =
    Shape::new("jobs.input of campaign.freeze", &[said_version]);

/// What the job that freezes must know beside its campaign and its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeOrder {
    /// As entered, see [`FreezeWords`].
    pub pool_of_one_known: bool,
    /// The premise on which it was pressed.
    pub premise: String,
}

/// What is entered when the frame is frozen.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreezeWords {
    /// The officer knows that a pool of one is not random, and that papers will say so.
    pub pool_of_one_known: bool,
}

static ALTERED_REGISTER: Code = Code::new(
    "DRAW-078",
    "名录或实施细则和留痕对不上，没有办理：{place}{why}。",
    Some("细则四（三）"),
    "保留现场，运行 mingqian audit 看是哪些行，并报告行政执法监督；从备份恢复之后再办。",
);

/// A frame computed from one view.
struct Computed {
    versions: Versions,
    /// Entries of the log in that view.
    size: u64,
    on: Date,
    plan: CampaignPlan,
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
    /// done with a small one, which a request freezes itself. Where a form is pressed, its key is taken with the
    /// order; `page_of` says where the page of a job stands.
    pub async fn order_freeze(
        &self,
        jobs: &Jobs,
        acting: &Acting,
        (number, premise): (&CampaignNo, &Premise),
        words: FreezeWords,
        page_of: fn(&str) -> String,
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
        let decides = (Verb::CampaignFreeze, self.version_of_new_attempts);
        require_campaign(&mut reader, acting, decides, premise, &stored).await?;
        drop(reader);
        let order = Order {
            kind: FREEZE,
            owner: Some(acting.account.clone()),
            unit: Some(stored.campaign.initiator.clone()),
            about: number.to_string(),
            input: FREEZE_ORDER
                .written(&FreezeOrder {
                    pool_of_one_known: words.pool_of_one_known,
                    premise: premise.to_string(),
                })
                .expect("a flag and a text always encode"),
        };
        let press = self.db.press().cloned();
        let by = press.map(|press| OrderedBy { press, page_of });
        Ok(Some(jobs.start_by(order, by.as_ref()).await?))
    }

    async fn freeze(
        &self,
        acting: &Acting,
        of: (&CampaignNo, &Premise),
        words: FreezeWords,
        run: &Run,
    ) -> Result<(), AppError> {
        let freezing = Freezing {
            words,
            version: self.version_of_new_attempts,
            run: run.clone(),
            secret: None,
        };
        self.carry_out(acting, of, freezing).await
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
}

/// A register altered behind the program's back is named, and nothing is frozen from it.
pub(super) fn altered_register(error: StoreError) -> AppError {
    match error {
        StoreError::Contradiction { place, why } => {
            let facts: [Fact<'_>; 2] = [("place", &place), ("why", &why)];
            ALTERED_REGISTER.refuse(&facts).into()
        }
        other => other.into(),
    }
}

/// The freeze: the frame rehearsed, kept, and fixed.
struct Freezing {
    words: FreezeWords,
    /// Under which version the attempt begins.
    version: Version,
    run: Run,
    /// S is made once, however often all else is computed.
    secret: Option<[u8; 32]>,
}

impl LongAct for Freezing {
    const VERB: Verb = Verb::CampaignFreeze;
    type Computed = Computed;

    /// Whatever could refuse FREEZE later refuses now, while registers can be mended.
    async fn compute(
        &mut self,
        app: &App,
        by: &AccountId,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<Computed, AppError> {
        self.run.enter("读取名录", None);
        // Not the rulebook's: a campaign obeys the version of its approval, whatever is adopted since.
        let versions = Versions::of(&mut view, &Register::OF_A_FRAME).await?;
        let (size, _) = store::log::head(&mut view).await?;
        held::stands(&mut view, stored).await?;
        self.run.enter("核对留痕", None);
        let plan = plan_of(stored)?;
        let now = app.clock.now();
        let under = (self.version, now);
        let (eligibility, record) = frame::load(&mut view, stored, under).await?;
        drop(view);
        self.run.checkpoint()?;
        let facts = self.facts(app.step_of(by), &plan, &eligibility, None);
        stored.campaign.clone().freeze(facts)?;
        if !self.words.pool_of_one_known {
            none_alone(&eligibility)?;
        }
        self.run.enter("演算", None);
        let secret = *self.secret.get_or_insert_with(|| app.entropy.bytes::<32>());
        let (number, attempt) = (&stored.campaign.number, stored.campaign.state.attempt());
        let (of, version) = ((number, attempt), self.version);
        let rehearsed = material::rehearse(of, version, (&plan, record), &eligibility, secret)
            .await
            .map_err(|error| naming_left_out(error, &eligibility))?;
        let roots = FrameRoots::from(rehearsed.record());
        let files = aside(move || material::frame_files(rehearsed.frame())).await;
        let owner = Owner::Attempt(&stored.campaign.id, attempt);
        let kept = app.keep_frame(owner, &secret, &files).await?;
        self.run.checkpoint()?;
        self.run.enter("写入", None);
        Ok(Computed {
            versions,
            size,
            on: now.date(),
            plan,
            eligibility,
            roots,
            kept,
        })
    }

    fn step(&self, computed: &Computed, campaign: Campaign, step: Step) -> Stepped {
        let roots = Some(computed.roots.clone());
        campaign.freeze(self.facts(step, &computed.plan, &computed.eligibility, roots))
    }

    async fn still_stands(
        &self,
        computed: &Computed,
        tx: &mut Tx,
        at: Instant,
    ) -> Result<bool, AppError> {
        if at.date() != computed.on || !computed.versions.still_hold(tx).await? {
            return Ok(false);
        }
        // The version of a register is a number in a row; what was written since then the leaves tell.
        let registers = Register::OF_A_FRAME;
        Ok(!store::log::wrote_since(tx, computed.size, &registers).await?)
    }

    async fn write(&self, computed: &Computed, app: &App, under: Under) -> Result<(), AppError> {
        let Under {
            tx,
            mut stored,
            actor,
            step,
            done,
        } = under;
        let (id, attempt) = (stored.campaign.id.clone(), stored.campaign.state.attempt());
        forget_later(&mut stored);
        stored.figures = frame::figures(&computed.eligibility).to_json();
        let roots = &computed.roots;
        let event = app
            .enter(&mut stored, done, step.at, actor)
            .with("attempt", attempt)
            .with("quota", computed.eligibility.quota())
            .with("subjects", &roots.subjects.root)
            .with("inspectors", &roots.inspectors.root)
            .with("recusals", &roots.recusals.root)
            .with("secret", &roots.secret);
        let mut rec = tx.record(event, app.confidential())?;
        campaign::write(&mut rec, &stored).await?;
        for kept in &computed.kept {
            kept.attach(&mut rec, Owner::Attempt(&id, attempt)).await?;
        }
        self.run
            .finish(&mut rec.beside(), &Outcome::default())
            .await?;
        rec.commit().await?;
        Ok(())
    }
}

impl Freezing {
    fn facts(
        &self,
        step: Step,
        plan: &CampaignPlan,
        eligibility: &Eligibility,
        roots: Option<FrameRoots>,
    ) -> FreezeFacts {
        FreezeFacts {
            step,
            parties: plan.sources.parties.clone(),
            beacon: plan.sources.has_public_source(),
            quota: eligibility.quota(),
            must: eligibility.must(),
            roots,
            version: FrameVersion::under(self.version, &plan.sources),
        }
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
        let (jobs, job) = run.ordered()?;
        let wrong = |why: &str| StoreError::Inconsistent {
            table: "jobs".to_owned(),
            column: "input".to_owned(),
            row: job.id.clone(),
            why: why.to_owned(),
        };
        let input = FREEZE_ORDER.read(&job.input);
        let input = input.map_err(|why| wrong(&why.to_string()))?;
        let words = FreezeWords {
            pool_of_one_known: input.pool_of_one_known,
        };
        let number = CampaignNo::parse(&job.about).map_err(|error| wrong(&error.to_string()))?;
        let owner = job.account.as_ref().ok_or_else(|| wrong("no owner"))?;
        let app = jobs.app();
        let acting = app.still_acting(&mut app.db.read().await?, owner).await?;
        let premise = Premise::parse(&input.premise);
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
