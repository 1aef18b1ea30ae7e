//! The system's clock, watched for steps: what it says goes into the log for good, and nothing is written before the time
//! of the last entry, so that a clock that jumps ahead for a moment would lock everybody out until that time comes.
//!
//! It is compared with a second clock of the machine that counts from its start and that nobody sets. Small differences
//! are followed, as whoever keeps the time corrects them; a step back is refused by the log itself. Deliberately absent:
//! which of both is right; a program that starts anew goes by what the system says then.

use std::sync::{Mutex, PoisonError};

use app::port::Clock;
use domain::time::Instant;
use rustix::time::{ClockId, clock_gettime};

use crate::ports::OsClock;

/// How far ahead of the other the clock may be found. As long as that, and no longer, nobody can work after it was
/// wrong.
const STEP_MS: i64 = 600_000;

/// Milliseconds of both clocks.
#[derive(Clone, Copy, Debug)]
struct Both {
    said: i64,
    counted: i64,
}

impl Both {
    fn now() -> Self {
        // It counts on while the machine sleeps.
        let counted = clock_gettime(ClockId::Boottime);
        Self {
            said: OsClock.now().unix_ms(),
            counted: counted.tv_sec * 1000 + counted.tv_nsec / 1_000_000,
        }
    }
}

/// The clock of a program that runs for long.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    last: Mutex<Both>,
}

impl SteadyClock {
    /// From now on, as the system says it.
    pub(crate) fn new() -> Self {
        Self {
            last: Mutex::new(Both::now()),
        }
    }

    fn stepped(&self, now: Both) -> Option<i64> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let step = (now.said - last.said) - (now.counted - last.counted);
        if step > STEP_MS {
            return Some(step);
        }
        // After a large step back the clock is measured by what it said before: it may come forward again.
        if step >= -STEP_MS {
            *last = now;
        }
        None
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Instant {
        OsClock.now()
    }

    fn stepped_ms(&self) -> Option<i64> {
        self.stepped(Both::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn begun() -> SteadyClock {
        let last = Mutex::new(Both {
            said: 1_000 * HOUR,
            counted: 0,
        });
        SteadyClock { last }
    }

    fn both(said: i64, counted: i64) -> Both {
        Both {
            said: 1_000 * HOUR + said,
            counted,
        }
    }

    #[test]
    fn a_clock_that_jumps_ahead_is_refused_until_it_is_right_again() {
        let clock = begun();
        assert_eq!(clock.stepped(both(HOUR, HOUR)), None);
        let ahead = 400 * 24 * HOUR;
        let told = clock.stepped(both(2 * HOUR + ahead, 2 * HOUR));
        assert_eq!(told, Some(ahead));
        let told = clock.stepped(both(3 * HOUR + ahead, 3 * HOUR));
        assert_eq!(told, Some(ahead), "it is not forgotten");
        assert_eq!(clock.stepped(both(4 * HOUR, 4 * HOUR)), None);
    }

    #[test]
    fn a_clock_that_is_corrected_by_little_is_followed_however_long() {
        let clock = begun();
        for day in 1..100 {
            let said = day * (24 * HOUR + STEP_MS);
            assert_eq!(clock.stepped(both(said, day * 24 * HOUR)), None);
        }
        // A month without an act is no step, and a step back comes forward again.
        let clock = begun();
        assert_eq!(clock.stepped(both(900 * HOUR, 900 * HOUR)), None);
        assert_eq!(clock.stepped(both(0, 901 * HOUR)), None);
        assert_eq!(clock.stepped(both(902 * HOUR, 902 * HOUR)), None);
    }
}
