//! Announced waiting: whoever is about to hold the writer for long says so, and acts that come
//! meanwhile queue instead of failing.
//!
//! Known in this process only: it is for the pages and acts of the same server. Deliberately absent:
//! the clock; until when it takes is an estimate of whoever announces.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What holds up other acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What is being written, in words.
    pub words: String,
    /// When it is expected to end, unix milliseconds.
    pub until_ms: i64,
}

/// Everything announced at present.
#[derive(Default)]
pub(super) struct Queue(Mutex<State>);

#[derive(Default)]
struct State {
    begun: u64,
    announced: Vec<(u64, Announced)>,
}

/// Whether a wait is explained: how many announcements had begun, and whether one stood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64, bool);

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn announce(self: &Arc<Self>, announced: Announced) -> Announcement {
        let mut state = self.state();
        state.begun += 1;
        let number = state.begun;
        state.announced.push((number, announced));
        Announcement {
            queue: Arc::clone(self),
            number,
        }
    }

    /// What takes longest of what is announced.
    pub(super) fn longest(&self) -> Option<Announced> {
        let state = self.state();
        let all = state.announced.iter().map(|(_, announced)| announced);
        all.max_by_key(|announced| announced.until_ms).cloned()
    }

    pub(super) fn mark(&self) -> Mark {
        let state = self.state();
        Mark(state.begun, !state.announced.is_empty())
    }

    /// Whether something stood announced at any time since the mark was taken.
    pub(super) fn explains_since(&self, since: Mark) -> bool {
        since.1 || self.mark() != since
    }
}

/// Stands as long as it is kept; dropped, it is taken back.
#[must_use = "an announcement that is not kept is taken back at once"]
pub struct Announcement {
    queue: Arc<Queue>,
    number: u64,
}

impl Announcement {
    /// Corrects the estimate.
    pub fn expect_end(&self, until_ms: i64) {
        let mut state = self.queue.state();
        let own = state.announced.iter_mut();
        for (_, announced) in own.filter(|(number, _)| *number == self.number) {
            announced.until_ms = until_ms;
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.announced.retain(|(number, _)| *number != self.number);
    }
}
