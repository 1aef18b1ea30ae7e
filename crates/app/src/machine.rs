//! The machine under the bureau: how it is, in sentences for whoever looks after it (GB/T 22239-2019 8.1.10).
//!
//! What can be looked at beside the database (keys, disks, certificates, backups, the doors of the listener) only the
//! program that was started knows, so it is a port. Deliberately absent: anything that mends, and what the audit reads.

use std::future::Future;
use std::pin::Pin;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is: 磁盘, 时钟.
    pub what: &'static str,
    /// Whether nothing has to be done about it.
    pub well: bool,
    /// How it is, and what to do if it is not well.
    pub words: String,
}

impl Finding {
    /// A finding whose error says what to do.
    #[must_use]
    pub fn of(what: &'static str, found: Result<String, String>) -> Self {
        let well = found.is_ok();
        let words = found.unwrap_or_else(|wrong| wrong);
        Self { what, well, words }
    }
}

/// Findings on their way.
pub type Findings<'m> = Pin<Box<dyn Future<Output = Vec<Finding>> + Send + 'm>>;

/// The machine that serves.
pub trait Machine: Send + Sync {
    /// Looks at everything, whatever of it is wrong.
    fn look(&self) -> Findings<'_>;
}
