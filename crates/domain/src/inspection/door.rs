//! What has to be right at the door: everybody who was drawn is there, each with a credential of that day, and
//! nobody who has to stay away.
//!
//! An inspector who declared a recusal after the draw stops the visit before it begins (行政处罚法 43); what the
//! subject asks for does not, until the head has decided: it is noted. A window that has passed is no lock, but wants
//! its reason.
//!
//! Deliberately absent: who takes the place of somebody who may not go. The order of the draw says it, and no act
//! carries it out yet.

use super::steps::{Stepped, not_before};
use super::{Inspection, InspectionState, InspectionVerb, Opened, Sheet, Step};
use crate::event::Act;
use crate::id::InspectorCode;
use crate::policy::four_eyes::Hands;
use crate::refusal::{Fact, Refusal, codes};
use crate::time::Date;

/// A member of the team, or its appointed leader, as the registers have it on the day of the visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// By code.
    pub code: InspectorCode,
    /// Until when the credential is valid; none without one.
    pub valid_until: Option<Date>,
    /// Whether a recusal is declared between the two.
    pub recused: bool,
    /// Whether he is to be at the door; a leader who is not on the team answers for the visit from his desk.
    pub goes: bool,
}

/// What is registered at the door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Who is there, by code.
    pub present: Vec<InspectorCode>,
    /// Why only now, if the window has passed.
    pub late: Option<String>,
    /// On which grounds the subject asks that somebody stays away.
    pub challenge: Option<String>,
}

impl Arrival {
    /// These inspectors, on time, against whom the subject has nothing.
    #[must_use]
    pub fn of(present: Vec<InspectorCode>) -> Self {
        Self {
            present,
            ..Self::default()
        }
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

impl Inspection {
    /// Registers the arrival of the team; `members` are its members and its leader as they stand, `last_day` is the last of the
    /// window.
    ///
    /// # Errors
    /// `INSP-001`, `INSP-003` somebody is not in the team, `INSP-002` fewer than two, `INSP-015` somebody drawn is not
    /// there, `INSP-016` a credential that is not valid, `INSP-017` a recusal, `INSP-022` late without reason,
    /// `INSP-011`.
    pub fn open(
        self,
        step: Step,
        arrival: Arrival,
        members: &[Member],
        last_day: Option<Date>,
    ) -> Stepped {
        self.permit(InspectionVerb::Open)?;
        let mut present = arrival.present;
        present.sort_unstable();
        present.dedup();
        self.require_team(&present)?;
        let on = step.at.date();
        may_depart(members, on)?;
        let late = said(arrival.late);
        if let Some(last) = last_day.filter(|last| on > *last && late.is_none()) {
            return Err(codes::INSPECTION_LATE.refuse(&[("last", &last)]));
        }
        not_before(step.at, self.assigned.at)?;
        let opened = Opened {
            hands: Hands::of(&step.by),
            step,
            present,
            sheet: Sheet::default(),
            returned: None,
            late: late.filter(|_| last_day.is_some_and(|last| on > last)),
            challenge: said(arrival.challenge),
        };
        let next = Self {
            sent_back: None,
            ..self
        };
        Ok(next.with(InspectionState::Opened(opened), Act::InspectionOpened))
    }

    fn require_team(&self, present: &[InspectorCode]) -> Result<(), Refusal> {
        if let Some(stranger) = present.iter().find(|code| !self.team.contains(code)) {
            return Err(codes::INSPECTION_NOT_IN_TEAM.refuse(&[("inspector", stranger)]));
        }
        if present.len() < 2 {
            return Err(codes::INSPECTION_FEW_PRESENT.refuse(&[("present", &present.len())]));
        }
        match self.team.iter().find(|code| !present.contains(code)) {
            Some(missing) => {
                Err(codes::INSPECTION_MEMBER_MISSING.refuse(&[("inspector", missing)]))
            }
            None => Ok(()),
        }
    }
}

/// Whether these may set out for the subject on that day: said to them before they do, and asked again at the door.
///
/// # Errors
/// `INSP-016` a credential that is not valid, `INSP-017` a recusal.
pub fn may_depart(members: &[Member], on: Date) -> Result<(), Refusal> {
    members.iter().try_for_each(|member| member.may_go(on))
}

impl Member {
    fn may_go(&self, on: Date) -> Result<(), Refusal> {
        if self.recused {
            return Err(codes::INSPECTION_RECUSED.refuse(&[("inspector", &self.code)]));
        }
        if !self.goes {
            return Ok(());
        }
        let why = match self.valid_until {
            Some(until) if until >= on => return Ok(()),
            Some(until) => format!("已于 {until} 到期"),
            None => "没有登记".to_owned(),
        };
        let facts: [Fact<'_>; 2] = [("inspector", &self.code), ("why", &why)];
        Err(codes::INSPECTION_CREDENTIAL.refuse(&facts))
    }
}
