//! What a page says after an act, once: a code in the address, its words in this table.
//!
//! The address carries only the code, so that nobody can make our page say something by a link.
//! A reload shows the words again and repeats nothing; every link on the page drops the code.

use crate::component::Note;
use crate::text::Address;

/// The parameter that carries the code.
pub const DONE: &str = "done";

/// The words after one kind of act.
#[derive(Debug, PartialEq, Eq)]
pub struct Done {
    /// The code in the address.
    pub code: &'static str,
    /// What was done.
    pub lead: &'static str,
    /// The next step, or nothing.
    pub rest: &'static str,
}

impl Done {
    /// The address of the page that says it; `to` is a path without a query.
    #[must_use]
    pub fn at(&self, to: Address) -> Address {
        to.query([(DONE, self.code)])
    }

    /// The words as a note.
    #[must_use]
    pub fn note(&self) -> Note {
        Note::feedback(self.lead, self.rest)
    }

    /// The entry of a code; an unknown one says nothing.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|done| done.code == code)
    }
}

macro_rules! feedback {
    ($($constant:ident = $code:literal, $lead:literal, $rest:literal;)+) => {
        $(
            #[doc = $lead]
            pub static $constant: Done = Done { code: $code, lead: $lead, rest: $rest };
        )+
        /// Every entry.
        pub static ALL: &[&Done] = &[$(&$constant),+];
    };
}

