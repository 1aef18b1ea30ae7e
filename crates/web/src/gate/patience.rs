//! How long is waited: for a page that is computed, and for a body that arrives.
//!
//! A page has its time from when its request is here; as long as the body arrives no slower than [`LEAST`] a turn,
//! the turn is the body's and not the page's. Nobody waits for a body that has been silent for [`SILENT`]. Deliberately
//! absent: how long a connection may be without a request, and a reader without reading, which the listener knows.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use store::Db;
use tower_http::timeout::TimeoutBody;

use super::WebState;

/// The longest a page may take; longer work is a job with its own page.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many such times a page is waited for whose act queues behind something announced; more than
/// the store lets an act queue.
const TURNS: u32 = 5;
/// How long a body may be silent.
const SILENT: Duration = Duration::from_secs(20);
/// What has to arrive of a body in the time of a page, in bytes: 8 kB a second.
const LEAST: u64 = 240_000;

/// Waits for the page, longer as long as its body arrives, and as long as acts queue behind something announced.
pub(super) async fn patiently(
    State(web): State<WebState>,
    request: Request,
    next: Next,
) -> Response {
    let arrived = Arrived::default();
    let request = request.map(|body| arrived.counting(body, SILENT));
    let turn = || tokio::time::timeout(PATIENCE, std::future::pending::<()>());
    let answer = waited_for(next.run(request), turn, &arrived, Some(&web.app.db)).await;
    answer.unwrap_or_else(|| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// The answer, or none if a turn ended and nothing explains it: neither what arrived nor what is announced.
async fn waited_for<T, E: Future>(
    answer: impl Future<Output = T>,
    mut turn: impl FnMut() -> E,
    arrived: &Arrived,
    db: Option<&Db>,
) -> Option<T> {
    let mut answer = pin!(answer);
    let mut before = arrived.so_far();
    let mut turns = 1;
    loop {
        let since = db.map(|db| (db, db.waiting_since()));
        tokio::select! {
            biased;
            answer = &mut answer => return Some(answer),
            _ = turn() => {}
        }
        if arrived.goes_on_from(&mut before) {
            continue;
        }
        match since {
            Some((db, since)) if turns < TURNS && db.explained_since(since).await => turns += 1,
            _ => return None,
        }
    }
}

/// What has arrived of one body.
#[derive(Clone, Default)]
struct Arrived(Arc<Count>);

#[derive(Default)]
struct Count {
    bytes: AtomicU64,
    ended: AtomicBool,
}

/// How far a body was when a turn began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SoFar {
    bytes: u64,
    ended: bool,
}

impl Arrived {
    /// The body, counted, and broken off when it is silent for so long.
    fn counting(&self, body: Body, silent: Duration) -> Body {
        Body::new(Counted {
            body: Body::new(TimeoutBody::new(silent, body)),
            arrived: self.clone(),
        })
    }

    fn so_far(&self) -> SoFar {
        SoFar {
            bytes: self.0.bytes.load(Ordering::Relaxed),
            ended: self.0.ended.load(Ordering::Relaxed),
        }
    }

    /// Whether the turn that began there was the body's: enough of it came, or its end.
    fn goes_on_from(&self, before: &mut SoFar) -> bool {
        let now = self.so_far();
        let was = std::mem::replace(before, now);
        now.bytes - was.bytes >= LEAST || (now.ended && now != was)
    }
}

struct Counted {
    body: Body,
    arrived: Arrived,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let count = &self.arrived.0;
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let more = frame.data_ref().map_or(0, Bytes::len);
                let more = u64::try_from(more).unwrap_or(u64::MAX);
                count.bytes.fetch_add(more, Ordering::Relaxed);
                if self.body.is_end_stream() {
                    count.ended.store(true, Ordering::Relaxed);
                }
            }
            Poll::Ready(_) => count.ended.store(true, Ordering::Relaxed),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether a body broke off because it was silent.
pub(super) fn was_silent(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
