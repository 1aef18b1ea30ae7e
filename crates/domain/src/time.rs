//! Instants and civil dates, both given from outside; this crate never asks what time it is.
//!
//! Instants are unix milliseconds. Dates are the bureau's: Beijing time, +08:00, which has had no
//! daylight saving since 1991, so a fixed offset is exact for every date the law here knows.
//! Deliberately absent: other time zones, leap seconds, a function named `now`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::codes;
use crate::text::FieldError;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Beijing time in milliseconds east of Greenwich.
const BEIJING_MS: i64 = 8 * HOUR_MS;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    /// The moment that many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_ms(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The moment that many seconds after 1970-01-01T00:00:00Z, as written in `reveal-by`.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, as stored and logged.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down, as written in `reveal-by`.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `milliseconds` later (or earlier, if negative); saturates at the ends of time.
    #[must_use]
    pub const fn plus_ms(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// This moment, or the next that is a whole second.
    #[must_use]
    pub const fn next_whole_second(self) -> Self {
        Self(
            self.0
                .saturating_add(999)
                .div_euclid(1000)
                .saturating_mul(1000),
        )
    }

    /// Milliseconds from `earlier` to this moment; negative if `earlier` is later.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The civil date in Beijing at this moment.
    #[must_use]
    pub fn date(self) -> Date {
        Date::from_epoch_day((self.0.saturating_add(BEIJING_MS)).div_euclid(DAY_MS))
    }

    /// `2026-11-23 14:05:09` in Beijing, as printed on papers and screens.
    #[must_use]
    pub fn local_text(self) -> String {
        let second = self.0.saturating_add(BEIJING_MS).rem_euclid(DAY_MS) / 1000;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{} {hour:02}:{minute:02}:{second:02}", self.date())
    }

    /// `14:05` in Beijing: the hour of a day that is known.
    #[must_use]
    pub fn clock_text(self) -> String {
        let minute = self.0.saturating_add(BEIJING_MS).rem_euclid(DAY_MS) / 60_000;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    /// Reads a moment in Beijing as people type it: a date as [`Date::parse_typed`] reads it, a blank, and the time of
    /// day as `9:00` or `21:15:00`.
    ///
    /// # Errors
    /// `DATE-003` when no time of day can be read, `DATE-001` and `DATE-002` of its date.
    pub fn parse_typed(text: &str) -> Result<Self, FieldError> {
        let narrow = crate::text::narrow(text);
        let unreadable = || codes::TIME_UNREADABLE.field(&[("text", &narrow)]);
        let (date, time) = narrow.rsplit_once(' ').ok_or_else(unreadable)?;
        let second = second_of_day(time).ok_or_else(unreadable)?;
        Ok(Date::parse_typed(date)?.start().plus_ms(second * 1000))
    }
}

/// The second of the day of `9:00` or `21:15:00`.
fn second_of_day(time: &str) -> Option<i64> {
    let mut parts = time.split([':', '：']).map(|part| {
        let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| digits)
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let exists = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    exists.then_some((hour * 60 + minute) * 60 + second)
}

/// A civil date of the bureau; written `2026-11-23`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

/// The first and last year in which anything here can happen; outside it a date is a typing error.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

impl Date {
    /// The date, if it exists and its year is between 1900 and 2199.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        if !YEARS.contains(&year) {
            return None;
        }
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// Reads exactly `YYYY-MM-DD`, the stored form.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = &bytes[range];
            part.iter().all(u8::is_ascii_digit).then(|| {
                part.iter()
                    .fold(0_i16, |value, digit| value * 10 + i16::from(digit - b'0'))
            })
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        Self::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
    }

    /// Reads a date as people type it: `2026.11.3`, `20261103`, `2026/11/3`, `2026年11月3日`,
    /// full-width digits, with or without a time of midnight behind it.
    ///
    /// # Errors
    /// `DATE-001` when no date can be read, `DATE-002` when that day does not exist.
    pub fn parse_typed(text: &str) -> Result<Self, FieldError> {
        let narrow = crate::text::narrow(text);
        let unreadable = || codes::DATE_UNREADABLE.field(&[("text", &narrow)]);
        let parts = typed_parts(&narrow).ok_or_else(unreadable)?;
        let missing = || codes::DATE_MISSING_DAY.field(&[("text", &narrow)]);
        let year = i16::try_from(parts[0]).map_err(|_| missing())?;
        let month = i8::try_from(parts[1]).map_err(|_| missing())?;
        let day = i8::try_from(parts[2]).map_err(|_| missing())?;
        Self::new(year, month, day).ok_or_else(missing)
    }

    /// The year, as people count it.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> i8 {
        self.0.month()
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// True on Saturday and Sunday, whatever the holiday notice says.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        use jiff::civil::Weekday::{Saturday, Sunday};
        matches!(self.0.weekday(), Saturday | Sunday)
    }

    /// 星期一 … 星期日.
    #[must_use]
    pub fn weekday_label(self) -> &'static str {
        const LABELS: [&str; 7] = [
            "星期一",
            "星期二",
            "星期三",
            "星期四",
            "星期五",
            "星期六",
            "星期日",
        ];
        LABELS[self.0.weekday().to_monday_zero_offset().unsigned_abs() as usize % 7]
    }

    /// The date `days` later (earlier if negative); saturates at the years this type knows.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_epoch_day(self.epoch_day().saturating_add(days))
    }

    /// The corresponding day `months` later, or the last day of that month (民法典 202).
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let later = self
            .0
            .checked_add(jiff::Span::new().months(months.clamp(-3600, 3600)));
        later.map_or(self, Self::clamped)
    }

    /// The next day.
    #[must_use]
    pub fn tomorrow(self) -> Self {
        self.plus_days(1)
    }

    /// Days from `earlier` to this date.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.epoch_day() - earlier.epoch_day()
    }

    /// The moment this day begins in Beijing, 00:00.
    #[must_use]
    pub fn start(self) -> Instant {
        self.at(0, 0)
    }

    /// The moment this day ends in Beijing, 24:00 (民法典 203).
    #[must_use]
    pub fn end(self) -> Instant {
        Instant(self.start().0 + DAY_MS)
    }

    /// The moment of that hour and minute in Beijing on this day.
    #[must_use]
    pub fn at(self, hour: u8, minute: u8) -> Instant {
        let within = i64::from(hour) * HOUR_MS + i64::from(minute) * 60_000;
        Instant(self.epoch_day() * DAY_MS - BEIJING_MS + within)
    }

    /// `11 月 23 日`, as written in sentences.
    #[must_use]
    pub fn in_sentence(self) -> String {
        format!("{} 月 {} 日", self.month(), self.day())
    }

    fn epoch_day(self) -> i64 {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        // Days are the largest unit `until` yields by default, and both ends are within its range.
        self.0
            .until(epoch)
            .map_or(0, |span| -i64::from(span.get_days()))
    }

    fn from_epoch_day(day: i64) -> Self {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        let day = day.clamp(-60_000, 100_000);
        Self::clamped(epoch.saturating_add(jiff::Span::new().days(day)))
    }

    fn clamped(date: jiff::civil::Date) -> Self {
        let first = jiff::civil::Date::constant(*YEARS.start(), 1, 1);
        let last = jiff::civil::Date::constant(*YEARS.end(), 12, 31);
        Self(date.clamp(first, last))
    }
}

/// Year, month and day of a typed date, not yet checked against the calendar.
fn typed_parts(text: &str) -> Option<[u32; 3]> {
    let head = text
        .trim()
        .trim_end_matches(" 00:00:00")
        .trim_end_matches(" 0:00")
        .trim_end_matches("T00:00:00");
    if head.len() == 8 && head.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |range: std::ops::Range<usize>| head[range].parse().ok();
        return Some([number(0..4)?, number(4..6)?, number(6..8)?]);
    }
    let unified: String = head
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '日')
        .map(|letter| match letter {
            '年' | '月' | '.' | '/' | '。' => '-',
            other => other,
        })
        .collect();
    let mut parts = unified.split('-').map(|part| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    });
    let found = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && found[0] >= 1000).then_some(found)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.year(),
            self.month(),
            self.day()
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Date {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse_iso(&text).ok_or_else(|| format!("{text:?} is not a date YYYY-MM-DD"))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests;
