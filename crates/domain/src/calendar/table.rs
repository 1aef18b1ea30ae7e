//! Reading a holiday table: `date,kind,source`, one row per day that is not as Monday to Friday.

use serde::{Deserialize, Serialize};

use crate::refusal::codes;
use crate::text::{FieldError, narrow};
use crate::time::Date;

use super::DayKind;

/// The tables of 2024 to 2026 as printed in the yearly notices; installed, then kept as rows.
pub const SEED_HOLIDAYS: &str = include_str!("../../seed/holidays.csv");

/// One day of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayRow {
    /// The day.
    pub on: Date,
    /// Off, or a weekend on which people work.
    pub kind: DayKind,
    /// The notice it stands in.
    pub source: String,
}

/// Reads a table with its heading.
///
/// # Errors
/// Each line that cannot be read, with its number: `CAL-002` shape, `CAL-003` a day twice,
/// `CAL-004` a day off that is a weekend make-up or the reverse, `DATE-001`, `DATE-002`.
pub fn parse_holidays(text: &str) -> Result<Vec<HolidayRow>, Vec<(usize, FieldError)>> {
    let mut rows: Vec<HolidayRow> = Vec::new();
    let mut errors = Vec::new();
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let heading = lines.next().map(|(_, line)| narrow(line));
    if heading.as_deref() != Some("date,kind,source") {
        errors.push((
            1,
            codes::CALENDAR_ROW.field(&[("text", &heading.unwrap_or_default())]),
        ));
    }
    for (index, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match parse_row(line) {
            Ok(row) if rows.iter().any(|known| known.on == row.on) => {
                errors.push((index + 1, codes::CALENDAR_TWICE.field(&[("day", &row.on)])));
            }
            Ok(row) => rows.push(row),
            Err(error) => errors.push((index + 1, error)),
        }
    }
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(errors)
    }
}

fn parse_row(line: &str) -> Result<HolidayRow, FieldError> {
    let wrong = || codes::CALENDAR_ROW.field(&[("text", &line)]);
    let mut parts = line.splitn(3, ',').map(narrow);
    let (Some(day), Some(kind), Some(source)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let kind = match kind.as_str() {
        "放假" => DayKind::Off,
        "调休上班" | "上班" => DayKind::Work,
        name => DayKind::parse(name).ok_or_else(wrong)?,
    };
    let on = Date::parse_typed(&day)?;
    if source.is_empty() {
        return Err(wrong());
    }
    if kind == DayKind::Work && !on.is_weekend() {
        return Err(codes::CALENDAR_NOT_WEEKEND.field(&[("day", &on)]));
    }
    Ok(HolidayRow { on, kind, source })
}
