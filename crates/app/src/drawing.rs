//! The draw, in its real order: freeze the registers, collect commitments, publish FREEZE, open the
//! nonces, draw, open. Each step is one act; what is public goes into the log as its record.
//!
//! Until FREEZE is logged the server holds no nonce, and until the nonces are open nobody can know
//! who will be drawn. `draw_subjects` does not record a RESULT that our own `verify` refuses.

mod bundle;
mod drawn_list;
mod ending;
mod frame;
mod freezing;
mod held;
mod material;
mod obstacle;
mod parties;
mod preview;
mod seed;

use domain::campaign::frame_roots::FrameRoots;
use domain::campaign::steps::{CommitFacts, DrawFacts};
use domain::event::LinkKind;
use domain::id::{CampaignNo, Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::{Code, Refusal};
use domain::time::Instant;
use draw::record::RevealRecord;
use draw::{Drawn, Frozen, Level, SeedText, Token};
use store::attachment::Owner;
use store::campaign::StoredCampaign;
use store::{campaign, catalog, inspection};
use verify::{BundleSource, Limits, Options};

use crate::aside::aside;
use crate::campaign::{print_of, unsound};
use crate::{Acting, App, AppError};

pub use bundle::{public_stage, zip_of};
pub use draw::bundle::Stage;
pub use drawn_list::DrawnList;
pub use frame::{Figures, QuotaFigure, StratumFigure};
pub(crate) use freezing::FreezeWork;
pub use freezing::{FREEZE, FreezeWords};
pub use material::{BundleFile, threads};
pub use parties::{NO_LINK, PartyView, wants_link};
pub use preview::{Preview, Previews};

use seed::{answers, level_of, seed_of};

static NO_RECORD: Code = Code::new(
    "DRAW-030",
    "这次抽取没有已公布的承诺。",
    None,
    "先冻结名录、收齐承诺值，再公布承诺。",
);
static REFUSED_BY_DRAW: Code = Code::new(
    "DRAW-031",
    "不能冻结：{why}",
    Some("shuang/1 第 3 节"),
    "补足执法人员、改方案里的人数或分组，或核对回避登记后重新冻结。",
);
static FORGED: Code = Code::new(
    "DRAW-032",
    "抽取结果没有通过自己的核对：{why}",
    Some("细则五（二）"),
    "停止办理，运行 mingqian audit，并报告行政执法监督。",
);

/// What is entered when FREEZE is published.
#[derive(Clone, Debug, Default)]
pub struct CommitWords {
    /// Until when nonces are taken.
    pub reveal_by: Option<Instant>,
    /// The round or issue of the announced beacon.
    pub beacon_round: String,
}

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
    /// Publishes FREEZE: from here on nothing can be changed, only voided.
    pub async fn commit_draw(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: &CommitWords,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignCommit)
            .await?;
        let rulebook = catalog::rulebook_of(&mut tx, &stored.campaign.state).await?;
        let intervals = rulebook.intervals()?;
        let step = self.step(acting);
        let at = step.at;
        let reveal_by = words
            .reveal_by
            .unwrap_or_else(|| at.plus_ms((intervals.freeze_minutes.max(1) + 60) * 60 * 1000));
        let frozen = self
            .frozen(&mut tx, &stored, Some((reveal_by, words)))
            .await?;
        let facts = CommitFacts {
            step,
            freeze_hash: print_of(frozen.record().hash()),
            roots: FrameRoots::from(frozen.record()),
            reveal_by,
            beacon_at: None,
            intervals,
        };
        let done = stored.campaign.clone().commit(facts)?;
        let record = frozen.record().to_string();
        stored.freeze_record = Some(record.clone());
        let event = self.enter(&mut stored, done, at, actor);
        self.write_campaign(tx, &stored, event, self.public(record))
            .await
    }

    /// Closes the revealing: REVEAL is logged, parties that stayed away stand as absent.
    pub async fn close_reveal(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        absent_reason: &PartyToken,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignReveal)
            .await?;
        let rulebook = catalog::rulebook_of(&mut tx, &stored.campaign.state).await?;
        let intervals = rulebook.intervals()?;
        let freeze = freeze_of(&stored)?;
        let step = self.step(acting);
        let at = step.at;
        let (next, act) =
            stored
                .campaign
                .clone()
                .reveal(step, absent_reason, intervals.minimum_level)?;
        let record = RevealRecord::build(&freeze, answers(&next)?)
            .map_err(|faults| forged(&spoken(&faults)))?;
        let event = self.enter(&mut stored, (next, act), at, actor);
        self.write_campaign(tx, &stored, event, self.public(record.to_string()))
            .await
    }

    /// Draws: RESULT is logged, the visits exist, the sealed files are kept.
    pub async fn draw_subjects(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: &DrawWords,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignDraw)
            .await?;
        let rulebook = catalog::rulebook_of(&mut tx, &stored.campaign.state).await?;
        let intervals = rulebook.intervals()?;
        let frozen = self.frozen(&mut tx, &stored, None).await?;
        let seed = seed_of(&stored, &frozen, words)?;
        let level = level_of(Level::reached(&seed));
        let (drawn, files, recomputed) = aside(move || draw_and_recompute(frozen, &seed)).await?;
        let record = drawn.record().to_string();
        let step = self.step(acting);
        let at = step.at;
        let drawer = step.clone();
        let late = words.late_reason.trim();
        let facts = DrawFacts {
            step,
            result_hash: print_of(draw::record::hash_of(
                drawn.frozen().record().suite,
                drawn.record(),
            )),
            level,
            minimum_level: intervals.minimum_level,
            visits: drawn.visits().len() as u64,
            beacon_present: true,
            recomputed,
            late_reason: (!late.is_empty()).then(|| late.to_owned()),
        };
        let done = stored.campaign.clone().draw(facts)?;
        let visits =
            frame::visits(&mut tx, &stored, &drawn, &drawer, || self.entropy.bytes()).await?;
        let attempt = stored.campaign.state.attempt();
        stored.seed_text = Some(drawn.seed_text().to_string());
        stored.result_record = Some(record.clone());
        stored.trust_level = Some(i64::from(Level::reached(drawn.seed_text()).number()));
        let id = stored.campaign.id.clone();
        let mut event = self
            .enter(&mut stored, done, at, actor)
            .with("visits", visits.len());
        for visit in &visits {
            event = event.touching(LinkKind::Subject, visit.visit.subject.as_str());
        }
        let owner = Owner::Attempt(&id, attempt);
        let mut waiting = Vec::new();
        for file in what_open_publishes(&files) {
            waiting.push(self.keep_sealed(owner, &file.name, &file.content).await?);
        }
        let mut rec = tx.record(event, self.public(record))?;
        campaign::write(&mut rec, &stored).await?;
        inspection::add_many(&mut rec, &visits).await?;
        for kept in &waiting {
            kept.attach(&mut rec, owner).await?;
        }
        rec.commit().await?;
        Ok(())
    }
}

