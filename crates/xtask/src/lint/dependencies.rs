//! TIDY-07: every outside dependency says in the root manifest why it is worth its place, is used
//! by some crate, and comes from the public registry; cryptography that needs more than a C compiler stays out of the
//! lock file.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::manifest::{Pair, pairs};
use crate::tree::Tree;

const RULE: &str = "TIDY-07";
const ROOT: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
/// TLS and cryptography that need a C tool chain beyond `cc` (`docs/adr/0005-…`).
const FORBIDDEN: [&str; 5] = [
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-lc-sys",
    "aws-lc-rs",
];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for pair in pairs(tree.text(ROOT).unwrap_or_default()) {
        if pair.section == "workspace.dependencies" {
            flaws.extend(in_root(tree, &pair));
        }
    }
    let lock = pairs(tree.text(LOCK).unwrap_or_default());
    flaws.extend(lock.iter().filter_map(in_lock));
    flaws
}

fn in_root(tree: &Tree, pair: &Pair) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let ours = pair.value.contains("path =");
    if !ours && pair.comment.chars().count() < 4 {
        let sentence = format!(
            "依赖 `{}` 没有写理由。请在行尾 `#` 之后写明为何值得。",
            pair.key
        );
        flaws.push(Flaw::at(RULE, ROOT, pair.line, sentence));
    }
    if pair.value.contains("package =") {
        let sentence = format!("依赖 `{}` 改了名。边界按原名检查，请用原名。", pair.key);
        flaws.push(Flaw::at(RULE, ROOT, pair.line, sentence));
    }
    if !ours && !used(tree, &pair.key) {
        let sentence = format!("依赖 `{}` 没有 crate 使用。请删去。", pair.key);
        flaws.push(Flaw::at(RULE, ROOT, pair.line, sentence));
    }
    flaws
}

fn used(tree: &Tree, name: &str) -> bool {
    tree.files()
        .filter(|(path, _)| path.ends_with("/Cargo.toml"))
        .any(|(_, text)| {
            pairs(text)
                .iter()
                .any(|pair| pair.section.ends_with("dependencies") && pair.name() == name)
        })
}

fn in_lock(pair: &Pair) -> Option<Flaw> {
    let sentence = match pair.key.as_str() {
        "name" if FORBIDDEN.contains(&pair.plain()) => {
            format!(
                "锁文件里有 `{}`（除 C 编译器外还要别的工具链的密码库）。请用 cargo tree -i 查出来源并去掉。",
                pair.plain()
            )
        }
        "source" if pair.plain() != REGISTRY => {
            format!("来源 `{}` 不是公共登记处。只接受公共登记处。", pair.plain())
        }
        _ => return None,
    };
    Some(Flaw::at(RULE, LOCK, pair.line, sentence))
}
