//! The only places of the program that touch the clock and the operating system's randomness.

use app::port::{Clock, Entropy};
use domain::time::Instant;

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("without the system's randomness nothing may be drawn");
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OsClock;

impl Clock for OsClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let milliseconds = since.map_or(0, |since| since.as_millis());
        Instant::from_unix_ms(i64::try_from(milliseconds).unwrap_or(i64::MAX))
    }
}
