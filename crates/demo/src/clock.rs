//! A clock that is moved by hand, so that a finished campaign lies in the past when the demo starts.

use std::sync::atomic::{AtomicI64, Ordering};

use app::port::Clock;
use domain::time::Instant;

const MINUTE_MS: i64 = 60_000;

/// Begins at an instant, moves only when told, and a few milliseconds at each look.
pub struct ReplayClock(AtomicI64);

impl ReplayClock {
    /// A clock that shows this instant.
    #[must_use]
    pub fn at(start: Instant) -> Self {
        Self(AtomicI64::new(start.unix_ms()))
    }

    /// Moves forward.
    pub fn pass_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * MINUTE_MS, Ordering::Relaxed);
    }

    /// Moves forward into office hours: 9:00 to 17:00, Monday to Friday.
    pub fn pass_to_office_hours(&self) {
        let now = Instant::from_unix_ms(self.0.load(Ordering::Relaxed));
        let mut day = now.date();
        if now > day.at(17, 0) {
            day = day.tomorrow();
        }
        while day.is_weekend() {
            day = day.tomorrow();
        }
        self.pass_to(day.at(9, 0));
    }

    /// Moves forward to this instant, never back.
    pub fn pass_to(&self, instant: Instant) {
        self.0.fetch_max(instant.unix_ms(), Ordering::Relaxed);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Instant {
        Instant::from_unix_ms(self.0.fetch_add(7, Ordering::Relaxed))
    }
}
