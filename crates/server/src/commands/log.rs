//! `mingqian log compare A B` (比较检查点): whether the later of two heads of the log holds everything the earlier one
//! held, from the heads and the public tiles alone.
//!
//! Whoever kept a checkpoint, or a receipt out of an old bundle, can find out by himself that history was
//! rewritten since; and `mingqian log repair-clock`, by which a log goes on whose clock ran ahead (ADR 0032). For a comparison nothing is fetched: what is missing is named, with its address on the portal.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tlog::note::KeyKind;
use tlog::tile::Tile;
use tlog::{Checkpoint, Comparison, Receipt, SignedCheckpoint, VerifierKey, compare, tiles_needed};

use super::place::PlaceArgs;
use super::serve::runtime;
use super::{Failure, Output};

/// As many letters as a line of a page shows well.
const LONGEST_REASON: usize = 100;

/// The longest file that can be a checkpoint or a receipt, in bytes.
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
    /// 比较两个检查点：0 后一个包含前一个的全部条目，1 日志被改写过，2 比较不了
    Compare(CompareArgs),
}

/// Arguments of `mingqian log compare`.
#[derive(Debug, Args)]
struct CompareArgs {
    /// 检查点，或案卷里的日志凭证（如 freeze.proof）
    one: PathBuf,
    /// 另一个检查点或日志凭证；先后不论
    other: PathBuf,
    /// 日志公钥（名称+编号+base64），取自公告
    #[arg(long)]
    log_key: Option<String>,
    /// 存放日志瓦片的目录，其中的路径与门户 /log/ 之下相同
    #[arg(long, value_name = "DIR", default_value = ".")]
    tiles: PathBuf,
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

/// Runs what is asked of the log.
pub(crate) fn run(args: &LogArgs, output: &Output) -> Result<u8, Failure> {
    match &args.what {
        What::Compare(args) => compared(args, output),
        What::RepairClock(args) => repaired(args, output),
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

fn compared(args: &CompareArgs, output: &Output) -> Result<u8, Failure> {
    let key = args.log_key.as_deref().map(log_key).transpose()?;
    let one = head(&args.one, key.as_ref())?;
    let other = head(&args.other, key.as_ref())?;
    same_log((&args.one, &one), (&args.other, &other))?;
    all_there(&one, &other, &args.tiles)?;
    let found = compare(&one, &other, |tile| read_tile(&args.tiles, tile)).map_err(|error| {
        let sentence = format!("{error}。重新从门户下载这些文件；仍然如此的，如实告诉监督单位。");
        Failure::new(error.code(), args.tiles.display().to_string(), sentence)
    })?;
    say(found, (&one, &other), key.is_some(), output);
    Ok(u8::from(found == Comparison::Forked))
}

/// Two logs have nothing to be compared by.
fn same_log(one: (&Path, &Checkpoint), other: (&Path, &Checkpoint)) -> Result<(), Failure> {
    let (expected, found) = (one.1.origin(), other.1.origin());
    if expected == found {
        return Ok(());
    }
    let (first, second) = (one.0.display(), other.0.display());
    let sentence = format!(
        "两份不同的日志，没有比较：{first} 是“{expected}”，{second} 是“{found}”。核对两个文件各从哪个门户下载。"
    );
    let (expected, found) = (expected.to_owned(), found.to_owned());
    let code = tlog::Error::OriginDiffers { expected, found }.code();
    Err(Failure::new(code, second.to_string(), sentence))
}

/// The key of a log: that of a witness signs no checkpoint and would prove nothing.
pub(super) fn log_key(text: &str) -> Result<VerifierKey, Failure> {
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

/// The head of the log that a file states, signed by the key if one is given.
fn head(path: &Path, key: Option<&VerifierKey>) -> Result<Checkpoint, Failure> {
    let text = read(path)?;
    let refused = |error: tlog::Error| {
        let sentence = format!("{error}。要的是门户 /log/checkpoint 的原文，或案卷里的日志凭证。");
        Failure::new(error.code(), path.display().to_string(), sentence)
    };
    let signed = match text.starts_with("c2sp.org/tlog-proof@v1\n") {
        true => Receipt::parse(&text).map(|receipt| receipt.checkpoint().clone()),
        false => SignedCheckpoint::parse(&text),
    }
    .map_err(refused)?;
    if let Some(key) = key {
        signed.verify(key, &[]).map_err(refused)?;
    }
    Ok(signed.checkpoint().clone())
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    match read.map_err(|error| Failure::file(path, &error))? as u64 {
        long if long > LONGEST => Err(Failure::new(
            "CLI-121",
            path.display().to_string(),
            "文件太长，不是检查点，也不是日志凭证。",
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

/// The bytes of a tile; of one that has grown since the later head was signed, its beginning.
fn read_tile(folder: &Path, tile: &Tile) -> Option<Vec<u8>> {
    let wanted = usize::from(tile.width()) * 32;
    let names = [*tile, when_full(tile)];
    let mut found = names
        .iter()
        .filter_map(|name| File::open(folder.join(name.to_string())).ok());
    let mut bytes = Vec::new();
    let length = 256 * 32 + 1;
    found.next()?.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() >= wanted).then(|| {
        bytes.truncate(wanted);
        bytes
    })
}

/// Every tile that the comparison reads is in the folder.
fn all_there(one: &Checkpoint, other: &Checkpoint, folder: &Path) -> Result<(), Failure> {
    let needed = tiles_needed(one, other)
        .map_err(|error| Failure::new(error.code(), "", error.to_string()))?;
    let mut failure = Failure::default();
    for tile in needed
        .iter()
        .filter(|tile| read_tile(folder, tile).is_none())
    {
        let place = folder.join(tile.to_string());
        let sentence = format!(
            "缺少日志瓦片，或只下载了一部分。从门户的 /log/{tile} 下载，存为这个路径（curl --fail --create-dirs -o）。门户说没有的，下载 /log/{}。",
            when_full(tile),
        );
        failure.push("CLI-122", place.display().to_string(), sentence);
    }
    failure.or_nothing()
}

/// The same tile once it is full; itself where the log can never grow so far.
fn when_full(tile: &Tile) -> Tile {
    Tile::new(tile.level(), tile.index(), 256).unwrap_or(*tile)
}

fn say(found: Comparison, heads: (&Checkpoint, &Checkpoint), signed: bool, output: &Output) {
    let (old, new) = match heads.0.size() <= heads.1.size() {
        true => heads,
        false => (heads.1, heads.0),
    };
    let (word, sentence) = match found {
        Comparison::Same => ("same", "两个检查点是同一份日志，条目完全相同。"),
        Comparison::Extended => (
            "extended",
            "后一个检查点包含前一个的全部条目，一条也没有改动、删去或插入，其后只有追加。",
        ),
        Comparison::Forked => (
            "forked",
            "没有一份日志能同时有这两个检查点：条目被改动、删去或插入过。",
        ),
    };
    let standing = match (signed, found) {
        (true, Comparison::Forked) => {
            "两个检查点都有日志的签名。保留这两个文件，它们就是证据，交行政执法监督机关。"
        }
        (true, _) => "两个检查点都有日志的签名。",
        (false, Comparison::Forked) => {
            "没有核对签名：没有签名的检查点谁都能写。用 --log-key 给出公告的日志公钥再核对一次，才能作为证据。"
        }
        (false, _) => "没有核对签名：用 --log-key 给出公告的日志公钥再核对一次。",
    };
    let sizes = format!(
        "日志 {}：{} 条与 {} 条",
        old.origin(),
        old.size(),
        new.size()
    );
    output.say(
        &format!("{sizes}\n{sentence}\n{standing}\n"),
        &json!({
            "origin": old.origin(), "older": old.size(), "newer": new.size(),
            "found": word, "signatures": signed,
        }),
    );
}
