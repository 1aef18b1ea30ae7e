use super::{OUTSIDE, REGISTER_MARK, flaws};
use crate::tree::Tree;

fn count(text: &str) -> usize {
    flaws(&Tree::from([("crates/a/tests/story.rs", text)])).len()
}

#[test]
fn waiting_for_time_is_found_in_code_only() {
    assert_eq!(
        count("std::thread::sleep(x);\ntokio::time::sleep(y).await;\n"),
        2
    );
    assert_eq!(
        count("// sleep(1)\nlet a = \"sleep(1)\"; fn sleep() {}\nno_sleep(1);\n"),
        0
    );
}

#[test]
fn an_ignored_test_says_why() {
    assert_eq!(count("#[ignore]\nfn a() {}\n"), 1);
    assert_eq!(count("#[ignore = \"needs a projector\"]\nfn a() {}\n"), 0);
}

#[test]
fn what_lies_outside_the_clone_needs_the_register_mark() {
    let reads = format!("let path = \"{OUTSIDE}/x.csv\";\n");
    assert_eq!(count(&reads), 1);
    assert_eq!(
        count(&format!(
            "#[ignore = \"{REGISTER_MARK}: make test-register\"]\n{reads}"
        )),
        0
    );
}

#[test]
fn a_register_test_carries_the_word_by_which_make_finds_it() {
    let test = |name: &str| {
        format!("#[test]\n#[ignore = \"{REGISTER_MARK}: x\"]\nfn {name}() {{}}\nfn other() {{}}\n")
    };
    assert_eq!(count(&test("every_firm_is_read")), 1);
    assert_eq!(count(&test("every_firm_of_the_register_is_read")), 0);
}
