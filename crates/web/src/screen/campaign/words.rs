//! What the states of a campaign mean to people: step, badge, who must do what now.

use domain::campaign::party::TrustLevel as Level;
use domain::campaign::plan::Sources;
use domain::campaign::state::{Abandoned, Committed, Revealed};
use domain::campaign::{Campaign, CampaignState, StateKind};
use domain::rulebook::Rulebook;
use domain::time::{Date, Instant};
use store::campaign::StoredCampaign;

use crate::component::{Badge, Tone, TrustBadge, TrustLevel};
use crate::text::Address;

/// The steps before the report, by place in the bar.
pub(in crate::screen) fn step(state: &CampaignState) -> usize {
    let kind = match state {
        CampaignState::Abandoned(abandoned) => abandoned.from,
        other => other.kind(),
    };
    match kind {
        StateKind::Draft => 0,
        StateKind::Submitted => 1,
        StateKind::Approved | StateKind::Launched => 2,
        StateKind::Frozen => 3,
        StateKind::Committed | StateKind::Revealed => 4,
        StateKind::Drawn => 5,
        StateKind::Inspecting => 6,
        StateKind::Ended => 7,
        StateKind::Reported => 8,
        StateKind::Archived | StateKind::Abandoned => 10,
    }
}

/// The state in words.
pub(in crate::screen) fn badge(state: &CampaignState) -> Badge {
    let kind = state.kind();
    let tone = match kind {
        StateKind::Draft | StateKind::Submitted => Tone::Plain,
        StateKind::Abandoned => Tone::Bad,
        StateKind::Ended | StateKind::Reported | StateKind::Archived => Tone::Sound,
        _ => Tone::Active,
    };
    Badge::new(tone, kind.label())
}

/// The level reached, or the one the announced sources can reach.
pub(in crate::screen) fn level(stored: &StoredCampaign) -> Option<Level> {
    let state = &stored.campaign.state;
    match (state.result(), state.frame()) {
        (Some(drawn), _) => Some(drawn.level),
        (None, Some(frozen)) => Some(Level::of(frozen.parties.len(), frozen.beacon)),
        (None, None) => None,
    }
}

/// Whether what counts for a beacon are dice: announced, with no beacon beside them.
pub(in crate::screen) const fn by_dice(sources: &Sources) -> bool {
    sources.dice.is_some() && sources.beacon.is_none()
}

/// The level in words, true of dice too.
pub(in crate::screen) const fn level_words(level: Level, by_dice: bool) -> &'static str {
    match (level, by_dice) {
        (Level::Beacon, true) => "2 掷骰",
        _ => level.label(),
    }
}

/// The level as a mark that leads to its meaning.
pub(in crate::screen) fn trust(level: Level, by_dice: bool) -> TrustBadge {
    let shown = match (level, by_dice) {
        (Level::Rehearsal, _) => TrustLevel::Rehearsal,
        (Level::Witnessed, _) => TrustLevel::Witnessed,
        (Level::Beacon, false) => TrustLevel::Beacon,
        (Level::Beacon, true) => TrustLevel::Dice,
    };
    TrustBadge::new(shown, Address::fixed("/w/rules"))
}

/// What a draw leaves open: without a public source that appears last, whoever opens last and has the help of who
/// holds S knows both results, with its nonce and without, and chooses.
macro_rules! left_open {
    () => {
        "没有事后产生的公共随机数来源时，最后公开的一方若与保管密值的人串通，可以选择公开或缺席；运营方不收、拖住最后一方的随机数也一样。作废只能让人看见。"
    };
}
pub(in crate::screen) use left_open;

/// A claim with what it leaves open.
macro_rules! bounded {
    ($claim:literal) => {
        concat!($claim, $crate::screen::campaign::words::left_open!())
    };
}
pub(in crate::screen) use bounded;

/// What that level lets one claim; printed beside a draw.
pub(in crate::screen) fn claim(level: Level, by_dice: bool) -> &'static str {
    match level {
        Level::Beacon if by_dice => bounded!(
            "两方以上见证加当众掷骰；承办单位一家不能任意定谁被抽中。骰子由在场的人作证，核对工具自己证实不了，没有算进“已证实”的等级。"
        ),
        Level::Rehearsal => "演练：结果只能用于练习，不能派发检查。",
        Level::Witnessed => {
            bounded!("有承办单位以外的随机来源；承办单位一家不能任意定谁被抽中。")
        }
        Level::Beacon => bounded!(
            "两方以上见证加事先指定的公共信标；信标在承诺之后才产生、又在各方之后公布的，谁也不能预先定谁被抽中。"
        ),
    }
}

/// What a party may rely on: `late_beacon` if a beacon is announced for a time after all nonces.
pub(in crate::screen) const fn bounds(late_beacon: bool) -> &'static str {
    match late_beacon {
        true => "公共随机数按公告在各方的随机数之后才产生；在它产生之前，谁也算不出结果。",
        false => left_open!(),
    }
}

