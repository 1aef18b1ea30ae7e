//! How much of a term remains, in working days or in days; the chip always says which. Kinds differ in
//! shape and words first, colour third.

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

/// What a term is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Terms of the law and of the rulebook, by the working calendar of the bureau.
    WorkingDay,
    /// Days that a plan or a record names.
    Day,
}

impl Unit {
    fn words(self) -> &'static str {
        match self {
            Self::WorkingDay => "个工作日",
            Self::Day => "日",
        }
    }
}

/// How much of a term is left.
#[doc(alias = "期限")]
#[derive(Debug, Clone, Template)]
#[template(path = "component/deadline.html")]
pub struct DeadlineChip {
    remaining: Remaining,
    unit: Unit,
    term: String,
    page: Option<Address>,
}

impl DeadlineChip {
    /// A chip from the working days left: negative is overdue, up to three is soon.
    /// `term` says start, length, article and skipped days; it stands in `title`.
    #[must_use]
    pub fn from_working_days_left(days: i64, term: impl Into<String>) -> Self {
        Self::counted(days, Unit::WorkingDay, term)
    }

    /// The same from the days left until a date that is fixed, holidays and all.
    #[must_use]
    pub fn from_days_left(days: i64, term: impl Into<String>) -> Self {
        Self::counted(days, Unit::Day, term)
    }

    fn counted(days: i64, unit: Unit, term: impl Into<String>) -> Self {
        let remaining = match days {
            ..0 => Remaining::Late(days.unsigned_abs()),
            0 => Remaining::Today(None),
            1..=3 => Remaining::Soon(days.unsigned_abs()),
            _ => Remaining::Far(days.unsigned_abs()),
        };
        Self {
            remaining,
            unit,
            term: term.into(),
            page: None,
        }
    }

    /// A chip for a clock time of today, such as 14:30.
    #[must_use]
    pub fn today_at(clock: impl Into<String>, term: impl Into<String>) -> Self {
        Self {
            remaining: Remaining::Today(Some(clock.into())),
            unit: Unit::Day,
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

    fn unit(&self) -> &'static str {
        self.unit.words()
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
