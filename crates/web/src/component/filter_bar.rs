//! The conditions of a list as a plain form: what is sent is the address.

use askama::Template;

use super::Link;
use super::fragment::markup;
use crate::filter::{Filter, FilterField, Shape};
use crate::text::Address;

/// The filter form, what is wrong in it, and the active conditions in words.
#[derive(Debug, Clone, Template)]
#[template(path = "component/filter_bar.html")]
pub struct FilterBar {
    path: Address,
    fields: &'static [FilterField],
    values: Vec<String>,
    carried: Vec<(String, String)>,
    problems: Vec<domain::text::FieldError>,
    active: Vec<Link>,
    save_view: Option<Link>,
}

impl FilterBar {
    /// The form of this filter for the list at `path`.
    #[must_use]
    pub fn new(path: Address, filter: &Filter) -> Self {
        let active = filter
            .conditions()
            .map(|condition| {
                let words = condition.words();
                Link::new(words, filter.without(condition.name()).address(&path))
            })
            .collect();
        Self {
            fields: filter.fields(),
            values: filter
                .fields()
                .iter()
                .map(|field| filter.typed(field.name).to_owned())
                .collect(),
            carried: filter
                .sort()
                .map(|sort| ("sort".to_owned(), sort))
                .into_iter()
                .collect(),
            problems: filter.problems().cloned().collect(),
            active,
            path,
            save_view: None,
        }
    }

    /// Offers to name this view.
    #[must_use]
    pub fn with_save_view(mut self, link: Link) -> Self {
        self.save_view = Some(link);
        self
    }
}

markup!(FilterBar);
