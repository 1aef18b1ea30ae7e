//! The terms of three years, day by day.

use super::*;

fn calendar() -> WorkCalendar {
    WorkCalendar::new(parse_holidays(SEED_HOLIDAYS).expect("our own table"))
}

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a test writes good dates")
}

/// Event, then the day 2, 3, 7, 10 and 20 working days later.
const VECTORS: [[&str; 6]; 16] = [
    [
        "2024-01-31",
        "2024-02-02",
        "2024-02-04",
        "2024-02-08",
        "2024-02-19",
        "2024-03-04",
    ],
    [
        "2024-02-05",
        "2024-02-07",
        "2024-02-08",
        "2024-02-20",
        "2024-02-23",
        "2024-03-08",
    ],
    [
        "2024-04-26",
        "2024-04-29",
        "2024-04-30",
        "2024-05-09",
        "2024-05-13",
        "2024-05-27",
    ],
    [
        "2024-09-27",
        "2024-09-30",
        "2024-10-08",
        "2024-10-12",
        "2024-10-16",
        "2024-10-30",
    ],
    [
        "2024-09-29",
        "2024-10-08",
        "2024-10-09",
        "2024-10-14",
        "2024-10-17",
        "2024-10-31",
    ],
    [
        "2025-01-20",
        "2025-01-22",
        "2025-01-23",
        "2025-02-05",
        "2025-02-08",
        "2025-02-21",
    ],
    [
        "2025-01-27",
        "2025-02-06",
        "2025-02-07",
        "2025-02-12",
        "2025-02-17",
        "2025-03-03",
    ],
    [
        "2025-09-26",
        "2025-09-29",
        "2025-09-30",
        "2025-10-13",
        "2025-10-16",
        "2025-10-30",
    ],
    [
        "2025-12-31",
        "2026-01-05",
        "2026-01-06",
        "2026-01-12",
        "2026-01-15",
        "2026-01-29",
    ],
    [
        "2026-01-30",
        "2026-02-03",
        "2026-02-04",
        "2026-02-10",
        "2026-02-13",
        "2026-03-05",
    ],
    [
        "2026-02-10",
        "2026-02-12",
        "2026-02-13",
        "2026-02-26",
        "2026-03-02",
        "2026-03-16",
    ],
    [
        "2026-02-14",
        "2026-02-25",
        "2026-02-26",
        "2026-03-03",
        "2026-03-06",
        "2026-03-20",
    ],
    [
        "2026-04-30",
        "2026-05-07",
        "2026-05-08",
        "2026-05-13",
        "2026-05-18",
        "2026-06-01",
    ],
    [
        "2026-09-18",
        "2026-09-21",
        "2026-09-22",
        "2026-09-29",
        "2026-10-09",
        "2026-10-22",
    ],
    [
        "2026-09-30",
        "2026-10-09",
        "2026-10-10",
        "2026-10-15",
        "2026-10-20",
        "2026-11-03",
    ],
    [
        "2026-11-23",
        "2026-11-25",
        "2026-11-26",
        "2026-12-02",
        "2026-12-07",
        "2026-12-21",
    ],
];

#[test]
fn the_working_day_vectors_hold() {
    let calendar = calendar();
    for row in VECTORS {
        for (count, due) in [2, 3, 7, 10, 20].into_iter().zip(&row[1..]) {
            let term = calendar
                .working_days_after(date(row[0]), count)
                .expect("a short term");
            assert_eq!(term.due, date(due), "{} + {count}", row[0]);
            assert!(!term.is_provisional(), "{} + {count}", row[0]);
            assert_eq!(
                calendar.working_days_between(term.event, term.due),
                i64::from(count)
            );
            assert_eq!(
                calendar.working_days_between(term.due, term.event),
                -i64::from(count)
            );
        }
    }
}

#[test]
fn the_years_have_their_official_number_of_working_days() {
    let calendar = calendar();
    for (year, days) in [(2024, 251), (2025, 248), (2026, 248)] {
        let first = Date::new(year, 1, 1).expect("a date").plus_days(-1);
        let last = Date::new(year, 12, 31).expect("a date");
        assert_eq!(calendar.working_days_between(first, last), days, "{year}");
        assert!(calendar.knows(year));
    }
}

