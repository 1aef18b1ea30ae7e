use super::{declarations, flaws};
use crate::tree::Tree;

const CALL: &str = "static LATE: Code = Code::new(\n    \"DRAW-003\",\n    \"太早。\",\n);\n";

#[test]
fn a_code_that_two_crates_declare_is_named_at_the_second_place() {
    let arm = "match self {\n    Self::Late\n        => \"DRAW-003\",\n}\n";
    for (once, again) in [
        (
            CALL,
            "static OTHER: Code = Code::new(\"DRAW-003\", \"别的。\", None, \"\");",
        ),
        (
            CALL,
            "registry! {\n    OTHER = \"DRAW-003\",\n        \"别的。\", None, \"\";\n}",
        ),
        (arm, "match self {\n    Self::Other => \"DRAW-003\",\n}"),
    ] {
        let tree = Tree::from([
            ("crates/app/src/a.rs", once),
            ("crates/web/src/b.rs", again),
        ]);
        let told: Vec<String> = flaws(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{again}: {told:?}");
        assert!(told[0].starts_with("TIDY-13 crates/web/src/b.rs:"));
        assert!(
            told[0].contains("DRAW-003 已用于 crates/app/src/a.rs:"),
            "{told:?}"
        );
    }
}

#[test]
fn an_error_names_its_code_in_its_table_and_its_sentence_stands_where_it_is_shown() {
    let tree = Tree::from([
        ("crates/store/src/error.rs", "Self::Busy => \"STOR-423\","),
        (
            "crates/web/src/stop.rs",
            "Code::new(\"STOR-423\", \"忙。\")",
        ),
    ]);
    assert_eq!(flaws(&tree), []);
}

#[test]
fn to_speak_of_a_code_is_not_to_declare_it() {
    let tree = Tree::from([
        ("crates/app/src/a.rs", CALL),
        (
            "crates/app/src/b.rs",
            "// Code::new(\"DRAW-003\", …\nassert_eq!(code, \"DRAW-003\");\nif code == \"DRAW-003\" {}\nlet why = \"= \\\"DRAW-003\\\", \";\nlet again = refusal(\"DRAW-003\");",
        ),
        ("crates/app/tests/c.rs", CALL),
        ("crates/app/src/a/tests.rs", CALL),
    ]);
    assert_eq!(flaws(&tree), []);
}

#[test]
fn no_two_refusals_of_the_workspace_share_a_code() {
    let tree = Tree::read(&crate::root()).unwrap();
    assert_eq!(flaws(&tree), []);
    let declared: Vec<_> = declarations(&tree).map(|one| one.code).collect();
    // Each of the three ways to declare one is seen.
    for known in ["EXPT-001", "AUTH-001", "STOR-425"] {
        assert!(declared.contains(&known), "{known}");
    }
    let calls = tree
        .with_extension("rs")
        .filter(|(path, _)| !crate::tree::is_test_file(path) && !path.contains("/xtask/"))
        .map(|(_, text)| text.matches("Code::new(").count());
    assert!(declared.len() >= calls.sum(), "a call was passed over");
}
