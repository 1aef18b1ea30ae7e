//! Who is in the frame, in which stratum, and who is not and why (前置条件 of 细则四（三）).
//!
//! One leaf per subject and item. The status is the first that applies: skip for an impossible
//! subject > must > skip for the yearly cap > draw (protocol §2). The reasons are opaque tokens in
//! the records; their Chinese is here. A subject without any code cannot have a leaf and is listed
//! as such, never dropped silently.
//!
//! Deliberately absent: hand-picking. Nothing here takes a list of wanted or unwanted subjects.

use std::collections::{BTreeMap, BTreeSet};

use draw::fault::Fault;
use draw::frame::Frame;
use draw::name::Stratum;
use draw::quota::{self, MERGED_CLASS, Quota};
use draw::record::plan::PlanRecord;
use draw::version::Version;

use crate::catalog::InspectionItem;
use crate::id::{ItemId, SubjectId};
use crate::inspector::{Ineligible, Inspector};
use crate::recusal::{Recusal, untied_refusal};
use crate::refusal::{Refusal, codes};
use crate::rulebook::Rulebook;
use crate::subject::{Subject, stratum_class};

use super::names;
use super::plan::CompletePlan;

mod status;

pub use status::{MustReason, SkipReason};
use status::{Status, status_of};

/// A subject with what the registers know about it this year.
#[derive(Clone, Copy, Debug)]
pub struct SubjectFacts<'a> {
    /// The register entry.
    pub subject: &'a Subject,
    /// Visits that count against the yearly cap.
    pub visits_this_year: u32,
    /// Why it must be visited, if it must.
    pub must: Option<MustReason>,
}

/// Everything the frame is made from.
#[derive(Clone, Copy, Debug)]
pub struct FrameFacts<'a> {
    /// The approved plan.
    pub plan: &'a CompletePlan,
    /// Its PLAN record, which fixes the quotas.
    pub record: &'a PlanRecord,
    /// The revisions the plan names.
    pub items: &'a [InspectionItem],
    /// The subject register.
    pub subjects: &'a [SubjectFacts<'a>],
    /// The inspector register.
    pub inspectors: &'a [Inspector],
    /// Every declared recusal.
    pub recusals: &'a [Recusal],
    /// Those of which nobody knows whose they are: under codes their persons have no longer.
    pub untied: &'a [Recusal],
    /// The rulebook in force.
    pub rulebook: &'a Rulebook,
    /// The version of the attempt the frame is for; PLAN may be of an earlier one.
    pub version: Version,
}

/// How a stratum stands before the draw; printed on the confirmation page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolCount {
    /// The stratum, `<item>:<class>`.
    pub stratum: String,
    /// N, those that can be drawn.
    pub pool: u64,
    /// k, those that will be drawn.
    pub quota: u64,
    /// Those visited anyway.
    pub must: u64,
    /// Those left out, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
}

/// A frame ready to be frozen.
#[derive(Clone, Debug)]
pub struct Eligibility {
    /// The rows for the draw.
    pub frame: Frame,
    /// N and k per stratum.
    pub quotas: Vec<Quota>,
    /// The same for people, with must and skip.
    pub counts: Vec<PoolCount>,
    /// Subjects of the pools that have no code and therefore no leaf.
    pub without_code: Vec<SubjectId>,
    /// Inspectors left out, with the reason.
    pub left_out: Vec<(String, Ineligible)>,
}

impl Eligibility {
    /// How many subjects will be drawn, over all strata.
    #[must_use]
    pub fn quota(&self) -> u64 {
        self.quotas.iter().map(|quota| quota.drawn).sum()
    }

    /// How many leaves must be visited without being drawn.
    #[must_use]
    pub fn must(&self) -> u64 {
        self.counts.iter().map(|count| count.must).sum()
    }

    /// Strata of which papers must print 非随机: a pool of one.
    pub fn not_random(&self) -> impl Iterator<Item = &str> {
        self.quotas
            .iter()
            .filter(|q| q.is_pool_of_one())
            .map(|q| q.stratum.as_str())
    }
}

struct Row<'a> {
    subject: &'a Subject,
    code: String,
    item: &'a ItemId,
    status: Status,
}

