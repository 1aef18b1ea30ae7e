//! The verbs of a campaign. Each consumes the campaign and the facts it needs, and yields the next
//! state with the act to be logged, or a refusal; nothing is fetched and nothing half-applied.
//!
//! Before [`super::transitions`] permits a step no fact is looked at, so a wrong state is always
//! the first thing said. The steps of the draw itself are in `steps/drawing.rs`, the hours FREEZE announces in
//! `steps/hours.rs`, what is asked of commitments and nonces in `steps/revealing.rs`, dice and beacon in `steps/dice.rs` and
//! `steps/beacon.rs`, the ceremony in `steps/ceremony.rs`, what follows without anybody in `steps/by_itself.rs`.

use crate::event::Act;
use crate::id::{AccountId, CampaignId, CampaignNo, Fingerprint, OrgUnitId};
use crate::policy::four_eyes::{self, Hands};
use crate::refusal::{Refusal, codes};
use crate::text::says_something;
use crate::time::Instant;

use super::abandon_class::AbandonClass;
use super::state::{
    Abandoned, Approved, Archived, Campaign, CampaignState, Draft, Ended, Inspecting, Launched,
    Reported, Returned, Step, Submitted,
};
use super::transitions::{self, CampaignVerb, StateKind};

mod beacon;
mod by_itself;
mod ceremony;
mod dice;
mod drawing;
mod hours;
mod revealing;

pub use super::entry::EntryFacts;
pub use by_itself::Due;
pub use drawing::{CommitFacts, DrawFacts, FreezeFacts, Intervals};

/// What a verb yields: the campaign in its next state and the act to be logged.
pub type Stepped = Result<(Campaign, Act), Refusal>;

impl Campaign {
    /// A new campaign whose plan is being written.
    #[must_use]
    pub fn draft(
        id: CampaignId,
        number: CampaignNo,
        initiator: OrgUnitId,
        author: AccountId,
    ) -> (Self, Act) {
        let state = CampaignState::Draft(Draft {
            hands: Hands::of(&author),
            author,
            returned: None,
        });
        (
            Self {
                id,
                number,
                initiator,
                state,
            },
            Act::CampaignDrafted,
        )
    }

    /// The name of the state.
    #[must_use]
    pub const fn kind(&self) -> StateKind {
        self.state.kind()
    }

    /// Changes the plan while it is a draft: whoever does has a hand in it from now on.
    ///
    /// # Errors
    /// `CAMP-001` in any other state.
    pub fn revise(self, by: &AccountId) -> Stepped {
        let Draft {
            author,
            hands,
            returned,
        } = self.drafted()?.clone();
        let next = CampaignState::Draft(Draft {
            author,
            hands: hands.and(by),
            returned,
        });
        Ok(self.with(next, Act::CampaignRevised))
    }

    /// Submits the complete plan for approval.
    ///
    /// # Errors
    /// `CAMP-001` in any other state.
    pub fn submit(self, step: Step, plan_hash: Fingerprint) -> Stepped {
        let hands = self.drafted()?.hands.clone().and(&step.by);
        let next = CampaignState::Submitted(Submitted {
            step,
            plan_hash,
            hands,
        });
        Ok(self.with(next, Act::CampaignSubmitted))
    }

    /// Takes the plan back before it is decided; only its submitter may.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-002`.
    pub fn recall(self, by: &AccountId) -> Stepped {
        self.permit(CampaignVerb::Recall)?;
        let submitted = self.submitted(CampaignVerb::Recall)?;
        if submitted.step.by != *by {
            return Err(codes::CAMPAIGN_NOT_SUBMITTER.refuse(&[]));
        }
        let next = CampaignState::Draft(Draft {
            author: by.clone(),
            hands: submitted.hands.clone(),
            returned: None,
        });
        Ok(self.with(next, Act::CampaignRecalled))
    }

    /// Sends the plan back with a reason.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-016`, `CAMP-003`.
    pub fn return_plan(self, step: Step, reason: &str) -> Stepped {
        self.permit(CampaignVerb::Return)?;
        let submitted = self.submitted(CampaignVerb::Return)?;
        if submitted.step.by == step.by {
            return Err(codes::AUTH_SELF_RETURN.refuse(&[]));
        }
        let reason = required_reason(reason, CampaignVerb::Return)?;
        let (author, hands) = (submitted.step.by.clone(), submitted.hands.clone());
        let returned = Some(Returned { step, reason });
        let next = CampaignState::Draft(Draft {
            author,
            hands,
            returned,
        });
        Ok(self.with(next, Act::CampaignReturned))
    }

