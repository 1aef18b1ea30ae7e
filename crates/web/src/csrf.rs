//! Proof that a form was sent from one of our own pages.
//!
//! Two independent proofs, both required by the middleware: a token bound to the
//! session, and the origin the browser names. Deliberately absent: where the
//! session secret is kept, and its randomness (`app`).

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use sha2::{Digest as _, Sha256};

/// The token of one session, printed into every form of that session. The token of an account's
/// session ends with a part that all sessions of the account share: it proves nothing but whose page a
/// form stood on, so that what its owner typed can be given back to him after he signed in anew.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken {
    text: String,
    of_account: bool,
}

const PART: usize = 64;

fn part(mark: &[u8], secret: &[u8; 32], name: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(mark);
    hash.update(secret);
    hash.update(name);
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Compared without telling by its duration how much of it was right.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

impl FormToken {
    /// Derives the token from the secret of the session (or of the sign-in page, before
    /// there is one). The secret itself never stands in a page.
    #[must_use]
    pub fn of_session(secret: &[u8; 32]) -> Self {
        Self {
            text: part(b"mingqian form token v1\n", secret, ""),
            of_account: false,
        }
    }

    /// The token of a session of that account, by a secret of the installation.
    #[must_use]
    pub fn of_account(mut self, secret: &[u8; 32], account: &str) -> Self {
        self.text.truncate(PART);
        self.text
            .push_str(&part(b"mingqian form account v1\n", secret, account));
        self.of_account = true;
        self
    }

    /// The text of the hidden field.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text that came back is this token.
    #[must_use]
    pub fn agrees_with(&self, sent: &str) -> bool {
        same(&self.text, sent)
    }

    /// Whether the text that came back is the token of some session of the same account.
    #[must_use]
    pub fn is_of_same_account(&self, sent: &str) -> bool {
        let own = self.text.get(PART..).unwrap_or_default();
        let sent = sent.get(PART..).unwrap_or_default();
        self.of_account && same(own, sent)
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
