//! TIDY-13: a code means one thing in every crate. Its sentence stands in one place, at `Code::new` or in a
//! registry of codes; where an error has a table of its codes, each stands in one arm of one table. The
//! codes of the store are in a table there, and their sentences where they are shown.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::code::without_text;
use crate::flaw::Flaw;
use crate::tree::{Tree, is_test_file};

const RULE: &str = "TIDY-13";

/// What a code is declared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum With {
    Sentence,
    Arm,
}

impl With {
    /// By what stands before the code; spaces do not count.
    fn of(before: &str) -> Option<Self> {
        let compares = ["==", "!=", "<=", ">="];
        if before.ends_with("=>") {
            Some(Self::Arm)
        } else if before.ends_with("Code::new(")
            || (before.ends_with('=') && !compares.iter().any(|sign| before.ends_with(sign)))
        {
            Some(Self::Sentence)
        } else {
            None
        }
    }
}

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    let mut first: BTreeMap<(With, &str), (&str, usize)> = BTreeMap::new();
    let mut flaws = Vec::new();
    for declared in declarations(tree) {
        let Declared {
            with,
            code,
            path,
            line,
        } = declared;
        match first.get(&(with, code)) {
            None => {
                first.insert((with, code), (path, line));
            }
            Some((there, at)) => {
                let sentence = format!("代码 {code} 已用于 {there}:{at}。请换一个没有用过的号。");
                flaws.push(Flaw::at(RULE, path, line, sentence));
            }
        }
    }
    flaws
}

/// A code where it is declared.
#[derive(Debug)]
struct Declared<'t> {
    with: With,
    code: &'t str,
    path: &'t str,
    line: usize,
}

fn declarations(tree: &Tree) -> impl Iterator<Item = Declared<'_>> {
    tree.with_extension("rs")
        .filter(|(path, _)| !is_test_file(path))
        .flat_map(|(path, text)| in_file(path, text))
}

fn in_file<'t>(path: &'t str, text: &'t str) -> Vec<Declared<'t>> {
    let code = without_text(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('"') {
        let Some(literal) = literal(text, at) else {
            continue;
        };
        // A quotation mark within a comment or another literal is preceded by blanks down to its beginning.
        let before = code[..at].trim_end();
        let blank = text[before.len()..at].trim().is_empty();
        if let Some(with) = With::of(before).filter(|_| blank) {
            let line = text[..at].matches('\n').count() + 1;
            found.push(Declared {
                with,
                code: literal,
                path,
                line,
            });
        }
    }
    found
}

/// The literal that begins here if it is a code and nothing else: `DRAW-003`, alone before a comma.
fn literal(text: &str, at: usize) -> Option<&str> {
    let rest = &text[at + 1..];
    let (code, behind) = rest.split_once('"')?;
    let (family, number) = code.split_once('-')?;
    let shaped = family.len() == 4
        && family.bytes().all(|byte| byte.is_ascii_uppercase())
        && number.len() == 3
        && number.bytes().all(|byte| byte.is_ascii_digit());
    (shaped && behind.starts_with([',', '\n', '}', ' '])).then_some(code)
}