/// Whether a party's nonce is still to come.
pub(in crate::screen) fn awaits_nonces(committed: &Committed) -> bool {
    let parties = &committed.frozen.parties;
    parties
        .iter()
        .any(domain::campaign::party::Party::is_waiting)
}

/// Whether nonces that were taken are still sealed: under `shuang/2`, until REVEAL makes them public.
pub(in crate::screen) fn are_nonces_sealed(state: &CampaignState) -> bool {
    matches!(state, CampaignState::Committed(committed) if !committed.is_by_hand())
}

/// Whether the beacon of a `shuang/2` attempt does not count yet.
pub(in crate::screen) fn awaits_beacon(revealed: &Revealed) -> bool {
    !revealed.committed.is_by_hand()
        && revealed.committed.awaits_source()
        && revealed.shown().is_none()
}

/// Who must do what next, in few words; `settled` if it is known that no visit is open any more.
pub(in crate::screen) fn next_step(
    campaign: &Campaign,
    settled: bool,
    now: Instant,
) -> &'static str {
    match &campaign.state {
        _ if campaign.missed_beacon(now).is_some() => "分管领导作废这一次",
        CampaignState::Draft(_) => "发起科室补全方案，提交报批",
        CampaignState::Submitted(_) => "分管领导审批",
        CampaignState::Approved(_) => "发起科室启动",
        CampaignState::Launched(_) => "抽取经办冻结名录",
        CampaignState::Frozen(frozen) => {
            if frozen
                .parties
                .iter()
                .all(domain::campaign::party::Party::has_committed)
            {
                "抽取经办公布承诺"
            } else {
                "见证方递交承诺值"
            }
        }
        CampaignState::Committed(committed) => {
            let begun = committed.ceremony.as_ref();
            if !committed.is_by_hand() && begun.is_none() {
                "抽取经办开始抽取仪式"
            } else if begun.is_some_and(|begun| begun.witnesses.is_empty()) {
                "见证人登记到场"
            } else if committed.takes_dice() {
                "在场两人录入掷骰结果"
            } else if awaits_nonces(committed) {
                "见证方公开随机数"
            } else if committed.is_by_hand() {
                "抽取经办完成揭示"
            } else {
                "程序自动公布揭示"
            }
        }
        CampaignState::Revealed(revealed) if revealed.committed.is_by_hand() => "抽取经办抽取",
        CampaignState::Revealed(revealed) if awaits_beacon(revealed) => "在场人员录入公共随机数",
        CampaignState::Revealed(_) => "程序自动抽取",
        CampaignState::Drawn(_) => "发起科室派发检查",
        CampaignState::Inspecting(_) if settled => "发起科室结束检查",
        CampaignState::Inspecting(_) => "检查组检查、录入和审核",
        CampaignState::Ended(ended) => {
            if ended.opened.is_none() {
                "抽取经办公开抽取材料"
            } else {
                "发起科室在本系统之外形成检查报告"
            }
        }
        CampaignState::Reported(_) => "归档",
        CampaignState::Archived(_) | CampaignState::Abandoned(_) => "已办结",
    }
}

