//! What a verification says: one [`Examination`] per thing looked at, in the order it was looked at, and
//! in words everything that this stage of the bundle could not show.
//!
//! Deliberately absent: a score. A single contradiction outweighs any number of right checks.

use draw::bundle::BundleKind;
use draw::{Level, Version};

/// How far a bundle is opened (案卷阶段).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// FREEZE, seed and RESULT; who was drawn is still sealed.
    Sealed,
    /// Also the order files, teams and the opened leaves of visited subjects.
    Public,
    /// Also S and the frames: everything can be recomputed.
    Full,
}

impl Stage {
    /// The word of the protocol.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Public => "public",
            Self::Full => "full",
        }
    }

    /// The stage in Chinese.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sealed => "封存阶段",
            Self::Public => "公开阶段",
            Self::Full => "完整案卷",
        }
    }
}

/// The end of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Recomputed or compared, and it holds.
    Right,
    /// It contradicts what was published.
    Wrong,
    /// It cannot be read, so nothing after it was checked.
    Unreadable,
}

impl Outcome {
    /// The word of the machine-readable output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::Unreadable => "unreadable",
        }
    }

    /// The outcome in Chinese.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Right => "正确",
            Self::Wrong => "错误",
            Self::Unreadable => "无法读取",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// Stable code of the subject matter, `VRFY-101` and so on.
    pub code: &'static str,
    /// What was checked, in Chinese.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The number or hash that was found, or what differs and what to do.
    pub detail: String,
}

/// How much the log vouches for the bundle (日志存在性证明).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogStanding {
    /// No receipts, or not both of them.
    #[default]
    Missing,
    /// Both proofs lead to their checkpoints, but no key was given: anybody could have made them.
    Unsigned,
    /// Both proofs hold and the checkpoints are signed by the given key.
    Signed,
}

impl LogStanding {
    /// The word of the machine-readable output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
        }
    }
}

/// A step the rule demands (办理步骤), and whether it has its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the step is called, in Chinese.
    pub name: String,
    /// How far it is shown.
    pub shown: Shown,
}

/// How far a step of the procedure is shown by a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Its record is there, and its proof in the log under the given key.
    Logged,
    /// Its record is there and a proof too, whose signature nobody checked.
    Unsigned,
    /// Its record is there, without a proof.
    Recorded,
    /// Its content is in the files of the bundle, which has no record of it: of `shuang/1`.
    Within,
    /// The rule demands it; there is no record yet.
    Missing,
}

impl Shown {
    /// The word of the machine-readable output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Unsigned => "unsigned",
            Self::Recorded => "recorded",
            Self::Within => "within",
            Self::Missing => "missing",
        }
    }

    /// The same in Chinese.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Logged => "有记录，已证明记入日志",
            Self::Unsigned => "有记录，日志证明未验签名",
            Self::Recorded => "有记录，没有日志证明",
            Self::Within => "见于案卷文件，案卷里没有它的记录",
            Self::Missing => "还没有记录",
        }
    }
}

/// What is accounted for in the last two lines, and what only `shuang/2` knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// How far the attempt came; `None` if the files could not be read.
    pub kind: Option<BundleKind>,
    /// The level FREEZE announced; of `shuang/2` alone.
    pub announced: Option<Level>,
    /// The level reached, counting only what this verifier checked itself; of `shuang/2` alone.
    pub proven: Option<Level>,
    /// The steps the rule demands, in order.
    pub steps: Vec<Step>,
    /// Checks of SPEC-draw §8.1 that were made, by number, with what they are called; 31 is that of §8.2 over
    /// several attempts.
    pub made: Vec<(u8, &'static str)>,
    /// What this verifier does not check, in Chinese.
    pub left: Vec<&'static str>,
    /// How many change records were recomputed; `None` if the bundle has none.
    pub replayed: Option<Replayed>,
}

/// How many of the change records (SUBSTITUTE, RECUSE, EXTEND) were recomputed by the rules, from the first on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// So many there are.
    pub all: u64,
    /// So many were recomputed and are the same.
    pub same: u64,
    /// What stopped it at the one after these.
    pub halt: Option<Halted>,
}

/// What stopped the recomputing of change records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halted {
    /// The record is not what the rules give.
    Differs,
    /// It could not be recomputed; why, in Chinese.
    Left(&'static str),
}

