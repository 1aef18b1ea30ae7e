//! What is signed on paper and entered afterwards ([`domain::paper`]): entered by one account, confirmed by another, and
//! then done exactly as the button does it, in the name of who signed.
//!
//! The signatory is asked whatever he would be asked on the screen, when the paper is entered and again when the entry is
//! confirmed. The screen and a waiting paper do not know of each other: whichever is first changes what the other rests on.
//! Deliberately absent: papers of outside parties, whose slips stand in [`crate::drawing`].

use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccountId, CampaignId, CampaignNo, PaperId};
use domain::paper::{Judged, PaperState, SignedPaper, checked};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::{Fact, Refusal, codes};
use domain::time::Date;
use store::attachment::Owner;
use store::paper::{self, StoredPaper};
use store::{StoreError, Tx, account, campaign};

use crate::campaign::hold_plan;
use crate::in_force::InForce;
use crate::premise::{of_campaign, of_paper, require, written_by};
use crate::scan::Scan;
use crate::{Acting, App, AppError};

mod shown;
mod turned_down;

pub use shown::ShownPaper;

/// What is entered of a paper.
#[derive(Clone, Copy, Debug)]
pub struct PaperWords<'w> {
    /// Who signed it.
    pub signatory: &'w AccountId,
    /// The day on it.
    pub dated: Date,
    /// Its number.
    pub number: &'w str,
    /// What it looks like.
    pub scan: &'w Scan,
}

impl App {
    /// Enters a paper on which the plan of a campaign is approved; approved it is when another account has confirmed the
    /// entry.
    ///
    /// # Errors
    /// Whatever would refuse the signatory on the screen; `PAPR-001` to `PAPR-003`, `PAPR-006`, `PAPR-008`, `PAPR-013`.
    pub async fn enter_plan_paper(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: PaperWords<'_>,
    ) -> Result<PaperId, AppError> {
        let id = PaperId::from_entropy(self.entropy.bytes());
        let kept = self.keep_scan(&id, words.scan).await?;
        let (mut tx, stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignSubmit)
            .await?;
        let now = self.clock.now();
        let since = stored.campaign.awaits_approval()?.step.at.date();
        let paper = SignedPaper {
            number: checked(words.number, words.dated, (since, now.date()))?,
            id,
            judged: Judged::Plan(stored.campaign.id.clone()),
            unit: stored.campaign.initiator.clone(),
            content: premise.clone(),
            signatory: words.signatory.clone(),
            dated: words.dated,
            scan: words.scan.sha256().clone(),
            entered_by: acting.account.clone(),
            entered_at: now,
            state: PaperState::Waiting,
            decided: None,
            noted_at: None,
        };
        require_new(&mut tx, &paper, premise).await?;
        let signatory = self.signatory(&mut tx, &paper).await?;
        let (mut copy, step) = (stored.clone(), self.step_of(&paper.signatory));
        let judged = self.approved(&mut tx, &mut copy, step, actor.clone()).await;
        judged.map_err(|error| in_his_name(&signatory, error))?;
        let event = Event {
            at: now,
            ..self.event(Act::PaperEntered, actor)
        };
        let event = touching(paper.told_in(event), &paper);
        let mut rec = tx.record(event, self.confidential())?;
        paper::add(&mut rec, &paper).await?;
        kept.attach(&mut rec, Owner::Paper(&paper.id)).await?;
        rec.commit().await?;
        Ok(paper.id)
    }

    /// Confirms that the scan shows what another account entered, whereby the judgement is made in the name of the
    /// signatory.
    ///
    /// # Errors
    /// `PAPR-004`, `PAPR-005`, `PAPR-013`, `AUTH-041`, `AUTH-042`; whatever would refuse the signatory on the screen.
    pub async fn confirm_paper(
        &self,
        acting: &Acting,
        id: &PaperId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("paper.confirm", acting).await?;
        hold_plan(&mut tx).await?;
        let stored = paper::as_last_written(&mut tx, id).await?;
        let actor = acting.actor(Verb::PaperConfirm, &Place::of(&stored.paper.unit))?;
        let now = of_paper(&stored);
        require(&mut tx, Some(&acting), "这份线下签批", premise, &now).await?;
        stored.paper.require_waiting()?;
        let Judged::Plan(plan) = &stored.paper.judged;
        self.approve_on_paper(tx, &acting, actor, (&stored, plan))
            .await
    }

