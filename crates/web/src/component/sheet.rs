//! Surfaces that hold a section: a sheet in the main column, a section in the rail.

use askama::Template;

use super::fragment::markup;
use super::{Fragment, Link};

/// A titled section on paper, the frame of tables and facts.
#[derive(Debug, Clone, Template)]
#[template(path = "component/sheet.html")]
pub struct Sheet {
    id: String,
    title: String,
    quiet: Option<String>,
    links: Vec<Link>,
    content: Fragment,
    padded: bool,
    foot: Fragment,
}

impl Sheet {
    /// A section with its content to the edges, as tables want it. The id names the heading.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        content: impl Into<Fragment>,
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            quiet: None,
            links: Vec::new(),
            content: content.into(),
            padded: false,
            foot: Fragment::default(),
        }
    }

    /// One quiet clause beside the title.
    #[must_use]
    pub fn with_clause(mut self, clause: impl Into<String>) -> Self {
        self.quiet = Some(clause.into());
        self
    }

    /// A link at the right of the title.
    #[must_use]
    pub fn with_link(mut self, link: Link) -> Self {
        self.links.push(link);
        self
    }

    /// Sets the content in from the edges, as text and forms want it.
    #[must_use]
    pub fn padded(mut self) -> Self {
        self.padded = true;
        self
    }

    /// What stands under the content: counts, paging.
    #[must_use]
    pub fn with_foot(mut self, foot: impl Into<Fragment>) -> Self {
        self.foot = foot.into();
        self
    }
}

/// A section of the right rail: terms, trace, warnings about irreversible acts.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<section aria-labelledby="{{ id }}"><h2 id="{{ id }}">{{ title }}</h2>{{ content }}</section>"#,
    ext = "html"
)]
pub struct RailSection {
    id: String,
    title: String,
    content: Fragment,
}

impl RailSection {
    /// A rail section.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        title: impl Into<String>,
        content: impl Into<Fragment>,
    ) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            content: content.into(),
        }
    }
}

/// Names and values of one record.
#[derive(Debug, Clone, Default, Template)]
#[template(
    source = r#"<dl class="facts{% if self.has_long_names() %} long-names{% endif %}">{% for (name, value) in rows %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>"#,
    ext = "html"
)]
pub struct Facts {
    rows: Vec<(String, Fragment)>,
}

/// Names up to this many letters fit the narrow column.
const SHORT_NAME: usize = 5;

impl Facts {
    fn has_long_names(&self) -> bool {
        self.rows
            .iter()
            .any(|(name, _)| name.chars().count() > SHORT_NAME)
    }

    /// Adds one fact.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Fragment>) -> Self {
        self.rows.push((name.into(), value.into()));
        self
    }
}

/// Views of one table, each an address.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<nav class="tabs" aria-label="{{ label }}">{% for link in links %}<a href="{{ link.to }}"{% if loop.index0 == current %} aria-current="page"{% endif %}>{{ link.words }}</a>{% endfor %}</nav>"#,
    ext = "html"
)]
pub struct Tabs {
    label: String,
    links: Vec<Link>,
    current: usize,
}

impl Tabs {
    /// Tabs named by `label` for readers; `current` counts from 0.
    #[must_use]
    pub fn new(label: impl Into<String>, links: Vec<Link>, current: usize) -> Self {
        Self {
            label: label.into(),
            links,
            current,
        }
    }
}

markup!(Sheet, RailSection, Facts, Tabs);
