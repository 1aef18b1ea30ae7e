//! The fixtures show that the rule can fail; the last test is the border itself.

use super::flaws;
use crate::flaw::Flaw;
use crate::tree::Tree;

fn manifest(name: &str, text: &str) -> Vec<Flaw> {
    flaws(&Tree::from([(
        format!("crates/{name}/Cargo.toml").as_str(),
        text,
    )]))
}

#[test]
fn what_a_line_does_not_name_is_forbidden() {
    let found = manifest(
        "verify",
        "[dependencies]\ndraw.workspace = true\ndomain.workspace = true\n",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].line, 3);
    assert!(found[0].sentence.contains("`verify` 不得依赖 `domain`"));
}

#[test]
fn databases_web_servers_and_type_setting_stay_where_they_belong() {
    for (name, wanted) in [
        ("app", "sqlx"),
        ("domain", "tokio"),
        ("store", "axum"),
        ("web", "typst"),
        ("draw", "serde"),
    ] {
        let text = format!("[dependencies]\n{wanted}.workspace = true\n");
        assert_eq!(manifest(name, &text).len(), 1, "{name} → {wanted}");
    }
    assert_eq!(
        manifest("store", "[dependencies]\nsqlx.workspace = true\n"),
        []
    );
}

#[test]
fn tests_may_use_oracles_but_not_cross_the_layers() {
    let oracle = "[dev-dependencies]\nct-merkle.workspace = true\n";
    assert_eq!(manifest("tlog", oracle), []);
    assert_eq!(
        manifest("tlog", &oracle.replace("dev-dependencies", "dependencies")).len(),
        1
    );
    assert_eq!(
        manifest("domain", "[dev-dependencies]\nstore.workspace = true\n").len(),
        1
    );
    assert_eq!(
        manifest("draw", "[dev-dependencies]\ntestkit.workspace = true\n").len(),
        1
    );
    assert_eq!(
        manifest("server", "[dev-dependencies]\ntestkit.workspace = true\n"),
        []
    );
    assert_eq!(
        manifest("app", "[dev-dependencies]\nsqlx.workspace = true\n").len(),
        1
    );
}

#[test]
fn an_unknown_crate_a_private_version_and_a_table_per_platform_do_not_slip_through() {
    assert_eq!(manifest("misc", "[dependencies]\n").len(), 1);
    assert_eq!(
        manifest("draw", "[dependencies]\nsha2 = \"0.10\"\n").len(),
        1
    );
    let platform = "[target.'cfg(unix)'.dependencies]\nsqlx = { workspace = true }\n";
    assert_eq!(manifest("web", platform).len(), 1);
    assert_eq!(
        manifest("web", "[dependencies.sqlx]\nworkspace = true\n").len(),
        1
    );
}

#[test]
fn the_crates_of_this_workspace_keep_their_borders() {
    let tree = Tree::read(&crate::root()).expect("the workspace can be read");
    assert!(
        tree.holds("crates/draw/Cargo.toml"),
        "the test looks at the real workspace"
    );
    assert_eq!(flaws(&tree), []);
}
