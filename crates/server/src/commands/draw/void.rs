//! `mingqian draw void` (作废): an attempt ends without RESULT, and that is published.
//!
//! Before FREEZE it needs the plan alone; after FREEZE and after REVEAL the folder of the draw. From the beginning of the
//! ceremony until REVEAL nobody makes an attempt void. After REVEAL the result is determined as soon as the last source is
//! known: an attempt without beacon cannot be void any more but by the program (`draw result`), and one whose beacon has
//! not appeared is opened when it does (SPEC-draw §1, §3.7, §3.9). The public gets a class of the list and its fixed
//! sentence; the grounds stand in the signed paper, whose hash the record names; who approved is a hash nobody can try.
//! Deliberately absent: taking a VOID back.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ::draw::record::reveal::RevealRecord;
use ::draw::record::two::{self, Approval, Decided, Voided};
use ::draw::record::{self, FreezeRecord, Hours, PlanRecord, hash_of};
use ::draw::{Digest, Suite, Token, Version};
use ::verify::drand::is_drand;
use app::port::{Clock, Entropy};
use clap::{Args, ValueEnum};
use domain::campaign::void_class::VoidClass;
use serde_json::json;

use super::folder::{Draft, read, refuse_existing};
use super::moment::{AtArgs, Moment, local};
use super::plan_file::Announced;
use super::result::publish;
use crate::commands::{Failure, Output};

/// What the public is told, beside the record.
const NOTICE: &str = "void-notice.txt";
/// Who approved and under which salt, which is never published.
const APPROVER: &str = "void-approver.txt";

/// Arguments of `mingqian draw void`.
#[derive(Debug, Args)]
pub(crate) struct VoidArgs {
    /// 抽取的目录；冻结之前作废的，是要新建的目录
    #[arg(long, value_name = "目录")]
    out: PathBuf,
    /// 抽取方案（TOML）：只在冻结之前作废时写
    #[arg(long, value_name = "文件")]
    plan: Option<PathBuf>,
    /// 作废的事由
    #[arg(long, value_enum, value_name = "事由")]
    reason: Reason,
    /// 签批作废的文书：扫描件，或者它的 64 位摘要
    #[arg(long, value_name = "文件")]
    document: String,
    /// 批准人的代码；公布的是加盐的摘要，不公布代码
    #[arg(long, value_name = "代码")]
    approver: String,
    #[command(flatten)]
    at: AtArgs,
}

/// The published classes of reasons a person gives; that the level is lost is found by the program.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reason {
    /// 名录有误
    RegisterError,
    /// 方案或人数有误
    PlanError,
    /// 公共随机源公布之前没有完成揭示
    MissedBeacon,
    /// 逾期未抽取
    Expired,
    /// 演练结束
    RehearsalOver,
    /// 其他
    Other,
}

impl Reason {
    const fn class(self) -> VoidClass {
        match self {
            Self::RegisterError => VoidClass::RegisterError,
            Self::PlanError => VoidClass::PlanError,
            Self::MissedBeacon => VoidClass::MissedBeacon,
            Self::Expired => VoidClass::Expired,
            Self::RehearsalOver => VoidClass::RehearsalOver,
            Self::Other => VoidClass::Other,
        }
    }

    fn token(self) -> Token {
        let name = self.class().name();
        name.parse().expect("every class is a name")
    }
}

/// VOID with what it is made of.
struct Made {
    campaign: Token,
    attempt: u32,
    suite: Suite,
    record: String,
    /// What lies in the folder beside it and must be published too.
    beside: &'static [&'static str],
    /// Whether it is opened when the beacon appears.
    awaits_beacon: bool,
}

/// Makes an attempt void and says what to publish.
pub(crate) fn run(
    args: &VoidArgs,
    (entropy, clock): (&dyn Entropy, &dyn Clock),
    output: &Output,
) -> Result<u8, Failure> {
    let now = args.at.moment(clock);
    let approver: Token = args.approver.parse()?;
    if !Version::Two.allows(approver) {
        let sentence = "代码的第一个字符须是数字或者英文字母。";
        return Err(Failure::new("CLI-219", "--approver", sentence));
    }
    let salt = Digest(entropy.bytes::<32>());
    let kept = format!("approver {approver} {salt}\n");
    let by = |suite: Suite| -> Result<Approval, Failure> {
        Ok(Approval::by(
            suite,
            approver,
            &salt,
            document(&args.document, suite)?,
        ))
    };
    let made = match &args.plan {
        Some(plan) => before_freeze(args, plan, by, &kept, now)?,
        None => frozen(args, approver, by, &kept, now)?,
    };
    say(args, &made, now, output);
    Ok(0)
}

