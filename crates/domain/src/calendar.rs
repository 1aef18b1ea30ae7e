//! Working days and calendar periods, from dated holiday tables that are data.
//!
//! Law: the day of the event is not counted (民法典 201), a term ends at 24:00 of its last day
//! (203), a calendar period that ends on a rest day ends on the first day after the rest; make-up
//! weekends are working days (F-4.4). A year without a table is computed by weekends alone and the
//! answer is called 暂定 until the table is imported (F-4.6).
//!
//! Deliberately absent: holidays as code, half-day holidays (they do not close the bureau), and
//! “today”.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::refusal::{Fact, codes};
use crate::text::FieldError;
use crate::time::{Date, Instant};

mod table;

pub use table::{HolidayRow, SEED_HOLIDAYS, parse_holidays};

closed_list! {
    /// How a day deviates from Monday-to-Friday work.
    enum DayKind {
        Off = "off", "放假";
        Work = "work", "调休上班";
    }
}

/// Why a day was not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The day.
    pub on: Date,
    /// Why, in Chinese: the notice it follows, or the weekend.
    pub why: String,
}

/// A term with its reckoning, so that a person can check it.
#[doc(alias = "工作日")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The day of the event; not counted.
    pub event: Date,
    /// The last day of the term.
    pub due: Date,
    /// The days that were not counted, in order.
    pub skipped: Vec<Skipped>,
    /// Weekend days that were counted because they are make-up working days.
    pub made_up: Vec<Date>,
    /// Years without a table; if any, the term is 暂定 and is reckoned again after the import.
    pub provisional_years: Vec<i16>,
}

impl Deadline {
    /// The moment the term ends: 24:00 in Beijing.
    #[must_use]
    pub fn ends_at(&self) -> Instant {
        self.due.end()
    }

    /// True if a year of the term has no holiday table yet.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        !self.provisional_years.is_empty()
    }

    /// `2026-12-07`, or `2026-12-07（暂定）`.
    #[must_use]
    pub fn label(&self) -> String {
        if self.is_provisional() {
            format!("{}（暂定）", self.due)
        } else {
            self.due.to_string()
        }
    }
}

/// The last day of a calendar period, before and after it moves behind a rest day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarPeriod {
    /// The last day as counted; an authority's own limit is watched on this one (F-4.3).
    pub counted: Date,
    /// The last day in law: the first working day on or after it (民法典 203).
    pub rolled: Date,
    /// Years without a table.
    pub provisional_years: Vec<i16>,
}

/// The tables in force.
#[derive(Clone, Debug, Default)]
pub struct WorkCalendar {
    days: BTreeMap<Date, (DayKind, String)>,
}

/// More than any term of the law; keeps a typing error from running through centuries.
const LONGEST: u32 = 2000;

impl WorkCalendar {
    /// The calendar of these rows; a later row of the same day replaces the earlier (F-4.7).
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = HolidayRow>) -> Self {
        Self {
            days: rows
                .into_iter()
                .map(|row| (row.on, (row.kind, row.source)))
                .collect(),
        }
    }

    /// True if the year has a table: every yearly notice contains New Year's Day.
    #[must_use]
    pub fn knows(&self, year: i16) -> bool {
        Date::new(year, 1, 1).is_some_and(|day| self.days.contains_key(&day))
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn is_working(&self, day: Date) -> bool {
        match self.days.get(&day) {
            Some((kind, _)) => *kind == DayKind::Work,
            None => !day.is_weekend(),
        }
    }

    /// Why a day is not a working day.
    fn why_off(&self, day: Date) -> String {
        match self.days.get(&day) {
            Some((_, source)) => format!("放假：{source}"),
            None => day.weekday_label().to_owned(),
        }
    }

    /// The day `count` working days after the event, with its reckoning.
    ///
    /// # Errors
    /// `CAL-001` for more than 2,000 days or a term beyond the years of the calendar.
    pub fn working_days_after(&self, event: Date, count: u32) -> Result<Deadline, FieldError> {
        if count > LONGEST {
            return Err(codes::CALENDAR_TOO_LONG.field(&[("count", &count), ("limit", &LONGEST)]));
        }
        let mut deadline = Deadline {
            event,
            due: event,
            skipped: Vec::new(),
            made_up: Vec::new(),
            provisional_years: Vec::new(),
        };
        let mut left = count;
        while left > 0 {
            let day = deadline.due.tomorrow();
            if day == deadline.due {
                let facts: [Fact<'_>; 2] = [("count", &count), ("limit", &LONGEST)];
                return Err(codes::CALENDAR_TOO_LONG.field(&facts));
            }
            deadline.due = day;
            note_year(&mut deadline.provisional_years, self, day);
            if self.is_working(day) {
                left -= 1;
                if day.is_weekend() {
                    deadline.made_up.push(day);
                }
            } else {
                deadline.skipped.push(Skipped {
                    on: day,
                    why: self.why_off(day),
                });
            }
        }
        Ok(deadline)
    }

    /// The end of a period of `days` calendar days after the event.
    #[must_use]
    pub fn calendar_days_after(&self, event: Date, days: u32) -> CalendarPeriod {
        self.rolled(event.plus_days(i64::from(days)))
    }

    /// The end of a period of `months` after the event (民法典 202).
    #[must_use]
    pub fn months_after(&self, event: Date, months: u16) -> CalendarPeriod {
        self.rolled(event.plus_months(i32::from(months)))
    }

    fn rolled(&self, counted: Date) -> CalendarPeriod {
        let mut provisional_years = Vec::new();
        let mut rolled = counted;
        note_year(&mut provisional_years, self, rolled);
        while !self.is_working(rolled) && rolled.tomorrow() != rolled {
            rolled = rolled.tomorrow();
            note_year(&mut provisional_years, self, rolled);
        }
        CalendarPeriod {
            counted,
            rolled,
            provisional_years,
        }
    }

    /// Working days from the day after `from` to `until`; negative once `until` has passed.
    #[must_use]
    pub fn working_days_between(&self, from: Date, until: Date) -> i64 {
        let (first, last, sign) = if until >= from {
            (from, until, 1)
        } else {
            (until, from, -1)
        };
        let mut day = first;
        let mut count = 0;
        while day < last {
            day = day.tomorrow();
            count += i64::from(self.is_working(day));
        }
        count * sign
    }
}

fn note_year(years: &mut Vec<i16>, calendar: &WorkCalendar, day: Date) {
    let year = day.year();
    if !calendar.knows(year) && !years.contains(&year) {
        years.push(year);
    }
}

#[cfg(test)]
mod tests;
