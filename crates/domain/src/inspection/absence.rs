//! A visit that is not made: reported with proof, confirmed by a second person; or put off within the window, once.
//!
//! Who reports is not who confirms, as with a result. Putting off is no ending: the head allows it, the visit is made
//! later. It stays inside the bureau, since to publish it is to announce the visit.
//!
//! Deliberately absent: what the public reads of it (reason and proof are never public), a plan that is amended after
//! its approval, and the notice of a refused inspection, which comes with enforcement.

use serde::{Deserialize, Serialize};

use super::steps::Stepped;
use super::{Inspection, InspectionState, InspectionVerb, Opened, Step};
use crate::event::Act;
use crate::policy::four_eyes::{self, Hands};
use crate::refusal::{Fact, codes};
use crate::time::Date;

closed_list! {
    /// How a visit ends that could not be made. Putting it off was an ending once; no new visit ends so.
    enum FallenAway {
        Unreachable = "unreachable", "无法联系";
        Refused = "refused", "拒绝检查";
        Closed = "closed", "已关闭停业";
        Moved = "moved", "已迁出";
        Suspended = "suspended", "歇业";
        OutOfScope = "out_of_scope", "不属检查范围";
        Duplicate = "duplicate", "重复登记";
        Postponed = "postponed", "延期";
    }
}

impl FallenAway {
    /// The endings that can be reported.
    pub fn reportable() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|how| *how != Self::Postponed)
    }
}

/// What is reported of a visit that could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// How it ended.
    pub how: FallenAway,
    /// What happened, with the proof.
    pub account: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// Who registered it, and when.
    pub step: Step,
    /// What had been filled in, if the team had come in; it goes on from there if the report is sent back.
    #[serde(default)]
    pub opened: Option<Box<Opened>>,
}

/// The visit was not made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallen {
    /// How it ended.
    pub how: FallenAway,
    /// What happened, with the proof.
    pub account: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// Who registered it, and when.
    pub step: Step,
    /// Who confirmed it; nobody where it was registered before a second person was asked for.
    #[serde(default)]
    pub confirmed: Option<Step>,
}

/// The team asks to put the visit off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postponing {
    /// Until when.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Who asks, and when.
    pub step: Step,
}

/// A visit was put off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOff {
    /// What was asked for.
    pub asked: Postponing,
    /// Who allowed it, and when.
    pub step: Step,
}

