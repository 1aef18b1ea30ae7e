use super::table;
use crate::tree::Tree;

#[test]
fn the_table_counts_production_and_tests_apart() {
    let source = "fn a() {}\n".repeat(10);
    let tests = "fn t() {}\n".repeat(15);
    let tree = Tree::from([
        ("crates/draw/src/lib.rs", source.as_str()),
        ("crates/draw/src/lib/tests.rs", tests.as_str()),
    ]);
    let table = table(&tree);
    let row: Vec<&str> = table
        .lines()
        .nth(1)
        .expect("one crate")
        .split_whitespace()
        .collect();
    assert_eq!(row, ["draw", "1", "10", "10", "10", "10", "15", "150%"]);
}

#[test]
fn a_crate_of_tests_only_does_not_divide_by_zero() {
    let tree = Tree::from([("crates/a/tests/story.rs", "fn t() {}\n")]);
    assert!(table(&tree).contains("0%"));
}
