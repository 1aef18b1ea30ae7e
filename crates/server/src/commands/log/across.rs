//! Two heads on both sides of a `restart` (另起日志): whether the later log begins with what is left of the earlier one, and
//! whether what it says was lost is all that was lost (SPEC-log §3).
//!
//! Deliberately absent: what the lost entries were, which nobody has any more, and the tiles of a log that ended.

use std::path::Path;

use serde::Deserialize;
use serde_json::json;
use tlog::receipt::Standing;
use tlog::{Checkpoint, Comparison, Entry, EntryType, Hash, LogKeys, Receipt, Restart, compare};

use super::compare::{all_there, read_tile, retold};
use super::{Failure, Output, read};

/// An entry as the portal gives it under `/log/N.json`.
#[derive(Deserialize)]
struct Given {
    entry: String,
    record: String,
    receipt: String,
}

/// The entry by which a log was begun anew, as its own receipt shows it.
struct Begun {
    restart: Restart,
    /// A head of the new log that has it.
    head: Checkpoint,
    signed: bool,
}

/// What the two heads say of each other.
enum Found {
    /// The new log has all that the earlier head had.
    Kept,
    /// Entries of the earlier head are lost, as the new log says to everybody.
    Lost(u64),
    /// More is lost than the new log says.
    Understated,
    /// The new log does not begin so.
    Forked,
}

/// Compares a head of the log that was left with one of the log that follows.
pub(super) fn run(
    (file, tiles): (&Path, &Path),
    (one, other): (&Checkpoint, &Checkpoint),
    (keys, signed): (&[LogKeys], bool),
    output: &Output,
) -> Result<u8, Failure> {
    let begun = begun(file, keys)?;
    let (old, new) = match begun.head.origin() == one.origin() {
        true => (other, one),
        false => (one, other),
    };
    let names = (begun.restart.known().origin(), begun.head.origin());
    if names != (old.origin(), new.origin()) {
        let sentence = format!(
            "这一条说的是“{}”之后另起的“{}”，与两个检查点的日志（“{}”“{}”）不符。核对从哪个门户下载。",
            names.0,
            names.1,
            old.origin(),
            new.origin()
        );
        return Err(Failure::new(
            "CLI-128",
            file.display().to_string(),
            sentence,
        ));
    }
    let found = judged(&begun, old, new, tiles)?;
    say(
        &found,
        (&begun.restart, old, new),
        signed && begun.signed,
        output,
    );
    Ok(match found {
        Found::Kept => 0,
        Found::Lost(_) => 3,
        Found::Understated | Found::Forked => 1,
    })
}

fn begun(file: &Path, keys: &[LogKeys]) -> Result<Begun, Failure> {
    let wrong = |code: &str, why: String| {
        let sentence = format!(
            "{why}。要的是新日志另起的那一条（类别“另起日志”）的数据，从它的门户 /log/序号.json 下载。"
        );
        Failure::new(code, file.display().to_string(), sentence)
    };
    let refused = |error: tlog::Error| wrong(error.code(), error.to_string());
    let given: Given = serde_json::from_str(&read(file)?)
        .map_err(|_| wrong("CLI-129", "读不懂这个文件".to_owned()))?;
    let entry = Entry::parse(&given.entry).map_err(refused)?;
    let restart = Restart::parse(&given.record).map_err(refused)?;
    let receipt = Receipt::parse(&given.receipt).map_err(refused)?;
    let names_it = entry.kind() == EntryType::Restart
        && entry.record() == Some(&Hash::of(given.record.as_bytes()))
        && receipt.index() == restart.from();
    if !names_it {
        let why = "条目说的不是这份记录，或不是新日志自己的第一条";
        return Err(wrong("CLI-129", why.to_owned()));
    }
    let head = receipt.checkpoint().checkpoint().clone();
    let key = keys.iter().find(|keys| keys.name() == head.origin());
    let key = key.map(|keys| keys.at(head.size()));
    let standing = receipt.verify(given.entry.as_bytes(), key, &[]);
    let signed = matches!(standing.map_err(refused)?, Standing::Signed(_));
    Ok(Begun {
        restart,
        head,
        signed,
    })
}

fn judged(
    begun: &Begun,
    old: &Checkpoint,
    new: &Checkpoint,
    tiles: &Path,
) -> Result<Found, Failure> {
    let (restart, name) = (&begun.restart, new.origin());
    let head_of = |size, root: &Hash| {
        Checkpoint::new(name, size, *root).map_err(|error| retold(tiles, &error))
    };
    // The entry stands in the log of the later head, which begins with what is left of the earlier one.
    let left = head_of(restart.from(), restart.root())?;
    let mut earlier = vec![left, begun.head.clone()];
    if old.size() <= restart.from() {
        earlier.push(head_of(old.size(), old.root())?);
    }
    for head in &earlier {
        all_there(head, new, tiles)?;
        let found = compare(head, new, |tile| read_tile(tiles, tile));
        if found.map_err(|error| retold(tiles, &error))? == Comparison::Forked {
            return Ok(Found::Forked);
        }
    }
    let known = restart.known();
    Ok(match old.size().cmp(&known.size()) {
        _ if old.size() <= restart.from() => Found::Kept,
        std::cmp::Ordering::Greater => Found::Understated,
        std::cmp::Ordering::Equal if old.root() != known.root() => Found::Forked,
        _ => Found::Lost(old.size() - restart.from()),
    })
}

fn say(
    found: &Found,
    (restart, old, new): (&Restart, &Checkpoint, &Checkpoint),
    signed: bool,
    output: &Output,
) {
    let (from, known) = (restart.from(), restart.known().size());
    let (word, sentence) = match found {
        Found::Kept => (
            "kept",
            "前一个检查点的全部条目都在新日志的开头，一条也没有少。".to_owned(),
        ),
        Found::Lost(lost) => (
            "lost",
            format!(
                "前一个检查点的最后 {lost} 条（第 {from} 条起）丢了，新日志公开写明了：原来的日志到过 {known} 条，留下 {from} 条。丢了的各条还有凭证的，凭证仍然有效。{}",
                match old.size() == known {
                    true => "",
                    false => "两个检查点之间的条目没有瓦片，是不是同一份历史，核对不了。",
                }
            ),
        ),
        Found::Understated => (
            "understated",
            format!(
                "丢的比公开写明的多：新日志只说原来的日志到过 {known} 条，而这份检查点签的是 {} 条。",
                old.size()
            ),
        ),
        Found::Forked => (
            "forked",
            "新日志的开头不是原来日志留下的那些条目，或两份检查点不是同一份历史。".to_owned(),
        ),
    };
    let wrong = matches!(found, Found::Understated | Found::Forked);
    let standing = match (signed, wrong) {
        (true, true) => "两份日志的签名都核对了。保留这些文件，它们就是证据，交行政执法监督机关。",
        (true, false) => "两份日志的签名都核对了。",
        (false, _) => {
            "没有核对全部签名：用 --log-key、--old-log-key 给出两份日志公告的公钥再核对一次。"
        }
    };
    let heads = format!(
        "日志 {} {} 条，另起的日志 {} {} 条，从第 {from} 条接着",
        old.origin(),
        old.size(),
        new.origin(),
        new.size()
    );
    output.say(
        &format!("{heads}\n{sentence}\n{standing}\n"),
        &json!({
            "older": {"origin": old.origin(), "size": old.size()},
            "newer": {"origin": new.origin(), "size": new.size()},
            "from": from, "known": known, "found": word, "signatures": signed,
        }),
    );
}
