//! Texts that have passed a border: once a value has one of these types, its shape is certain.
//!
//! A constructor takes what a person typed or a file contained, narrows full-width letters, trims,
//! and either yields the value or a [`FieldError`] that says what is wrong and how to mend it.
//! Deliberately absent: guessing. A wrong check digit is never corrected, and the right one is
//! never shown, since it would hide the mistake elsewhere in the number.

use std::fmt;

use serde::Serialize;

use crate::refusal::codes;

mod citizen;
mod code;
mod names;
mod usci;
mod width;

pub use citizen::is_citizen_number;
pub use code::{RegisterNumber, SubjectCode, scientific_loss};
pub use names::{Address, CredentialNumber, DistrictCode, PersonName, SubjectName};
pub use usci::{Usci, UsciWarning};
pub use width::narrow;

/// What is wrong with one field, in Chinese, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Stable code, e.g. `TEXT-012`.
    pub code: &'static str,
    /// What is wrong, ending in 。.
    pub sentence: String,
    /// How to mend it, ending in 。.
    pub remedy: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.sentence, self.remedy, self.code)
    }
}

impl std::error::Error for FieldError {}

/// All that is wrong with one form or one row, field by field, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldErrors(Vec<(&'static str, FieldError)>);

impl FieldErrors {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes an error of a field.
    pub fn push(&mut self, field: &'static str, error: FieldError) {
        self.0.push((field, error));
    }

    /// Keeps the value, or notes the error and yields `None`.
    pub fn take<T>(&mut self, field: &'static str, value: Result<T, FieldError>) -> Option<T> {
        value.map_err(|error| self.push(field, error)).ok()
    }

    /// True if nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each field with its error.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &FieldError)> {
        self.0.iter().map(|(field, error)| (*field, error))
    }

    /// The errors of one field.
    pub fn of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a FieldError> {
        self.0
            .iter()
            .filter(move |(name, _)| *name == field)
            .map(|(_, error)| error)
    }
}

/// A required line of text: narrowed, trimmed, without control characters, at most `limit` letters.
pub(crate) fn line(field: &'static str, text: &str, limit: usize) -> Result<String, FieldError> {
    let text = narrow(text);
    if text.is_empty() {
        return Err(codes::TEXT_EMPTY.field(&[("field", &field)]));
    }
    if text.chars().any(width::is_invisible) {
        return Err(codes::TEXT_CONTROL.field(&[("field", &field)]));
    }
    let length = text.chars().count();
    if length > limit {
        let facts: [crate::refusal::Fact<'_>; 3] =
            [("field", &field), ("length", &length), ("limit", &limit)];
        return Err(codes::TEXT_TOO_LONG.field(&facts));
    }
    Ok(text)
}

/// Declares a text type by its constructor; all read and write JSON as a plain string.
macro_rules! text_type {
    ($( $(#[$meta:meta])* $name:ident; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text, in the one spelling in which it is stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::text::FieldError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    )+ };
}
pub(crate) use text_type;

/// Whether a reason that was typed says anything: at least two letters or digits. Of whatever language; what it says is for
/// people to judge.
#[must_use]
pub fn says_something(reason: &str) -> bool {
    reason.chars().filter(|one| one.is_alphanumeric()).count() >= 2
}

#[cfg(test)]
mod tests;
