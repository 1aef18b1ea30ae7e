//! The two last lines of a verdict (SPEC-draw §8.2): the steps the rule demands and whether each has its record, and
//! the technical checks that were made and held.
//!
//! The checks of `shuang/1`, which its text does not number, count under the numbers of SPEC-draw §8.1 that ask the
//! same. Deliberately absent: what a step or a check found, which stands above these lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::BundleSource;
use crate::verdict::{Examination, Outcome, Shown, Stage, Step, Verdict};

/// What §8.2 asks of several attempts, beside the checks of §8.1; its code is `VRFY-531`.
pub(crate) const SEVERAL: (u8, &str) = (31, "各次抽取的对照");

impl Verdict {
    /// The last two lines of the verdict: the steps the rule demands, and the technical checks (办理步骤、技术核对).
    #[must_use]
    pub fn closing(&self) -> [String; 2] {
        if self.exit() == 2 {
            let unread = [
                "办理步骤：读不了，没有判断。",
                "技术核对：读不了，没有核对。",
            ];
            return unread.map(str::to_owned);
        }
        let account = self.account.clone().unwrap_or_default();
        let steps = account.steps.iter();
        let steps: Vec<_> = steps
            .map(|step| format!("{}{}", step.name, step.shown.label()))
            .collect();
        let failed = self.checks.iter();
        let failed = failed.filter(|check| check.outcome == Outcome::Wrong);
        let numbers: BTreeSet<u8> = failed.clone().filter_map(number).collect();
        let (wrong, right): (Vec<_>, Vec<_>) = account
            .made
            .iter()
            .partition(|(number, _)| numbers.contains(number));
        let mut wrong: Vec<&str> = wrong.iter().map(|(_, name)| *name).collect();
        // What does not hold is named here, whether or not the bundle's stage has that check.
        for check in failed {
            let counted = number(check)
                .is_some_and(|number| account.made.iter().any(|(made, _)| *made == number));
            if !counted && !wrong.contains(&check.what.as_str()) {
                wrong.push(&check.what);
            }
        }
        let right: Vec<&str> = right.iter().map(|(_, name)| *name).collect();
        let mut technical = vec![format!("做了 {} 项", right.len() + wrong.len())];
        if !right.is_empty() {
            technical.push(format!("相符的有{}", right.join("、")));
        }
        if !wrong.is_empty() {
            technical.push(format!("不符的有{}", wrong.join("、")));
        }
        if !account.left.is_empty() {
            technical.push(format!("没有做的有{}", account.left.join("、")));
        }
        technical.extend(account.replayed.map(|replayed| replayed.to_string()));
        [
            format!("办理步骤：{}。", steps.join("；")),
            format!("技术核对：{}。", technical.join("；")),
        ]
    }
}

/// Under which number of §8.1 a check counts.
fn number(check: &Examination) -> Option<u8> {
    let code: u16 = check.code.strip_prefix("VRFY-")?.parse().ok()?;
    match code {
        501..=599 => u8::try_from(code - 500).ok(),
        _ => of_one(code).map(|(number, _)| number),
    }
}

/// The same of a check of `shuang/1`, and what it is called.
fn of_one(code: u16) -> Option<(u8, &'static str)> {
    Some(match code {
        101..=108 => (2, "冻结公告"),
        111 => (3, "揭示"),
        112 | 114 => (7, "结果"),
        113 => (4, "种子"),
        115 => (5, "drand 的签名"),
        201 => (10, "文件摘要"),
        203..=205 => (11, "抽取次序"),
        206 | 207 => (14, "抽中与必查"),
        208 | 213 | 214 => (12, "对象树"),
        209 | 215 | 216 => (13, "同一对象"),
        210..=212 => (15, "检查组"),
        301..=310 => (18, "名录重算"),
        402 | 403 => (20, "日志证明"),
        404 => (21, "日志次序"),
        _ => return None,
    })
}

/// The account of a bundle of `shuang/1`, from what was looked at. PLAN, which is not in it, is no step of it here and
/// is named among what was not checked.
pub(crate) fn account_of_one(
    source: &BundleSource,
    stage: Stage,
    shown: &BTreeMap<&'static str, Shown>,
    verdict: &mut Verdict,
) {
    let codes = verdict
        .checks
        .iter()
        .filter_map(|check| check.code.strip_prefix("VRFY-")?.parse().ok());
    let made: BTreeMap<u8, &'static str> = codes.filter_map(of_one).collect();
    let of = |record: &str| shown.get(record).copied().unwrap_or(Shown::Recorded);
    let opened = match stage {
        Stage::Sealed => Shown::Missing,
        Stage::Public | Stage::Full => Shown::Within,
    };
    let steps = [
        ("冻结", of("freeze.txt")),
        ("揭示", Shown::Within),
        ("抽取", of("result.txt")),
        ("公开", opened),
    ];
    let account = verdict.account.get_or_insert_default();
    account.made = made.into_iter().collect();
    account.steps = steps
        .map(|(name, shown)| Step {
            name: name.to_owned(),
            shown,
        })
        .into();
    verdict.leave("方案与冻结");
    if !(source.has("freeze.proof") && source.has("result.proof")) {
        verdict.leave("日志证明（不全）");
    }
    if shown.values().any(|shown| *shown == Shown::Unsigned) {
        verdict.leave("日志的签名");
    }
}
