//! Who is in the frame, loaded from the registers; the figures pages show; the visits of a draw.

use std::collections::{BTreeMap, BTreeSet};

use domain::campaign::eligibility::{Eligibility, FrameFacts, SubjectFacts, frame_of};
use domain::campaign::plan::CompletePlan;
use domain::campaign::state as campaign_state;
use domain::id::{EventId, InspectionId, InspectorCode, ItemId};
use domain::inspection::{Inspection, InspectionSource, InspectionState, Step};
use domain::refusal::{Code, Refusal, codes};
use domain::rulebook::Rulebook;
use domain::time::Instant;
use domain::versioned::Shape;
use draw::record::PlanRecord;
use draw::{Drawn, Version};
use serde::{Deserialize, Serialize};
use store::campaign::StoredCampaign;
use store::inspection::StoredInspection;
use store::{FrameRegisters, FrozenSubject, Reader, StoreError};

use super::freezing::altered_register;
use super::material::plan_record;
use crate::AppError;
use crate::aside::aside;
use crate::campaign::complete_for;

static FRAME_FAULTS: Code = Code::new(
    "DRAW-036",
    "名录还不能冻结，有 {count} 处：{first}",
    Some("细则四（三）"),
    "按提示补全名录后再冻结。",
);

/// How the figures of a frame are kept.
pub static FIGURES: Shape<Figures> = Shape::new("campaigns.figures", &[]);

/// N and k of a stratum, and who stands beside the draw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumFigure {
    /// `<item>:<class>`.
    pub stratum: String,
    /// N.
    pub pool: u64,
    /// k.
    pub quota: u64,
    /// Visited without being drawn.
    pub must: u64,
    /// Left out, by reason.
    pub skipped: BTreeMap<String, u64>,
}

/// k of a stratum as FREEZE states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaFigure {
    /// The stratum.
    pub stratum: String,
    /// N.
    pub pool: u64,
    /// k.
    pub drawn: u64,
}

/// The figures of a frozen frame, as pages and portal show them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Per stratum.
    #[serde(default)]
    pub strata: Vec<StratumFigure>,
    /// N and k as they go into FREEZE.
    #[serde(default)]
    pub quotas: Vec<QuotaFigure>,
    /// Entries of the pools without a code, which cannot enter a draw.
    #[serde(default)]
    pub without_code: u64,
    /// Inspectors left out: code and reason.
    #[serde(default)]
    pub left_out: Vec<(String, String)>,
}

impl Figures {
    /// As kept with the campaign.
    #[must_use]
    pub fn to_json(&self) -> String {
        FIGURES
            .write(self)
            .expect("strings and numbers always encode")
    }

    /// Reads what is kept with the campaign.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        FIGURES
            .read(text)
            .map_err(|why| StoreError::unreadable("campaigns", "figures", "-", why))
    }
}

pub(super) fn figures(eligibility: &Eligibility) -> Figures {
    let strata = eligibility.counts.iter().map(|count| StratumFigure {
        stratum: count.stratum.clone(),
        pool: count.pool,
        quota: count.quota,
        must: count.must,
        skipped: count
            .skipped
            .iter()
            .map(|(reason, n)| (reason.label().to_owned(), *n))
            .collect(),
    });
    let quotas = eligibility.quotas.iter().map(|quota| QuotaFigure {
        stratum: quota.stratum.as_str().to_owned(),
        pool: quota.pool,
        drawn: quota.drawn,
    });
    let left_out = eligibility.left_out.iter();
    Figures {
        strata: strata.collect(),
        quotas: quotas.collect(),
        without_code: eligibility.without_code.len() as u64,
        left_out: left_out
            .map(|(code, why)| (code.clone(), why.label().to_owned()))
            .collect(),
    }
}

/// Everything the frame is made from, as the log leaves the registers at this moment, under the rules of the approval.
pub(super) async fn load(
    reader: &mut Reader,
    stored: &StoredCampaign,
    (version, now): (Version, Instant),
) -> Result<(Eligibility, PlanRecord), AppError> {
    let registers = FrameRegisters::as_written(reader, now).await;
    let registers = registers.map_err(altered_register)?;
    let rulebook = registers.rulebooks.obeyed_by(&stored.campaign.state)?;
    rulebook.intervals()?;
    let plan = complete_for(stored, &registers, (&rulebook, version))?;
    let record = plan_record(stored)?;
    let under = (&rulebook, version);
    let eligibility = eligible(registers, (&plan, &record), under).await?;
    Ok((eligibility, record))
}

