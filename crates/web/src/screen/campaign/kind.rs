//! The acts of a campaign as pages know them, and what stands in the way of each, known beforehand.
//!
//! Whether an act can be done is asked of the domain by doing it on a copy, so that no rule is
//! written twice. The press itself asks again.

use domain::campaign::CampaignVerb;
use domain::campaign::state::Step;
use domain::policy::Verb;
use domain::refusal::{Refusal, codes};

use super::seen::Seen;
use crate::gate::Visit;
use crate::gate::feedback::{self, Done};

mod rehearsal;

/// One act on a campaign with a confirmation page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CampaignAct {
    Submit,
    Recall,
    Return,
    Approve,
    Paper,
    Launch,
    Freeze,
    Commit,
    Dice,
    Ceremony,
    Attend,
    Slip,
    Reveal,
    Beacon,
    Draw,
    Void,
    Assign,
    End,
    Open,
    Abandon,
}

use CampaignAct as A;

/// What an account sees of an act.
#[derive(Clone, Debug)]
pub(super) enum Standing {
    /// It may be done now, by this account.
    Offered,
    /// The account has the right, but something stands in the way.
    Refused(Refusal),
    /// Not in this state, or not this account's business.
    Absent,
}

/// Another's act and one that is done already need no excuse on the page of the campaign; who opens
/// the act's own page is told.
fn goes_without_saying(refusal: &Refusal) -> bool {
    [
        &codes::CAMPAIGN_NOT_SUBMITTER,
        &codes::CAMPAIGN_ALREADY_OPENED,
        &codes::DRAW_NO_DICE,
        &codes::DRAW_DICE_ENTERED,
        &codes::DRAW_CEREMONY_BEGUN,
        &codes::DRAW_CEREMONY_OVER,
        &codes::DRAW_WITNESS_PRESENT,
        &codes::DRAW_WITNESS_IS_HOST,
        &codes::DRAW_BY_ITSELF,
        &codes::DRAW_NO_BEACON,
        &codes::DRAW_BEACON_ENTERED,
    ]
    .iter()
    .any(|known| known.code == refusal.code)
}

impl CampaignAct {
    pub(super) const ALL: [Self; 20] = [
        A::Submit,
        A::Recall,
        A::Return,
        A::Approve,
        A::Paper,
        A::Launch,
        A::Freeze,
        A::Commit,
        A::Dice,
        A::Ceremony,
        A::Attend,
        A::Slip,
        A::Reveal,
        A::Beacon,
        A::Draw,
        A::Void,
        A::Assign,
        A::End,
        A::Open,
        A::Abandon,
    ];

    /// The acts of which the first offered one is the filled button, in lawful order.
    pub(super) const FORWARD: [Self; 14] = [
        A::Submit,
        A::Approve,
        A::Launch,
        A::Freeze,
        A::Commit,
        A::Dice,
        A::Ceremony,
        A::Attend,
        A::Reveal,
        A::Beacon,
        A::Draw,
        A::Assign,
        A::End,
        A::Open,
    ];

