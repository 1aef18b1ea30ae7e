//! An act of a draw that takes long: everything long – who is eligible, a rehearsal, the draw itself, what is kept of
//! it – is computed from one view beside other work. Under the lock it is asked whether the right, the campaign and
//! all that was computed from still are what they were; if a register moved on, all of it is computed again, a few
//! times. What is written is the same as if it had been computed under the lock.
//!
//! What the act computes and writes is its own business ([`LongAct`]); the order of the questions is here, once.

use domain::campaign::Campaign;
use domain::campaign::state::Step;
use domain::campaign::steps::Stepped;
use domain::event::{Act, Actor};
use domain::id::{AccountId, CampaignNo};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::Code;
use domain::time::Instant;
use store::campaign::{self, StoredCampaign};
use store::{Reader, Register, StoreError, Tx};

use super::by_itself::{drawer, itself};
use super::held;
use super::kept::Kept;
use crate::premise::require_campaign;
use crate::{Acting, App, AppError};

/// How often all is computed again because a register changed meanwhile.
const ROUNDS: u32 = 3;

static RESTLESS: Code = Code::new(
    "DRAW-041",
    "办理时名录或账号一直有人改动，重算 {rounds} 次仍赶不上，没有办理。",
    Some("细则四（三）"),
    "请相关科室暂停改动，几分钟后再办一次。",
);

/// A campaign about to change, under the lock: what was asked again, and what the rules made of it.
pub(super) struct Under {
    pub(super) tx: Tx,
    pub(super) stored: StoredCampaign,
    pub(super) actor: Actor,
    pub(super) step: Step,
    pub(super) done: (Campaign, Act),
}

impl Under {
    /// Enters the act with its public record, for those that write nothing beside the campaign.
    pub(super) async fn publish(self, app: &App, record: &str) -> Result<(), AppError> {
        let Self {
            tx,
            mut stored,
            actor,
            step,
            done,
        } = self;
        let event = app.enter(&mut stored, done, step.at, actor);
        let sealing = app.public(record.to_owned());
        app.write_campaign(tx, &stored, event, sealing).await
    }
}

/// An act with a long part and a short one.
pub(super) trait LongAct: Send + Sync {
    /// The right it takes.
    const VERB: Verb;
    /// What the long part yields, with what it was computed from.
    type Computed: Send + Sync;

    /// The long part, in the name of that account. The view is given back before anything takes time; whatever the
    /// rules would refuse under the lock is refused here already.
    fn compute(
        &mut self,
        app: &App,
        by: &AccountId,
        view: Reader,
        stored: &StoredCampaign,
    ) -> impl Future<Output = Result<Self::Computed, AppError>> + Send;

    /// What the rules say.
    fn step(&self, computed: &Self::Computed, campaign: Campaign, step: Step) -> Stepped;

    /// What is kept of the attempt, and was computed from: its rows must name the same content under the lock.
    fn material<'c>(&self, _: &'c Self::Computed) -> Vec<&'c Kept> {
        Vec::new()
    }

    /// Whether what else it was computed from, beside the campaign itself, still is what it was. A register may move
    /// on; an attempt has none.
    fn still_stands(
        &self,
        _: &Self::Computed,
        _: &mut Tx,
        _: Instant,
    ) -> impl Future<Output = Result<bool, AppError>> + Send {
        std::future::ready(Ok(true))
    }

    /// The short part: event and rows.
    fn write(
        &self,
        computed: &Self::Computed,
        app: &App,
        under: Under,
    ) -> impl Future<Output = Result<(), AppError>> + Send;
}

/// Who carries out a long act.
#[derive(Clone, Copy)]
enum By<'b> {
    /// A person, on what was shown.
    Person(&'b Acting, &'b Premise),
    /// The program, in the name of who published FREEZE: what follows by itself rests on nothing that was shown.
    Itself,
}

impl App {
    /// Carries out a long act on a campaign.
    pub(super) async fn carry_out(
        &self,
        acting: &Acting,
        (number, premise): (&CampaignNo, &Premise),
        act: impl LongAct,
    ) -> Result<(), AppError> {
        self.rounds(By::Person(acting, premise), number, act).await
    }

    /// The same of an act that follows by itself.
    pub(super) async fn carry_out_itself(
        &self,
        number: &CampaignNo,
        act: impl LongAct,
    ) -> Result<(), AppError> {
        self.rounds(By::Itself, number, act).await
    }

