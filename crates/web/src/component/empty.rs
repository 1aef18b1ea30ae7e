//! What stands where rows would stand.

use askama::Template;

use super::fragment::markup;
use super::{Act, Link};
use crate::text::thousands;

#[derive(Debug, Clone)]
enum Kind {
    Nothing(String, Option<Box<Act>>),
    Filtered(&'static str, Vec<(Link, Option<u64>)>, Link),
}

/// Two lines in the place of a table.
#[derive(Debug, Clone, Template)]
#[template(path = "component/empty.html")]
pub struct EmptyState {
    kind: Kind,
}

impl EmptyState {
    /// Nothing exists yet: what would stand here and when it appears.
    #[must_use]
    pub fn nothing(would_stand: impl Into<String>) -> Self {
        Self {
            kind: Kind::Nothing(would_stand.into(), None),
        }
    }

    /// Nothing exists yet, and this account can change that.
    #[must_use]
    pub fn fillable(would_stand: impl Into<String>, fill: Act) -> Self {
        Self {
            kind: Kind::Nothing(would_stand.into(), Some(Box::new(fill))),
        }
    }

    /// The conditions exclude every row (`kind`: 任务, 检查对象). Each link drops one
    /// condition, with the count that would show where it was counted; `clear` drops all.
    #[must_use]
    pub fn filtered(kind: &'static str, drops: Vec<(Link, Option<u64>)>, clear: Link) -> Self {
        Self {
            kind: Kind::Filtered(kind, drops, clear),
        }
    }
}

markup!(EmptyState);
