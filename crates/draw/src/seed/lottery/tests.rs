//! Draw days against the calendar, and issues as they are written.

use super::{Issue, Lottery};

/// 24 November 2026, a Tuesday, 21:15 in Beijing.
const TUESDAY: u64 = 1_795_526_100;

fn named(source: &str) -> &'static Lottery {
    Lottery::named(source).expect("the protocol knows it")
}

#[test]
fn a_year_counts_its_draw_days_in_beijing() {
    let (ssq, dlt) = (named("cwl-ssq"), named("tc-dlt"));
    let of = |year, number| Issue { year, number };
    // 2026 began on a Thursday, on which 双色球 draws.
    let new_year = 1_767_196_800;
    assert_eq!(ssq.draw_days(new_year), of(2026, 1));
    assert_eq!(ssq.draw_days(new_year - 1).year, 2025, "a second before");
    assert_eq!(dlt.draw_days(new_year), of(26, 0), "that one on Saturday");
    assert_eq!(ssq.draw_days(TUESDAY), of(2026, 141));
    assert_eq!(dlt.draw_days(TUESDAY), of(26, 140));
    assert_eq!(dlt.written(of(26, 7)), "26007");
    // 29 February 2024 was a Thursday: the ninth, behind nine Tuesdays and eight Sundays.
    assert_eq!(ssq.draw_days(1_709_200_000), of(2024, 26));
}

#[test]
fn an_issue_is_written_with_its_year_first() {
    let (ssq, dlt) = (named("cwl-ssq"), named("tc-dlt"));
    let number = 98;
    assert_eq!(ssq.issue("2023098"), Some(Issue { year: 2023, number }));
    assert_eq!(dlt.issue("23098"), Some(Issue { year: 23, number }));
    for none in ["23098", "2023098 ", "20230980", "202309a", ""] {
        assert_eq!(ssq.issue(none), None, "{none}");
    }
}
