//! Bundles of `shuang/2` of every kind, and a log in which their records stand.
#![allow(dead_code, reason = "each test file uses a part of the support")]

use std::collections::BTreeMap;

use draw::record::{FreezeRecord, Hours, PlanRecord, RevealRecord};
use serde_json::{Value, json};
use tlog::hash::{leaf_hash, node_hash};
use tlog::note::KeyKind;
use tlog::{Checkpoint, Entry, EntryType, Hash, Receipt, SignerKey, VerifierKey};
use verify::{BundleSource, Company, Limits, Options, Verdict, unopened, verify_among};

use crate::forger::{description, hash, made, staged};

pub type Files = BTreeMap<String, Vec<u8>>;

pub use draw::bundle::Stage;

pub fn stages() -> [Stage; 3] {
    [Stage::Sealed, Stage::Public, Stage::Full]
}

/// The small attempt, ended as void at this point, by a person, or by the program: one party of two stayed away, and
/// the plan asks for level 2.
pub fn void(before: &str, by: bool) -> Value {
    let mut json = description();
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json["ending"] = "void".into();
    let (approver, document) = match by {
        true => (json!(["K01", hash("salt")]), hash("paper").into()),
        false => (Value::Null, Value::Null),
    };
    let reason = if by { "flood" } else { "level-lost" };
    if !by {
        json["min_level"] = 2.into();
    }
    json["void"] = json!({"reason": reason, "approver": approver, "document": document,
        "before": before});
    json
}

/// Round 1000 of quicknet, as it was published.
pub const ROUND_1000: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

/// An attempt of the hour in which round 1000 appeared, with this value.
pub fn by_drand(json: &mut Value, value: &str) {
    json["ceremony"] = 1_692_802_764.into();
    json["reveal_from"] = 1_692_802_764.into();
    json["reveal_by"] = 1_692_806_304.into();
    let source = draw::seed::beacon::QUICKNET;
    json["beacon"] = json!([source, "1000", 1_692_806_364, value]);
}

/// One bundle of every kind and stage, by name.
pub fn every_kind() -> Vec<(String, Files)> {
    let mut silent = void("result", true);
    silent["beacon"][3] = Value::Null;
    let mut sm3 = description();
    sm3["suite"] = "sm3".into();
    let mut old_plan = description();
    old_plan["plan_version"] = 1.into();
    let whole = [
        ("drawn", description()),
        ("drawn under sm3", sm3),
        ("drawn under a plan of shuang/1", old_plan),
        ("void after REVEAL", void("result", false)),
    ];
    let mut all = Vec::new();
    for (name, json) in whole {
        let made = made(&json);
        for stage in stages() {
            all.push((format!("{name}, {}", stage.word()), staged(&made, stage)));
        }
    }
    let once = [
        ("void, beacon silent", silent, Stage::Sealed),
        ("void before REVEAL", void("reveal", true), Stage::Public),
        ("void before FREEZE", void("freeze", true), Stage::Public),
    ];
    for (name, json, stage) in once {
        all.push((name.to_owned(), staged(&made(&json), stage)));
    }
    all
}

pub fn signer(name: &str) -> SignerKey {
    SignerKey::from_seed(name, KeyKind::Log, &[7; 32]).unwrap()
}

pub const LOG: &str = "log.example.city/2026";

pub fn log_key() -> VerifierKey {
    VerifierKey::parse(&signer(LOG).verifier().to_string()).unwrap()
}

/// A record to be logged: its name, and the time in unix seconds its entry claims.
pub type Line = (String, u64);

/// The records of a bundle in the order of the log, at times that keep every interval.
pub fn lines(files: &Files) -> Vec<Line> {
    let plan = PlanRecord::parse(&files["plan.txt"]).unwrap();
    let freeze = files.get("freeze.txt");
    let freeze = freeze.map(|bytes| FreezeRecord::parse(bytes).unwrap());
    let (from, by, beacon) = match freeze.map(|freeze| (freeze.hours, freeze.reveal_by)) {
        Some((
            Hours::Two {
                reveal_from,
                beacon_at,
            },
            by,
        )) => (reveal_from, by, beacon_at),
        _ => (1_800_000_000, 1_800_000_000, None),
    };
    let reveal = files.get("reveal.txt");
    let reveal = reveal.map(|bytes| RevealRecord::parse(bytes).unwrap());
    let stayed_away = |reveal: &RevealRecord| {
        let mut parties = reveal.parties.iter();
        let dice = reveal.dice.as_ref();
        parties.any(|(_, answer)| answer.given().is_none())
            || dice.is_some_and(|(_, answer)| answer.given().is_none())
    };
    let revealed = match reveal.as_ref().is_some_and(stayed_away) {
        true => by,
        false => from,
    };
    let source = beacon.unwrap_or(from);
    let frozen = (source - plan.freeze_seconds).min(from);
    let mut lines = vec![("plan".to_owned(), frozen - plan.plan_seconds)];
    let mut add = |name: String, time: u64| {
        if files.contains_key(&format!("{name}.txt")) {
            lines.push((name, time));
        }
    };
    add("freeze".to_owned(), frozen);
    add("reveal".to_owned(), revealed.max(frozen));
    let ended = source.max(revealed);
    match files.contains_key("void.txt") {
        // After REVEAL a person gives up only what a round of drand has not decided yet.
        true if reveal.is_some() => add("void".to_owned(), revealed.max(frozen)),
        true => add("void".to_owned(), ended),
        false => add("result".to_owned(), ended),
    }
    for n in 1..20 {
        add(format!("change-{n}"), ended + n);
    }
    add("open".to_owned(), ended + 100);
    lines
}

