//! What the checks of a bundle of `shuang/2` are called, which steps the rule demands, and everything a
//! bundle cannot show, in words.

use std::collections::BTreeMap;

use draw::bundle::{BundleKind, Stage};
use draw::judge::{Bundle, Files, Halt, Point, Replay};
use draw::record::two::Act;
use draw::record::{BeaconName, FreezeRecord};
use draw::{SeedText, Version};

use super::guests::Guests;
use crate::drand;
use crate::verdict::{Halted, Replayed, Shown, Step, Verdict};

/// How a check is called.
pub(super) struct Name {
    /// `VRFY-5` and its number in §8.1.
    pub(super) code: &'static str,
    /// In the last line.
    pub(super) short: &'static str,
    /// Where it is listed.
    pub(super) sentence: &'static str,
}

/// Point 5, which is not the crate `draw`'s.
pub(super) const DRAND: Name = Name {
    code: "VRFY-505",
    short: "drand 的签名",
    sentence: "drand 的值是 quicknet 对这一轮的签名",
};

/// Point 20, which is not the crate `draw`'s.
pub(super) const RECEIPTS: &str = "日志证明";

/// The names of a check.
#[expect(clippy::too_many_lines, reason = "one arm for each check of the text")]
pub(super) fn name(point: Point) -> Name {
    let (code, short, sentence) = match point {
        Point::Plan => (
            "VRFY-501",
            "方案与冻结",
            "冻结公告与方案一致，抽取数照方案算出",
        ),
        Point::Freeze => ("VRFY-502", "冻结公告", "冻结公告各行合乎冻结规则"),
        Point::Reveal => (
            "VRFY-503",
            "揭示",
            "揭示回答了每一方，随机数与承诺一致，没有重复",
        ),
        Point::Seed => ("VRFY-504", "种子", "种子文件写明本次冻结、揭示和公共随机源"),
        Point::Level => ("VRFY-506", "可信等级", "达到了方案要求的可信等级"),
        Point::Result => (
            "VRFY-507",
            "结果",
            "RESULT 属于这份冻结和种子，每层都有分界签号",
        ),
        Point::Void => (
            "VRFY-508",
            "作废",
            "VOID 说的就是本案卷的方案、冻结和揭示，由程序或由人作废的都合规则",
        ),
        Point::Open => (
            "VRFY-509",
            "公开",
            "OPEN 写明的结局、变更和文件就是本案卷的",
        ),
        Point::Files => (
            "VRFY-510",
            "文件摘要",
            "次序、组队、组长文件是 RESULT 承诺的",
        ),
        Point::Orders => ("VRFY-511", "抽取次序", "次序文件有序、齐全，分界签号相符"),
        Point::Leaves => (
            "VRFY-512",
            "对象树",
            "公开的每条都在冻结的对象树中，分层、片区已公告",
        ),
        Point::Subjects => ("VRFY-513", "同一对象", "同一对象的各条相互一致，事项不同"),
        Point::Drawn => (
            "VRFY-514",
            "抽中与必查",
            "抽中的和必查的逐条公开，没有多也没有少",
        ),
        Point::Visits => (
            "VRFY-515",
            "检查组",
            "检查次序就是签号次序，人数和组长照公告",
        ),
        Point::Changes => ("VRFY-516", "变更", "变更依次相接，恰好变动各自所涉的位置"),
        Point::Persons => (
            "VRFY-517",
            "人员摘要",
            "persons.tsv 恰好打开变更记录中的每个人",
        ),
        Point::Frame => (
            "VRFY-518",
            "名录重算",
            "由名录、S、揭示和种子全部重算，逐字节相同",
        ),
        Point::Replay => ("VRFY-519", "变更重算", "变更由规则重算，相同"),
        Point::Order => ("VRFY-521", "日志次序", "各记录在日志中的先后合乎办理的先后"),
        Point::Times => (
            "VRFY-522",
            "间隔",
            "按日志所称的时刻，各段间隔合乎方案和公告，先后不颠倒",
        ),
    };
    Name {
        code,
        short,
        sentence,
    }
}