/// Who stands in the frame of a plan if it were frozen from these registers.
pub(super) async fn eligible(
    registers: FrameRegisters,
    (plan, record): (&CompletePlan, &PlanRecord),
    (rulebook, version): (&Rulebook, Version),
) -> Result<Eligibility, AppError> {
    let (plan, record, rulebook) = (plan.clone(), record.clone(), rulebook.clone());
    let made = aside(move || {
        let recusals = registers.recusals.into_iter();
        let (tied, untied): (Vec<_>, Vec<_>) = recusals.partition(|kept| kept.tied);
        let [recusals, untied] = [tied, untied].map(|part| {
            part.into_iter()
                .map(|kept| kept.recusal)
                .collect::<Vec<_>>()
        });
        let visits = &registers.visits;
        let facts: Vec<SubjectFacts<'_>> = registers
            .subjects
            .iter()
            .map(|subject| SubjectFacts {
                subject,
                visits_this_year: visits
                    .get(&subject.id)
                    .map_or(0, |n| u32::try_from(*n).unwrap_or(u32::MAX)),
                must: None,
            })
            .collect();
        frame_of(&FrameFacts {
            plan: &plan,
            record: &record,
            items: &registers.items,
            subjects: &facts,
            inspectors: &registers.inspectors,
            recusals: &recusals,
            untied: &untied,
            rulebook: &rulebook,
            version,
        })
    });
    Ok(made.await.map_err(|refusals| faults(&refusals))?)
}

fn faults(refusals: &[Refusal]) -> Refusal {
    // What to do about it is more than to fill in the register.
    if let [untied] = refusals
        && untied.code == codes::ROSTER_RECUSAL_UNTIED.code
    {
        return untied.clone();
    }
    let first = refusals
        .first()
        .map(|refusal| refusal.sentence.clone())
        .unwrap_or_default();
    FRAME_FAULTS.refuse(&[("count", &refusals.len()), ("first", &first)])
}

/// Whom the codes of a draw meant when its frame was frozen: what the register says now decides nothing.
///
/// # Errors
/// `DRAW-042` that names a code which has another bearer now.
pub(super) async fn drawn_subjects(
    reader: &mut Reader,
    stored: &StoredCampaign,
    drawn: &Drawn,
) -> Result<BTreeMap<String, FrozenSubject>, AppError> {
    let subjects = drawn.visits().iter();
    let subjects: Vec<String> = subjects.map(|visit| visit.subject.to_string()).collect();
    let leaders = drawn.leaders().iter().map(ToString::to_string);
    let mut members: BTreeSet<String> = leaders.collect();
    for place in 0..subjects.len() {
        members.extend(drawn.team(place).iter().flatten().map(ToString::to_string));
    }
    let members: Vec<String> = members.into_iter().collect();
    let of = (&*subjects, &*members);
    match store::as_frozen(reader, &stored.campaign.id, of).await {
        Err(StoreError::Contradiction { place, why }) => {
            Err(super::held::altered(&format!("{place}{why}")))
        }
        known => Ok(known?),
    }
}

/// One row per visit, in drawing order.
pub(super) fn visits(
    known: &BTreeMap<String, FrozenSubject>,
    stored: &StoredCampaign,
    drawn: &Drawn,
    step: &campaign_state::Step,
    mut random: impl FnMut() -> [u8; 12],
) -> Result<Vec<StoredInspection>, AppError> {
    let mut rows = Vec::with_capacity(drawn.visits().len());
    for (place, visit) in drawn.visits().iter().enumerate() {
        let code = visit.subject.as_str();
        let kept = known.get(code).ok_or_else(|| StoreError::NotFound {
            table: "subjects",
            key: code.to_owned(),
        })?;
        let mut items: Vec<ItemId> = Vec::new();
        for stratum in drawn.strata_of(visit) {
            let item = stratum.split(':').next().unwrap_or_default();
            let item = ItemId::parse(item).map_err(|error| id_broken(&error.to_string()))?;
            if !items.contains(&item) {
                items.push(item);
            }
        }
        let member =
            |code: &str| InspectorCode::parse(code).map_err(|error| id_broken(&error.to_string()));
        // A place nobody could fill stays empty here and `-` in teams.txt.
        let places = drawn.team(place);
        let team = places.iter().flatten().map(|code| member(code.as_str()));
        rows.push(StoredInspection {
            visit: Inspection {
                id: InspectionId::from_entropy(random()),
                campaign: Some(stored.campaign.id.clone()),
                source: InspectionSource::Drawn,
                subject: kept.id.clone(),
                items,
                team: team.collect::<Result<_, _>>()?,
                leader: Some(member(drawn.leaders()[place].as_str())?),
                assigned: Step {
                    by: step.by.clone(),
                    at: step.at,
                },
                put_off: None,
                sent_back: None,
                state: InspectionState::Assigned,
            },
            campaign: stored.campaign.id.clone(),
            campaign_number: stored.campaign.number.clone(),
            unit: stored.campaign.initiator.clone(),
            attempt: i64::from(stored.campaign.state.attempt()),
            ordinal: i64::try_from(place).unwrap_or(i64::MAX) + 1,
            subject_code: code.to_owned(),
            subject_name: kept.name.clone(),
            strata: drawn.strata_of(visit).map(str::to_owned).collect(),
            dispatched: false,
            sealed: true,
            state_at_ms: step.at.unix_ms(),
            seen: EventId::from_entropy([0; 12]),
        });
    }
    Ok(rows)
}

/// A code of the draw that the domain cannot read back; does not occur for a frame made here.
fn id_broken(why: &str) -> StoreError {
    StoreError::Engine(why.to_owned())
}

#[cfg(test)]
mod tests;
