//! One visit of one team to one subject, all items at once (细则五（二）一次性完成).
//!
//! Assigned → opened at the door → concluded with an outcome → confirmed by a second person → its publication
//! approved by a third → published. A visit that cannot be made is reported with proof and falls away once a second person
//! confirms that; one that has to wait is put off within the window, once, by the head ([`absence`]).
//! What has to be right at the door is in [`door`], the checklist and its evidence rules in [`item_result`].
//!
//! Deliberately absent: deciding for the inspector. The outcome is chosen by a person; only a
//! choice that contradicts the checklist or its law is refused.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::{FollowUpKind, InspectionItem, OutcomeCode, OutcomeKind};
use crate::id::{
    AccountId, CampaignId, Fingerprint, InspectionId, InspectorCode, ItemId, PublicationId,
    SubjectId,
};
use crate::policy::four_eyes::Hands;
use crate::refusal::{Refusal, codes};
use crate::time::{Date, Instant};
use crate::versioned::Shape;

pub mod absence;
pub mod door;
pub mod item_result;
pub mod steps;

pub use absence::{Fallen, FallenAway, Postponing, Reported};
pub use door::{Arrival, Member, may_depart};
pub use item_result::{EvidenceGiven, ItemResult, Sheet, Verdict};
pub use steps::{INSPECTION_TRANSITIONS, InspectionKind, InspectionVerb};

/// How a visit is kept. Version 2: everybody who entered something of it is known. Version 3: that it could not be made
/// is reported first and confirmed by a second person, it may be put off once, an arrival says what it has to explain,
/// a result may name a laboratory's report, and publication is approved before it is carried out.
pub static VISIT: Shape<Inspection> = Shape::new(
    "inspections.life",
    &[hands_are_those_of_the_steps, published_without_approval],
);

/// Of a result entered before hands were kept only who opened and who concluded it is known.
fn hands_are_those_of_the_steps(mut value: Value) -> Value {
    let by = |step: &Value| step["by"].clone();
    if let Some(fields) = value.as_object_mut() {
        if fields.contains_key("present") && fields.contains_key("sheet") {
            let hands = Value::Array(vec![by(&fields["step"])]);
            fields.insert("hands".to_owned(), hands);
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = hands_are_those_of_the_steps(field.take());
        }
        if fields.contains_key("outcome") {
            let concluder = by(&fields["step"]);
            let hands = fields
                .get_mut("opened")
                .and_then(|opened| opened["hands"].as_array_mut());
            if let Some(hands) = hands.filter(|hands| !hands.contains(&concluder)) {
                hands.push(concluder);
            }
        }
    }
    value
}

/// What was published before approval was an act of its own has none.
fn published_without_approval(mut value: Value) -> Value {
    let state = &mut value["state"];
    if state["state"] == "published" {
        state["approval"] = Value::Null;
    }
    value
}

/// How the strata under which a subject is visited are kept.
pub static STRATA: Shape<Vec<String>> = Shape::new("inspections.strata", &[]);
/// How the team is kept beside the visit, so that lists find their visits by a code.
pub static TEAM: Shape<Vec<InspectorCode>> = Shape::new("inspections.team", &[]);

closed_list! {
    /// Where a visit comes from; those not drawn are registered and counted too (F-1.33).
    #[doc(alias = "检查来源")]
    enum InspectionSource {
        Drawn = "drawn", "随机抽取";
        Must = "must", "应查对象";
        Complaint = "complaint", "投诉举报";
        Referral = "referral", "移送交办";
        Special = "special", "专项检查";
        KeySupervision = "key_supervision", "重点监管";
    }
}

/// The overall outcome, with the version of the list it was chosen from.
#[doc(alias = "检查结果")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The internal key, e.g. `R5`.
    pub code: String,
    /// The national wording.
    pub label: String,
    /// The version of the list.
    pub version: String,
}

impl Outcome {
    /// Chooses on the day `on` an outcome that fits the checklist of a visit of the day `visited`.
    ///
    /// # Errors
    /// `INSP-009` not in use or a state of the subject, `INSP-010` contradicts the checklist, `INSP-014` an order
    /// that nothing carries.
    pub fn choose(
        code: &OutcomeCode,
        (on, visited): (Date, Date),
        sheet: &Sheet,
        items: &[InspectionItem],
    ) -> Result<Self, Refusal> {
        if code.kind != OutcomeKind::Result || !code.in_use(on) {
            return Err(
                codes::INSPECTION_OUTCOME_UNUSABLE.refuse(&[("label", &code.label), ("on", &on)])
            );
        }
        let failed = sheet.count(Verdict::Fail);
        let open = sheet.count(Verdict::NotExamined);
        let fits = match code.follow_up {
            FollowUpKind::None | FollowUpKind::Register => failed == 0,
            FollowUpKind::Rectification => failed > 0,
            FollowUpKind::Case => failed > 0 || open > 0,
            FollowUpKind::Referral => true,
        };
        if !fits {
            return Err(codes::INSPECTION_OUTCOME_CONTRADICTS.refuse(&[
                ("label", &code.label),
                ("failed", &failed),
                ("open", &open),
            ]));
        }
        if code.follow_up == FollowUpKind::Rectification {
            let bare = sheet.without_order(items, visited);
            if bare.len() == failed {
                let some: Vec<&str> = bare.iter().take(8).map(AsRef::as_ref).collect();
                return Err(codes::INSPECTION_NO_ORDER
                    .refuse(&[("label", &code.label), ("ids", &some.join("、"))]));
            }
        }
        Ok(Self {
            code: code.code.clone(),
            label: code.label.clone(),
            version: code.version.clone(),
        })
    }
}

