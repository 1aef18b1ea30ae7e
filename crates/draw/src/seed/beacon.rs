//! The beacons of §3.5: which there are, what they give, and when a drand round appears.
//!
//! Deliberately absent: the signature of a drand value, which the crate `verify` checks, and whether
//! a lottery's numbers are those of its notice and were drawn after FREEZE, which rests on witnesses.

use super::lottery::{Lottery, MOST_LEFT_OUT};
use crate::digest::shorten;
use crate::fault::{Code, Fault};
use crate::record::freeze::BeaconName;
use crate::version::Version;

/// The only drand chain of `shuang/2`: quicknet.
pub const QUICKNET: &str = "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// When round 1 of quicknet appeared, in unix seconds.
const QUICKNET_GENESIS: u64 = 1_692_803_367;
/// Seconds between its rounds.
const QUICKNET_PERIOD: u64 = 3;
/// The latest round of `shuang/2`.
const LAST_ROUND: u64 = 9_999_999_999;
/// 双色球.
const SSQ: &str = "cwl-ssq";
/// 大乐透.
const DLT: &str = "tc-dlt";

/// When a round of quicknet appears, in unix seconds; `None` for round 0 or one too late.
#[must_use]
pub fn time_of_round(round: u64) -> Option<u64> {
    let past = (1..=LAST_ROUND).contains(&round).then(|| round - 1)?;
    Some(QUICKNET_GENESIS + QUICKNET_PERIOD * past)
}

/// Everything for which a beacon named in a FREEZE of `shuang/2` is none of §3.5.
pub(crate) fn faults(name: &BeaconName, time: u64) -> Vec<Fault> {
    let wrong = |sentence: &str| {
        vec![Fault::new(
            Code::BEACON_NAME,
            name.source.as_str(),
            sentence,
        )]
    };
    match name.source.as_str() {
        QUICKNET => match Version::One
            .count(name.round.as_str())
            .ok()
            .and_then(time_of_round)
        {
            None => wrong("轮次不是 1 到 9999999999 的整数。"),
            Some(at) if at != time => {
                let sentence = format!("第 {} 轮在 {at} 公布，写的是 {time}。", name.round);
                wrong(&sentence)
            }
            Some(_) => Vec::new(),
        },
        source if source.starts_with("drand:") => wrong("不是 quicknet。"),
        source if Lottery::respelled(source).is_some() => wrong("与彩票来源只有大小写之差。"),
        source => match Lottery::named(source).map(|lottery| misplaced(lottery, name, time)) {
            Some(Some(sentence)) => wrong(&sentence),
            Some(None) | None => Vec::new(),
        },
    }
}

/// Why an issue cannot be one whose numbers appear at that time.
fn misplaced(lottery: &Lottery, name: &BeaconName, time: u64) -> Option<String> {
    let Some(issue) = lottery.issue(name.round.as_str()) else {
        return Some(format!("期号不是 {} 位数字。", lottery.digits()));
    };
    let by_then = lottery.draw_days(time);
    if issue.year != by_then.year {
        let sentence = "期号的年份不是公布时间的那一年（北京时间）。";
        return Some(sentence.to_owned());
    }
    let least = by_then.number.saturating_sub(MOST_LEFT_OUT).max(1);
    (!(least..=by_then.number).contains(&issue.number)).then(|| {
        format!(
            "按每周三期，到公布那天这一年开到第 {} 期，休市至多少开 {MOST_LEFT_OUT} 期；写的是第 {} 期。",
            by_then.number, issue.number
        )
    })
}

/// Whether a value is one its source can give. drand: 96 hex digits. Lotteries: two-digit numbers, in
/// `shuang/2` with their zones.
pub(crate) fn good_value(version: Version, source: &str, value: &str) -> Result<(), Fault> {
    let good = match (version, source) {
        (_, source) if source.starts_with("drand:") => is_signature(value),
        (Version::One, SSQ) => numbers(value).is_some_and(|n| {
            n.len() == 7
                && n[..6].is_sorted_by(|a, b| a < b)
                && n[..6].iter().all(|n| (1..=33).contains(n))
                && (1..=16).contains(&n[6])
        }),
        (Version::One, _) => numbers(value).is_some_and(|n| (1..=40).contains(&n.len())),
        (Version::Two, SSQ) => has_zones(value, &[(6, 33), (1, 16)]),
        (Version::Two, DLT) => has_zones(value, &[(5, 35), (2, 12)]),
        (Version::Two, _) => zones(value).is_some_and(|zones| {
            let numbers: usize = zones.iter().map(Vec::len).sum();
            zones.len() <= 8 && numbers <= 40
        }),
    };
    match good {
        true => Ok(()),
        false => Err(Fault::new(
            Code::BEACON_VALUE,
            source,
            format!("“{}”不是这一来源的公告值。", shorten(value)),
        )),
    }
}

fn is_signature(value: &str) -> bool {
    let hex = |c| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    value.len() == 96 && value.bytes().all(hex)
}

fn numbers(value: &str) -> Option<Vec<u8>> {
    value
        .split(' ')
        .map(|word| {
            let two = word.len() == 2 && word.bytes().all(|c| c.is_ascii_digit());
            two.then(|| word.parse().ok()).flatten()
        })
        .collect()
}

/// Zones joined by ` + `, each strictly ascending, none empty.
fn zones(value: &str) -> Option<Vec<Vec<u8>>> {
    value
        .split(" + ")
        .map(|zone| numbers(zone).filter(|zone| zone.is_sorted_by(|a, b| a < b)))
        .collect()
}

/// Whether a value has zones of so many numbers from 1 to the largest.
fn has_zones(value: &str, wanted: &[(usize, u8)]) -> bool {
    zones(value).is_some_and(|zones| {
        let fits = |(zone, (count, largest)): (&Vec<u8>, &(usize, u8))| {
            zone.len() == *count && zone.iter().all(|n| (1..=*largest).contains(n))
        };
        zones.len() == wanted.len() && zones.iter().zip(wanted).all(fits)
    })
}
