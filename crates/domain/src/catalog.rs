//! The catalog of inspection items: what may be inspected, on which basis, with which checklist.
//!
//! A revision is immutable; a change is a new revision with its reason. An unpublished revision
//! cannot enter a plan (F-1.31). A citation has dates in force: on a day after its end it must not be
//! cited, and an item none of whose law is in force blocks (F-1.62).
//!
//! A citation says what its article allows: only where one of a criterion's carries an order can the finding be
//! concluded as ordered to be put right.
//!
//! Deliberately absent: discretion, which belongs to the penalty part, and any guess at what an article allows whose
//! citation does not say it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{ChecklistItemId, ItemId};
use crate::org::UnitKind;
use crate::refusal::{Refusal, codes};
use crate::time::Date;
use crate::versioned::Shape;

mod outcome_codes;
mod seed;

pub use outcome_codes::{FollowUpKind, OutcomeCode, OutcomeKind, SEED_OUTCOMES, parse_outcomes};
pub use seed::{ItemFile, SEED_ITEMS};

/// How the terms of an item are kept.
/// Version 2: a citation says what its article allows and whether a legal officer has compared it; a criterion may have
/// a place for a laboratory's report.
pub static TERMS: Shape<ItemTerms> = Shape::new("items.terms", &[articles_said_nothing]);

/// What an article of an earlier revision allows is not known, and is not guessed.
fn articles_said_nothing(value: Value) -> Value {
    value
}

closed_list! {
    /// How an inspection is made.
    #[doc(alias = "检查方式")]
    enum Method {
        OnSite = "on_site", "现场检查";
        DeskReview = "desk_review", "书面检查";
        Remote = "remote", "网络监测";
        SampleTest = "sample_test", "抽样检测";
    }
}

closed_list! {
    /// Which of the two coverage rates an item counts in (细则一).
    enum PowerField {
        Market = "market", "市场监管";
        Other = "other", "其他";
    }
}

closed_list! {
    /// Key items know no upper limit of the rate, general ones do (F-1.6).
    enum ItemCategory {
        General = "general", "一般检查事项";
        Key = "key", "重点检查事项";
    }
}

closed_list! {
    /// How much weight a criterion has, or that another authority judges it.
    enum CriterionClass {
        Key = "key", "重点";
        General = "general", "一般";
        Joint = "joint", "联合";
    }
}

/// What an article lets the bureau do about a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// 责令改正.
    pub order: bool,
    /// The fine in words; none where the article carries none.
    #[serde(default)]
    pub fine: Option<String>,
}

/// An article with the days on which it is in force.
#[doc(alias = "检查依据")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalCitation {
    /// The short name by which criteria refer to it, unique in its item.
    pub key: String,
    /// Law, regulation or standard.
    pub instrument: String,
    /// Article and clause.
    pub article: String,
    /// Which version of the instrument.
    pub version: String,
    /// First day in force.
    pub valid_from: Date,
    /// Last day in force; none while it is in force.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// What replaced it; 待确认 until a legal officer has said so.
    #[serde(default)]
    pub successor: Option<String>,
    /// What the article allows; none in revisions made before citations said it.
    #[serde(default)]
    pub allows: Option<Measures>,
    /// True until a legal officer has compared it with the official text; it is cited all the same.
    #[doc(alias = "待法制核对")]
    #[serde(default)]
    pub unconfirmed: bool,
}

impl LegalCitation {
    /// Whether it may be cited in a paper of that day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|last| on <= last)
    }
}

/// What must be shown before a criterion counts as examined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRule {
    /// At least so many photos.
    #[serde(default)]
    pub photos: u8,
    /// A video.
    #[serde(default)]
    pub video: bool,
    /// A paper seen or copied.
    #[serde(default)]
    pub document: bool,
    /// A number, in this unit.
    #[serde(default)]
    pub reading: Option<String>,
    /// A place for the number of a laboratory's report, where there is one; never demanded.
    #[serde(default)]
    pub report: bool,
}

/// One line of the checklist.
#[doc(alias = "检查内容")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its number, e.g. `Y3`.
    pub id: ChecklistItemId,
    /// What must be so.
    pub text: String,
    /// How it is examined, in the words of the checklist.
    pub method: String,
    /// Its weight.
    pub class: CriterionClass,
    /// The citations it rests on, by key.
    pub basis: Vec<String>,
    /// What must be shown.
    #[serde(default)]
    pub evidence: EvidenceRule,
    /// The limit or standard, where there is one.
    #[serde(default)]
    pub standard: Option<String>,
}

/// One revision of one item.
#[doc(alias = "随机抽查事项")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionItem {
    /// Its code, first part of its strata.
    pub id: ItemId,
    /// The number of this revision, from 1.
    pub revision: u32,
    /// Why this revision was made.
    pub reason: String,
    /// Since when it is published; none = draft.
    pub published_on: Option<Date>,
    /// The code in the province's catalog, once assigned.
    pub province_code: Option<String>,
    /// What is laid down.
    pub terms: ItemTerms,
}

