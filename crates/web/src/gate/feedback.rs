//! What a page says after an act, once: a note the server keeps for the session that acted.
//!
//! An address carries no words and no code that stands for words, so that nobody can make our page say something
//! by a link. The note is a cell of the session, written in the transaction of the act where there is one; the page
//! the act led to takes it out and says it. A reload says nothing, nor does any other page or session.
//! Deliberately absent: notes for visitors without a session, and more than one note at a time: an act whose page was
//! never opened is not told later, its page shows how things stand.

use store::StoreError;
use store::session::{self, Session};

use super::WebState;
use crate::component::Note;
use crate::text::Address;

/// For how long a page that an act led to still says what was done.
const LASTS_MS: i64 = 5 * 60 * 1000;

/// The words after one kind of act.
#[derive(Debug, PartialEq, Eq)]
pub struct Done {
    /// The code by which the note is kept.
    pub code: &'static str,
    /// What was done.
    pub lead: &'static str,
    /// The next step, or nothing.
    pub rest: &'static str,
}

impl Done {
    /// The page at this address, saying it.
    #[must_use]
    pub fn at(&'static self, to: Address) -> Landing {
        Landing {
            to,
            done: Some(self),
        }
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

/// Where an act leads, and what the page there says of it.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The page.
    pub to: Address,
    done: Option<&'static Done>,
}

impl From<Address> for Landing {
    fn from(to: Address) -> Self {
        Self { to, done: None }
    }
}

impl Landing {
    /// The same words on another page.
    #[must_use]
    pub fn leading_to(self, to: Address) -> Self {
        Self { to, ..self }
    }

    /// The note as it is kept: the code, when, and for which page.
    pub(super) fn kept(&self, now_ms: i64) -> Option<String> {
        let done = self.done?;
        Some(format!("{} {now_ms} {}", done.code, path_of(&self.to)))
    }
}

fn path_of(to: &Address) -> &str {
    to.as_str().split(['?', '#']).next().unwrap_or_default()
}

/// What the page at `path` has to say in this session, if an act led there just now; none of it is left then. A page
/// does not wait for a long writer to be told that it may say something.
pub(super) async fn taken(
    web: &WebState,
    session: &Session,
    path: &str,
) -> Result<Option<&'static Done>, StoreError> {
    let mut parts = session.note.splitn(3, ' ');
    let (code, at, page) = (parts.next(), parts.next(), parts.next());
    let Some(done) = code.and_then(Done::find).filter(|_| page == Some(path)) else {
        return Ok(None);
    };
    let now = web.app.clock.now().unix_ms();
    let at: Option<i64> = at.and_then(|at| at.parse().ok());
    let fresh = at.is_some_and(|at| (0..LASTS_MS).contains(&(now - at)));
    let mut reader = web.app.db.read().await?;
    let waits = web.app.db.announced(&mut reader).await?.is_some();
    drop(reader);
    if waits || !fresh {
        return Ok(None);
    }
    let mut scratch = web.app.db.scratch().await?;
    let ours = session::take_note(&mut scratch.inside(), session).await?;
    scratch.commit().await?;
    Ok(ours.then_some(done))
}

