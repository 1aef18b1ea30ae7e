//! One draw as a stranger sees it: what was announced, what followed from it, what is still sealed.
//!
//! Everything is read from the public records, never from the frame. Before OPEN no subject stands
//! anywhere here: not on the page, not in the data, not in the records.

use app::campaign::plan_of;
use app::drawing::{Stage, public_stage};
use axum::extract::{Path, State};
use domain::campaign::CampaignState;
use domain::campaign::plan::CampaignPlan;
use domain::campaign::void_class::{NOT_HELD, VoidClass};
use domain::id::CampaignNo;
use serde::Serialize;
use store::campaign::{StoredCampaign, VoidAttempt, by_number, void_attempts};
use store::portal::{LoggedRecord, has_records_under, records_of};
use store::{Reader, StoreError, catalog, log, org};

use super::record::Record;
use super::{answer, bare, contradicted, printed};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::screen::campaign::following;
use crate::screen::campaign::overdue::Told;

mod awaited;
mod left_undone;
mod level;
mod parts;
mod view;
mod voided;

pub(super) use left_undone::LeftUndone;
pub(super) use level::{by_dice, claim};
pub(super) use view::{NOT_DRAWN, level_badge};
pub(super) use voided::notes as void_notes;

use awaited::Awaited;
use level::Levels;

/// N, k and the cut-off of one stratum.
#[derive(Debug, Serialize)]
pub(super) struct Stratum {
    pub(super) name: String,
    pub(super) pool: u64,
    pub(super) drawn: u64,
    pub(super) cutoff: Option<String>,
}

/// One outside party.
#[derive(Debug, Serialize)]
pub(super) struct PublicParty {
    pub(super) name: String,
    pub(super) office: String,
    pub(super) commitment: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) absent: Option<String>,
}

/// One record of the log that belongs to this campaign.
#[derive(Debug, Serialize)]
pub(super) struct PublicRecord {
    pub(super) kind: String,
    pub(super) words: &'static str,
    pub(super) attempt: Option<u64>,
    pub(super) at: String,
    pub(super) entry: u64,
    pub(super) hash: String,
    pub(super) text: String,
    pub(super) reason: Option<String>,
    /// Where the bundle of a void attempt is, under `shuang/2`.
    pub(super) bundle: Option<String>,
}

/// One visit, only after OPEN.
#[derive(Debug, Serialize)]
pub(super) struct PublicVisit {
    pub(super) place: i64,
    pub(super) subject_code: String,
    pub(super) subject_name: String,
    pub(super) team: Vec<String>,
    pub(super) leader: Option<String>,
    pub(super) publication: Option<String>,
}

/// A hash that proves something, with what it proves.
#[derive(Debug, Serialize)]
pub(super) struct NamedHash {
    pub(super) name: String,
    pub(super) proves: &'static str,
    pub(super) hash: String,
}

/// A draw as the public may see it now.
#[derive(Debug, Serialize)]
pub(super) struct PublicDraw {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) initiator: String,
    pub(super) state: &'static str,
    pub(super) state_words: &'static str,
    pub(super) attempt: u32,
    pub(super) window: (String, String),
    pub(super) items: Vec<(String, String)>,
    pub(super) trust_level: Option<i64>,
    pub(super) trust_level_announced: Option<i64>,
    pub(super) trust_level_proven: Option<i64>,
    pub(super) claim: Option<&'static str>,
    #[serde(skip)]
    by_dice: bool,
    #[serde(skip)]
    looks_again: Option<u16>,
    pub(super) strata: Vec<Stratum>,
    pub(super) must: Option<u64>,
    pub(super) skip: Option<u64>,
    pub(super) subjects: Option<u64>,
    pub(super) parties: Vec<PublicParty>,
    pub(super) public_sources: Vec<String>,
    /// When the ceremony was announced for, and from when FREEZE takes nonces.
    pub(super) ceremony: Option<String>,
    pub(super) reveal_from: Option<String>,
    pub(super) reveal_by: Option<String>,
    pub(super) hashes: Vec<NamedHash>,
    pub(super) records: Vec<PublicRecord>,
    pub(super) bundle_stage: Option<&'static str>,
    pub(super) opened: bool,
    pub(super) visits: Vec<PublicVisit>,
    pub(super) visits_total: usize,
    pub(super) abandoned: Option<String>,
    pub(super) awaited: Vec<Awaited>,
    /// Whether nothing of it follows any more: the log was begun anew since FREEZE.
    pub(super) overtaken: bool,
    /// When the public source of the attempt appeared, if REVEAL was not there by then.
    pub(super) missed_beacon: Option<String>,
    /// That the time of its ceremony is over and it was not held.
    pub(super) ceremony_overdue: Option<Told>,
    /// What is not done of it though the last day of its plan is over.
    pub(super) left_undone: Option<String>,
}

