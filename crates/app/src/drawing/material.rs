//! From what is kept to what the draw computes with: terms, frame, S; and back to files.

use std::io;
use std::num::NonZeroUsize;

use domain::campaign::eligibility::Eligibility;
use domain::campaign::party::{Party, PartyState};
use domain::campaign::plan::{CampaignPlan, hash_of};
use domain::id::CampaignNo;
use domain::refusal::{Code, Fact};
use domain::text::FieldErrors;
use domain::time::Instant;
use draw::bundle::{self, Attempt, Ended, Stage};
use draw::digest::Secret;
use draw::record::{BeaconName, Hours, PartyLine, PlanRecord};
use draw::seed::lottery::Lottery;
use draw::standing::Course;
use draw::{Drawn, Frame, Frozen, Refusal, Stratum, Suite, Terms, Token, Version};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError};

use super::frame::Figures;
use super::held::{self, altered};
use super::kept::Kept;
use super::rehearsal;
use super::seed::Sources;
use super::{CommitWords, NO_RECORD, Tried, freeze_of, refused_by_draw, token};
use crate::aside::aside;
use crate::campaign::{plan_of, unsound};
use crate::{App, AppError};

static NO_ROUND: Code = Code::new(
    "CAMP-047",
    "“{round}”不是 {source} 的期号。",
    Some("摇号协议第 3.5 节"),
    "{how}",
);

/// One file of a bundle.
#[derive(Clone, Debug)]
pub struct BundleFile {
    /// Its name, one of the protocol's.
    pub name: String,
    /// Its exact bytes.
    pub content: Vec<u8>,
}

/// How many threads a draw may use.
#[must_use]
pub fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The name under which S of an attempt is kept.
pub(super) const SECRET: &str = "secret";

/// The names under which its frame is.
pub(super) const FRAME_FILES: [&str; 3] = ["subjects.tsv", "inspectors.tsv", "recusals.tsv"];

/// The names under which the orders of the draw are kept from RESULT on. How long they are says how many stood in the
/// draw, and nothing of who was drawn; what names those is kept when OPEN publishes it and recomputed until then.
pub(super) const ORDERS: [&str; 2] = ["subjects.order", "inspectors.order"];

/// The canonical frame as its three files.
pub(super) fn frame_files(frame: &Frame) -> [(&'static str, Vec<u8>); 3] {
    let written = |write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        let mut content = Vec::new();
        write(&mut content).expect("writing into memory cannot fail");
        content
    };
    let [subjects, inspectors, recusals] = FRAME_FILES;
    [
        (
            subjects,
            written(&|out| frame.subjects.write(threads(), out)),
        ),
        (
            inspectors,
            written(&|out| frame.inspectors.write(threads(), out)),
        ),
        (recusals, written(&|out| frame.write_recusals(out))),
    ]
}

/// The frame, frozen on terms that keep their version: `shuang/2` holds them against the plan.
fn freeze(
    plan: &PlanRecord,
    terms: &Terms,
    frame: Frame,
    secret: [u8; 32],
) -> Result<Frozen, Refusal> {
    let secret = Secret::from_bytes(secret);
    match terms.version() {
        Version::One => draw::freeze(terms, frame, &secret, threads()),
        Version::Two => draw::freeze_under(plan, terms, frame, &secret, threads()),
    }
}

/// Refuses now what FREEZE would be refused for later; commitments, hours and round do not matter for that.
pub(super) async fn rehearse(
    (number, attempt): (&CampaignNo, u32),
    version: Version,
    (plan, record): (&CampaignPlan, PlanRecord),
    eligibility: &Eligibility,
    secret: [u8; 32],
) -> Result<Frozen, AppError> {
    let parties = plan.sources.parties.iter().map(|party| {
        let name = token(party.token.as_str())?;
        Ok(nobodys(record.suite, name))
    });
    let hours = rehearsal::hours(version, &record);
    let terms = Terms {
        quotas: eligibility
            .quotas
            .iter()
            .map(|q| (q.stratum.clone(), q.drawn))
            .collect(),
        parties: parties.collect::<Result<_, AppError>>()?,
        beacon: match &record.beacon {
            Some(source) => Some(beacon_name(source, &rehearsal::round(version, source))?),
            None => None,
        },
        reveal_by: hours.reveal_by,
        hours: hours.others,
        ..bare_terms(number, attempt, &record)?
    };
    let frame = eligibility.frame.clone();
    aside(move || freeze(&record, &terms, frame, secret))
        .await
        .map_err(|refusal| refused_by_draw(Tried::Freeze, &refusal.faults).into())
}