/// Leaves a note for the page `landing` leads to, after something that is no act of a form with a key.
///
/// # Errors
/// When the database cannot be written.
pub async fn leave(
    web: &WebState,
    token_hash: &str,
    landing: Landing,
) -> Result<Address, StoreError> {
    if let Some(note) = landing.kept(web.app.clock.now().unix_ms()) {
        let mut scratch = web.app.db.scratch().await?;
        session::leave_note(&mut scratch.inside(), token_hash, &note).await?;
        scratch.commit().await?;
    }
    Ok(landing.to)
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
    ROLE_REQUESTED = "role-requested", "已提出授权申请，还没有生效。", "由另一名管理员在“等待确认的申请”里确认。";
    PASSWORD_REQUESTED = "password-requested", "已提出重置口令的申请，还没有换口令。", "由另一名管理员在“等待确认的申请”里确认。";
    REQUESTS_CONFIRMED = "requests-confirmed", "已确认所选的申请。", "仍在本页的没有确认。";
    REQUEST_DROPPED = "request-dropped", "已撤销申请。", "";
    ROLE_REVOKED = "role-revoked", "已收回授权。", "下一次打开页面时生效。";
    PASSWORD_RESET = "password-reset", "口令已重置。", "把新口令当面告知本人；首次登录须更改。";
    // Campaigns.
    PLAN_SAVED = "plan-saved", "方案已保存。", "还缺什么，写在各部分标题下；补全后提交报批。";
    PLAN_SAVED_WHOLE = "plan-saved-whole", "方案已保存，不缺什么。", "下一步：提交报批。";
    CAMPAIGN_DRAFTED = "campaign-drafted", "已建立方案草稿，并给出任务号。", "提交报批之前都可以修改。";
    CAMPAIGN_SUBMITTED = "campaign-submitted", "已提交分管领导审批。", "批准前仍可撤回。";
    CAMPAIGN_RECALLED = "campaign-recalled", "已撤回报批。", "修改后可以重新提交。";
    CAMPAIGN_RETURNED = "campaign-returned", "已退回方案。", "理由已写入留痕，提交人可以修改后重报。";
    CAMPAIGN_APPROVED = "campaign-approved", "已批准方案，摘要已进入公开日志。", "等待发起科室启动。";
    PAPER_ENTERED = "paper-entered", "已代录线下签批。", "等另一个账号对照扫描件核对；核对之后才算批准。";
    PAPER_CONFIRMED = "paper-confirmed", "已核对线下签批，并以签批人的名义办理。", "签批人在工作台会看到。";
    PAPER_TURNED_DOWN = "paper-refused", "已退回这份线下签批。", "代录人在工作台看到退回的理由。";
    PAPER_DROPPED = "paper-dropped", "已撤回这份线下签批。", "留痕中仍可查到。";
    PAPER_NOTED = "paper-noted", "已知悉这份线下签批。", "";
    CAMPAIGN_LAUNCHED = "campaign-launched", "已启动抽查。", "等待抽取经办冻结名录。";
    FRAME_FROZEN = "frame-frozen", "已冻结名录。", "给每个见证方发放链接，收齐承诺值后公布承诺。";
    DRAW_COMMITTED = "draw-committed", "已公布承诺。", "名录、比例和人数从此不能再改；等待抽取仪式。";
    REVEAL_CLOSED = "reveal-closed", "随机数已到齐并公布。", "现在可以抽取。";
    SUBJECTS_DRAWN = "subjects-drawn", "已抽取，结果的摘要已进入公开日志。", "由发起科室派发检查；名单公开前，查看名单留痕。";
    DRAW_VOIDED = "draw-voided", "已作废本次抽取。", "事由永久公开；重新启动后是下一次抽取。";
    LIST_UNSEALED = "list-unsealed", "已查看名单，查看已留痕。", "退出登录之后名单重新封存。";
    VISITS_ASSIGNED = "visits-assigned", "已派发检查。", "检查人员在“检查”里看到各自的任务。";
    CAMPAIGN_ENDED = "campaign-ended", "已结束检查。", "检查报告的期限从今天起算，到期日见本页；抽取经办可以公开抽取材料。";
    FRAME_OPENED = "frame-opened", "已公开抽取材料。", "任何人都可以在公示页下载案卷，核对次序、界限和抽中的对象。";
    PARTY_INVITED = "party-invited", "这次提交已经办成：链接已发放。", "链接只在办成时显示一次；没有拿到纸条的，在本页换发。";
    DICE_ENTERED = "dice-entered", "掷骰结果已录入。", "两个账号录入一致之后，各方才能公开随机数。";
    CEREMONY_BEGUN = "ceremony-begun", "抽取仪式已开始。", "请见证人登记到场，之后各方公开随机数。";
    CEREMONY_ATTENDED = "ceremony-attended", "已登记到场。", "要掷骰的，先由在场两人录入掷骰结果；然后各方公开随机数。";
    BEACON_ENTERED = "beacon-entered", "公共随机数已录入。", "算数之后，结果由程序自动算出；刷新本页查看。";
    CAMPAIGN_ABANDONED = "campaign-abandoned", "任务已终止。", "事由永久公开。";
    // Visits and publications.
    VISIT_ARRIVED = "visit-arrived", "已登记到场。", "逐项填写检查表，填一项存一项。";
    RESULTS_SAVED = "results-saved", "已保存。", "";
    RESULTS_SAVED_IN_PART = "results-saved-in-part", "已保存。", "没有保存的内容仍在本页，已存为草稿。";
    VISIT_CONCLUDED = "visit-concluded", "已形成检查结论。", "由另一名执法检查人员审核。";
    OUTCOME_RETURNED = "outcome-returned", "已退回，检查表重新打开。", "录入人看得到理由；补正后重新审核、重新批准公示。";
    VISIT_CONFIRMED = "visit-confirmed", "已审核。", "由分管领导批准公示，再由公示人员公示，公示期限见本页。";
    VISIT_RETURNED = "visit-returned", "已退回。", "录入人看到理由后补正，已填的内容都在。";
    ABSENCE_REPORTED = "absence-reported", "已登记未实施检查。", "由另一名检查人员审核；审核之前不算办完。";
    ABSENCE_CONFIRMED = "absence-confirmed", "已审核：未实施检查。", "";
    ABSENCE_RETURNED = "absence-returned", "已退回。", "检查组看到理由后再去，或补正后重新登记。";
    POSTPONEMENT_ASKED = "postponement-asked", "已申请延期。", "由分管领导审批；延期不对外公开。";
    POSTPONEMENT_DECIDED = "postponement-decided", "已审批。", "检查组在这次检查的页面看到结果。";
    OUTCOME_APPROVED = "outcome-approved", "已批准公示。", "由公示岗公示；内容变了，要重新批准。";
    OUTCOMES_APPROVED = "outcomes-approved", "已批准所选的公示。", "由公示岗公示；仍在本页的没有批准。";
    OUTCOMES_PUBLISHED = "outcomes-published", "已公示所选的结果。", "任何人都可以在公示页看到；仍在本页的没有公示。";
    OUTCOME_PUBLISHED = "outcome-published", "已公示。", "任何人都可以在公示页看到，摘要已进入公开日志。";
    OUTCOME_WITHDRAWN = "outcome-withdrawn", "已撤下。", "原地址答复撤下的事由和日期，不再显示企业名称。";
}