    /// Approves the plan; `plan_hash` is of the text the approver read, `rulebook` the version under
    /// which it was made and which the campaign obeys from now on.
    ///
    /// # Errors
    /// `CAMP-001`, `AUTH-012` a hand in the plan, `CAMP-013` the text is not the submitted one.
    pub fn approve(self, step: Step, plan_hash: &Fingerprint, rulebook: &str) -> Stepped {
        self.permit(CampaignVerb::Approve)?;
        let submitted = self.submitted(CampaignVerb::Approve)?.clone();
        four_eyes::hands_and_approver(&submitted.hands, &step.by)?;
        if submitted.plan_hash != *plan_hash {
            return Err(codes::CAMPAIGN_PLAN_CHANGED.refuse(&[]));
        }
        not_before(step.at, submitted.step.at)?;
        let next = CampaignState::Approved(Approved {
            submitted,
            step,
            attempt: 1,
            rulebook: Some(rulebook.to_owned()),
        });
        Ok(self.with(next, Act::CampaignApproved))
    }

    /// Launches the campaign (细则四（二）启动).
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`.
    pub fn launch(self, step: Step) -> Stepped {
        self.permit(CampaignVerb::Launch)?;
        let CampaignState::Approved(approved) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Launch));
        };
        not_before(step.at, approved.step.at)?;
        let next = CampaignState::Launched(Launched { approved, step });
        Ok(self.with(next, Act::CampaignLaunched))
    }

    /// Gives the campaign up before a frame is frozen; stays visible with the class of its reason.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-003`.
    pub fn abandon(self, step: Step, class: AbandonClass, reason: &str) -> Stepped {
        self.permit(CampaignVerb::Abandon)?;
        let reason = required_reason(reason, CampaignVerb::Abandon)?;
        let next = CampaignState::Abandoned(Abandoned {
            from: self.kind(),
            void_attempts: self.state.attempt() - 1,
            step,
            class: Some(class),
            reason,
        });
        Ok(self.with(next, Act::CampaignAbandoned))
    }

