use super::*;

#[test]
fn thousands_are_set_off_and_small_counts_stay_as_they_are() {
    let printed: Vec<String> = [0, 37, 999, 1_000, 1_248, 1_000_000, u64::MAX]
        .map(thousands)
        .into();
    assert_eq!(
        printed,
        [
            "0",
            "37",
            "999",
            "1,000",
            "1,248",
            "1,000,000",
            "18,446,744,073,709,551,615"
        ]
    );
}

#[test]
fn last_four_digits_skip_letters_and_dashes() {
    assert_eq!(last_four_digits("411200-CG-2026-0007"), "0007");
    assert_eq!(last_four_digits("20260007-2"), "0072");
    assert_eq!(last_four_digits("7"), "7");
    assert_eq!(last_four_digits("抽查"), "");
}

#[test]
fn a_digest_is_shown_short_and_whole_without_losing_a_digit() {
    let digest = Digest::of_bytes(&std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap()));
    assert_eq!(digest.short(), "0007 0e15 … d2d9");
    assert_eq!(digest.groups().collect::<String>(), digest.as_str());
    assert_eq!(Digest::parse(digest.as_str()), Ok(digest));
}

#[test]
fn a_digest_in_capitals_cut_or_with_chinese_digits_is_refused() {
    for wrong in [
        "A".repeat(64),
        "a".repeat(63),
        "a".repeat(65),
        "０".repeat(64),
        String::new(),
    ] {
        assert!(Digest::parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn typed_text_cannot_leave_its_segment_or_its_parameter() {
    let address = Address::fixed("/w/subjects")
        .child("../a/b?c#d")
        .query([("q", "甲&乙=1 #<>"), ("状态", "检查中")]);
    assert_eq!(
        address.as_str(),
        "/w/subjects/..%2Fa%2Fb%3Fc%23d?q=%E7%94%B2%26%E4%B9%99%3D1+%23%3C%3E&%E7%8A%B6%E6%80%81=%E6%A3%80%E6%9F%A5%E4%B8%AD"
    );
    assert_eq!(Address::fixed("/w").child("..").as_str(), "/w/%2E%2E");
}

#[test]
fn a_return_address_stays_on_this_site() {
    assert!(Address::returning("/w/campaigns?state=drawn").is_ok());
    for wrong in [
        "//example.org",
        "https://example.org",
        "/\\example.org",
        "javascript:alert(1)",
        "",
        "/w\r\nSet-Cookie: a",
    ] {
        assert_eq!(Address::returning(wrong), Err(AddressError), "{wrong}");
    }
}

#[test]
fn a_page_elsewhere_must_be_https() {
    assert!(Address::elsewhere("https://example.org/law?id=1").is_ok());
    for wrong in [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://a b",
    ] {
        assert!(Address::elsewhere(wrong).is_err(), "{wrong}");
    }
}
