//! Announced waiting: whoever is about to hold the writer (SQLite) or a register (PostgreSQL) for long says so
//! to every process of the database, and acts that come meanwhile queue instead of failing.
//!
//! What this process announces stands in memory; what others announce is read from `notice`. Deliberately
//! absent: the clock; until when it takes is an estimate of whoever announces.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::engine::Db;
use super::notice;
use super::reader::Reader;
use crate::error::StoreError;

/// What holds up other acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What is being written, in words.
    pub words: String,
    /// When it is expected to end, unix milliseconds.
    pub until_ms: i64,
}

/// Everything this process announces at present, and how often anything was announced or heard of.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    pub(super) names: Arc<notice::Names>,
}

#[derive(Default)]
struct State {
    begun: u64,
    announced: Vec<(u64, Announced)>,
}

/// Whether a wait is explained: how many announcements had begun, and whether one stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64, bool);

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(
        self: &Arc<Self>,
        announced: Announced,
        told: Option<watch::Sender<i64>>,
    ) -> Announcement {
        let mut state = self.state();
        state.begun += 1;
        let number = state.begun;
        state.announced.push((number, announced));
        Announcement {
            queue: Arc::clone(self),
            number,
            told,
        }
    }

    fn own(&self) -> Vec<Announced> {
        let state = self.state();
        state.announced.iter().map(|(_, one)| one.clone()).collect()
    }

    fn hear(&self) {
        self.state().begun += 1;
    }

    fn mark(&self) -> Mark {
        let state = self.state();
        Mark(state.begun, !state.announced.is_empty())
    }
}

impl Db {
    /// Says to every process of this database that the writer (SQLite) or a register (PostgreSQL) will be
    /// held for long; acts that need it queue as long as the announcement stands. Of a process that dies
    /// nothing stands any longer. Other processes that cannot be told wait as long as for any act.
    pub async fn announce(&self, words: &str, until_ms: i64) -> Announcement {
        let announced = Announced {
            words: words.to_owned(),
            until_ms,
        };
        let told = notice::put_up(self, &announced).await;
        self.queue().announce(announced, told)
    }

    /// What acts may have to wait for, whichever process announced it: what takes longest.
    ///
    /// # Errors
    /// When what others announce cannot be read.
    pub async fn announced(&self, view: &mut Reader) -> Result<Option<Announced>, StoreError> {
        let others = notice::of_others(self, &mut view.conn).await?;
        if !others.is_empty() {
            self.queue().hear();
        }
        let all = self.queue().own().into_iter().chain(others);
        Ok(all.max_by_key(|announced| announced.until_ms))
    }

    /// The beginning of a wait, for [`Self::explained_since`].
    #[must_use]
    pub fn waiting_since(&self) -> Mark {
        self.queue().mark()
    }

    /// Whether anything stood announced at any time since the mark was taken, as far as this process knows.
    pub async fn explained_since(&self, since: Mark) -> bool {
        if since.1 || self.queue().mark() != since {
            return true;
        }
        let standing = async { self.announced(&mut self.read().await?).await };
        matches!(standing.await, Ok(Some(_)))
    }
}

/// Stands as long as it is kept; dropped, it is taken back.
#[must_use = "an announcement that is not kept is taken back at once"]
pub struct Announcement {
    queue: Arc<Queue>,
    number: u64,
    /// Tells the other processes; dropped, the notice to them is taken down.
    told: Option<watch::Sender<i64>>,
}

impl Announcement {
    /// Corrects the estimate.
    pub fn expect_end(&self, until_ms: i64) {
        let mut state = self.queue.state();
        let own = state.announced.iter_mut();
        for (_, announced) in own.filter(|(number, _)| *number == self.number) {
            announced.until_ms = until_ms;
        }
        if let Some(told) = &self.told {
            told.send_replace(until_ms);
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.announced.retain(|(number, _)| *number != self.number);
    }
}
