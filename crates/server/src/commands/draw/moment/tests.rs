//! What is a time and what is none.

use super::{beijing, local, stated};

#[test]
fn a_time_in_beijing_is_read_and_said_again() {
    let seconds = beijing("2026-12-01 09:30");
    assert_eq!(seconds, Some(1_796_088_600));
    assert_eq!(local(1_796_088_600), "2026-12-01 09:30:00");
    assert_eq!(stated("1796088600"), Ok(1_796_088_600));
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2026-12-01",
        "2026-12-01 24:00",
        "2026-12-01 09:60",
        "2026-02-30 09:30",
        "2026-12-01T09:30",
        "2026-12-01 +9:30",
        "10000000000",
        "-1",
    ] {
        assert!(stated(text).is_err(), "{text}");
    }
}
