//! TIDY-03: words that have no place in a public repository: traces of how a text was made, paths
//! of one machine, addresses of package mirrors, and reminders that nobody will read again.
//!
//! The words are written in pieces so that this file does not find itself.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::tree::Tree;

const RULE: &str = "TIDY-03";

/// How a banned word is looked for.
#[derive(Clone, Copy)]
enum Search {
    /// A whole word, in any case.
    Word,
    /// A whole word in exactly these letters.
    Exact,
    /// Anywhere, in any case.
    Part,
}

use Search::{Exact, Part, Word};

const BANNED: [(Search, &str, &str); 39] = [
    (Word, concat!("cla", "ude"), "文本的来历"),
    (Word, concat!("anth", "ropic"), "文本的来历"),
    (Word, concat!("open", "ai"), "文本的来历"),
    (Word, concat!("chat", "gpt"), "文本的来历"),
    (Word, concat!("co", "pilot"), "文本的来历"),
    (Word, concat!("co", "dex"), "文本的来历"),
    (Word, concat!("l", "lm"), "文本的来历"),
    (Word, concat!("l", "lms"), "文本的来历"),
    (Word, concat!("ag", "ent"), "文本的来历"),
    (Word, concat!("ag", "ents"), "文本的来历"),
    (Word, concat!("suba", "gent"), "文本的来历"),
    (Word, concat!("pro", "mpt"), "文本的来历"),
    (Word, concat!("pro", "mpts"), "文本的来历"),
    (Exact, concat!("A", "I"), "文本的来历"),
    (Exact, concat!("G", "PT"), "文本的来历"),
    (Part, concat!("language ", "model"), "文本的来历"),
    (Part, concat!("artificial ", "intelligence"), "文本的来历"),
    (Part, concat!("knowledge ", "cutoff"), "文本的来历"),
    (Part, concat!("人工", "智能"), "文本的来历"),
    (Part, concat!("大", "模型"), "文本的来历"),
    (Part, concat!("提示", "词"), "文本的来历"),
    (Part, concat!("智能", "体"), "文本的来历"),
    (Part, concat!("/wo", "rk/"), "某台机器的路径"),
    (Part, concat!("/ro", "ot/"), "某台机器的路径"),
    (Part, concat!("/ho", "me/"), "某台机器的路径"),
    (Part, concat!("/t", "mp/"), "某台机器的路径"),
    (Part, concat!("c:\\us", "ers"), "某台机器的路径"),
    (Part, concat!("index.crates", ".io"), "软件源地址"),
    (Part, concat!("static.crates", ".io"), "软件源地址"),
    (Part, concat!("py", "pi.org"), "软件源地址"),
    (Part, concat!("python", "hosted"), "软件源地址"),
    (Part, concat!("registry.", "npmjs"), "软件源地址"),
    (Part, concat!("proxy.", "golang"), "软件源地址"),
    (Part, concat!("arti", "factory"), "软件源地址"),
    (Part, concat!("rs", "proxy"), "软件源地址"),
    (Part, concat!("mirr", "ors."), "软件源地址"),
    (Exact, concat!("TO", "DO"), "无人负责的备忘"),
    (Exact, concat!("FIX", "ME"), "无人负责的备忘"),
    (Exact, concat!("X", "XX"), "无人负责的备忘"),
];

/// What may stand directly before an otherwise banned word: the HTTP header has its own name.
const EXCUSED_BEFORE: [&str; 3] = ["user-", "user_", "user "];

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    // The lock file holds the names strangers gave their packages.
    tree.files()
        .filter(|(path, _)| *path != "Cargo.lock")
        .flat_map(|(path, text)| {
            (1..)
                .zip(text.lines())
                .flat_map(move |(line, words)| in_line(path, line, words))
        })
        .collect()
}

fn in_line(path: &str, line: usize, words: &str) -> Vec<Flaw> {
    // Lengths of ASCII letters do not change, so offsets agree in both texts.
    let lower = words.to_ascii_lowercase();
    BANNED
        .iter()
        .filter(|(search, word, _)| match search {
            Part => lower.contains(word),
            Word => stands_alone(&lower, word),
            Exact => stands_alone(words, word),
        })
        .map(|(_, word, kind)| {
            Flaw::at(
                RULE,
                path,
                line,
                format!("出现“{word}”（{kind}）。请删去或换一种说法。"),
            )
        })
        .collect()
}

fn stands_alone(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = &text[..at];
        let after = &text[at + word.len()..];
        !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !EXCUSED_BEFORE.iter().any(|excuse| before.ends_with(excuse))
    })
}
