//! Work on files beside the database, off the threads that serve pages.

use std::io;

use crate::error::StoreError;

/// Does it on a thread of its own; `what` names in words what could not be read or written.
pub(super) async fn aside<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                StoreError::Full(format!("{what}{error}"))
            }
            _ => StoreError::Engine(format!("{what}{error}")),
        }),
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}
