//! Dates as people type them, and the border between two Beijing days.

use super::*;

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a test writes good dates")
}

#[test]
fn a_typed_date_is_understood_in_every_usual_spelling() {
    for text in [
        "2026-11-03",
        "2026.11.3",
        "20261103",
        "2026-11-3",
        "2026/11/03",
        "2026年11月3日",
        "２０２６年１１月０３日",
        " 2026 年 11 月 3 日 ",
        "2026-11-03 00:00:00",
    ] {
        assert_eq!(Date::parse_typed(text), Ok(date("2026-11-03")), "{text}");
    }
}

#[test]
fn a_date_that_cannot_be_is_named() {
    for (text, code) in [
        ("2026-02-29", "DATE-002"),
        ("20261301", "DATE-002"),
        ("1026-01-01", "DATE-002"),
        ("46329", "DATE-001"),
        ("11-03-2026", "DATE-001"),
        ("昨天", "DATE-001"),
        ("", "DATE-001"),
        ("2026-11-03-1", "DATE-001"),
    ] {
        let error = Date::parse_typed(text).expect_err(text);
        assert_eq!(error.code, code, "{text}");
    }
}

#[test]
fn stored_dates_have_one_spelling() {
    for text in [
        "2026-1-1",
        "20260101",
        " 2026-01-01",
        "2026-01-01 ",
        "2026-13-01",
        "２026-01-01",
    ] {
        assert_eq!(Date::parse_iso(text), None, "{text}");
    }
}

#[test]
fn the_day_changes_at_midnight_in_beijing() {
    let midnight = Instant::from_unix_ms(1_795_363_200_000);
    assert_eq!(midnight.local_text(), "2026-11-23 00:00:00");
    assert_eq!(midnight.plus_ms(-1).local_text(), "2026-11-22 23:59:59");
    assert_eq!(date("2026-11-23").start(), midnight);
    assert_eq!(date("2026-11-22").end(), midnight);
    assert_eq!(
        date("2026-11-23").at(14, 5).local_text(),
        "2026-11-23 14:05:00"
    );
}

#[test]
fn every_day_of_two_centuries_reads_back() {
    let mut day = date("1900-01-01");
    let last = date("2199-12-31");
    while day < last {
        assert_eq!(Date::parse_iso(&day.to_string()), Some(day));
        assert_eq!(day.start().date(), day);
        assert_eq!(day.end().plus_ms(-1).date(), day);
        let next = day.tomorrow();
        assert_eq!(next.days_since(day), 1);
        day = next;
    }
    assert_eq!(last.tomorrow(), last, "the calendar ends, it does not wrap");
}

#[test]
fn months_end_where_the_civil_code_says() {
    assert_eq!(date("2026-01-31").plus_months(1), date("2026-02-28"));
    assert_eq!(date("2026-11-23").plus_months(3), date("2027-02-23"));
    assert_eq!(date("2026-11-23").weekday_label(), "星期一");
    assert!(date("2026-11-22").is_weekend());
}

#[test]
fn absurd_instants_do_not_panic() {
    for ms in [i64::MIN, i64::MAX, 0, -1] {
        let _ = Instant::from_unix_ms(ms).local_text();
    }
}

#[test]
fn a_moment_is_read_as_people_type_it() {
    let nine = date("2026-11-03").at(9, 0);
    for text in [
        "2026-11-03 09:00",
        "2026.11.3 9:00",
        " 2026年11月3日　9：00 ",
        "２０２６１１０３ ０９:００:００",
    ] {
        assert_eq!(Instant::parse_typed(text), Ok(nine), "{text}");
    }
    let evening = Instant::parse_typed("2026-11-03 21:15:30").expect("a moment");
    assert_eq!(evening.local_text(), "2026-11-03 21:15:30");
    let code = |text: &str| Instant::parse_typed(text).expect_err(text).code;
    for text in [
        "",
        "2026-11-03",
        "2026-11-03 9",
        "2026-11-03 24:00",
        "2026-11-03 9:60",
        "2026-11-03 9:00:00:00",
        "2026-11-03 +9:00",
    ] {
        assert_eq!(code(text), "DATE-003", "{text}");
    }
    assert_eq!(code("2026-02-30 09:00"), "DATE-002");
    assert_eq!(code("明天 09:00"), "DATE-001");
}
