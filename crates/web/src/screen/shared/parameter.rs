//! The parameters of a rulebook as the workbench and the portal show them: a choice by its meaning and
//! not by the word it is stored under, and beside each value how it came to hold.

use domain::rulebook::ParameterReading;

use crate::component::{Cell, Column, EmptyState, Row, Table};

/// Every parameter with its value, its meaning and on what it rests.
#[must_use]
pub fn parameter_table(readings: &[ParameterReading], empty: EmptyState) -> Table {
    let columns = vec![
        Column::words("参数"),
        Column::words("取值").labelled(),
        Column::words("依据").labelled(),
    ];
    let rows = readings.iter().map(|reading| {
        let value = Cell::new(reading.shown.as_deref().unwrap_or("—"));
        Row::new(vec![
            Cell::new(reading.label.as_str()).with_context(reading.key.as_str()),
            match &reading.mark {
                Some(mark) => value.with_context(mark.as_str()),
                None => value,
            },
            Cell::new(reading.basis.as_str()),
        ])
    });
    Table::new("实施细则参数", columns, rows.collect(), empty)
}

#[cfg(test)]
mod tests {
    use domain::rulebook::{RulebookFile, SEED_RULEBOOK};

    #[test]
    fn no_value_of_the_seed_is_shown_as_a_code_word() {
        let file = RulebookFile::parse(SEED_RULEBOOK).expect("our own file");
        for reading in file.readings() {
            let shown = reading.shown.expect("a value that holds");
            let spoken = !shown.is_ascii();
            let number = shown
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'/');
            assert!(spoken || number, "{}: {shown}", reading.key);
        }
    }
}
