//! Proof that a form was sent from one of our own pages.
//!
//! Two independent proofs, both required by the middleware: a token bound to the
//! session, and the origin the browser names. Deliberately absent: where the
//! session secret is kept, and its randomness (`app`).

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use sha2::{Digest as _, Sha256};

/// The token of one session, printed into every form of that session.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken(String);

impl FormToken {
    /// Derives the token from the secret of the session (or of the sign-in page, before
    /// there is one). The secret itself never stands in a page.
    #[must_use]
    pub fn of_session(secret: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"mingqian form token v1\n");
        hash.update(secret);
        Self(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
    }

    /// The text of the hidden field.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text that came back is this token, compared without telling by its
    /// duration how much of it was right.
    #[must_use]
    pub fn agrees_with(&self, sent: &str) -> bool {
        let (own, sent) = (self.0.as_bytes(), sent.as_bytes());
        own.len() == sent.len() && own.iter().zip(sent).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken(…)")
    }
}

/// Where the browser says a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A page of this site.
    Own,
    /// A page of another site: the request must be refused.
    Foreign,
    /// An old browser that does not say; the token alone decides.
    Unsaid,
}

/// Reads what the browser says: `Sec-Fetch-Site` where known, else `Origin` against `Host`.
#[must_use]
pub fn origin_of(headers: &HeaderMap) -> Origin {
    if let Some(site) = headers.get("sec-fetch-site") {
        return match site.as_bytes() {
            b"same-origin" => Origin::Own,
            b"none" => Origin::Unsaid,
            _ => Origin::Foreign,
        };
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return Origin::Unsaid;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let named = origin.to_str().ok().and_then(|origin| {
        origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"))
    });
    match (named, host) {
        (Some(named), Some(host)) if named.eq_ignore_ascii_case(host) => Origin::Own,
        _ => Origin::Foreign,
    }
}

#[cfg(test)]
mod tests;