/// What the state means for this moment: the sentence of the note, and what comes after it.
#[expect(clippy::too_many_lines, reason = "a table of words, one arm per state")]
pub(in crate::screen) fn now(
    stored: &StoredCampaign,
    rulebook: &Rulebook,
    now: Instant,
) -> (&'static str, String) {
    if let Some(due) = stored.campaign.missed_beacon(now) {
        return (
            "揭示没有赶在公共随机源之前公布，这次抽取只能作废。",
            format!(
                "公共随机源 {} 已经公布，现在才公布揭示的人能挑选谁缺席；作废之后重新冻结名录，各方另换随机数。",
                due.local_text()
            ),
        );
    }
    match &stored.campaign.state {
        CampaignState::Draft(draft) => match &draft.returned {
            Some(returned) => (
                "方案已退回，修改后重新提交。",
                format!("退回理由：{}", returned.reason),
            ),
            None => (
                "方案正在起草，还没有提交。",
                "各部分补全后，由发起科室提交报批。".to_owned(),
            ),
        },
        CampaignState::Submitted(_) => (
            "方案已提交，等待分管领导审批。",
            "批准后，方案的摘要进入公开日志，不能再改；批准前提交人可以撤回。".to_owned(),
        ),
        CampaignState::Approved(approved) if approved.attempt > 1 => (
            "上一次抽取已作废，方案仍然有效。",
            format!("启动后重新冻结名录，这是第 {} 次抽取。", approved.attempt),
        ),
        CampaignState::Approved(_) => (
            "方案已批准，等待启动。",
            "由发起科室会同执法支队、专业大队启动。".to_owned(),
        ),
        CampaignState::Launched(_) => (
            "已启动，等待抽取经办冻结名录。",
            "冻结取名录此刻的内容；此后对名录的修改不影响本次抽取。".to_owned(),
        ),
        CampaignState::Frozen(_) => (
            "名录已冻结，正在收存见证方的承诺值。",
            "各方在自己的设备上生成随机数，只递交承诺值；收齐后公布承诺。".to_owned(),
        ),
        CampaignState::Committed(committed)
            if !awaits_nonces(committed) && !committed.is_by_hand() =>
        {
            (
                "各方的随机数都已提交，程序正在公布揭示。",
                ITSELF.to_owned(),
            )
        }
        CampaignState::Committed(committed) if !awaits_nonces(committed) => (
            "各方的随机数都已公开，等待抽取经办完成揭示。",
            "完成揭示之后才能抽取；结果由种子算定，谁也不能再改变。".to_owned(),
        ),
        CampaignState::Committed(committed) if committed.takes_dice() => (
            "承诺已公布，等待两人录入掷骰结果。",
            format!("{}；骰子录入之后，各方才能公开随机数。", taken(committed)),
        ),
        CampaignState::Committed(committed)
            if !committed.is_by_hand() && committed.ceremony.is_none() =>
        {
            (
                "承诺已公布，等待抽取仪式开始。",
                format!(
                    "{}；仪式开始、见证人到场之后，{}各方才能公开随机数。",
                    taken(committed),
                    match committed.awaits_dice() {
                        true => "才掷骰；骰子录入之后，",
                        false => "",
                    }
                ),
            )
        }
        CampaignState::Committed(committed) => (
            match committed.is_by_hand() {
                true => "承诺已公布，等待见证方公开随机数，现在还不能抽取。",
                false => "承诺已公布，等待见证方公开随机数；到齐后程序自动抽取。",
            },
            format!("{}；结果还没有算出。", taken(committed)),
        ),
        CampaignState::Revealed(revealed) if awaits_beacon(revealed) => (
            "揭示已经公布，等待公共随机数。",
            match revealed.committed.beacon_at {
                Some(at) => format!(
                    "{} 产生；录入之后结果由程序自动算出并公布。",
                    at.local_text()
                ),
                None => "录入之后结果由程序自动算出并公布。".to_owned(),
            },
        ),
        CampaignState::Revealed(revealed) if !revealed.committed.is_by_hand() => {
            ("来源已经到齐，程序正在抽取。", ITSELF.to_owned())
        }
        CampaignState::Revealed(_) => (
            "随机数已经到齐，可以抽取。",
            "结果由种子算定，抽取只是把它算出来并公布。".to_owned(),
        ),
        CampaignState::Drawn(drawn) => (
            "已抽取，等待派发检查。",
            format!(
                "应检查 {} 户。名单在公开之前保密，每次登录第一次查看留痕。",
                drawn.visits
            ),
        ),
        CampaignState::Inspecting(_) => (
            "检查进行中。",
            format!(
                "检查期到 {} 为止；每户须录入结果并由第二人审核。",
                stored.until
            ),
        ),
        CampaignState::Ended(ended) if ended.opened.is_none() => (
            "检查已结束，抽取材料还没有公开。",
            "公开后，任何人都能核对次序、界限和每一户被查对象；编组、回避和工作量要用完整案卷核对。".to_owned(),
        ),
        CampaignState::Ended(_) => (
            "检查已结束，抽取材料已公开。",
            format!(
                "检查报告在本系统之外形成，期限是结束后 {} 个工作日内。",
                rulebook.report_days
            ),
        ),
        CampaignState::Reported(_) => ("检查报告已形成。", "资料齐全后归档。".to_owned()),
        CampaignState::Archived(_) => ("已归档。", String::new()),
        CampaignState::Abandoned(abandoned) => ("任务终止。", given_up_because(abandoned)),
    }
}

/// What is said while something follows by itself.
const ITSELF: &str =
    "不经任何人决定，本页自己刷新。一直没有结果的，请运行维护人员看服务端的运行记录。";

/// Between which hours nonces are taken.
fn taken(committed: &Committed) -> String {
    let until = committed.reveal_by.local_text();
    match committed.reveal_from {
        Some(from) => format!("{} 起接收，截止 {until}", from.local_text()),
        None => format!("截止 {until}"),
    }
}

/// An instant as short as it stays clear: `今日 10:12`, `11-23`, `2025-11-23`.
pub(in crate::screen) fn brief(at: Instant, today: Date) -> String {
    let day = at.date();
    let text = at.local_text();
    if day == today {
        format!("今日 {}", &text[11..16])
    } else if day.year() == today.year() {
        text[5..10].to_owned()
    } else {
        text[..10].to_owned()
    }
}

/// Why a campaign was given up, for those inside: the class the public reads, and the words it does not.
pub(super) fn given_up_because(abandoned: &Abandoned) -> String {
    match abandoned.class {
        Some(class) => format!("事由：{}。理由：{}", class.label(), abandoned.reason),
        None => format!("理由：{}", abandoned.reason),
    }
}
