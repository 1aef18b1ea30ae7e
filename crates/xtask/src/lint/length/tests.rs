use super::flaws;
use crate::tree::Tree;

fn lines(count: usize) -> String {
    "fn a() {}\n".repeat(count)
}

#[test]
fn one_line_over_the_cap_is_too_long_and_store_has_its_own_cap() {
    let (fits, over, sql) = (lines(400), lines(401), lines(500));
    let tree = Tree::from([
        ("crates/a/src/fits.rs", fits.as_str()),
        ("crates/a/src/over.rs", over.as_str()),
        ("crates/store/src/sql.rs", sql.as_str()),
        ("tools/page.js", over.as_str()),
    ]);
    let paths: Vec<String> = flaws(&tree).into_iter().map(|flaw| flaw.path).collect();
    assert_eq!(paths, ["crates/a/src/over.rs", "tools/page.js"]);
}

#[test]
fn tests_do_not_count() {
    let inline = format!(
        "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
        lines(390),
        lines(200)
    );
    let long = lines(900);
    let tree = Tree::from([
        ("crates/a/src/inline.rs", inline.as_str()),
        ("crates/a/src/inline/tests.rs", long.as_str()),
        ("crates/a/tests/story.rs", long.as_str()),
    ]);
    assert_eq!(flaws(&tree), []);
}
