//! What a kind of work says of itself: its name, what becomes of it after a stop, and the work.

use std::pin::Pin;
use std::sync::Arc;

use super::{Outcome, Run};
use crate::AppError;

/// Work under way, with its outcome.
pub type Work = Pin<Box<dyn Future<Output = Result<Outcome, AppError>> + Send>>;

/// What becomes of a job whose process stopped in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterStop {
    /// It begins anew by itself.
    Resumed,
    /// It is marked interrupted; whoever ordered it is asked.
    Offered,
}

/// One kind of long work.
pub trait Kind: Send + Sync {
    /// Its stable name, as stored.
    fn name(&self) -> &'static str;

    /// What becomes of it after a stop of the program.
    fn after_stop(&self) -> AfterStop;

    /// The work itself. It asks [`Run::checkpoint`] between its parts, writes nothing that counts
    /// before its end, and ends a traced act with [`Run::finish`] inside that act.
    fn work(self: Arc<Self>, run: Run) -> Work;

    /// Told after an end that was not the wanted one: refused, stopped, broken off. Why, [`Run::broken`] says.
    fn stopped<'k>(&'k self, run: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>>;
}
