//! A clock that stands until it is told, and a generator that yields the same bytes every time.

use std::process::Command;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use app::port::{Clock, Entropy};
use domain::time::{Date, Instant};

/// Today in Beijing by the clock of the machine, as whoever compares it writes it.
///
/// # Panics
/// When the machine does not tell.
#[must_use]
pub fn today() -> String {
    let mut asked = Command::new("date");
    let said = asked.env("TZ", "Asia/Shanghai").arg("+%F").output();
    let said = said.expect("the machine tells the date").stdout;
    let said = String::from_utf8(said).expect("a date is of digits");
    said.trim().to_owned()
}

/// A clock that moves only by word of the story.
#[derive(Debug)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    /// A clock that stands at that hour of that day in Beijing.
    ///
    /// # Panics
    /// When there is no such day.
    #[must_use]
    pub fn at(year: i16, month: i8, day: i8, hour: u8) -> Self {
        let date = Date::new(year, month, day).expect("a day of the story exists");
        Self(AtomicI64::new(date.at(hour, 0).unix_ms()))
    }

    /// Sets the clock forward, or back if negative.
    pub fn advance_ms(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Sets the clock forward by minutes.
    pub fn advance_minutes(&self, minutes: i64) {
        self.advance_ms(minutes * 60_000);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        Instant::from_unix_ms(self.0.load(Ordering::SeqCst))
    }
}

/// A generator whose bytes follow from its seed (`SplitMix64`): stories are the same every time.
#[derive(Debug)]
pub struct FakeEntropy(AtomicU64);

impl FakeEntropy {
    /// A generator of that seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next number below `bound`, for choices of a story.
    ///
    /// # Panics
    /// When `bound` is 0.
    pub fn below(&self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a usize fits");
        usize::try_from(self.next() % bound).expect("below a usize")
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for FakeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
