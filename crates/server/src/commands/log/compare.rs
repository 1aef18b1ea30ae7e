//! `mingqian log compare A B` (比较检查点): whether the later of two heads of the log holds everything the earlier one
//! held, from the heads and the public tiles alone.
//!
//! Whoever kept a checkpoint, or a receipt out of an old bundle, can find out by himself that history was
//! rewritten since. Nothing is fetched: what is missing is named, with its address on the portal.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tlog::tile::Tile;
use tlog::{Checkpoint, Comparison, LogKeys, Receipt, SignedCheckpoint, compare, tiles_needed};

use super::{Failure, KeyArgs, Output, across, log_key, read};

/// Arguments of `mingqian log compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// 检查点，或案卷里的日志凭证（如 freeze.proof）
    one: PathBuf,
    /// 另一个检查点或日志凭证；先后不论
    other: PathBuf,
    #[command(flatten)]
    key: KeyArgs,
    /// 原来日志的公钥：两个检查点分在另起日志的前后时，--log-key 给新日志的
    #[arg(long)]
    old_log_key: Option<String>,
    /// 另起日志的那一条，从新日志的门户 /log/序号.json 下载：两个检查点分在它的前后
    #[arg(long, value_name = "文件")]
    restart: Option<PathBuf>,
    /// 存放日志瓦片的目录，其中的路径与门户 /log/ 之下相同
    #[arg(long, value_name = "DIR", default_value = ".")]
    tiles: PathBuf,
}

/// Compares them.
pub(super) fn run(args: &CompareArgs, output: &Output) -> Result<u8, Failure> {
    let mut keys = Vec::from_iter(args.key.keys()?);
    if let Some(old) = &args.old_log_key {
        keys.push(log_key(old)?.into());
    }
    // Of two logs each head is held against the key of its own, if that is known.
    let known = |path: &Path| match &args.restart {
        Some(_) => head(path, &keys, None),
        None => head(path, &keys, keys.first()),
    };
    let (one, one_signed) = known(&args.one)?;
    let (other, other_signed) = known(&args.other)?;
    let signed = one_signed && other_signed;
    let (heads, tiles) = ((&one, &other), args.tiles.as_path());
    if let Some(file) = args
        .restart
        .as_deref()
        .filter(|_| one.origin() != other.origin())
    {
        return across::run((file, tiles), heads, (&keys, signed), output);
    }
    same_log((&args.one, &one), (&args.other, &other))?;
    all_there(&one, &other, tiles)?;
    let found = compare(&one, &other, |tile| read_tile(tiles, tile));
    let found = found.map_err(|error| retold(tiles, &error))?;
    say(found, heads, signed, output);
    Ok(u8::from(found == Comparison::Forked))
}

/// Public files that do not fit together.
pub(super) fn retold(tiles: &Path, error: &tlog::Error) -> Failure {
    let sentence = format!("{error}。重新从门户下载这些文件；仍然如此的，如实告诉监督单位。");
    Failure::new(error.code(), tiles.display().to_string(), sentence)
}

/// Two logs have nothing to be compared by.
fn same_log(one: (&Path, &Checkpoint), other: (&Path, &Checkpoint)) -> Result<(), Failure> {
    let (expected, found) = (one.1.origin(), other.1.origin());
    if expected == found {
        return Ok(());
    }
    let (first, second) = (one.0.display(), other.0.display());
    let sentence = format!(
        "两份不同的日志，没有比较：{first} 是“{expected}”，{second} 是“{found}”。核对两个文件各从哪个门户下载；后一份是另起的日志的，从它的门户下载“另起日志”那一条（/log/序号.json），用 --restart 给出。"
    );
    let (expected, found) = (expected.to_owned(), found.to_owned());
    let code = tlog::Error::OriginDiffers { expected, found }.code();
    Err(Failure::new(code, second.to_string(), sentence))
}

/// The head of the log that a file states, and whether it was held against a key: that of its log, or else the other, which
/// refuses it.
fn head(
    path: &Path,
    keys: &[LogKeys],
    other: Option<&LogKeys>,
) -> Result<(Checkpoint, bool), Failure> {
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
    let origin = signed.checkpoint().origin();
    let own = keys.iter().find(|keys| keys.name() == origin);
    let own = own.or(other);
    if let Some(keys) = own {
        let key = keys.at(signed.checkpoint().size());
        signed.verify(key, &[]).map_err(refused)?;
    }
    Ok((signed.checkpoint().clone(), own.is_some()))
}

/// The bytes of a tile; of one that has grown since the later head was signed, its beginning.
pub(super) fn read_tile(folder: &Path, tile: &Tile) -> Option<Vec<u8>> {
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
pub(super) fn all_there(
    one: &Checkpoint,
    other: &Checkpoint,
    folder: &Path,
) -> Result<(), Failure> {
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