/// How a check is called when it holds as far as the changes were recomputed, and how far that is.
pub(super) fn called(point: Point, replayed: Option<Replayed>) -> (Name, String) {
    let name = name(point);
    match (point, replayed) {
        (Point::Replay, Some(Replayed { all, same, halt })) => {
            let short = match halt {
                Some(Halted::Left(_)) => "变更重算（部分）",
                Some(Halted::Differs) | None => name.short,
            };
            (
                Name { short, ..name },
                format!("共 {all} 项，重算 {same} 项"),
            )
        }
        (Point::Frame, Some(Replayed { halt: Some(_), .. })) => {
            let detail = "open.txt、persons.tsv 由全部变更得出，没有重算";
            (name, detail.to_owned())
        }
        _ => (name, String::new()),
    }
}

/// How many of the change records were recomputed, and why not all.
pub(super) fn replayed(bundle: &Bundle<'_>, replay: Replay, guests: &Guests) -> Replayed {
    let halt = replay.halt.map(|halt| match halt {
        Halt::Frameless => Halted::Left("公开的案卷没有 S 和名录"),
        Halt::Unfounded => Halted::Left("前面已有矛盾"),
        Halt::Unborrowed(frame) => Halted::Left(guests.why_without(&frame)),
        Halt::Differs => Halted::Differs,
    });
    Replayed {
        all: bundle.changes().len() as u64,
        same: replay.same,
        halt,
    }
}

/// The steps the rule demands of an attempt that came so far, and how far each is shown.
pub(super) fn steps(
    bundle: &Bundle<'_>,
    files: &Files<'_>,
    shown: &BTreeMap<String, Shown>,
    verdict: &mut Verdict,
) {
    let demanded: &[(&str, &str)] = match bundle.contents().kind {
        BundleKind::Drawn => &[
            ("plan", "方案"),
            ("freeze", "冻结"),
            ("reveal", "揭示"),
            ("result", "抽取"),
            ("open", "公开"),
        ],
        BundleKind::VoidRevealed => &[
            ("plan", "方案"),
            ("freeze", "冻结"),
            ("reveal", "揭示"),
            ("void", "作废"),
            ("open", "公开（作废前的结果）"),
        ],
        BundleKind::VoidFrozen => &[("plan", "方案"), ("freeze", "冻结"), ("void", "作废")],
        BundleKind::VoidPlanned => &[("plan", "方案"), ("void", "作废")],
    };
    let of = |record: &str| match shown.get(record) {
        Some(shown) => *shown,
        None if files.contains_key(format!("{record}.txt").as_str()) => Shown::Recorded,
        None => Shown::Missing,
    };
    let mut steps = Vec::new();
    for (record, name) in demanded {
        if *record == "open" {
            steps.extend((1..=bundle.contents().changes).map(|n| Step {
                name: format!("第 {n} 项变更"),
                shown: of(&format!("change-{n}")),
            }));
        }
        steps.push(Step {
            name: (*name).to_owned(),
            shown: of(record),
        });
    }
    verdict.account.get_or_insert_default().steps = steps;
}

/// Everything this bundle, at this stage, does not show, and what was not checked.
pub(super) fn gaps(bundle: &Bundle<'_>, files: &Files<'_>, verdict: &mut Verdict) {
    if let Some(freeze) = bundle.freeze() {
        frozen(freeze, bundle, verdict);
    }
    sources(bundle, verdict);
    match bundle.contents().stage {
        Stage::Sealed => {
            verdict.open("谁被抽中、谁去检查：仍在封存，要等公开或完整案卷。");
            if bundle.contents().kind == BundleKind::VoidRevealed {
                verdict.open("作废前会抽出什么：要等公开；公告了公共随机源的，等它出现之后。");
            }
        }
        Stage::Public if bundle.is_opened() => opened(verdict),
        Stage::Public | Stage::Full => {}
    }
    changes(bundle, files, verdict);
}

