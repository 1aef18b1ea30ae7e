//! One broken rule: where, which, why and what to do.

use std::fmt;

/// A broken rule at one place; `line` 0 means the whole file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flaw {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) sentence: String,
}

impl Flaw {
    /// A flaw in one line.
    pub(crate) fn at(rule: &'static str, path: &str, line: usize, sentence: String) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule,
            sentence,
        }
    }

    /// A flaw of a whole file.
    pub(crate) fn of(rule: &'static str, path: &str, sentence: String) -> Self {
        Self::at(rule, path, 0, sentence)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            sentence,
        } = self;
        match line {
            0 => write!(f, "{rule} {path}：{sentence}"),
            line => write!(f, "{rule} {path}:{line}：{sentence}"),
        }
    }
}
