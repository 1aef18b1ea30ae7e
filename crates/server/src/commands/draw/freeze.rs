//! `mingqian draw freeze` (冻结, T1): files and plan become FREEZE; says what to publish.

use std::io::Write;
use std::path::{Path, PathBuf};

use ::draw::digest::Secret;
use ::draw::frame::Rows;
use ::draw::quota::QuotaRule;
use ::draw::quota::{Quota, merged, merges};
use ::draw::record::{BeaconName, FreezeRecord, Hours, hash_of};
use ::draw::seed::lottery::Lottery;
use ::draw::{Frame, Frozen, Level, Stratum, Terms, Version};
use app::port::{Clock, Entropy};
use clap::Args;
use domain::rulebook::declared::Parameter;
use serde_json::json;

use super::earlier::EarlierArgs;
use super::folder::Draft;
use super::frame_files::{self, Files};
use super::moment::{AtArgs, Moment, local};
use super::plan_file::{Plan, rule_words};
use crate::commands::{Failure, Output, threads};

/// Arguments of `mingqian draw freeze`.
#[derive(Debug, Args)]
pub(crate) struct FreezeArgs {
    /// 检查对象（CSV：id, item, class, status, area）
    #[arg(long, value_name = "文件")]
    subjects: PathBuf,
    /// 检查人员（CSV：id, authority, status）
    #[arg(long, value_name = "文件")]
    inspectors: PathBuf,
    /// 回避（CSV：inspector, subject, reason）
    #[arg(long, value_name = "文件")]
    recusals: Option<PathBuf>,
    /// 抽取方案（TOML）
    #[arg(long, value_name = "文件")]
    plan: PathBuf,
    /// 本次抽取的目录，须尚不存在
    #[arg(long, value_name = "目录")]
    out: PathBuf,
    #[command(flatten)]
    earlier: EarlierArgs,
    #[command(flatten)]
    at: AtArgs,
}

/// Freezes, writes the draw's folder and says what to publish.
pub(crate) fn run(
    args: &FreezeArgs,
    (entropy, clock): (&dyn Entropy, &dyn Clock),
    output: &Output,
) -> Result<u8, Failure> {
    super::folder::refuse_existing(&args.out)?;
    let now = args.at.moment(clock);
    let plan = Plan::read(&args.plan)?;
    timely(&plan, now)?;
    level(&plan)?;
    let earlier = args.earlier.read()?;
    earlier.allow(&plan)?;
    let files = Files {
        subjects: &args.subjects,
        inspectors: &args.inspectors,
        recusals: args.recusals.as_deref(),
    };
    let frame = frame_files::read(&files, &plan.record.leaders)?;
    let frame = merge_small_pools(&plan, frame)?;
    let quotas = quotas(&plan, &frame.subjects)?;
    let secret = Secret::from_bytes(entropy.bytes::<32>());
    let frozen = frozen(&plan, &quotas, frame, &secret)?;
    write(args, &plan, &frozen)?;
    let mut warnings = warnings(frozen.record(), &quotas);
    warnings.extend(earlier.gap(plan.attempt));
    let said = Said {
        quotas: &quotas,
        warnings,
        now,
    };
    say(args, &plan, frozen.record(), &said, output);
    Ok(0)
}

/// Refuses hours that leave no time for what must happen between FREEZE and them.
fn timely(plan: &Plan, now: Moment) -> Result<(), Failure> {
    let mut failure = Failure::default();
    let mut not_before = |key: &str, what: &str, at: u64, seconds: u64| {
        let earliest = now.seconds.saturating_add(seconds);
        if at < earliest || at == now.seconds {
            let apart = match seconds {
                0 => String::new(),
                _ => format!("，离冻结至少 {seconds} 秒（freeze-seconds）"),
            };
            let sentence = format!(
                "{what} {}，冻结在 {}：要晚于冻结{apart}。请改方案，或者核对本机时钟（--at）。",
                local(at),
                now.words()
            );
            failure.push("CLI-310", plan.place(key), sentence);
        }
    };
    not_before("reveal-by", "揭示截止", plan.reveal_by, 0);
    let least = plan.record.freeze_seconds;
    let apart = if plan.beacon.is_some() { 0 } else { least };
    not_before("reveal-from", "揭示从", plan.reveal_from, apart);
    if let Some(beacon) = &plan.beacon {
        not_before("beacon", "公共随机源公布于", beacon.at, least);
        if let Some(next) = drawn_already(&beacon.name, now) {
            let sentence = format!(
                "按每周三期、休市一年至多少开 {} 期推算，{} 第 {} 期在冻结之前已经开奖。对照开奖公告写还没有开奖的一期，不早于第 {next} 期。",
                left_out(),
                beacon.name.source,
                beacon.name.round
            );
            failure.push("CLI-440", plan.place("beacon"), sentence);
        }
    }
    failure.or_nothing()
}

/// How many issues closures leave out of a year at most, where no bureau has adopted another number.
fn left_out() -> u64 {
    let known = Parameter::find("lottery.left_out");
    let stated = known.and_then(|known| known.default.parse().ok());
    stated.expect("the rulebook declares it, with a number as its default")
}

