//! One draw as a stranger sees it: what was announced, what followed from it, what is still sealed.
//!
//! Everything is read from the public records, never from the frame. Before OPEN no subject stands
//! anywhere here: not on the page, not in the data, not in the records.

use app::campaign::plan_of;
use app::drawing::{Stage, public_stage};
use axum::extract::{Path, State};
use domain::campaign::CampaignState;
use domain::campaign::plan::CampaignPlan;
use domain::id::CampaignNo;
use serde::Serialize;
use store::campaign::{StoredCampaign, by_number};
use store::portal::{LoggedRecord, records_of};
use store::{Reader, catalog, inspection, log, org};

use super::record::Record;
use super::{answer, bare, printed};
use crate::gate::{Answer, Guest, Stop, WebState};

mod view;

pub(super) use view::level_badge;

/// The visits shown on the page; all of them stand in the bundle.
const VISITS_SHOWN: usize = 200;

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
}

/// One visit, only after OPEN.
#[derive(Debug, Serialize)]
pub(super) struct PublicVisit {
    pub(super) place: i64,
    pub(super) subject_code: String,
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
    pub(super) claim: Option<&'static str>,
    pub(super) strata: Vec<Stratum>,
    pub(super) must: Option<u64>,
    pub(super) skip: Option<u64>,
    pub(super) subjects: Option<u64>,
    pub(super) parties: Vec<PublicParty>,
    pub(super) public_sources: Vec<String>,
    pub(super) reveal_by: Option<String>,
    pub(super) hashes: Vec<NamedHash>,
    pub(super) records: Vec<PublicRecord>,
    pub(super) bundle_stage: Option<&'static str>,
    pub(super) opened: bool,
    pub(super) visits: Vec<PublicVisit>,
    pub(super) visits_total: usize,
    pub(super) abandoned: Option<String>,
}

pub(super) async fn show(
    State(web): State<WebState>,
    guest: Guest,
    Path(no): Path<String>,
) -> Answer {
    let draw = load(&web, bare(&no)).await?;
    answer(&web, &guest, draw, view::page).await
}

/// The campaign if the public may know of it: its plan was approved at least once.
pub(super) async fn public_campaign(reader: &mut Reader, no: &str) -> Result<StoredCampaign, Stop> {
    let number = CampaignNo::parse(no).map_err(|_| Stop::not_found())?;
    let stored = by_number(reader, &number).await?;
    if stored.plan_record.is_some() { Ok(stored) } else { Err(Stop::not_found()) }
}

pub(super) async fn load(web: &WebState, no: &str) -> Result<PublicDraw, Stop> {
    let mut reader = web.app.db.read().await?;
    let stored = public_campaign(&mut reader, no).await?;
    let plan = plan_of(&stored)?;
    let logged = records_of(&mut reader, &stored.campaign.id).await?;
    let mut records = Vec::with_capacity(logged.len());
    for record in &logged {
        records.push(public_record(&mut reader, record).await?);
    }
    let units = org::units(&mut reader).await?;
    let initiator = units.iter().find(|unit| unit.id == stored.campaign.initiator);
    let names = catalog::items(&mut reader).await?;
    let items = plan.items.iter().map(|planned| {
        let known = names.iter().find(|kept| kept.item.id == planned.item);
        let name = known.map_or_else(|| planned.item.to_string(), |kept| kept.item.terms.name.clone());
        (planned.item.to_string(), name)
    });
    let items = items.collect();
    let stage = public_stage(&stored);
    let opened = stage == Some(Stage::Public);
    let (visits, visits_total) = if opened { visits(&mut reader, &stored).await? } else { (Vec::new(), 0) };
    let freeze = stored.freeze_record.as_deref().map(Record);
    Ok(PublicDraw {
        number: stored.campaign.number.to_string(),
        initiator: initiator.map(|unit| unit.name.clone()).unwrap_or_default(),
        state: stored.campaign.kind().name(),
        state_words: stored.campaign.kind().label(),
        attempt: stored.campaign.state.attempt(),
        window: (stored.from.to_string(), stored.until.to_string()),
        items,
        trust_level: stored.trust_level,
        claim: stored.trust_level.map(claim),
        strata: strata(&stored),
        must: freeze.and_then(|record| record.number("must", 0)),
        skip: freeze.and_then(|record| record.number("skip", 0)),
        subjects: freeze.and_then(|record| record.number("subjects", 0)),
        parties: parties(&plan, &stored, &records),
        public_sources: public_sources(&plan, &stored),
        reveal_by: freeze
            .and_then(|record| record.number("reveal-by", 0))
            .and_then(|seconds| i64::try_from(seconds).ok())
            .map(|seconds| printed(seconds.saturating_mul(1_000))),
        hashes: hashes(&stored),
        records,
        bundle_stage: stage.map(Stage::word),
        opened,
        visits,
        visits_total,
        abandoned: match &stored.campaign.state {
            CampaignState::Abandoned(abandoned) => Some(abandoned.reason.clone()),
            _ => None,
        },
        title: stored.title,
    })
}

