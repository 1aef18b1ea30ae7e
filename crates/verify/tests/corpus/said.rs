//! The sentences of `crates/verify/corpus/said.txt`: what a tool owes the reader of a bundle beside its exit code.
//!
//! Deliberately absent: what a tool may say beyond that.
#![expect(dead_code, reason = "each test reads its own column of the table")]

use super::cases::{Case, corpus};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Rust,
    Script,
    Page,
}

pub struct Sentence {
    pub name: String,
    /// Where the protocol demands it.
    pub law: String,
    /// Words each tool says it in; `None` where it has nothing to say.
    words: [Option<String>; 3],
    /// Cases whose reader must be told, and those whose reader must not; `x*` names all that begin with x.
    pub told: Vec<String>,
    pub untold: Vec<String>,
}

fn names(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => pattern == name,
    }
}

impl Sentence {
    fn read(row: &str) -> Self {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let [name, law, words, told, untold] = cells[..] else {
            panic!("five cells: {row}");
        };
        let each: Vec<&str> = words.split(" / ").collect();
        let words = match each[..] {
            [all] => [all; 3],
            [rust, script, page] => [rust, script, page],
            _ => panic!("{name}: words of one tool or of three"),
        };
        let listed = |cell: &str| {
            let cases = cell.split(' ').filter(|case| *case != ".");
            cases.map(str::to_owned).collect()
        };
        Self {
            name: name.to_owned(),
            law: law.to_owned(),
            words: words.map(|words| (words != ".").then(|| words.to_owned())),
            told: listed(told),
            untold: listed(untold),
        }
    }

    pub fn words(&self, tool: Tool) -> Option<&str> {
        self.words[tool as usize].as_deref()
    }
}

/// Every row of the table.
pub fn all() -> Vec<Sentence> {
    let table = std::fs::read_to_string(corpus().join("said.txt")).unwrap();
    let rows = table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(Sentence::read).collect()
}

/// What a tool owed the reader of a case and did not say, and what it said though it must not.
pub fn amiss(sentences: &[Sentence], tool: Tool, case: &Case, text: &str) -> Vec<String> {
    let among = |cases: &[String]| cases.iter().any(|pattern| names(pattern, &case.name));
    let mut amiss = Vec::new();
    for sentence in sentences {
        let Some(words) = sentence.words(tool) else {
            continue;
        };
        let (told, untold) = (among(&sentence.told), among(&sentence.untold));
        let (name, law) = (&sentence.name, &sentence.law);
        assert!(!(told && untold), "{name}: {} is told and not", case.name);
        if told && !text.contains(words) {
            amiss.push(format!("{}: not said ({name}, {law}): {words}", case.name));
        }
        if untold && text.contains(words) {
            amiss.push(format!("{}: said ({name}, {law}): {words}", case.name));
        }
    }
    amiss
}

/// Names in the table of sentences that no case has.
pub fn unknown(sentences: &[Sentence], cases: &[Case]) -> Vec<String> {
    let known = |pattern: &&String| cases.iter().any(|case| names(pattern, &case.name));
    let listed = sentences
        .iter()
        .flat_map(|sentence| sentence.told.iter().chain(&sentence.untold));
    listed.filter(|case| !known(case)).cloned().collect()
}

/// What any tool says ends in two lines: the steps, and the checks. What could not be read has neither; what contradicts
/// itself has a check that does not hold, and nothing else has one.
pub fn ends_as_it_exits(said: &str, exit: u8) -> bool {
    let last: Vec<&str> = said.lines().rev().take(2).collect();
    let [checks, steps] = last[..] else {
        return false;
    };
    let closed = steps.starts_with("办理步骤：") && checks.starts_with("技术核对：");
    let failed = checks.contains("不符") && !checks.contains("不符 0 项");
    match exit {
        2 => steps == "办理步骤：读不了，没有判断。" && checks == "技术核对：读不了，没有核对。",
        1 => closed && failed,
        _ => closed && !failed,
    }
}