feedback! {
    // Account.
    PASSWORD_CHANGED = "password-changed", "口令已更改。", "本账号在别处的登录已全部退出。";
    SESSION_ENDED = "session-ended", "已退出那一处登录。", "";
    SIGNED_OUT = "signed-out", "已退出登录。", "";
    SESSION_OVER = "session-over", "登录已过期，刚才的提交没有办理。", "重新登录后回到原来的页面。";
    SESSION_OVER_KEPT = "session-over-kept", "登录已过期，刚才的提交没有办理。", "填写的内容已存为草稿，用同一账号重新登录后接着填。";
    SESSION_OVER_DONE = "session-over-done", "登录已过期；同样的提交在那之前已经办成。", "没有再办一次；重新登录后看它的结果。";
    DRAFT_KEPT = "draft-kept", "草稿已存。", "提交之前，别人看不到。";
    DRAFT_DROPPED = "draft-dropped", "草稿已清除。", "";
    // Registers.
    SUBJECT_ADDED = "subject-added", "已新增检查对象。", "有代码、符合方案条件的，从下一次冻结名录起参加抽取。";
    SUBJECT_CHANGED = "subject-changed", "已修改检查对象。", "已冻结的名录不受影响。";
    SUBJECT_REMOVED = "subject-removed", "已移出检查对象名录。", "留痕中仍可查到原来的内容。";
    INSPECTOR_ADDED = "inspector-added", "已新增执法检查人员。", "符合方案条件的，从下一次冻结名录起参加抽取。";
    INSPECTOR_CHANGED = "inspector-changed", "已修改执法检查人员。", "已冻结的名录不受影响。";
    RECUSAL_DECLARED = "recusal-declared", "已登记回避。", "从下一次冻结起，两者不会编到一起。";
    // Rules.
    ITEM_PUBLISHED = "item-published", "抽查事项已公布。", "社会公众在公示页可查到。";
    // Accounts.
    ACCOUNT_OPENED = "account-opened", "账号已开立，尚无岗位。", "由安全管理员授权后才能办理业务；首次登录须更改口令。";
    ACCOUNT_CLOSED = "account-closed", "账号已停用。", "已有的留痕不变。";
    ACCOUNT_REOPENED = "account-reopened", "账号已恢复。", "";
    ROLE_GRANTED = "role-granted", "已授权。", "下一次打开页面时生效。";
    ROLE_REVOKED = "role-revoked", "已收回授权。", "下一次打开页面时生效。";
    PASSWORD_RESET = "password-reset", "口令已重置。", "把新口令当面告知本人；首次登录须更改。";
    // Campaigns.
    PLAN_SAVED = "plan-saved", "方案已保存。", "还缺什么，写在各部分标题下；补全后提交报批。";
    CAMPAIGN_DRAFTED = "campaign-drafted", "已建立方案草稿，并给出任务号。", "提交报批之前都可以修改。";
    CAMPAIGN_SUBMITTED = "campaign-submitted", "已提交分管领导审批。", "批准前仍可撤回。";
    CAMPAIGN_RECALLED = "campaign-recalled", "已撤回报批。", "修改后可以重新提交。";
    CAMPAIGN_RETURNED = "campaign-returned", "已退回方案。", "理由已写入留痕，提交人可以修改后重报。";
    CAMPAIGN_APPROVED = "campaign-approved", "已批准方案，摘要已进入公开日志。", "等待发起科室启动。";
    CAMPAIGN_LAUNCHED = "campaign-launched", "已启动抽查。", "等待抽取经办冻结名录。";
    FRAME_FROZEN = "frame-frozen", "已冻结名录。", "给每个见证方发放链接，收齐承诺值后公布承诺。";
    DRAW_COMMITTED = "draw-committed", "已公布承诺。", "名录、比例和人数从此不能再改；等待见证方公开随机数。";
    REVEAL_CLOSED = "reveal-closed", "随机数已到齐并公布。", "现在可以抽取。";
    SUBJECTS_DRAWN = "subjects-drawn", "已抽取，结果的摘要已进入公开日志。", "由发起科室派发检查；名单公开前，查看名单留痕。";
    DRAW_VOIDED = "draw-voided", "已作废本次抽取。", "理由永久公开；重新启动后是下一次抽取。";
    LIST_UNSEALED = "list-unsealed", "已查看名单，查看已留痕。", "退出登录之后名单重新封存。";
    VISITS_ASSIGNED = "visits-assigned", "已派发检查。", "检查人员在“检查”里看到各自的任务。";
    CAMPAIGN_ENDED = "campaign-ended", "已结束检查。", "检查报告的期限从今天起算，到期日见本页；抽取经办可以公开抽取材料。";
    FRAME_OPENED = "frame-opened", "已公开抽取材料。", "任何人都可以在公示页下载案卷复算。";
    PARTY_INVITED = "party-invited", "这次提交已经办成：链接已发放。", "链接只在办成时显示一次；没有拿到纸条的，在本页换发。";
    PARTY_COMMITTED = "party-committed", "承诺值已收存。", "承诺公布后，请回到本页公开随机数。";
    DICE_ENTERED = "dice-entered", "掷骰结果已录入。", "两个账号录入一致之后，各方才能公开随机数。";
    PARTY_REVEALED = "party-revealed", "随机数已公开，核对一致。", "";
    CAMPAIGN_ABANDONED = "campaign-abandoned", "任务已终止。", "理由永久可查。";
    // Visits and publications.
    VISIT_ARRIVED = "visit-arrived", "已登记到场。", "逐项填写检查表，填一项存一项。";
    RESULTS_SAVED = "results-saved", "已保存。", "没有保存的内容仍在本页，已存为草稿。";
    VISIT_CONCLUDED = "visit-concluded", "已形成检查结论。", "由另一名执法检查人员复核。";
    VISIT_CONFIRMED = "visit-confirmed", "已复核。", "由公示人员公示，公示期限见本页。";
    VISIT_RETURNED = "visit-returned", "已退回。", "录入人看到理由后补正，已填的内容都在。";
    VISIT_FELL_AWAY = "visit-fell-away", "已登记未能检查。", "";
    OUTCOME_PUBLISHED = "outcome-published", "已公示。", "任何人都可以在公示页看到，摘要已进入公开日志。";
    OUTCOME_WITHDRAWN = "outcome-withdrawn", "已撤下。", "原地址答复撤下的理由和日期，不再显示企业名称。";
}