/// The draw, its files, and whether our own `verify` accepts them.
fn draw_and_recompute(
    frozen: Frozen,
    seed: &SeedText,
) -> Result<(Drawn, Vec<BundleFile>, bool), AppError> {
    let drawn = draw::draw(frozen, seed, threads())
        .map_err(|faults| REFUSED_BY_DRAW.refuse(&[("why", &spoken(&faults))]))?;
    let (files, accepted) = recomputed(&drawn)?;
    Ok((drawn, files, accepted))
}

/// The files of the draw, and whether our own `verify` accepts them.
fn recomputed(drawn: &Drawn) -> Result<(Vec<BundleFile>, bool), AppError> {
    let files = material::files(drawn, Stage::Full)?;
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
    Ok((files, verdict.exit() == 3))
}

/// The files that stay sealed until OPEN; RESULT holds their hashes.
fn what_open_publishes(files: &[BundleFile]) -> impl Iterator<Item = &BundleFile> {
    files
        .iter()
        .filter(|file| draw::bundle::PUBLIC.contains(&file.name.as_str()))
}

pub(crate) fn freeze_of(stored: &StoredCampaign) -> Result<draw::record::FreezeRecord, AppError> {
    let text = stored
        .freeze_record
        .as_ref()
        .ok_or_else(|| NO_RECORD.refuse(&[]))?;
    draw::record::FreezeRecord::parse(text.as_bytes()).map_err(|fault| unsound(&fault))
}

fn forged(why: &str) -> AppError {
    FORGED.refuse(&[("why", &why)]).into()
}

fn token(text: &str) -> Result<Token, AppError> {
    text.parse::<Token>().map_err(|fault| unsound(&fault))
}

fn digest(print: &Fingerprint) -> draw::Digest {
    draw::Digest::from_hex(print.as_str().as_bytes()).expect("a fingerprint is 64 lower hex digits")
}

/// Refusals of the draw as one sentence for people.
pub(crate) fn refused_by_draw(refusal: &draw::Refusal) -> Refusal {
    REFUSED_BY_DRAW.refuse(&[("why", &spoken(&refusal.faults))])
}

fn spoken(faults: &[draw::Fault]) -> String {
    let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
    sentences.join("；")
}
