//! The top of a page: where we are, what this is, what may be done; and the same
//! for paper.

use askama::Template;

use super::fragment::markup;
use super::{Act, Badge, Fragment, Link};

/// The way here; the last part is a number or short name and not a link.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<nav class="crumb" aria-label="所在位置">{% for link in above %}{{ link }}<span aria-hidden="true">/</span>{% endfor %}{{ here }}</nav>"#,
    ext = "html"
)]
pub struct Crumb {
    above: Vec<Link>,
    here: String,
}

impl Crumb {
    /// The pages above this one, then this one.
    #[must_use]
    pub fn new(above: Vec<Link>, here: impl Into<String>) -> Self {
        Self {
            above,
            here: here.into(),
        }
    }
}

/// The title row: one `h1`, its state, the next act of this account.
#[derive(Debug, Clone, Template)]
#[template(path = "component/head.html")]
pub struct Head {
    pub(crate) title: String,
    badge: Fragment,
    acts: Vec<Act>,
    more: Vec<Link>,
    beneath: Option<String>,
}

impl Head {
    /// What the page is called.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// A title row that names the thing.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            badge: Fragment::default(),
            acts: Vec::new(),
            more: Vec::new(),
            beneath: None,
        }
    }

    /// The state in words.
    #[must_use]
    pub fn with_badge(mut self, badge: Badge) -> Self {
        self.badge = badge.into();
        self
    }

    /// An act at the right; the filled one comes last.
    #[must_use]
    pub fn with_act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    /// A rarer act, under “更多”.
    #[must_use]
    pub fn with_more(mut self, link: Link) -> Self {
        self.more.push(link);
        self
    }

    /// Who, with whom, which attempt, which rulebook version.
    #[must_use]
    pub fn with_line_beneath(mut self, line: impl Into<String>) -> Self {
        self.beneath = Some(line.into());
        self
    }
}

/// What a printed page says first; invisible on screen.
#[derive(Debug, Clone, Template)]
#[template(path = "component/print_header.html")]
pub struct PrintHeader {
    /// The bureau.
    pub bureau: String,
    /// Title and number of what is printed.
    pub title: String,
    /// The filter in words, empty without one.
    pub conditions: String,
    /// Who printed it.
    pub printed_by: String,
    /// When, as printed.
    pub printed_at: String,
    /// How many rows, as the page counts them.
    pub count: String,
    /// The short log root at that moment.
    pub log_root: String,
    /// Whether this belongs to a rehearsal, which every printed page must say.
    pub rehearsal: bool,
}

markup!(Crumb, Head, PrintHeader);
