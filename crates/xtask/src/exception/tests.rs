use super::apply;
use crate::flaw::Flaw;
use crate::tree::Tree;

fn flaws() -> Vec<Flaw> {
    vec![
        Flaw::of("TIDY-02", "a.rs", "太长".to_owned()),
        Flaw::of("TIDY-02", "b.rs", "太长".to_owned()),
    ]
}

#[test]
fn a_reasoned_exception_excuses_exactly_its_file() {
    let tree = Tree::from([(
        "tidy.toml",
        "[[exception]]\nrule = \"TIDY-02\"\npath = \"a.rs\"\nreason = \"一张国家代码表，拆开更难读\"\n",
    )]);
    let left = apply(&tree, &flaws());
    assert_eq!(
        left.iter()
            .map(|flaw| flaw.path.as_str())
            .collect::<Vec<_>>(),
        ["b.rs"]
    );
}

#[test]
fn an_exception_without_reason_and_one_without_use_are_flaws() {
    let tree = Tree::from([(
        "tidy.toml",
        "[[exception]]\nrule = \"TIDY-02\"\npath = \"a.rs\"\n\n\
         [[exception]]\nrule = \"TIDY-02\"\npath = \"gone.rs\"\nreason = \"曾经需要，现已不再\"\n",
    )]);
    let left = apply(&tree, &flaws());
    assert_eq!(
        left.iter().filter(|flaw| flaw.path == "tidy.toml").count(),
        2
    );
    assert!(
        left.iter()
            .any(|flaw| flaw.sentence.contains("没有写明理由"))
    );
    assert!(left.iter().any(|flaw| flaw.sentence.contains("gone.rs")));
}

#[test]
fn without_exceptions_all_flaws_stay() {
    assert_eq!(apply(&Tree::from([]), &flaws()).len(), 2);
}
