//! Long work on its own page: what, by whom, how far, how long so far.

use askama::Template;

use super::fragment::markup;
use super::{Act, Meter};
use crate::text::thousands;

/// The progress of one job; the page around it refreshes itself every three seconds.
#[derive(Debug, Clone, Template)]
#[template(path = "component/job.html")]
pub struct Job {
    started_by: String,
    elapsed: String,
    done: u64,
    total: Option<u64>,
    unit: &'static str,
    /// Whether the total is being counted.
    counts: bool,
    cancel: Option<Act>,
}

impl Job {
    /// A job under way; `total` is unknown until the input has been read once.
    #[must_use]
    pub fn new(
        started_by: impl Into<String>,
        elapsed: impl Into<String>,
        done: u64,
        total: Option<u64>,
        unit: &'static str,
    ) -> Self {
        Self {
            started_by: started_by.into(),
            elapsed: elapsed.into(),
            done,
            total,
            unit,
            counts: true,
            cancel: None,
        }
    }

    /// Nobody counts how much there is.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.counts = false;
        self
    }

    /// Lets this account stop it.
    #[must_use]
    pub fn cancellable(mut self, act: Act) -> Self {
        self.cancel = Some(act);
        self
    }

    fn meter(&self) -> Meter {
        Meter::share(self.done, self.total.unwrap_or_default())
    }
}

markup!(Job);
