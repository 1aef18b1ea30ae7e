//! From what is kept to what the draw computes with: terms, frame, S; and back to files.

use std::io;
use std::num::NonZeroUsize;

use domain::campaign::eligibility::Eligibility;
use domain::campaign::party::{Party, PartyState};
use domain::campaign::plan::{CampaignPlan, hash_of};
use domain::id::CampaignNo;
use domain::time::Instant;
use draw::bundle::{self, Stage};
use draw::digest::Secret;
use draw::record::{BeaconName, Hours, PartyLine, PlanRecord};
use draw::{Digest, Drawn, Frame, Frozen, SeedText, Stratum, Suite, Terms};
use store::campaign::StoredCampaign;
use store::{Reader, StoreError};

use super::frame::Figures;
use super::held::{self, altered};
use super::kept::Kept;
use super::{CommitWords, NO_RECORD, freeze_of, refused_by_draw, token};
use crate::aside::aside;
use crate::campaign::{plan_of, unsound};
use crate::{App, AppError};

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

const FRAME_FILES: [&str; 3] = ["subjects.tsv", "inspectors.tsv", "recusals.tsv"];

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

/// Refuses now what FREEZE would be refused for later; commitments do not matter for that.
pub(super) async fn rehearse(
    number: &CampaignNo,
    attempt: u32,
    plan: &CampaignPlan,
    record: &PlanRecord,
    eligibility: &Eligibility,
    secret: [u8; 32],
) -> Result<Frozen, AppError> {
    let secret = Secret::from_bytes(secret);
    let parties = plan.sources.parties.iter().map(|party| {
        let name = token(party.token.as_str())?;
        Ok(PartyLine::commit(record.suite, name, &Digest([0; 32])))
    });
    let beacon = record
        .beacon
        .as_ref()
        .map(|source| beacon_name(source, "1"))
        .transpose()?;
    let terms = Terms {
        quotas: eligibility
            .quotas
            .iter()
            .map(|q| (q.stratum.clone(), q.drawn))
            .collect(),
        parties: parties.collect::<Result<_, AppError>>()?,
        beacon,
        ..bare_terms(number, attempt, record)?
    };
    let frame = eligibility.frame.clone();
    aside(move || draw::freeze(&terms, frame, &secret, threads()))
        .await
        .map_err(|refusal| refused_by_draw(&refusal).into())
}

fn beacon_name(source: &str, round: &str) -> Result<BeaconName, AppError> {
    format!("{source} {}", round.trim())
        .parse()
        .map_err(|fault| unsound(&fault))
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
        // Without commitment FREEZE is refused by the domain; the line is never published.
        PartyState::Announced => return Ok(PartyLine::commit(suite, name, &Digest([0; 32]))),
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
    reveal_by: Instant,
    words: &CommitWords,
) -> Result<Terms, AppError> {
    let plan = plan_record(stored)?;
    let document = plan_of(stored)?;
    let frame = stored.campaign.state.frame();
    let parties = frame
        .map(|frozen| frozen.parties.as_slice())
        .unwrap_or_default();
    let beacon = match &document.sources.beacon {
        Some(beacon) => Some(beacon_name(&beacon.source, &words.beacon_round)?),
        None => None,
    };
    let seconds = u64::try_from(reveal_by.unix_seconds()).unwrap_or(0);
    Ok(Terms {
        quotas: quotas(stored)?,
        parties: parties
            .iter()
            .map(|party| party_line(plan.suite, party))
            .collect::<Result<_, _>>()?,
        reveal_by: seconds,
        beacon,
        ..bare_terms(
            &stored.campaign.number,
            stored.campaign.state.attempt(),
            &plan,
        )?
    })
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
    pub(super) async fn frozen(&self, kept: &Kept, terms: Terms) -> Result<Frozen, AppError> {
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
            draw::freeze(&terms, frame, &Secret::from_bytes(secret), threads())
                .map_err(|refusal| refused_by_draw(&refusal).into())
        })
        .await
    }

    /// The frozen attempt whose FREEZE is published, recomputed; it must be that one.
    pub(super) async fn committed(
        &self,
        kept: &Kept,
        stored: &StoredCampaign,
    ) -> Result<Frozen, AppError> {
        let frozen = self.frozen(kept, Terms::from(&freeze_of(stored)?)).await?;
        held::same_freeze(stored, &frozen)?;
        Ok(frozen)
    }

    /// The drawn attempt, recomputed from S, the kept frame and the published seed text; it must be the one
    /// whose RESULT is published.
    pub(super) async fn drawn(
        &self,
        kept: &Kept,
        stored: &StoredCampaign,
    ) -> Result<Drawn, AppError> {
        let frozen = self.committed(kept, stored).await?;
        let text = stored
            .seed_text
            .as_ref()
            .ok_or_else(|| NO_RECORD.refuse(&[]))?;
        let seed = SeedText::parse(text.as_bytes())
            .map_err(|fault| altered(&format!("种子（seed.txt，{fault}）")))?;
        let drawn = aside(move || draw::draw(frozen, &seed, threads())).await;
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

/// The files of a bundle at a stage, without receipts.
pub(super) fn files(drawn: &Drawn, stage: Stage) -> Result<Vec<BundleFile>, AppError> {
    let mut files = Vec::new();
    for name in stage.files() {
        let mut content = Vec::new();
        bundle::write_file(drawn, name, threads(), &mut content)
            .map_err(|error| StoreError::Engine(error.to_string()))?;
        files.push(BundleFile {
            name: name.to_owned(),
            content,
        });
    }
    Ok(files)
}