    /// Assigns the drawn visits to their teams; the inspections begin.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`.
    pub fn assign(self, step: Step) -> Stepped {
        self.permit(CampaignVerb::Assign)?;
        let CampaignState::Drawn(drawn) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Assign));
        };
        not_before(step.at, drawn.step.at)?;
        let next = CampaignState::Inspecting(Inspecting { drawn, step });
        Ok(self.with(next, Act::InspectionAssigned))
    }

    /// Ends the inspections; `open_visits` have neither a confirmed result nor another end.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-010`.
    pub fn end(self, step: Step, open_visits: u64) -> Stepped {
        self.permit(CampaignVerb::End)?;
        let CampaignState::Inspecting(inspecting) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::End));
        };
        if open_visits > 0 {
            return Err(codes::CAMPAIGN_VISITS_OPEN.refuse(&[("count", &open_visits)]));
        }
        not_before(step.at, inspecting.step.at)?;
        let next = CampaignState::Ended(Ended {
            inspecting,
            step,
            opened: None,
        });
        Ok(self.with(next, Act::CampaignEnded))
    }

    /// Publishes the opened leaves of the visited subjects (OPEN, T6), once.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-012`.
    pub fn open(self, step: Step) -> Stepped {
        self.permit(CampaignVerb::Open)?;
        let mut next = self.state.clone();
        let ended = match &mut next {
            CampaignState::Ended(ended) => ended,
            CampaignState::Reported(reported) => &mut reported.ended,
            _ => return Err(self.refuse(CampaignVerb::Open)),
        };
        if let Some(before) = &ended.opened {
            return Err(codes::CAMPAIGN_ALREADY_OPENED.refuse(&[("at", &before.at.local_text())]));
        }
        not_before(step.at, ended.step.at)?;
        ended.opened = Some(step);
        Ok(self.with(next, Act::FrameOpened))
    }

    /// Records the report of the campaign (细则四（七）).
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-015`.
    pub fn report(self, step: Step) -> Stepped {
        self.permit(CampaignVerb::Report)?;
        let CampaignState::Ended(ended) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Report));
        };
        not_before(step.at, ended.step.at)?;
        let next = CampaignState::Reported(Reported { ended, step });
        Ok(self.with(next, Act::CampaignReported))
    }

    /// Closes the dossier; the draw must have been opened.
    ///
    /// # Errors
    /// `CAMP-001`, `CAMP-011`.
    pub fn archive(self, step: Step) -> Stepped {
        self.permit(CampaignVerb::Archive)?;
        let CampaignState::Reported(reported) = self.state.clone() else {
            return Err(self.refuse(CampaignVerb::Archive));
        };
        if reported.ended.opened.is_none() {
            return Err(codes::CAMPAIGN_NOT_OPENED.refuse(&[]));
        }
        let next = CampaignState::Archived(Archived { reported, step });
        Ok(self.with(next, Act::CampaignArchived))
    }

    /// Whether the table permits the verb now.
    ///
    /// # Errors
    /// `CAMP-001` naming the state, the verb and what is offered instead.
    pub fn permit(&self, verb: CampaignVerb) -> Result<(), Refusal> {
        match transitions::next(self.kind(), verb) {
            Some(_) => Ok(()),
            None => Err(self.refuse(verb)),
        }
    }

    fn refuse(&self, verb: CampaignVerb) -> Refusal {
        let offered: Vec<&str> = transitions::offered(self.kind())
            .filter(|verb| self.is_done_by_somebody(*verb))
            .map(CampaignVerb::label)
            .collect();
        let offered = if offered.is_empty() {
            "查看".to_owned()
        } else {
            offered.join("、")
        };
        codes::CAMPAIGN_WRONG_STATE.refuse(&[
            ("state", &self.kind().label()),
            ("verb", &verb.label()),
            ("offered", &offered),
        ])
    }

    /// Whether somebody may do what the table permits: under `shuang/2` the program publishes REVEAL and RESULT, and
    /// ceremony, dice and beacon are entered where they are awaited.
    fn is_done_by_somebody(&self, verb: CampaignVerb) -> bool {
        let Some(committed) = self.state.commitment() else {
            return true;
        };
        match verb {
            CampaignVerb::Reveal | CampaignVerb::Draw => committed.is_by_hand(),
            CampaignVerb::BeginCeremony | CampaignVerb::Attend => !committed.is_by_hand(),
            CampaignVerb::EnterDice => committed.takes_dice(),
            CampaignVerb::EnterBeacon => !committed.is_by_hand() && committed.awaits_source(),
            _ => true,
        }
    }

    /// The draft; whatever changes it asks for the state in which it could be submitted.
    fn drafted(&self) -> Result<&Draft, Refusal> {
        match &self.state {
            CampaignState::Draft(draft) => Ok(draft),
            _ => Err(self.refuse(CampaignVerb::Submit)),
        }
    }

    /// The plan as it waits for its approval.
    ///
    /// # Errors
    /// `CAMP-001` in any other state.
    pub fn awaits_approval(&self) -> Result<&Submitted, Refusal> {
        self.submitted(CampaignVerb::Approve)
    }

    fn submitted(&self, verb: CampaignVerb) -> Result<&Submitted, Refusal> {
        match &self.state {
            CampaignState::Submitted(submitted) => Ok(submitted),
            _ => Err(self.refuse(verb)),
        }
    }

    fn with(self, state: CampaignState, act: Act) -> (Self, Act) {
        (Self { state, ..self }, act)
    }
}

/// Refuses a step that claims to be earlier than the one before it: a clock was set back.
fn not_before(at: Instant, earlier: Instant) -> Result<(), Refusal> {
    if at < earlier {
        return Err(codes::CAMPAIGN_CLOCK_BACK.refuse(&[("at", &earlier.local_text())]));
    }
    Ok(())
}

fn required_reason(reason: &str, verb: CampaignVerb) -> Result<String, Refusal> {
    let reason = reason.trim();
    if !says_something(reason) {
        return Err(codes::CAMPAIGN_REASON_MISSING.refuse(&[("verb", &verb.label())]));
    }
    Ok(reason.to_owned())
}
