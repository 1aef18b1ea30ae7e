use super::flaws;
use crate::tree::Tree;

const WHOLE: &str = "# 1\n\n**Context.** a\n\n**Choice.** b\n\n**What would change our mind.** c\n";

#[test]
fn a_whole_and_listed_decision_is_right() {
    let tree = Tree::from([
        ("docs/adr/README.md", "0001-log.md"),
        ("docs/adr/0001-log.md", WHOLE),
    ]);
    assert_eq!(flaws(&tree), []);
}

#[test]
fn an_unlisted_unfinished_misnamed_or_endless_decision_is_named() {
    let endless = format!("{WHOLE}{}", "more\n".repeat(100));
    let tree = Tree::from([
        ("docs/adr/README.md", "0001-log.md 0002-b.md 0002-c.md x.md"),
        ("docs/adr/0001-log.md", "**Context.** a\n**Choice.** b\n"),
        ("docs/adr/0002-b.md", WHOLE),
        ("docs/adr/0002-c.md", WHOLE),
        ("docs/adr/0003-unlisted.md", WHOLE),
        ("docs/adr/0004-x.md", endless.as_str()),
        ("docs/adr/x.md", WHOLE),
    ]);
    let found = flaws(&tree);
    let of = |path: &str| {
        found
            .iter()
            .filter(|flaw| flaw.path.ends_with(path))
            .count()
    };
    assert_eq!(
        (of("0001-log.md"), of("0002-b.md"), of("0002-c.md")),
        (1, 0, 1)
    );
    assert_eq!(
        (of("0003-unlisted.md"), of("0004-x.md"), of("/x.md")),
        (1, 2, 1)
    );
}
