//! `mingqian draw result` (出结果, T4): nonces, dice and beacon in; RESULT and the sealed files out.
//!
//! The sealed state is frozen again, which must give the published FREEZE, and drawn. The bundle is
//! made in a draft folder, and before it gets its name the crate `verify` reads every byte of it back
//! against this computation: a RESULT that our own verification refuses is never written. Computing
//! the same attempt a second time in the same process would prove nothing more.

use std::io::Write;
use std::path::{Path, PathBuf};

use ::draw::bundle::{Stage, open_record, write_file};
use ::draw::record::{FreezeRecord, PlanRecord, hash_of};
use ::draw::seed::Answer;
use ::draw::{Code, Digest, Drawn, Fault, Level, SeedText, Token};
use ::verify::{BundleSource, Limits, Options, sealed_state, verify_written};
use clap::Args;
use serde_json::json;

use super::folder::{Draft, read, refuse_existing, write_new};
use crate::commands::{Failure, Output, threads, verify};

/// OPEN as it will be, kept sealed: the hashes of the files RESULT does not commit to.
pub(super) const KEPT_HASHES: &str = "drawn.hashes";

/// Arguments of `mingqian draw result`.
#[derive(Debug, Args)]
pub(crate) struct ResultArgs {
    /// 冻结时写出的目录
    #[arg(long)]
    out: PathBuf,
    /// 见证人交来的随机数文件，每行 party <代码> <随机数> 或 party <代码> absent <原因>；可给多个
    #[arg(long)]
    nonces: Vec<PathBuf>,
    /// 单个随机数：代码=64 位十六进制，或 代码=absent:原因
    #[arg(long = "nonce")]
    nonce: Vec<String>,
    /// 骰子点数，或 absent:原因
    #[arg(long)]
    dice: Option<String>,
    /// 公共随机源的值，或 absent:原因
    #[arg(long)]
    beacon: Option<String>,
}

/// Draws, verifies, writes and says what to publish.
pub(crate) fn run(args: &ResultArgs, output: &Output) -> Result<u8, Failure> {
    let folder = &args.out;
    let goal = folder.join("drawn");
    refuse_existing(&goal)?;
    let bytes = read(&folder.join("freeze.txt"))?;
    let freeze = FreezeRecord::parse(&bytes).map_err(|fault| fault.within("freeze.txt"))?;
    let plan = PlanRecord::parse(&read(&folder.join("plan.txt"))?)
        .map_err(|fault| fault.within("plan.txt"))?;
    let seed_text = seed_text(args, &freeze)?;
    let reached = Level::reached(&seed_text);
    if reached.number() < plan.min_level {
        let sentence = format!(
            "到齐的来源只够 {reached}，方案要求至少 {} 级。",
            plan.min_level
        );
        return Err(Fault::new(Code::LEVEL, "seed.txt", sentence).into());
    }
    let drawn = drawn(folder, &freeze, &seed_text)?;
    write(folder, &goal, &drawn)?;
    say(folder, &drawn, reached, output);
    Ok(0)
}

/// Freezes the sealed state again, which must give the published FREEZE, and draws.
fn drawn(folder: &Path, freeze: &FreezeRecord, seed_text: &SeedText) -> Result<Drawn, Failure> {
    let source = BundleSource::open(&folder.join("sealed"), Limits::default())?;
    let (secret, frame) = sealed_state(&source, threads())?;
    let frozen = ::draw::freeze(&freeze.into(), frame, &secret, threads())?;
    if frozen.record() != freeze {
        let sentence = "封存的名录和秘密与已公布的 freeze.txt 不符，不能抽取。请核对是否拿错目录。";
        return Err(Failure::new(
            "CLI-401",
            folder.display().to_string(),
            sentence,
        ));
    }
    Ok(::draw::draw(frozen, seed_text, threads())?)
}

fn seed_text(args: &ResultArgs, freeze: &FreezeRecord) -> Result<SeedText, Failure> {
    let given = revealed(args)?;
    let mut failure = Failure::default();
    let mut parties = Vec::new();
    for line in &freeze.parties {
        match given
            .iter()
            .filter(|(name, _)| *name == line.name)
            .collect::<Vec<_>>()[..]
        {
            [one] => parties.push(one.clone()),
            [] => failure.push(
                "CLI-402",
                line.name.as_str(),
                "没有交来随机数。请用 --nonces 或 --nonce 给出；确实缺席的写 absent 和原因。",
            ),
            _ => failure.push("CLI-403", line.name.as_str(), "随机数给了两次。"),
        }
    }
    for (name, _) in given
        .iter()
        .filter(|(name, _)| freeze.parties.iter().all(|line| line.name != *name))
    {
        failure.push("CLI-404", name.as_str(), "不是 FREEZE 公布的见证人。");
    }
    failure.or_nothing()?;
    let dice = args.dice.as_deref().map(answer).transpose()?;
    let beacon = args.beacon.as_deref().map(answer).transpose()?;
    Ok(SeedText::build(freeze, &parties, dice, beacon)?)
}

