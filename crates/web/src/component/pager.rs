//! The foot of a list: how many, and the way on.

use askama::Template;

use super::Link;
use super::fragment::markup;
use crate::text::{Address, thousands};

/// How many rows there are, counted only as far as it is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// All counted.
    Exact(u64),
    /// More than this many; counting on is one press away.
    MoreThan(u64, Address),
}

impl Count {
    /// Counting stops here.
    pub const CAP: u64 = 1_000;

    /// The words: 共 37 条, 超过 1,000 条.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exact(count) => format!("共 {} 条", thousands(*count)),
            Self::MoreThan(cap, _) => format!("超过 {} 条", thousands(*cap)),
        }
    }
}

/// Count and paging; no page numbers, since the address carries a key.
#[derive(Debug, Clone, Template)]
#[template(path = "component/pager.html")]
pub struct Pager {
    count: Count,
    previous: Option<Address>,
    next: Option<Address>,
    export: Vec<Link>,
}

impl Pager {
    /// The foot of a list; addresses exist only where rows exist.
    #[must_use]
    pub fn new(count: Count, previous: Option<Address>, next: Option<Address>) -> Self {
        Self {
            count,
            previous,
            next,
            export: Vec::new(),
        }
    }

    /// A download of exactly what the filter shows.
    #[must_use]
    pub fn with_export(mut self, link: Link) -> Self {
        self.export.push(link);
        self
    }
}

markup!(Pager);
