//! What a confirmation page asks for, and what is wrong with what was typed.

use domain::calendar::WorkCalendar;
use domain::campaign::abandon_class::AbandonClass;
use domain::campaign::version::Version;
use domain::campaign::void_class::VoidClass;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Instant;
use store::catalog;

use super::ceremony::{self, Beacon};
use super::{CampaignAct, Seen, dice, hours, paper};
use crate::component::{Choice, Confirm, Field, LAST_FOUR_FIELD, Width};
use crate::gate::{Pressed, Stop, Visit, WebState};
use crate::screen::campaign::term;
use crate::screen::shared::public_reason;

static REASON_EMPTY: Code = Code::new(
    "CAMP-030",
    "没有写理由。",
    None,
    "写清事实和依据，它会留在记录里。",
);
static LAST_FOUR: Code = Code::new(
    "CAMP-031",
    "末四位与任务号不符。",
    None,
    "对照页面上的任务号，只填最后四个数字。",
);
static DICE: Code = Code::new(
    "CAMP-034",
    "掷骰结果应至少 20 位数字，现在是 {count} 位。",
    Some("摇号协议第 1 节"),
    "按掷出的次序逐位录入，0 到 9。",
);
static BEACON: Code = Code::new(
    "CAMP-035",
    "没有录入信标的值。",
    Some("摇号协议第 3.5 节"),
    "按公布的原文录入。",
);
/// A reason outside the closed list.
pub(super) static REASON_CODE: Code =
    Code::new("CAMP-037", "这个事由不在列表里。", None, "从列表中选一项。");

const ABSENT: &[(&str, &str)] = &[
    ("no-show", "到期未公开，也未说明"),
    ("lost-nonce", "随机数已丢失"),
    ("device-failure", "设备故障"),
    ("withdrew", "声明退出"),
];

/// The classes from which a void is chosen.
fn void_classes(seen: &Seen, now: Instant) -> Vec<VoidClass> {
    let missed = seen.stored.campaign.missed_beacon(now).is_some();
    match (seen.version(), missed) {
        (Version::One, _) => {
            let all = VoidClass::ALL.iter().copied();
            all.filter(|class| *class != VoidClass::MissedBeacon)
                .collect()
        }
        (Version::Two, _) => VoidClass::offered(missed).collect(),
    }
}

fn choices(rows: &[(&str, &str)]) -> Vec<Choice> {
    rows.iter()
        .map(|(value, words)| Choice::new(*value, *words))
        .collect()
}

fn reason(label: &str, help: &str) -> Field {
    Field::area("reason", label, 3).with_help(help)
}

/// The beacon of the attempt as it stands.
pub(super) fn beacon(seen: &Seen) -> Option<Beacon<'_>> {
    Beacon::of(seen, &seen.stored)
}

/// Why, and on which paper; the public reads the class alone under `shuang/2`.
fn voiding(seen: &Seen, confirm: Confirm, now: Instant) -> Confirm {
    let version = seen.version();
    let classes = void_classes(seen, now).into_iter();
    let code = public_reason::choice("void_code", classes, VoidClass::published);
    let why = match version {
        Version::One => reason("作废理由", "永久公开；写明事实、发现经过和依据"),
        Version::Two => reason(
            "作废理由",
            "记入留痕，不公开；公众看到的是上面的事由。写明事实、发现经过和依据",
        ),
    };
    let confirm = confirm.asking(code).asking(why);
    let signed = Field::file_hash("document", "签批作废的文书的 SHA-256 摘要")
        .with_help("把签批的文书扫描；文书不上传，由批准人存档，摘要写入公开的作废记录。也可以自己算：sha256sum 文件，或 certutil -hashfile 文件 SHA256");
    match version {
        Version::One => confirm,
        Version::Two => confirm.asking(signed),
    }
    .asking_last_four(seen.number().as_str())
}

/// The page with its questions.
pub(super) async fn asking(
    act: CampaignAct,
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    confirm: Confirm,
) -> Result<Confirm, Stop> {
    let number = seen.number().as_str();
    Ok(match act {
        CampaignAct::Return => confirm.asking(reason("退回理由", "写明要改哪一部分、怎么改")),
        CampaignAct::Abandon => public_reason::asking(confirm, "终止理由", AbandonClass::published),
        CampaignAct::Paper => paper::asking(web, seen, confirm).await?,
        CampaignAct::Void => voiding(seen, confirm, visit.now),
        CampaignAct::Freeze => {
            let preview = web.previews.of(
                &web.app,
                seen.number(),
                &seen.stored.campaign.initiator,
                seen.plan.clone(),
            );
            let alone = preview.await?.is_ok_and(|preview| preview.not_random());
            let known = "知道并照此冻结；各文书将注明“非随机”";
            if alone {
                confirm.asking(Field::tick("pool_of_one", "只有 1 户的层", known))
            } else {
                confirm
            }
        }
        CampaignAct::Commit => hours::asking(seen, visit.now, confirm),
        CampaignAct::Dice => dice::asking(seen, &visit.acting.account, confirm),
        CampaignAct::Slip => ceremony::asking_slip(confirm),
        CampaignAct::Beacon => match beacon(seen) {
            Some(beacon) => beacon.asking(&visit.acting.account, confirm),
            None => confirm,
        },
        CampaignAct::Reveal => {
            let waits = seen.stored.campaign.state.frame().is_some_and(|frozen| {
                frozen
                    .parties
                    .iter()
                    .any(domain::campaign::party::Party::is_waiting)
            });
            if waits {
                confirm.asking(Field::one_of("absent_reason", "缺席原因", choices(ABSENT)))
            } else {
                confirm
            }
        }
        CampaignAct::Draw => drawing(web, seen, visit, confirm)
            .await?
            .asking_last_four(number),
        _ => confirm,
    })
}

