//! The log receipts in a bundle: FREEZE and RESULT stand in the log, each shown by its entry
//! (protocol §5) and a proof in the form c2sp.org/tlog-proof@v1.
//!
//! The entry must name the SHA-256 of exactly the record's bytes, whatever the suite of the draw:
//! the log has one hash. Without the log's key a proof shows only that it fits together, so the
//! verdict stays “right so far”. FREEZE must stand before RESULT. Deliberately absent: witness
//! cosignatures and the comparison of entry times with `reveal-by`, which belong to the monitor.

use std::collections::BTreeMap;

use draw::Suite;
use tlog::receipt::Standing;
use tlog::{Entry, EntryType, LogKeys, Receipt};

use crate::source::BundleSource;
use crate::verdict::{LogStanding, Shown, Unreadable, Verdict};

const PAIRS: [(EntryType, &str, &str, &str); 2] = [
    (
        EntryType::Freeze,
        "freeze.txt",
        "freeze.entry",
        "freeze.proof",
    ),
    (
        EntryType::Result,
        "result.txt",
        "result.entry",
        "result.proof",
    ),
];

/// Checks both receipts against the records, and says how far each record is shown.
pub(crate) fn check(
    source: &BundleSource,
    key: Option<&LogKeys>,
    verdict: &mut Verdict,
) -> Result<BTreeMap<&'static str, Shown>, Unreadable> {
    let (mut places, mut shown) = (Vec::new(), BTreeMap::new());
    for (kind, record, entry, proof) in PAIRS {
        match (source.has(entry), source.has(proof)) {
            (true, true) => {
                let (place, standing) = one(source, key, verdict, (kind, record, entry, proof))?;
                places.push(place);
                shown.insert(record, standing);
            }
            (false, false) => verdict.open(format!(
                "没有 {record} 的日志存在性证明，无法证明它何时公布、是否被换过。"
            )),
            _ => {
                return Err(Unreadable::new(
                    "VRFY-401",
                    proof,
                    format!("{entry} 与 {proof} 须成对提供。"),
                ));
            }
        }
    }
    if let [(first, origin_one), (second, origin_two)] = &places[..] {
        let right = origin_one == origin_two && first < second;
        verdict.say(
            right,
            "VRFY-404",
            "FREEZE 先于 RESULT 记入同一日志",
            format!("第 {first} 条、第 {second} 条"),
        );
        verdict.log = match key {
            Some(_) => LogStanding::Signed,
            None => LogStanding::Unsigned,
        };
    }
    if verdict.log == LogStanding::Unsigned {
        verdict.open("日志检查点的签名：没有给出日志公钥（--log-key），证明只说明前后一致，不能说明出自该日志。");
    }
    Ok(shown)
}

fn one(
    source: &BundleSource,
    key: Option<&LogKeys>,
    verdict: &mut Verdict,
    (kind, record, entry_name, proof_name): (EntryType, &str, &str, &str),
) -> Result<((u64, String), Shown), Unreadable> {
    let entry_text = text(source, entry_name)?;
    let entry = Entry::parse(&entry_text).map_err(|error| syntax(entry_name, &error))?;
    let receipt =
        Receipt::parse(&text(source, proof_name)?).map_err(|error| syntax(proof_name, &error))?;
    let hash = Suite::Sha256.bytes(&source.read(record)?);
    let names_it = entry.kind() == kind
        && entry
            .record()
            .is_some_and(|named| named.as_bytes() == &hash.0);
    verdict.say(
        names_it,
        "VRFY-402",
        format!("日志条目说的是这份 {record}"),
        hash.to_string(),
    );
    let head = receipt.checkpoint().checkpoint();
    let (index, origin) = (receipt.index(), head.origin().to_owned());
    let key = key.map(|keys| keys.at(head.size()));
    let (standing, detail) = match receipt.verify(entry_text.as_bytes(), key, &[]) {
        Ok(Standing::Signed(_)) => (
            Some(Shown::Logged),
            format!(
                "日志 {origin} 第 {index} 条，共 {} 条，签名有效",
                head.size()
            ),
        ),
        Ok(Standing::StructureOnly) => (
            Some(Shown::Unsigned),
            format!(
                "日志 {origin} 第 {index} 条，共 {} 条，未验签名",
                head.size()
            ),
        ),
        Err(error) => (None, error.to_string()),
    };
    verdict.say(
        standing.is_some(),
        "VRFY-403",
        format!("{record} 的日志存在性证明"),
        detail,
    );
    let shown = standing.filter(|_| names_it).unwrap_or(Shown::Recorded);
    Ok(((index, origin), shown))
}

fn text(source: &BundleSource, name: &str) -> Result<String, Unreadable> {
    let bytes = source.read(name)?.into_owned();
    String::from_utf8(bytes).map_err(|_| Unreadable::new("VRFY-401", name, "不是 UTF-8 文本。"))
}

fn syntax(name: &str, error: &tlog::Error) -> Unreadable {
    Unreadable::new("VRFY-401", name, error.to_string())
}