    /// Address, right, verb of the state table, words of the button, feedback.
    #[expect(clippy::too_many_lines, reason = "a table of words, one row per act")]
    const fn row(
        self,
    ) -> (
        &'static str,
        Verb,
        CampaignVerb,
        &'static str,
        &'static Done,
    ) {
        use CampaignVerb as C;
        match self {
            A::Submit => (
                "/w/campaigns/{no}/submit",
                Verb::CampaignSubmit,
                C::Submit,
                "提交报批",
                &feedback::CAMPAIGN_SUBMITTED,
            ),
            A::Recall => (
                "/w/campaigns/{no}/recall",
                Verb::CampaignSubmit,
                C::Recall,
                "撤回报批",
                &feedback::CAMPAIGN_RECALLED,
            ),
            A::Return => (
                "/w/campaigns/{no}/return",
                Verb::CampaignReturn,
                C::Return,
                "退回方案",
                &feedback::CAMPAIGN_RETURNED,
            ),
            A::Approve => (
                "/w/campaigns/{no}/approve",
                Verb::CampaignApprove,
                C::Approve,
                "批准方案",
                &feedback::CAMPAIGN_APPROVED,
            ),
            A::Paper => (
                "/w/campaigns/{no}/paper",
                Verb::CampaignSubmit,
                C::Approve,
                "代录线下签批",
                &feedback::PAPER_ENTERED,
            ),
            A::Launch => (
                "/w/campaigns/{no}/launch",
                Verb::CampaignLaunch,
                C::Launch,
                "启动抽查",
                &feedback::CAMPAIGN_LAUNCHED,
            ),
            A::Freeze => (
                "/w/campaigns/{no}/freeze",
                Verb::CampaignFreeze,
                C::Freeze,
                "冻结名录",
                &feedback::FRAME_FROZEN,
            ),
            A::Commit => (
                "/w/campaigns/{no}/commit",
                Verb::CampaignCommit,
                C::Commit,
                "公布承诺",
                &feedback::DRAW_COMMITTED,
            ),
            A::Dice => (
                "/w/campaigns/{no}/dice",
                Verb::DiceEnter,
                C::EnterDice,
                "录入掷骰结果",
                &feedback::DICE_ENTERED,
            ),
            A::Ceremony => (
                "/w/campaigns/{no}/ceremony",
                Verb::CeremonyHost,
                C::BeginCeremony,
                "开始抽取仪式",
                &feedback::CEREMONY_BEGUN,
            ),
            A::Attend => (
                "/w/campaigns/{no}/attend",
                Verb::CeremonyAttend,
                C::Attend,
                "登记到场见证",
                &feedback::CEREMONY_ATTENDED,
            ),
            A::Slip => (
                "/w/campaigns/{no}/slip",
                Verb::CeremonyHost,
                C::Attend,
                "登记签到单",
                &feedback::CEREMONY_ATTENDED,
            ),
            A::Reveal => (
                "/w/campaigns/{no}/reveal",
                Verb::CampaignReveal,
                C::Reveal,
                "完成揭示",
                &feedback::REVEAL_CLOSED,
            ),
            A::Beacon => (
                "/w/campaigns/{no}/beacon",
                Verb::BeaconEnter,
                C::EnterBeacon,
                "录入公共随机数",
                &feedback::BEACON_ENTERED,
            ),
            A::Draw => (
                "/w/campaigns/{no}/draw",
                Verb::CampaignDraw,
                C::Draw,
                "抽取",
                &feedback::SUBJECTS_DRAWN,
            ),
            A::Void => (
                "/w/campaigns/{no}/void",
                Verb::CampaignVoid,
                C::Void,
                "作废本次抽取",
                &feedback::DRAW_VOIDED,
            ),
            A::Assign => (
                "/w/campaigns/{no}/assign",
                Verb::InspectionAssign,
                C::Assign,
                "派发检查",
                &feedback::VISITS_ASSIGNED,
            ),
            A::End => (
                "/w/campaigns/{no}/end",
                Verb::CampaignEnd,
                C::End,
                "结束检查",
                &feedback::CAMPAIGN_ENDED,
            ),
            A::Open => (
                "/w/campaigns/{no}/open",
                Verb::CampaignOpen,
                C::Open,
                "公开抽取材料",
                &feedback::FRAME_OPENED,
            ),
            A::Abandon => (
                "/w/campaigns/{no}/abandon",
                Verb::CampaignAbandon,
                C::Abandon,
                "终止任务",
                &feedback::CAMPAIGN_ABANDONED,
            ),
        }
    }

    pub(super) const fn path(self) -> &'static str {
        self.row().0
    }

    pub(super) const fn verb(self) -> Verb {
        self.row().1
    }

    /// The words of the button.
    pub(super) const fn words(self) -> &'static str {
        self.row().3
    }

    pub(super) const fn done(self) -> &'static Done {
        self.row().4
    }

    /// The last part of the address.
    pub(super) fn slug(self) -> &'static str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    /// What the account sees of this act now.
    pub(super) fn standing(self, seen: &Seen, visit: &Visit) -> Standing {
        let permitted = seen.stored.campaign.permit(self.row().2).is_ok();
        let step = Step {
            by: visit.acting.account.clone(),
            at: visit.now,
        };
        if !permitted || visit.acting.may(self.verb(), &seen.place()).is_err() {
            return Standing::Absent;
        }
        match self.rehearse(seen, step) {
            Ok(()) => Standing::Offered,
            Err(refusal) if goes_without_saying(&refusal) => Standing::Absent,
            Err(refusal) => Standing::Refused(refusal),
        }
    }
}
