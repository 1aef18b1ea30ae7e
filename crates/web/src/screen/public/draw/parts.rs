//! The parts of a draw, each read from the public record that states it.

use app::inspection::publishing;
use domain::campaign::plan::CampaignPlan;
use domain::publication::Publication;
use store::campaign::StoredCampaign;
use store::{Reader, inspection};

use super::{NamedHash, PublicParty, PublicRecord, PublicVisit, Stratum};
use crate::gate::Stop;
use crate::screen::public::printed;
use crate::screen::public::record::Record;

/// The visits shown on the page; all of them stand in the bundle.
const VISITS_SHOWN: usize = 200;

pub(super) fn strata(stored: &StoredCampaign) -> Vec<Stratum> {
    let Some(freeze) = stored.freeze_record.as_deref().map(Record) else {
        return Vec::new();
    };
    let result = stored.result_record.as_deref().map(Record);
    let number = |words: &[&str], at: usize| {
        words
            .get(at)
            .and_then(|word| word.parse().ok())
            .unwrap_or(0)
    };
    let cutoff = |name: &str| {
        let mut lines = result?.all("cutoff");
        lines
            .find(|words| words.first() == Some(&name))?
            .get(1)
            .map(|cutoff| (*cutoff).to_owned())
    };
    freeze
        .all("stratum")
        .map(|words| {
            let name = words.first().copied().unwrap_or("").to_owned();
            let cutoff = cutoff(&name);
            Stratum {
                pool: number(&words, 1),
                drawn: number(&words, 2),
                name,
                cutoff,
            }
        })
        .collect()
}

/// The parties as announced, with what each has published: the commitment by FREEZE, the nonce by
/// REVEAL. What the server holds before that is not shown.
pub(super) fn parties(
    plan: &CampaignPlan,
    stored: &StoredCampaign,
    records: &[PublicRecord],
) -> Vec<PublicParty> {
    let freeze = stored.freeze_record.as_deref().map(Record);
    let reveal = reveal_of(stored, records);
    let line = |record: Option<Record<'_>>, token: &str| -> Vec<String> {
        let found = record.and_then(|record| {
            let words = record
                .all("party")
                .find(|words| words.first() == Some(&token))?;
            Some(words.into_iter().map(str::to_owned).collect())
        });
        found.unwrap_or_default()
    };
    let shown = plan.sources.parties.iter().map(|party| {
        let token = party.token.as_str();
        let opened = line(reveal, token);
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

/// REVEAL of the current attempt, once FREEZE and it are public.
fn reveal_of<'r>(stored: &StoredCampaign, records: &'r [PublicRecord]) -> Option<Record<'r>> {
    stored.freeze_record.as_ref()?;
    let attempt = u64::from(stored.campaign.state.attempt());
    let mut records = records.iter();
    let reveal = records.find(|one| one.kind == "reveal" && one.attempt == Some(attempt));
    reveal.map(|record| Record(&record.text))
}

/// Dice and beacon as announced, and as far as a record says them: the dice of `shuang/2` stand in REVEAL.
pub(super) fn public_sources(
    plan: &CampaignPlan,
    stored: &StoredCampaign,
    records: &[PublicRecord],
) -> Vec<String> {
    let reveal = reveal_of(stored, records);
    let text = stored
        .seed_text
        .as_deref()
        .or(stored.freeze_record.as_deref());
    let is_frozen = stored.seed_text.is_none();
    let mut sources = Vec::new();
    for (word, label) in [("dice", "公开掷骰"), ("beacon", "公共信标")] {
        let announced = match word {
            "dice" => plan.sources.dice.as_ref().map(|label| label.to_string()),
            _ => plan
                .sources
                .beacon
                .as_ref()
                .map(|beacon| beacon.source.clone()),
        };
        let Some(announced) = announced else { continue };
        let said = |record: Record<'_>| {
            let words = record.all(word).next()?;
            Some(match (word, words.as_slice()) {
                // FREEZE says when it appears, and the texts after it what it showed.
                ("beacon", [source, round, at]) if is_frozen => match at.parse::<i64>() {
                    Ok(at) => format!(
                        "{source} {round}，{} 产生",
                        printed(at.saturating_mul(1_000))
                    ),
                    Err(_) => words.join(" "),
                },
                _ => words.join(" "),
            })
        };
        let line = reveal.and_then(said).or_else(|| said(Record(text?)));
        sources.push(format!("{label}：{}", line.unwrap_or(announced)));
    }
    sources
}

pub(super) fn hashes(stored: &StoredCampaign) -> Vec<NamedHash> {
    let mut hashes = Vec::new();
    let mut add = |name: &str, proves, hash: Option<&str>| {
        if let Some(hash) = hash {
            hashes.push(NamedHash {
                name: name.to_owned(),
                proves,
                hash: hash.to_owned(),
            });
        }
    };
    let state = &stored.campaign.state;
    if let Some(freeze) = stored.freeze_record.as_deref().map(Record) {
        add(
            "方案",
            "抽取之前批准的方案，承诺引用它",
            freeze.word("plan", 0),
        );
        let committed = state
            .commitment()
            .map(|committed| committed.freeze_hash.as_str());
        add("承诺", "抽取之前固定下来的一切", committed);
        add(
            "对象名录根",
            "名录里的每一条，次序不透露是谁",
            freeze.word("subjects", 1),
        );
        add(
            "人员名录根",
            "参加抽取的执法检查人员",
            freeze.word("inspectors", 1),
        );
        add("回避登记根", "谁不能查谁", freeze.word("recusals", 1));
        add(
            "秘密的承诺",
            "使签号事先算不出来，公开后交监督机关",
            freeze.word("secret", 0),
        );
    }
    if let Some(result) = stored.result_record.as_deref().map(Record) {
        add("种子", "由承诺和各方随机数算出", result.word("seed", 0));
        add(
            "结果",
            "抽取的全部结论",
            state.result().map(|drawn| drawn.result_hash.as_str()),
        );
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

pub(super) async fn visits(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(Vec<PublicVisit>, usize), Stop> {
    let attempt = i64::from(stored.campaign.state.attempt());
    let kept = inspection::of_campaign(reader, &stored.campaign.id, attempt).await?;
    let published = inspection::publications_of(reader, &stored.campaign.id).await?;
    let total = kept.len();
    let shown = kept.into_iter().take(VISITS_SHOWN).map(|kept| {
        let mut readable = published
            .iter()
            .filter_map(|one| one.publication.as_ref().ok());
        let standing = readable.find(|one| {
            let stands = matches!(publishing::standing(one), Ok(Publication::Published(_)));
            one.inspection == kept.visit.id && stands
        });
        PublicVisit {
            place: kept.ordinal,
            team: kept.visit.team.iter().map(ToString::to_string).collect(),
            leader: kept.visit.leader.as_ref().map(ToString::to_string),
            publication: standing.map(|one| one.id.to_string()),
            subject_code: kept.subject_code,
            subject_name: kept.subject_name,
        }
    });
    Ok((shown.collect(), total))
}