    async fn rounds(
        &self,
        by: By<'_>,
        number: &CampaignNo,
        mut act: impl LongAct,
    ) -> Result<(), AppError> {
        for _ in 0..ROUNDS {
            // On the heap: a long act is a large future, and whoever waits for it would carry room for it.
            if Box::pin(self.round(by, number, &mut act)).await? {
                return Ok(());
            }
        }
        Err(RESTLESS.refuse(&[("rounds", &ROUNDS)]).into())
    }

    /// One time; false if what was computed no longer holds, and then nothing is written.
    async fn round<A: LongAct>(
        &self,
        by: By<'_>,
        number: &CampaignNo,
        act: &mut A,
    ) -> Result<bool, AppError> {
        let (view, seen) = self.seen(by, A::VERB, number).await?;
        let who = match by {
            By::Person(acting, _) => acting.account.clone(),
            By::Itself => drawer(&seen)?,
        };
        let computed = act.compute(self, &who, view, &seen).await?;
        let (mut tx, stored, actor) = self.locked(by, A::VERB, number).await?;
        // By the same event, and yet another row: no act of the program did that. What follows by itself saw no form
        // and looks again.
        if stored != seen {
            return match by {
                By::Itself => {
                    tx.abandon().await?;
                    Ok(false)
                }
                By::Person(..) => Err(held::altered("任务")),
            };
        }
        let step = self.step_of(&who);
        let done = act.step(&computed, stored.campaign.clone(), step.clone())?;
        for kept in act.material(&computed) {
            kept.still_stands(&mut tx).await?;
        }
        if !act.still_stands(&computed, &mut tx, step.at).await? {
            tx.abandon().await?;
            return Ok(false);
        }
        let under = Under {
            tx,
            stored,
            actor,
            step,
            done,
        };
        match act.write(&computed, self, under).await {
            Ok(()) => Ok(true),
            // Accounts have moved on since the right was asked; nothing is written.
            Err(AppError::Store(StoreError::Held(Register::Accounts))) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The campaign as it stands, in the view the computing begins with.
    async fn seen(
        &self,
        by: By<'_>,
        verb: Verb,
        number: &CampaignNo,
    ) -> Result<(Reader, StoredCampaign), AppError> {
        match by {
            By::Person(acting, premise) => {
                match self.viewed(acting, verb, (number, premise)).await {
                    Err(error @ AppError::Refused(_)) => Err(self.unless_done(verb, error).await),
                    viewed => viewed,
                }
            }
            By::Itself => {
                let mut view = self.db.read().await?;
                let seen = campaign::by_number(&mut view, number).await?;
                held::own_records(&mut view, &seen).await?;
                Ok((view, seen))
            }
        }
    }

    /// The campaign under the lock, and who acts; of a person it is asked again whether he may, on what was shown.
    async fn locked(
        &self,
        by: By<'_>,
        verb: Verb,
        number: &CampaignNo,
    ) -> Result<(Tx, StoredCampaign, Actor), AppError> {
        match by {
            By::Person(acting, premise) => {
                let (mut tx, acting) = self.begin_as(verb.name(), acting).await?;
                let stored = campaign::by_number(&mut tx, number).await?;
                let actor = acting.actor(verb, &Place::of(&stored.campaign.initiator))?;
                let newest = self.version_of_new_attempts;
                require_campaign(&mut tx, &acting, (verb, newest), premise, &stored).await?;
                Ok((tx, stored, actor))
            }
            By::Itself => {
                let mut tx = self.db.begin(verb.name()).await?;
                let stored = campaign::by_number(&mut tx, number).await?;
                Ok((tx, stored, itself()))
            }
        }
    }

    /// The campaign as it stands, which is what was shown, in the view the computing begins with.
    async fn viewed(
        &self,
        acting: &Acting,
        verb: Verb,
        (number, premise): (&CampaignNo, &Premise),
    ) -> Result<(Reader, StoredCampaign), AppError> {
        let mut view = self.db.read().await?;
        let seen = campaign::by_number(&mut view, number).await?;
        acting.may(verb, &Place::of(&seen.campaign.initiator))?;
        let newest = self.version_of_new_attempts;
        require_campaign(&mut view, acting, (verb, newest), premise, &seen).await?;
        held::own_records(&mut view, &seen).await?;
        Ok((view, seen))
    }

    /// Why a press is refused whose campaign has moved on – unless it moved by this very press, carried out by
    /// another process meanwhile: then the first answer counts.
    async fn unless_done(&self, verb: Verb, refused: AppError) -> AppError {
        match self.db.begin(verb.name()).await {
            Ok(tx) => tx.abandon().await.map_or_else(AppError::from, |()| refused),
            Err(error) => error.into(),
        }
    }
}
