//! How far an audit has come, for whoever waits for it: figures only, read from elsewhere while it runs.

use std::sync::atomic::{AtomicU64, Ordering};

/// Figures of an audit under way.
#[derive(Debug, Default)]
pub struct Progress {
    leaves: AtomicU64,
    all: AtomicU64,
    rows: AtomicU64,
}

impl Progress {
    pub(super) fn expects(&self, leaves: i64) {
        let leaves = u64::try_from(leaves).unwrap_or(0);
        self.all.store(leaves, Ordering::Relaxed);
    }

    pub(super) fn come_to(&self, leaves: u64, rows: u64) {
        self.leaves.store(leaves, Ordering::Relaxed);
        self.rows.store(rows, Ordering::Relaxed);
    }

    /// Leaves recomputed so far, and how many there are; rows compared so far, which comes after.
    #[must_use]
    pub fn figures(&self) -> (u64, u64, u64) {
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        (read(&self.leaves), read(&self.all), read(&self.rows))
    }
}
