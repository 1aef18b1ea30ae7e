//! TIDY-05: nothing lies about unused. A Rust file must be reachable by `mod` from a root of its
//! crate (or be named by a test, as compile-fail fixtures are); a page, style sheet, script,
//! picture or shell script must be named by another file.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::code::{tokens, without_text};
use crate::flaw::Flaw;
use crate::tree::{Tree, crate_folder, has_extension};

const RULE: &str = "TIDY-05";
/// Kinds of files that live only by being named elsewhere.
const NAMED: [&str; 9] = ["html", "css", "js", "svg", "png", "ico", "sh", "txt", "typ"];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let alive = reachable(tree);
    let rust = tree
        .with_extension("rs")
        .filter(|(path, _)| !alive.contains(*path) && !named_in_crate(tree, path))
        .map(|(path, _)| unreached(path));
    let named = tree
        .files()
        .filter(|(path, _)| lives_by_name(path) && !named_anywhere(tree, path))
        .map(|(path, _)| unnamed(path));
    rust.chain(named).collect()
}

fn unreached(path: &str) -> Flaw {
    Flaw::of(
        RULE,
        path,
        "没有任何 `mod` 引到这个文件。请接上或删除。".to_owned(),
    )
}

fn unnamed(path: &str) -> Flaw {
    Flaw::of(RULE, path, "没有别的文件提到它。请引用或删除。".to_owned())
}

fn lives_by_name(path: &str) -> bool {
    let place = path.starts_with("crates/") || path.starts_with("tools/");
    let script = path.starts_with("scripts/");
    script || (place && NAMED.iter().any(|extension| has_extension(path, extension)))
}

/// Everything the compiler sees, starting at the crate roots.
fn reachable(tree: &Tree) -> BTreeSet<String> {
    let mut alive = BTreeSet::new();
    let mut open: Vec<String> = tree
        .with_extension("rs")
        .map(|(path, _)| path.to_owned())
        .filter(|path| is_root(path))
        .collect();
    while let Some(path) = open.pop() {
        if alive.contains(&path) {
            continue;
        }
        if let Some(text) = tree.text(&path) {
            open.extend(children(&path, text));
            alive.insert(path);
        }
    }
    alive
}

/// Targets that Cargo finds by itself.
fn is_root(path: &str) -> bool {
    let Some(inside) = crate_folder(path).map(|folder| &path[folder.len() + 1..]) else {
        return false;
    };
    let parts: Vec<&str> = inside.split('/').collect();
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
        ["src", "bin", _] | ["tests" | "benches" | "examples", _] => true,
        ["src", "bin", _, last] | ["tests" | "benches" | "examples", _, last] => *last == "main.rs",
        _ => false,
    }
}

fn children(path: &str, text: &str) -> Vec<String> {
    let code = without_text(text);
    let tokens = tokens(&code);
    let folder = module_folder(path);
    let mut found = Vec::new();
    for window in tokens.windows(3) {
        if let [(_, "mod"), (line, name), (_, ";")] = window {
            found.push(format!("{folder}/{name}.rs"));
            found.push(format!("{folder}/{name}/mod.rs"));
            found.extend(named_path(path, text, *line));
        }
    }
    found
}

/// Where the children of a file stand: roots and `mod.rs` beside themselves, others below.
fn module_folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if is_root(path) || path.ends_with("/mod.rs") {
        folder
    } else {
        path.trim_end_matches(".rs")
    }
}

/// The file of a `#[path = "…"]` in the line above a `mod`.
fn named_path(path: &str, text: &str, line: usize) -> Option<String> {
    let above = text.lines().nth(line.checked_sub(2)?)?;
    let name = above.split_once("#[path = \"")?.1.split_once('"')?.0;
    let mut folder: Vec<&str> = path.split('/').collect();
    folder.pop();
    for part in name.split('/') {
        match part {
            ".." => {
                folder.pop();
            }
            part => folder.push(part),
        }
    }
    Some(folder.join("/"))
}

/// Compile-fail fixtures: some Rust file of the crate names the file, or its folder with `/*.rs`.
fn named_in_crate(tree: &Tree, path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    let pattern = format!("{}/*.rs", folder.rsplit('/').next().unwrap_or(folder));
    let home = crate_folder(path);
    tree.with_extension("rs").any(|(other, text)| {
        other != path
            && home.is_some()
            && crate_folder(other) == home
            && (text.contains(&pattern) || text.contains(&format!("/{name}")))
    })
}

/// Whether another text names the file by its last part, as a whole word.
fn named_anywhere(tree: &Tree, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    // A whole folder may be taken in by a macro or a copy: `include_dir!("…/templates-draw")`.
    let whole = format!("{folder}\")");
    tree.files().any(|(other, text)| {
        other != path
            && (holds_name(text, name) || (has_extension(other, "rs") && text.contains(&whole)))
    })
}

fn holds_name(text: &str, name: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(part_of_name) && !text[at + name.len()..].starts_with(part_of_name)
    })
}
