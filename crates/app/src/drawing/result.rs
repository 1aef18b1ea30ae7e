//! The draw itself: drawn, recomputed by our own `verify`, and its orders kept, beside other work ([`LongAct`]);
//! under the lock the RESULT and the visits are written. No RESULT is recorded that `verify` refuses.

use std::collections::BTreeMap;

use domain::campaign::Campaign;
use domain::campaign::party::TrustLevel;
use domain::campaign::state::Step;
use domain::campaign::steps::{DrawFacts, Stepped};
use domain::id::{AccountId, CampaignNo, Fingerprint};
use domain::policy::Verb;
use domain::premise::Premise;
use draw::record::PlanRecord;
use draw::{Drawn, Frozen};
use store::attachment::Owner;
use store::campaign::StoredCampaign;
use store::{FrozenSubject, Reader, campaign, catalog, sealed_visit};
use verify::{BundleSource, Limits, Options};

use super::kept::Kept;
use super::long_act::{LongAct, Under};
use super::material::{self, BundleFile, ORDERS, threads};
use super::seed::{Sources, least_level, level_of, level_reached};
use super::{Stage, Tried, delivered, forged, frame, held, refused_by_draw};
use crate::aside::aside;
use crate::attachment::Waiting;
use crate::campaign::print_of;
use crate::{Acting, App, AppError};

/// What is entered when the draw is made.
#[derive(Clone, Debug, Default)]
pub struct DrawWords {
    /// The public dice, if announced: digits as thrown.
    pub dice: String,
    /// The beacon's value, if announced.
    pub beacon: String,
    /// Why RESULT comes after its clock, if it does.
    pub late_reason: String,
}

impl App {
    /// Draws: RESULT is logged, the visits exist, the orders are kept.
    pub async fn draw_subjects(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: &DrawWords,
    ) -> Result<(), AppError> {
        let itself = false;
        self.carry_out(acting, (number, premise), Drawing { words, itself })
            .await
    }

    /// The same as what follows by itself, of the beacon that was entered.
    pub(super) async fn draw_itself(
        &self,
        number: &CampaignNo,
        words: &DrawWords,
    ) -> Result<(), AppError> {
        let itself = true;
        self.carry_out_itself(number, Drawing { words, itself })
            .await
    }
}

struct Drawing<'w> {
    words: &'w DrawWords,
    itself: bool,
}

/// A draw, and the material it was computed from.
struct ToDraw {
    frame: Kept,
    known: BTreeMap<String, FrozenSubject>,
    drawn: Drawn,
    said: Said,
    orders: Vec<Waiting>,
}

/// What the rules are told of a draw.
struct Said {
    result_hash: Fingerprint,
    level: TrustLevel,
    minimum_level: TrustLevel,
    visits: u64,
    recomputed: bool,
}

impl Drawing<'_> {
    fn facts(&self, said: &Said, step: Step) -> DrawFacts {
        let late = self.words.late_reason.trim();
        DrawFacts {
            step,
            result_hash: said.result_hash.clone(),
            level: said.level,
            minimum_level: said.minimum_level,
            visits: said.visits,
            beacon_present: true,
            recomputed: said.recomputed,
            late_reason: (!late.is_empty()).then(|| late.to_owned()),
            itself: self.itself,
        }
    }
}

