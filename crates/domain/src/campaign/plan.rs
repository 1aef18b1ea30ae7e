//! The plan of a campaign (实施方案): the seven parts the seed demands, and what the draw needs.
//!
//! 细则四（二）: 抽查项目、实施时间、抽查目的、执法人员数量、执法检查方式、保密要求、检查结果运用.
//! A [`CampaignPlan`] may have gaps while it is written; only a [`CompletePlan`] can be submitted,
//! and it is made by [`CampaignPlan::complete`], which names every gap with the part it is in.
//!
//! Deliberately absent: names of subjects, free choice of inspectors, a deadline the program sets.

use std::collections::BTreeSet;

use draw::record::plan::PlanEdition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::Method;
use crate::id::{InspectorCode, ItemId, PartyToken};
use crate::refusal::Refusal;
use crate::subject::Area;
use crate::text::DistrictCode;
use crate::time::{Date, Instant};
use crate::versioned::Shape;

use super::party::PartyName;

mod edition;
mod record;
mod review;

pub use edition::{OFFERED_BEACONS, PlanVersion, announceable, announced_ceremony};
pub use record::{hash_of, record_of};
pub use review::{PlanFacts, PlanFault};

/// How a plan is kept; its document is [`CampaignPlan::canonical_json`]. Version 2: a plan may announce the ceremony.
pub static PLAN: Shape<CampaignPlan> = Shape::new("campaigns.plan", &[no_ceremony_announced]);

/// Before version 2 no plan said when the ceremony is.
fn no_ceremony_announced(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("ceremony".to_owned(), Value::Null);
    }
    value
}

closed_list! {
    /// The parts of a plan: the seven of the seed, and the two the draw adds.
    enum PlanPart {
        Items = "items", "抽查项目";
        Window = "window", "实施时间";
        Purpose = "purpose", "抽查目的";
        Staffing = "staffing", "执法人员数量";
        Method = "method", "执法检查方式";
        Confidentiality = "confidentiality", "保密要求";
        IntendedUse = "intended_use", "检查结果运用";
        Scope = "scope", "抽取范围";
        Sources = "sources", "见证方与随机来源";
    }
}

closed_list! {
    /// What is shown of the drawn list before the visits.
    #[doc(alias = "保密要求")]
    enum Confidentiality {
        Codes = "codes", "派发之前屏幕不显示名称和代码，名单密封交组长";
        ByDay = "by_day", "名单按检查日分批启封";
        Open = "open", "名单当场公开";
    }
}

/// One item of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// The item.
    pub item: ItemId,
    /// The revision in force when the plan was written.
    pub revision: u32,
    /// How many of its pool are drawn.
    pub quota: PlannedQuota,
}

/// How many of an item's pool are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", content = "count", rename_all = "snake_case")]
pub enum PlannedQuota {
    /// As the rulebook says.
    Rulebook,
    /// So many, split over the classes by their rates.
    Fixed(u64),
    /// All of them; the draw decides the order of the batches.
    Everybody,
}

/// The days on which the visits are made, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// How many inspectors of one authority or skill are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityDraw {
    /// The authority or skill; `-` if there is only one kind.
    pub authority: InspectorCode,
    /// How many are drawn.
    pub drawn: u64,
    /// How many of them are in every team.
    pub per_team: u64,
}

/// How visits are given to teams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "groups", rename_all = "snake_case")]
pub enum Assignment {
    /// Every visit its own team.
    Pairs,
    /// So many fixed groups: one car, one route.
    Groups(u64),
}

/// 执法人员数量, and who leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staffing {
    /// Per authority, in the order of the papers.
    pub authorities: Vec<AuthorityDraw>,
    /// How visits are given to teams.
    pub assignment: Assignment,
    /// Areas, only with groups.
    pub areas: BTreeSet<Area>,
    /// The appointed leader, then deputies in order (细则四（四）).
    #[doc(alias = "检查组组长")]
    pub leaders: Vec<InspectorCode>,
}

/// Whether the subject is told beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub enum Notice {
    /// A notice goes out before the visit.
    Noticed,
    /// The notice is handed over at the door, for this reason.
    Unannounced(String),
}

/// A public source of randomness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeaconSource {
    /// As written in the records: `drand:<chain hash>`, `cwl-ssq`.
    pub source: String,
}

