//! TIDY-10: tests wait for facts, not for time; an ignored test says why; and what lies outside
//! the clone is read only by tests that are ignored with the words `needs the real register` and
//! carry `register` in their name, because that is how `make test-register` finds them.

#[cfg(test)]
mod tests;

use crate::code::without_text;
use crate::flaw::Flaw;
use crate::tree::Tree;

const RULE: &str = "TIDY-10";
const OUTSIDE: &str = concat!("../sha", "red");
const REGISTER_MARK: &str = concat!("needs the real ", "register");

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    tree.with_extension("rs")
        .flat_map(|(path, text)| in_file(path, text))
        .collect()
}

fn in_file(path: &str, text: &str) -> Vec<Flaw> {
    let code = without_text(text);
    let mut flaws: Vec<Flaw> = (1..)
        .zip(code.lines())
        .filter_map(|(line, code)| Some(Flaw::at(RULE, path, line, sentence(code)?.to_owned())))
        .collect();
    flaws.extend(unfindable(path, text));
    if text.contains(OUTSIDE) && !text.contains(REGISTER_MARK) {
        let sentence =
            format!("读取了仓库以外的文件。此类测试须标 `#[ignore = \"{REGISTER_MARK}: …\"]`。");
        flaws.push(Flaw::of(RULE, path, sentence));
    }
    flaws
}

/// Register tests whose function `make test-register` would pass over.
fn unfindable(path: &str, text: &str) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut marked = false;
    for (line, words) in (1..).zip(text.lines().map(str::trim)) {
        if words.starts_with("#[ignore") && words.contains(REGISTER_MARK) {
            marked = true;
        } else if let (true, Some((_, name))) = (marked, words.split_once("fn ")) {
            marked = false;
            if !name
                .split('(')
                .next()
                .is_some_and(|name| name.contains("register"))
            {
                let sentence = "名称里没有 register，`make test-register` 找不到它。请改名。";
                flaws.push(Flaw::at(RULE, path, line, sentence.to_owned()));
            }
        }
    }
    flaws
}

fn sentence(code: &str) -> Option<&'static str> {
    if code.contains("#[ignore]") {
        return Some("忽略的测试没有写理由。请写 `#[ignore = \"…\"]`。");
    }
    let sleeps = code.match_indices("sleep(").any(|(at, _)| {
        !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && !code[..at].trim_end().ends_with("fn")
    });
    sleeps.then_some("等待固定时间。请等一个事实（端口已开、行已写入），或把时钟作为参数。")
}
