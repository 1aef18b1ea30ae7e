//! What of an inspection becomes public: only what stands in [`PublicOutcome`], one way only.
//!
//! Published within 20 working days of the end of the visit, “未发现问题” too (C21). A withdrawal
//! leaves a tombstone with date and class of the reason and without the name. Deliberately absent: addresses,
//! inspectors, notes, photos, readings, opinions, class and tier; a new public field is a new line here
//! and in the column classes of the store.

use serde::{Deserialize, Serialize};

use crate::calendar::{Deadline, WorkCalendar};
use crate::catalog::InspectionItem;
use crate::event::Act;
use crate::id::{CampaignNo, PublicationId};
use crate::inspection::{Inspection, InspectionState, Verdict};
use crate::refusal::{Refusal, codes};
use crate::rulebook::Rulebook;
use crate::subject::Subject;
use crate::text::{FieldError, says_something};
use crate::time::{Date, Instant};
use crate::versioned::Shape;

use self::withdrawal_class::WithdrawalClass;

pub mod withdrawal_class;

/// How the content of a publication is kept.
pub static CONTENT: Shape<PublicOutcome> = Shape::new("publications.content", &[]);
/// How the tombstone is kept that takes its place.
pub static TOMBSTONE: Shape<Tombstone> = Shape::new("publications.tombstone", &[]);

/// The public record of one visit.
#[doc(alias = "公示")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicOutcome {
    /// Its key; the address on the portal never changes.
    pub id: PublicationId,
    /// The campaign, if the visit was drawn.
    pub campaign: Option<CampaignNo>,
    /// The authority in whose name the visit was made.
    pub authority: String,
    /// The registered name.
    pub subject_name: String,
    /// The code, credit identifier or register number.
    pub subject_code: Option<String>,
    /// 检查事项, in the order of the plan.
    pub items: Vec<String>,
    /// How the visit came about, e.g. 随机抽取.
    pub source: String,
    /// The day of the visit.
    pub inspected_on: Date,
    /// The internal key of the outcome.
    pub outcome_code: String,
    /// The national wording.
    pub outcome: String,
    /// How many criteria were examined.
    pub examined: usize,
    /// How many of them failed.
    pub failed: usize,
    /// When it was published.
    pub published_at: Instant,
    /// By when it had to be.
    pub due_on: Date,
}

/// Where a publication stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Publication {
    /// On the portal.
    Published(PublicOutcome),
    /// Taken down; the address answers with this.
    Withdrawn(Tombstone),
}

/// What stays of a withdrawn publication: no name, no code.
#[doc(alias = "撤下")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Its key.
    pub id: PublicationId,
    /// The campaign, if the visit was drawn.
    pub campaign: Option<CampaignNo>,
    /// When it was taken down.
    pub withdrawn_at: Instant,
    /// The sentence of the class; what was taken down before there were classes keeps what was typed then.
    pub reason: String,
}

/// What must be known to publish besides the visit itself.
#[derive(Clone, Copy, Debug)]
pub struct PublicFacts<'a> {
    /// The authority.
    pub authority: &'a str,
    /// The campaign's number, if the visit was drawn.
    pub campaign: Option<&'a CampaignNo>,
    /// The subject.
    pub subject: &'a Subject,
    /// The revisions that were examined.
    pub items: &'a [InspectionItem],
    /// By when it is due.
    pub due_on: Date,
}

/// By when the outcome of a visit concluded on that day must be public.
///
/// # Errors
/// `CAL-001` if the rulebook's term is absurd.
pub fn due(
    rulebook: &Rulebook,
    calendar: &WorkCalendar,
    concluded_on: Date,
) -> Result<Deadline, FieldError> {
    calendar.working_days_after(concluded_on, rulebook.publication_days)
}

impl PublicOutcome {
    /// The public record of a published visit.
    ///
    /// # Errors
    /// `PUBL-003` if the visit is not published.
    pub fn of(visit: &Inspection, facts: &PublicFacts<'_>) -> Result<Self, Refusal> {
        let InspectionState::Published(published) = &visit.state else {
            return Err(codes::PUBLICATION_NOT_CONFIRMED.refuse(&[]));
        };
        let concluded = &published.confirmed.concluded;
        let sheet = &concluded.opened.sheet;
        let (passed, failed) = (sheet.count(Verdict::Pass), sheet.count(Verdict::Fail));
        let names = visit.items.iter().map(|id| {
            let known = facts.items.iter().find(|item| item.id == *id);
            known.map_or_else(|| id.to_string(), |item| item.terms.name.clone())
        });
        Ok(Self {
            id: published.publication.clone(),
            campaign: facts.campaign.cloned(),
            authority: facts.authority.to_owned(),
            subject_name: facts.subject.name.to_string(),
            subject_code: facts.subject.code().map(|code| code.to_string()),
            items: names.collect(),
            source: visit.source.label().to_owned(),
            inspected_on: concluded.opened.step.at.date(),
            outcome_code: concluded.outcome.code.clone(),
            outcome: concluded.outcome.label.clone(),
            examined: passed + failed,
            failed,
            published_at: published.step.at,
            due_on: facts.due_on,
        })
    }

    /// Whether it came after its term; shown beside it, never hidden.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.published_at > self.due_on.end()
    }
}

impl Publication {
    /// Takes the publication down; the tombstone keeps date and the sentence of the class, and nothing that was typed.
    ///
    /// # Errors
    /// `PUBL-001` without reason, `PUBL-002` already down.
    pub fn withdraw(
        self,
        at: Instant,
        class: WithdrawalClass,
        reason: &str,
    ) -> Result<(Self, Act), Refusal> {
        let outcome = match self {
            Self::Published(outcome) => outcome,
            Self::Withdrawn(tombstone) => {
                let at = tombstone.withdrawn_at.local_text();
                return Err(codes::PUBLICATION_WITHDRAWN.refuse(&[("at", &at)]));
            }
        };
        if !says_something(reason) {
            return Err(codes::PUBLICATION_REASON.refuse(&[]));
        }
        let tombstone = Tombstone {
            id: outcome.id,
            campaign: outcome.campaign,
            withdrawn_at: at,
            reason: class.sentence().to_owned(),
        };
        Ok((Self::Withdrawn(tombstone), Act::OutcomeWithdrawn))
    }
}

#[cfg(test)]
mod tests;
