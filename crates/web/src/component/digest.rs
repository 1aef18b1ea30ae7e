//! A hash beside the fact it proves: short to recognise, whole to compare.

use askama::Template;

use super::fragment::markup;
use crate::text::Digest;

/// A hash in short form with its full text one press away, without script.
///
/// The groups of four are set apart by the style sheet, so that a copied hash
/// holds no blanks.
#[doc(alias = "摘要")]
#[derive(Debug, Clone, Template)]
#[template(path = "component/digest.html")]
pub struct DigestLine {
    digest: Digest,
    whole: bool,
}

impl DigestLine {
    /// Short form with “全文”.
    #[must_use]
    pub fn short(digest: Digest) -> Self {
        Self {
            digest,
            whole: false,
        }
    }

    /// All 64 digits at once, where somebody must compare them.
    #[must_use]
    pub fn whole(digest: Digest) -> Self {
        Self {
            digest,
            whole: true,
        }
    }
}

markup!(DigestLine);