impl LongAct for Drawing<'_> {
    const VERB: Verb = Verb::CampaignDraw;
    type Computed = ToDraw;

    async fn compute(
        &mut self,
        app: &App,
        by: &AccountId,
        mut view: Reader,
        stored: &StoredCampaign,
    ) -> Result<ToDraw, AppError> {
        let minimum_level = match stored.campaign.follows_by_itself() {
            true => least_level(stored)?,
            false => {
                let obeyed = catalog::rulebook_of(&mut view, &stored.campaign.state).await?;
                obeyed.intervals()?.minimum_level
            }
        };
        held::freeze(&mut view, stored).await?;
        held::reveal(&mut view, stored).await?;
        delivered::as_delivered(&mut view, stored).await?;
        let frame = material::kept_frame(&mut view, stored).await?;
        drop(view);
        let frozen = app.committed(&frame, stored).await?;
        let sources = Sources::given(stored, frozen.record(), self.words)?;
        let plan = material::plan_record(stored)?;
        let made = aside(move || draw_and_recompute(frozen, &plan, &sources)).await;
        let (drawn, files, recomputed) = made?;
        let said = Said {
            result_hash: print_of(draw::record::hash_of(
                drawn.frozen().record().suite,
                drawn.record(),
            )),
            level: level_of(level_reached(&drawn)),
            minimum_level,
            visits: drawn.visits().len() as u64,
            recomputed,
        };
        // What is refused leaves nothing behind, not even content without a name.
        let campaign = stored.campaign.clone();
        campaign.draw(self.facts(&said, app.step_of(by)))?;
        let mut orders = Vec::new();
        let is_order = |file: &&BundleFile| ORDERS.contains(&file.name.as_str());
        for file in files.iter().filter(is_order) {
            let kept = app.keep_sealed(frame.owner(), &file.name, &file.content);
            orders.push(kept.await?);
        }
        let mut view = app.db.read().await?;
        let known = frame::drawn_subjects(&mut view, stored, &drawn).await?;
        drop(view);
        Ok(ToDraw {
            frame,
            known,
            drawn,
            said,
            orders,
        })
    }

    fn step(&self, computed: &ToDraw, campaign: Campaign, step: Step) -> Stepped {
        campaign.draw(self.facts(&computed.said, step))
    }

    fn material<'c>(&self, computed: &'c ToDraw) -> Vec<&'c Kept> {
        vec![&computed.frame]
    }

    async fn write(&self, computed: &ToDraw, app: &App, under: Under) -> Result<(), AppError> {
        let Under {
            tx,
            mut stored,
            actor,
            step,
            done,
        } = under;
        let drawn = &computed.drawn;
        let known = &computed.known;
        let visits = frame::visits(known, &stored, drawn, &step, || app.entropy.bytes())?;
        let (id, attempt) = (stored.campaign.id.clone(), stored.campaign.state.attempt());
        let record = drawn.record().to_string();
        stored.seed_text = Some(drawn.seed_text().to_string());
        stored.result_record = Some(record.clone());
        stored.trust_level = Some(i64::from(level_reached(drawn).number()));
        // No link to a subject: the index of the log would tell who was drawn. What is done of a visit later links its own.
        // The visits themselves are sealed until they are handed to their teams.
        let event = app
            .enter(&mut stored, done, step.at, actor)
            .with("visits", visits.len());
        let mut rec = tx.record(event, app.public(record))?;
        campaign::write(&mut rec, &stored).await?;
        sealed_visit::add(&mut rec, &visits).await?;
        for kept in &computed.orders {
            kept.attach(&mut rec, Owner::Attempt(&id, attempt)).await?;
        }
        rec.commit().await?;
        Ok(())
    }
}

/// The draw, its files, and whether our own `verify` accepts them.
fn draw_and_recompute(
    frozen: Frozen,
    plan: &PlanRecord,
    sources: &Sources,
) -> Result<(Drawn, Vec<BundleFile>, bool), AppError> {
    let drawn = sources
        .draw(frozen)
        .map_err(|faults| refused_by_draw(Tried::Draw, &faults))?;
    let (files, accepted) = recomputed(&drawn, plan)?;
    Ok((drawn, files, accepted))
}

/// The files of the draw, and whether our own `verify` accepts them.
fn recomputed(drawn: &Drawn, plan: &PlanRecord) -> Result<(Vec<BundleFile>, bool), AppError> {
    let files = material::files(drawn, plan, Stage::Full)?;
    let accepted = is_accepted(&files)?;
    Ok((files, accepted))
}

/// Whether our own `verify` accepts the files of a whole bundle.
pub(super) fn is_accepted(files: &[BundleFile]) -> Result<bool, AppError> {
    let held = files
        .iter()
        .map(|file| (file.name.clone(), file.content.clone()));
    let source = BundleSource::from_files(held, Limits::default())
        .map_err(|problem| forged(&problem.to_string()))?;
    let verdict = verify::verify_bundle(
        &source,
        &Options {
            log_key: None,
            threads: threads(),
        },
    );
    // 3 = everything recomputed and right; only the log proofs are still to come.
    Ok(verdict.exit() == 3)
}
