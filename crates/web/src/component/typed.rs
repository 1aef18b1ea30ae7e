//! A text exactly as somebody typed it, with its lines, to read and to copy.

use askama::Template;

use super::fragment::markup;

/// What was typed into one field.
#[derive(Debug, Clone, Template)]
#[template(source = r#"<span class="typed">{{ text }}</span>"#, ext = "html")]
pub struct Typed {
    text: String,
}

impl Typed {
    /// This text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

markup!(Typed);
