//! Every parameter of the rulebook, declared once: what it is, on what it rests, what it reads to, the
//! value it has where a version does not state it, and whether the draw may go on without it.
//!
//! A new parameter is one entry here and one row in `seed/rulebook.toml`, in the same order; a test holds
//! the two against each other. Versions adopted before know nothing of it and take its default.

use super::rate::small;
use super::{QuotaRule, SamplingRate, SubjectReserve};
use crate::campaign::party::TrustLevel;

/// No law lets one inspector go alone (行政处罚法第四十二条); a rulebook may only ask for more.
const FEWEST_TOGETHER: u32 = 2;
/// A working day and the following night: longer than anybody sits at one desk, and shorter than
/// the program remembers which forms were sent.
const LONGEST_MINUTES: u32 = 24 * 60;
/// Below so many subjects the classes of a pool are merged; fixed by shuang/1, and small.
pub(super) const MERGED_BELOW: u32 = 20;

/// What a parameter's text reads to.
#[derive(Clone, Copy, Debug)]
pub enum Reads {
    /// A sampling rate.
    Rate,
    /// A whole number within bounds, both included; the unit stands in the label.
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// One word of a closed list; yields its label.
    Word(fn(&str) -> Option<&'static str>),
}

/// What the draw does where a version does not state a parameter, or states it unreadably.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// It orders work: the default holds in either case.
    Work,
    /// It says how the draw is reckoned: not stated, the default holds; stated unreadably, the draw
    /// waits, for the version means something else than the default.
    Reckoning,
    /// It guards the draw (ADR 0004): the draw waits in either case.
    Draw,
}

/// One parameter.
#[doc(alias = "细则参数")]
#[derive(Debug)]
pub struct Parameter {
    /// Its stable name, e.g. `interval.plan_days`.
    pub key: &'static str,
    /// What its text reads to.
    pub reads: Reads,
    /// Its value where a version does not state it.
    pub default: &'static str,
    /// What depends on it.
    pub guard: Guard,
    /// The version of the program that first knew it.
    pub since: &'static str,
    /// What it is, in Chinese.
    pub label: &'static str,
    /// On what it rests, and its default with it.
    pub basis: &'static str,
}

impl Parameter {
    /// Whether a text can be read.
    #[must_use]
    pub fn is_readable(&self, text: &str) -> bool {
        self.shown(text).is_some()
    }

    /// A text in the words of the rule, a choice by its meaning; `None` if it cannot be read.
    #[must_use]
    pub fn shown(&self, text: &str) -> Option<String> {
        match self.reads {
            Reads::Rate => SamplingRate::parse(text).map(|_| text.to_owned()),
            Reads::Number { least, most } => number(text)
                .filter(|number| (least..=most).contains(number))
                .map(|_| text.to_owned()),
            Reads::Word(label) => label(text).map(str::to_owned),
        }
    }

    /// The parameter of that name.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|known| known.key == key).copied()
    }
}

/// A whole number of at most six digits.
pub(super) fn number(text: &str) -> Option<u32> {
    small(text).and_then(|number| u32::try_from(number).ok())
}

/// A real campaign may not be a rehearsal, whatever a row says.
pub(super) fn real_level(text: &str) -> Option<TrustLevel> {
    TrustLevel::parse(text).filter(|level| *level >= TrustLevel::Witnessed)
}

fn level_label(text: &str) -> Option<&'static str> {
    real_level(text).map(TrustLevel::label)
}

fn quota_label(text: &str) -> Option<&'static str> {
    QuotaRule::parse(text).map(QuotaRule::label)
}

fn subject_reserve_label(text: &str) -> Option<&'static str> {
    SubjectReserve::parse(text).map(SubjectReserve::label)
}

/// Fixed by shuang/1; the row exists so that the rulebook states it.
fn reserve_label(text: &str) -> Option<&'static str> {
    (text == "drawing-order").then_some("按抽取先后顺序")
}

const fn count(least: u32, most: u32) -> Reads {
    Reads::Number { least, most }
}

macro_rules! parameters {
    ($( $name:ident = $key:literal, $reads:expr, $default:literal, $guard:ident, $since:literal, $label:literal, $basis:literal; )+) => {
        $(
            #[doc = $label]
            pub(super) static $name: Parameter = Parameter {
                key: $key,
                reads: $reads,
                default: $default,
                guard: Guard::$guard,
                since: $since,
                label: $label,
                basis: $basis,
            };
        )+

        /// Every parameter this program knows, in the order of the seed.
        pub static PARAMETERS: &[&Parameter] = &[ $( &$name ),+ ];
    };
}

