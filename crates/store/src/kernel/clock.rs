//! The time of the log: asked when an act takes its place, not when it began.
//!
//! An act may compute, wait for a register or write for minutes. Its event says when it began; its entry
//! says when the lock on the log's head was had, so that order and time of the log agree however long
//! an act took (`docs/adr/0001`). The store has no clock: this is a port, `server` implements it.

use domain::time::Instant;

/// The only source of time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;

    /// By how many milliseconds it has stepped ahead while the program ran, if so far that nothing may be written by it.
    fn stepped_ms(&self) -> Option<i64> {
        None
    }
}