/// Of an issue of a lottery that may have been drawn by now: the first that cannot have been.
fn drawn_already(beacon: &BeaconName, now: Moment) -> Option<String> {
    let lottery = Lottery::named(beacon.source.as_str())?;
    let issue = lottery.issue(beacon.round.as_str())?;
    lottery.first_undrawn(issue, now.seconds, left_out())
}

/// Refuses sources that could not reach the least level even if all of them answer.
fn level(plan: &Plan) -> Result<(), Failure> {
    let parties = plan.parties.len();
    let beacon = plan.beacon.is_some() || plan.record.dice.is_some();
    let reached = u8::from(parties >= 2) + u8::from(beacon);
    let least = plan.record.min_level;
    if reached >= least {
        return Ok(());
    }
    let words = if beacon { "有" } else { "没有" };
    let sentence = format!(
        "要求至少 {least} 级，{parties} 名见证人、{words}骰子或公共随机源，全部到齐也只有 {reached} 级。请增加来源。"
    );
    Err(Failure::new("CLI-314", plan.place("min-level"), sentence))
}

/// Freezes; every new FREEZE is of `shuang/2`.
fn frozen(plan: &Plan, quotas: &[Quota], frame: Frame, secret: &Secret) -> Result<Frozen, Failure> {
    let terms = terms(plan, quotas);
    let frozen = ::draw::freeze_under(&plan.record, &terms, frame, secret, threads());
    let frozen = frozen.map_err(|refusal| plan.located(refusal.faults))?;
    let disagreements = plan.record.disagreements(frozen.record());
    match disagreements.is_empty() {
        true => Ok(frozen),
        false => Err(plan.located(disagreements)),
    }
}

/// The strata of each item with their pools N.
fn items(subjects: &Rows) -> Vec<(String, Vec<(Stratum, u64)>)> {
    let mut items: Vec<(String, Vec<(Stratum, u64)>)> = Vec::new();
    for (stratum, pool) in subjects.pools() {
        match items.iter_mut().find(|(item, _)| item == stratum.item()) {
            Some((_, strata)) => strata.push((stratum, pool)),
            None => items.push((stratum.item().to_owned(), vec![(stratum, pool)])),
        }
    }
    items
}

/// Merges the classes of items whose pool is below 20, where the plan's rule says so.
fn merge_small_pools(plan: &Plan, frame: Frame) -> Result<Frame, Failure> {
    let small: Vec<String> = items(&frame.subjects)
        .into_iter()
        .filter(|(item, strata)| {
            let rule = plan
                .record
                .items
                .iter()
                .find(|rule| rule.item.as_str() == item);
            let pool = strata.iter().map(|(_, pool)| pool).sum();
            rule.is_some_and(|rule| merges(rule.rule, pool))
        })
        .map(|(item, _)| item)
        .collect();
    if small.is_empty() {
        return Ok(frame);
    }
    let mut made = Frame {
        inspectors: frame.inspectors,
        recusals: frame.recusals,
        ..Frame::default()
    };
    for row in frame.subjects.iter() {
        let stratum: Stratum = row.stratum.parse()?;
        let stratum = if small.iter().any(|item| item == stratum.item()) {
            merged(&stratum)
        } else {
            stratum
        };
        made.push_subject(row.id.as_str(), stratum.as_str(), row.status_text, row.area)?;
    }
    Ok(made)
}

fn quotas(plan: &Plan, subjects: &Rows) -> Result<Vec<Quota>, Failure> {
    let mut quotas = Vec::new();
    let mut failure = Failure::default();
    for (item, strata) in items(subjects) {
        let rule = plan
            .record
            .items
            .iter()
            .find(|rule| rule.item.as_str() == item);
        let pool: u64 = strata.iter().map(|(_, pool)| pool).sum();
        if let Some(QuotaRule::Fixed(asked)) = rule.map(|rule| rule.rule)
            && asked > pool
        {
            let sentence = format!(
                "事项 {item} 要抽 {asked} 个，可抽的只有 {pool} 个。请改小 fixed 的数量，或者写 full 全部检查。"
            );
            failure.push("CLI-312", plan.place(&format!("item {item}")), sentence);
            continue;
        }
        match plan.record.quotas_under(Version::Two, &item, &strata) {
            Ok(more) => quotas.extend(more),
            Err(fault) => failure.problems.extend(plan.located(vec![fault]).problems),
        }
    }
    failure.or_nothing().map(|()| quotas)
}

fn terms(plan: &Plan, quotas: &[Quota]) -> Terms {
    let record = &plan.record;
    Terms {
        campaign: record.campaign,
        attempt: plan.attempt,
        suite: record.suite,
        plan: hash_of(record.suite, record),
        extends: None,
        quotas: quotas
            .iter()
            .map(|quota| (quota.stratum.clone(), quota.drawn))
            .collect(),
        drawn: record.drawn.clone(),
        teams: record.teams.clone(),
        assign: record.assign,
        areas: record.areas.clone(),
        leaders: record.leaders.clone(),
        parties: plan.parties.clone(),
        dice: record.dice,
        reveal_by: plan.reveal_by,
        beacon: plan.beacon.as_ref().map(|beacon| beacon.name.clone()),
        hours: Hours::Two {
            reveal_from: plan.reveal_from,
            beacon_at: plan.beacon.as_ref().map(|beacon| beacon.at),
        },
    }
}

