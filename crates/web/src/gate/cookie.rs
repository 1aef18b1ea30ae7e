//! The session cookie, and the one by which a browser that signed in is known: the only cookies besides the display
//! modes.
//!
//! Over TLS their names begin with `__Host-`, so that no other host and no plain connection can plant
//! one; on loopback without TLS browsers refuse that prefix, and the name is plain.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// Browsers keep no cookie longer; how long one is known is said by the rulebook.
const KEPT_SECONDS: u32 = 400 * 24 * 3600;

const fn name(over_tls: bool) -> &'static str {
    if over_tls { "__Host-mq" } else { "mq" }
}

const fn device_name(over_tls: bool) -> &'static str {
    if over_tls {
        "__Host-mq-device"
    } else {
        "mq-device"
    }
}

/// The session token a request brings, if it has the shape of one.
pub(super) fn token_of(headers: &HeaderMap, over_tls: bool) -> Option<&str> {
    cookie_of(headers, name(over_tls))
}

/// What a browser that signed in before is known by, if it has the shape of it.
pub(super) fn device_of(headers: &HeaderMap, over_tls: bool) -> Option<&str> {
    cookie_of(headers, device_name(over_tls))
}

fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let token = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)?
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

/// The value for `Set-Cookie` by which a browser is known afterwards.
#[must_use]
pub fn device_cookie(device: &str, over_tls: bool) -> String {
    let secure = if over_tls { "; Secure" } else { "" };
    format!(
        "{}={device}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax{secure}",
        device_name(over_tls)
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
