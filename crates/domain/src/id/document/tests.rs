use super::*;

#[test]
fn a_number_is_written_and_read_in_one_way() {
    let letters = OfficeLetters::parse("样城检字").unwrap();
    for (year, number, text) in [
        (2026, 1, "样城检字〔2026〕1号"),
        (2026, 13, "样城检字〔2026〕13号"),
        (2027, 10_000, "样城检字〔2027〕10000号"),
    ] {
        let composed = DocumentNo::compose(letters.clone(), year, number).unwrap();
        assert_eq!(composed.to_string(), text);
        assert_eq!(DocumentNo::parse(text), Ok(composed));
    }
}

#[test]
fn what_only_looks_like_a_number_is_refused() {
    for text in [
        "",
        "样城检字",
        "〔2026〕1号",
        "样城检字[2026]1号",
        "样城检字（2026）1号",
        "样城检字〔26〕1号",
        "样城检字〔2026〕0号",
        "样城检字〔2026〕01号",
        "样城检字〔2026〕第1号",
        "样城检字〔2026〕+1号",
        "样城检字〔2026〕1",
        "样城检字〔2026〕1号 ",
        "样城 检字〔2026〕1号",
        "样城检字9〔2026〕1号",
    ] {
        assert!(DocumentNo::parse(text).is_err(), "{text}");
    }
    assert!(OfficeLetters::parse(&"字".repeat(21)).is_err());
}
