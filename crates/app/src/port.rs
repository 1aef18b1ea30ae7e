//! What the use cases need from outside: time, randomness, nothing else yet. Each port is small, is
//! implemented in `server` for real life and in `testkit` for stories.

pub use store::Clock;

/// The only source of randomness: the operating system's generator.
pub trait Entropy: Send + Sync {
    /// Fills the slice with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// An array of unpredictable bytes: `entropy.bytes::<32>()`.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}
