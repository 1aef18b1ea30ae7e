//! Which clock runs for a campaign: the nearest first. What the law counts in working days is counted so,
//! a date that the plan names in days.
//!
//! The report has a term in law, but is made outside the system: no page could meet it, so no clock runs
//! for it and only its date is said.

use domain::calendar::WorkCalendar;
use domain::campaign::CampaignState;
use domain::campaign::state::Committed;
use domain::rulebook::Rulebook;
use domain::time::{Date, Instant};
use store::campaign::StoredCampaign;

use crate::component::DeadlineChip;

/// One running clock.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// What is due.
    pub(super) name: &'static str,
    /// Until when.
    pub(super) due: Date,
    /// The time of that day, if it matters.
    clock: Option<String>,
    /// Whether the law counts it in working days.
    in_working_days: bool,
    /// On what it rests.
    basis: &'static str,
}

impl Term {
    fn day(name: &'static str, due: Date, basis: &'static str) -> Self {
        Self {
            name,
            due,
            clock: None,
            in_working_days: false,
            basis,
        }
    }

    fn moment(name: &'static str, due: Instant, basis: &'static str) -> Self {
        let text = due.local_text();
        Self {
            name,
            due: due.date(),
            clock: Some(text[11..16].to_owned()),
            in_working_days: false,
            basis,
        }
    }

    fn in_working_days(mut self) -> Self {
        self.in_working_days = true;
        self
    }

    /// The chip, seen from today.
    pub(super) fn chip(&self, today: Date, calendar: &WorkCalendar) -> DeadlineChip {
        let title = format!("{}：{} 止（{}）", self.name, self.due, self.basis);
        match &self.clock {
            Some(clock) if self.due == today => DeadlineChip::today_at(clock.clone(), title),
            _ if !self.in_working_days => {
                DeadlineChip::from_days_left(self.due.days_since(today), title)
            }
            _ => {
                let left = calendar.working_days_between(today, self.due);
                // A term that ends on a day off has no working day left and is not over.
                let left = if self.due > today { left.max(1) } else { left };
                let left = if self.due < today { left.min(-1) } else { left };
                DeadlineChip::from_working_days_left(left, title)
            }
        }
    }

    /// The day, and the time if it matters.
    pub(super) fn words(&self) -> String {
        match &self.clock {
            Some(clock) => format!("{} {clock}", self.due),
            None => self.due.to_string(),
        }
    }
}

/// The clocks that run now, nearest first.
pub(super) fn running(
    stored: &StoredCampaign,
    rulebook: &Rulebook,
    calendar: &WorkCalendar,
    now: Instant,
) -> Vec<Term> {
    let mut terms = Vec::new();
    match &stored.campaign.state {
        // Neither nonces nor RESULT will come of it.
        _ if stored.campaign.missed_beacon(now).is_some() => {}
        CampaignState::Committed(committed) => {
            if super::words::awaits_nonces(committed) {
                terms.push(Term::moment(
                    "公开随机数",
                    committed.reveal_by,
                    "已公布的承诺",
                ));
            }
            terms.extend(result_due(committed, rulebook, calendar));
        }
        CampaignState::Revealed(revealed) => {
            terms.extend(result_due(&revealed.committed, rulebook, calendar));
        }
        CampaignState::Drawn(_) | CampaignState::Inspecting(_) => {
            terms.push(Term::day("检查结束", stored.until, "实施方案"));
        }
        CampaignState::Ended(_)
        | CampaignState::Reported(_)
        | CampaignState::Archived(_)
        | CampaignState::Abandoned(_) => {}
        _ => terms.push(Term::day("检查期开始", stored.from, "实施方案")),
    }
    terms.sort_by(|one, other| (one.due, &one.clock).cmp(&(other.due, &other.clock)));
    terms
}

/// Until when the report is due once the inspections have ended, with on what the date rests.
pub(super) fn report_by(
    stored: &StoredCampaign,
    rulebook: &Rulebook,
    calendar: &WorkCalendar,
) -> Option<String> {
    let CampaignState::Ended(ended) = &stored.campaign.state else {
        return None;
    };
    let days = rulebook.report_days;
    let due = calendar
        .working_days_after(ended.step.at.date(), days)
        .ok()?;
    Some(format!(
        "{} 前，在本系统之外形成（结束后 {days} 个工作日内，细则四（七））",
        due.label()
    ))
}

fn result_due(committed: &Committed, rulebook: &Rulebook, calendar: &WorkCalendar) -> Option<Term> {
    let due = result_by(committed, rulebook, calendar)?;
    let basis = "细则参数 interval.result_working_days";
    Some(Term::moment("公布结果", due, basis).in_working_days())
}

/// Until when RESULT is due; later it needs a reason.
pub(super) fn result_by(
    committed: &Committed,
    rulebook: &Rulebook,
    calendar: &WorkCalendar,
) -> Option<Instant> {
    let days = rulebook.result_working_days;
    // The last source that can still appear; before it there is nothing to be late with.
    let known = committed.beacon_at.unwrap_or(committed.reveal_by);
    let due = calendar.working_days_after(known.date(), days).ok()?;
    Some(due.due.at(rulebook.result_hour, 0))
}
