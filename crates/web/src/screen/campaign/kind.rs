//! The acts of a campaign as pages know them, and what stands in the way of each, known beforehand.
//!
//! Whether an act can be done is asked of the domain by doing it on a copy, so that no rule is
//! written twice. The press itself asks again.

use domain::campaign::party::TrustLevel;
use domain::campaign::state::{DiceEvidence, Step};
use domain::campaign::steps::{CommitFacts, DiceFacts, DrawFacts, FreezeFacts, Intervals, Stepped};
use domain::campaign::version::FrameVersion;
use domain::campaign::{Campaign, CampaignState, CampaignVerb};
use domain::id::{Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::refusal::{Refusal, codes};

use super::seen::Seen;
use crate::gate::Visit;
use crate::gate::feedback::{self, Done};

/// One act on a campaign with a confirmation page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CampaignAct {
    Submit,
    Recall,
    Return,
    Approve,
    Launch,
    Freeze,
    Commit,
    Dice,
    Reveal,
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
    ]
    .iter()
    .any(|known| known.code == refusal.code)
}

impl CampaignAct {
    pub(super) const ALL: [Self; 15] = [
        A::Submit,
        A::Recall,
        A::Return,
        A::Approve,
        A::Launch,
        A::Freeze,
        A::Commit,
        A::Dice,
        A::Reveal,
        A::Draw,
        A::Void,
        A::Assign,
        A::End,
        A::Open,
        A::Abandon,
    ];

    /// The acts of which the first offered one is the filled button, in lawful order.
    pub(super) const FORWARD: [Self; 11] = [
        A::Submit,
        A::Approve,
        A::Launch,
        A::Freeze,
        A::Commit,
        A::Dice,
        A::Reveal,
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
            A::Reveal => (
                "/w/campaigns/{no}/reveal",
                Verb::CampaignReveal,
                C::Reveal,
                "完成揭示",
                &feedback::REVEAL_CLOSED,
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

    /// The act on a copy: what the domain would say now.
    pub(super) fn rehearse(self, seen: &Seen, step: Step) -> Result<(), Refusal> {
        let campaign = seen.stored.campaign.clone();
        let intervals = seen.rulebook.intervals();
        let stepped = match self {
            A::Submit => intervals.and_then(|_| campaign.submit(step, unknown())),
            A::Recall => campaign.recall(&step.by),
            A::Return => campaign.return_plan(step, "-"),
            A::Approve => {
                let submitted = match &campaign.state {
                    CampaignState::Submitted(submitted) => submitted.plan_hash.clone(),
                    _ => unknown(),
                };
                intervals.and_then(|_| campaign.approve(step, &submitted, &seen.rulebook.version))
            }
            A::Launch => campaign.launch(step),
            A::Freeze => intervals.and_then(|_| {
                campaign.freeze(FreezeFacts {
                    step,
                    parties: seen.plan.sources.parties.clone(),
                    beacon: seen.plan.sources.has_public_source(),
                    quota: 1,
                    must: 0,
                    roots: None,
                    version: FrameVersion::under(seen.newest, &seen.plan.sources),
                })
            }),
            A::Commit => intervals.and_then(|kept| committed(campaign, seen, step, kept)),
            A::Dice => thrown(campaign, step),
            A::Reveal => {
                intervals.and_then(|kept| campaign.reveal(step, &no_show(), kept.minimum_level))
            }
            A::Draw => intervals.and_then(|kept| {
                campaign.draw(DrawFacts {
                    step,
                    result_hash: unknown(),
                    level: TrustLevel::Beacon,
                    minimum_level: kept.minimum_level,
                    visits: 0,
                    beacon_present: true,
                    recomputed: true,
                    late_reason: None,
                })
            }),
            A::Void => campaign.void(&step, "-"),
            A::Assign => campaign.assign(step),
            A::End => campaign.end(step, seen.open_visits),
            A::Open => campaign.open(step),
            A::Abandon => campaign.abandon(step, "-"),
        };
        stepped.map(|_| ())
    }
}

/// FREEZE with hours that keep every interval; those that are typed are judged when they are sent.
fn committed(campaign: Campaign, seen: &Seen, step: Step, intervals: Intervals) -> Stepped {
    let soon = step.at.plus_ms((intervals.freeze_minutes + 1) * 60_000);
    let ceremony = seen.announced();
    let reveal_from = ceremony.map_or(soon, |announced| announced.max(soon));
    let reveal_by = reveal_from.plus_ms(60_000);
    let frame = campaign.state.frame();
    let timed = frame.is_some_and(|frozen| frozen.version.has_timed_beacon());
    // That the kept frame is still the frozen one is seen when it is opened.
    let roots = campaign.frozen_roots(seen.newest)?.clone();
    campaign.commit(CommitFacts {
        step,
        freeze_hash: unknown(),
        roots,
        reveal_from: Some(reveal_from),
        reveal_by,
        beacon_at: timed.then_some(reveal_by),
        ceremony,
        intervals,
        newest: seen.newest,
    })
}

/// Dice as this account would enter them: the same as another did, and others than it did itself.
fn thrown(campaign: Campaign, step: Step) -> Stepped {
    let waiting = campaign.state.commitment();
    let waiting = waiting.and_then(|committed| committed.dice.as_ref());
    let digits = match waiting {
        Some(entry) if entry.first.by != step.by => entry.digits.clone(),
        Some(own) if own.digits.starts_with('0') => "1".repeat(20),
        _ => "0".repeat(20),
    };
    let evidence = Some(DiceEvidence {
        source: "-".to_owned(),
        picture: unknown(),
    });
    campaign.enter_dice(DiceFacts {
        step,
        digits,
        evidence,
    })
}

/// A hash that stands for one not known yet; it is thrown away with the copy.
fn unknown() -> Fingerprint {
    Fingerprint::parse(&"0".repeat(64)).expect("64 digits are a fingerprint")
}

fn no_show() -> PartyToken {
    PartyToken::parse("no-show").expect("letters and a dash are a token")
}