    /// Approves a plan on the paper that says so.
    async fn approve_on_paper(
        &self,
        mut tx: Tx,
        acting: &InForce,
        actor: Actor,
        (stored, plan): (&StoredPaper, &CampaignId),
    ) -> Result<(), AppError> {
        let mut judged = campaign::get(&mut tx, plan).await?;
        let stands = of_campaign(&mut tx, &judged, self.version_of_new_attempts).await?;
        if !stored.paper.rests_on(&stands) {
            let by = written_by(&mut tx, Some(acting), stands.event.as_ref()).await?;
            return Err(codes::PAPER_LAPSED.refuse(&[("by", &by)]).into());
        }
        require_own(&mut tx, &stored.paper).await?;
        let hands = judged.campaign.awaits_approval()?.hands.clone();
        let step = self.step_of(&stored.paper.signatory);
        let paper = stored.paper.clone();
        let confirmed = paper.confirm(&acting.account, step.at, &hands)?;
        let signatory = self.signatory(&mut tx, &confirmed).await?;
        let done = self.approved(&mut tx, &mut judged, step, actor).await;
        let (event, record) = done.map_err(|error| in_his_name(&signatory, error))?;
        let event = touching(confirmed.told_in(event), &confirmed);
        let mut rec = tx.record(event, self.public(record))?;
        campaign::write(&mut rec, &judged).await?;
        paper::write(&mut rec, &confirmed, &stored.seen).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Takes the entry of a paper back, or drops what was entered in one's own name.
    ///
    /// # Errors
    /// `PAPR-004`, `AUTH-043`.
    pub async fn drop_paper(
        &self,
        acting: &Acting,
        id: &PaperId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let step =
            |paper: SignedPaper, acting: &InForce| paper.drop_it(&acting.account, self.clock.now());
        self.change_paper(
            ("paper.drop", Act::PaperDropped),
            acting,
            (id, premise),
            step,
        )
        .await
    }

    /// The signatory says that he knows of a paper in his name.
    ///
    /// # Errors
    /// `PAPR-007`, `AUTH-044`.
    pub async fn note_paper(
        &self,
        acting: &Acting,
        id: &PaperId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let step =
            |paper: SignedPaper, acting: &InForce| paper.note(&acting.account, self.clock.now());
        self.change_paper(("paper.note", Act::PaperNoted), acting, (id, premise), step)
            .await
    }

    /// What somebody does with a paper that bears his name; his account is all it takes.
    async fn change_paper(
        &self,
        (name, act): (&'static str, Act),
        acting: &Acting,
        (id, premise): (&PaperId, &Premise),
        step: impl FnOnce(SignedPaper, &InForce) -> Result<SignedPaper, Refusal>,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as(name, acting).await?;
        let stored = paper::get(&mut tx, id).await?;
        let now = of_paper(&stored);
        require(&mut tx, Some(&acting), "这份线下签批", premise, &now).await?;
        let paper = step(stored.paper.clone(), &acting)?;
        let event = self.event(act, acting.as_person()).with("paper", &paper.id);
        let mut rec = tx.record(touching(event, &paper), self.confidential())?;
        paper::write(&mut rec, &paper, &stored.seen).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Who signed, as he stands now: in use, and allowed the judgement.
    async fn signatory(&self, tx: &mut Tx, paper: &SignedPaper) -> Result<Acting, AppError> {
        let named = self.named_signatory(tx, &paper.signatory).await?;
        let verb = paper.judged.verb();
        match named.may(verb, &Place::of(&paper.unit)) {
            Ok(()) => Ok(named),
            Err(_) => {
                let facts: [Fact<'_>; 2] = [("name", &named.name), ("verb", &verb.label())];
                Err(codes::PAPER_NO_RIGHT.refuse(&facts).into())
            }
        }
    }

    async fn named_signatory(&self, tx: &mut Tx, id: &AccountId) -> Result<Acting, AppError> {
        match self.still_acting(tx, id).await {
            Err(AppError::Store(StoreError::NotFound { .. }) | AppError::Refused(_)) => {
                Err(codes::PAPER_SIGNATORY.refuse(&[]).into())
            }
            found => found,
        }
    }

    /// The accounts that may judge it: who can have signed the paper.
    pub async fn signatories(
        &self,
        (verb, place): (Verb, &Place<'_>),
    ) -> Result<Vec<Acting>, AppError> {
        let mut reader = self.db.read().await?;
        let mut able = Vec::new();
        for listed in account::all(&mut reader).await? {
            // An account that cannot be read hides no other, and has signed nothing as long as it cannot.
            let Ok(stored) = listed.account else {
                continue;
            };
            if stored.account.active {
                let found = self.still_acting(&mut reader, &stored.account.id).await?;
                able.extend(found.may(verb, place).is_ok().then_some(found));
            }
        }
        Ok(able)
    }
}

/// Refuses the scan of a paper that waits already for the same content, and that of a paper on which something else was
/// signed, whatever became of it: one paper judges once.
async fn require_new(tx: &mut Tx, new: &SignedPaper, now: &Premise) -> Result<(), AppError> {
    require_own(tx, new).await?;
    let known = paper::with_scan(tx, &new.scan).await?;
    let mut waiting = known.iter().map(|stored| &stored.paper);
    match waiting.any(|paper| paper.state == PaperState::Waiting && paper.rests_on(now)) {
        true => Err(codes::PAPER_TWICE.refuse(&[]).into()),
        false => Ok(()),
    }
}

/// Refuses a scan with which another plan, or another text of this one, was entered.
async fn require_own(tx: &mut Tx, paper: &SignedPaper) -> Result<(), AppError> {
    let known = paper::with_scan(tx, &paper.scan).await?;
    let mut others = known.iter().map(|stored| &stored.paper);
    let Some(other) = others.find(|other| !other.signs_what(paper)) else {
        return Ok(());
    };
    let Judged::Plan(plan) = &other.judged;
    let of = campaign::get(tx, plan).await?.campaign.number;
    let state = other.state.label();
    let facts: [Fact<'_>; 3] = [("number", &of), ("dated", &other.dated), ("state", &state)];
    Err(codes::PAPER_OF_ANOTHER.refuse(&facts).into())
}

/// A refusal that is the signatory's says so: whoever reads it is another.
fn in_his_name(signatory: &Acting, error: AppError) -> AppError {
    match error {
        AppError::Refused(refusal) if refusal.code.starts_with("AUTH-") => {
            let sentence = format!("签批人{}：{}", signatory.name, refusal.sentence);
            AppError::Refused(Refusal {
                sentence,
                ..refusal
            })
        }
        other => other,
    }
}

/// The event with what it touched.
fn touching(event: Event, paper: &SignedPaper) -> Event {
    let Judged::Plan(plan) = &paper.judged;
    event
        .touching(LinkKind::Campaign, plan.as_str())
        .touching(LinkKind::Account, paper.signatory.as_str())
}
