//! The intervals of an attempt by the times its log entries claim, and their order by the places they have
//! in the log (§8.1, log).
//!
//! Deliberately absent: the entries and their proofs, which the crate `verify` reads; times and places are
//! handed in, times in whole seconds.

use std::collections::{BTreeMap, BTreeSet};

use super::Bundle;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::Hours;
use crate::record::two::Decided;
use crate::seed::Answer;

/// How many seconds the time of a record may lie before that of one it follows: the clocks of two machines differ.
const CLOCKS_DIFFER: u64 = 60;

/// When records were logged, in unix seconds, by the names of [`Bundle::logged`], as far as there are receipts.
pub type LogTimes = BTreeMap<String, u64>;

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

    /// Every interval of plan and FREEZE that was not kept, every record before the moment FREEZE announced for it, and
    /// every one before a record it follows; what has no time is not judged.
    #[must_use]
    pub fn time_faults(&self, times: &LogTimes) -> Vec<Fault> {
        let mut faults = self.freeze_faults(times);
        faults.extend(self.reveal_faults(times));
        faults.extend(self.void_hours(times));
        faults.extend(self.fallen(times));
        faults
    }

    /// Whether who made the attempt void before REVEAL could have known what it would draw: nonces were taken then, and no
    /// beacon was still to come. What was known to whom, no record shows.
    #[must_use]
    pub fn is_void_amid_nonces(&self, times: &LogTimes) -> bool {
        let unrevealed = self.freeze.is_some() && self.reveal.is_none();
        let (Some(at), Some((reveal_from, beacon_at))) = (times.get("void"), self.hours()) else {
            return false;
        };
        unrevealed && *at >= reveal_from.max(beacon_at.unwrap_or(0))
    }

    /// A void attempt against its beacon: a round of drand is out at its time, so nobody gives up what follows from it
    /// then; and what the attempt would have drawn is not known before.
    fn void_hours(&self, times: &LogTimes) -> Vec<Fault> {
        let (Some(void), Some((_, Some(beacon_at)))) = (&self.void, self.hours()) else {
            return Vec::new();
        };
        let named = self
            .freeze
            .as_ref()
            .and_then(|freeze| freeze.beacon.as_ref());
        let is_certain = named.is_some_and(|beacon| beacon.source.starts_with("drand:"));
        let by_person = void.voided.is_revealed() && void.decided != Decided::Program;
        let at = |record: &str| times.get(record).copied();
        let mut faults = Vec::new();
        if is_certain && by_person && at("void").is_some_and(|at| at >= beacon_at) {
            faults.push(late("void", "drand 的这一轮已经公布，不能再由人作废。"));
        }
        if at("open").is_some_and(|at| at < beacon_at) {
            faults.push(late("open", "早于公共随机源，本来会抽中什么那时还不知道。"));
        }
        faults
    }

    /// `reveal-from` and the beacon's time, if there is a FREEZE.
    fn hours(&self) -> Option<(u64, Option<u64>)> {
        match self.freeze.as_ref()?.hours {
            Hours::Two {
                reveal_from,
                beacon_at,
            } => Some((reveal_from, beacon_at)),
            Hours::One => None,
        }
    }

    /// The intervals before and after FREEZE, and RESULT after its beacon.
    fn freeze_faults(&self, times: &LogTimes) -> Vec<Fault> {
        let Some((reveal_from, beacon_at)) = self.hours() else {
            return Vec::new();
        };
        let after = |record: &str, seconds: u64| Some(times.get(record)?.saturating_add(seconds));
        let kept = [
            (
                "freeze",
                "冻结早于方案规定的间隔。",
                after("plan", self.plan.plan_seconds),
                times.get("freeze").copied(),
            ),
            (
                "freeze",
                "冻结到随机来源的间隔短于方案的规定。",
                after("freeze", self.plan.freeze_seconds),
                Some(beacon_at.unwrap_or(reveal_from)),
            ),
            (
                "result",
                "结果早于公共随机源。",
                beacon_at,
                times.get("result").copied(),
            ),
        ];
        let early = |(_, _, least, at): &(&str, &str, Option<u64>, Option<u64>)| {
            least.zip(*at).is_some_and(|(least, at)| at < least)
        };
        let broken = kept.iter().filter(|line| early(line));
        broken
            .map(|(record, sentence, ..)| late(record, *sentence))
            .collect()
    }

    /// REVEAL, and what follows it, before the moment it may be logged: whoever is absent may come until `reveal-by`. And
    /// REVEAL when its beacon was out: whoever writes it then chooses who was absent.
    fn reveal_faults(&self, times: &LogTimes) -> Vec<Fault> {
        let (Some((reveal_from, beacon_at)), Some(freeze), Some(reveal)) =
            (self.hours(), &self.freeze, &self.reveal)
        else {
            return Vec::new();
        };
        let mut parties = reveal.parties.iter();
        let stayed_away = parties.any(|(_, answer)| answer.given().is_none());
        let unthrown = |(_, answer): &(Token, Answer<String>)| answer.given().is_none();
        let (least, sentence) = match stayed_away || reveal.dice.as_ref().is_some_and(unthrown) {
            true => (
                reveal_from.max(freeze.reveal_by),
                "早于 reveal-by，揭示却已把没有回答的记为缺席。",
            ),
            false => (reveal_from, "早于 reveal-from。"),
        };
        let names = self.logged();
        let following = names.iter().skip_while(|name| *name != "reveal");
        let early = following.filter(|name| times.get(*name).is_some_and(|at| *at < least));
        let mut faults: Vec<_> = early.map(|name| late(name, sentence)).collect();
        let revealed = times.get("reveal").zip(beacon_at);
        if revealed.is_some_and(|(at, beacon_at)| *at >= beacon_at) {
            let sentence = "揭示不早于公共随机源公布的时刻：那时随机源已经知道，还能挑选谁缺席。";
            faults.push(late("reveal", sentence));
        }
        faults
    }

    /// Whether a VOID before REVEAL claims a time before what it makes void: the log's clock may have been set right.
    #[must_use]
    pub fn is_void_set_back(&self, times: &LogTimes) -> bool {
        let at = |record: &str| times.get(record).copied();
        let before = at("plan").max(at("freeze"));
        let set_back = |(void, before): (u64, u64)| void.saturating_add(CLOCKS_DIFFER) < before;
        self.reveal.is_none() && at("void").zip(before).is_some_and(set_back)
    }

    /// Records whose time lies before that of one they follow, further than clocks differ. What was frozen under a clock
    /// that ran ahead can be made void before its hours come.
    fn fallen(&self, times: &LogTimes) -> Vec<Fault> {
        let names = self.logged();
        let timed = names
            .iter()
            .filter(|name| *name != "void" || self.reveal.is_some())
            .filter_map(|name| Some((name, *times.get(name)?)));
        let mut latest: Option<(&String, u64)> = None;
        let mut faults = Vec::new();
        for (name, at) in timed {
            match latest {
                Some((before, most)) if at.saturating_add(CLOCKS_DIFFER) < most => {
                    let sentence = format!(
                        "所称的时刻比它所跟随的 {before}.txt 早 {} 秒。",
                        most.saturating_sub(at)
                    );
                    faults.push(late(name, sentence));
                }
                Some((_, most)) if at < most => {}
                _ => latest = Some((name, at)),
            }
        }
        faults
    }
}

fn late(record: &str, sentence: impl Into<String>) -> Fault {
    Fault::new(Code::LOG_TIME, format!("{record}.txt"), sentence)
}
