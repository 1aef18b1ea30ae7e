//! Bundles built from the committed vectors, with or without log receipts.
#![expect(dead_code, reason = "each test file uses a part of the support")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use draw::merkle::Tree;
use draw::{Digest, Suite};
use serde_json::Value;
use tlog::hash::{leaf_hash, node_hash};
use tlog::note::KeyKind;
use tlog::{Checkpoint, Entry, EntryType, Hash, Receipt, SignerKey, VerifierKey};
use verify::{BundleSource, Limits, Options, Stage, Verdict, verify_bundle};

pub const VECTORS: [&str; 5] = ["V1", "V2", "V3", "V4", "V5"];
pub const STAGES: [Stage; 3] = [Stage::Sealed, Stage::Public, Stage::Full];

pub type Files = BTreeMap<String, Vec<u8>>;

/// V1–V4, and V5 (SM3, an unfilled place, absent sources) beside them.
pub fn vectors() -> Value {
    let read = |name: &str| -> Value {
        let path = format!("{}/../../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (mut vectors, mut fifth) = (read("draw.json"), read("draw-v5.json"));
    vectors["V5"] = fifth["V5"].take();
    vectors["inputs"]["V5"] = fifth["inputs"]["V5"].take();
    vectors
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn tsv(rows: &[&Value], columns: &[&str]) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            columns
                .iter()
                .map(|c| text(&row[*c]))
                .collect::<Vec<_>>()
                .join("\t")
                + "\n"
        })
        .collect();
    lines.sort();
    lines.concat()
}

/// The bundle of a vector at a stage, without receipts.
pub fn bundle(vectors: &Value, name: &str, stage: Stage) -> Files {
    let vector = &vectors[name];
    let mut files = Files::new();
    let mut put = |name: &str, content: String| files.insert(name.to_owned(), content.into_bytes());
    put("freeze.txt", text(&vector["freeze"]));
    put("seed.txt", text(&vector["seed_txt"]));
    put("result.txt", text(&vector["result"]));
    if stage >= Stage::Public {
        for name in [
            "subjects.order",
            "inspectors.order",
            "teams.txt",
            "leaders.txt",
        ] {
            put(name, text(&vector["files"][name]));
        }
        put("opened.tsv", opened(vector));
    }
    if stage == Stage::Full {
        let secret = Suite::Sha256.bytes(text(&vectors["inputs"][name]["S"]).as_bytes());
        put("secret.txt", format!("{secret}\n"));
        for kind in ["subjects", "inspectors", "recusals"] {
            let rows: Vec<&Value> = vector[kind].as_array().unwrap().iter().collect();
            put(
                &format!("{kind}.tsv"),
                tsv(&rows, &["id", "stratum", "status", "area"]),
            );
        }
    }
    files
}

fn opened(vector: &Value) -> String {
    let subjects = vector["subjects"].as_array().unwrap();
    let leaf = |row: &Value| text(&row["leafhash"]).parse::<Digest>().unwrap();
    let sm3 = text(&vector["freeze"]).contains(
        "
suite sm3
",
    );
    let suite = if sm3 { Suite::Sm3 } else { Suite::Sha256 };
    let leaves: Vec<Digest> = subjects.iter().map(leaf).collect();
    let tree = Tree::new(suite, &leaves, NonZeroUsize::MIN);
    let visits = vector["visits"].as_array().unwrap();
    let carried = |row: &&Value| {
        visits.iter().any(|visit| {
            visit[0] == row["id"] && visit[1].as_array().unwrap().contains(&row["stratum"])
        })
    };
    let mut lines: Vec<String> = subjects
        .iter()
        .filter(carried)
        .map(|row| {
            let columns = ["id", "stratum", "status", "area", "salt", "nonce", "cover"];
            let proof = tree.prove(&leaf(row)).unwrap();
            let path: Vec<String> = proof.path.iter().map(Digest::to_string).collect();
            let opened = columns.map(|column| text(&row[column])).join("\t");
            format!("{opened}\t{}\t{}\n", proof.index, path.join(","))
        })
        .collect();
    lines.sort();
    lines.concat()
}

pub fn signer() -> SignerKey {
    SignerKey::from_seed("log.example.city/2026", KeyKind::Log, &[7; 32]).unwrap()
}

pub fn log_key() -> VerifierKey {
    VerifierKey::parse(&signer().verifier().to_string()).unwrap()
}

/// Adds receipts of a log of three entries in which FREEZE is the second and RESULT the third.
pub fn with_receipts(mut files: Files) -> Files {
    let entry = |kind, record: &str| {
        let hash = Hash::from(Suite::Sha256.bytes(&files[record]).0);
        Entry::with_record(kind, 1_790_000_000_000, Hash::from([9; 32]), hash)
            .unwrap()
            .to_string()
    };
    let (freeze, result) = (
        entry(EntryType::Freeze, "freeze.txt"),
        entry(EntryType::Result, "result.txt"),
    );
    let leaves = [
        leaf_hash(b"earlier"),
        leaf_hash(freeze.as_bytes()),
        leaf_hash(result.as_bytes()),
    ];
    let left = node_hash(&leaves[0], &leaves[1]);
    let checkpoint =
        Checkpoint::new("log.example.city/2026", 3, node_hash(&left, &leaves[2])).unwrap();
    let signed = checkpoint.sign(&signer()).unwrap();
    let receipts = [
        (
            "freeze.proof",
            Receipt::new(1, vec![leaves[0], leaves[2]], signed.clone()),
        ),
        ("result.proof", Receipt::new(2, vec![left], signed)),
    ];
    for (name, receipt) in receipts {
        files.insert(name.to_owned(), receipt.to_string().into_bytes());
    }
    files.insert("freeze.entry".to_owned(), freeze.into_bytes());
    files.insert("result.entry".to_owned(), result.into_bytes());
    files
}

pub fn source(files: &Files) -> BundleSource {
    let owned = files
        .iter()
        .map(|(name, bytes)| (name.clone(), bytes.clone()));
    BundleSource::from_files(owned, Limits::default()).unwrap()
}

pub fn verdict(files: &Files, key: Option<VerifierKey>) -> Verdict {
    let options = Options {
        log_key: key.map(Into::into),
        ..Options::default()
    };
    match BundleSource::from_files(files.clone(), Limits::default()) {
        Ok(source) => verify_bundle(&source, &options),
        Err(problem) => verify::unopened(problem),
    }
}

/// A small generator with a fixed seed, so that every run mutates the same bytes.
pub struct Fixed(u64);

impl Fixed {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Changes one byte of one file: a flipped bit or any other value.
pub fn mutate(files: &mut Files, choose: &mut Fixed) -> (String, usize, u8, u8) {
    loop {
        let name = files.keys().nth(choose.below(files.len())).unwrap().clone();
        let bytes = files.get_mut(&name).unwrap();
        if bytes.is_empty() {
            continue;
        }
        let at = choose.below(bytes.len());
        let before = bytes[at];
        let flipped = before ^ (1 << choose.below(8));
        let other = u8::try_from(choose.below(256)).unwrap();
        let after = if choose.below(2) == 0 || other == before {
            flipped
        } else {
            other
        };
        bytes[at] = after;
        return (name, at, before, after);
    }
}
