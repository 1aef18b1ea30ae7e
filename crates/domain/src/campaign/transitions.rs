//! The whole life of a campaign as one table: which verb leads from which state to which.
//!
//! The methods in [`super::steps`] ask this table first, the test walks every state with every
//! verb, and the page `docs/states/campaign.md` is printed from it.

use std::fmt::Write;

closed_list! {
    /// The states of a campaign.
    enum StateKind {
        Draft = "draft", "草稿";
        Submitted = "submitted", "待批";
        Approved = "approved", "已批准";
        Launched = "launched", "已启动";
        Frozen = "frozen", "已冻结";
        Committed = "committed", "已公布承诺";
        Revealed = "revealed", "已揭示";
        Drawn = "drawn", "已抽取";
        Inspecting = "inspecting", "检查中";
        Ended = "ended", "已结束";
        Reported = "reported", "已报告";
        Archived = "archived", "已归档";
        Abandoned = "abandoned", "已终止";
    }
}

closed_list! {
    /// The verbs of a campaign.
    enum CampaignVerb {
        Submit = "submit", "提交报批";
        Recall = "recall", "撤回报批";
        Return = "return", "退回方案";
        Approve = "approve", "批准方案";
        Launch = "launch", "启动";
        Freeze = "freeze", "冻结名录";
        AcceptCommitment = "accept_commitment", "收存承诺值";
        Commit = "commit", "公布承诺";
        EnterDice = "enter_dice", "录入掷骰结果";
        BeginCeremony = "begin_ceremony", "开始抽取仪式";
        Attend = "attend", "见证人到场";
        AcceptNonce = "accept_nonce", "接收随机数";
        Reveal = "reveal", "完成揭示";
        EnterBeacon = "enter_beacon", "录入公共随机数";
        Draw = "draw", "抽取";
        Void = "void", "作废";
        Assign = "assign", "派发检查";
        End = "end", "结束检查";
        Open = "open", "公开抽取材料";
        Report = "report", "报告";
        Archive = "archive", "归档";
        Abandon = "abandon", "终止";
    }
}

use CampaignVerb as V;
use StateKind as S;

/// Every permitted step: from, verb, to.
///
/// There is no VOID after RESULT and no abandoning of a frozen frame: every FREEZE ends in RESULT
/// or VOID, and what was drawn ends visit by visit (protocol §4).
pub const TRANSITIONS: &[(StateKind, CampaignVerb, StateKind)] = &[
    (S::Draft, V::Submit, S::Submitted),
    (S::Submitted, V::Recall, S::Draft),
    (S::Submitted, V::Return, S::Draft),
    (S::Submitted, V::Approve, S::Approved),
    (S::Approved, V::Launch, S::Launched),
    (S::Launched, V::Freeze, S::Frozen),
    (S::Frozen, V::AcceptCommitment, S::Frozen),
    (S::Frozen, V::Commit, S::Committed),
    (S::Committed, V::EnterDice, S::Committed),
    (S::Committed, V::BeginCeremony, S::Committed),
    (S::Committed, V::Attend, S::Committed),
    (S::Committed, V::AcceptNonce, S::Committed),
    (S::Committed, V::Reveal, S::Revealed),
    (S::Revealed, V::EnterBeacon, S::Revealed),
    (S::Revealed, V::Draw, S::Drawn),
    (S::Frozen, V::Void, S::Approved),
    (S::Committed, V::Void, S::Approved),
    (S::Revealed, V::Void, S::Approved),
    (S::Drawn, V::Assign, S::Inspecting),
    (S::Inspecting, V::End, S::Ended),
    (S::Ended, V::Open, S::Ended),
    (S::Ended, V::Report, S::Reported),
    (S::Reported, V::Open, S::Reported),
    (S::Reported, V::Archive, S::Archived),
    (S::Draft, V::Abandon, S::Abandoned),
    (S::Submitted, V::Abandon, S::Abandoned),
    (S::Approved, V::Abandon, S::Abandoned),
    (S::Launched, V::Abandon, S::Abandoned),
];

/// Where a verb leads from a state; `None` if it is refused there.
#[must_use]
pub fn next(from: StateKind, verb: CampaignVerb) -> Option<StateKind> {
    TRANSITIONS
        .iter()
        .find(|(f, v, _)| *f == from && *v == verb)
        .map(|(_, _, to)| *to)
}

/// The verbs a state permits, in the order of the table.
pub fn offered(from: StateKind) -> impl Iterator<Item = CampaignVerb> {
    TRANSITIONS
        .iter()
        .filter(move |(f, _, _)| *f == from)
        .map(|(_, verb, _)| *verb)
}

/// The table as Markdown for `docs/states/campaign.md`; a test compares the page.
#[must_use]
pub fn table() -> String {
    let mut page = String::from(
        "# 抽查的状态\n\n本页由 `domain::campaign::TRANSITIONS` 生成，勿手改。行为状态，列为办理，格内为办理之后的状态；空格表示拒绝（CAMP-001）。\n\n| 状态 |",
    );
    for verb in CampaignVerb::ALL {
        // Writing to a String cannot fail.
        let _ = write!(page, " {} |", verb.label());
    }
    page.push_str("\n|---|");
    page.push_str(&"---|".repeat(CampaignVerb::ALL.len()));
    page.push('\n');
    for state in StateKind::ALL {
        let _ = write!(page, "| {} `{}` |", state.label(), state.name());
        for verb in CampaignVerb::ALL {
            let _ = write!(
                page,
                " {} |",
                next(*state, *verb).map_or("", StateKind::label)
            );
        }
        page.push('\n');
    }
    page
}
