//! Work that takes longer than a page may wait: hashing a password, freezing, drawing,
//! verifying.
//!
//! It goes to a thread of its own, so that the pages of everybody else are served meanwhile.
//! Deliberately absent: a queue. Whoever asked waits for the answer.

use tokio::task::JoinError;

/// Does the work on a thread of its own and gives its outcome; a panic goes on in the caller. What is recorded there
/// belongs to the same request.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(done) => done,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

/// What may be said of work that did not come to its end. Where a panic happened stands in its own line of the record;
/// what it had to say may be what somebody typed.
#[must_use]
pub fn ended_early(error: &JoinError) -> &'static str {
    match error.is_panic() {
        true => "panic",
        false => "given up",
    }
}
