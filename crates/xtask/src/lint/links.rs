//! TIDY-11: prose that names a file is checked: every relative link of a Markdown page leads to a
//! file or folder of the repository.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::tree::Tree;

const RULE: &str = "TIDY-11";

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (path, text) in tree.with_extension("md") {
        for (line, words) in (1..).zip(text.lines()) {
            for address in addresses(words).filter(|address| is_relative(address)) {
                let file = resolve(path, address);
                if !tree.holds(&file) {
                    let sentence = format!("链接 `{address}` 指向不存在的 {file}。");
                    flaws.push(Flaw::at(RULE, path, line, sentence));
                }
            }
        }
    }
    flaws
}

fn addresses(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        rest.find(')').map(|end| &rest[..end])
    })
}

fn is_relative(address: &str) -> bool {
    !address.starts_with('#') && !address.contains(':') && !address.is_empty()
}

fn resolve(from: &str, address: &str) -> String {
    let address = address.split('#').next().unwrap_or(address);
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
