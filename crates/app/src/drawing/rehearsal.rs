//! What stands in the FREEZE of a rehearsal where only the ceremony will decide: hours that keep the announced one,
//! and a round its source can have. Nothing of it is ever published.

use draw::Version;
use draw::record::plan::PlanEdition;
use draw::record::{Hours, PlanRecord};
use draw::seed::beacon::{QUICKNET, time_of_round};
use draw::seed::lottery::Lottery;

/// A round of quicknet that appears long after every ceremony, in 2118.
const ROUND: u64 = 1_000_000_000;

/// The hours of a rehearsal.
pub(super) struct Rehearsed {
    pub(super) reveal_by: u64,
    pub(super) others: Hours,
}

/// Hours under which nothing of the frame is refused for the sake of hours.
pub(super) fn hours(version: Version, plan: &PlanRecord) -> Rehearsed {
    if version == Version::One {
        return Rehearsed {
            reveal_by: 0,
            others: Hours::One,
        };
    }
    let reveal_from = match plan.edition {
        PlanEdition::One { .. } => 0,
        PlanEdition::Two { ceremony, .. } => ceremony,
    };
    let appears = time_of_round(ROUND).expect("a round of ten digits");
    Rehearsed {
        reveal_by: reveal_from + 1,
        others: Hours::Two {
            reveal_from,
            beacon_at: plan.beacon.is_some().then_some(appears),
        },
    }
}

/// A round or issue that can be one of the source at the hours of a rehearsal.
pub(super) fn round(version: Version, source: &str) -> String {
    let appears = || time_of_round(ROUND).expect("a round of ten digits");
    match (version, source, Lottery::named(source)) {
        (Version::Two, QUICKNET, _) => ROUND.to_string(),
        (Version::Two, _, Some(lottery)) => lottery.written(lottery.draw_days(appears())),
        _ => "1".to_owned(),
    }
}
