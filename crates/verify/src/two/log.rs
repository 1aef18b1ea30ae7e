//! The receipts of a bundle of `shuang/2` (§8.1, 20–22): each record that has one stands in the log as what
//! it is, in the order and at the times the protocol demands.
//!
//! The entry names the SHA-256 of the record's bytes, whatever the suite of the draw. Without the log's key
//! everything but the signature is judged. Deliberately absent: witness cosignatures, and the `restart`
//! records by which two logs are joined, which no bundle holds.

use std::collections::{BTreeMap, BTreeSet};

use draw::judge::{Bundle, Files, LogTimes, Point};
use draw::{Code, Fault};
use tlog::note::SignatureLine;
use tlog::receipt::Standing;
use tlog::{Entry, Hash, LogKeys, Receipt, VerifierKey};

use super::{say_one, words};
use crate::verdict::{LogStanding, Shown, Unreadable, Verdict};

/// A pair of files of one record.
struct Pair {
    text: String,
    entry: Entry,
    receipt: Receipt,
}

/// The receipts of a bundle by the record they are of.
pub(super) struct Receipts(BTreeMap<String, Pair>);

impl Pair {
    fn read(files: &Files<'_>, record: &str) -> Result<Option<Self>, Unreadable> {
        let names = ["entry", "proof"].map(|ending| format!("{record}.{ending}"));
        let [Some(entry), Some(proof)] = [0, 1].map(|at| files.get(names[at].as_str())) else {
            // Half a pair is refused by the names already.
            return Ok(None);
        };
        let syntax = |at: usize, why: String| Unreadable::new("VRFY-520", names[at].as_str(), why);
        let text = |at: usize, bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map(str::to_owned);
            text.map_err(|_| syntax(at, "不是 UTF-8 文本。".to_owned()))
        };
        let (text, proof) = (text(0, entry)?, text(1, proof)?);
        Ok(Some(Self {
            entry: Entry::parse(&text).map_err(|error| syntax(0, error.to_string()))?,
            receipt: Receipt::parse(&proof).map_err(|error| syntax(1, error.to_string()))?,
            text,
        }))
    }

    fn origin(&self) -> &str {
        self.receipt.checkpoint().checkpoint().origin()
    }

    fn size(&self) -> u64 {
        self.receipt.checkpoint().checkpoint().size()
    }

    /// Whether this is the entry of this record, and stands in the log its checkpoint is of; with the
    /// key, whether the log has signed that.
    fn prove(&self, record: &[u8], key: Option<&VerifierKey>) -> Result<bool, String> {
        let kind = record_type(record);
        if self.entry.kind().as_str() != kind {
            return Err(format!(
                "条目的类型是 {}，不是 {kind}。",
                self.entry.kind().as_str()
            ));
        }
        if self.entry.record() != Some(&Hash::of(record)) {
            return Err("条目写的不是这份记录的 SHA-256。".to_owned());
        }
        let signed = self.receipt.checkpoint().note().signatures();
        // A log signs with Ed25519: what is shorter or longer is nobody's signature.
        let own = |line: &SignatureLine| line.name == self.origin() && line.signature.len() == 64;
        if !signed.iter().any(own) {
            return Err("检查点上没有该日志自己的签名行。".to_owned());
        }
        match self.receipt.verify(self.text.as_bytes(), key, &[]) {
            Ok(Standing::Signed(_)) => Ok(true),
            Ok(Standing::StructureOnly) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The type a record is logged as: the second word of its first line.
fn record_type(record: &[u8]) -> String {
    let line = record
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let word = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    String::from_utf8_lossy(word).into_owned()
}

impl Receipts {
    /// Every receipt of the bundle, parsed.
    pub(super) fn read(bundle: &Bundle<'_>, files: &Files<'_>) -> Result<Self, Unreadable> {
        let mut pairs = BTreeMap::new();
        for record in bundle.logged() {
            if let Some(pair) = Pair::read(files, &record)? {
                pairs.insert(record, pair);
            }
        }
        Ok(Self(pairs))
    }

    /// Judges them, says how far the log vouches for the bundle, and how far each record is shown.
    pub(super) fn judge(
        &self,
        bundle: &Bundle<'_>,
        files: &Files<'_>,
        key: Option<&LogKeys>,
        verdict: &mut Verdict,
    ) -> BTreeMap<String, Shown> {
        let shown = self.proofs(files, key, verdict);
        if self.0.len() > 1 {
            let faults = self.order(bundle);
            say_one(
                Point::Order.number(),
                words::name(Point::Order),
                &faults.iter().collect::<Vec<_>>(),
                "",
                verdict,
            );
        }
        if self.timed() {
            let times = self.times();
            let faults = bundle.time_faults(&times);
            if bundle.is_void_set_back(&times) {
                verdict.open("作废所称的时刻早于所作废的方案或冻结：日志的时钟是否更正过（repair），请对照公开日志。");
            }
            if bundle.is_void_amid_nonces(&times) {
                verdict.open("作废时已经在收随机数：随机数交了没有，作废的人是否已经知道会抽出什么，案卷看不出来。");
            }
            say_one(
                Point::Times.number(),
                words::name(Point::Times),
                &faults.iter().collect::<Vec<_>>(),
                "",
                verdict,
            );
        }
        self.stand(bundle, &shown, verdict);
        self.unsigned(&shown, key, verdict);
        shown
    }

    fn proofs(
        &self,
        files: &Files<'_>,
        key: Option<&LogKeys>,
        verdict: &mut Verdict,
    ) -> BTreeMap<String, Shown> {
        let mut shown = BTreeMap::new();
        if self.0.is_empty() {
            return shown;
        }
        verdict.make(20, words::RECEIPTS);
        let origins = self.origins();
        for (record, pair) in &self.0 {
            let bytes = files.get(format!("{record}.txt").as_str()).copied();
            // One key is of one log; an attempt that crosses a restart has records in two.
            let elsewhere =
                |key: &&LogKeys| key.name() == pair.origin() || !origins.contains(key.name());
            let own = key.filter(elsewhere).map(|keys| keys.at(pair.size()));
            let what = format!("{record}.txt 记入了日志，条目说的就是它");
            match pair.prove(bytes.unwrap_or_default(), own) {
                Ok(signed) => {
                    let words = if signed {
                        "签名有效"
                    } else {
                        "未验签名"
                    };
                    let (origin, index) = (pair.origin(), pair.receipt.index());
                    let size = pair.size();
                    let detail = format!("日志 {origin} 第 {index} 条，共 {size} 条，{words}");
                    verdict.say(true, "VRFY-520", what, detail);
                    let standing = if signed {
                        Shown::Logged
                    } else {
                        Shown::Unsigned
                    };
                    shown.insert(record.clone(), standing);
                }
                Err(why) => {
                    verdict.say(false, "VRFY-520", what, why);
                    shown.insert(record.clone(), Shown::Recorded);
                }
            }
        }
        shown
    }

    fn origins(&self) -> BTreeSet<&str> {
        self.0.values().map(Pair::origin).collect()
    }

    /// The order of the records in each log; and no log has two roots for one size.
    fn order(&self, bundle: &Bundle<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        for origin in self.origins() {
            let of_it = self.0.iter().filter(|(_, pair)| pair.origin() == origin);
            let places = of_it.map(|(record, pair)| (record.clone(), pair.receipt.index()));
            faults.extend(bundle.order_faults(&places.collect()));
        }
        let logs = self.0.iter();
        let logs = logs.map(|(record, pair)| (record.as_str(), pair.origin()));
        faults.extend(bundle.return_faults(&logs.collect()));
        let mut roots = BTreeMap::new();
        for pair in self.0.values() {
            let head = pair.receipt.checkpoint().checkpoint();
            let root = roots
                .entry((pair.origin(), head.size()))
                .or_insert(head.root());
            if *root != head.root() {
                let sentence = format!("{} 条时有两个不同的树根：日志分叉。", head.size());
                faults.push(Fault::new(Code::CONTRADICTION, pair.origin(), sentence));
            }
        }
        faults
    }

    /// Whether a record beside PLAN has a time.
    fn timed(&self) -> bool {
        self.0.keys().any(|record| record != "plan")
    }

    fn times(&self) -> LogTimes {
        let pairs = self.0.iter();
        pairs
            .map(|(record, pair)| (record.clone(), pair.entry.time() / 1000))
            .collect()
    }

    /// What the receipts together vouch for; OPEN names every change, so theirs may be missing.
    fn stand(&self, bundle: &Bundle<'_>, shown: &BTreeMap<String, Shown>, verdict: &mut Verdict) {
        let needed = bundle.logged();
        let needed = needed
            .iter()
            .filter(|record| !record.starts_with("change-"));
        let missing: Vec<_> = needed
            .clone()
            .filter(|record| !shown.contains_key(*record))
            .map(|record| format!("{record}.txt"))
            .collect();
        let signed = needed
            .clone()
            .all(|record| shown.get(record) == Some(&Shown::Logged));
        verdict.log = match (missing.is_empty(), signed) {
            (false, _) => LogStanding::Missing,
            (true, false) => LogStanding::Unsigned,
            (true, true) => LogStanding::Signed,
        };
        if !missing.is_empty() {
            verdict.leave("日志证明（不全）");
            verdict.open(format!(
                "没有日志存在性证明的记录：{}；无法证明它们何时公布、是否被换过。",
                missing.join("、")
            ));
        }
        let origins = self.origins();
        if origins.len() > 1 {
            verdict.leave("日志的接续（restart）");
            verdict.open(format!(
                "记录分在 {} 个日志中：它们是否由 restart 记录相接，案卷里看不出，没有核对。",
                origins.len()
            ));
        }
    }

    /// Says which proofs nobody's signature was checked of: all if there is no key; with a key those of a
    /// log that is not the key's, each by itself, so that nobody takes them for checked.
    fn unsigned(
        &self,
        shown: &BTreeMap<String, Shown>,
        key: Option<&LogKeys>,
        verdict: &mut Verdict,
    ) {
        let unsigned = |pair: &(&String, &Pair)| shown.get(pair.0) == Some(&Shown::Unsigned);
        let unsigned: Vec<_> = self.0.iter().filter(unsigned).collect();
        if unsigned.is_empty() {
            return;
        }
        verdict.leave("日志的签名");
        let Some(key) = key else {
            verdict
                .open("日志检查点的签名：没有给出日志公钥（--log-key），这样的证明任何人都能做。");
            return;
        };
        for (record, pair) in unsigned {
            verdict.open(format!(
                "{record}.txt 的日志证明没有用给出的公钥核对：它出自日志 {}，公钥是日志 {} 的；这样的证明任何人都能做。",
                pair.origin(),
                key.name()
            ));
        }
    }
}
