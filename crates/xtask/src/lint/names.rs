//! TIDY-04: public Rust names use the glossary. Banned are words that could mean anything and
//! official terms spelled by sound; official Chinese terms belong into `#[doc(alias)]`.

#[cfg(test)]
mod tests;

use crate::code::{segments, tokens, without_text};
use crate::flaw::Flaw;
use crate::tree::{Tree, is_test_file};

const RULE: &str = "TIDY-04";

/// Words that may be no part of a public name. The verb 异议 `object` is excepted as a function.
const VAGUE: [&str; 22] = [
    "user",
    "users",
    "entity",
    "entities",
    "object",
    "objects",
    "target",
    "targets",
    "task",
    "tasks",
    "data",
    "info",
    "infos",
    "manager",
    "managers",
    "helper",
    "helpers",
    "util",
    "utils",
    "service",
    "processor",
    "blacklist",
];

/// Types and functions may not consist of these words alone.
const BARE: [&str; 3] = ["plan", "check", "list"];

/// Official terms by sound, the ones that turn up in this trade's code bases.
const BY_SOUND: [&str; 34] = [
    "chouqu",
    "choucha",
    "yaohao",
    "suiji",
    "shuangsuiji",
    "gongshi",
    "gongkai",
    "jiancha",
    "jianguan",
    "zhifa",
    "renyuan",
    "duixiang",
    "shixiang",
    "qingdan",
    "mingdan",
    "minglu",
    "xiangmu",
    "danwei",
    "bumen",
    "beizhu",
    "chufa",
    "zhenggai",
    "huibi",
    "jilu",
    "zhuti",
    "qiye",
    "xukezheng",
    "shenpi",
    "jieguo",
    "zhuangtai",
    "leixing",
    "biaozhun",
    "yonghu",
    "shibie",
];

/// A name that is declared `pub`.
struct Declared<'a> {
    line: usize,
    kind: &'a str,
    name: &'a str,
}

pub(crate) fn flaws(tree: &Tree) -> Vec<Flaw> {
    tree.with_extension("rs")
        .flat_map(|(path, text)| in_file(path, text))
        .collect()
}

fn in_file(path: &str, text: &str) -> Vec<Flaw> {
    let code = without_text(text);
    let tokens = tokens(&code);
    let mut flaws: Vec<Flaw> = Vec::new();
    if !is_test_file(path) {
        for declared in public_names(&tokens) {
            if let Some(word) = vague_word(&declared) {
                let sentence = format!(
                    "公开名称 `{}` 用了“{word}”。请用 docs/GLOSSARY.md 里的词。",
                    declared.name
                );
                flaws.push(Flaw::at(RULE, path, declared.line, sentence));
            }
        }
    }
    for (line, word) in &tokens {
        if segments(word)
            .iter()
            .any(|part| BY_SOUND.contains(&part.as_str()))
        {
            let sentence = format!("`{word}` 是拼音。请用术语表里的英文名，中文写进 doc(alias)。");
            flaws.push(Flaw::at(RULE, path, *line, sentence));
        }
    }
    flaws
}

fn public_names<'a>(tokens: &[(usize, &'a str)]) -> Vec<Declared<'a>> {
    let mut found = Vec::new();
    for (at, _) in tokens
        .iter()
        .enumerate()
        .filter(|(_, (_, word))| *word == "pub")
    {
        if let Some(declared) = declared_after(&tokens[at + 1..]) {
            found.push(declared);
        }
    }
    found
}

/// Reads what follows `pub`; `pub(crate)` is not public and `pub use` names nothing new.
fn declared_after<'a>(rest: &[(usize, &'a str)]) -> Option<Declared<'a>> {
    const KINDS: [&str; 8] = [
        "fn", "struct", "enum", "trait", "type", "mod", "static", "union",
    ];
    let words: Vec<&(usize, &str)> = rest
        .iter()
        .take(4)
        .filter(|(_, word)| !["async", "extern", "mut"].contains(word))
        .collect();
    let (line, first) = **words.first()?;
    let second = words.get(1).map(|(_, word)| *word)?;
    let third = words.get(2).map(|(_, word)| *word);
    match first {
        "(" | "use" | "crate" => None,
        "const" if second == "fn" => Some(Declared {
            line,
            kind: "fn",
            name: third?,
        }),
        "const" => Some(Declared {
            line,
            kind: "const",
            name: second,
        }),
        kind if KINDS.contains(&kind) => Some(Declared {
            line,
            kind,
            name: second,
        }),
        name if second == ":" => Some(Declared {
            line,
            kind: "field",
            name,
        }),
        _ => None,
    }
}

fn vague_word(declared: &Declared<'_>) -> Option<&'static str> {
    let parts = segments(declared.name);
    let verb = declared.kind == "fn" && parts == ["object"];
    let vague = VAGUE
        .iter()
        .find(|word| parts.iter().any(|part| part == *word));
    let bare = BARE.iter().find(|word| {
        ["fn", "struct", "enum", "trait", "type"].contains(&declared.kind) && parts == [**word]
    });
    vague.filter(|_| !verb).or(bare).copied()
}