/// The hash of the signed paper, given as a file or as that hash.
fn document(text: &str, suite: Suite) -> Result<Digest, Failure> {
    let digest = match text.parse() {
        Ok(digest) => digest,
        Err(_) => {
            let path = Path::new(text);
            let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
            if bytes.is_empty() {
                return Err(Failure::new("CLI-307", "--document", "文书是空文件。"));
            }
            suite.bytes(&bytes)
        }
    };
    match digest == Digest([0; 32]) {
        true => {
            let sentence = "64 个 0 不是任何文件的摘要。请给出签批作废的文书。";
            Err(Failure::new("CLI-307", "--document", sentence))
        }
        false => Ok(digest),
    }
}

/// VOID of an attempt that was never frozen: a folder of plan and VOID.
fn before_freeze(
    args: &VoidArgs,
    plan: &Path,
    by: impl Fn(Suite) -> Result<Approval, Failure>,
    kept: &str,
    now: Moment,
) -> Result<Made, Failure> {
    if args.out.join("freeze.txt").exists() {
        let sentence = "这个目录已经冻结。冻结以后作废不写 --plan。";
        return Err(Failure::new("CLI-433", "--plan", sentence));
    }
    refuse_existing(&args.out)?;
    let plan = Announced::read(plan)?;
    let record = two::VoidRecord {
        voided: Voided::BeforeFreeze {
            campaign: plan.record.campaign,
            attempt: plan.attempt,
            plan: hash_of(plan.record.suite, &plan.record),
        },
        reason: args.reason.token(),
        decided: Decided::Approved(by(plan.record.suite)?),
    };
    let made = Made {
        campaign: plan.record.campaign,
        attempt: plan.attempt,
        suite: plan.record.suite,
        record: record.to_string(),
        beside: &["plan.txt"],
        awaits_beacon: false,
    };
    let mut draft = Draft::begin(&args.out)?;
    draft.write("plan.txt", |out| write!(out, "{}", plan.record))?;
    draft.write("void.txt", |out| out.write_all(made.record.as_bytes()))?;
    draft.write(NOTICE, |out| {
        out.write_all(made.notice(args, now).as_bytes())
    })?;
    draft.write(APPROVER, |out| out.write_all(kept.as_bytes()))?;
    draft.keep()?;
    Ok(made)
}

/// VOID of a frozen attempt, by its version.
fn frozen(
    args: &VoidArgs,
    approver: Token,
    by: impl Fn(Suite) -> Result<Approval, Failure>,
    kept: &str,
    now: Moment,
) -> Result<Made, Failure> {
    let folder = args.out.as_path();
    let freeze = unended(folder)?;
    let reason = args.reason.token();
    let approval = by(freeze.suite)?;
    let two = freeze.version() == Version::Two;
    let reveal = match two {
        true => reveal(folder, &freeze, now)?,
        false => None,
    };
    let attempt = freeze.attempt_ref();
    let record = match two {
        false => record::VoidRecord {
            attempt,
            reason,
            approver,
            document: approval.document,
        }
        .to_string(),
        true => two::VoidRecord {
            voided: Voided::Frozen { attempt, reveal },
            reason,
            decided: Decided::Approved(approval),
        }
        .to_string(),
    };
    let made = Made {
        campaign: freeze.campaign,
        attempt: freeze.attempt,
        suite: freeze.suite,
        record,
        beside: match reveal {
            Some(_) => &["plan.txt", "freeze.txt", "reveal.txt"],
            None => &["plan.txt", "freeze.txt"],
        },
        awaits_beacon: reveal.is_some(),
    };
    // VOID is written last; what lies there without it is of an act that broke off.
    for name in [APPROVER, NOTICE] {
        discard(&folder.join(name))?;
    }
    // Only `shuang/2` hides who approved.
    if two {
        publish(folder, APPROVER, kept)?;
    }
    publish(folder, NOTICE, &made.notice(args, now))?;
    publish(folder, "void.txt", &made.record)?;
    Ok(made)
}

fn discard(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file(path, &error)),
        _ => Ok(()),
    }
}

/// FREEZE of a folder whose attempt has ended neither way.
fn unended(folder: &Path) -> Result<FreezeRecord, Failure> {
    let place = || folder.display().to_string();
    if !folder.join("freeze.txt").exists() {
        let sentence = "不是已冻结的抽取目录。冻结之前作废的，用 --plan 给出方案。";
        return Err(Failure::new("CLI-433", place(), sentence));
    }
    refuse_existing(&folder.join("void.txt"))?;
    let parsed = |name: &str| read(&folder.join(name));
    let freeze = FreezeRecord::parse(&parsed("freeze.txt")?);
    let freeze = freeze.map_err(|fault| fault.within("freeze.txt"))?;
    let plan = PlanRecord::parse(&parsed("plan.txt")?);
    let plan = plan.map_err(|fault| fault.within("plan.txt"))?;
    if freeze.plan != hash_of(plan.suite, &plan) {
        let sentence = "不是 freeze.txt 写明的方案。请核对是否拿错文件。";
        return Err(Failure::new("CLI-503", "plan.txt", sentence));
    }
    let ended = ["result.txt", "seed.txt", "drawn"];
    if ended.iter().any(|name| folder.join(name).exists()) {
        let sentence = "已经出了结果。一次冻结要么有结果，要么作废，不能先看结果再作废。";
        return Err(Failure::new("CLI-434", place(), sentence));
    }
    Ok(freeze)
}

