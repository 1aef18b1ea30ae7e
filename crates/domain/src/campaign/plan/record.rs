//! The plan as the PLAN record of the draw: the part anybody can hold against FREEZE later.
//!
//! Texts stay in the document, whose hash the record carries; the record has rates, quota rules,
//! staffing and sources. Nothing in it names a subject.

use draw::digest::{Digest, Suite};
use draw::fault::Fault;
use draw::name::{Stratum, Token};
use draw::quota;
use draw::record::freeze::{Assign, TeamSize};
use draw::record::plan::{ItemRule, PlanEdition, PlanRecord};

use crate::campaign::steps::Intervals;
use crate::id::{CampaignNo, InspectorCode};
use crate::rulebook::{QuotaRule, Rulebook};
use crate::subject::Area;

use super::{Assignment, CompletePlan, PlannedItem, PlannedQuota, Staffing};

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The PLAN record of a complete plan under a rulebook and the intervals it states.
///
/// # Errors
/// A name outside the draw's grammar, which does not occur under `shuang/1` for values made by this crate; under
/// `shuang/2` whatever would not be read back, such as a count beyond its bound.
pub fn record_of(
    number: &CampaignNo,
    complete: &CompletePlan,
    rulebook: &Rulebook,
    intervals: &Intervals,
) -> Result<PlanRecord, Fault> {
    let plan = complete.parts();
    let staffing = &plan.staffing;
    let mut items: Vec<ItemRule> = plan
        .items
        .iter()
        .map(|item| rule_of(item, rulebook))
        .collect::<Result<_, _>>()?;
    items.sort_unstable_by_key(|rule| rule.item);
    let record = PlanRecord {
        campaign: number.as_str().parse()?,
        suite: Suite::Sha256,
        document: Suite::Sha256.bytes(plan.canonical_json().as_bytes()),
        items,
        rates: rates_of(&plan.items, rulebook)?,
        drawn: drawn_of(staffing)?,
        teams: teams_of(staffing)?,
        assign: match staffing.assignment {
            Assignment::Pairs => Assign::Pairs,
            Assignment::Groups(groups) => Assign::Groups(groups),
        },
        areas: tokens(staffing.areas.iter().map(Area::as_str))?,
        leaders: tokens(staffing.leaders.iter().map(InspectorCode::as_str))?,
        parties: tokens(
            plan.sources
                .parties
                .iter()
                .map(|party| party.token.as_str()),
        )?,
        dice: plan
            .sources
            .dice
            .as_ref()
            .map(|label| label.as_str().parse())
            .transpose()?,
        beacon: plan
            .sources
            .beacon
            .as_ref()
            .map(|beacon| beacon.source.clone()),
        min_level: intervals.minimum_level.number(),
        plan_seconds: intervals.plan_days.unsigned_abs() * DAY_SECONDS,
        freeze_seconds: intervals.freeze_minutes.unsigned_abs() * 60,
        edition: complete.edition.clone(),
    };
    match record.edition {
        PlanEdition::One { .. } => Ok(record),
        PlanEdition::Two { .. } => PlanRecord::parse(record.to_string().as_bytes()),
    }
}

fn tokens<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Token>, Fault> {
    names.map(str::parse).collect()
}

/// Every class an item may have, ascending by stratum.
pub(super) fn rates_of(
    items: &[PlannedItem],
    rulebook: &Rulebook,
) -> Result<Vec<(Stratum, quota::SamplingRate)>, Fault> {
    let mut rates = Vec::new();
    for planned in items {
        for (class, rate) in &rulebook.class_rates {
            let stratum = Stratum::of(planned.item.as_str().parse()?, class.parse()?);
            rates.push((stratum, rate.exact()));
        }
    }
    rates.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(rates)
}

fn drawn_of(staffing: &Staffing) -> Result<Vec<(Token, u64)>, Fault> {
    let lines = staffing.authorities.iter();
    lines
        .map(|line| Ok((line.authority.as_str().parse()?, line.drawn)))
        .collect()
}

fn teams_of(staffing: &Staffing) -> Result<Vec<TeamSize>, Fault> {
    let lines = staffing.authorities.iter();
    lines
        .map(|line| {
            Ok(TeamSize {
                stratum: line.authority.as_str().parse()?,
                size: line.per_team,
            })
        })
        .collect()
}

pub(super) fn rule_of(planned: &PlannedItem, rulebook: &Rulebook) -> Result<ItemRule, Fault> {
    let rule = match planned.quota {
        PlannedQuota::Fixed(count) => quota::QuotaRule::Fixed(count),
        PlannedQuota::Everybody => quota::QuotaRule::Full,
        PlannedQuota::Rulebook => match rulebook.quota_rule {
            QuotaRule::Pool => quota::QuotaRule::Pool(rulebook.pool_rate.exact()),
            QuotaRule::Ceiling => quota::QuotaRule::Ceiling,
            QuotaRule::Full => quota::QuotaRule::Full,
        },
    };
    Ok(ItemRule {
        item: planned.item.as_str().parse()?,
        rule,
    })
}

/// H(PLAN), as cited by FREEZE.
#[must_use]
pub fn hash_of(record: &PlanRecord) -> Digest {
    draw::record::hash_of(record.suite, record)
}
