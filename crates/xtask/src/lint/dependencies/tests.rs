use super::flaws;
use crate::tree::Tree;

const USED: (&str, &str) = (
    "crates/draw/Cargo.toml",
    "[dependencies]\nsha2.workspace = true\n",
);

#[test]
fn a_dependency_needs_a_reason_and_a_place_where_it_is_used() {
    let root = "[workspace.dependencies]\ndraw = { path = \"crates/draw\" }\nsha2 = \"0.10\" # the hash of the draw\nsm3 = \"0.4\"\n";
    let found = flaws(&Tree::from([("Cargo.toml", root), USED]));
    assert!(found.iter().all(|flaw| flaw.line == 4));
    assert_eq!(found.len(), 2);
}

#[test]
fn c_cryptography_and_other_registries_stay_out_of_the_lock_file() {
    let lock = "[[package]]\nname = \"aws-lc-sys\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                [[package]]\nname = \"fine\"\nsource = \"git+https://example.org/fine\"\n";
    let found = flaws(&Tree::from([("Cargo.lock", lock), USED]));
    assert_eq!(found.len(), 2);
    assert!(found[0].sentence.contains("aws-lc-sys"));
    assert!(found[1].sentence.contains("example.org"));
}

#[test]
fn a_renamed_dependency_would_slip_past_the_borders() {
    let root = "[workspace.dependencies]\nsha2 = { package = \"sqlx\", version = \"0.9\" } # looks harmless\n";
    assert_eq!(flaws(&Tree::from([("Cargo.toml", root), USED])).len(), 1);
}
