//! How we say no: a stable code, what stands in the way, the article it rests on, the way out.
//!
//! Every wording lives in [`codes`], once, with its placeholders; a place that refuses only fills
//! in the facts. Screens, command line and files print the same sentence. Deliberately absent:
//! error numbers without a remedy, and any message that blames the reader.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::text::FieldError;

pub mod codes;

/// One entry of the registry: the fixed part of a refusal.
#[derive(Debug)]
pub struct Code {
    /// Stable code, e.g. `DRAW-003`; scripts and support notes rely on it.
    pub code: &'static str,
    /// What stands in the way, ending in 。; `{name}` marks a fact filled in later.
    pub sentence: &'static str,
    /// The article that demands it, if one does.
    pub article: Option<&'static str>,
    /// What to do next, ending in 。.
    pub remedy: &'static str,
}

/// A fact for a placeholder: its name and its text.
pub type Fact<'a> = (&'a str, &'a dyn Display);

impl Code {
    /// Declares an entry; used for tables of codes, here and in the crates above.
    #[must_use]
    pub const fn new(
        code: &'static str,
        sentence: &'static str,
        article: Option<&'static str>,
        remedy: &'static str,
    ) -> Self {
        Self {
            code,
            sentence,
            article,
            remedy,
        }
    }

    /// The refusal of an act, with its facts filled in.
    #[must_use]
    pub fn refuse(&'static self, facts: &[Fact<'_>]) -> Refusal {
        Refusal {
            code: self.code,
            sentence: fill(self.sentence, facts),
            article: self.article,
            remedy: fill(self.remedy, facts),
        }
    }

    /// The refusal of one field of a form or a row, with its facts filled in.
    #[must_use]
    pub fn field(&'static self, facts: &[Fact<'_>]) -> FieldError {
        FieldError {
            code: self.code,
            sentence: fill(self.sentence, facts),
            remedy: fill(self.remedy, facts),
        }
    }
}

/// Fills the placeholders in one pass, so that a fact holding `{…}` itself stays as it is.
fn fill(pattern: &str, facts: &[Fact<'_>]) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let known = behind.split_once('}').and_then(|(name, behind)| {
            let (_, value) = facts.iter().find(|(known, _)| *known == name)?;
            Some((value.to_string(), behind))
        });
        match known {
            Some((value, behind)) => {
                text.push_str(&value);
                rest = behind;
            }
            None => {
                text.push('{');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Why an act cannot be done now, and what can be done instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable code, e.g. `AUTH-012`.
    pub code: &'static str,
    /// What stands in the way, in Chinese, ending in 。.
    pub sentence: String,
    /// The article it rests on, e.g. 细则四（二）.
    pub article: Option<&'static str>,
    /// What to do next, in Chinese.
    pub remedy: String,
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.article {
            Some(article) => {
                let sentence = self.sentence.trim_end_matches('。');
                write!(f, "{sentence}（{article}）。{}{}", self.remedy, self.code)
            }
            None => write!(f, "{}{}{}", self.sentence, self.remedy, self.code),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