/// `H(REVEAL)` if one was made; then only a beacon that has not appeared leaves anything to be void.
fn reveal(folder: &Path, freeze: &FreezeRecord, now: Moment) -> Result<Option<Digest>, Failure> {
    let path = folder.join("reveal.txt");
    if !path.exists() {
        return before_ceremony(freeze, now).map(|()| None);
    }
    let reveal = RevealRecord::parse(&read(&path)?).map_err(|fault| fault.within("reveal.txt"))?;
    let faults = reveal.faults(freeze);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let refuse = |sentence: String| Err(Failure::new("CLI-434", "reveal.txt", sentence));
    let beacon = freeze.beacon.as_ref();
    match (freeze.hours, beacon) {
        (
            Hours::Two {
                beacon_at: Some(at),
                ..
            },
            Some(beacon),
        ) => {
            if is_drand(beacon) && now.seconds >= at {
                return refuse(format!(
                    "drand 第 {} 轮已在 {} 公布，结果已定，不能再作废。请运行 mingqian draw result --beacon 值。",
                    beacon.round,
                    local(at)
                ));
            }
            Ok(Some(reveal.hash(freeze.suite)))
        }
        _ => refuse(
            "没有公共随机源，揭示之后结果已定，不能再作废。请运行 mingqian draw result；来源不足的，它按规则作废。"
                .to_owned(),
        ),
    }
}

/// Refuses from `reveal-from` on: whoever holds all nonces could look first. Once the beacon is out REVEAL comes too late,
/// and nothing else is left.
fn before_ceremony(freeze: &FreezeRecord, now: Moment) -> Result<(), Failure> {
    match freeze.hours {
        Hours::Two {
            beacon_at: Some(at),
            ..
        } if now.seconds >= at => Ok(()),
        Hours::Two { reveal_from, .. } if now.seconds >= reveal_from => {
            let sentence = format!(
                "抽取仪式已从 {} 开始，现在是 {}：到写定揭示之前不能作废。请运行 mingqian draw result；\
                 到截止 {} 没有交来随机数的写 --nonce 代码=absent:timeout，达不到最低等级的，由程序作废并公开本来会抽中什么。",
                local(reveal_from),
                now.words(),
                local(freeze.reveal_by)
            );
            Err(Failure::new("CLI-435", "reveal-from", sentence))
        }
        _ => Ok(()),
    }
}

impl Made {
    /// What the public is told.
    fn notice(&self, args: &VoidArgs, now: Moment) -> String {
        format!(
            "作废公告\n抽查任务 {}，第 {} 次抽取\n作废时间 {}\n事由 {}（{}）\n说明 {}\nH(VOID) {}\n",
            self.campaign,
            self.attempt,
            local(now.seconds),
            args.reason.class().label(),
            args.reason.class().name(),
            args.reason.class().sentence(),
            self.hash()
        )
    }

    fn hash(&self) -> Digest {
        self.suite.bytes(self.record.as_bytes())
    }
}

fn say(args: &VoidArgs, made: &Made, now: Moment, output: &Output) {
    let folder = args.out.display();
    let beside: Vec<String> = made
        .beside
        .iter()
        .map(|name| format!("{folder}/{name}"))
        .collect();
    let opening = match made.awaits_beacon {
        true => format!(
            "揭示之后的作废要公开本来会抽中什么：公共随机源公布后运行 mingqian draw result --out {folder} --beacon 值，\
             再运行 mingqian draw open。\n"
        ),
        false => String::new(),
    };
    let words = format!(
        "已作废：抽查任务 {}，第 {} 次抽取；再抽的是第 {} 次\n办理时间：{}\nH(VOID) {}\n\n\
         现在公布并记入日志：{folder}/void.txt，连同公告 {folder}/{NOTICE}；没有公布过的还有 {}\n\
         不公布：{folder}/{APPROVER}（批准人和盐）\n{opening}\n{}",
        made.campaign,
        made.attempt,
        made.attempt.saturating_add(1),
        now.words(),
        made.hash(),
        beside.join("、"),
        made.record
    );
    let value = json!({
        "campaign": made.campaign.as_str(), "attempt": made.attempt, "void": made.hash().to_string(),
        "reason": args.reason.class().name(), "sentence": args.reason.class().sentence(), "awaits_beacon": made.awaits_beacon,
        "folder": args.out, "publish": ["void.txt", NOTICE],
    });
    output.say(&words, &value);
}