#[test]
fn calendar_periods_move_behind_the_rest() {
    let calendar = calendar();
    for (event, days, counted, rolled) in [
        ("2024-09-16", 15, "2024-10-01", "2024-10-08"),
        ("2025-09-18", 15, "2025-10-03", "2025-10-09"),
        ("2026-02-01", 15, "2026-02-16", "2026-02-24"),
        ("2026-07-05", 90, "2026-10-03", "2026-10-08"),
        ("2025-11-19", 90, "2026-02-17", "2026-02-24"),
    ] {
        let period = calendar.calendar_days_after(date(event), days);
        assert_eq!(
            (period.counted, period.rolled),
            (date(counted), date(rolled)),
            "{event}"
        );
    }
    let months = calendar.months_after(date("2026-07-02"), 3);
    assert_eq!(
        (months.counted, months.rolled),
        (date("2026-10-02"), date("2026-10-08"))
    );
}

#[test]
fn every_skipped_day_says_why() {
    let term = calendar()
        .working_days_after(date("2025-09-26"), 3)
        .expect("a short term");
    assert_eq!(term.due, date("2025-09-30"));
    assert_eq!(term.made_up, [date("2025-09-28")]);
    assert_eq!(term.skipped.len(), 1);
    assert_eq!(term.skipped[0].why, "星期六");
    let feast = calendar()
        .working_days_after(date("2025-09-30"), 1)
        .expect("a short term");
    assert_eq!(feast.skipped.len(), 8);
    assert!(
        feast.skipped[0].why.contains("2025年"),
        "{}",
        feast.skipped[0].why
    );
}

#[test]
fn a_year_without_a_table_makes_the_term_provisional() {
    let term = calendar()
        .working_days_after(date("2026-12-25"), 10)
        .expect("a short term");
    assert_eq!(term.provisional_years, [2027]);
    assert_eq!(term.label(), "2027-01-08（暂定）");
    let within = calendar()
        .working_days_after(date("2026-12-25"), 4)
        .expect("a short term");
    assert_eq!(within.label(), "2026-12-31");
    assert_eq!(
        calendar()
            .calendar_days_after(date("2026-12-25"), 15)
            .provisional_years,
        [2027]
    );
}

#[test]
fn a_later_notice_replaces_an_earlier_day() {
    let mut rows = parse_holidays(SEED_HOLIDAYS).expect("our own table");
    rows.push(HolidayRow {
        on: date("2026-11-24"),
        kind: DayKind::Off,
        source: "防汛停工通知".to_owned(),
    });
    let term = WorkCalendar::new(rows)
        .working_days_after(date("2026-11-23"), 2)
        .expect("short");
    assert_eq!(
        term.due,
        date("2026-11-26"),
        "one day later than without the notice"
    );
}

#[test]
fn a_term_of_no_days_ends_on_its_day_and_an_absurd_one_is_refused() {
    let calendar = calendar();
    let none = calendar
        .working_days_after(date("2026-10-03"), 0)
        .expect("nothing to count");
    assert_eq!(none.due, date("2026-10-03"));
    assert_eq!(none.ends_at().local_text(), "2026-10-04 00:00:00");
    let absurd = calendar
        .working_days_after(date("2026-10-03"), u32::MAX)
        .expect_err("absurd");
    assert_eq!(absurd.code, "CAL-001");
    let beyond = calendar
        .working_days_after(date("2199-12-01"), 60)
        .expect_err("no more years");
    assert_eq!(beyond.code, "CAL-001");
}

#[test]
fn a_bad_table_names_each_line() {
    let text = "date,kind,source\n2027-01-01,off,某通知\n2027-01-01,off,某通知\n\
                2027-13-01,off,某通知\n2027-01-04,work,某通知\n2027-02-01,closed,某通知\n2027-02-02,off\n";
    let errors = parse_holidays(text).expect_err("a bad table");
    let found: Vec<(usize, &str)> = errors
        .iter()
        .map(|(line, error)| (*line, error.code))
        .collect();
    assert_eq!(
        found,
        [
            (3, "CAL-003"),
            (4, "DATE-002"),
            (5, "CAL-004"),
            (6, "CAL-002"),
            (7, "CAL-002")
        ]
    );
    assert_eq!(parse_holidays("日期\n").expect_err("no heading")[0].0, 1);
}

#[test]
fn a_typed_table_is_understood() {
    let text = "\u{feff}date,kind,source\n2027年1月1日,放假,某通知\n2027-01-03,上班,某通知\n";
    let rows = parse_holidays(text).expect("a table in words");
    assert_eq!(rows[1].kind, DayKind::Work);
}
