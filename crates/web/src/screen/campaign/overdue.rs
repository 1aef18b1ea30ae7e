//! A ceremony whose time is over and that was not held. Nobody can be made to hold it, so it is said wherever the draw is
//! read, with what can still be done.
//!
//! Deliberately absent: an attempt that missed its beacon, and what is left undone after RESULT, which are said as what
//! they are.

use app::campaign::plan_of;
use domain::campaign::state::Committed;
use domain::campaign::{CampaignState, StateKind};
use domain::time::Instant;
use serde::Serialize;
use store::campaign::StoredCampaign;

use super::seen::announced;
use crate::component::Note;

/// Where whoever waits in vain may turn.
const COMPLAIN: &str = "迟迟不办的，可以向行政执法监督反映。";

/// That the time of a ceremony is over, and what follows from it.
pub(in crate::screen) struct Overdue {
    lead: String,
    inside: String,
    outside: String,
    brief: String,
}

/// The same as the public reads it.
#[derive(Debug, Serialize)]
pub(in crate::screen) struct Told {
    sentence: String,
    /// What may still come.
    then: String,
}

impl Told {
    /// What is over of this draw; nothing of one that was overtaken and can only be made void.
    pub(in crate::screen) fn of(
        stored: &StoredCampaign,
        overtaken: bool,
        now: Instant,
    ) -> Option<Self> {
        let overdue = Overdue::of(stored, now).filter(|_| !overtaken)?;
        Some(Self {
            sentence: overdue.lead,
            then: overdue.outside,
        })
    }

    /// As a note.
    pub(in crate::screen) fn note(&self) -> Note {
        Note::warning(self.sentence.as_str(), self.then.as_str())
    }
}

impl Overdue {
    /// What is over of this draw; nothing while its ceremony is ahead, under way or was held.
    pub(in crate::screen) fn of(stored: &StoredCampaign, now: Instant) -> Option<Self> {
        match &stored.campaign.state {
            _ if stored.campaign.missed_beacon(now).is_some() => None,
            CampaignState::Draft(_) | CampaignState::Submitted(_) => {
                // A plan that cannot be read is told where it is read.
                let at = plan_of(stored).ok()?.ceremony.filter(|at| *at < now)?;
                Some(Self::in_plan(stored.campaign.kind(), at))
            }
            CampaignState::Approved(_) | CampaignState::Launched(_) | CampaignState::Frozen(_) => {
                let at = announced(stored).filter(|at| *at < now)?;
                Some(Self::before_commit(stored, at, now))
            }
            CampaignState::Committed(committed)
                if !committed.is_by_hand() && committed.ceremony.is_none() =>
            {
                // What was announced is of the first attempt; whether that one held it, is told with its void.
                let first = stored.campaign.state.attempt() == 1;
                Self::after_commit(committed, announced(stored).filter(|_| first), now)
            }
            _ => None,
        }
    }

    /// A plan that is not approved is approved as it reads, or not at all.
    fn in_plan(kind: StateKind, at: Instant) -> Self {
        let at = minute_of(at);
        let (inside, brief) = match kind {
            StateKind::Draft => ("改定仪式的时间之后才能提交报批。", "要改定"),
            _ => (
                "不能照此批准；退回或撤回，改定仪式的时间之后再提交。",
                "退回改定之后才能批准",
            ),
        };
        Self {
            lead: format!("方案写的抽取仪式 {at} 已过。"),
            inside: inside.to_owned(),
            outside: String::new(),
            brief: format!("抽取仪式 {at} 已过，{brief}"),
        }
    }

    /// FREEZE says anew from when nonces are taken, so that a later ceremony needs no other plan, as long as the plan runs.
    fn before_commit(stored: &StoredCampaign, at: Instant, now: Instant) -> Self {
        let at = minute_of(at);
        let lead = match stored.campaign.state.attempt() {
            1 => format!("公告的抽取仪式 {at} 已过，没有举行。"),
            again => {
                format!("公告的抽取仪式 {at} 已过，第 {again} 次抽取的仪式还没有定下时间。")
            }
        };
        if now >= stored.until.end() {
            let left = match stored.campaign.kind() {
                StateKind::Frozen => "作废之后终止任务、另立任务",
                _ => "终止任务、另立任务",
            };
            return Self {
                lead,
                inside: format!("实施时间也已经过了，不能再公布承诺；只能{left}。"),
                outside: format!("实施时间也已经过了，不能再抽取，只能终止。{COMPLAIN}"),
                brief: format!("抽取仪式 {at} 和实施时间已过，只能{left}"),
            };
        }
        let steps = match stored.campaign.kind() {
            StateKind::Approved => "启动、冻结名录，收齐承诺值后公布承诺",
            StateKind::Launched => "冻结名录，收齐承诺值后公布承诺",
            _ => "收齐承诺值后公布承诺",
        };
        let given_up = match stored.campaign.kind() {
            StateKind::Frozen => "先作废，再终止任务",
            _ => "终止任务",
        };
        Self {
            lead,
            inside: format!(
                "仍可以{steps}，公布时另定开始接收随机数的时间，仪式那时起才能开始；不再办的，{given_up}。"
            ),
            outside: format!(
                "承诺还没有公布，仪式不能开始；以后公布承诺的，另定的时间写在承诺里，列在本页。{COMPLAIN}"
            ),
            brief: format!("公告的抽取仪式 {at} 已过，要另定时间"),
        }
    }

    /// FREEZE is published: until it stops taking nonces a host may begin.
    fn after_commit(
        committed: &Committed,
        announced: Option<Instant>,
        now: Instant,
    ) -> Option<Self> {
        let from = committed.reveal_from?;
        let (begins, until) = (from.local_text(), committed.reveal_by.local_text());
        if now < from {
            let at = minute_of(announced.filter(|at| *at < now)?);
            let put_off = format!("公布的承诺定在 {begins} 起接收随机数，仪式那时起才能开始。");
            return Some(Self {
                lead: format!("公告的抽取仪式 {at} 已过，没有举行。"),
                inside: put_off.clone(),
                outside: put_off,
                brief: format!("公告的 {at} 没有举行，承诺另定"),
            });
        }
        let absent = "各方都不能公开随机数，一律记为缺席；达不到方案写明的最低等级的，由程序作废";
        if now > committed.reveal_by {
            let closed = format!("接收随机数 {until} 截止，{absent}。");
            return Some(Self {
                lead: "没有人开始抽取仪式，时间已过。".to_owned(),
                inside: closed.clone(),
                outside: closed,
                brief: format!("抽取仪式没有举行，{until} 已截止"),
            });
        }
        let lead = format!("抽取仪式的时间 {begins} 已到，还没有开始。");
        Some(Self {
            lead,
            inside: format!("{until} 之前，主持人仍可以开始；到时没有开始的，{absent}。"),
            outside: format!("{until} 之前仍可以开始；到时没有开始的，{absent}。"),
            brief: format!("抽取仪式的时间已到，{until} 之前可以开始"),
        })
    }

    /// For who works on it.
    pub(in crate::screen) fn note(&self) -> Note {
        Note::warning(self.lead.as_str(), self.inside.as_str())
    }

    /// For one line of a list.
    pub(in crate::screen) fn brief(&self) -> &str {
        &self.brief
    }
}

/// `2026-11-23 09:00`, as plans say it.
fn minute_of(at: Instant) -> String {
    at.local_text()[..16].to_owned()
}
