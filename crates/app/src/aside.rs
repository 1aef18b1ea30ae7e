//! Work that takes longer than a page may wait: hashing a password, freezing, drawing,
//! verifying.
//!
//! It goes to a thread of its own, so that the pages of everybody else are served meanwhile.
//! Deliberately absent: a queue. Whoever asked waits for the answer.

/// Does the work on a thread of its own and gives its outcome; a panic goes on in the caller.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}
