//! How an attempt ends: void, back to the approved plan; or opened to the public.

use domain::campaign::Campaign;
use domain::campaign::state::Step;
use domain::campaign::steps::Stepped;
use domain::event::Act;
use domain::id::{AccountId, CampaignNo, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use draw::bundle::{PUBLIC, Stage, open_record_of};
use draw::record::PlanRecord;
use draw::{Drawn, Version};
use store::Reader;
use store::campaign::{self, StoredCampaign};

use super::kept::Kept;
use super::long_act::{LongAct, Under};
use super::material::{self, BundleFile, ORDERS};
use super::overtaken::is_overtaken;
use super::voiding::{self, VoidWords};
use super::{delivered, held};
use crate::aside::aside;
use crate::attachment::Waiting;
use crate::campaign::plan_of;
use crate::{Acting, App, AppError};

impl App {
    /// Voids the attempt with a reason: back to the approved plan, next number, new S.
    pub async fn void_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        class: &PartyToken,
        reason: &str,
    ) -> Result<(), AppError> {
        let words = VoidWords {
            class,
            reason,
            document: None,
        };
        self.void_draw_on(acting, number, premise, words).await
    }

    /// The same on a signed paper, which an attempt of `shuang/2` asks for.
    ///
    /// # Errors
    /// `DRAW-054` without the paper.
    pub async fn void_draw_on(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: VoidWords<'_>,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignVoid)
            .await?;
        let step = self.step(acting);
        let at = step.at;
        let certain = plan_of(&stored)?.sources.beacon_is_certain();
        let campaign = stored.campaign.clone();
        let (next, act) = match is_overtaken(&mut tx, &stored).await? {
            true => campaign.void_overtaken(words.reason)?,
            false => campaign.void(&step, words.reason, certain)?,
        };
        held::own_records(&mut tx, &stored).await?;
        // Whoever looked at the result on a copy, and then made the ceremony unheld, would void what he saw.
        delivered::as_delivered(&mut tx, &stored).await?;
        let void = voiding::record(&stored, &step.by, words, &*self.entropy)?;
        // A frame of shuang/1 given up before FREEZE was published leaves a confidential act, not a record.
        let opened_later = match &void {
            Some(void) => voiding::after_reveal(&stored, &void.record),
            None => None,
        };
        let (act, sealing, salt) = match void {
            Some(void) => (act, self.public(void.record), void.salt),
            None => (Act::CampaignRevised, self.confidential(), None),
        };
        (stored.freeze_record, stored.seed_text) = (None, None);
        let mut event = self
            .enter(&mut stored, (next, act), at, actor)
            .because(words.reason);
        if let Some(salt) = salt {
            event = event.with("approver_salt", salt);
        }
        let mut rec = tx.record(event, sealing)?;
        campaign::write(&mut rec, &stored).await?;
        if let Some(void) = &opened_later {
            campaign::add_void(&mut rec, void).await?;
        }
        rec.commit().await?;
        Ok(())
    }

    /// Opens the draw to the public (OPEN) after the visits have ended.
    pub async fn open_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        self.carry_out(acting, (number, premise), Opening).await
    }
}

/// OPEN: the draw recomputed, and what is kept of it held against that, before it is said for ever. From here on
/// every file that is public is kept.
struct Opening;

/// OPEN of a draw, and the material it was computed from.
struct ToOpen {
    frame: Kept,
    /// The orders; and the other files too of a draw by a build that kept them from RESULT on.
    sealed: Kept,
    record: String,
    /// What was not kept so far.
    published: Vec<Waiting>,
}

impl LongAct for Opening {
    const VERB: Verb = Verb::CampaignOpen;
    type Computed = ToOpen;

    async fn compute(
        &mut self,
        app: &App,
        by: &AccountId,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<ToOpen, AppError> {
        held::freeze(&mut view, stored).await?;
        held::result(&mut view, stored).await?;
        let frame = material::kept_frame(&mut view, stored).await?;
        Kept::of(&mut view, stored, &ORDERS).await?;
        let sealed = Kept::of_present(&mut view, stored, &PUBLIC).await?;
        drop(view);
        // What is refused leaves nothing behind, not even content without a name.
        stored.campaign.clone().open(app.step_of(by))?;
        let drawn = app.drawn(&frame, stored).await?;
        let kept = app.contents(&sealed).await?;
        let plan = material::plan_record(stored)?;
        let (record, files) = aside(move || open_of(&drawn, &plan, &kept)).await?;
        let mut published = Vec::new();
        for file in &files {
            if PUBLIC.contains(&file.name.as_str()) && !sealed.has(&file.name) {
                let kept = app.keep_sealed(frame.owner(), &file.name, &file.content);
                published.push(kept.await?);
            }
        }
        Ok(ToOpen {
            frame,
            sealed,
            record,
            published,
        })
    }

    fn step(&self, _: &ToOpen, campaign: Campaign, step: Step) -> Stepped {
        campaign.open(step)
    }

    fn material<'c>(&self, computed: &'c ToOpen) -> Vec<&'c Kept> {
        vec![&computed.frame, &computed.sealed]
    }

    async fn write(&self, computed: &ToOpen, app: &App, under: Under) -> Result<(), AppError> {
        let Under {
            tx,
            mut stored,
            actor,
            step,
            done,
        } = under;
        let event = app.enter(&mut stored, done, step.at, actor);
        let mut rec = tx.record(event, app.public(computed.record.clone()))?;
        campaign::write(&mut rec, &stored).await?;
        for kept in &computed.published {
            kept.attach(&mut rec, computed.frame.owner()).await?;
        }
        rec.commit().await?;
        Ok(())
    }
}

/// OPEN and the files it publishes, if what is kept of them is what the draw gave.
fn open_of(
    drawn: &Drawn,
    plan: &PlanRecord,
    kept: &[BundleFile],
) -> Result<(String, Vec<BundleFile>), AppError> {
    let files = material::files(drawn, plan, Stage::Public)?;
    held::sealed_files(&files, kept)?;
    let content = |name: &str| {
        let file = files.iter().find(|file| file.name == name);
        &file.expect("a file of its stage").content
    };
    let freeze = drawn.frozen().record();
    if freeze.version() == Version::Two {
        let record = String::from_utf8(content("open.txt").clone());
        return Ok((record.expect("records are text"), files));
    }
    let suite = freeze.suite;
    let record = open_record_of(drawn, Stage::Public, 0, |name| suite.bytes(content(name)));
    Ok((record.to_string(), files))
}
