//! The intervals and the order of an attempt, by the times its log entries claim (§8.1, log).
//!
//! Deliberately absent: the entries and their proofs, which the crate `verify` reads; a time is what is
//! handed in, in whole seconds.

use super::Bundle;
use crate::bundle::BundleKind;
use crate::fault::{Code, Fault};
use crate::record::Hours;

/// When records were logged, in unix seconds, as far as there are receipts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogTimes {
    /// PLAN.
    pub plan: Option<u64>,
    /// FREEZE.
    pub freeze: Option<u64>,
    /// REVEAL.
    pub reveal: Option<u64>,
    /// RESULT of a drawn attempt.
    pub result: Option<u64>,
}

impl Bundle<'_> {
    /// Every interval of plan and FREEZE that was not kept; what has no time is not judged.
    #[must_use]
    pub fn time_faults(&self, times: &LogTimes) -> Vec<Fault> {
        let hours = self.freeze.as_ref().map(|freeze| freeze.hours);
        let Some(Hours::Two {
            reveal_from,
            beacon_at,
        }) = hours
        else {
            return Vec::new();
        };
        let plan = &self.plan;
        let earliest = times.plan.map(|at| at.saturating_add(plan.plan_seconds));
        let committed = times
            .freeze
            .map(|at| at.saturating_add(plan.freeze_seconds));
        let drawn = (self.contents.kind == BundleKind::Drawn).then_some(times.result);
        let source = beacon_at.unwrap_or(reveal_from);
        let kept = [
            (
                "freeze.txt",
                "冻结早于方案规定的间隔。",
                earliest,
                times.freeze,
            ),
            (
                "freeze.txt",
                "冻结到随机来源的间隔短于方案的规定。",
                committed,
                Some(source),
            ),
            (
                "reveal.txt",
                "揭示早于 reveal-from。",
                Some(reveal_from),
                times.reveal,
            ),
            (
                "result.txt",
                "结果早于公共随机源。",
                beacon_at,
                drawn.flatten(),
            ),
        ];
        let late = |(_, _, least, at): &(&str, &str, Option<u64>, Option<u64>)| {
            least.zip(*at).is_some_and(|(least, at)| at < least)
        };
        let broken = kept.iter().filter(|line| late(line));
        broken
            .map(|(place, sentence, ..)| Fault::new(Code::HOURS, *place, *sentence))
            .collect()
    }
}
