use super::*;

#[test]
fn a_clock_that_cannot_be_right_is_refused_by_what_it_shows() {
    let at = |year: i64| Instant::from_unix_ms((year - 1970) * 31_556_952_000 + 15_000_000_000);
    for right in [2026, 2030, 2075] {
        require_clock(at(right)).unwrap();
    }
    for wrong in [1970, 2001, 2076, 2099] {
        let refused = require_clock(at(wrong)).unwrap_err();
        let problem = &refused.problems[0];
        assert_eq!(problem.code, "CLI-105");
        assert!(problem.place.contains(&wrong.to_string()), "{problem:?}");
    }
}

#[test]
fn a_log_that_rested_for_a_month_is_opened_once_somebody_has_compared_the_clock() {
    let now = Date::new(2026, 11, 28).unwrap().at(9, 0);
    let before = |days: i64| Some(now.plus_ms(-days * 86_400_000));
    let refused = |last, accepted| {
        let refused = require_known(last, now, accepted).unwrap_err();
        refused.problems[0].code.clone()
    };
    for rested in [None, before(-400), before(0), before(30)] {
        assert!(require_known(rested, now, None).is_ok());
    }
    assert_eq!(refused(before(31), None), "CLI-107");
    assert!(require_known(before(31), now, Some(now.date())).is_ok());
    // What was written into a script long ago is no comparison.
    let long_ago = Date::new(2026, 11, 20);
    assert_eq!(refused(before(31), long_ago), "CLI-108");
    assert_eq!(refused(before(0), long_ago), "CLI-108");
}
