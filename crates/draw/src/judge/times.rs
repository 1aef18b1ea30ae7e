//! The intervals of an attempt by the times its log entries claim, and their order by the places they have
//! in the log (§8.1, log).
//!
//! Deliberately absent: the entries and their proofs, which the crate `verify` reads; times and places are
//! handed in, times in whole seconds.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The records of this bundle that are logged, by file name without its ending, in the order they
    /// must have in the log: changes stand between RESULT and OPEN, by sequence.
    #[must_use]
    pub fn logged(&self) -> Vec<String> {
        let mut names = Vec::new();
        for name in self.contents.kind.logged(self.contents.stage) {
            if name == "open" {
                names.extend((1..=self.contents.changes).map(|n| format!("change-{n}")));
            }
            names.push(name.to_owned());
        }
        names
    }

    /// Every record that stands in the log before one it must follow; `places` are those of one log, by
    /// the names of [`Bundle::logged`]. What has no place is not judged.
    #[must_use]
    pub fn order_faults(&self, places: &BTreeMap<String, u64>) -> Vec<Fault> {
        let names = self.logged();
        let placed = names
            .iter()
            .filter_map(|name| Some((name, *places.get(name)?)));
        let placed: Vec<_> = placed.collect();
        let turned = placed.windows(2).filter(|two| two[0].1 >= two[1].1);
        turned
            .map(|two| {
                let sentence = format!("在日志中不在 {}.txt 之后。", two[0].0);
                Fault::new(Code::LOG_ORDER, format!("{}.txt", two[1].0), sentence)
            })
            .collect()
    }

    /// Every record in a log that the attempt had left for another one: a log that another follows gets
    /// nothing more. `logs` names the log of each record, by the names of [`Bundle::logged`].
    #[must_use]
    pub fn return_faults(&self, logs: &BTreeMap<&str, &str>) -> Vec<Fault> {
        let names = self.logged();
        let placed = names
            .iter()
            .filter_map(|name| Some((name, *logs.get(name.as_str())?)));
        let placed: Vec<_> = placed.collect();
        let mut left = BTreeSet::new();
        let mut faults = Vec::new();
        for two in placed.windows(2).filter(|two| two[0].1 != two[1].1) {
            left.insert(two[0].1);
            if left.contains(two[1].1) {
                let sentence = format!(
                    "又在日志 {} 中，而 {}.txt 已在后一日志。",
                    two[1].1, two[0].0
                );
                let place = format!("{}.txt", two[1].0);
                faults.push(Fault::new(Code::LOG_ORDER, place, sentence));
            }
        }
        faults
    }

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
