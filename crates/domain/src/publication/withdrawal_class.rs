//! The published classes of reasons for which a publication is taken down, each with the sentence the public reads
//! (行政处罚法 第四十八条: what is taken back is explained in public).
//!
//! The sentences are fixed, so that an address that names nobody any more names nobody in its reason either. What is typed
//! stays inside the bureau.

closed_list! {
    /// A class of reasons.
    enum WithdrawalClass {
        ContentError = "content-error", "公示内容有误";
        WrongSubject = "wrong-subject", "公示的主体有误";
        ObjectionUpheld = "objection-upheld", "异议成立";
        OutcomeRevoked = "outcome-revoked", "检查结果被变更或撤销";
        NotPublic = "not-public", "依法不应公示";
        Other = "other", "其他";
    }
}

impl WithdrawalClass {
    /// What the public reads of it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ContentError => "公示的内容与检查结果不一致。",
            Self::WrongSubject => "公示的经营主体不是被检查的主体。",
            Self::ObjectionUpheld => "被公示的主体提出异议，经核查成立。",
            Self::OutcomeRevoked => "检查结果依法被变更、撤销，或者确认违法、无效。",
            Self::NotPublic => "所公示的内容依法不应公开。",
            Self::Other => "由有权撤下的人决定撤下，理由记入操作记录。",
        }
    }
}