impl Inspection {
    /// Reports that the visit could not be made, with what happened and how often it was tried;
    /// `least` is how often the rulebook wants it tried before a subject counts as unreachable.
    ///
    /// # Errors
    /// `INSP-001`, `INSP-012` without account, or unreachable after too few attempts, `INSP-018` to put it off is no
    /// ending, `INSP-011`.
    pub fn report_absence(
        self,
        step: Step,
        how: FallenAway,
        account: &str,
        attempts: u32,
        least: u32,
    ) -> Stepped {
        self.permit(InspectionVerb::ReportAbsence)?;
        if how == FallenAway::Postponed {
            return Err(codes::INSPECTION_PUT_OFF_NO_END.refuse(&[]));
        }
        let account = account.trim();
        let few = how == FallenAway::Unreachable && attempts < least;
        if account.is_empty() || few {
            let facts: [Fact<'_>; 2] = [("label", &how.label()), ("least", &least)];
            return Err(codes::INSPECTION_PROOF.refuse(&facts));
        }
        self.not_before_assignment(step.at)?;
        let opened = match &self.state {
            InspectionState::Opened(opened) => Some(Box::new(opened.clone())),
            _ => None,
        };
        let reported = Reported {
            how,
            account: account.to_owned(),
            attempts,
            step,
            opened,
        };
        let next = Self {
            sent_back: None,
            ..self
        };
        Ok(next.with(
            InspectionState::Reported(reported),
            Act::InspectionAbsenceReported,
        ))
    }

    /// Confirms what another person reported: the visit falls away.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-014` a hand in it, `INSP-011`.
    pub fn confirm_absence(self, step: Step) -> Stepped {
        self.permit(InspectionVerb::ConfirmAbsence)?;
        let InspectionState::Reported(reported) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::ConfirmAbsence));
        };
        reported.require_other(&step)?;
        super::steps::not_before(step.at, reported.step.at)?;
        let fallen = Fallen {
            how: reported.how,
            account: reported.account,
            attempts: reported.attempts,
            step: reported.step,
            confirmed: Some(step),
        };
        Ok(self.with(InspectionState::FellAway(fallen), Act::InspectionFellAway))
    }

    /// Sends the report back: the visit goes on from where it was.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-014`, `INSP-013` without reason.
    pub fn return_absence(self, step: &Step, reason: &str) -> Stepped {
        self.permit(InspectionVerb::ReturnAbsence)?;
        let InspectionState::Reported(reported) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::ReturnAbsence));
        };
        reported.require_other(step)?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(codes::INSPECTION_RETURN_REASON.refuse(&[]));
        }
        let state = match reported.opened {
            Some(opened) => InspectionState::Opened(*opened),
            None => InspectionState::Assigned,
        };
        let next = Self {
            sent_back: Some(reason.to_owned()),
            ..self
        };
        Ok(next.with(state, Act::InspectionAbsenceReturned))
    }

    /// Asks to put the visit off to a day within the window of the plan, whose last day is given.
    ///
    /// # Errors
    /// `INSP-001`, `INSP-019` without reason or no later day, `INSP-020` beyond the window, `INSP-021` put off before.
    pub fn ask_postponement(
        self,
        step: Step,
        until: Date,
        reason: &str,
        last_day: Option<Date>,
    ) -> Stepped {
        self.permit(InspectionVerb::AskPostponement)?;
        if let Some(before) = &self.put_off {
            return Err(codes::INSPECTION_PUT_OFF_TWICE.refuse(&[("until", &before.asked.until)]));
        }
        let reason = reason.trim();
        if reason.is_empty() || until <= step.at.date() {
            return Err(codes::INSPECTION_PUT_OFF_REASON.refuse(&[]));
        }
        if let Some(last) = last_day.filter(|last| until > *last) {
            let facts: [Fact<'_>; 2] = [("until", &until), ("last", &last)];
            return Err(codes::INSPECTION_BEYOND_WINDOW.refuse(&facts));
        }
        let asked = Postponing {
            until,
            reason: reason.to_owned(),
            step,
        };
        Ok(self.with(
            InspectionState::Postponing(asked),
            Act::InspectionPostponementAsked,
        ))
    }

    /// Allows what was asked for, or does not; either way the visit is to be made.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-014` the one who asks decides, `INSP-011`.
    pub fn decide_postponement(self, step: Step, allowed: bool) -> Stepped {
        self.permit(InspectionVerb::DecidePostponement)?;
        let InspectionState::Postponing(asked) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::DecidePostponement));
        };
        four_eyes::hands_and_confirmation(&Hands::of(&asked.step.by), &step.by)?;
        super::steps::not_before(step.at, asked.step.at)?;
        let (put_off, act) = if allowed {
            (Some(PutOff { asked, step }), Act::InspectionPutOff)
        } else {
            (None, Act::InspectionPostponementRefused)
        };
        let next = Self { put_off, ..self };
        Ok(next.with(InspectionState::Assigned, act))
    }
}

impl Reported {
    /// Everybody who registered it or filled something in before is no second person.
    fn require_other(&self, step: &Step) -> Result<(), crate::refusal::Refusal> {
        let hands = self
            .opened
            .as_ref()
            .map_or_else(Hands::default, |opened| opened.hands.clone());
        four_eyes::hands_and_confirmation(&hands.and(&self.step.by), &step.by)
    }
}