pub(super) async fn show(
    State(web): State<WebState>,
    guest: Guest,
    Path(no): Path<String>,
) -> Answer {
    let draw = load(&web, bare(&no)).await?;
    answer(&web, &guest, draw, view::page).await
}

/// The campaign if the public may know of it: its plan was approved at least once. One whose records say another number, and
/// a number of which there are records and no campaign, contradict the log.
pub(super) async fn public_campaign(reader: &mut Reader, no: &str) -> Result<StoredCampaign, Stop> {
    let number = CampaignNo::parse(no).map_err(|_| Stop::not_found())?;
    let stored = match by_number(reader, &number).await {
        Err(StoreError::NotFound { .. }) if has_records_under(reader, &number).await? => {
            return Err(renumbered(&number).into());
        }
        found => found.map_err(contradicted)?,
    };
    let says_another = |record: &String| {
        let mut lines = record.lines();
        let named = lines.find_map(|line| line.strip_prefix("campaign "));
        named.is_some_and(|named| named != number.as_str())
    };
    let records = [&stored.freeze_record, &stored.result_record].into_iter();
    if records.flatten().any(says_another) {
        return Err(renumbered(&number).into());
    }
    if stored.plan_record.is_some() {
        Ok(stored)
    } else {
        Err(Stop::not_found())
    }
}

fn renumbered(number: &CampaignNo) -> StoreError {
    let place = format!("任务 {number} 的编号");
    StoreError::contradiction(&place, "与日志里的公开记录不符")
}

pub(super) async fn load(web: &WebState, no: &str) -> Result<PublicDraw, Stop> {
    let mut reader = web.app.db.read().await?;
    let stored = public_campaign(&mut reader, no).await?;
    let plan = plan_of(&stored)?;
    let logged = records_of(&mut reader, &stored).await?;
    let records = public_records(&mut reader, &stored, no, &logged).await?;
    let initiator = initiator(&mut reader, &stored).await?;
    let items = items(&mut reader, &plan).await?;
    let stage = public_stage(&stored);
    let opened = stage == Some(Stage::Public);
    let (visits, visits_total) = if opened {
        parts::visits(&mut reader, &stored).await?
    } else {
        (Vec::new(), 0)
    };
    let now = web.app.clock.now();
    let awaited = awaited::of(&mut reader, &stored, now).await?;
    let overtaken = app::drawing::is_overtaken(&mut reader, &stored).await?;
    let freeze = stored.freeze_record.as_deref().map(Record);
    let parties = parts::parties(&plan, &stored, &records);
    let levels = Levels::of(&stored, &parties);
    Ok(PublicDraw {
        awaited,
        overtaken,
        ceremony_overdue: Told::of(&stored, overtaken, now),
        left_undone: LeftUndone::of(&stored, now.date()).map(|left| left.sentence()),
        missed_beacon: stored.campaign.missed_beacon(now).map(|at| at.local_text()),
        number: stored.campaign.number.to_string(),
        initiator,
        state: stored.campaign.kind().name(),
        state_words: stored.campaign.kind().label(),
        attempt: stored.campaign.state.attempt(),
        window: (stored.from.to_string(), stored.until.to_string()),
        items,
        trust_level: stored.trust_level,
        trust_level_announced: levels.announced,
        trust_level_proven: levels.proven,
        claim: levels.claim,
        by_dice: by_dice(&stored),
        looks_again: following::looks_again(&stored, now),
        strata: parts::strata(&stored),
        must: freeze.and_then(|record| record.number("must", 0)),
        skip: freeze.and_then(|record| record.number("skip", 0)),
        subjects: freeze.and_then(|record| record.number("subjects", 0)),
        parties,
        public_sources: parts::public_sources(&plan, &stored, &records),
        ceremony: moment_of(stored.plan_record.as_deref().map(Record), "ceremony"),
        reveal_from: moment_of(freeze, "reveal-from"),
        reveal_by: moment_of(freeze, "reveal-by"),
        hashes: parts::hashes(&stored),
        records,
        bundle_stage: stage.map(Stage::word),
        opened,
        visits,
        visits_total,
        abandoned: given_up(&stored.campaign.state),
        title: stored.title,
    })
}

