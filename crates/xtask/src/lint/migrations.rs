//! TIDY-09: the two engines have the same migrations: same numbers without gaps, same names.
//! What the migrations do is compared by the tests of `store` on live databases, not here.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::flaw::Flaw;
use crate::tree::Tree;

const RULE: &str = "TIDY-09";
const FOLDER: &str = "crates/store/migrations/";
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let [sqlite, postgres] = ENGINES.map(|engine| names(tree, engine));
    let mut flaws = Vec::new();
    for (engine, other, missing) in [
        ("postgres", "sqlite", &sqlite - &postgres),
        ("sqlite", "postgres", &postgres - &sqlite),
    ] {
        for name in missing {
            let sentence = format!("{other} 有 {name}，{engine} 没有。两边编号与名称须一致。");
            flaws.push(Flaw::of(
                RULE,
                &format!("{FOLDER}{engine}/{name}"),
                sentence,
            ));
        }
    }
    for (expected, name) in (1..).zip(&sqlite) {
        if !follows(name, expected) {
            let sentence = format!("应当是第 {expected:04} 号，形如 `{expected:04}_noun.sql`。");
            flaws.push(Flaw::of(RULE, &format!("{FOLDER}sqlite/{name}"), sentence));
        }
    }
    flaws
}

fn names(tree: &Tree, engine: &str) -> BTreeSet<String> {
    let folder = format!("{FOLDER}{engine}/");
    tree.files()
        .filter_map(|(path, _)| path.strip_prefix(&folder))
        .map(str::to_owned)
        .collect()
}

fn follows(name: &str, expected: usize) -> bool {
    let Some((number, rest)) = name.split_once('_') else {
        return false;
    };
    let noun = rest.strip_suffix(".sql").unwrap_or_default();
    number == format!("{expected:04}")
        && !noun.is_empty()
        && noun
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
