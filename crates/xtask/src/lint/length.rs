//! TIDY-02: no file beyond a screenful of ideas. Production lines count; lines of `#[cfg(test)]`
//! items and of test files do not. Hand-written scripts of the browser count like Rust.

#[cfg(test)]
mod tests;

use crate::code::production_lines;
use crate::flaw::Flaw;
use crate::tree::{Tree, is_test_file};

const RULE: &str = "TIDY-02";
const CAP: usize = 400;
/// SQL texts stand next to the functions that use them, hence more room.
const STORE_CAP: usize = 500;

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let rust = tree
        .with_extension("rs")
        .filter(|(path, _)| !is_test_file(path))
        .filter_map(|(path, text)| flaw(path, production_lines(text)));
    let script = tree
        .with_extension("js")
        .filter_map(|(path, text)| flaw(path, text.lines().count()));
    rust.chain(script).collect()
}

fn flaw(path: &str, lines: usize) -> Option<Flaw> {
    let cap = if path.starts_with("crates/store/") {
        STORE_CAP
    } else {
        CAP
    };
    (lines > cap).then(|| {
        Flaw::of(
            RULE,
            path,
            format!("{lines} 行，上限 {cap} 行。请按概念拆成几个文件。"),
        )
    })
}
