//! The remaining working days of a term. Kinds differ in shape and words first,
//! colour third.

use askama::Template;

use super::fragment::markup;
use crate::text::Address;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Remaining {
    Late(u64),
    Today(Option<String>),
    Soon(u64),
    Far(u64),
}

/// Working days left, counted by the working calendar of the bureau.
#[doc(alias = "期限")]
#[derive(Debug, Clone, Template)]
#[template(path = "component/deadline.html")]
pub struct DeadlineChip {
    remaining: Remaining,
    term: String,
    page: Option<Address>,
}

impl DeadlineChip {
    /// A chip from the working days left: negative is overdue, up to three is soon.
    /// `term` says start, length, article and skipped days; it stands in `title`.
    #[must_use]
    pub fn from_days_left(days: i64, term: impl Into<String>) -> Self {
        let remaining = match days {
            ..0 => Remaining::Late(days.unsigned_abs()),
            0 => Remaining::Today(None),
            1..=3 => Remaining::Soon(days.unsigned_abs()),
            _ => Remaining::Far(days.unsigned_abs()),
        };
        Self {
            remaining,
            term: term.into(),
            page: None,
        }
    }

    /// A chip for a clock time of today, such as 14:30.
    #[must_use]
    pub fn today_at(clock: impl Into<String>, term: impl Into<String>) -> Self {
        Self {
            remaining: Remaining::Today(Some(clock.into())),
            term: term.into(),
            page: None,
        }
    }

    /// The page that explains the term day by day.
    #[must_use]
    pub fn explained_at(mut self, page: Address) -> Self {
        self.page = Some(page);
        self
    }

    fn class(&self) -> &'static str {
        match self.remaining {
            Remaining::Late(_) => "late",
            Remaining::Today(_) => "today",
            Remaining::Soon(_) => "soon",
            Remaining::Far(_) => "far",
        }
    }
}

markup!(DeadlineChip);