async fn drawing(
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    mut confirm: Confirm,
) -> Result<Confirm, Stop> {
    let sources = &seen.plan.sources;
    if let Some(label) = seen.dice_with_draw() {
        let field = Field::line("dice", format!("掷骰结果（{label}）"), Width::Long)
            .with_help("至少 20 位，按掷出的次序录入，不加空格");
        confirm = confirm.asking(field);
    }
    if let Some(beacon) = &sources.beacon {
        let field = Field::line(
            "beacon",
            format!("信标 {} 的值", beacon.source),
            Width::Long,
        )
        .with_help("drand 为 96 位小写十六进制签名；彩票按公布的两位号码，各区从小到大，空格隔开");
        confirm = confirm.asking(field);
    }
    let holidays = catalog::holidays(&mut web.app.db.read().await?).await?;
    let calendar = WorkCalendar::new(holidays);
    let due = seen
        .stored
        .campaign
        .state
        .commitment()
        .and_then(|committed| term::result_by(committed, &seen.rulebook, &calendar));
    if due.is_some_and(|due| visit.now > due) {
        let field =
            Field::area("late_reason", "逾期理由", 2).with_help("结果晚于细则期限公布，说明原因");
        confirm = confirm.asking(field);
    }
    Ok(confirm)
}

/// The class the public reads is one of those offered.
fn class_is_chosen(
    act: CampaignAct,
    (seen, now): (&Seen, Instant),
    sent: &Pressed,
    errors: &mut FieldErrors,
) {
    match act {
        CampaignAct::Abandon => {
            let classes = AbandonClass::ALL.iter().copied();
            public_reason::chosen(sent, "class", classes, errors);
        }
        CampaignAct::Void => {
            let classes = void_classes(seen, now).into_iter();
            public_reason::chosen(sent, "void_code", classes, errors);
        }
        _ => {}
    }
}

/// What is wrong with what was typed.
pub(super) fn faults(act: CampaignAct, seen: &Seen, visit: &Visit, sent: &Pressed) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let needs_reason = matches!(
        act,
        CampaignAct::Return | CampaignAct::Abandon | CampaignAct::Void
    );
    if needs_reason && sent.first("reason").trim().is_empty() {
        errors.push("reason", REASON_EMPTY.field(&[]));
    }
    class_is_chosen(act, (seen, visit.now), sent, &mut errors);
    if act == CampaignAct::Void && seen.version() == Version::Two {
        dice::required_hash("document", sent, &mut errors);
    }
    if act == CampaignAct::Beacon
        && let Some(beacon) = beacon(seen)
    {
        beacon.faults(&visit.acting.account, sent, &mut errors);
    }
    if act == CampaignAct::Dice {
        dice::faults(seen, &visit.acting.account, sent, &mut errors);
    }
    if act == CampaignAct::Paper {
        paper::faults(sent, &mut errors);
    }
    if act == CampaignAct::Commit {
        hours::faults(seen, sent, &mut errors);
    }
    if act == CampaignAct::Reveal
        && !sent.first("absent_reason").is_empty()
        && !ABSENT
            .iter()
            .any(|(code, _)| *code == sent.first("absent_reason"))
    {
        errors.push("absent_reason", REASON_CODE.field(&[]));
    }
    if act == CampaignAct::Draw {
        let sources = &seen.plan.sources;
        let dice = domain::text::narrow(sent.first("dice"));
        let digits = dice.len() >= 20 && dice.bytes().all(|b| b.is_ascii_digit());
        if seen.dice_with_draw().is_some() && !digits {
            errors.push("dice", DICE.field(&[("count", &dice.chars().count())]));
        }
        if sources.beacon.is_some() && sent.first("beacon").trim().is_empty() {
            errors.push("beacon", BEACON.field(&[]));
        }
    }
    let asks_number = matches!(act, CampaignAct::Draw | CampaignAct::Void);
    if asks_number && !Confirm::last_four_agree(seen.number().as_str(), sent) {
        errors.push(LAST_FOUR_FIELD, LAST_FOUR.field(&[]));
    }
    errors
}
