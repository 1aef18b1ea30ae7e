//! `mingqian log`: what is asked of the log, or done to it by whoever runs the program.
//!
//! `compare` holds two heads against each other, `follow-key` goes from one key of a log to the next, both for a stranger, from
//! public files alone. `repair-clock` goes on from a log whose clock ran ahead (ADR 0032), `rotate-key` gives the log another
//! key (ADR 0033). Deliberately absent: anything that changes an entry.

mod across;
mod compare;
mod follow_key;
mod rotate_key;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tlog::note::KeyKind;
use tlog::{KeyRotation, LogKeys, VerifierKey};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

/// As many letters as a line of a page shows well.
const LONGEST_REASON: usize = 100;

/// The longest file that can be a checkpoint, a receipt or a record, in bytes.
const LONGEST: u64 = 1 << 20;

/// Arguments of `mingqian log`.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 时钟快过的日志公开更正，从现在的时间接着办：先校准系统时间
    RepairClock(RepairArgs),
    /// 更换日志密钥：新旧两把都签一条公开的记录，原来的私钥随即删去；先停下服务
    RotateKey(rotate_key::RotateArgs),
    /// 比较两个检查点：0 后一个包含前一个的全部条目，1 日志被改写过，2 比较不了，3 另起日志时丢了一部分，已公开写明
    Compare(compare::CompareArgs),
    /// 凭手里的公钥和公开的更换记录，得出日志现在的公钥
    FollowKey(follow_key::FollowArgs),
}

/// Arguments of `mingqian log repair-clock`.
#[derive(Debug, Args)]
struct RepairArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 为什么更正，一句话，公开，不写姓名
    #[arg(long, value_name = "一句话")]
    reason: String,
}

/// Whose signatures a stranger goes by.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// 日志公钥（名称+编号+base64），取自公告，不要取自要核对的文件
    #[arg(long)]
    log_key: Option<String>,
    /// 更换日志密钥的公开记录（可多次给出）：每个检查点按签它时的那一把核对
    #[arg(long, value_name = "文件", requires = "log_key")]
    key_rotation: Vec<PathBuf>,
}

impl KeyArgs {
    /// The keys of the log, if one is known.
    pub(crate) fn keys(&self) -> Result<Option<LogKeys>, Failure> {
        let known = self.log_key.as_deref().map(log_key).transpose()?;
        known
            .map(|known| log_keys(known, &self.key_rotation))
            .transpose()
    }
}

/// Runs what is asked of the log.
pub(crate) fn run(args: &LogArgs, output: &Output) -> Result<u8, Failure> {
    match &args.what {
        What::Compare(args) => compare::run(args, output),
        What::RepairClock(args) => repaired(args, output),
        What::RotateKey(args) => rotate_key::run(args, output),
        What::FollowKey(args) => follow_key::run(args, output),
    }
}

fn repaired(args: &RepairArgs, output: &Output) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    let reason = args.reason.trim();
    let fits = (1..=LONGEST_REASON).contains(&reason.chars().count());
    if !fits || reason.contains(char::is_control) {
        let sentence = format!("写一句话，不换行，至多 {LONGEST_REASON} 字。");
        return Err(Failure::new("CLI-124", "--reason", sentence));
    }
    if place.accepted.is_none() {
        let sentence = "更正之后，留痕从本机现在的时间接着写，而且公开。先校准系统时间，核对无误，再写上 --accept-clock 今天的日期。";
        return Err(Failure::new("CLI-125", "--accept-clock", sentence));
    }
    runtime()?.block_on(async {
        let app = place.open_repairing(reason, output).await?;
        let head = app.log_head().await;
        place.close(&app).await?;
        let (size, _) =
            head.map_err(|error| Failure::new("CLI-126", "database", error.recorded()))?;
        output.say(
            "已更正：这一条公开写明此前最晚的时间、现在的时间和理由；以后的留痕从现在的时间接着写。已经写下的各条不变。\n",
            &json!({"log_size": size}),
        );
        Ok(0)
    })
}

/// The key of a log: that of a witness signs no checkpoint and would prove nothing.
fn log_key(text: &str) -> Result<VerifierKey, Failure> {
    let wrong = |why: String| {
        let sentence = format!("{why}。请照日志公布的公钥原样粘贴。");
        Failure::new("CLI-120", "--log-key", sentence)
    };
    let key = VerifierKey::parse(text.trim()).map_err(|error| wrong(error.to_string()))?;
    match key.kind() {
        KeyKind::Log => Ok(key),
        KeyKind::Cosigner => Err(wrong("这是日志见证方的公钥，不是日志的公钥".to_owned())),
    }
}

/// The keys that a known one leads to by these records.
fn log_keys(known: VerifierKey, records: &[PathBuf]) -> Result<LogKeys, Failure> {
    let mut rotations = Vec::with_capacity(records.len());
    for path in records {
        let rotation = KeyRotation::parse(&read(path)?).map_err(|error| {
            let sentence = format!("{error}。要的是门户 /log/keys/ 之下的原文。");
            Failure::new(error.code(), path.display().to_string(), sentence)
        })?;
        rotations.push(rotation);
    }
    let keys = LogKeys::following(known, &rotations).map_err(|error| {
        let sentence = format!("{error}。保留这些文件，它们就是证据，交行政执法监督机关。");
        Failure::new(error.code(), "--key-rotation", sentence)
    })?;
    let mut failure = Failure::default();
    for (path, rotation) in records.iter().zip(&rotations) {
        if !keys.holds(rotation.new_key()) {
            failure.push(
                "CLI-127",
                path.display().to_string(),
                format!(
                    "这份更换记录与给出的公钥接不上：它从 {} 换到 {}。核对公钥是不是这份日志的；中间还换过的，把各次的记录都给出。",
                    rotation.old(),
                    rotation.new_key()
                ),
            );
        }
    }
    failure.or_nothing().map(|()| keys)
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    match read.map_err(|error| Failure::file(path, &error))? as u64 {
        long if long > LONGEST => Err(Failure::new(
            "CLI-121",
            path.display().to_string(),
            "文件太长，不是检查点、日志凭证或更换记录。",
        )),
        // Whoever saves it anew changes what was signed, and the first line would name another log.
        _ if text.starts_with('\u{feff}') => Err(Failure::new(
            "CLI-123",
            path.display().to_string(),
            "文件开头有字节顺序标记（BOM），不是门户给出的原文：多半在编辑器里另存过。重新下载这个文件（curl --fail -o），不要打开另存。",
        )),
        _ => Ok(text),
    }
}