/// What may be said of a draw of this level, and no more.
pub(super) const fn claim(level: i64) -> &'static str {
    match level {
        2 => "随机数由两个以上外部见证方和一个公共信标共同决定。只要其中任何一个没有与发起单位串通，就没有人能决定谁被抽中。",
        1 => "随机数至少有两个外部见证方，或者一个公共来源参与决定。只要其中一个没有与发起单位串通，就没有人能决定谁被抽中。",
        _ => "这是一次演练：外部来源不足，不得据此开展检查。",
    }
}

async fn public_record(reader: &mut Reader, logged: &LoggedRecord) -> Result<PublicRecord, Stop> {
    let record = Record(&logged.record);
    let reason = match logged.act.as_str() {
        // The record holds the hash of the reason; the words are public by 细则五 and stand in the body.
        "campaign.void" => reason_of(&log::body(reader, &logged.event).await?.0),
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
        reason,
    })
}

fn reason_of(body: &str) -> Option<String> {
    let header: serde_json::Value = serde_json::from_str(body.lines().nth(1)?).ok()?;
    header.get("reason")?.as_str().map(str::to_owned)
}

fn strata(stored: &StoredCampaign) -> Vec<Stratum> {
    let Some(freeze) = stored.freeze_record.as_deref().map(Record) else { return Vec::new() };
    let result = stored.result_record.as_deref().map(Record);
    let number = |words: &[&str], at: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(0);
    let cutoff = |name: &str| {
        let mut lines = result?.all("cutoff");
        lines.find(|words| words.first() == Some(&name))?.get(1).map(|cutoff| (*cutoff).to_owned())
    };
    freeze
        .all("stratum")
        .map(|words| {
            let name = words.first().copied().unwrap_or("").to_owned();
            let cutoff = cutoff(&name);
            Stratum { pool: number(&words, 1), drawn: number(&words, 2), name, cutoff }
        })
        .collect()
}

/// The parties as announced, with what each has published: the commitment by FREEZE, the nonce by
/// REVEAL. What the server holds before that is not shown.
fn parties(plan: &CampaignPlan, stored: &StoredCampaign, records: &[PublicRecord]) -> Vec<PublicParty> {
    let freeze = stored.freeze_record.as_deref().map(Record);
    let attempt = u64::from(stored.campaign.state.attempt());
    let reveal = freeze.and_then(|_| {
        records.iter().find(|record| record.kind == "reveal" && record.attempt == Some(attempt))
    });
    let line = |record: Option<Record<'_>>, token: &str| -> Vec<String> {
        let found = record.and_then(|record| {
            let words = record.all("party").find(|words| words.first() == Some(&token))?;
            Some(words.into_iter().map(str::to_owned).collect())
        });
        found.unwrap_or_default()
    };
    let shown = plan.sources.parties.iter().map(|party| {
        let token = party.token.as_str();
        let opened = line(reveal.map(|record| Record(&record.text)), token);
        let absent = opened.get(1).is_some_and(|word| word == "absent");
        PublicParty {
            name: token.to_owned(),
            office: party.office.clone(),
            commitment: line(freeze, token).get(1).cloned(),
            nonce: opened.get(1).filter(|_| !absent).cloned(),
            absent: opened.get(2).filter(|_| absent).cloned(),
        }
    });
    shown.collect()
}

