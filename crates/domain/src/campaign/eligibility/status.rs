//! The status of a leaf: the first reason that applies (protocol §2).

use crate::subject::{Standing, Subject};

use super::{FrameFacts, SubjectFacts};

closed_list! {
    /// Why a subject of the pool is not drawn; the name is the reason in the leaf.
    enum SkipReason {
        Revoked = "revoked", "吊销未注销";
        Deregistered = "deregistered", "已注销";
        Moved = "moved", "已迁出";
        Cancelled = "cancelled", "已撤销";
        Suspended = "suspended", "歇业";
        UnknownStanding = "unknown-standing", "登记状态不明";
        Jurisdiction = "jurisdiction", "不属本级管辖";
        Cap = "cap", "本年度检查次数已满";
    }
}

closed_list! {
    /// Why a subject is visited without being drawn; the name is the reason in the leaf.
    enum MustReason {
        KeySupervision = "key-supervision", "重点监管对象";
        Rectification = "rectification", "整改未完成";
        Ordered = "ordered", "上级部署";
    }
}

/// What stands in the leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Draw,
    Must(MustReason),
    Skip(SkipReason),
}

impl Status {
    /// The status as it stands in the leaf.
    pub(super) fn text(self) -> String {
        match self {
            Self::Draw => "draw".to_owned(),
            Self::Must(reason) => format!("must:{reason}"),
            Self::Skip(reason) => format!("skip:{reason}"),
        }
    }
}

/// The first that applies: impossible > must > cap > draw.
pub(super) fn status_of(facts: &FrameFacts<'_>, subject: &SubjectFacts<'_>) -> Status {
    if let Some(reason) = impossible(facts, subject.subject) {
        return Status::Skip(reason);
    }
    if let Some(reason) = subject.must {
        return Status::Must(reason);
    }
    if subject.visits_this_year >= facts.rulebook.frequency_cap {
        return Status::Skip(SkipReason::Cap);
    }
    Status::Draw
}

fn impossible(facts: &FrameFacts<'_>, subject: &Subject) -> Option<SkipReason> {
    let plan = facts.plan.parts();
    match subject.standing {
        Standing::RevokedNotClosed => Some(SkipReason::Revoked),
        Standing::Deregistered => Some(SkipReason::Deregistered),
        Standing::MovedAway => Some(SkipReason::Moved),
        Standing::Cancelled => Some(SkipReason::Cancelled),
        Standing::Unknown => Some(SkipReason::UnknownStanding),
        Standing::Suspended if !plan.include_suspended => Some(SkipReason::Suspended),
        Standing::Active | Standing::Suspended => {
            (!plan.jurisdiction.contains(&subject.district)).then_some(SkipReason::Jurisdiction)
        }
    }
}
