//! One field of a form: label above, help under it, the error beside it in the same
//! words as in the summary.

use askama::Template;
use domain::text::{FieldError, FieldErrors};

use super::fragment::markup;
use super::{ErrorLine, Link};
use crate::asset;
use crate::form::{FILE_PREFIX, Submitted};
use crate::text::Address;

/// Under a file that was sent with a form that came back.
const CHOOSE_AGAIN: &str = "浏览器不让网页代选文件，请重新选一次。";

/// The expected length of an answer, which sets the width of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A number or four digits.
    Short,
    /// A date or a code.
    Medium,
    /// A name or an address.
    Long,
}

impl Width {
    fn class(self) -> &'static str {
        match self {
            Self::Short => "w-short",
            Self::Medium => "w-medium",
            Self::Long => "w-long",
        }
    }
}

/// One of several answers.
#[derive(Debug, Clone)]
pub struct Choice {
    value: String,
    words: String,
    clause: String,
}

impl Choice {
    /// A value that is sent and the words that are read.
    #[must_use]
    pub fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            words: words.into(),
            clause: String::new(),
        }
    }

    /// What is sent.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// What is read.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }

    /// What choosing it means.
    #[must_use]
    pub fn meaning(mut self, clause: impl Into<String>) -> Self {
        self.clause = clause.into();
        self
    }
}

#[derive(Debug, Clone)]
enum Control {
    Line(Width, &'static str),
    Secret(&'static str),
    Area(u8),
    Menu(Vec<Choice>),
    OneOf(Vec<Choice>),
    AnyOf(Vec<Choice>),
    Tick(String),
    Upload(&'static str),
    FileHash,
}

/// A field with its name, label, help, what was typed and what is wrong with it.
#[derive(Debug, Clone, Template)]
#[template(path = "component/field.html")]
pub struct Field {
    name: &'static str,
    label: String,
    help: String,
    control: Control,
    values: Vec<String>,
    errors: Vec<FieldError>,
    optional: bool,
}

impl Field {
    fn new(name: &'static str, label: impl Into<String>, control: Control) -> Self {
        Self {
            name,
            label: label.into(),
            help: String::new(),
            control,
            values: Vec::new(),
            errors: Vec::new(),
            optional: false,
        }
    }

    /// One line of text.
    #[must_use]
    pub fn line(name: &'static str, label: impl Into<String>, width: Width) -> Self {
        Self::new(name, label, Control::Line(width, "off"))
    }

    /// A date, typed as 年-月-日; `2026.11.3` and `20261103` are understood as well.
    #[must_use]
    pub fn date(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Line(Width::Medium, "off"))
            .with_help("年-月-日，如 2026-11-23")
    }

    /// The name of an account at sign-in.
    #[must_use]
    pub fn account_name(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Line(Width::Medium, "username"))
    }

    /// A password; what was typed is never shown again.
    #[must_use]
    pub fn password(name: &'static str, label: impl Into<String>, fresh: bool) -> Self {
        let purpose = if fresh {
            "new-password"
        } else {
            "current-password"
        };
        Self::new(name, label, Control::Secret(purpose))
    }

    /// Several lines of text, this many shown.
    #[must_use]
    pub fn area(name: &'static str, label: impl Into<String>, rows: u8) -> Self {
        Self::new(name, label, Control::Area(rows))
    }

    /// One of many, as a menu.
    #[must_use]
    pub fn menu(name: &'static str, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Menu(choices))
    }

    /// One of few, all visible.
    #[must_use]
    pub fn one_of(name: &'static str, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::OneOf(choices))
    }

    /// Any of few, all visible.
    #[must_use]
    pub fn any_of(name: &'static str, label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::AnyOf(choices))
    }

    /// One statement to agree to; sends `1`.
    #[must_use]
    pub fn tick(
        name: &'static str,
        label: impl Into<String>,
        statement: impl Into<String>,
    ) -> Self {
        Self::new(name, label, Control::Tick(statement.into()))
    }

    /// A file; `accept` is the list of endings, as in `.csv,.xlsx`.
    #[must_use]
    pub fn upload(name: &'static str, label: impl Into<String>, accept: &'static str) -> Self {
        Self::new(name, label, Control::Upload(accept))
    }

    /// The SHA-256 of a file that stays where it is: 64 hex digits, typed or computed in the browser.
    #[must_use]
    pub fn file_hash(name: &'static str, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::FileHash)
    }

    /// The sentence under the label.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Marks the field （选填）; required is the default.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Shows a value, as when a record is opened for change.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// Shows several values, as ticks that are set beforehand.
    #[must_use]
    pub fn with_values(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }

    /// Shows what was typed and what is wrong with it.
    #[must_use]
    pub fn filled(mut self, submitted: &Submitted, errors: &FieldErrors) -> Self {
        if !submitted.is_empty() {
            self.values = submitted.all(self.name).map(str::to_owned).collect();
        }
        if self.is_upload() && submitted.has(&format!("{FILE_PREFIX}{}", self.name)) {
            self.help.push_str(CHOOSE_AGAIN);
        }
        let unfit = submitted.flaw(self.name);
        self.errors = unfit
            .into_iter()
            .chain(errors.of(self.name).cloned())
            .collect();
        self
    }

    fn value(&self) -> &str {
        match self.control {
            Control::Secret(_) => "",
            _ => self.values.first().map_or("", String::as_str),
        }
    }

    fn holds(&self, value: &str) -> bool {
        self.values.iter().any(|held| held == value)
    }

    /// Nothing chosen yet, or a choice that is no longer offered: neither may be changed silently.
    fn offers_blank(&self, choices: &[Choice]) -> bool {
        !choices.iter().any(|choice| self.holds(&choice.value))
    }

    fn is_group(&self) -> bool {
        matches!(
            self.control,
            Control::OneOf(_) | Control::AnyOf(_) | Control::Tick(_)
        )
    }

    fn described_by(&self) -> Option<String> {
        let help = (!self.help.is_empty()).then(|| format!("h-{}", self.name));
        let error = (!self.errors.is_empty()).then(|| format!("e-{}", self.name));
        match (help, error) {
            (Some(help), Some(error)) => Some(format!("{help} {error}")),
            (help, error) => help.or(error),
        }
    }

    /// The lines this field adds to the error summary.
    pub(crate) fn error_lines(&self) -> impl Iterator<Item = ErrorLine> {
        self.errors.iter().map(|error| {
            let words = format!("{}：{}", self.label, error.sentence);
            let to = Address::fragment(&format!("f-{}", self.name));
            ErrorLine::new(Link::new(words, to), error.code)
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn is_upload(&self) -> bool {
        matches!(self.control, Control::Upload(_))
    }
}

markup!(Field);
