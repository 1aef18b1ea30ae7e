//! The hours FREEZE announces, as its form asks for them: under `shuang/1` how many minutes nonces are taken for, under
//! `shuang/2` from when, until when, and when a lottery is drawn. A round of drand says its hour itself.
//!
//! Deliberately absent: whether the hours keep the intervals, which the domain says when they are sent.

use app::drawing::CommitWords;
use domain::campaign::version::Version;
use domain::refusal::Code;
use domain::text::{FieldErrors, narrow};
use domain::time::Instant;

use super::Seen;
use crate::component::{Confirm, Field, Width};
use crate::form::Submitted;

/// The longest time to open nonces: thirty days.
const MOST_MINUTES: i64 = 30 * 24 * 60;
/// How long nonces are taken unless somebody says otherwise.
const USUAL_MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;
/// How soon nonces are taken if no beginning is typed: FREEZE has to be in the log by then.
const AT_ONCE_SECONDS: i64 = 10;

static MINUTES: Code = Code::new(
    "CAMP-032",
    "时限“{typed}”不是 {least} 到 43,200 之间的整数分钟。",
    None,
    "例如 60，即公布后一小时内公开随机数。",
);
static ROUND: Code = Code::new(
    "CAMP-033",
    "没有填写信标的期号或轮次。",
    Some("摇号协议第 3.5 节"),
    "填写承诺公布之后才会产生的那一期，例如双色球 2026136。",
);
static DRAND_ROUND: Code = Code::new(
    "CAMP-038",
    "“{typed}”不是 drand 的轮次。",
    Some("shuang/2 第 3 节"),
    "填写 1 到 9999999999 的整数；产生的时间由轮次算出。",
);

/// The form with its questions.
pub(super) fn asking(seen: &Seen, now: Instant, confirm: Confirm) -> Confirm {
    let beacon = seen.plan.sources.beacon.as_ref();
    let round = beacon.map(|beacon| {
        let label = format!("信标 {} 的期号或轮次", beacon.source);
        Field::line("beacon_round", label, Width::Medium).with_help("必须是此刻还没有产生的一期")
    });
    let asked = match seen.version() {
        Version::One => vec![reveal_minutes(seen)],
        Version::Two => of_two(seen, now),
    };
    let fields = asked.into_iter().chain(round);
    fields.chain(appears(seen)).fold(confirm, Confirm::asking)
}

fn reveal_minutes(seen: &Seen) -> Field {
    let least = least(seen);
    Field::line("reveal_minutes", "公开随机数的时限（分钟）", Width::Short)
        .with_help(format!(
            "从公布承诺起算，至少 {least} 分钟；到期未公开的记为缺席"
        ))
        .with_value((least + USUAL_MINUTES).to_string())
}

/// From when and until when nonces are taken: as the plan announced the ceremony, or as soon as the rules allow.
fn of_two(seen: &Seen, now: Instant) -> Vec<Field> {
    let soon = now.plus_ms((least(seen) + 1) * MINUTE_MS);
    let ceremony = seen.announced();
    let from = ceremony.map_or(soon, |ceremony| ceremony.max(soon));
    let begins = match ceremony {
        Some(ceremony) => format!(
            "方案公告的抽取仪式在 {}，不得更早；到时才接收随机数",
            minute_of(ceremony)
        ),
        None => "到时才接收随机数；方案没有公告抽取仪式的时间".to_owned(),
    };
    let ends = "到期未公开的记为缺席，不能延长";
    // Before the announced ceremony nothing begins at once, so that leaving it empty is no way then.
    let begins = match ceremony.is_some_and(|ceremony| ceremony > now) {
        true => begins,
        false => format!("{begins}；留空：公布承诺 {AT_ONCE_SECONDS} 秒后起"),
    };
    vec![
        moment("reveal_from", "开始接收随机数", &begins).with_value(minute_of(from)),
        moment("reveal_by", "接收随机数的截止", ends)
            .with_value(minute_of(from.plus_ms(USUAL_MINUTES * MINUTE_MS))),
    ]
}

