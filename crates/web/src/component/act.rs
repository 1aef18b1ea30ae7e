//! Places and acts: `a` leads somewhere, `button` does something.

use askama::Template;

use super::HiddenFields;
use super::fragment::markup;
use crate::text::Address;

/// A place, named by words.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<a href="{{ to }}">{{ words }}</a>"#, ext = "html")]
pub struct Link {
    pub(crate) words: String,
    pub(crate) to: Address,
}

impl Link {
    /// A link; the words name the place or the act, never “点击这里”.
    #[must_use]
    pub fn new(words: impl Into<String>, to: Address) -> Self {
        Self {
            words: words.into(),
            to,
        }
    }
}

/// How strongly an act calls: one filled act per page, at most two others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The next act of this account, filled.
    Main,
    /// Another act, outlined.
    Outlined,
    /// A quiet act without border.
    Plain,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Main => " main-act",
            Self::Outlined => "",
            Self::Plain => " plain",
        }
    }
}

/// Something this account may do next: a page to open, or one harmless act done at once.
#[derive(Debug, Clone, Template)]
#[template(path = "component/act.html")]
pub struct Act {
    words: String,
    to: Address,
    weight: Weight,
    hidden: Option<HiddenFields>,
}

impl Act {
    /// Opens the page of an act, such as its confirmation.
    #[must_use]
    pub fn open(words: impl Into<String>, to: Address, weight: Weight) -> Self {
        Self {
            words: words.into(),
            to,
            weight,
            hidden: None,
        }
    }

    /// Does the act by POST at once; only for acts that can be taken back.
    #[must_use]
    pub fn submit(
        words: impl Into<String>,
        to: Address,
        weight: Weight,
        hidden: HiddenFields,
    ) -> Self {
        Self {
            words: words.into(),
            to,
            weight,
            hidden: Some(hidden),
        }
    }
}

markup!(Link, Act);
