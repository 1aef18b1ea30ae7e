//! A draw whose list is not open although the last day of its plan is over: somebody may have looked at the list and not
//! worked it off. Nothing prevents that, so it is said.

use domain::campaign::StateKind;
use domain::time::Date;
use store::campaign::StoredCampaign;

use crate::component::Note;

/// What is not done of a draw, and since when it is late.
pub(in super::super) struct LeftUndone {
    until: Date,
    what: &'static str,
}

impl LeftUndone {
    /// What is not done of this draw on that day; nothing as long as its plan runs, and once it is open.
    pub(in super::super) fn of(stored: &StoredCampaign, today: Date) -> Option<Self> {
        if stored.until >= today || app::drawing::is_opened(stored) {
            return None;
        }
        let what = match stored.campaign.kind() {
            StateKind::Drawn => "检查没有派发",
            StateKind::Inspecting => "检查没有结束",
            StateKind::Ended | StateKind::Reported | StateKind::Archived => {
                "检查已结束，抽取材料没有公开"
            }
            _ => return None,
        };
        Some(Self {
            until: stored.until,
            what,
        })
    }

    /// The whole sentence, without its full stop.
    pub(in super::super) fn sentence(&self) -> String {
        let (year, day) = (self.until.year(), self.until.in_sentence());
        let what = self.what;
        format!("实施时间到 {year} 年 {day}为止，{what}，名单没有公开")
    }

    /// What the page of the draw says of it.
    pub(super) fn note(sentence: &str) -> Note {
        Note::warning(
            format!("{sentence}。").as_str(),
            "名单和签号要到检查结束后才公开；抽中了谁，本单位有权查看名单的人可能已经看过。迟迟不派发、不结束的，可以向行政执法监督反映。",
        )
    }
}
