//! The session cookie: the only cookie besides the display modes.
//!
//! Over TLS its name begins with `__Host-`, so that no other host and no plain connection can plant
//! one; on loopback without TLS browsers refuse that prefix, and the name is plain.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

const fn name(over_tls: bool) -> &'static str {
    if over_tls { "__Host-mq" } else { "mq" }
}

/// The session token a request brings, if it has the shape of one.
pub(super) fn token_of(headers: &HeaderMap, over_tls: bool) -> Option<&str> {
    let token = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name(over_tls))?
        .1;
    let sound = token.len() == 64
        && token
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    sound.then_some(token)
}

/// The value for `Set-Cookie` that begins a session.
#[must_use]
pub fn session_cookie(token: &str, over_tls: bool) -> String {
    let secure = if over_tls { "; Secure" } else { "" };
    format!(
        "{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}",
        name(over_tls)
    )
}

/// The value for `Set-Cookie` that ends it.
#[must_use]
pub fn ended_cookie(over_tls: bool) -> String {
    let secure = if over_tls { "; Secure" } else { "" };
    format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}",
        name(over_tls)
    )
}
