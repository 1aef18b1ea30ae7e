//! What every answer carries besides its content.
//!
//! The policy for scripts and styles is the same everywhere: own files only,
//! nothing inline. A private page may also send to its own server by script, since
//! drafts are kept there; a public page may not send at all.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};

/// Who may keep a copy of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Pages of the portal: the same for everybody but for the display modes.
    Public,
    /// Pages of an account: never stored by browser or proxy.
    Private,
    /// A file whose name holds its hash: stored for good.
    Immutable,
}

const PUBLIC_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const PRIVATE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

/// Sets the protective headers; one that the handler has set itself stays.
/// `over_tls` adds the promise to keep using TLS.
pub fn protect(headers: &mut HeaderMap, reach: Reach, over_tls: bool) {
    let policy = match reach {
        Reach::Private => PRIVATE_POLICY,
        Reach::Public | Reach::Immutable => PUBLIC_POLICY,
    };
    let caching = match reach {
        Reach::Private => "no-store",
        Reach::Public => "no-cache",
        Reach::Immutable => "public, max-age=31536000, immutable",
    };
    let mut keep_or_set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    keep_or_set(CONTENT_SECURITY_POLICY, policy);
    keep_or_set(CACHE_CONTROL, caching);
    keep_or_set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    keep_or_set(REFERRER_POLICY, "same-origin");
    keep_or_set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    keep_or_set(
        HeaderName::from_static("permissions-policy"),
        "geolocation=(), microphone=(), payment=(), usb=()",
    );
    if reach == Reach::Public {
        // The display modes come from a cookie.
        keep_or_set(VARY, "cookie");
    }
    if over_tls {
        keep_or_set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

#[cfg(test)]
mod tests;
