//! The published classes of reasons for which a campaign is given up, each with the sentence the public reads.
//!
//! The sentences are fixed, as those of a void attempt are: whoever gives a campaign up publishes nothing he typed. What he
//! writes stays inside the bureau.

use super::state::Abandoned;

closed_list! {
    /// A class of reasons.
    enum AbandonClass {
        PlanChanged = "plan-changed", "方案要改";
        NotNeeded = "not-needed", "工作安排有变";
        Merged = "merged", "并入其他任务";
        Expired = "expired", "逾期未办理";
        RehearsalOver = "rehearsal-over", "演练结束";
        Other = "other", "其他";
    }
}

impl AbandonClass {
    /// What the public reads: its name and its sentence.
    #[must_use]
    pub fn published(self) -> String {
        format!("{}。{}", self.label(), self.sentence())
    }

    /// Its sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PlanChanged => "方案要改动，另立任务；按这份方案没有检查任何人。",
            Self::NotNeeded => "上级部署或者工作安排有变，这项抽查不再进行。",
            Self::Merged => "并入其他抽查任务，一次检查。",
            Self::Expired => "没有在方案写明的时间内办理。",
            Self::RehearsalOver => "这是一次演练，不据此检查任何人。",
            Self::Other => "由有权终止的人决定终止，理由记入操作记录。",
        }
    }
}

impl Abandoned {
    /// Why, as everybody may read it: the class with its sentence. What was given up before there were classes keeps the
    /// words that were typed to be read by the public.
    #[must_use]
    pub fn public_reason(&self) -> String {
        match self.class {
            Some(class) => class.published(),
            None => self.reason.clone(),
        }
    }
}