/// The type a record is logged as.
fn kind(record: &[u8]) -> EntryType {
    let line = String::from_utf8(record.to_vec()).unwrap();
    let word = line
        .lines()
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .to_owned();
    let same = |kind: &EntryType| kind.as_str() == word;
    EntryType::ALL.into_iter().find(same).unwrap()
}

/// What is known of an entry before it stands in the log.
pub struct Planned {
    pub record: String,
    pub kind: EntryType,
    pub time: u64,
    pub hash: Hash,
}

pub fn planned(files: &Files, lines: &[Line]) -> Vec<Planned> {
    let plan = |(record, time): &Line| {
        let bytes = &files[&format!("{record}.txt")];
        Planned {
            record: record.clone(),
            kind: kind(bytes),
            time: time * 1000 + 999,
            hash: Hash::of(bytes),
        }
    };
    lines.iter().map(plan).collect()
}

/// Adds receipts from a log in which these entries follow each other, other entries between them.
pub fn log_into(files: &mut Files, log: &str, planned: &[Planned]) {
    let mut leaves = vec![leaf_hash(b"earlier")];
    let mut entries = Vec::new();
    for line in planned {
        let act = Hash::from([9; 32]);
        let entry = Entry::with_record(line.kind, line.time, act, line.hash).unwrap();
        entries.push((leaves.len(), line.record.clone(), entry.to_string()));
        leaves.push(leaf_hash(entry.to_string().as_bytes()));
        leaves.push(leaf_hash(line.record.as_bytes()));
    }
    let size = leaves.len() as u64;
    let checkpoint = Checkpoint::new(log, size, root(&leaves)).unwrap();
    let signed = checkpoint.sign(&signer(log)).unwrap();
    for (at, record, entry) in entries {
        let receipt = Receipt::new(at as u64, path(&leaves, at), signed.clone());
        files.insert(format!("{record}.entry"), entry.into_bytes());
        files.insert(format!("{record}.proof"), receipt.to_string().into_bytes());
    }
}

fn root(leaves: &[Hash]) -> Hash {
    match leaves.len() {
        1 => leaves[0],
        n => {
            let (left, right) = leaves.split_at(n.next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

fn path(leaves: &[Hash], at: usize) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut inner, sibling) = match at < left.len() {
        true => (path(left, at), root(right)),
        false => (path(right, at - left.len()), root(left)),
    };
    inner.push(sibling);
    inner
}

/// The bundle with a signed receipt of every record.
pub fn logged(files: &Files) -> Files {
    let mut files = files.clone();
    let lines = lines(&files);
    let planned = planned(&files, &lines);
    log_into(&mut files, LOG, &planned);
    files
}

pub fn source(files: &Files) -> BundleSource {
    BundleSource::from_files(files.clone(), Limits::default()).unwrap()
}

pub fn judged(files: &Files, company: &Company<'_>, key: Option<VerifierKey>) -> Verdict {
    let options = Options {
        log_key: key.map(Into::into),
        ..Options::default()
    };
    match BundleSource::from_files(files.clone(), Limits::default()) {
        Ok(source) => verify_among(&source, company, &options),
        Err(problem) => unopened(problem),
    }
}

pub fn verdict(files: &Files, key: Option<VerifierKey>) -> Verdict {
    judged(files, &Company::default(), key)
}

/// The codes of everything that is wrong.
pub fn wrong(verdict: &Verdict) -> Vec<&'static str> {
    let checks = verdict.checks.iter();
    let wrong = checks.filter(|check| check.outcome != verify::Outcome::Right);
    wrong.map(|check| check.code).collect()
}