/// Makes the frame.
///
/// # Errors
/// `ROST-011` subjects without a usable area, `ROST-012` an empty pool, `ROST-015` recusals of a subject of the frame
/// that are nobody's, `DRAW-014` a row or plan
/// the draw does not take, `DRAW-026` names it does not take under the version.
pub fn frame_of(facts: &FrameFacts<'_>) -> Result<Eligibility, Vec<Refusal>> {
    names_allowed(facts)?;
    let (rows, without_code) = rows_of(facts)?;
    if rows.is_empty() {
        return Err(vec![codes::ROSTER_EMPTY_POOL.refuse(&[])]);
    }
    areas_known(facts, &rows)?;
    recusals_tied(facts, &rows)?;
    let merged = merged_items(facts, &rows);
    let mut frame = Frame::default();
    let mut counts: BTreeMap<String, PoolCount> = BTreeMap::new();
    for row in &rows {
        let class = if merged.contains(row.item) {
            MERGED_CLASS
        } else {
            stratum_class(row.subject.tier.as_ref())
        };
        let stratum = format!("{}:{class}", row.item);
        let area = area_of(facts, row.subject);
        frame
            .push_subject(&row.code, &stratum, &row.status.text(), area)
            .map_err(|fault| vec![refused_by_draw(&fault)])?;
        count(&mut counts, stratum, row.status);
    }
    let left_out =
        push_inspectors(facts, &mut frame).map_err(|fault| vec![refused_by_draw(&fault)])?;
    push_recusals(facts, &rows, &mut frame).map_err(|fault| vec![refused_by_draw(&fault)])?;
    let quotas = quotas_of(facts, &frame).map_err(|fault| vec![refused_by_draw(&fault)])?;
    for quota in &quotas {
        if let Some(count) = counts.get_mut(quota.stratum.as_str()) {
            count.quota = quota.drawn;
        }
    }
    Ok(Eligibility {
        frame,
        quotas,
        counts: counts.into_values().collect(),
        without_code,
        left_out,
    })
}

fn rows_of<'a>(facts: &FrameFacts<'a>) -> Result<(Vec<Row<'a>>, Vec<SubjectId>), Vec<Refusal>> {
    let mut rows = Vec::new();
    let mut without_code = Vec::new();
    for planned in &facts.plan.parts().items {
        let known = facts
            .items
            .iter()
            .find(|item| item.id == planned.item && item.revision == planned.revision);
        let Some(item) = known else {
            return Err(vec![codes::PLAN_ITEM_UNKNOWN.refuse(&[
                ("item", &planned.item),
                ("revision", &planned.revision),
            ])]);
        };
        for subject in facts
            .subjects
            .iter()
            .filter(|facts| in_pool(facts.subject, item))
        {
            match subject.subject.code() {
                Some(code) => rows.push(Row {
                    subject: subject.subject,
                    code: code.as_str().to_owned(),
                    item: &item.id,
                    status: status_of(facts, subject),
                }),
                None => without_code.push(subject.subject.id.clone()),
            }
        }
    }
    without_code.sort_unstable();
    without_code.dedup();
    Ok((rows, without_code))
}

fn in_pool(subject: &Subject, item: &InspectionItem) -> bool {
    subject
        .pools
        .iter()
        .any(|tag| tag.as_str() == item.terms.pool)
}

fn area_of<'a>(facts: &FrameFacts<'_>, subject: &'a Subject) -> &'a str {
    if facts.plan.parts().staffing.areas.is_empty() {
        return "-";
    }
    subject.area.as_ref().map_or("-", |area| area.as_str())
}

fn areas_known(facts: &FrameFacts<'_>, rows: &[Row<'_>]) -> Result<(), Vec<Refusal>> {
    let areas = &facts.plan.parts().staffing.areas;
    if areas.is_empty() {
        return Ok(());
    }
    let lost: BTreeSet<&str> = rows
        .iter()
        .filter(|row| {
            !row.subject
                .area
                .as_ref()
                .is_some_and(|area| areas.contains(area))
        })
        .map(|row| row.subject.name.as_str())
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let some: Vec<&str> = lost.iter().copied().take(5).collect();
    let facts: [crate::refusal::Fact<'_>; 2] =
        [("count", &lost.len()), ("names", &some.join("、"))];
    Err(vec![codes::ROSTER_NO_AREA.refuse(&facts)])
}

/// Whoever declared a recusal could be drawn for that very subject, if it were left out.
fn recusals_tied(facts: &FrameFacts<'_>, rows: &[Row<'_>]) -> Result<(), Vec<Refusal>> {
    let subjects: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let untied = facts.untied.iter();
    let lost: Vec<&Recusal> = untied
        .filter(|recusal| subjects.contains(recusal.subject.as_str()))
        .collect();
    match lost.is_empty() {
        true => Ok(()),
        false => Err(vec![untied_refusal(&lost)]),
    }
}

