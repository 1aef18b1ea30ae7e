//! The verdict as the text a person reads: which attempt, which stage, the levels, every check, everything that was not
//! checked, the exit code in words, and the two last lines (SPEC-draw §8.2).
//!
//! Deliberately absent: colours, and any sentence the verdict does not hold. Programs read the verdict itself.

use std::fmt;

use draw::{Level, Version};

use crate::verdict::{Account, Verdict};

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((campaign, attempt)) = &self.attempt {
            writeln!(f, "抽查任务 {campaign}，第 {attempt} 次抽取")?;
        }
        if let Some(stage) = self.stage {
            writeln!(f, "阶段：{}", stage.label())?;
        }
        match (&self.account, self.level) {
            (_, Some(level)) if self.version == Some(Version::One) => {
                writeln!(f, "可信等级：{level}")?;
            }
            (Some(account), reached) => levels(f, account, reached)?,
            (None, _) => {}
        }
        f.write_str("\n核对了：\n")?;
        for check in &self.checks {
            let (outcome, code, what) = (check.outcome.label(), check.code, &check.what);
            write!(f, "  {outcome}  [{code}] {what}")?;
            if !check.detail.is_empty() {
                write!(f, "  {}", check.detail)?;
            }
            f.write_str("\n")?;
        }
        if !self.not_checked.is_empty() {
            f.write_str("\n没有核对，或此阶段无法核对：\n")?;
        }
        for sentence in &self.not_checked {
            writeln!(f, "  · {sentence}")?;
        }
        writeln!(f, "\n结论 {}：{}", self.exit(), self.sentence())?;
        let [steps, checks] = self.closing();
        writeln!(f, "{steps}\n{checks}")
    }
}

/// The three levels of a bundle of `shuang/2`, as far as its stage shows them.
fn levels(f: &mut fmt::Formatter<'_>, account: &Account, reached: Option<Level>) -> fmt::Result {
    let lines = [
        ("公告的可信等级", account.announced),
        ("达到的可信等级", reached),
        (
            "已证的可信等级（只计本程序自己核对了的来源）",
            account.proven,
        ),
    ];
    let known = lines
        .iter()
        .filter_map(|(name, level)| Some((name, (*level)?)));
    for (name, level) in known {
        writeln!(f, "{name}：{level}")?;
    }
    Ok(())
}
