//! What the page has to say: done, refused, wrong in the form.

use askama::Template;

use super::fragment::markup;
use super::{Fragment, Link};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Status,
    Quiet,
    Warning,
}

/// One paragraph with a coloured edge: what now, or what was just done.
#[derive(Debug, Clone, Template)]
#[template(path = "component/note.html")]
pub struct Note {
    voice: Voice,
    lead: String,
    rest: Fragment,
    links: Vec<Link>,
}

impl Note {
    fn new(voice: Voice, lead: impl Into<String>, rest: impl Into<Fragment>) -> Self {
        Self {
            voice,
            lead: lead.into(),
            rest: rest.into(),
            links: Vec::new(),
        }
    }

    /// After an act: what was done, its number, the next step. Shown once, at the top.
    #[must_use]
    pub fn feedback(lead: impl Into<String>, rest: impl Into<Fragment>) -> Self {
        Self::new(Voice::Status, lead, rest)
    }

    /// What is going on now and what comes next.
    #[must_use]
    pub fn standing(lead: impl Into<String>, rest: impl Into<Fragment>) -> Self {
        Self::new(Voice::Quiet, lead, rest)
    }

    /// Something to weigh before going on.
    #[must_use]
    pub fn warning(lead: impl Into<String>, rest: impl Into<Fragment>) -> Self {
        Self::new(Voice::Warning, lead, rest)
    }

    fn is_warning(&self) -> bool {
        self.voice == Voice::Warning
    }

    fn is_status(&self) -> bool {
        self.voice == Voice::Status
    }

    /// Adds a place to go, such as undo.
    #[must_use]
    pub fn with_link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }
}

/// Why an act is not possible: the sentence, the article, the remedy, the code.
#[derive(Debug, Clone, Template)]
#[template(path = "component/refusal.html")]
pub struct Refusal {
    code: String,
    sentence: String,
    article: Option<String>,
    remedy: String,
    remedy_link: Option<Link>,
}

impl Refusal {
    /// A refusal as the domain gives it: stable code, why not, what helps.
    #[must_use]
    pub fn new(
        code: impl Into<String>,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            sentence: sentence.into(),
            article: None,
            remedy: remedy.into(),
            remedy_link: None,
        }
    }

    /// The article of law or rulebook it rests on.
    #[must_use]
    pub fn under_article(mut self, article: impl Into<String>) -> Self {
        self.article = Some(article.into());
        self
    }

    /// Where the remedy is done.
    #[must_use]
    pub fn with_remedy_link(mut self, link: Link) -> Self {
        self.remedy_link = Some(link);
        self
    }

    /// Whether its code is of this series, such as `PLAN-`.
    #[must_use]
    pub fn is_of(&self, series: &str) -> bool {
        self.code.starts_with(series)
    }

    /// The same where nothing has said yet where the remedy is done.
    #[must_use]
    pub fn or_remedy_link(mut self, link: Link) -> Self {
        self.remedy_link.get_or_insert(link);
        self
    }
}

/// One line of the error summary, leading to its field.
#[derive(Debug, Clone)]
pub struct ErrorLine {
    pub(crate) link: Link,
    pub(crate) code: String,
}

/// All that must be changed in a form, at the top, focused by script.
#[derive(Debug, Clone, Template)]
#[template(path = "component/error_summary.html")]
pub struct ErrorSummary {
    lines: Vec<ErrorLine>,
}

impl ErrorSummary {
    /// The lines in the order of the fields.
    #[must_use]
    pub fn new(lines: Vec<ErrorLine>) -> Self {
        Self { lines }
    }
}

impl ErrorLine {
    /// One thing to change: where, what, under which code.
    #[must_use]
    pub fn new(link: Link, code: impl Into<String>) -> Self {
        Self {
            link,
            code: code.into(),
        }
    }
}

impl From<&domain::refusal::Refusal> for Refusal {
    fn from(refusal: &domain::refusal::Refusal) -> Self {
        let shown = Self::new(
            refusal.code,
            refusal.sentence.as_str(),
            refusal.remedy.as_str(),
        );
        match refusal.article {
            Some(article) => shown.under_article(article),
            None => shown,
        }
    }
}

markup!(Note, Refusal, ErrorSummary);
