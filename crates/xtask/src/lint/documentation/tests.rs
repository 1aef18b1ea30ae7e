use super::flaws;
use crate::tree::Tree;

#[test]
fn a_file_without_guide_and_one_that_repeats_its_name_are_named() {
    let tree = Tree::from([
        ("crates/a/src/lib.rs", "//! a\n"),
        (
            "crates/a/src/b.rs",
            "fn b() {}\n//! too late to be a guide, however long it may be\n",
        ),
        (
            "crates/a/src/c.rs",
            "//! What the third article says about frames, and what is absent.\n",
        ),
    ]);
    let paths: Vec<String> = flaws(&tree).into_iter().map(|flaw| flaw.path).collect();
    assert_eq!(paths, ["crates/a/src/b.rs", "crates/a/src/lib.rs"]);
}

#[test]
fn integration_tests_need_a_guide_but_sibling_tests_and_fixtures_do_not() {
    let tree = Tree::from([
        ("crates/a/tests/story.rs", "fn x() {}"),
        ("crates/a/tests/refused/write.rs", "fn x() {}"),
        ("crates/a/src/b/tests.rs", "fn x() {}"),
    ]);
    let found = flaws(&tree);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "crates/a/tests/story.rs");
}