fn public_sources(plan: &CampaignPlan, stored: &StoredCampaign) -> Vec<String> {
    let text = stored.seed_text.as_deref().or(stored.freeze_record.as_deref());
    let mut sources = Vec::new();
    for (word, label) in [("dice", "公开掷骰"), ("beacon", "公共信标")] {
        let announced = match word {
            "dice" => plan.sources.dice.as_ref().map(|label| label.to_string()),
            _ => plan.sources.beacon.as_ref().map(|beacon| beacon.source.clone()),
        };
        let Some(announced) = announced else { continue };
        let line = text.and_then(|text| Record(text).all(word).next().map(|words| words.join(" ")));
        sources.push(format!("{label}：{}", line.unwrap_or(announced)));
    }
    sources
}

fn hashes(stored: &StoredCampaign) -> Vec<NamedHash> {
    let mut hashes = Vec::new();
    let mut add = |name: &str, proves, hash: Option<&str>| {
        if let Some(hash) = hash {
            hashes.push(NamedHash { name: name.to_owned(), proves, hash: hash.to_owned() });
        }
    };
    let state = &stored.campaign.state;
    if let Some(freeze) = stored.freeze_record.as_deref().map(Record) {
        add("方案", "抽取之前批准的方案，承诺引用它", freeze.word("plan", 0));
        let committed = state.commitment().map(|committed| committed.freeze_hash.as_str());
        add("承诺", "抽取之前固定下来的一切", committed);
        add("对象名录根", "名录里的每一条，次序不透露是谁", freeze.word("subjects", 1));
        add("人员名录根", "参加抽取的执法检查人员", freeze.word("inspectors", 1));
        add("回避登记根", "谁不能查谁", freeze.word("recusals", 1));
        add("秘密的承诺", "使签号事先算不出来，公开后交监督机关", freeze.word("secret", 0));
    }
    if let Some(result) = stored.result_record.as_deref().map(Record) {
        add("种子", "由承诺和各方随机数算出", result.word("seed", 0));
        add("结果", "抽取的全部结论", state.result().map(|drawn| drawn.result_hash.as_str()));
        for words in result.all("file") {
            if let [name, hash] = words.as_slice() {
                let (words, proves) = match *name {
                    "subjects.order" => ("对象次序", "封存文件 subjects.order，公开后可以比对"),
                    "inspectors.order" => ("人员次序", "封存文件 inspectors.order，公开后可以比对"),
                    "teams.txt" => ("编组", "封存文件 teams.txt，公开后可以比对"),
                    "leaders.txt" => ("组长", "封存文件 leaders.txt，公开后可以比对"),
                    other => (other, "封存文件的摘要，公开后可以比对"),
                };
                add(words, proves, Some(hash));
            }
        }
    }
    hashes
}

async fn visits(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(Vec<PublicVisit>, usize), Stop> {
    let attempt = i64::from(stored.campaign.state.attempt());
    let kept = inspection::of_campaign(reader, &stored.campaign.id, attempt).await?;
    let published = inspection::publications_of(reader, &stored.campaign.id).await?;
    let total = kept.len();
    let shown = kept.into_iter().take(VISITS_SHOWN).map(|kept| {
        let standing = published.iter().find(|one| one.inspection == kept.visit.id);
        PublicVisit {
            place: kept.ordinal,
            team: kept.visit.team.iter().map(ToString::to_string).collect(),
            leader: kept.visit.leader.as_ref().map(ToString::to_string),
            publication: standing.map(|one| one.id.to_string()),
            subject_code: kept.subject_code,
        }
    });
    Ok((shown.collect(), total))
}
