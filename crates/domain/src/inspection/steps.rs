//! The verbs of a visit, asked of one table like those of a campaign.

use std::fmt::Write;

use crate::catalog::{InspectionItem, OutcomeCode};
use crate::event::Act;
use crate::id::{AccountId, Fingerprint, PublicationId};
use crate::policy::four_eyes;
use crate::refusal::{Refusal, codes};
use crate::time::Instant;

use super::{
    Approval, Approved, Concluded, Confirmed, Inspection, InspectionState, ItemResult, Opened,
    Outcome, Published, Step,
};

closed_list! {
    /// The states of a visit.
    enum InspectionKind {
        Assigned = "assigned", "已派发";
        Opened = "opened", "检查中";
        Concluded = "concluded", "已录入";
        Confirmed = "confirmed", "已审核";
        Approved = "approved", "已批准公示";
        Published = "published", "已公示";
        Postponing = "postponing", "申请延期";
        Reported = "reported", "未实施检查待审核";
        FellAway = "fell_away", "未实施检查";
    }
}

closed_list! {
    /// The verbs of a visit.
    enum InspectionVerb {
        Open = "open", "到场登记";
        Record = "record", "录入检查结果";
        Conclude = "conclude", "形成检查结论";
        Confirm = "confirm", "审核检查结果";
        Return = "return", "退回检查结果";
        Approve = "approve", "批准公示";
        ReturnOutcome = "return_outcome", "退回待公示的结果";
        Publish = "publish", "公示";
        ReportAbsence = "report_absence", "登记未实施检查";
        ConfirmAbsence = "confirm_absence", "审核未实施检查";
        ReturnAbsence = "return_absence", "退回未实施检查";
        AskPostponement = "ask_postponement", "申请延期";
        DecidePostponement = "decide_postponement", "审批延期";
    }
}

use InspectionKind as S;
use InspectionVerb as V;

/// Every permitted step: from, verb, to. A report that is sent back leads to where the visit was before it.
pub const INSPECTION_TRANSITIONS: &[(InspectionKind, InspectionVerb, InspectionKind)] = &[
    (S::Assigned, V::Open, S::Opened),
    (S::Assigned, V::ReportAbsence, S::Reported),
    (S::Assigned, V::AskPostponement, S::Postponing),
    (S::Postponing, V::DecidePostponement, S::Assigned),
    (S::Opened, V::Record, S::Opened),
    (S::Opened, V::Conclude, S::Concluded),
    (S::Opened, V::ReportAbsence, S::Reported),
    (S::Reported, V::ConfirmAbsence, S::FellAway),
    (S::Reported, V::ReturnAbsence, S::Assigned),
    (S::Reported, V::ReturnAbsence, S::Opened),
    (S::Concluded, V::Confirm, S::Confirmed),
    (S::Concluded, V::Return, S::Opened),
    (S::Confirmed, V::Approve, S::Approved),
    (S::Approved, V::Approve, S::Approved),
    (S::Approved, V::Publish, S::Published),
    (S::Confirmed, V::ReturnOutcome, S::Opened),
    (S::Approved, V::ReturnOutcome, S::Opened),
];

/// The sheet open again, with the reason for those who filled it in.
fn sent_back(opened: Opened, reason: &str) -> Result<InspectionState, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(codes::INSPECTION_RETURN_REASON.refuse(&[]));
    }
    Ok(InspectionState::Opened(Opened {
        returned: Some(reason.to_owned()),
        ..opened
    }))
}

/// Where a verb leads from a state; nowhere if it is refused there.
pub fn next(from: InspectionKind, verb: InspectionVerb) -> impl Iterator<Item = InspectionKind> {
    INSPECTION_TRANSITIONS
        .iter()
        .filter(move |(f, v, _)| *f == from && *v == verb)
        .map(|(_, _, to)| *to)
}

/// The table as Markdown for `docs/states/inspection.md`; a test compares the page.
#[must_use]
pub fn table() -> String {
    let mut page = String::from(
        "# 检查的状态\n\n本页由 `domain::inspection::INSPECTION_TRANSITIONS` 生成，勿手改。行为状态，列为办理，格内为办理之后的状态；空格表示拒绝（INSP-001）。\n\n| 状态 |",
    );
    for verb in InspectionVerb::ALL {
        // Writing to a String cannot fail.
        let _ = write!(page, " {} |", verb.label());
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(InspectionVerb::ALL.len()));
    page.push('\n');
    for state in InspectionKind::ALL {
        let _ = write!(page, "| {} `{}` |", state.label(), state.name());
        for verb in InspectionVerb::ALL {
            let to: Vec<&str> = next(*state, *verb).map(InspectionKind::label).collect();
            let _ = write!(page, " {} |", to.join("或"));
        }
        page.push('\n');
    }
    page
}