/// What a revision lays down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemTerms {
    /// 检查事项.
    pub name: String,
    /// The responsible unit, by name.
    pub owner: String,
    /// What kind of unit that is.
    pub owner_kind: UnitKind,
    /// 市场监管 or 其他.
    pub field: PowerField,
    /// 一般 or 重点.
    pub category: ItemCategory,
    /// True if other authorities take part.
    pub joint: bool,
    /// Who takes part.
    pub participants: Vec<String>,
    /// True if it is inspected by random draw; items that are not still count in the coverage.
    pub random: bool,
    /// 检查对象.
    pub subject_scope: String,
    /// The special pool its subjects are taken from.
    pub pool: String,
    /// 检查内容 in one sentence.
    pub content: String,
    /// 检查方式.
    pub methods: Vec<Method>,
    /// 频次.
    pub frequency: String,
    /// 人员要求.
    pub staffing: String,
    /// What follows from refusal or persistence, in one sentence.
    pub penalty_note: String,
    /// 检查依据.
    #[serde(rename = "basis")]
    pub legal_basis: Vec<LegalCitation>,
    /// The checklist.
    #[serde(rename = "criterion")]
    pub criteria: Vec<Criterion>,
}

impl InspectionItem {
    /// The citations that may be used in papers of that day.
    pub fn citable(&self, on: Date) -> impl Iterator<Item = &LegalCitation> {
        self.terms
            .legal_basis
            .iter()
            .filter(move |citation| citation.in_force(on))
    }

    /// The citations that have run out by that day; shown as a warning, never cited.
    pub fn expired(&self, on: Date) -> impl Iterator<Item = &LegalCitation> {
        self.terms
            .legal_basis
            .iter()
            .filter(move |citation| citation.valid_to.is_some_and(|last| last < on))
    }

    /// The criteria all of whose citations have run out: they can be looked at, not enforced.
    pub fn without_basis(&self, on: Date) -> impl Iterator<Item = &Criterion> {
        let in_force = move |key: &String| {
            self.terms
                .legal_basis
                .iter()
                .any(|c| c.key == *key && c.in_force(on))
        };
        self.terms
            .criteria
            .iter()
            .filter(move |criterion| !criterion.basis.iter().any(in_force))
    }

    /// Whether the finding on a criterion may rest on an order that day; none where the revision was made before
    /// citations said so.
    #[must_use]
    pub fn carries_order(&self, criterion: &Criterion, on: Date) -> Option<bool> {
        if self.terms.legal_basis.iter().all(|c| c.allows.is_none()) {
            return None;
        }
        let cited = self
            .citable(on)
            .filter(|c| criterion.basis.contains(&c.key));
        Some(
            cited
                .flat_map(|citation| &citation.allows)
                .any(|allows| allows.order),
        )
    }

    /// Whether the revision may enter a plan for a window that begins and ends on these days.
    ///
    /// # Errors
    /// `CATA-001` unpublished, `CATA-002` published only later, `CATA-003` no basis in force,
    /// `CATA-004` not a random item.
    pub fn require_plannable(&self, from: Date, until: Date) -> Result<(), Refusal> {
        let name = &self.terms.name;
        let Some(published) = self.published_on else {
            return Err(codes::CATALOG_UNPUBLISHED.refuse(&[("item", name)]));
        };
        if published > from {
            return Err(
                codes::CATALOG_PUBLISHED_LATER.refuse(&[("item", name), ("on", &published)])
            );
        }
        if !self.terms.random {
            return Err(codes::CATALOG_NOT_RANDOM.refuse(&[("item", name)]));
        }
        for day in [from, until] {
            if self.citable(day).next().is_none() {
                return Err(codes::CATALOG_NO_BASIS.refuse(&[("item", name), ("on", &day)]));
            }
        }
        Ok(())
    }

    /// The next revision, unpublished.
    #[must_use]
    pub fn revise(&self, terms: ItemTerms, reason: impl Into<String>) -> Self {
        Self {
            id: self.id.clone(),
            revision: self.revision + 1,
            reason: reason.into(),
            published_on: None,
            province_code: self.province_code.clone(),
            terms,
        }
    }

    /// A criterion by its number.
    #[must_use]
    pub fn criterion(&self, id: &ChecklistItemId) -> Option<&Criterion> {
        self.terms
            .criteria
            .iter()
            .find(|criterion| criterion.id == *id)
    }
}

impl ItemTerms {
    /// What is wrong with the terms: gaps, repeated numbers, citations nobody knows.
    ///
    /// # Errors
    /// Every fault, `CATA-005` to `CATA-007`.
    pub fn require_sound(&self) -> Result<(), Vec<Refusal>> {
        let mut faults = Vec::new();
        let required = [
            ("检查事项", &self.name),
            ("责任科室", &self.owner),
            ("检查对象", &self.subject_scope),
            ("检查内容", &self.content),
        ];
        for (part, text) in required {
            if text.trim().is_empty() {
                faults.push(codes::CATALOG_GAP.refuse(&[("part", &part)]));
            }
        }
        for (part, empty) in [
            ("检查依据", self.legal_basis.is_empty()),
            ("检查方式", self.methods.is_empty()),
            ("检查表", self.criteria.is_empty()),
        ] {
            if empty {
                faults.push(codes::CATALOG_GAP.refuse(&[("part", &part)]));
            }
        }
        for (index, criterion) in self.criteria.iter().enumerate() {
            if self.criteria[..index]
                .iter()
                .any(|earlier| earlier.id == criterion.id)
            {
                faults.push(codes::CATALOG_TWICE.refuse(&[("id", &criterion.id)]));
            }
            for key in &criterion.basis {
                if !self.legal_basis.iter().any(|citation| citation.key == *key) {
                    faults.push(
                        codes::CATALOG_BASIS_UNKNOWN.refuse(&[("id", &criterion.id), ("key", key)]),
                    );
                }
            }
        }
        for (index, citation) in self.legal_basis.iter().enumerate() {
            if self.legal_basis[..index]
                .iter()
                .any(|earlier| earlier.key == citation.key)
            {
                faults.push(codes::CATALOG_TWICE.refuse(&[("id", &citation.key)]));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

#[cfg(test)]
mod tests;
