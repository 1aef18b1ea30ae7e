//! The published classes of reasons for which an attempt is void (SPEC-draw §3.7), each with the sentence the public reads.
//!
//! The sentences are fixed, so that whoever voids an attempt publishes nothing he typed: no name, no accusation. What he
//! writes stays in the record of operations; the grounds stand in the signed paper whose hash VOID holds.

closed_list! {
    /// A class of reasons.
    enum VoidClass {
        RegisterError = "register-error", "名录有误";
        PlanError = "plan-error", "方案或人数有误";
        LevelLost = "level-lost", "见证不足，达不到最低可信等级";
        MissedBeacon = "missed-beacon", "公共随机源公布之前没有完成揭示";
        Expired = "expired", "逾期未抽取";
        RehearsalOver = "rehearsal-over", "演练结束";
        Other = "other", "其他";
    }
}

impl VoidClass {
    /// Those a person may choose under `shuang/2`: a lost level is found by the program alone.
    pub fn of_persons() -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|class| *class != Self::LevelLost)
    }

    /// Those a person may choose of an attempt: that its beacon was missed only if it was.
    pub fn offered(has_missed_beacon: bool) -> impl Iterator<Item = Self> {
        Self::of_persons().filter(move |class| *class != Self::MissedBeacon || has_missed_beacon)
    }

    /// What the public reads: its name and its sentence.
    #[must_use]
    pub fn published(self) -> String {
        format!("{}。{}", self.label(), self.sentence())
    }

    /// Its sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::RegisterError => "名录与实际不符，更正之后重新冻结、重新抽取。",
            Self::PlanError => "方案或要抽的数目有误，更正之后重新冻结、重新抽取。",
            Self::LevelLost => {
                "到截止时，公开了随机数的见证方和公共来源不够方案写明的最低等级，由程序作废。"
            }
            Self::MissedBeacon => {
                "公共随机源公布之后，才公布揭示的人能挑选谁缺席，所以不再公布；名录重新冻结，各方另换随机数。"
            }
            Self::Expired => "没有在规定的时限内抽取。",
            Self::RehearsalOver => "这是一次演练，不据此检查任何人。",
            Self::Other => "由批准人签批作废，文书的摘要写在作废记录里。",
        }
    }
}

/// What the public reads of a level that was lost because nobody began the ceremony: no party could hand anything in, and
/// none of them is to blame. The record says `level-lost`, as of every level that is lost.
pub const NOT_HELD: &str = "抽取仪式没有举行，见证不足。到截止时没有人开始抽取仪式，各方都不能公开随机数；达不到方案写明的最低等级，由程序作废。";
