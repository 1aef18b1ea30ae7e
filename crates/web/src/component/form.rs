//! A form: summary of errors, fields in groups, one filled button.

use askama::Template;
use domain::premise::Premise;
use domain::text::FieldErrors;

use super::fragment::markup;
use super::{ErrorLine, ErrorSummary, Field, Fragment, Link};
use crate::csrf::FormToken;
use crate::form::{FORM_TOKEN_FIELD, IDEMPOTENCY_FIELD, IdempotencyKey, PREMISE_FIELD, Submitted};
use crate::text::Address;

/// What every form of a signed-in account carries unseen: the token that proves the
/// form came from our page, the key that makes a second submit harmless, and what was shown of the
/// thing it decides on.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<input type="hidden" name="{{ FORM_TOKEN_FIELD }}" value="{{ token.as_str() }}">{% if let Some(key) = key %}<input type="hidden" name="{{ IDEMPOTENCY_FIELD }}" value="{{ key.as_str() }}">{% endif %}{% if let Some(premise) = premise %}<input type="hidden" name="{{ PREMISE_FIELD }}" value="{{ premise }}">{% endif %}"#,
    ext = "html"
)]
pub struct HiddenFields {
    token: FormToken,
    key: Option<IdempotencyKey>,
    premise: Option<Premise>,
}

impl HiddenFields {
    /// For an act: token and key.
    #[must_use]
    pub fn for_act(token: FormToken, key: IdempotencyKey) -> Self {
        Self {
            token,
            key: Some(key),
            premise: None,
        }
    }

    /// For what may be repeated freely, such as signing out: the token alone.
    #[must_use]
    pub fn repeatable(token: FormToken) -> Self {
        Self {
            token,
            key: None,
            premise: None,
        }
    }

    /// The same for a decision about something that exists, as it is shown beside the form.
    #[must_use]
    pub fn resting_on(self, premise: Premise) -> Self {
        Self {
            premise: Some(premise),
            ..self
        }
    }
}

#[derive(Debug, Clone)]
struct Group {
    legend: String,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Draft {
    save_at: Address,
    line: String,
}

/// A form of fields under headings, sent by POST.
#[derive(Debug, Clone, Template)]
#[template(path = "component/form.html")]
pub struct Form {
    action: Address,
    hidden: HiddenFields,
    groups: Vec<Group>,
    act: String,
    back: Option<Link>,
    draft: Option<Draft>,
    carried: Vec<(String, String)>,
    lines: Vec<ErrorLine>,
}

impl Form {
    /// A form whose button names the act.
    #[must_use]
    pub fn new(action: Address, hidden: HiddenFields, act: impl Into<String>) -> Self {
        Self {
            action,
            hidden,
            groups: Vec::new(),
            act: act.into(),
            back: None,
            draft: None,
            carried: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Adds fields under a heading; an empty heading shows none.
    #[must_use]
    pub fn with_group(mut self, legend: impl Into<String>, fields: Vec<Field>) -> Self {
        self.groups.push(Group {
            legend: legend.into(),
            fields,
        });
        self
    }

    /// Carries a value the person does not see again, such as what he typed into the form this one
    /// repeats.
    #[must_use]
    pub fn carrying(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.carried.push((name.into(), value.into()));
        self
    }

    /// The way back without the act, in words that say so.
    #[must_use]
    pub fn with_way_back(mut self, link: Link) -> Self {
        self.back = Some(link);
        self
    }

    /// Keeps a draft on the server: by a button, and every five seconds where script runs.
    /// `line` says when it was last kept, empty if never.
    #[must_use]
    pub fn with_draft(mut self, save_at: Address, line: impl Into<String>) -> Self {
        self.draft = Some(Draft {
            save_at,
            line: line.into(),
        });
        self
    }

    /// Puts back all that was typed and says what must change, field by field; what
    /// concerns no field of this form stands in the summary alone.
    #[must_use]
    pub fn filled(mut self, submitted: &Submitted, errors: &FieldErrors) -> Self {
        self.groups = self
            .groups
            .into_iter()
            .map(|group| Group {
                fields: group
                    .fields
                    .into_iter()
                    .map(|field| field.filled(submitted, errors))
                    .collect(),
                ..group
            })
            .collect();
        self.lines = self.fields().flat_map(Field::error_lines).collect();
        let elsewhere = errors
            .iter()
            .filter(|(name, _)| !self.fields().any(|field| field.name() == *name))
            .map(|(_, error)| {
                let words = format!("{}{}", error.sentence, error.remedy);
                ErrorLine::new(Link::new(words, Address::fragment("form")), error.code)
            })
            .collect::<Vec<_>>();
        self.lines.extend(elsewhere);
        self
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups.iter().flat_map(|group| &group.fields)
    }

    fn has_upload(&self) -> bool {
        self.fields().any(Field::is_upload)
    }

    fn summary(&self) -> Fragment {
        if self.lines.is_empty() {
            Fragment::default()
        } else {
            ErrorSummary::new(self.lines.clone()).into()
        }
    }
}

markup!(HiddenFields, Form);
