//! `tidy.toml`: the exceptions, each with a rule, a path and a reason. An exception without a
//! reason, or one that no longer excuses anything, is itself a flaw.

#[cfg(test)]
mod tests;

use crate::flaw::Flaw;
use crate::manifest::{Pair, pairs};
use crate::tree::Tree;

/// Where exceptions stand.
pub(crate) const PATH: &str = "tidy.toml";
const RULE: &str = "TIDY-19";

#[derive(Debug, Default)]
struct Exception {
    line: usize,
    rule: String,
    path: String,
    /// Excuses only flaws whose sentence holds this text; empty excuses the whole file.
    part: String,
    reason: String,
}

impl Exception {
    fn excuses(&self, flaw: &Flaw) -> bool {
        flaw.rule == self.rule && flaw.path == self.path && flaw.sentence.contains(&self.part)
    }
}

/// Removes the excused flaws; adds those of the exceptions themselves.
pub(crate) fn apply(tree: &Tree, flaws: &[Flaw]) -> Vec<Flaw> {
    let exceptions = read(tree.text(PATH).unwrap_or_default());
    let mut left: Vec<Flaw> = flaws
        .iter()
        .filter(|flaw| !exceptions.iter().any(|exception| exception.excuses(flaw)))
        .cloned()
        .collect();
    for exception in &exceptions {
        if exception.reason.chars().count() < 8 {
            let sentence = "例外没有写明理由（reason 至少 8 个字）。".to_owned();
            left.push(Flaw::at(RULE, PATH, exception.line, sentence));
        }
        if !flaws.iter().any(|flaw| exception.excuses(flaw)) {
            let sentence = format!(
                "例外 {} {} 已不再需要，请删去。",
                exception.rule, exception.path
            );
            left.push(Flaw::at(RULE, PATH, exception.line, sentence));
        }
    }
    left.sort();
    left
}

fn read(text: &str) -> Vec<Exception> {
    let mut exceptions: Vec<(usize, Exception)> = Vec::new();
    for pair in pairs(text)
        .iter()
        .filter(|pair| pair.section == "exception")
    {
        if exceptions
            .last()
            .is_none_or(|(block, _)| *block != pair.block)
        {
            exceptions.push((
                pair.block,
                Exception {
                    line: pair.line,
                    ..Exception::default()
                },
            ));
        }
        let (_, exception) = exceptions.last_mut().expect("pushed above");
        fill(exception, pair);
    }
    exceptions
        .into_iter()
        .map(|(_, exception)| exception)
        .collect()
}

fn fill(exception: &mut Exception, pair: &Pair) {
    let field = match pair.key.as_str() {
        "rule" => &mut exception.rule,
        "path" => &mut exception.path,
        "part" => &mut exception.part,
        "reason" => &mut exception.reason,
        _ => return,
    };
    pair.plain().clone_into(field);
}