/// When a lottery is drawn.
fn appears(seen: &Seen) -> Option<Field> {
    let help = "公布承诺之后才开奖，且不早于接收随机数的截止；以开奖公告的时间为准";
    is_lottery(seen).then(|| moment("beacon_at", "开奖的时间", help))
}

fn moment(name: &'static str, label: &str, help: &str) -> Field {
    Field::line(name, label, Width::Medium)
        .with_help(format!("年-月-日 时:分，如 2026-11-23 09:00；{help}"))
}

/// `2026-11-23 09:00`, as it is typed.
fn minute_of(at: Instant) -> String {
    at.local_text()[..16].to_owned()
}

fn is_drand(seen: &Seen) -> bool {
    let beacon = seen.plan.sources.beacon.as_ref();
    beacon.is_some_and(|beacon| beacon.source.starts_with("drand:"))
}

fn is_lottery(seen: &Seen) -> bool {
    let has_beacon = seen.plan.sources.beacon.is_some();
    seen.version() == Version::Two && has_beacon && !is_drand(seen)
}

fn least(seen: &Seen) -> i64 {
    // Without an interval the act itself is refused, whatever is typed.
    seen.rulebook
        .intervals()
        .map_or(1, |intervals| intervals.freeze_minutes.max(1))
}

/// The minutes typed, if they are a number in range.
fn minutes(sent: &Submitted) -> Option<i64> {
    let typed = narrow(sent.first("reveal_minutes"));
    let number = typed.len() <= 6 && !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    typed
        .parse()
        .ok()
        .filter(|minutes| number && (1..=MOST_MINUTES).contains(minutes))
}

/// What is wrong with what was typed.
pub(super) fn faults(seen: &Seen, sent: &Submitted, errors: &mut FieldErrors) {
    match seen.version() {
        Version::One => {
            let least = least(seen);
            if minutes(sent).is_none_or(|minutes| minutes < least) {
                let typed = sent.first("reveal_minutes");
                errors.push(
                    "reveal_minutes",
                    MINUTES.field(&[("typed", &typed), ("least", &least)]),
                );
            }
        }
        Version::Two => {
            let begins = (!at_once(sent)).then_some("reveal_from");
            let asked = begins.into_iter().chain(["reveal_by"]);
            for name in asked.chain(is_lottery(seen).then_some("beacon_at")) {
                errors.take(name, Instant::parse_typed(sent.first(name)));
            }
        }
    }
    if seen.plan.sources.beacon.is_none() {
        return;
    }
    let round = narrow(sent.first("beacon_round"));
    if round.is_empty() {
        errors.push("beacon_round", ROUND.field(&[]));
    } else if seen.version() == Version::Two && is_drand(seen) {
        let counts = round.len() <= 10 && round.bytes().all(|b| b.is_ascii_digit());
        if !counts || round.starts_with('0') {
            errors.push("beacon_round", DRAND_ROUND.field(&[("typed", &round)]));
        }
    }
}

/// Whether the beginning was left empty: nonces are taken at once.
fn at_once(sent: &Submitted) -> bool {
    sent.first("reveal_from").trim().is_empty()
}

/// What was typed, once it has no fault: the moments of `shuang/2`, or the minutes of `shuang/1` from now on.
pub(super) fn words(sent: &Submitted, now: Instant) -> CommitWords {
    let moment = |name: &str| Instant::parse_typed(sent.first(name)).ok();
    let minutes = minutes(sent).unwrap_or(MOST_MINUTES);
    let counted = now.plus_ms(minutes * MINUTE_MS);
    let soon = now.plus_ms(AT_ONCE_SECONDS * 1_000);
    CommitWords {
        reveal_from: if at_once(sent) {
            Some(soon)
        } else {
            moment("reveal_from")
        },
        reveal_by: Some(moment("reveal_by").unwrap_or(counted)),
        beacon_round: narrow(sent.first("beacon_round")),
        beacon_at: moment("beacon_at"),
    }
}
