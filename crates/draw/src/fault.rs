//! What went wrong, where, and what to do about it, in Chinese, with a code that never changes.
//!
//! A [`Fault`] is one cause; a [`Refusal`] lists all of them at once, because an operator who must
//! repair a frame wants the whole list, not the first line of it. Deliberately absent: severity.
//! Whatever is reported here stops the step.

use std::fmt;

/// The stable code of a fault; documents and tickets cite it, so a number is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $remedy:literal;)*) => {
        impl Code {
            $($(#[$doc])* pub const $name: Code = Code($number);)*

            /// Every code this crate can report, ascending.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// What the reader can do about it, in Chinese.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self.0 {
                    $($number => $remedy,)*
                    _ => "请联系维护人员。",
                }
            }
        }
    };
}

codes! {
    /// A name outside `[0-9A-Za-z._-]{1,31}`.
    NAME = 101, "代码只能由 1—31 个数字、英文字母、点、下划线、连字符组成；企业用统一社会信用代码，没有的用登记号。";
    /// A stratum that is neither `<class>` nor `<item>:<class>`.
    STRATUM = 102, "分层写作“类别”或“事项:类别”，两部分都是代码。";
    /// A status outside `draw | must:<reason> | skip:<reason> | pair`.
    STATUS = 103, "状态只能是 draw、must:<原因代码>、skip:<原因代码>；回避记录用 pair。";
    /// Not 64 lower hexadecimal digits.
    HEX = 104, "应为 64 位小写十六进制数字，请整行复制，不要手工录入。";
    /// A number that is not a plain decimal integer.
    NUMBER = 105, "应为不带前导零的十进制整数。";
    /// A record with an unknown, repeated, missing or misplaced line.
    LINE = 106, "请使用原始文件，不要编辑；各行的顺序见 SPEC-draw。";
    /// Bytes that are not LF-terminated UTF-8 lines.
    TEXT = 107, "文件须为 UTF-8，每行以换行符（LF）结束，包括最后一行；不要用会改换行符的编辑器保存。";
    /// A record that names another campaign, attempt or FREEZE.
    OTHER_ATTEMPT = 108, "请核对是否拿错了抽查任务或抽取次数的文件。";
    /// More distinct strata, statuses or areas than a frame can hold.
    TOO_MANY_NAMES = 109, "分层、状态、片区的种类各不得超过 65535，请检查列是否对错。";
    /// More rows than 2³² − 1.
    TOO_MANY_ROWS = 110, "一个名录最多 4294967295 行，请拆分抽查任务。";
    /// A name of `shuang/2` that begins with a mark.
    NAME_START = 111, "代码的第一个字符须是数字或者英文字母；单独一个连字符不是代码。";
    /// The frame has a row twice.
    REPEATED_LEAF = 201, "同一名录中每个对象在每个事项下只能有一行，请删去重复行。";
    /// An inspector is in the frame twice.
    REPEATED_INSPECTOR = 202, "一名检查人员只能列在一个主管单位（专业）之下，请删去多余的一行。";
    /// A subject has two classes under one item.
    REPEATED_ITEM = 203, "一个检查对象在一个事项下只能属于一个类别。";
    /// A status that its kind cannot have.
    KIND_STATUS = 204, "检查对象用 draw、must、skip；检查人员用 draw、skip。";
    /// A quota for a stratum that does not occur, or none for one that does.
    QUOTA_STRATA = 205, "抽取数须逐一对应名录中出现的分层。";
    /// More drawn than there are.
    QUOTA_TOO_LARGE = 206, "抽取数不得大于该层可抽数量，请核对抽取比例。";
    /// More inspectors drawn than there are.
    INSPECTORS_TOO_FEW = 207, "请减少抽取人数，或者补充有效持证的检查人员。";
    /// Fewer inspectors drawn than places in a team.
    TEAM_TOO_LARGE = 208, "抽取人数不得少于每组人数。";
    /// Teams smaller than two.
    TEAM_TOO_SMALL = 209, "执法检查不得少于两人（行政处罚法第四十二条）。";
    /// `team` and `draw-inspectors` do not name the same strata in the same order.
    TEAM_STRATA = 210, "检查人员的各个分层与组队要求须一一对应、顺序相同、不重复。";
    /// With groups, m is not g·t.
    GROUPS_UNEVEN = 211, "分组检查时，抽取人数必须等于组数乘以每组人数。";
    /// A subject for whom too few inspectors are not recused.
    RECUSED_TOO_MANY = 212, "该对象可派的检查人员不足，请补充其他单位的持证人员后再冻结。";
    /// A subject for whom every leader is recused.
    LEADER_RECUSED = 213, "请增加一名对该对象不需回避的副组长。";
    /// An area where there are none, or a missing, unknown or changing one.
    AREA = 214, "分片区时每个检查对象须有且只有一个已公布的片区；不分片区时一律写 -。";
    /// Areas without groups, or not ascending.
    AREA_ORDER = 215, "片区只用于分组检查，按代码升序列出，不重复。";
    /// A leader, party or stratum is named twice.
    REPEATED_NAME = 216, "同一名单中不得重名。";
    /// An inspector row names a stratum nobody draws from.
    INSPECTOR_STRATUM = 217, "检查人员所在分层须在抽取方案中列出。";
    /// An extension with subjects, or without the attempt it extends.
    EXTENSION = 218, "增补抽取只补充检查人员，不得带检查对象；须与原次抽取的分层一致。";
    /// A number outside its range.
    RANGE = 219, "请核对数值范围。";
    /// A commitment or nonce that occurs twice.
    REPEATED_NONCE = 220, "每个见证人每一次抽取都须用新的随机数，请重新生成后再提交承诺值。";
    /// A recusal of `shuang/2` that names somebody who is in no list.
    STRANGER = 221, "回避记录只能写本次名录中的检查人员、已公布的组长，和本次名录中的检查对象。";
    /// Hours of the ceremony that contradict each other.
    HOURS = 222, "揭示时段须在截止之前开始，截止须早于公共随机源公布的时刻。";
    /// A beacon that is none of §3.5.
    BEACON_NAME = 223, "drand 只用 quicknet，轮次写数字；双色球写 7 位期号，大乐透写 5 位期号。";
    /// Items with a name beside the one without.
    UNNAMED_ITEM = 224, "各事项都写代码，或者只有一个不写代码的事项，不得混用。";
    /// Seed text that does not answer the sources FREEZE announced, in order.
    SEED_SOURCES = 301, "种子须按冻结公告的次序逐一写明每个来源：揭示值，或者 absent 和原因代码。";
    /// A nonce that does not match its commitment.
    NONCE = 302, "随机数与事先提交的承诺值不符：请核对是否拿错纸条；确认不符时按缺席处理，不得换数。";
    /// A beacon value in the wrong form.
    BEACON_VALUE = 303, "请照公告原样录入：drand 为 96 位十六进制签名；彩票为两位数号码，各区升序。";
    /// Dice that are not digits.
    DICE = 304, "骰子点数逐个写成 0—9 的数字，中间不加空格。";
    /// The remaining sources are below the minimum level.
    LEVEL = 305, "随机来源不足，本次抽取须作废（VOID），重新冻结后再抽。";
    /// A wrong secret S.
    SECRET = 306, "请核对托管的密钥 S 是否属于本次抽取。";
    /// A key that does not open a sealed file, or a salt that does not open a person.
    KEY = 307, "请使用原始文件；仍然不符的，属于矛盾，请保存证据并报告监督机关。";
    /// A drand value that its chain did not sign for this round.
    BEACON_SIGNATURE = 308, "请照 drand 公布的这一轮原样录入（signature 一项），并核对链和轮次；案卷中的值不符的，属于矛盾，请保存证据并报告监督机关。";
    /// No such visit.
    NO_VISIT = 401, "请核对 teams.txt 中的行号。";
    /// A closed visit was asked to move.
    VISIT_CLOSED = 402, "已办结的检查不再换人。";
    /// The person is not in that team.
    NOT_IN_TEAM = 403, "该人员不在这次检查的检查组中，请核对代码。";
    /// The person was withdrawn before, or is unknown.
    NOT_AVAILABLE = 404, "该人员不在本次抽取的人员中，或者已经退出。";
    /// A record of what followed the draw does not follow from the rules.
    NOT_BY_RULE = 405, "该记录与按规则重算的结果不同，属于矛盾，请保存证据并报告监督机关。";
    /// Records out of sequence.
    SEQUENCE = 406, "替换、回避、增补记录须按序号连续提交。";
    /// More parts drawn than there are.
    PARTS = 407, "抽取件数不得大于总件数；件号不得重复。";
    /// A bundle with a missing file.
    FILE_MISSING = 501, "请重新下载完整的文件包。";
    /// A bundle with a file that does not belong to its stage.
    FILE_EXTRA = 502, "文件包只能包含本阶段规定的文件名，请删去多余文件或者重新下载。";
    /// Lines that are not sorted bytewise or repeat.
    SORTED = 503, "各行须按字节升序排列、不重复（LC_ALL=C sort）。";
    /// The contents contradict each other.
    CONTRADICTION = 504, "内容互相矛盾，请保存证据并报告监督机关。";
    /// The plan and FREEZE disagree.
    PLAN = 505, "冻结内容须与事先公布的方案一致。";
    /// A record stands in the log before one it must follow.
    LOG_ORDER = 506, "日志中的先后说明办理的先后；次序颠倒属于矛盾，请保存证据并报告监督机关。";
    /// A record whose entry in the log claims a time at which it could not be made.
    LOG_TIME = 507, "日志所称的时刻说明各步何时办理；间隔不足、过早或者过迟属于矛盾，请保存证据并报告监督机关。";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DRAW-{:03}", self.0)
    }
}

/// One cause of a refusal: code, place, sentence; the remedy follows from the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// Where: a file and line, a row, a name; empty if the sentence says it.
    pub place: String,
    /// What is wrong, in Chinese.
    pub sentence: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(code: Code, place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            code,
            place: place.into(),
            sentence: sentence.into(),
        }
    }

    /// The same fault, its place prefixed by an enclosing one, for example a file name.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.place = match self.place.is_empty() {
            true => outer.to_owned(),
            false => format!("{outer} {}", self.place),
        };
        self
    }

    /// What the reader can do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.code.remedy()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] ", self.code)?;
        if !self.place.is_empty() {
            write!(f, "{}：", self.place)?;
        }
        write!(f, "{} {}", self.sentence, self.remedy())
    }
}

impl std::error::Error for Fault {}

/// Why FREEZE is refused: every cause, never only the first (§3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// At least one cause, in the order of the checks.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "不能冻结，共 {} 处：", self.faults.len())?;
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
