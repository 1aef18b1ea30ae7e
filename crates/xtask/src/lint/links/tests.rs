use super::flaws;
use crate::tree::Tree;

#[test]
fn a_link_to_nowhere_is_found_and_the_others_are_followed() {
    let page = "[a](docs/a.md) [b](docs) [c](https://example.org) [d](#here) [e](docs/a.md#part)\n[f](gone.md)\n";
    let nested = "[up](../README.md) [beside](./a.md) [gone](../../a.md)\n";
    let tree = Tree::from([("README.md", page), ("docs/a.md", nested)]);
    let found: Vec<(String, usize)> = flaws(&tree)
        .into_iter()
        .map(|flaw| (flaw.path, flaw.line))
        .collect();
    assert_eq!(
        found,
        [("README.md".to_owned(), 2), ("docs/a.md".to_owned(), 1)]
    );
}
