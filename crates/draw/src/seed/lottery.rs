//! Which issue of a lottery is drawn when (§3.5): three days a week, numbered anew each year.
//!
//! Deliberately absent: the closures of the market, which leave draw days out and are announced each year; so a number
//! can be held against a day within bounds only, and whether an issue was drawn after FREEZE is for whoever reads its
//! notice.

/// Seconds from UTC to the time of Beijing.
const BEIJING: u64 = 8 * 3600;
const DAY: u64 = 24 * 3600;
/// From when on a draw day counts as drawn, in seconds from its beginning: no ticket is sold after eight in the evening.
const DRAWN_FROM: u64 = 20 * 3600;

/// How many draw days closures of the market may have left out of a year: 23 in 2020, the most so far.
pub const MOST_LEFT_OUT: u64 = 40;

/// A lottery the protocol knows.
#[derive(Debug, PartialEq, Eq)]
pub struct Lottery {
    /// Its name in the records.
    pub source: &'static str,
    /// How many digits of an issue name the year; three more number it within the year.
    year_digits: usize,
    /// On which days it draws, from Sunday as 0.
    draws_on: [u64; 3],
}

const LOTTERIES: [Lottery; 2] = [
    // 双色球
    Lottery {
        source: "cwl-ssq",
        year_digits: 4,
        draws_on: [0, 2, 4],
    },
    // 大乐透
    Lottery {
        source: "tc-dlt",
        year_digits: 2,
        draws_on: [1, 3, 6],
    },
];

/// An issue by its year, as far as it is written, and its number in the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The year with the digits the lottery writes.
    pub year: u64,
    /// From 1.
    pub number: u64,
}

impl Lottery {
    /// The lottery of that name.
    #[must_use]
    pub fn named(source: &str) -> Option<&'static Self> {
        LOTTERIES.iter().find(|lottery| lottery.source == source)
    }

    /// The one whose name differs from this one in case only.
    #[must_use]
    pub fn respelled(source: &str) -> Option<&'static Self> {
        LOTTERIES
            .iter()
            .find(|lottery| source != lottery.source && source.eq_ignore_ascii_case(lottery.source))
    }

    /// How many digits an issue has.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.year_digits + 3
    }

    /// An issue as it is written: year first.
    #[must_use]
    pub fn issue(&self, round: &str) -> Option<Issue> {
        let is_written = round.len() == self.digits() && round.bytes().all(|c| c.is_ascii_digit());
        let (year, number) = is_written.then(|| round.split_at(self.year_digits))?;
        Some(Issue {
            year: year.parse().ok()?,
            number: number.parse().ok()?,
        })
    }

    /// Of an issue that may have been drawn at `time` (unix seconds), if closures have left out at most so many draw days
    /// of the year: the first one that cannot have been, as it is written.
    #[must_use]
    pub fn first_undrawn(&self, issue: Issue, time: u64, left_out: u64) -> Option<String> {
        let drawn = self.draw_days(time.saturating_sub(DRAWN_FROM));
        let is_past = issue.year == drawn.year && issue.number + left_out <= drawn.number;
        (is_past || issue.year < drawn.year).then(|| {
            let number = (drawn.number + 1).saturating_sub(left_out).max(1);
            self.written(Issue { number, ..drawn })
        })
    }

    /// The same back: as it is written.
    #[must_use]
    pub fn written(&self, issue: Issue) -> String {
        format!(
            "{:0digits$}{:03}",
            issue.year,
            issue.number,
            digits = self.year_digits
        )
    }

    /// The year of the day of `time` (unix seconds) in Beijing as an issue writes it, and how many draw days it had until
    /// that day, which counts: the greatest number an issue drawn by then can have.
    #[must_use]
    pub fn draw_days(&self, time: u64) -> Issue {
        let day = (time + BEIJING) / DAY;
        let (year, first) = year_of(day);
        // 1 January 1970 was a Thursday.
        let draws = (first..=day).filter(|day| self.draws_on.contains(&((day + 4) % 7)));
        let written = match self.year_digits {
            2 => year % 100,
            _ => year,
        };
        Issue {
            year: written,
            number: draws.count() as u64,
        }
    }
}

/// The year of a day since 1970, and its first day.
fn year_of(day: u64) -> (u64, u64) {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut year, mut first) = (1970, 0);
    loop {
        let next = first + if leap(year) { 366 } else { 365 };
        if day < next {
            return (year, first);
        }
        (year, first) = (year + 1, next);
    }
}

#[cfg(test)]
mod tests;
