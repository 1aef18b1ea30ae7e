//! `docs/GLOSSARY.md`: the official Chinese terms and their names in the code, read from the
//! `#[doc(alias = "…")]` lines of the source, so that the page cannot name what does not exist.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::tree::{Tree, crate_folder, is_test_file};

/// Where the page stands.
pub(crate) const PATH: &str = "docs/GLOSSARY.md";
const HEAD: &str = "<!-- 由 `cargo xtask gen` 生成，请勿手改。 -->\n\n# 术语表 · Glossary\n\n\
    每个术语取自源码中的 `#[doc(alias)]`；同一概念在类型、表、地址和文书中用同一个词。\n\
    Generated from the source; one concept, one word.\n\n\
    | 中文 | 名称 | crate | 含义 |\n|---|---|---|---|\n";

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    chinese: String,
    name: String,
    home: String,
    meaning: String,
}

/// The whole page.
pub(crate) fn page(tree: &Tree) -> String {
    let mut terms = BTreeSet::new();
    for (path, text) in tree.with_extension("rs") {
        let pure_source = path.contains("/src/") && !is_test_file(path);
        if let (true, Some(folder)) = (
            pure_source && !path.starts_with("crates/xtask/"),
            crate_folder(path),
        ) {
            terms.extend(terms_of(&folder["crates/".len()..], text));
        }
    }
    let mut page = HEAD.to_owned();
    for Term {
        chinese,
        name,
        home,
        meaning,
    } in terms
    {
        writeln!(page, "| {chinese} | `{name}` | {home} | {meaning} |")
            .expect("writing to a string cannot fail");
    }
    page
}

fn terms_of(home: &str, text: &str) -> Vec<Term> {
    let mut found = Vec::new();
    let mut meaning = String::new();
    let mut aliases: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(sentence) = line.strip_prefix("///") {
            if !meaning.is_empty() {
                meaning.push(' ');
            }
            meaning.push_str(sentence.trim());
        } else if line.starts_with("#[doc(alias") {
            aliases.extend(quoted(line));
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            for chinese in aliases.drain(..) {
                let meaning = first_sentence(&meaning);
                found.push(Term {
                    chinese,
                    name: declared(line),
                    home: home.to_owned(),
                    meaning,
                });
            }
            meaning.clear();
        }
    }
    found
}

/// Every string of `#[doc(alias = "a")]` or `#[doc(alias("a", "b"))]`.
fn quoted(line: &str) -> Vec<String> {
    line.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The name an item line declares; for a variant or field, its own name.
fn declared(line: &str) -> String {
    const BEFORE: [&str; 12] = [
        "pub",
        "pub(crate)",
        "const",
        "async",
        "fn",
        "struct",
        "enum",
        "trait",
        "type",
        "mod",
        "static",
        "unsafe",
    ];
    let word = line
        .split_whitespace()
        .find(|word| !BEFORE.contains(word))
        .unwrap_or_default();
    word.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn first_sentence(meaning: &str) -> String {
    let end = meaning.find(". ").map_or(meaning.len(), |at| at + 1);
    let end = meaning
        .find('。')
        .map_or(end, |at| end.min(at + '。'.len_utf8()));
    // A bar would end the cell of the table.
    meaning[..end].replace('|', "\\|")
}
