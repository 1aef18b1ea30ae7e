//! The hours that FREEZE announces, held against the plan and the intervals of the rulebook.
//!
//! `shuang/1` knows the end of revealing, and the beacon if its time is known. `shuang/2` (SPEC-draw §3.1, §3.2) has
//! a beginning too, never before the announced ceremony, and measures from FREEZE to the beacon or, without one, to
//! that beginning. Its records count in whole seconds, and so do the hours kept here.

use draw::seed::lottery::Lottery;

use crate::refusal::{Fact, Refusal, codes};
use crate::time::{Date, Instant};

use super::super::state::Frozen;
use super::super::version::FrameVersion;
use super::CommitFacts;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// The hours of an attempt as FREEZE says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) reveal_from: Option<Instant>,
    pub(super) reveal_by: Instant,
    pub(super) beacon_at: Option<Instant>,
}

/// The hours of a FREEZE that is published now, if they keep everything they have to.
pub(super) fn kept(frozen: &Frozen, facts: &CommitFacts) -> Result<Hours, Refusal> {
    rested(frozen, facts)?;
    not_drawn_yet(facts)?;
    let hours = match frozen.version {
        FrameVersion::One => of_one(facts),
        FrameVersion::Two { beacon, .. } => of_two(beacon, facts),
    }?;
    within_window(&hours, facts.until)?;
    Ok(hours)
}

/// Refuses hours at which nobody could be visited any more: a round or a year that was typed wrong would keep the campaign
/// until somebody makes it void.
fn within_window(hours: &Hours, until: Date) -> Result<(), Refusal> {
    let last = hours.beacon_at.unwrap_or(hours.reveal_by);
    if last < until.end() {
        return Ok(());
    }
    let facts: [Fact<'_>; 2] = [
        ("last", &last.local_text()),
        ("until", &until.in_sentence()),
    ];
    Err(codes::CAMPAIGN_DRAWN_TOO_LATE.refuse(&facts))
}

/// The interval from PLAN to FREEZE.
fn rested(frozen: &Frozen, facts: &CommitFacts) -> Result<(), Refusal> {
    let days = facts.intervals.plan_days;
    let approved = frozen.launched.approved.step.at;
    let earliest = approved.plus_ms(days.saturating_mul(DAY_MS));
    if facts.step.at < earliest {
        let facts: [Fact<'_>; 2] = [("days", &days), ("until", &earliest.local_text())];
        return Err(codes::CAMPAIGN_PLAN_TOO_RECENT.refuse(&facts));
    }
    Ok(())
}

fn of_one(facts: &CommitFacts) -> Result<Hours, Refusal> {
    let (reveal_by, beacon_at) = (facts.reveal_by, facts.beacon_at);
    // Randomness must lie in the future even where the rulebook asks for no lead at all.
    let random_at = beacon_at.map_or(reveal_by, |beacon| beacon.min(reveal_by));
    if random_at < in_time(facts) {
        let minutes = facts.intervals.freeze_minutes;
        return Err(codes::CAMPAIGN_REVEAL_TOO_SOON.refuse(&[("minutes", &minutes)]));
    }
    beacon_last(beacon_at, reveal_by)?;
    Ok(Hours {
        reveal_from: None,
        reveal_by,
        beacon_at,
    })
}

fn of_two(has_beacon: bool, facts: &CommitFacts) -> Result<Hours, Refusal> {
    let reveal_from = facts
        .reveal_from
        .map(to_the_second)
        .ok_or_else(|| codes::CAMPAIGN_NO_REVEAL_FROM.refuse(&[]))?;
    let reveal_by = to_the_second(facts.reveal_by);
    let beacon_at = match (has_beacon, facts.beacon_at) {
        (false, _) => None,
        (true, Some(at)) => Some(to_the_second(at)),
        (true, None) => return Err(codes::CAMPAIGN_NO_BEACON_TIME.refuse(&[])),
    };
    begins_in_time(reveal_from, facts)?;
    if reveal_from >= reveal_by {
        return Err(codes::CAMPAIGN_REVEAL_ENDS_FIRST.refuse(&[
            ("from", &reveal_from.local_text()),
            ("until", &reveal_by.local_text()),
        ]));
    }
    beacon_last(beacon_at, reveal_by)?;
    if beacon_at.is_some_and(|at| at < reveal_by.plus_ms(MINUTE_MS)) {
        return Err(codes::CAMPAIGN_BEACON_AT_ONCE.refuse(&[]));
    }
    let (what, source) = match beacon_at {
        Some(at) => ("信标产生", at),
        None => ("开始接收随机数", reveal_from),
    };
    if source < in_time(facts) {
        let minutes = facts.intervals.freeze_minutes;
        let facts: [Fact<'_>; 2] = [("what", &what), ("minutes", &minutes)];
        return Err(codes::CAMPAIGN_SOURCE_TOO_SOON.refuse(&facts));
    }
    Ok(Hours {
        reveal_from: Some(reveal_from),
        reveal_by,
        beacon_at,
    })
}

/// Refuses a beginning that is over already, or before the ceremony the plan announced.
fn begins_in_time(reveal_from: Instant, facts: &CommitFacts) -> Result<(), Refusal> {
    let from = reveal_from.local_text();
    if let Some(ceremony) = facts.ceremony
        && reveal_from < to_the_second(ceremony)
    {
        let ceremony = ceremony.local_text();
        let facts: [Fact<'_>; 2] = [("from", &from), ("ceremony", &ceremony)];
        return Err(codes::CAMPAIGN_BEFORE_CEREMONY.refuse(&facts));
    }
    if reveal_from < to_the_second(facts.step.at) {
        return Err(codes::CAMPAIGN_REVEAL_FROM_PAST.refuse(&[("from", &from)]));
    }
    Ok(())
}

/// The first moment at which randomness may appear.
fn in_time(facts: &CommitFacts) -> Instant {
    let lead = facts.intervals.freeze_minutes.saturating_mul(MINUTE_MS);
    facts.step.at.plus_ms(lead)
}

/// Refuses a beacon that appears while nonces are still taken.
fn beacon_last(beacon_at: Option<Instant>, reveal_by: Instant) -> Result<(), Refusal> {
    match beacon_at.is_some_and(|beacon| beacon < reveal_by) {
        true => Err(codes::CAMPAIGN_BEACON_BEFORE_REVEAL.refuse(&[])),
        false => Ok(()),
    }
}

/// Refuses an issue of a lottery that may have been drawn before FREEZE: whoever knows its numbers looks, and gives up what
/// he does not like. A lottery draws on three days a week; how many of them closures of the market have left out so far,
/// nobody knows but from its notices, so the rulebook says how many at most.
fn not_drawn_yet(facts: &CommitFacts) -> Result<(), Refusal> {
    let Some((source, round)) = &facts.beacon else {
        return Ok(());
    };
    let lottery = Lottery::named(source);
    let Some((lottery, issue)) = lottery.and_then(|own| Some((own, own.issue(round)?))) else {
        return Ok(());
    };
    let frozen = u64::try_from(facts.step.at.unix_seconds()).unwrap_or(0);
    let left_out = u64::from(facts.intervals.lottery_left_out);
    match lottery.first_undrawn(issue, frozen, left_out) {
        Some(next) => Err(codes::CAMPAIGN_ISSUE_DRAWN.refuse(&[
            ("source", source),
            ("round", round),
            ("next", &next),
            ("left_out", &left_out),
        ])),
        None => Ok(()),
    }
}

const fn to_the_second(at: Instant) -> Instant {
    Instant::from_unix_seconds(at.unix_seconds())
}
