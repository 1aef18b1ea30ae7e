use super::page;
use crate::tree::Tree;

#[test]
fn terms_come_with_their_name_crate_and_first_sentence_in_stable_order() {
    let source = "/// One campaign's draw. More about it.\n#[doc(alias = \"摇号\")]\n#[derive(Debug)]\npub struct Draw;\n\n\
                  pub enum Side {\n    /// 发起科室。另有说明。\n    #[doc(alias(\"发起\", \"发起科室\"))]\n    Initiator(u8),\n}\n\
                  /// No term.\npub fn other() {}\n";
    let tree = Tree::from([("crates/draw/src/lib.rs", source)]);
    let page = page(&tree);
    assert!(
        page.contains("| 摇号 | `Draw` | draw | One campaign's draw. |\n"),
        "{page}"
    );
    assert!(
        page.contains("| 发起科室 | `Initiator` | draw | 发起科室。 |\n"),
        "{page}"
    );
    assert!(!page.contains("other"));
    assert!(page.find("| 发起 |") < page.find("| 摇号 |"));
}

#[test]
fn tests_and_this_program_name_no_terms() {
    let alias = "#[doc(alias = \"摇号\")]\npub struct Draw;\n";
    let tree = Tree::from([
        ("crates/draw/src/a/tests.rs", alias),
        ("crates/xtask/src/a.rs", alias),
    ]);
    assert!(!page(&tree).contains("摇号"));
}
