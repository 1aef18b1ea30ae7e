//! TIDY-06: which crate may use which. The list below is the law of `docs/adr/0003-crate-edges.md`:
//! a crate that is not in it may not exist, and what a line does not name is forbidden.
//!
//! Test-only dependencies follow the same law, except that the shell crates may take `testkit` and
//! every crate may take the oracles and tools of the tests.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::manifest::{Pair, pairs};
use crate::tree::Tree;

const RULE: &str = "TIDY-06";

/// Crate → our crates it may use.
const OURS: [(&str, &[&str]); 14] = [
    ("draw", &[]),
    ("tlog", &[]),
    ("verify", &["draw", "tlog"]),
    ("domain", &["draw"]),
    ("store", &["domain", "tlog"]),
    ("app", &["domain", "draw", "store", "tlog", "verify"]),
    ("demo", &["app", "domain", "draw", "store"]),
    ("documents", &["app", "domain"]),
    ("exchange", &["app", "domain"]),
    ("web", &["app", "domain", "store"]),
    (
        "server",
        &[
            "app",
            "demo",
            "documents",
            "domain",
            "draw",
            "exchange",
            "store",
            "tlog",
            "verify",
            "web",
        ],
    ),
    ("testkit", &["app", "domain", "draw", "store"]),
    (
        "bench",
        &[
            "app", "draw", "exchange", "store", "tlog", "verify", "testkit",
        ],
    ),
    ("xtask", &[]),
];

/// Pure crates: everything from outside they may use in production.
const PURE: [(&str, &[&str]); 5] = [
    ("draw", &["sha2", "sm3"]),
    ("tlog", &["sha2", "ed25519-dalek"]),
    ("verify", &["zip", "flate2", "blst"]),
    ("domain", &["jiff", "serde", "serde_json", "toml"]),
    ("xtask", &[]),
];

/// Outside crates that only some of ours may use in production.
const CONFINED: [(&str, &[&str]); 19] = [
    ("sqlx", &["store"]),
    ("axum", &["web", "server"]),
    ("axum-server", &["server"]),
    ("tower", &["web", "server"]),
    ("tower-http", &["web", "server"]),
    ("askama", &["web"]),
    ("typst", &["documents"]),
    ("rustls", &["server"]),
    ("rcgen", &["server"]),
    ("clap", &["server", "bench"]),
    ("getrandom", &["server"]),
    ("tracing-subscriber", &["server"]),
    ("calamine", &["exchange"]),
    ("rust_xlsxwriter", &["exchange"]),
    ("encoding_rs", &["exchange", "server"]),
    ("rlimit", &["exchange", "server"]),
    ("argon2", &["app"]),
    ("aes-gcm", &["app"]),
    ("hmac", &["app"]),
];

/// Crates that stand below the shell and may not even be tested with it.
const NO_TESTKIT: [&str; 5] = ["draw", "tlog", "verify", "domain", "xtask"];

/// Tools of tests, forbidden in production everywhere.
const TESTS_ONLY: [&str; 5] = [
    "fantoccini",
    "trybuild",
    "ct-merkle",
    "signed_note",
    "testkit",
];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    tree.files()
        .filter_map(|(path, text)| Some((path, crate_name(path)?, text)))
        .flat_map(|(path, name, text)| in_manifest(path, name, text))
        .collect()
}

fn crate_name(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?
        .strip_suffix("/Cargo.toml")
        .filter(|name| !name.contains('/'))
}

fn in_manifest(path: &str, name: &str, text: &str) -> Vec<Flaw> {
    let Some(ours) = look_up(&OURS, name) else {
        let sentence = format!("crate `{name}` 不在边界表中。请先写 ADR，再登记到 edges.rs。");
        return vec![Flaw::of(RULE, path, sentence)];
    };
    let pairs = pairs(text);
    let tables = pairs
        .iter()
        .filter(|pair| pair.section.contains("dependencies."))
        .map(|pair| {
            let sentence = "依赖请写成一行，不用 `[dependencies.名称]`：边界检查只读一行的写法。";
            Flaw::at(RULE, path, pair.line, sentence.to_owned())
        });
    let wrong = pairs
        .iter()
        .filter_map(|pair| Some((pair, reason(name, ours, pair, section(pair)?)?)))
        .map(|(pair, reason)| Flaw::at(RULE, path, pair.line, reason));
    tables.chain(wrong).collect()
}

/// Whether a pair declares a dependency, and of which kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Production,
    Tests,
}

fn section(pair: &Pair) -> Option<Section> {
    let section = pair.section.as_str();
    if section.ends_with("dev-dependencies") {
        Some(Section::Tests)
    } else if section.ends_with("dependencies") {
        Some(Section::Production)
    } else {
        None
    }
}

fn reason(name: &str, ours: &[&str], pair: &Pair, section: Section) -> Option<String> {
    let wanted = pair.name();
    if !pair.key.ends_with(".workspace") && !pair.value.contains("workspace = true") {
        return Some(format!(
            "`{wanted}` 没有取自工作区清单。请写成 `{wanted}.workspace = true`。"
        ));
    }
    let allowed = match section {
        Section::Tests => may_test_with(name, ours, wanted),
        Section::Production => may_use(name, ours, wanted),
    };
    (!allowed)
        .then(|| format!("crate `{name}` 不得依赖 `{wanted}`，见 docs/adr/0003-crate-edges.md。"))
}

fn may_use(name: &str, ours: &[&str], wanted: &str) -> bool {
    if is_ours(wanted) {
        return ours.contains(&wanted);
    }
    if TESTS_ONLY.contains(&wanted) {
        return false;
    }
    let pure = look_up(&PURE, name).is_none_or(|few| few.contains(&wanted));
    let confined = look_up(&CONFINED, wanted).is_none_or(|homes| homes.contains(&name));
    pure && confined
}

fn may_test_with(name: &str, ours: &[&str], wanted: &str) -> bool {
    match wanted {
        "testkit" => !NO_TESTKIT.contains(&name),
        // Tests of the portal stand in for the stranger who verifies what it serves.
        "verify" | "tlog" if name == "web" => true,
        wanted if is_ours(wanted) => ours.contains(&wanted),
        "sqlx" | "typst" => may_use(name, ours, wanted),
        _ => true,
    }
}

fn is_ours(name: &str) -> bool {
    look_up(&OURS, name).is_some()
}

fn look_up<'a>(table: &[(&str, &'a [&'a str])], name: &str) -> Option<&'a [&'a str]> {
    table
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, names)| *names)
}