impl std::fmt::Display for Replayed {
    /// As SPEC-draw §8.2 words it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { all, same, halt } = self;
        let next = same + 1;
        write!(f, "变更 {all} 项，由规则重算相同 {same} 项")?;
        match halt {
            None => Ok(()),
            Some(Halted::Left(why)) => write!(f, "，从第 {next} 项起没有重算：{why}"),
            Some(Halted::Differs) if next == *all => write!(f, "，第 {next} 项不符"),
            Some(Halted::Differs) => write!(f, "，第 {next} 项不符，其后没有重算"),
        }
    }
}

/// The verdict on one bundle.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The version of the attempt, once it is known.
    pub version: Option<Version>,
    /// Steps and checks, once the files are read.
    pub account: Option<Account>,
    /// The stage, once the file names are known.
    pub stage: Option<Stage>,
    /// Campaign and attempt, once FREEZE is read.
    pub attempt: Option<(String, u32)>,
    /// The trust level that follows from FREEZE and seed (可信等级).
    pub level: Option<Level>,
    /// What the log receipts prove.
    pub log: LogStanding,
    /// Everything that was looked at, in order.
    pub checks: Vec<Examination>,
    /// Everything that was not, or could not be, checked, in Chinese sentences.
    pub not_checked: Vec<String>,
}

impl Verdict {
    /// 0 complete and right · 1 a contradiction · 2 unreadable · 3 right so far.
    #[must_use]
    pub fn exit(&self) -> u8 {
        let any = |outcome| self.checks.iter().any(|check| check.outcome == outcome);
        if any(Outcome::Unreadable) || self.stage.is_none() {
            return 2;
        }
        if any(Outcome::Wrong) {
            return 1;
        }
        if self.stage == Some(Stage::Sealed) || self.log != LogStanding::Signed {
            return 3;
        }
        0
    }

    /// The verdict in one Chinese sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        match self.exit() {
            0 if self.is_void() => "作废的记录完整且正确，日志证明有效。",
            0 if self.stage == Some(Stage::Public) => "本阶段公开的内容完整且正确，日志证明有效。",
            0 => "完整且正确，日志证明有效。",
            1 => "发现矛盾：案卷与协议不符，抽取结果不可信。请保存案卷并报告监督机关。",
            2 => "无法读取：文件不齐、格式不对，或已损坏。请重新下载完整的案卷。",
            _ => "到目前为止全部正确，但还不完整。",
        }
    }

    /// Whether the attempt is void, as far as that is known.
    fn is_void(&self) -> bool {
        let kind = self.account.as_ref().and_then(|account| account.kind);
        kind.is_some_and(|kind| kind != BundleKind::Drawn)
    }

    pub(crate) fn say(
        &mut self,
        right: bool,
        code: &'static str,
        what: impl Into<String>,
        detail: impl Into<String>,
    ) -> bool {
        let outcome = if right {
            Outcome::Right
        } else {
            Outcome::Wrong
        };
        self.checks.push(Examination {
            code,
            what: what.into(),
            outcome,
            detail: detail.into(),
        });
        right
    }

    /// A check of §8.1 that was made, by number and name.
    pub(crate) fn make(&mut self, number: u8, name: &'static str) {
        self.account
            .get_or_insert_default()
            .made
            .push((number, name));
    }

    /// A check that was not made.
    pub(crate) fn leave(&mut self, name: &'static str) {
        self.account.get_or_insert_default().left.push(name);
    }

    pub(crate) fn open(&mut self, sentence: impl Into<String>) {
        self.not_checked.push(sentence.into());
    }

    pub(crate) fn unreadable(&mut self, problem: Unreadable) {
        self.checks.push(Examination {
            code: problem.code,
            what: problem.place,
            outcome: Outcome::Unreadable,
            detail: problem.sentence,
        });
    }
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Stable code.
    pub code: &'static str,
    /// The file.
    pub place: String,
    /// What is wrong and what to do, in Chinese.
    pub sentence: String,
}

impl Unreadable {
    pub(crate) fn new(
        code: &'static str,
        place: impl Into<String>,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            code,
            place: place.into(),
            sentence: sentence.into(),
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}：{}", self.code, self.place, self.sentence)
    }
}

impl std::error::Error for Unreadable {}