fn frozen(freeze: &FreezeRecord, bundle: &Bundle<'_>, verdict: &mut Verdict) {
    for line in freeze
        .strata
        .iter()
        .filter(|line| line.pool == 1 && line.quota == 1)
    {
        let name = &line.stratum;
        verdict.open(format!("分层 {name} 只有 1 家可抽，不是随机抽取。"));
    }
    if bundle.plan_record().version() == Version::One {
        let sentence = "方案是 shuang/1 的记录：所依细则和仪式时间没有写明，没有对照。";
        verdict.open(sentence);
    }
    if let Some(beacon) = freeze
        .beacon
        .as_ref()
        .filter(|beacon| !drand::is_drand(beacon))
    {
        let BeaconName { source, round } = beacon;
        verdict.open(format!(
            "公共随机源 {source} {round} 是否在冻结公布之后才产生，没有核对：请对照其官方公布。"
        ));
    }
    verdict.open("方案文件、细则文本的摘要与公布的文本是否相符：请对照已公布的文本。");
}

/// Where the values came from, which nobody can recompute from the texts.
fn sources(bundle: &Bundle<'_>, verdict: &mut Verdict) {
    if let Some(reveal) = bundle.reveal() {
        for (party, answer) in &reveal.parties {
            if answer.given().is_none() {
                verdict.open(format!("见证人 {party} 没有揭示（{answer}），未计入种子。"));
            }
        }
        if let Some((label, answer)) = &reveal.dice {
            verdict.leave("骰子的现场");
            verdict.open(format!("骰子 {label}（{answer}）：请对照现场记录。"));
        }
    }
    let named = bundle
        .seed()
        .and_then(|seed: &SeedText| seed.beacon.as_ref());
    if let Some((beacon, answer)) = named.filter(|(beacon, _)| !drand::is_drand(beacon)) {
        let BeaconName { source, round } = beacon;
        verdict.leave("开奖公告");
        verdict.open(format!(
            "公共随机源 {source} {round}（{answer}）：请对照其官方公布。"
        ));
    }
}

fn opened(verdict: &mut Verdict) {
    verdict.open("未抽中对象的类别和状态（依法不公开）：监督部门用完整案卷核对；协议为每个对象留了自查的凭证，程序还不发放。");
    verdict.open("次序文件中没有公开的各行是否真是名录中的对象：要用完整案卷重算。");
    verdict.open("必查对象为何必查：理由只有代码，请对照公布的方案。");
    verdict.open("检查人员的签号、回避、工作量与组队，变更中该由谁接替：要用完整案卷重算。");
}

fn changes(bundle: &Bundle<'_>, files: &Files<'_>, verdict: &mut Verdict) {
    left(bundle, verdict);
    if bundle.contents().changes > 0 {
        verdict.open("变更的理由和批准人：在签批文件中，请对照其摘要；没有日志证明的变更由 OPEN 写明的摘要约束。");
    }
    let extended = bundle
        .changes()
        .iter()
        .any(|change| matches!(change.act, Act::Extend { .. }));
    let teams = files.get("teams.txt").copied().unwrap_or_default();
    let short = teams
        .split(|byte| *byte == b'\n')
        .filter(|line| line.split(|byte| *byte == b' ').any(|word| word == b"-"))
        .count();
    if short > 0 && !extended && bundle.contents().kind == BundleKind::Drawn {
        verdict.open(format!(
            "抽取时 {short} 个检查组缺人（-），案卷中没有增补（EXTEND）。"
        ));
    }
}

/// Change records that were not recomputed. Of a public bundle it is said with all else that needs the frame and S.
fn left(bundle: &Bundle<'_>, verdict: &mut Verdict) {
    let replayed = verdict
        .account
        .as_ref()
        .and_then(|account| account.replayed);
    let Some(Replayed {
        all,
        same,
        halt: Some(Halted::Left(why)),
    }) = replayed
    else {
        return;
    };
    verdict.leave(if same == 0 {
        "变更重算"
    } else {
        "其余变更的重算"
    });
    if bundle.contents().stage != Stage::Full {
        return;
    }
    let without = all - same;
    let named = usize::try_from(same)
        .ok()
        .and_then(|at| bundle.changes().get(at));
    let named = named.and_then(|change| match change.act {
        Act::Extend { borrowed, .. } => Some(borrowed),
        Act::Substitute { .. } | Act::Recuse { .. } => None,
    });
    verdict.open(match named {
        Some(frame) => format!(
            "末 {without} 项变更没有重算：{why}。第 {} 项增补（EXTEND）所指的是 {frame}，其完整案卷用 --borrowed 一并给出。",
            same + 1
        ),
        None => format!("末 {without} 项变更没有重算：{why}。"),
    });
}
