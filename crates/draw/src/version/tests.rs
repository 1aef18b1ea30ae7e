//! What `shuang/2` narrows, and that `shuang/1` stays as wide as it was.

use super::*;

/// Whether a version reads a text: one closure per rule.
type Reads = fn(Version, &str) -> bool;

#[test]
fn shuang_2_is_narrower_than_shuang_1_exactly_where_it_says_so() {
    let name: Reads = |v, text| v.name(text).is_ok();
    let dashed: Reads = |v, text| v.dashed(text).is_ok();
    let stratum: Reads = |v, text| v.stratum(text).is_ok();
    let status: Reads = |v, text| v.status(text).is_ok();
    let count: Reads = |v, text| v.count(text).is_ok();
    let time: Reads = |v, text| v.time(text).is_ok();
    let rate: Reads = |v, text| v.rate(text).is_ok();
    let cases: &[(Reads, &str, bool, bool)] = &[
        (name, "F001", true, true),
        (name, "0.x_-", true, true),
        (name, "-", true, false),
        (name, "-x", true, false),
        (name, ".x", true, false),
        (name, "_x", true, false),
        (name, "甲", false, false),
        (dashed, "-", true, true),
        (dashed, "--", true, false),
        (stratum, "A", true, true),
        (stratum, "x:A", true, true),
        (stratum, "-", true, false),
        (stratum, "-:A", true, false),
        (stratum, "x:-", true, false),
        (stratum, "x:y:A", false, false),
        (status, "draw", true, true),
        (status, "must:complaint", true, true),
        (status, "must:-", true, false),
        (status, "skip:.x", true, false),
        (count, "99999999", true, true),
        (count, "100000000", true, false),
        (count, "0100", false, false),
        (time, "9999999999", true, true),
        (time, "10000000000", true, false),
        (rate, "1/1000000", true, true),
        (rate, "1/1000001", true, false),
        (rate, "2/1", false, false),
    ];
    for (reads, text, one, two) in cases {
        assert_eq!(reads(Version::One, text), *one, "shuang/1 {text}");
        assert_eq!(reads(Version::Two, text), *two, "shuang/2 {text}");
    }
}

#[test]
fn a_record_says_its_version_in_its_first_line() {
    assert_eq!(Version::of(b"shuang/1 freeze\n"), Some(Version::One));
    assert_eq!(Version::of(b"shuang/2 void\n"), Some(Version::Two));
    assert_eq!(Version::of(b"shuang-seed/2\n"), Some(Version::Two));
    assert_eq!(Version::of(b"shuang/3 freeze\n"), None);
    assert_eq!(Version::of(b"shuang/20 freeze\n"), None);
}