fn write(args: &FreezeArgs, plan: &Plan, frozen: &Frozen) -> Result<(), Failure> {
    let mut draft = Draft::begin(&args.out)?;
    draft.write("freeze.txt", |out| write!(out, "{}", frozen.record()))?;
    draft.write("plan.txt", |out| write!(out, "{}", plan.record))?;
    draft.folder("sealed")?;
    draft.write("sealed/secret.txt", |out| {
        out.write_all(&frozen.secret().hex())?;
        out.write_all(b"\n")
    })?;
    let frame = frozen.frame();
    draft.write("sealed/subjects.tsv", |out| {
        frame.subjects.write(threads(), out)
    })?;
    draft.write("sealed/inspectors.tsv", |out| {
        frame.inspectors.write(threads(), out)
    })?;
    draft.write("sealed/recusals.tsv", |out| frame.write_recusals(out))?;
    draft.keep()
}

fn warnings(record: &FreezeRecord, quotas: &[Quota]) -> Vec<String> {
    let mut warnings: Vec<String> = quotas
        .iter()
        .filter(|quota| quota.is_pool_of_one())
        .map(|quota| format!("分层 {} 只有 1 家：非随机，各种文书须印明。", quota.stratum))
        .collect();
    for (draws, team) in record.inspector_draws.iter().zip(&record.teams) {
        if draws.pool <= team.size {
            warnings.push(format!(
                "{} 可派 {} 人，每组 {} 人：人员未随机选派，各种文书须印明。",
                draws.stratum, draws.pool, team.size
            ));
        }
    }
    if Level::announced(record) == Level::Rehearsal {
        warnings.push("随机来源不足 1 级：只能作为演练，不能据以检查。".to_owned());
    }
    warnings
}

/// What comes next, by the hours of FREEZE.
fn then(plan: &Plan, folder: &Path) -> String {
    let dice = match plan.record.dice {
        Some(label) => format!(
            "先掷骰子，用 mingqian draw dice --out {} --dice {label}=点数 写下；",
            folder.display()
        ),
        None => String::new(),
    };
    let beacon = plan.beacon.as_ref().map_or(String::new(), |beacon| {
        format!("，公共随机源 {} 公布", local(beacon.at))
    });
    format!(
        "{dice}从 {} 起见证人才交出随机数，截止 {}{beacon}",
        local(plan.reveal_from),
        local(plan.reveal_by)
    )
}

/// What is said beside the record.
struct Said<'a> {
    quotas: &'a [Quota],
    warnings: Vec<String>,
    now: Moment,
}

fn say(args: &FreezeArgs, plan: &Plan, record: &FreezeRecord, said: &Said<'_>, output: &Output) {
    let folder = args.out.display();
    let Said {
        quotas,
        warnings,
        now,
    } = said;
    let mut words = format!(
        "已冻结：抽查任务 {}，第 {} 次抽取，按 {}\n办理时间：{}\nH(FREEZE) {}\n可信等级（来源全部到齐时）：{}\n\n",
        record.campaign,
        record.attempt,
        record.version(),
        now.words(),
        record.hash(),
        Level::announced(record)
    );
    for rule in &plan.record.items {
        words.push_str(&format!("事项 {}：{}\n", rule.item, rule_words(rule.rule)));
    }
    for quota in *quotas {
        words.push_str(&format!(
            "  分层 {}：{} 家抽 {} 家\n",
            quota.stratum, quota.pool, quota.drawn
        ));
    }
    for warning in warnings {
        words.push_str(&format!("注意：{warning}\n"));
    }
    words.push_str(&format!(
        "\n现在公布并记入日志：{folder}/freeze.txt、{folder}/plan.txt\n\
         封存，任何人不得看：{folder}/sealed/（其中 secret.txt 交给不交随机数的一方保管，不给见证人：最后交数的一方若拿着它，能挑选公开还是缺席）\n\
         {}；然后运行 mingqian draw result --out {folder}\n\n{record}",
        then(plan, &args.out)
    ));
    let strata: Vec<_> = quotas
        .iter()
        .map(|q| json!({"stratum": q.stratum.as_str(), "pool": q.pool, "drawn": q.drawn, "not_random": q.is_pool_of_one()}))
        .collect();
    let value = json!({
        "campaign": record.campaign.as_str(), "attempt": record.attempt, "version": record.version().to_string(),
        "freeze": record.hash().to_string(),
        "plan": record.plan.to_string(), "level": Level::announced(record).number(), "strata": strata,
        "warnings": warnings, "folder": args.out, "publish": ["freeze.txt", "plan.txt"], "sealed": "sealed",
    });
    output.say(&words, &value);
}
