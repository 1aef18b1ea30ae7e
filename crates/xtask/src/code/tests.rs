use super::{production_lines, segments, tokens, without_text};

#[test]
fn comments_and_literals_vanish_but_lines_and_columns_stay() {
    let source =
        "let a = \"sleep(1)\"; // sleep(2)\nlet b = 'x'; /* sleep(3) /* nested */ */ sleep(4);\n";
    let code = without_text(source);
    assert_eq!(code.matches("sleep").count(), 1);
    assert_eq!(code.len(), source.len());
    assert_eq!(code.find("sleep(4)"), source.find("sleep(4)"));
}

#[test]
fn raw_strings_escapes_lifetimes_and_chinese_are_understood() {
    let code = without_text("r#\"a \" b\"# '\\'' '明' 'a \"q\\\"q\" &'static str br\"x\" r#type");
    assert_eq!(
        code.split_whitespace().collect::<Vec<_>>(),
        ["'a", "&'static", "str", "b", "r#type"]
    );
}

#[test]
fn lines_of_an_inline_test_module_are_not_production() {
    let source =
        "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() { let _ = \"}\"; }\n}\nfn c() {}\n";
    assert_eq!(production_lines(source), 3);
    assert_eq!(production_lines("#[cfg(test)]\nmod tests;\nfn a() {}\n"), 1);
}

#[test]
fn names_fall_into_lower_case_parts() {
    assert_eq!(segments("FrameFrozen"), ["frame", "frozen"]);
    assert_eq!(segments("freeze_frame_2"), ["freeze", "frame", "2"]);
    assert_eq!(segments("MAX_USERS"), ["max", "users"]);
    assert_eq!(segments("UTF8Reader").len(), 2);
}

#[test]
fn tokens_carry_their_line() {
    assert_eq!(
        tokens("pub fn\n a(b)"),
        [
            (1, "pub"),
            (1, "fn"),
            (2, "a"),
            (2, "("),
            (2, "b"),
            (2, ")")
        ]
    );
}
