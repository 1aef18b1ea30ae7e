//! What is counted of requests: how many of each line of the route table ended in which class of status, and how long
//! they took. No address, no account, no parameter; what somebody invents for a method or a path has no line of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

use super::asked::Asked;

/// Bounds of the histogram, in milliseconds.
const BOUNDS: [i64; 9] = [10, 25, 50, 100, 250, 500, 1000, 5000, 30_000];

/// Counts of one server. Cheap to clone.
#[derive(Clone, Default)]
pub struct Measures(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    answers: BTreeMap<(String, &'static str, u16), u64>,
    /// Of each bound, how many took no longer.
    within: [u64; BOUNDS.len()],
    took_ms: i64,
    count: u64,
}

impl Measures {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, asked: &Asked, status: StatusCode, took_ms: i64) {
        let route = asked.route().unwrap_or("-").to_owned();
        self.add((route, asked.method(), status.as_u16() / 100), took_ms);
    }

    fn add(&self, of: (String, &'static str, u16), took_ms: i64) {
        // The clock may have been set back meanwhile.
        let took_ms = took_ms.max(0);
        let mut counts = self.counts();
        *counts.answers.entry(of).or_default() += 1;
        for (within, bound) in counts.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(took_ms <= bound);
        }
        counts.took_ms = counts.took_ms.saturating_add(took_ms);
        counts.count += 1;
    }

    /// The counts as Prometheus reads them.
    #[must_use]
    pub fn as_text(&self) -> String {
        let counts = self.counts();
        let mut text = String::new();
        text.push_str("# HELP mingqian_requests_total Requests by line of the route table and class of status.\n# TYPE mingqian_requests_total counter\n");
        for ((route, method, class), count) in &counts.answers {
            let _ = writeln!(
                text,
                "mingqian_requests_total{{method=\"{method}\",route=\"{route}\",class=\"{class}xx\"}} {count}"
            );
        }
        text.push_str("# HELP mingqian_request_seconds Time until the answer begins.\n# TYPE mingqian_request_seconds histogram\n");
        for (within, bound) in counts.within.iter().zip(BOUNDS) {
            let _ = writeln!(
                text,
                "mingqian_request_seconds_bucket{{le=\"{}\"}} {within}",
                seconds(bound)
            );
        }
        let (count, took) = (counts.count, seconds(counts.took_ms));
        let _ = writeln!(
            text,
            "mingqian_request_seconds_bucket{{le=\"+Inf\"}} {count}\nmingqian_request_seconds_sum {took}\nmingqian_request_seconds_count {count}"
        );
        text
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_line_and_class_and_time() {
        let measures = Measures::default();
        let of = |route: &str, class| (route.to_owned(), "GET", class);
        measures.add(of("/p/{link}", 2), 7);
        measures.add(of("/p/{link}", 2), 60);
        measures.add(of("-", 4), -5);
        let text = measures.as_text();
        for line in [
            "mingqian_requests_total{method=\"GET\",route=\"/p/{link}\",class=\"2xx\"} 2",
            "mingqian_requests_total{method=\"GET\",route=\"-\",class=\"4xx\"} 1",
            "mingqian_request_seconds_bucket{le=\"0.010\"} 2",
            "mingqian_request_seconds_bucket{le=\"0.100\"} 3",
            "mingqian_request_seconds_bucket{le=\"+Inf\"} 3",
            "mingqian_request_seconds_sum 0.067",
            "mingqian_request_seconds_count 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}: {text}");
        }
    }
}