type Revealed = (Token, Answer<Digest>);

fn revealed(args: &ResultArgs) -> Result<Vec<Revealed>, Failure> {
    let mut given = Vec::new();
    for text in &args.nonce {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::new(
                "CLI-405",
                "--nonce",
                "应为 代码=随机数，或 代码=absent:原因。",
            )
        })?;
        given.push((
            name.parse()?,
            nonce(name, &value.replacen("absent:", "absent ", 1))?,
        ));
    }
    for path in &args.nonces {
        let text = String::from_utf8(read(path)?).unwrap_or_default();
        for (at, line) in text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let words = line
                .trim()
                .strip_prefix("party ")
                .and_then(|rest| rest.split_once(' '));
            let (name, value) = words.ok_or_else(|| {
                let place = format!("{} 第 {} 行", path.display(), at + 1);
                Failure::new(
                    "CLI-405",
                    place,
                    "应为 party <代码> <随机数>，或 party <代码> absent <原因>。",
                )
            })?;
            given.push((name.parse()?, nonce(name, value)?));
        }
    }
    Ok(given)
}

fn nonce(name: &str, value: &str) -> Result<Answer<Digest>, Failure> {
    let place = |fault: Fault| Failure::from(fault.within(name));
    match value.strip_prefix("absent ") {
        Some(reason) => Ok(Answer::Absent(reason.parse().map_err(place)?)),
        None => Ok(Answer::Given(value.parse().map_err(place)?)),
    }
}

fn answer(value: &str) -> Result<Answer<String>, Failure> {
    match value.strip_prefix("absent:") {
        Some(reason) => Ok(Answer::Absent(reason.parse()?)),
        None => Ok(Answer::Given(value.trim().to_owned())),
    }
}

fn write(folder: &Path, goal: &Path, drawn: &Drawn) -> Result<(), Failure> {
    let mut draft = Draft::begin(goal)?;
    for name in Stage::Full.files() {
        draft.write(name, |out| {
            write_file(drawn, name, threads(), out).map(drop)
        })?;
    }
    let source = BundleSource::open(draft.path(), Limits::default())?;
    let verdict = verify_written(
        &source,
        drawn,
        &Options {
            log_key: None,
            threads: threads(),
        },
    );
    if verdict.exit() != 3 {
        return Err(Failure::new(
            "CLI-406",
            "RESULT",
            format!(
                "自己的核对没有通过，什么也没有写出。\n{}",
                verify::words(&verdict)
            ),
        ));
    }
    let open = open_record(drawn, Stage::Full, 0, threads());
    draft.keep()?;
    for (name, text) in [
        (KEPT_HASHES, open.to_string()),
        ("seed.txt", drawn.seed_text().to_string()),
        ("result.txt", drawn.record().to_string()),
    ] {
        let path = folder.join(name);
        write_new(&path, |out| out.write_all(text.as_bytes()))
            .map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(())
}

fn say(folder: &Path, drawn: &Drawn, level: Level, output: &Output) {
    let record = drawn.record();
    let suite = drawn.frozen().record().suite;
    let unfilled = (0..drawn.visits().len())
        .filter(|at| drawn.team(*at).contains(&None))
        .count();
    let folder_text = folder.display();
    let mut words = format!(
        "已抽取并通过自己的核对：{} 个对象要检查\n种子 {}\nH(RESULT) {}\n信任等级：{level}\n",
        drawn.visits().len(),
        drawn.seed(),
        hash_of(suite, record)
    );
    if unfilled > 0 {
        words.push_str(&format!(
            "注意：{unfilled} 个检查组缺人，须增补（EXTEND）。\n"
        ));
    }
    words.push_str(&format!(
        "\n现在公布并记入日志：{folder_text}/seed.txt、{folder_text}/result.txt\n\
         封存到公开之时：{folder_text}/drawn/、{folder_text}/{KEPT_HASHES}\n\n{record}"
    ));
    let value = json!({
        "campaign": record.attempt.campaign.as_str(), "attempt": record.attempt.attempt,
        "freeze": record.attempt.freeze.to_string(), "seed": drawn.seed().to_string(),
        "result": hash_of(suite, record).to_string(), "visits": drawn.visits().len(), "unfilled": unfilled,
        "level": level.number(), "folder": folder, "publish": ["seed.txt", "result.txt"], "sealed": "drawn",
    });
    output.say(&words, &value);
}