/// Items whose pool is so small that their classes are drawn as one.
fn merged_items<'a>(facts: &FrameFacts<'_>, rows: &[Row<'a>]) -> BTreeSet<&'a ItemId> {
    let mut pools: BTreeMap<&ItemId, u64> = BTreeMap::new();
    for row in rows {
        *pools.entry(row.item).or_default() += u64::from(row.status == Status::Draw);
    }
    let rule = |item: &ItemId| {
        facts
            .record
            .items
            .iter()
            .find(|rule| rule.item.as_str() == item.as_str())
            .map(|r| r.rule)
    };
    pools
        .into_iter()
        .filter(|(item, pool)| rule(item).is_some_and(|rule| quota::merges(rule, *pool)))
        .map(|(item, _)| item)
        .collect()
}

fn count(counts: &mut BTreeMap<String, PoolCount>, stratum: String, status: Status) {
    let count = counts.entry(stratum.clone()).or_insert_with(|| PoolCount {
        stratum,
        pool: 0,
        quota: 0,
        must: 0,
        skipped: BTreeMap::new(),
    });
    match status {
        Status::Draw => count.pool += 1,
        Status::Must(_) => count.must += 1,
        Status::Skip(reason) => *count.skipped.entry(reason).or_default() += 1,
    }
}

/// Refuses names that plan and register may hold and records of this version may not.
fn names_allowed(facts: &FrameFacts<'_>) -> Result<(), Vec<Refusal>> {
    let of_plan = names::outside_in_plan(facts.version, facts.plan.parts()).into_iter();
    let mut outside: Vec<Refusal> = of_plan.map(|(_, refusal)| refusal).collect();
    let people = facts.inspectors.iter().filter(|i| serves(facts, i));
    outside.extend(names::outside_in_register(facts.version, people));
    match outside.is_empty() {
        true => Ok(()),
        false => Err(outside),
    }
}

/// Whether an inspector is of a kind the plan draws from.
fn serves(facts: &FrameFacts<'_>, inspector: &Inspector) -> bool {
    let mut kinds = facts.plan.parts().staffing.authorities.iter();
    kinds.any(|line| line.authority == inspector.authority)
}

fn push_inspectors(
    facts: &FrameFacts<'_>,
    frame: &mut Frame,
) -> Result<Vec<(String, Ineligible)>, Fault> {
    let plan = facts.plan.parts();
    let items: Vec<ItemId> = plan
        .items
        .iter()
        .map(|planned| planned.item.clone())
        .collect();
    let until = facts.plan.window().until;
    let mut left_out = Vec::new();
    for inspector in facts.inspectors.iter().filter(|i| serves(facts, i)) {
        let status = match inspector.ineligible(&items, until) {
            None => "draw".to_owned(),
            Some(reason) => {
                left_out.push((inspector.code.as_str().to_owned(), reason));
                format!("skip:{reason}")
            }
        };
        frame.push_inspector(
            inspector.code.as_str(),
            inspector.authority.as_str(),
            &status,
        )?;
    }
    Ok(left_out)
}

/// Recusals between people and subjects of this frame; each pair once, whatever the grounds.
fn push_recusals(facts: &FrameFacts<'_>, rows: &[Row<'_>], frame: &mut Frame) -> Result<(), Fault> {
    let plan = facts.plan.parts();
    let subjects: BTreeSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let people: BTreeSet<&str> = facts
        .inspectors
        .iter()
        .filter(|i| serves(facts, i))
        .map(|inspector| inspector.code.as_str())
        .chain(plan.staffing.leaders.iter().map(AsRef::as_ref))
        .collect();
    let pairs: BTreeSet<(&str, &str)> = facts
        .recusals
        .iter()
        .map(|recusal| (recusal.inspector.as_str(), recusal.subject.as_str()))
        .filter(|(person, subject)| people.contains(person) && subjects.contains(subject))
        .collect();
    pairs
        .into_iter()
        .try_for_each(|(person, subject)| frame.push_recusal(person, subject))
}

fn quotas_of(facts: &FrameFacts<'_>, frame: &Frame) -> Result<Vec<Quota>, Fault> {
    let mut by_item: BTreeMap<String, Vec<(Stratum, u64)>> = BTreeMap::new();
    for (stratum, pool) in frame.subjects.pools() {
        by_item
            .entry(stratum.item().to_owned())
            .or_default()
            .push((stratum, pool));
    }
    let mut quotas = Vec::new();
    for (item, pools) in by_item {
        quotas.extend(facts.record.quotas_under(facts.version, &item, &pools)?);
    }
    quotas.sort_by(|one, other| one.stratum.cmp(&other.stratum));
    Ok(quotas)
}

/// A fault found by the draw, as a refusal of ours; its own code stands in the sentence.
#[must_use]
pub fn refused_by_draw(fault: &Fault) -> Refusal {
    let place = if fault.place.is_empty() {
        String::new()
    } else {
        format!("{}：", fault.place)
    };
    let sentence = format!("{place}{}", fault.sentence.trim_end_matches('。'));
    codes::DRAW_ROW_REFUSED.refuse(&[
        ("code", &fault.code),
        ("fault", &sentence),
        ("hint", &fault.remedy().trim_end_matches('。')),
    ])
}

#[cfg(test)]
mod tests;
