//! The page before an act that cannot be taken back: 承诺, 抽取, 作废, 公示, 送达.

use askama::Template;
use domain::text::FieldErrors;

use super::fragment::markup;
use super::{ErrorSummary, Field, Fragment, HiddenFields, Link, Width};
use crate::form::Submitted;
use crate::text::{Address, last_four_digits};

/// The name of the field that takes the last four digits.
pub const LAST_FOUR_FIELD: &str = "last_four";

/// What will happen, what can no longer be changed, who will see it, then the act.
#[derive(Debug, Clone, Template)]
#[template(path = "component/confirm.html")]
pub struct Confirm {
    action: Address,
    hidden: HiddenFields,
    happens: Vec<String>,
    fixed_after: Vec<String>,
    seen_by: Vec<String>,
    fields: Vec<Field>,
    carried: Vec<(&'static str, String)>,
    act: String,
    back: Link,
}

impl Confirm {
    /// The frame of the page: where it posts, the button, the way back without the act.
    #[must_use]
    pub fn new(action: Address, hidden: HiddenFields, act: impl Into<String>, back: Link) -> Self {
        Self {
            action,
            hidden,
            happens: Vec::new(),
            fixed_after: Vec::new(),
            seen_by: Vec::new(),
            fields: Vec::new(),
            carried: Vec::new(),
            act: act.into(),
            back,
        }
    }

    /// What will happen.
    #[must_use]
    pub fn happens(mut self, lines: Vec<String>) -> Self {
        self.happens = lines;
        self
    }

    /// What can no longer be changed afterwards.
    #[must_use]
    pub fn fixed_after(mut self, lines: Vec<String>) -> Self {
        self.fixed_after = lines;
        self
    }

    /// Who will see it.
    #[must_use]
    pub fn seen_by(mut self, lines: Vec<String>) -> Self {
        self.seen_by = lines;
        self
    }

    /// Carries a value the person does not type, such as which thing the act replaces.
    #[must_use]
    pub fn carrying(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.carried.push((name, value.into()));
        self
    }

    /// Asks for a reason or another fact the law wants.
    #[must_use]
    pub fn asking(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Asks to type the last four digits of the campaign number.
    #[must_use]
    pub fn asking_last_four(mut self, number: &str) -> Self {
        let label = format!("输入任务号 {number} 的末四位");
        self.fields
            .push(Field::line(LAST_FOUR_FIELD, label, Width::Short));
        self
    }

    /// Puts back what was typed and says what must change.
    #[must_use]
    pub fn filled(mut self, submitted: &Submitted, errors: &FieldErrors) -> Self {
        self.fields = self
            .fields
            .into_iter()
            .map(|field| field.filled(submitted, errors))
            .collect();
        self
    }

    /// Whether the digits typed are those of this campaign.
    #[must_use]
    pub fn last_four_agree(number: &str, submitted: &Submitted) -> bool {
        let wanted = last_four_digits(number);
        let typed = domain::text::narrow(submitted.first(LAST_FOUR_FIELD));
        !wanted.is_empty() && typed == wanted
    }

    fn has_upload(&self) -> bool {
        self.fields.iter().any(Field::is_upload)
    }

    fn summary(&self) -> Fragment {
        let lines: Vec<_> = self.fields.iter().flat_map(Field::error_lines).collect();
        if lines.is_empty() {
            Fragment::default()
        } else {
            ErrorSummary::new(lines).into()
        }
    }
}

markup!(Confirm);
