//! A clock that ran ahead, and the entry by which a log goes on at the right time (SPEC-log §3, `repair`).
//!
//! Nothing is written before the times that stand in the log. Where one of them lies in the future because the clock of
//! the machine did, an entry of its own names the latest of them and its own time, publicly; from then on times are
//! compared with that. Deliberately absent: changing what stands, and any other way back.

use std::sync::Arc;

use domain::event::{Act, Actor, Event};
use domain::id::EventId;
use domain::time::Instant;

use super::{CLOCK_TOLERANCE_MS, check};
use crate::error::StoreError;
use crate::kernel::clock::Clock;
use crate::kernel::conn::Conn;
use crate::kernel::guard::{Sealing, Tx};
use crate::kernel::migrate::Upgrade;
use crate::kernel::reader::Reader;

/// As whom it is done: whoever runs the program.
const BY: &str = "运维";

/// What the record of such an entry says of times, unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) struct ClockRepair {
    /// The latest time that was claimed before it.
    pub(in crate::kernel) before: i64,
    /// Its own.
    pub(in crate::kernel) after: i64,
}

impl ClockRepair {
    /// Reads the record of a repair; none if it is none of the clock.
    pub(in crate::kernel) fn parse(record: &str) -> Option<Self> {
        let rest = record.strip_prefix("shuang/2 repair\nclock ")?;
        let (times, rest) = rest.split_once('\n')?;
        let (by, reason) = rest.strip_prefix("by ")?.split_once("\nreason ")?;
        let reason = reason.strip_suffix('\n')?;
        let said = |text: &str| !text.is_empty() && !text.contains(char::is_control);
        let (before, after) = times.split_once(' ')?;
        let (before, after): (i64, i64) = (before.parse().ok()?, after.parse().ok()?);
        let repair = Self { before, after };
        // One spelling only.
        let spelled = format!("{before} {after}") == times && after >= 0;
        (spelled && said(by) && said(reason) && repair.goes_back()).then_some(repair)
    }

    fn text(self, reason: &str) -> String {
        let Self { before, after } = self;
        format!("shuang/2 repair\nclock {before} {after}\nby {BY}\nreason {reason}\n")
    }

    /// Whether any other entry of that time would be refused.
    fn goes_back(self) -> bool {
        self.after < self.before - CLOCK_TOLERANCE_MS
    }
}

/// The moment of the repair, as its record names it.
struct Moment(Instant);

impl Clock for Moment {
    fn now(&self) -> Instant {
        self.0
    }
}

/// Appends it, before anything else is done to the database, in the same transaction.
///
/// # Errors
/// [`StoreError::ClockNotAhead`] where an act could be written as it is.
pub(in crate::kernel) async fn made(
    conn: Conn,
    reason: &str,
    upgrade: &Upgrade,
) -> Result<Conn, StoreError> {
    let mut reader = Reader::new(conn, Arc::clone(&upgrade.vault));
    let now = upgrade.clock.now();
    let repair = ClockRepair {
        before: check(&mut reader.conn).await?.last_at_ms,
        after: now.unix_ms(),
    };
    if !repair.goes_back() {
        return Err(StoreError::ClockNotAhead);
    }
    let record = repair.text(reason);
    if ClockRepair::parse(&record) != Some(repair) {
        return Err(StoreError::Engine(
            "a reason of more than one line".to_owned(),
        ));
    }
    let [id, salt] = [(upgrade.fresh)(), (upgrade.fresh)()];
    let mut short = [0; 12];
    short.copy_from_slice(&id[..12]);
    let event = Event::new(
        EventId::from_entropy(short),
        Act::ClockRepaired,
        now,
        Actor::program(BY),
    )
    .because(reason)
    .with("program", &upgrade.program)
    .with("before", repair.before);
    let sealing = Sealing {
        salt,
        record: Some(record),
        clock: Arc::new(Moment(now)),
    };
    let rec = Tx::new("log.repair_clock", reader, None).record(event, sealing)?;
    Ok(rec.append().await?.1.conn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_is_read_in_one_spelling_only_and_goes_back_further_than_clocks_differ() {
        let repair = ClockRepair {
            before: 2_000_000,
            after: 1_000_000,
        };
        let text = repair.text("系统时间一度快了");
        assert_eq!(ClockRepair::parse(&text), Some(repair));
        for wrong in [
            text.replace("2000000", "02000000"),
            text.replace("2000000", "+2000000"),
            text.replace("2000000", "1060000"),
            text.replace(" 1000000", " -1"),
            text.replace("by 运维", "by "),
            text.replace("一度", "\n"),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace("shuang/2", "shuang/1"),
            "shuang/2 repair\nreport 00\nrows 3\n".to_owned(),
        ] {
            assert_eq!(ClockRepair::parse(&wrong), None, "{wrong}");
        }
    }
}
