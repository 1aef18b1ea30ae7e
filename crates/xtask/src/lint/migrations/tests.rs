use super::flaws;
use crate::tree::Tree;

#[test]
fn equal_folders_without_gaps_are_right() {
    let tree = Tree::from([
        ("crates/store/migrations/sqlite/0001_log.sql", ""),
        ("crates/store/migrations/sqlite/0002_subject.sql", ""),
        ("crates/store/migrations/postgres/0001_log.sql", ""),
        ("crates/store/migrations/postgres/0002_subject.sql", ""),
    ]);
    assert_eq!(flaws(&tree), []);
}

#[test]
fn a_missing_twin_is_named_on_the_side_where_it_is_missing() {
    let tree = Tree::from([
        ("crates/store/migrations/sqlite/0001_log.sql", ""),
        ("crates/store/migrations/postgres/0001_log.sql", ""),
        ("crates/store/migrations/postgres/0002_subject.sql", ""),
    ]);
    let found = flaws(&tree);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].path,
        "crates/store/migrations/sqlite/0002_subject.sql"
    );
}

#[test]
fn a_gap_and_a_strange_name_are_found() {
    let gap = [
        ("crates/store/migrations/sqlite/0001_log.sql", ""),
        ("crates/store/migrations/sqlite/0003_subject.sql", ""),
        ("crates/store/migrations/postgres/0001_log.sql", ""),
        ("crates/store/migrations/postgres/0003_subject.sql", ""),
    ];
    assert_eq!(flaws(&Tree::from(gap)).len(), 1);
    let strange = [
        ("crates/store/migrations/sqlite/0001_Log.sql", ""),
        ("crates/store/migrations/postgres/0001_Log.sql", ""),
    ];
    assert_eq!(flaws(&Tree::from(strange)).len(), 1);
}
