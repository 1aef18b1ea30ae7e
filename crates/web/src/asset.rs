//! Style sheet, scripts and mark: inside the binary, served under names that hold
//! their hash, so that a browser never keeps an old one and never asks twice.
//!
//! There is no difference between development and operation.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::headers::{Reach, protect};

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    address: String,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($constant:ident = $stem:literal . $ending:literal as $kind:literal, $meaning:literal;)+) => {
        $(
            #[doc = $meaning]
            pub static $constant: LazyLock<Asset> = LazyLock::new(|| {
                Asset::new(
                    $stem,
                    $ending,
                    $kind,
                    include_bytes!(concat!("../static/", $stem, ".", $ending)),
                )
            });
        )+

        /// Every embedded file.
        pub fn all() -> impl Iterator<Item = &'static Asset> {
            [$(&*$constant),+].into_iter()
        }
    };
}

assets! {
    STYLE = "base"."css" as "text/css; charset=utf-8", "The one style sheet.";
    PAGE_SCRIPT = "page"."js" as "text/javascript; charset=utf-8",
        "What script adds to any page: search key, copying, guard against double submits.";
    DRAFT_SCRIPT = "draft"."js" as "text/javascript; charset=utf-8",
        "Keeps drafts of long forms on the server every five seconds.";
    SHA256_SCRIPT = "sha256"."js" as "text/javascript; charset=utf-8",
        "SHA-256 for pages that hash on the reader's own device.";
    FILE_HASH_SCRIPT = "filehash"."js" as "text/javascript; charset=utf-8",
        "Fills in the hash of a file that is not sent.";
    PARTY_SCRIPT = "party"."js" as "text/javascript; charset=utf-8",
        "Makes an outside party's random number on its own device.";
    MARK = "mark"."svg" as "image/svg+xml", "The mark in the tab of the browser.";
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Sha256::digest(bytes);
        let short: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Self {
            address: format!("/static/{stem}-{short}.{ending}"),
            kind,
            bytes,
        }
    }

    /// Where the file is served.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The content.
    #[must_use]
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }
}

/// Finds a file by its address.
#[must_use]
pub fn find(address: &str) -> Option<&'static Asset> {
    all().find(|asset| asset.address == address)
}

impl IntoResponse for &'static Asset {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        protect(headers, Reach::Immutable, false);
        response
    }
}

#[cfg(test)]
mod tests;
