//! Markup that is known to be sound because only a template can have made it.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

/// A rendered piece of a page: the only text a template prints without escaping it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment(String);

impl Fragment {
    /// Renders one component.
    #[must_use]
    pub fn of(component: &impl Template) -> Self {
        Self(
            component
                .render()
                .expect("writing into a String cannot fail and no template calls fallible code"),
        )
    }

    /// Plain words, escaped.
    #[must_use]
    pub fn text(words: &str) -> Self {
        Self::of(&Words { words })
    }

    /// Several pieces, one after the other.
    #[must_use]
    pub fn join(pieces: impl IntoIterator<Item = Self>) -> Self {
        Self(pieces.into_iter().map(|piece| piece.0).collect())
    }

    /// Whether nothing would be printed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Template)]
#[template(source = "{{ words }}", ext = "html")]
struct Words<'a> {
    words: &'a str,
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Fragment {}

impl From<&str> for Fragment {
    fn from(words: &str) -> Self {
        Self::text(words)
    }
}

impl From<String> for Fragment {
    fn from(words: String) -> Self {
        Self::text(&words)
    }
}

/// Declares that these types print markup of their own templates.
macro_rules! markup {
    ($($component:ty),+ $(,)?) => {$(
        impl askama::filters::HtmlSafe for $component {}
        impl From<$component> for $crate::component::Fragment {
            fn from(component: $component) -> Self {
                Self::of(&component)
            }
        }
    )+};
}
pub(crate) use markup;
