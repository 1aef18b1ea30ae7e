//! TIDY-08: style sheets, scripts and pages stay within what Chromium 78 and Firefox 52 read
//! (`docs/adr/0005-tls-and-browser-floor.md`): CSS of 2017, classic ES2017 scripts.
//!
//! A search for known newer syntax, not a parser: it cannot prove a file old enough, but each
//! entry here has once broken a page.

mod style;
#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::tree::{Tree, has_extension};

const RULE: &str = "TIDY-08";

/// Newer script syntax and library calls, with the version that brought them.
const SCRIPT: [(&str, &str); 31] = [
    ("??", "ES2020"),
    ("&&=", "ES2021"),
    ("||=", "ES2021"),
    ("import(", "ES2020 动态导入"),
    ("import.meta", "模块"),
    ("catch {", "ES2019"),
    ("catch{", "ES2019"),
    ("for await", "ES2018"),
    ("(?<", "ES2018 正则"),
    (".finally(", "ES2018"),
    (".flat(", "ES2019"),
    (".flatMap(", "ES2019"),
    (".trimStart(", "ES2019"),
    (".trimEnd(", "ES2019"),
    ("Object.fromEntries", "ES2019"),
    (".matchAll(", "ES2020"),
    ("Promise.allSettled", "ES2020"),
    ("Promise.any", "ES2021"),
    (".replaceAll(", "ES2021"),
    (".at(", "ES2022"),
    ("Object.hasOwn", "ES2022"),
    (".findLast", "ES2023"),
    (".toSorted(", "ES2023"),
    ("structuredClone", "2022"),
    ("globalThis", "ES2020"),
    ("queueMicrotask", "2018"),
    ("randomUUID", "2021"),
    (".arrayBuffer()", "Blob 的读取须用 FileReader"),
    (".replaceChildren(", "2020"),
    ("DecompressionStream", "2020"),
    ("BigInt", "ES2020"),
];

/// Markup that old browsers ignore or that the content security policy forbids.
const MARKUP: [(&str, &str); 9] = [
    ("<dialog", "dialog 元素"),
    (" popover", "popover 属性"),
    ("loading=\"lazy\"", "loading=lazy"),
    ("type=\"date\"", "日期控件（Firefox 52 只有文本框）"),
    ("type=\"module\"", "模块脚本"),
    (" style=\"", "行内样式（内容安全策略禁止）"),
    ("<style", "行内样式（内容安全策略禁止）"),
    ("<script>", "行内脚本（内容安全策略禁止）"),
    (" onclick=", "行内事件（内容安全策略禁止）"),
];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    tree.files()
        .filter(|(path, _)| path.starts_with("crates/web/") || path.starts_with("tools/"))
        .flat_map(|(path, text)| in_file(path, text))
        .collect()
}

fn in_file(path: &str, text: &str) -> Vec<Flaw> {
    let found = if has_extension(path, "css") {
        style::newer(text)
    } else if has_extension(path, "js") {
        newer_script(text)
    } else if has_extension(path, "html") {
        newer_markup(text)
    } else {
        Vec::new()
    };
    found
        .into_iter()
        .map(|(line, what)| {
            Flaw::at(
                RULE,
                path,
                line,
                format!("{what}：要照顾的旧浏览器不认识。"),
            )
        })
        .collect()
}

/// Comments removed, lines kept. A marker inside a string only hides the rest of that string.
fn without_comments(text: &str, line_comments: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find("*/").map_or(rest.len(), |len| at + len + 2);
        out.extend(rest[at..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    out.push_str(rest);
    if line_comments {
        cut_line_comments(&out)
    } else {
        out
    }
}

fn cut_line_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        // `https://` in a string is no comment.
        let cut = line
            .match_indices("//")
            .find(|(at, _)| !line[..*at].ends_with(':'));
        out.push_str(cut.map_or(line, |(at, _)| &line[..at]));
        out.push('\n');
    }
    out
}

fn newer_script(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(without_comments(text, true).lines()) {
        for (syntax, since) in SCRIPT.iter().filter(|(syntax, _)| line.contains(syntax)) {
            found.push((number, format!("`{syntax}`（{since}）")));
        }
        if optional_chain(line) {
            found.push((number, "`?.`（ES2020）".to_owned()));
        }
        let start = line.trim_start();
        if start.starts_with("import ") || start.starts_with("export ") {
            found.push((number, "模块语法".to_owned()));
        }
        if object_spread(line) {
            found.push((number, "对象展开（ES2018）".to_owned()));
        }
    }
    found
}

/// `a?.b`, but not the conditional `a?.5:1`.
fn optional_chain(line: &str) -> bool {
    line.match_indices("?.")
        .any(|(at, _)| !line[at + 2..].starts_with(|c: char| c.is_ascii_digit()))
}

fn object_spread(line: &str) -> bool {
    line.match_indices("...")
        .any(|(at, _)| line[..at].trim_end().ends_with('{'))
}

fn newer_markup(text: &str) -> Vec<(usize, String)> {
    let lines = (1..).zip(text.lines());
    lines
        .flat_map(|(number, line)| {
            let hits = MARKUP
                .iter()
                .filter(move |(markup, _)| line.contains(markup));
            hits.map(move |(_, what)| (number, (*what).to_owned()))
        })
        .collect()
}
