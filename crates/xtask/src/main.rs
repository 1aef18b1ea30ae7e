//! 工务程序：`cargo xtask tidy`（规矩）与 `cargo xtask gen`（由源码生成的文档）。
//!
//! What the house rules say in prose (`CONTRIBUTING.md`, `docs/adr/0003-crate-edges.md`) is
//! checked here, because a rule kept only by habit is not a rule. Start with `lint.rs`, which
//! lists every rule; each rule is one file that reads a [`tree::Tree`] and returns flaws.
//!
//! Deliberately absent: dependencies (the program that guards the edges has none of its own),
//! network, and any knowledge of the draw. Formatting, types and complexity are the business of
//! rustfmt and clippy. `docs/authorization.md`, `docs/routes.md` and `docs/states/` are written by
//! the tests of the crates that own the tables, so that they cannot differ from the code.

mod code;
mod exception;
mod flaw;
mod glossary;
mod lint;
mod manifest;
mod sizes;
mod tree;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "用法：cargo xtask tidy [--table] | cargo xtask gen [--check]\n\
  tidy          检查全部规矩，有问题则逐条列出并以 1 退出\n\
  tidy --table  另外打印各 crate 的文件与行数\n\
  gen           重新生成 docs/GLOSSARY.md\n\
  gen --check   只比较，不写入；不一致则以 1 退出\n";

/// The workspace root: this crate lives two folders below it.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/xtask lies two folders below the root")
        .to_path_buf()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut out = String::new();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy(false, &mut out),
        ["tidy", "--table"] => tidy(true, &mut out),
        ["gen"] => generate(&mut out),
        ["gen", "--check"] => compare(&mut out),
        _ => Err(USAGE.to_owned()),
    };
    if std::io::stdout().write_all(out.as_bytes()).is_err() {
        return ExitCode::from(2);
    }
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(sentence) => {
            // A closed standard error leaves nothing to tell and nobody to tell it to.
            let _ = std::io::stderr().write_all(sentence.as_bytes());
            ExitCode::from(2)
        }
    }
}

fn read_tree() -> Result<tree::Tree, String> {
    let root = root();
    tree::Tree::read(&root).map_err(|error| {
        format!(
            "TIDY-00 {}：读不了（{error}）。请检查目录权限。\n",
            root.display()
        )
    })
}

fn tidy(table: bool, out: &mut String) -> Result<bool, String> {
    let tree = read_tree()?;
    if table {
        out.push_str(&sizes::table(&tree));
    }
    let flaws = lint::all(&tree);
    for flaw in &flaws {
        out.push_str(&format!("{flaw}\n"));
    }
    let verdict = if flaws.is_empty() {
        format!(
            "tidy：{} 个文件，{} 条规矩，没有问题。\n",
            tree.len(),
            lint::RULES.len()
        )
    } else {
        format!(
            "tidy：{} 处问题。例外写进 tidy.toml，并写明理由。\n",
            flaws.len()
        )
    };
    out.push_str(&verdict);
    Ok(flaws.is_empty())
}

fn generate(out: &mut String) -> Result<bool, String> {
    let text = glossary::page(&read_tree()?);
    std::fs::write(root().join(glossary::PATH), text)
        .map_err(|error| format!("TIDY-00 {}：写不了（{error}）。\n", glossary::PATH))?;
    out.push_str(&format!("已写入 {}。\n", glossary::PATH));
    Ok(true)
}

fn compare(out: &mut String) -> Result<bool, String> {
    let tree = read_tree()?;
    let same = tree.text(glossary::PATH) == Some(glossary::page(&tree).as_str());
    if same {
        out.push_str("gen：生成的文档与源码一致。\n");
    } else {
        out.push_str(&format!(
            "TIDY-20 {}：与源码不一致。请运行 `cargo xtask gen` 并提交。\n",
            glossary::PATH
        ));
    }
    Ok(same)
}
