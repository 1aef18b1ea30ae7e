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