async fn public_records(
    reader: &mut Reader,
    stored: &StoredCampaign,
    no: &str,
    logged: &[LoggedRecord],
) -> Result<Vec<PublicRecord>, Stop> {
    let not_held = not_held(reader, stored).await?;
    let mut records = Vec::with_capacity(logged.len());
    for record in logged {
        records.push(public_record(reader, no, record, &not_held).await?);
    }
    Ok(records)
}

/// The name of the unit whose campaign it is.
async fn initiator(reader: &mut Reader, stored: &StoredCampaign) -> Result<String, Stop> {
    let units = org::units(reader).await?;
    let mut units = units.into_iter();
    let own = units.find(|unit| unit.id == stored.campaign.initiator);
    Ok(own.map(|unit| unit.name).unwrap_or_default())
}

/// A moment that a record names, as people write it.
fn moment_of(record: Option<Record<'_>>, word: &str) -> Option<String> {
    let record = record?;
    let seconds = i64::try_from(record.number(word, 0)?).ok()?;
    Some(printed(seconds.saturating_mul(1_000)))
}

/// Code and name of every item of the plan.
async fn items(reader: &mut Reader, plan: &CampaignPlan) -> Result<Vec<(String, String)>, Stop> {
    let names = catalog::items(reader).await?;
    let named = plan.items.iter().map(|planned| {
        let known = names.iter().find(|kept| kept.item.id == planned.item);
        let code = planned.item.to_string();
        let name = known.map_or_else(|| code.clone(), |kept| kept.item.terms.name.clone());
        (code, name)
    });
    Ok(named.collect())
}

async fn public_record(
    reader: &mut Reader,
    no: &str,
    logged: &LoggedRecord,
    not_held: &[u32],
) -> Result<PublicRecord, Stop> {
    let record = Record(&logged.record);
    let is_void = logged.record.starts_with("shuang/2 void\n");
    let attempt = record.attempt().filter(|_| is_void);
    let reason = match (logged.kind, is_void) {
        ("void", true) if is_of(attempt, not_held) => Some(NOT_HELD.to_owned()),
        ("void", true) => class_of(&logged.record),
        // Under `shuang/1` whoever voided wrote for the public: the record holds the hash of his words.
        ("void", false) => reason_of(&log::body(reader, &logged.event).await?.0),
        _ => None,
    };
    Ok(PublicRecord {
        kind: record.kind().to_owned(),
        words: record.kind_words(),
        attempt: record.attempt(),
        at: printed(logged.at_ms),
        entry: logged.sequence,
        hash: logged.hash.clone(),
        text: logged.record.clone(),
        bundle: attempt.map(|attempt| format!("/draw/{no}/attempts/{attempt}/bundle.zip")),
        reason,
    })
}

/// The void attempts whose ceremony nobody began.
async fn not_held(reader: &mut Reader, stored: &StoredCampaign) -> Result<Vec<u32>, Stop> {
    let voids = void_attempts(reader, stored).await?;
    let not_held = voids.iter().filter(|void| {
        let is_by_program = void.void_record.ends_with("\nby program\n");
        let commitment = void.as_stood.campaign.state.commitment();
        is_by_program && commitment.is_some_and(|committed| committed.ceremony.is_none())
    });
    Ok(not_held.map(VoidAttempt::attempt).collect())
}

fn is_of(attempt: Option<u64>, attempts: &[u32]) -> bool {
    attempts.iter().any(|one| attempt == Some(u64::from(*one)))
}

/// The published class of a VOID of `shuang/2`, with its sentence; its token where it is of no class of the list.
fn class_of(record: &str) -> Option<String> {
    let token = record
        .lines()
        .find_map(|line| line.strip_prefix("reason "))?;
    Some(match VoidClass::parse(token) {
        Some(class) => class.published(),
        None => token.to_owned(),
    })
}

fn reason_of(body: &str) -> Option<String> {
    let header: serde_json::Value = serde_json::from_str(body.lines().nth(1)?).ok()?;
    header.get("reason")?.as_str().map(str::to_owned)
}

/// Why it was given up, if it was.
fn given_up(state: &CampaignState) -> Option<String> {
    match state {
        CampaignState::Abandoned(abandoned) => Some(abandoned.public_reason()),
        _ => None,
    }
}
