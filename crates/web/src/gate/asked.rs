//! One request, as the record of the server and its figures may say it: its number, from where it came, and the line
//! of the route table. What stood in the place of a parameter, and behind the question mark, may be a secret or
//! somebody's name.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::MatchedPath;
use axum::http::Method;
use axum::http::request::Parts;
use sha2::{Digest as _, Sha256};
use tracing::Span;

use super::WebState;
use super::client::client;

/// Gives every request of this process a number of its own, hard to mistake for that of another process.
#[derive(Clone, Default)]
pub(super) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    fn next(&self, web: &WebState) -> String {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let now = web.app.clock.now().unix_ms();
        let seed = Sha256::new()
            .chain_update(web.forms)
            .chain_update(now.to_be_bytes())
            .chain_update(count.to_be_bytes());
        store::hex(&seed.finalize()[..4])
    }
}

/// What was asked for.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) number: String,
    client: Option<IpAddr>,
    method: Method,
    route: Option<MatchedPath>,
}

impl Asked {
    pub(super) fn of(web: &WebState, parts: &Parts) -> Self {
        Self {
            number: web.numbers.next(web),
            client: client(parts, &web.proxies),
            method: parts.method.clone(),
            route: parts.extensions.get::<MatchedPath>().cloned(),
        }
    }

    /// The method, of those that are served.
    pub(super) fn method(&self) -> &'static str {
        match self.method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            _ => "other",
        }
    }

    /// The line of the route table; none where there is none.
    pub(super) fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedPath::as_str)
    }

    pub(super) fn words(&self) -> String {
        let route = self.route().unwrap_or("（没有这个地址）");
        format!("{} {route}", self.method)
    }

    /// What every line of the record that is written for this request carries.
    pub(super) fn span(&self) -> Span {
        let client = self.client.map(|client| client.to_string());
        tracing::error_span!(
            "request",
            request = self.number,
            client = client.as_deref().unwrap_or("-"),
            method = self.method.as_str(),
            route = self.route().unwrap_or("-"),
        )
    }
}