/// Who and what makes the draw unforeseeable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// Outside parties, in the order announced.
    pub parties: Vec<PartyName>,
    /// Public dice, by the label of the record.
    pub dice: Option<PartyToken>,
    /// A beacon; its round is named in FREEZE.
    pub beacon: Option<BeaconSource>,
}

impl Sources {
    /// True if a beacon or public dice are announced.
    #[must_use]
    pub const fn has_public_source(&self) -> bool {
        self.beacon.is_some() || self.dice.is_some()
    }

    /// True if the announced beacon appears at its time without fail and proves itself: a round of drand.
    #[must_use]
    pub fn beacon_is_certain(&self) -> bool {
        let beacon = self.beacon.as_ref();
        beacon.is_some_and(|beacon| beacon.source.as_str().starts_with("drand:"))
    }
}

/// A plan, perhaps with gaps.
#[doc(alias = "实施方案")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignPlan {
    /// Its title.
    pub title: String,
    /// 抽查项目.
    pub items: Vec<PlannedItem>,
    /// 实施时间.
    pub window: Option<Window>,
    /// 抽查目的.
    pub purpose: String,
    /// 执法人员数量.
    pub staffing: Staffing,
    /// 执法检查方式.
    pub methods: Vec<Method>,
    /// Whether subjects are told beforehand.
    pub notice: Notice,
    /// 保密要求.
    pub confidentiality: Confidentiality,
    /// 检查结果运用.
    pub intended_use: String,
    /// 会同、配合单位, by name.
    pub participants: Vec<String>,
    /// The districts whose subjects are in the pool.
    pub jurisdiction: BTreeSet<DistrictCode>,
    /// True to keep subjects in 歇业 in the pool (F-2.10).
    pub include_suspended: bool,
    /// Parties, dice, beacon.
    pub sources: Sources,
    /// The programme entry or supplementary proposal it follows.
    pub programme_entry: Option<String>,
    /// When the ceremony is announced for: no nonce is accepted earlier. PLAN of `shuang/2` says it. A plan without
    /// has the document it always had.
    #[doc(alias = "抽取仪式")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceremony: Option<Instant>,
}

impl CampaignPlan {
    /// An empty plan with a title; every gap is named by [`Self::complete`].
    #[must_use]
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            items: Vec::new(),
            window: None,
            purpose: String::new(),
            staffing: Staffing {
                authorities: Vec::new(),
                assignment: Assignment::Pairs,
                areas: BTreeSet::new(),
                leaders: Vec::new(),
            },
            methods: Vec::new(),
            notice: Notice::Noticed,
            confidentiality: Confidentiality::Codes,
            intended_use: String::new(),
            participants: Vec::new(),
            jurisdiction: BTreeSet::new(),
            include_suspended: false,
            sources: Sources::default(),
            programme_entry: None,
            ceremony: None,
        }
    }

    /// The plan as complete, or every gap with the part it is in.
    ///
    /// # Errors
    /// Every fault at once: `PLAN-001` to `PLAN-019`, `CATA-001` to `CATA-004`, `ROST-005`; of what only
    /// `shuang/2` asks `PLAN-020` to `PLAN-025`, `DRAW-026`.
    pub fn complete(self, facts: &PlanFacts<'_>) -> Result<CompletePlan, Vec<PlanFault>> {
        let mut faults = review::faults(&self, facts);
        match (self.window, edition::of(&self, facts)) {
            (Some(window), Ok(edition)) if faults.is_empty() => Ok(CompletePlan {
                plan: self,
                window,
                edition,
            }),
            (_, edition) => {
                faults.extend(edition.err().into_iter().flatten());
                Err(faults)
            }
        }
    }

    /// The document that is hashed, approved and logged: one line of JSON in the declared order.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        serde_json::to_string(self).expect("strings, integers and lists always encode")
    }
}

/// A plan without gaps; made only by [`CampaignPlan::complete`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletePlan {
    plan: CampaignPlan,
    window: Window,
    edition: PlanEdition,
}

impl CompletePlan {
    /// Its parts.
    #[must_use]
    pub const fn parts(&self) -> &CampaignPlan {
        &self.plan
    }

    /// Its window.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// Whether the plan has this item.
    #[must_use]
    pub fn has_item(&self, item: &ItemId) -> bool {
        self.plan.items.iter().any(|planned| planned.item == *item)
    }
}

/// A refusal inside a plan, for code that has only the refusal.
impl From<PlanFault> for Refusal {
    fn from(fault: PlanFault) -> Self {
        fault.refusal
    }
}

#[cfg(test)]
mod tests;
