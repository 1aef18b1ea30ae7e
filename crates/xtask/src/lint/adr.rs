//! TIDY-12: decisions can be found and weighed: numbered `NNNN-title.md`, no number twice, listed
//! in `docs/adr/README.md`, one page long, each with context, choice and what would change it.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::tree::Tree;

const RULE: &str = "TIDY-12";
const FOLDER: &str = "docs/adr/";
const INDEX: &str = "docs/adr/README.md";
const PARTS: [&str; 3] = [
    "**Context.**",
    "**Choice.**",
    "**What would change our mind.**",
];
/// More lines than a printed page or two, and nobody weighs the decision again.
const LONGEST: usize = 90;

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let pages: Vec<(&str, &str)> = tree
        .files()
        .filter(|(path, _)| path.starts_with(FOLDER) && *path != INDEX)
        .collect();
    let index = tree.text(INDEX).unwrap_or_default();
    let mut flaws = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (path, text) in pages {
        let name = &path[FOLDER.len()..];
        let number = name.split('-').next().unwrap_or_default();
        for sentence in sentences(name, text, index, seen.contains(&number)) {
            flaws.push(Flaw::of(RULE, path, sentence));
        }
        seen.push(number);
    }
    flaws
}

fn sentences(name: &str, text: &str, index: &str, repeated: bool) -> Vec<String> {
    let mut found = Vec::new();
    let numbered = name.len() > 5
        && name.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        && name.as_bytes()[4] == b'-';
    if !numbered || repeated {
        found.push("文件名应为 `NNNN-title.md`，编号不重复。".to_owned());
    }
    if !index.contains(name) {
        found.push(format!("没有列入 {INDEX}。"));
    }
    for part in PARTS.iter().filter(|part| !text.contains(*part)) {
        found.push(format!("缺少一段 `{part}`。"));
    }
    let lines = text.lines().count();
    if lines > LONGEST {
        found.push(format!("{lines} 行，决定记录至多 {LONGEST} 行。"));
    }
    found
}