/// Who did a step, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The account.
    pub by: AccountId,
    /// The moment.
    pub at: Instant,
}

/// The team is at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Who registered the arrival, and when.
    pub step: Step,
    /// The inspectors who are there, by code; at least two.
    pub present: Vec<InspectorCode>,
    /// What has been filled in so far.
    pub sheet: Sheet,
    /// Everybody who registered, entered or concluded any part of it.
    pub hands: Hands,
    /// Why the result was returned, if it was.
    pub returned: Option<String>,
    /// Why the visit is made after the window of the plan, if it is.
    #[serde(default)]
    pub late: Option<String>,
    /// On which grounds the subject asks that somebody stays away, if it does; the work goes on until the head has
    /// decided (行政处罚法 43).
    #[serde(default)]
    pub challenge: Option<String>,
}

/// The sheet is full and the outcome chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concluded {
    /// The visit.
    pub opened: Opened,
    /// Who entered the outcome, and when.
    pub step: Step,
    /// The outcome.
    pub outcome: Outcome,
    /// What the subject had to say.
    pub opinion: Option<String>,
}

/// A second person has read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// What was concluded.
    pub concluded: Concluded,
    /// Who confirmed, and when.
    pub step: Step,
}

/// Somebody who had no part in the result has approved its publication, word for word.
#[doc(alias = "公示审批")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who approved, and when.
    pub step: Step,
    /// The hash of the public text that was approved; another text needs another approval.
    pub text: Fingerprint,
}

/// Its publication is approved and not yet carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What was confirmed.
    pub confirmed: Confirmed,
    /// The approval of its publication.
    pub approval: Approval,
}

/// The outcome is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// What was confirmed.
    pub confirmed: Confirmed,
    /// The approval; none of what was published before approval was an act of its own.
    pub approval: Option<Approval>,
    /// Who published, and when.
    pub step: Step,
    /// Where it stands.
    pub publication: PublicationId,
}

/// Where a visit stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum InspectionState {
    /// The team knows its visit.
    Assigned,
    /// The team is at the door.
    Opened(Opened),
    /// The outcome is entered.
    Concluded(Concluded),
    /// A second person has confirmed.
    Confirmed(Confirmed),
    /// A third person has approved its publication.
    Approved(Approved),
    /// The outcome is public.
    Published(Published),
    /// The team asks to put it off.
    Postponing(Postponing),
    /// The team says that it cannot be made; a second person has to confirm.
    Reported(Reported),
    /// It was not made.
    FellAway(Fallen),
}

/// One visit.
#[doc(alias = "执法检查")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// Its key.
    pub id: InspectionId,
    /// The campaign it belongs to; none for visits that were not drawn.
    pub campaign: Option<CampaignId>,
    /// Where it comes from.
    pub source: InspectionSource,
    /// Who is visited.
    pub subject: SubjectId,
    /// The items examined, in the order of the plan.
    pub items: Vec<ItemId>,
    /// The team by code, as it stands after substitutions.
    #[doc(alias = "执法检查组")]
    pub team: Vec<InspectorCode>,
    /// The appointed leader.
    #[doc(alias = "检查组组长")]
    pub leader: Option<InspectorCode>,
    /// Who assigned it, and when.
    pub assigned: Step,
    /// Until when it was put off, if the head allowed that; internal.
    #[serde(default)]
    pub put_off: Option<absence::PutOff>,
    /// Why the report that it cannot be made was sent back, if that was the last thing.
    #[serde(default)]
    pub sent_back: Option<String>,
    /// Where it stands.
    pub state: InspectionState,
}

impl Inspection {
    /// What was concluded, in every state that has a conclusion.
    #[must_use]
    pub fn concluded(&self) -> Option<&Concluded> {
        match &self.state {
            InspectionState::Concluded(concluded) => Some(concluded),
            _ => self.confirmed().map(|confirmed| &confirmed.concluded),
        }
    }

    /// Whether the team has been at the door, or it has ended without. One that it asks to put off has not: nobody outside
    /// the bureau knows yet that it is coming.
    #[must_use]
    pub const fn has_begun(&self) -> bool {
        !matches!(
            self.state,
            InspectionState::Assigned | InspectionState::Postponing(_)
        )
    }

    /// When it was made, by which it counts towards a yearly cap: the arrival, or the day on which it was reported that it
    /// could not be made; whatever is done with the result later changes nothing of that. None while it is still ahead.
    #[must_use]
    pub fn made_at(&self) -> Option<Instant> {
        match &self.state {
            InspectionState::Assigned | InspectionState::Postponing(_) => None,
            InspectionState::Opened(opened) => Some(opened.step.at),
            InspectionState::Reported(reported) => {
                let arrival = reported.opened.as_ref().map(|opened| opened.step.at);
                Some(arrival.unwrap_or(reported.step.at))
            }
            InspectionState::FellAway(fallen) => Some(fallen.step.at),
            InspectionState::Concluded(_)
            | InspectionState::Confirmed(_)
            | InspectionState::Approved(_)
            | InspectionState::Published(_) => {
                self.concluded().map(|concluded| concluded.opened.step.at)
            }
        }
    }

    /// What was confirmed, in every state that has a confirmation.
    #[must_use]
    pub const fn confirmed(&self) -> Option<&Confirmed> {
        match &self.state {
            InspectionState::Confirmed(confirmed) => Some(confirmed),
            InspectionState::Approved(approved) => Some(&approved.confirmed),
            InspectionState::Published(published) => Some(&published.confirmed),
            InspectionState::Assigned
            | InspectionState::Opened(_)
            | InspectionState::Concluded(_)
            | InspectionState::Postponing(_)
            | InspectionState::Reported(_)
            | InspectionState::FellAway(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