parameters! {
    RATE_POOL = "rate.pool", Reads::Rate, "5/100", Reckoning, "0.1.0",
        "事项抽查总比例",
        "细则三（四）合理确定抽查比例；参照枣庄市城市管理局 2023 年计划一般事项全年不低于 5%";
    RATE_A = "rate.A", Reads::Rate, "2/100", Reckoning, "0.1.0",
        "A 类比例",
        "细则三（四）守法诚信等级较高的优化频次；比例为本局自定，河南省 2021 年低风险比例 1%";
    RATE_B = "rate.B", Reads::Rate, "5/100", Reckoning, "0.1.0",
        "B 类比例",
        "细则三（四）；比例为本局自定，河南省 2021 年中风险比例 2%";
    RATE_C = "rate.C", Reads::Rate, "10/100", Reckoning, "0.1.0",
        "C 类比例",
        "细则三（四）；河南省 2021 年中高风险比例 10%";
    RATE_D = "rate.D", Reads::Rate, "30/100", Reckoning, "0.1.0",
        "D 类比例",
        "细则三（四）守法诚信等级较低的加大力度、重点检查；河南省 2021 年高风险比例 30%";
    RATE_U = "rate.U", Reads::Rate, "5/100", Reckoning, "0.1.0",
        "未定级比例",
        "未收到分类结果的按 B 类比例抽取，并在名录中标明未定级";
    QUOTA_RULE = "quota.rule", Reads::Word(quota_label), "pool", Reckoning, "0.1.0",
        "数量规则",
        "摇号协议第 4 节：总数为 ⌈N·p/q⌉，按各类比例以最大余数法分配";
    QUOTA_MERGE_BELOW = "quota.merge_below", count(MERGED_BELOW, MERGED_BELOW), "20", Reckoning, "0.1.0",
        "合并分类的对象数下限",
        "摇号协议第 4 节：不足 20 户的合并各类抽取";
    LEVEL_MINIMUM = "level.minimum", Reads::Word(level_label), "1", Draw, "0.1.0",
        "最低可信等级",
        "摇号协议第 1 节：两家外部见证方，或一个公共信标";
    INTERVAL_PLAN_DAYS = "interval.plan_days", count(0, 365), "3", Draw, "0.1.0",
        "方案公布到公布承诺的最短日数",
        "摇号协议第 3.1 节；细则四（二）";
    INTERVAL_FREEZE_MINUTES = "interval.freeze_minutes", count(0, 60 * 24 * 30), "60", Draw, "0.1.0",
        "公布承诺到随机数产生的最短分钟数",
        "摇号协议第 3.1 节";
    LOTTERY_LEFT_OUT = "lottery.left_out", count(0, 40), "7", Reckoning, "0.2.0",
        "彩票休市一年至多少开的期数",
        "摇号协议第 3.5 节；财政部每年公告春节、国庆休市，按双色球、大乐透每周开奖三期推算约 4 至 7 期，以当年公告为准";
    INTERVAL_RESULT_WORKING_DAYS = "interval.result_working_days", count(0, 30), "1", Work, "0.1.0",
        "信标到达后公布抽取结果的期限（工作日）",
        "次一工作日；迟了须写理由的只有按 shuang/1 的抽取：shuang/2 的结果由程序随即公布";
    INTERVAL_RESULT_HOUR = "interval.result_hour", count(0, 24), "18", Work, "0.1.0",
        "公布抽取结果的截止时（时）",
        "18:00；迟了须写理由的只有按 shuang/1 的抽取：shuang/2 的结果由程序随即公布";
    TERM_PUBLICATION = "term.publication", count(1, 60), "20", Work, "0.1.0",
        "检查结果公示期限（工作日）",
        "细则四（五）及时公布；国市监信〔2019〕38号：任务完成之日起 20 个工作日内";
    TERM_REPORT = "term.report", count(1, 60), "10", Work, "0.1.0",
        "通报、处理、归档期限（工作日）",
        "细则四（七）";
    TERM_PENALTY_DUE = "term.penalty_due", count(1, 60), "7", Work, "0.1.0",
        "行政处罚公示期限（工作日）",
        "国办发〔2018〕118号：行政处罚 7 个工作日内公开";
    TERM_PENALTY_LIMIT = "term.penalty_limit", count(1, 60), "20", Work, "0.1.0",
        "行政处罚公示最长期限（工作日）",
        "细则四（五）";
    TEAM_SIZE = "team.size", count(FEWEST_TOGETHER, 20), "2", Reckoning, "0.1.0",
        "每户检查人员数",
        "行政处罚法第四十二条；河南省行政执法条例第二十四条：不得少于两人";
    FREQUENCY_CAP = "frequency.cap", count(1, 366), "2", Reckoning, "0.1.0",
        "同一对象全年检查次数上限",
        "国办发〔2024〕54号公布年度频次上限；本市数值未公布，暂定 2 次";
    PLAN_WINDOW_DAYS = "plan.window_days", count(1, 366), "366", Work, "0.1.0",
        "检查结束日距开始日的最长日数（本局自定）",
        "细则四（二）实施时间；一次抽查属于一个年度计划，细则不定日数，由本局确定";
    VISIT_ATTEMPTS = "visit.attempts", count(1, 10), "2", Work, "0.1.0",
        "登记“无法联系”之前至少上门几次（次，本局自定）",
        "细则四（四）实施检查；细则不定次数，由本局确定";
    RESERVE_RULE = "reserve.rule", Reads::Word(reserve_label), "drawing-order", Reckoning, "0.1.0",
        "递补规则",
        "细则四（三）按抽取先后顺序依次进行递补";
    SUBJECT_RESERVE = "subject_reserve", Reads::Word(subject_reserve_label), "none", Reckoning, "0.1.0",
        "对象落空后的补抽规则",
        "摇号协议第 6.6 节：不补抽；只有按 shuang/1 的方案可以写明补抽";
    RETENTION_IMPORT_DAYS = "retention.import_days", count(1, 366), "30", Work, "0.1.0",
        "导入的文件、回执和错误文件保留日数（本局自定）",
        "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；法律不定日数，由本局确定";
    RETENTION_DRAFT_DAYS = "retention.draft_days", count(1, 366), "30", Work, "0.1.0",
        "没有提交的草稿，最后一次保存之后的保留日数（本局自定）",
        "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；法律不定日数，由本局确定";
    RETENTION_JOB_DAYS = "retention.job_days", count(1, 366), "30", Work, "0.2.0",
        "后台办理的结果和导出文件保留日数（本局自定）",
        "个人信息保护法第十九条：保存期限为实现处理目的所必要的最短时间；法律不定日数，由本局确定";
    RETENTION_PERSON_YEARS = "retention.person_years", count(1, 30), "5", Work, "0.2.0",
        "执法人员调离后，个人信息保留年数（本局自定）",
        "个人信息保护法第四十七条第一款（二）保存期限已届满；法律不定年数，由本局确定";
    SIGN_IN_FAILURES = "sign_in.failures", count(1, 10), "5", Work, "0.1.0",
        "连续登录失败几次之后，要等才能再试（次，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）限制非法登录次数；标准不定次数，由本局确定";
    SIGN_IN_LOCK_MINUTES = "sign_in.lock_minutes", count(1, LONGEST_MINUTES), "15", Work, "0.1.0",
        "越错越久，最长等多久（分钟，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）登录失败处理；标准不定时长，由本局确定";
    SIGN_IN_SOURCE_FAILURES = "sign_in.source_failures", count(5, 1000), "30", Work, "0.2.0",
        "同一地址登录失败几次之后，要等才能再试（次，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）限制非法登录次数；标准不定次数，由本局确定；一个单位常共用一个地址，所以比一个账号多";
    SIGN_IN_GATHERED_MINUTES = "sign_in.gathered_minutes", count(1, 60), "5", Work, "0.2.0",
        "被拒的登录多久合记一条留痕（分钟，本局自定）",
        "GB/T 22239-2019 8.1.4.3 安全审计；标准不定时长，由本局确定";
    SIGN_IN_DEVICE_DAYS = "sign_in.device_days", count(1, 366), "180", Work, "0.2.0",
        "登录过的浏览器多久不用就不再认得（日，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）登录失败处理；标准不定日数，由本局确定";
    SESSION_IDLE_MINUTES = "session.idle_minutes", count(5, LONGEST_MINUTES), "60", Work, "0.1.0",
        "登录后无操作多久自动退出（分钟，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）登录连接超时自动退出；标准不定时长，由本局确定";
    SESSION_LIFE_MINUTES = "session.life_minutes", count(5, LONGEST_MINUTES), "720", Work, "0.1.0",
        "一次登录最长多久（分钟，本局自定）",
        "GB/T 22239-2019 8.1.4.1 b）结束会话；标准不定时长，由本局确定";
    PASSWORD_LETTERS = "password.letters", count(8, 64), "10", Work, "0.1.0",
        "口令最少字符数（本局自定）",
        "GB/T 22239-2019 8.1.4.1 a）身份鉴别信息具有复杂度要求；标准不定字符数，由本局确定";
}