/// What stands where a party has not committed yet: of its own, as no two may be the same, and never published.
fn nobodys(suite: Suite, name: Token) -> PartyLine {
    PartyLine {
        name,
        commitment: suite.bytes(name.as_bytes()),
    }
}

fn beacon_name(source: &str, round: &str) -> Result<BeaconName, AppError> {
    format!("{source} {}", round.trim())
        .parse()
        .map_err(|fault| unsound(&fault))
}

/// The beacon as it was typed, in the writing of its source.
fn beacon_typed(source: &str, round: &str) -> Result<BeaconName, AppError> {
    let lottery = Lottery::named(source);
    let fits = lottery.is_none_or(|lottery| lottery.issue(round).is_some());
    if let (Ok(named), true) = (beacon_name(source, round), fits) {
        return Ok(named);
    }
    let how = match lottery {
        Some(lottery) => format!(
            "按开奖公告写 {} 位数字：年份在前，后三位是这一年的第几期，不写“第”“期”和空格。",
            lottery.digits()
        ),
        None => "按公布它的地方的写法，只用数字和字母，不加空格。".to_owned(),
    };
    let mut errors = FieldErrors::new();
    let facts: [Fact<'_>; 3] = [("round", &round), ("source", &source), ("how", &how)];
    errors.push("beacon_round", NO_ROUND.field(&facts));
    Err(errors.into())
}

/// What the plan alone says of FREEZE.
fn bare_terms(number: &CampaignNo, attempt: u32, plan: &PlanRecord) -> Result<Terms, AppError> {
    Ok(Terms {
        campaign: token(number.as_str())?,
        attempt,
        suite: plan.suite,
        plan: hash_of(plan),
        extends: None,
        quotas: Vec::new(),
        drawn: plan.drawn.clone(),
        teams: plan.teams.clone(),
        assign: plan.assign,
        areas: plan.areas.clone(),
        leaders: plan.leaders.clone(),
        parties: Vec::new(),
        dice: plan.dice,
        reveal_by: 0,
        beacon: None,
        hours: Hours::One,
    })
}

pub(super) fn plan_record(stored: &StoredCampaign) -> Result<PlanRecord, AppError> {
    let text = stored
        .plan_record
        .as_ref()
        .ok_or_else(|| NO_RECORD.refuse(&[]))?;
    PlanRecord::parse(text.as_bytes())
        .map_err(|fault| altered(&format!("批准的方案（PLAN，{fault}）")))
}

fn party_line(suite: Suite, party: &Party) -> Result<PartyLine, AppError> {
    let name = token(party.name.token.as_str())?;
    let commitment = match &party.state {
        // Without commitment FREEZE is refused by the domain.
        PartyState::Announced => return Ok(nobodys(suite, name)),
        PartyState::Committed { commitment, .. }
        | PartyState::Revealed { commitment, .. }
        | PartyState::Absent { commitment, .. } => commitment,
    };
    Ok(PartyLine {
        name,
        commitment: super::digest(commitment),
    })
}

/// The terms FREEZE is published on: from plan, figures and commitments. After it they are its own.
pub(super) fn terms(
    stored: &StoredCampaign,
    plan: &PlanRecord,
    reveal_by: Instant,
    words: &CommitWords,
) -> Result<Terms, AppError> {
    let document = plan_of(stored)?;
    let frame = stored.campaign.state.frame();
    let parties = frame
        .map(|frozen| frozen.parties.as_slice())
        .unwrap_or_default();
    let has_beacon = document.sources.beacon.is_some();
    let beacon = match &document.sources.beacon {
        Some(beacon) => Some(beacon_typed(&beacon.source, &words.beacon_round)?),
        None => None,
    };
    let version = frame.map_or(Version::One, |frozen| frozen.version.protocol());
    Ok(Terms {
        quotas: quotas(stored)?,
        parties: parties
            .iter()
            .map(|party| party_line(plan.suite, party))
            .collect::<Result<_, _>>()?,
        reveal_by: seconds(reveal_by),
        beacon,
        hours: match version {
            Version::One => Hours::One,
            Version::Two => Hours::Two {
                reveal_from: words.reveal_from.map_or(0, seconds),
                beacon_at: words.beacon_at.filter(|_| has_beacon).map(seconds),
            },
        },
        ..bare_terms(
            &stored.campaign.number,
            stored.campaign.state.attempt(),
            plan,
        )?
    })
}

fn seconds(at: Instant) -> u64 {
    u64::try_from(at.unix_seconds()).unwrap_or(0)
}

fn quotas(stored: &StoredCampaign) -> Result<Vec<(Stratum, u64)>, AppError> {
    let figures = Figures::parse(&stored.figures)?;
    figures
        .quotas
        .iter()
        .map(|line| {
            let stratum = line.stratum.parse().map_err(|fault| unsound(&fault))?;
            Ok((stratum, line.drawn))
        })
        .collect()
}

impl App {
    /// The frozen attempt, recomputed from S and the kept frame on these terms.
    pub(super) async fn frozen(
        &self,
        kept: &Kept,
        plan: PlanRecord,
        terms: Terms,
    ) -> Result<Frozen, AppError> {
        let files = self.contents(kept).await?;
        aside(move || {
            let [secret, subjects, inspectors, recusals] = files.as_slice() else {
                unreachable!("as many contents as names");
            };
            let secret =
                <[u8; 32]>::try_from(secret.content.as_slice()).map_err(|_| altered("保存的 S"))?;
            let frame =
                bundle::parse_frame(&subjects.content, &inspectors.content, &recusals.content)
                    .map_err(|fault| altered(&format!("保存的名录（{fault}）")))?;
            let made = freeze(&plan, &terms, frame, secret);
            made.map_err(|refusal| refused_by_draw(Tried::Publish, &refusal.faults).into())
        })
        .await
    }

    /// The frozen attempt whose FREEZE is published, recomputed; it must be that one.
    pub(super) async fn committed(
        &self,
        kept: &Kept,
        stored: &StoredCampaign,
    ) -> Result<Frozen, AppError> {
        let (plan, terms) = (plan_record(stored)?, Terms::from(&freeze_of(stored)?));
        let frozen = self.frozen(kept, plan, terms).await?;
        held::same_freeze(stored, &frozen)?;
        Ok(frozen)
    }

    /// The drawn attempt, recomputed from S, the kept frame and what was published of its sources; it must be the
    /// one whose RESULT is published.
    pub(super) async fn drawn(
        &self,
        kept: &Kept,
        stored: &StoredCampaign,
    ) -> Result<Drawn, AppError> {
        let frozen = self.committed(kept, stored).await?;
        let sources = Sources::published(stored)?;
        let drawn = aside(move || sources.draw(frozen)).await;
        let drawn = drawn.map_err(|faults| {
            let fault = faults
                .into_iter()
                .next()
                .expect("a refused seed has a fault");
            unsound(&fault)
        })?;
        held::same_result(stored, &drawn)?;
        Ok(drawn)
    }
}

/// S and the frame of the attempt, as its rows name them.
pub(super) async fn kept_frame(
    view: &mut Reader,
    stored: &StoredCampaign,
) -> Result<Kept, AppError> {
    let [subjects, inspectors, recusals] = FRAME_FILES;
    Kept::of(view, stored, &[SECRET, subjects, inspectors, recusals]).await
}

/// The files of a bundle at a stage, without receipts, as the version of the attempt has them.
pub(super) fn files(
    drawn: &Drawn,
    plan: &PlanRecord,
    stage: Stage,
) -> Result<Vec<BundleFile>, AppError> {
    match drawn.frozen().record().version() {
        Version::One => written(stage.files(), |name, out| {
            bundle::write_file(drawn, name, threads(), out)
        }),
        Version::Two => {
            let course = Course::new(drawn);
            let attempt = Attempt {
                plan,
                ended: Ended::Drawn(&course),
            };
            written(attempt.contents(stage).files(), |name, out| {
                attempt.write(name, threads(), out)
            })
        }
    }
}

pub(super) fn written<N: AsRef<str>>(
    names: Vec<N>,
    write: impl Fn(&str, &mut Vec<u8>) -> io::Result<bool>,
) -> Result<Vec<BundleFile>, AppError> {
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let mut content = Vec::new();
        write(name.as_ref(), &mut content)
            .map_err(|error| StoreError::Engine(error.to_string()))?;
        files.push(BundleFile {
            name: name.as_ref().to_owned(),
            content,
        });
    }
    Ok(files)
}
