//! TIDY-01: every Rust file opens with a `//!` reading guide, and a crate's guide says more than
//! its own name. Sibling `tests.rs` files and compile-fail fixtures speak for themselves.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::tree::{Tree, is_test_file};

const RULE: &str = "TIDY-01";
/// Shorter than this a guide only repeats the name of the file.
const FEWEST_SIGNS: usize = 30;

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    tree.with_extension("rs")
        .filter(|(path, _)| needs_guide(path))
        .filter_map(|(path, text)| flaw(path, text))
        .collect()
}

fn needs_guide(path: &str) -> bool {
    let integration_test = path.contains("/tests/") && path.matches('/').count() == 3;
    integration_test || !is_test_file(path)
}

fn flaw(path: &str, text: &str) -> Option<Flaw> {
    let guide: String = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.trim_start_matches("//!").trim())
        .collect();
    let sentence = match guide.chars().count() {
        0 => "文件开头没有 `//!` 导读。请写明它对应法规或协议的哪一部分、特意不做什么。",
        signs if signs < FEWEST_SIGNS => "`//!` 导读太短，只重复了文件名。请写明含义与边界。",
        _ => return None,
    };
    Some(Flaw::of(RULE, path, sentence.to_owned()))
}
