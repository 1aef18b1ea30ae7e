//! A place a link or a form may lead to.
//!
//! Only two kinds exist: a path of this site and an `https` page elsewhere. Text
//! typed by somebody can therefore never become `javascript:` or an open
//! redirect, and every part is encoded where it is put together.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// An address that is safe to stand in `href` and `action`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// The text cannot be a place of this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError;

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TEXT-002 返回地址不是本站的页面，已不予采用。请从导航重新进入要去的页面。")
    }
}

impl std::error::Error for AddressError {}

impl Address {
    /// A path written in the source, such as `/w/campaigns`; it must begin with one slash.
    #[must_use]
    pub fn fixed(path: &'static str) -> Self {
        debug_assert!(
            Self::is_local(path),
            "a fixed address begins with one slash"
        );
        Self(path.to_owned())
    }

    /// A place on the same page, such as the field an error line leads to.
    #[must_use]
    pub fn fragment(id: &str) -> Self {
        Self(format!("#{}", utf8_percent_encode(id, SEGMENT)))
    }

    /// A path that came from outside, for instance where to return after signing in.
    ///
    /// # Errors
    /// When it does not stay on this site: another scheme, a second slash, a
    /// backslash (which browsers read as a slash) or a control character.
    pub fn returning(path: &str) -> Result<Self, AddressError> {
        if Self::is_local(path) {
            Ok(Self(path.to_owned()))
        } else {
            Err(AddressError)
        }
    }

    /// An official page elsewhere, such as the text of a law.
    ///
    /// # Errors
    /// When it is not an `https` address, or holds blanks or control characters.
    pub fn elsewhere(link: &str) -> Result<Self, AddressError> {
        let host = link.strip_prefix("https://").ok_or(AddressError)?;
        if host.is_empty() || link.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AddressError);
        }
        Ok(Self(link.to_owned()))
    }

    /// This address with one more path segment, encoded.
    #[must_use]
    pub fn child(mut self, segment: &str) -> Self {
        // A segment of dots would be resolved away by the browser.
        let encoded = if segment.chars().all(|c| c == '.') {
            segment.replace('.', "%2E")
        } else {
            utf8_percent_encode(segment, SEGMENT).to_string()
        };
        if !self.0.ends_with('/') {
            self.0.push('/');
        }
        self.0.push_str(&encoded);
        self
    }

    /// This address with a query made of these pairs, in this order; none leaves it as it is.
    #[must_use]
    pub fn query<'a>(mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        for (place, (key, value)) in pairs.into_iter().enumerate() {
            self.0.push(if place == 0 { '?' } else { '&' });
            self.0
                .extend(form_urlencoded::byte_serialize(key.as_bytes()));
            self.0.push('=');
            self.0
                .extend(form_urlencoded::byte_serialize(value.as_bytes()));
        }
        self
    }

    /// The text for `href`, not yet escaped for HTML.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_local(path: &str) -> bool {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.chars().any(char::is_control)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
