//! `mingqian draw freeze` (冻结, T1): files and plan become FREEZE; says what to publish.

use std::io::Write;
use std::path::PathBuf;

use ::draw::digest::Secret;
use ::draw::frame::Rows;
use ::draw::quota::{Quota, merged, merges};
use ::draw::record::{FreezeRecord, Hours, hash_of};
use ::draw::{Frame, Frozen, Level, Stratum, Terms};
use app::port::Entropy;
use clap::Args;
use serde_json::json;

use super::folder::Draft;
use super::frame_files;
use super::plan_file::{Plan, rule_words};
use crate::commands::{Failure, Output, threads};

/// Arguments of `mingqian draw freeze`.
#[derive(Debug, Args)]
pub(crate) struct FreezeArgs {
    /// 检查对象（CSV：id, item, class, status, area）
    #[arg(long)]
    subjects: PathBuf,
    /// 检查人员（CSV：id, authority, status）
    #[arg(long)]
    inspectors: PathBuf,
    /// 回避（CSV：inspector, subject, reason）
    #[arg(long)]
    recusals: Option<PathBuf>,
    /// 抽取方案（TOML）
    #[arg(long)]
    plan: PathBuf,
    /// 本次抽取的目录，须尚不存在
    #[arg(long)]
    out: PathBuf,
}

/// Freezes, writes the draw's folder and says what to publish.
pub(crate) fn run(
    args: &FreezeArgs,
    entropy: &dyn Entropy,
    output: &Output,
) -> Result<u8, Failure> {
    super::folder::refuse_existing(&args.out)?;
    let plan = Plan::read(&args.plan)?;
    let frame = frame_files::read(&args.subjects, &args.inspectors, args.recusals.as_deref())?;
    let frame = merge_small_pools(&plan, frame)?;
    let quotas = quotas(&plan, &frame.subjects)?;
    let secret = Secret::from_bytes(entropy.bytes::<32>());
    let frozen = ::draw::freeze(&terms(&plan, &quotas), frame, &secret, threads())?;
    let disagreements = plan.record.disagreements(frozen.record());
    if !disagreements.is_empty() {
        return Err(disagreements.into());
    }
    write(args, &plan, &frozen)?;
    say(args, &plan, frozen.record(), &quotas, output);
    Ok(0)
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
        match plan.record.quotas_of(&item, &strata) {
            Ok(more) => quotas.extend(more),
            Err(fault) => failure.problems.extend(Failure::from(fault).problems),
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
        beacon: plan.beacon.clone(),
        hours: Hours::One,
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

fn say(args: &FreezeArgs, plan: &Plan, record: &FreezeRecord, quotas: &[Quota], output: &Output) {
    let folder = args.out.display();
    let warnings = warnings(record, quotas);
    let mut words = format!(
        "已冻结：抽查任务 {}，第 {} 次抽取\nH(FREEZE) {}\n信任等级（来源全部到齐时）：{}\n\n",
        record.campaign,
        record.attempt,
        record.hash(),
        Level::announced(record)
    );
    for rule in &plan.record.items {
        words.push_str(&format!("事项 {}：{}\n", rule.item, rule_words(rule.rule)));
    }
    for quota in quotas {
        words.push_str(&format!(
            "  分层 {}：{} 家抽 {} 家\n",
            quota.stratum, quota.pool, quota.drawn
        ));
    }
    for warning in &warnings {
        words.push_str(&format!("注意：{warning}\n"));
    }
    words.push_str(&format!(
        "\n现在公布并记入日志：{folder}/freeze.txt、{folder}/plan.txt\n\
         封存，任何人不得看：{folder}/sealed/（其中 secret.txt 须托管给两名外部见证人）\n\
         公布之后，见证人才交出随机数；然后运行 mingqian draw result --out {folder}\n\n{record}"
    ));
    let strata: Vec<_> = quotas
        .iter()
        .map(|q| json!({"stratum": q.stratum.as_str(), "pool": q.pool, "drawn": q.drawn, "not_random": q.is_pool_of_one()}))
        .collect();
    let value = json!({
        "campaign": record.campaign.as_str(), "attempt": record.attempt, "freeze": record.hash().to_string(),
        "plan": record.plan.to_string(), "level": Level::announced(record).number(), "strata": strata,
        "warnings": warnings, "folder": args.out, "publish": ["freeze.txt", "plan.txt"], "sealed": "sealed",
    });
    output.say(&words, &value);
}