/// What a verb yields: the visit in its next state and the act to be logged.
pub type Stepped = Result<(Inspection, Act), Refusal>;

impl Inspection {
    /// The name of the state.
    #[must_use]
    pub const fn kind(&self) -> InspectionKind {
        match self.state {
            InspectionState::Assigned => InspectionKind::Assigned,
            InspectionState::Opened(_) => InspectionKind::Opened,
            InspectionState::Concluded(_) => InspectionKind::Concluded,
            InspectionState::Confirmed(_) => InspectionKind::Confirmed,
            InspectionState::Approved(_) => InspectionKind::Approved,
            InspectionState::Published(_) => InspectionKind::Published,
            InspectionState::Postponing(_) => InspectionKind::Postponing,
            InspectionState::Reported(_) => InspectionKind::Reported,
            InspectionState::FellAway(_) => InspectionKind::FellAway,
        }
    }

    /// True once the visit needs nothing more for its campaign to end.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(
            self.state,
            InspectionState::Confirmed(_)
                | InspectionState::Approved(_)
                | InspectionState::Published(_)
                | InspectionState::FellAway(_)
        )
    }

    /// Enters results of the checklist; may be repeated, later entries replace earlier ones.
    ///
    /// # Errors
    /// `INSP-001`, or every fault of the batch (`INSP-004`, `INSP-005`, `INSP-007`, `INSP-008`).
    pub fn record(
        self,
        by: &AccountId,
        batch: &[ItemResult],
        items: &[InspectionItem],
    ) -> Result<(Self, Act), Vec<Refusal>> {
        self.permit(InspectionVerb::Record)
            .map_err(|refusal| vec![refusal])?;
        let InspectionState::Opened(opened) = &self.state else {
            return Err(vec![self.refuse(InspectionVerb::Record)]);
        };
        let sheet = opened.sheet.record(batch, items)?;
        let next = InspectionState::Opened(Opened {
            sheet,
            hands: opened.hands.clone().and(by),
            ..opened.clone()
        });
        Ok(self.with(next, Act::ResultRecorded))
    }

    /// Closes the sheet with an outcome and the opinion of the subject.
    ///
    /// # Errors
    /// `INSP-001`, `INSP-006` gaps, `INSP-009`, `INSP-010`, `INSP-014`, `INSP-011`.
    pub fn conclude(
        self,
        step: Step,
        items: &[InspectionItem],
        outcome: &OutcomeCode,
        opinion: Option<String>,
    ) -> Stepped {
        self.permit(InspectionVerb::Conclude)?;
        let InspectionState::Opened(opened) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::Conclude));
        };
        opened.sheet.require_full(items)?;
        not_before(step.at, opened.step.at)?;
        let days = (step.at.date(), opened.step.at.date());
        let outcome = Outcome::choose(outcome, days, &opened.sheet, items)?;
        let opened = Opened {
            hands: opened.hands.and(&step.by),
            ..opened
        };
        let next = InspectionState::Concluded(Concluded {
            opened,
            step,
            outcome,
            opinion,
        });
        Ok(self.with(next, Act::InspectionConcluded))
    }

    /// Confirms what other persons entered.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-014` a hand in it, `INSP-011`.
    pub fn confirm(self, step: Step) -> Stepped {
        self.permit(InspectionVerb::Confirm)?;
        let InspectionState::Concluded(concluded) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::Confirm));
        };
        four_eyes::hands_and_confirmation(&concluded.opened.hands, &step.by)?;
        not_before(step.at, concluded.step.at)?;
        let next = InspectionState::Confirmed(Confirmed { concluded, step });
        Ok(self.with(next, Act::InspectionConfirmed))
    }

    /// Sends the result back to be completed; nothing that was entered is lost.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-014`, `INSP-013` without reason.
    pub fn return_result(self, step: &Step, reason: &str) -> Stepped {
        self.permit(InspectionVerb::Return)?;
        let InspectionState::Concluded(concluded) = self.state.clone() else {
            return Err(self.refuse(InspectionVerb::Return));
        };
        four_eyes::hands_and_confirmation(&concluded.opened.hands, &step.by)?;
        let opened = sent_back(concluded.opened, reason)?;
        Ok(self.with(opened, Act::InspectionReturned))
    }

    /// Sends a confirmed result back in place of approving its publication, also one that was approved and is not
    /// published; it is confirmed and approved anew.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-015`, `INSP-013` without reason.
    pub fn return_outcome(self, step: &Step, reason: &str) -> Stepped {
        self.permit(InspectionVerb::ReturnOutcome)?;
        let Some(confirmed) = self.confirmed().cloned() else {
            return Err(self.refuse(InspectionVerb::ReturnOutcome));
        };
        let opened = confirmed.concluded.opened;
        four_eyes::result_and_approval(&opened.hands, &confirmed.step.by, &step.by)?;
        let opened = sent_back(opened, reason)?;
        Ok(self.with(opened, Act::OutcomeReturned))
    }

    /// Approves that this text is published. An approval is renewed only by one of another text.
    ///
    /// # Errors
    /// `INSP-001`, `AUTH-015` a hand in the result or in its confirmation, `PUBL-004` approved like this
    /// already, `INSP-011`.
    pub fn approve_publication(self, step: Step, text: Fingerprint) -> Stepped {
        self.permit(InspectionVerb::Approve)?;
        let Some(confirmed) = self.confirmed().cloned() else {
            return Err(self.refuse(InspectionVerb::Approve));
        };
        let hands = &confirmed.concluded.opened.hands;
        four_eyes::result_and_approval(hands, &confirmed.step.by, &step.by)?;
        let earlier = self.approval();
        if earlier.is_some_and(|approval| approval.text == text) {
            return Err(codes::PUBLICATION_APPROVED.refuse(&[]));
        }
        not_before(
            step.at,
            earlier.map_or(confirmed.step.at, |earlier| earlier.step.at),
        )?;
        let next = InspectionState::Approved(Approved {
            confirmed,
            approval: Approval { step, text },
        });
        Ok(self.with(next, Act::OutcomeApproved))
    }

    /// The approval of the publication, where there is one.
    #[must_use]
    pub const fn approval(&self) -> Option<&Approval> {
        match &self.state {
            InspectionState::Approved(approved) => Some(&approved.approval),
            InspectionState::Published(published) => published.approval.as_ref(),
            _ => None,
        }
    }

    /// Carries an approved publication out: clerk's work, also for somebody who had a part in the result.
    /// `text` is what would be published now.
    ///
    /// # Errors
    /// `INSP-001`, `PUBL-005` another text was approved, `INSP-011`.
    pub fn publish(self, step: Step, publication: PublicationId, text: &Fingerprint) -> Stepped {
        self.permit(InspectionVerb::Publish)?;
        let InspectionState::Approved(Approved {
            confirmed,
            approval,
        }) = self.state.clone()
        else {
            return Err(self.refuse(InspectionVerb::Publish));
        };
        if approval.text != *text {
            return Err(codes::PUBLICATION_TEXT_CHANGED.refuse(&[]));
        }
        not_before(step.at, approval.step.at)?;
        let next = InspectionState::Published(Published {
            confirmed,
            approval: Some(approval),
            step,
            publication,
        });
        Ok(self.with(next, Act::OutcomePublished))
    }

    /// Whether the table permits the verb now.
    ///
    /// # Errors
    /// `INSP-001` naming the state, the verb and what is offered instead.
    pub fn permit(&self, verb: InspectionVerb) -> Result<(), Refusal> {
        match next(self.kind(), verb).next() {
            Some(_) => Ok(()),
            None => Err(self.refuse(verb)),
        }
    }

    pub(super) fn refuse(&self, verb: InspectionVerb) -> Refusal {
        let mut offered: Vec<&str> = INSPECTION_TRANSITIONS
            .iter()
            .filter(|(from, _, _)| *from == self.kind())
            .map(|(_, verb, _)| verb.label())
            .collect();
        offered.dedup();
        let offered = if offered.is_empty() {
            "查看".to_owned()
        } else {
            offered.join("、")
        };
        codes::INSPECTION_WRONG_STATE.refuse(&[
            ("state", &self.kind().label()),
            ("verb", &verb.label()),
            ("offered", &offered),
        ])
    }

    /// Nothing is done to a visit before it was handed out.
    pub(super) fn not_before_assignment(&self, at: Instant) -> Result<(), Refusal> {
        not_before(at, self.assigned.at)
    }

    pub(super) fn with(self, state: InspectionState, act: Act) -> (Self, Act) {
        (Self { state, ..self }, act)
    }
}

pub(super) fn not_before(at: Instant, earlier: Instant) -> Result<(), Refusal> {
    if at < earlier {
        return Err(codes::INSPECTION_CLOCK_BACK.refuse(&[("at", &earlier.local_text())]));
    }
    Ok(())
}
