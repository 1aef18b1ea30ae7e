use super::flaws;
use crate::tree::Tree;

fn dead<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
    flaws(&Tree::from(files))
        .into_iter()
        .map(|flaw| flaw.path)
        .collect()
}

#[test]
fn a_rust_file_lives_by_mod_and_dies_without() {
    let found = dead([
        ("crates/a/src/lib.rs", "mod b; // mod ghost;\n"),
        (
            "crates/a/src/b.rs",
            "pub(crate) mod c;\n#[cfg(test)]\nmod tests;\n",
        ),
        ("crates/a/src/b/c.rs", ""),
        ("crates/a/src/b/tests.rs", ""),
        ("crates/a/src/ghost.rs", "mod below;"),
        ("crates/a/src/ghost/below.rs", ""),
        ("crates/a/tests/story.rs", "mod shared;"),
        ("crates/a/tests/shared/mod.rs", "mod deep;"),
        ("crates/a/tests/shared/deep.rs", ""),
    ]);
    assert_eq!(
        found,
        ["crates/a/src/ghost.rs", "crates/a/src/ghost/below.rs"]
    );
}

#[test]
fn an_explicit_path_and_a_fixture_named_by_a_test_are_alive() {
    let found = dead([
        ("crates/a/src/lib.rs", "#[path = \"other/x.rs\"]\nmod x;\n"),
        ("crates/a/src/other/x.rs", ""),
        (
            "crates/a/tests/compile.rs",
            "t.compile_fail(\"tests/refused/*.rs\");",
        ),
        ("crates/a/tests/refused/write.rs", ""),
        ("crates/a/tests/forgotten/write2.rs", ""),
    ]);
    assert_eq!(found, ["crates/a/tests/forgotten/write2.rs"]);
}

#[test]
fn a_root_whose_child_has_its_name_is_read_once() {
    let found = dead([
        (
            "crates/a/examples/plans.rs",
            "#[path = \"../tests/common/plans.rs\"]\nmod plans;\n",
        ),
        ("crates/a/tests/common/plans.rs", ""),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_page_or_picture_nobody_names_is_dead_and_half_a_name_does_not_count() {
    let found = dead([
        (
            "crates/web/src/lib.rs",
            "#[template(path = \"subject/page.html\")] include_bytes!(\"../static/base.css\")",
        ),
        (
            "crates/web/templates/subject/page.html",
            "{% extends \"layout.html\" %}",
        ),
        ("crates/web/templates/layout.html", ""),
        ("crates/web/static/base.css", ""),
        ("crates/web/static/se.css", ""),
        ("crates/web/static/mark.svg", ""),
    ]);
    assert_eq!(
        found,
        ["crates/web/static/mark.svg", "crates/web/static/se.css"]
    );
}
