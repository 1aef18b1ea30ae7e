//! What only a PLAN of `shuang/2` says (SPEC-draw §3.1): the rules by the hash of their published text and the time
//! of the ceremony; and what has to be right beforehand, since a plan that is approved cannot be mended.
//!
//! Deliberately absent: the round or issue of a beacon, which FREEZE names.

use draw::Suite;
use draw::Version;
use draw::quota::{self, PoolClass};
use draw::record::plan::{PlanEdition, PlanRecord, RulebookName};
use draw::seed::beacon::QUICKNET;

use crate::campaign::names;
use crate::refusal::{Fact, Refusal, codes};
use crate::rulebook::{RulebookFile, SubjectReserve};
use crate::time::Instant;

use super::record::{rates_of, rule_of};
use super::{CampaignPlan, PlanFacts, PlanFault, PlanPart};

/// The beacons a plan is offered, by their source in the records, the nearest to everybody first.
pub const OFFERED_BEACONS: [(&str, &str); 3] = [
    ("cwl-ssq", "中国福利彩票双色球"),
    ("tc-dlt", "体育彩票大乐透"),
    (QUICKNET, "drand quicknet（境外组织发布，数值可验签名）"),
];

/// The sources that draws know by a code of their own (SPEC-draw §3.5).
const LOTTERIES: [&str; 2] = ["cwl-ssq", "tc-dlt"];

/// Of which version the PLAN of a plan is: that of the one it has logged, or of the one it will log.
#[derive(Clone, Copy, Debug)]
pub enum PlanVersion<'a> {
    /// `shuang/1`.
    One,
    /// `shuang/2`, which cites the rules the campaign obeys by their text.
    Two(&'a RulebookFile),
}

/// What only one version of PLAN says, or everything that keeps it from being said.
pub(super) fn of(
    plan: &CampaignPlan,
    facts: &PlanFacts<'_>,
) -> Result<PlanEdition, Vec<PlanFault>> {
    let rules = match facts.version {
        PlanVersion::One => {
            return Ok(PlanEdition::One {
                subject_reserve: facts.rulebook.subject_reserve == SubjectReserve::Next,
            });
        }
        PlanVersion::Two(rules) => rules,
    };
    let outside = names::outside_in_plan(Version::Two, plan).into_iter();
    let mut faults: Vec<PlanFault> = outside
        .map(|(part, refusal)| PlanFault { part, refusal })
        .collect();
    faults.extend(rates(plan, facts));
    let source = |refusal| PlanFault {
        part: PlanPart::Sources,
        refusal,
    };
    faults.extend(beacon(plan).err().map(source));
    match (cited(rules), ceremony(plan)) {
        (Ok(rulebook), Ok(ceremony)) if faults.is_empty() => Ok(PlanEdition::Two {
            rulebook,
            rulebook_hash: Suite::Sha256.bytes(rules.published_text().as_bytes()),
            ceremony,
        }),
        (rulebook, ceremony) => {
            faults.extend(rulebook.err().map(source));
            faults.extend(ceremony.err().map(source));
            Err(faults)
        }
    }
}

/// The name by which PLAN cites the rules; versions adopted before names had to fit may not have one.
fn cited(rules: &RulebookFile) -> Result<RulebookName, Refusal> {
    let unfit = |_| codes::PLAN_RULEBOOK_NAME.refuse(&[("version", &rules.version)]);
    rules.version.parse().map_err(unfit)
}

/// The announced time of the ceremony, in unix seconds.
fn ceremony(plan: &CampaignPlan) -> Result<u64, Refusal> {
    let at = plan
        .ceremony
        .ok_or_else(|| codes::PLAN_NO_CEREMONY.refuse(&[]))?;
    if let Some(window) = plan.window
        && at >= window.until.end()
    {
        let facts: [Fact<'_>; 2] = [("at", &at.local_text()), ("until", &window.until)];
        return Err(codes::PLAN_CEREMONY_LATE.refuse(&facts));
    }
    u64::try_from(at.unix_seconds()).map_err(|_| too_soon(at, Instant::from_unix_seconds(0)))
}

/// A ceremony is announced to the second, so the earliest is the next whole one.
fn too_soon(at: Instant, earliest: Instant) -> Refusal {
    let facts: [Fact<'_>; 2] = [
        ("at", &at.local_text()),
        ("earliest", &earliest.next_whole_second().local_text()),
    ];
    codes::PLAN_CEREMONY_SOON.refuse(&facts)
}

/// Items whose rates have no common denominator the draw allows. Which classes will occur is not known before the
/// freeze, so all of them have to go together.
fn rates(plan: &CampaignPlan, facts: &PlanFacts<'_>) -> Vec<PlanFault> {
    let fault = |planned| {
        let rule = rule_of(planned, facts.rulebook).ok()?;
        let rates = rates_of(std::slice::from_ref(planned), facts.rulebook).ok()?;
        let classes: Vec<PoolClass> = rates
            .into_iter()
            .map(|(stratum, rate)| PoolClass {
                stratum,
                pool: 1,
                rate,
            })
            .collect();
        let why = quota::split_under(Version::Two, rule.rule, &classes).err()?;
        let sentence = why.sentence.trim_end_matches('。');
        let facts: [Fact<'_>; 2] = [("item", &planned.item), ("why", &sentence)];
        Some(PlanFault {
            part: PlanPart::Items,
            refusal: codes::PLAN_RATES.refuse(&facts),
        })
    };
    plan.items.iter().filter_map(fault).collect()
}

/// Refuses a source that no FREEZE may name.
fn beacon(plan: &CampaignPlan) -> Result<(), Refusal> {
    let Some(named) = &plan.sources.beacon else {
        return Ok(());
    };
    let source = named.source.as_str();
    let respelled = |known: &str| source != known && source.eq_ignore_ascii_case(known);
    let known = match source.starts_with("drand:") {
        true => source == QUICKNET,
        false => {
            source.starts_with(|first: char| first.is_ascii_alphanumeric())
                && !LOTTERIES.iter().any(|known| respelled(known))
        }
    };
    match known {
        true => Ok(()),
        false => Err(codes::PLAN_BEACON_SOURCE.refuse(&[("source", &source)])),
    }
}

/// Whether the ceremony can still be held as announced if the record is logged at this moment: FREEZE follows PLAN
/// after one interval, and without a beacon the first nonce follows FREEZE after another.
///
/// # Errors
/// `PLAN-022` with the earliest time that can be kept.
pub fn announceable(record: &PlanRecord, at: Instant) -> Result<(), Refusal> {
    let Some(ceremony) = announced_ceremony(record) else {
        return Ok(());
    };
    let lead = match record.beacon {
        Some(_) => 0,
        None => record.freeze_seconds,
    };
    let seconds = i64::try_from(record.plan_seconds.saturating_add(lead)).unwrap_or(i64::MAX);
    let earliest = at.plus_ms(seconds.saturating_mul(1000));
    if ceremony < earliest {
        return Err(too_soon(ceremony, earliest));
    }
    Ok(())
}

/// When a logged plan announces the ceremony; none under `shuang/1`.
#[must_use]
pub fn announced_ceremony(record: &PlanRecord) -> Option<Instant> {
    match &record.edition {
        PlanEdition::One { .. } => None,
        PlanEdition::Two { ceremony, .. } => {
            let seconds = i64::try_from(*ceremony).unwrap_or(i64::MAX);
            Some(Instant::from_unix_seconds(seconds))
        }
    }
}
