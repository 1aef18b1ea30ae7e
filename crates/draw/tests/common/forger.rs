//! A small attempt of `shuang/2`, its bundle at every stage, and a forger who makes every hash follow.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every test binary uses its own part of this module"
)]

use draw::Fault;
use draw::bundle::{Contents, Stage};
use draw::judge::{Borrowed, Bundle};
use draw::record::two::{OpenRecord, Opened};
use draw::record::{FreezeRecord, ResultRecord, hash_of};
use draw::sealing::sealed_hash;
use serde_json::{Value, json};

use crate::attempt::{Made, Outcome, Written, make};
use crate::common::{THREADS, input_hash};

pub const START: u64 = 1_800_000_000;

pub fn hash(text: &str) -> String {
    input_hash(text).to_string()
}

/// Twenty-four subjects of two items, one of them `must`, seven inspectors of two kinds, everything else
/// small.
pub fn description() -> Value {
    let mut subjects = Vec::new();
    for n in 0..24 {
        let class = if n % 2 == 0 { "A" } else { "B" };
        subjects.push(json!([format!("S{n:02}"), "fume", class, "draw", "-"]));
        subjects.push(json!([format!("S{n:02}"), "waste", "A", "draw", "-"]));
    }
    subjects[0][3] = "must:complaint".into();
    let kind = |n: usize| if n < 5 { "cg" } else { "sj" };
    let inspectors: Vec<Value> = (0..8)
        .map(|n| json!([format!("F{n}"), kind(n), "draw"]))
        .collect();
    let paper = |n: &str| (json!(["K01", hash(n)]), hash("paper"));
    let (approver, document) = paper("salt 1");
    json!({
        "suite": "sha256", "campaign": "411200-CG-2026-0007", "attempt": 2,
        "document": hash("document"), "rulebook": ["2026.1", hash("rules")], "ceremony": START,
        "items": [["fume", "pool 1/5"], ["waste", "fixed 2"]],
        "rates": [["fume:A", "1/2"], ["fume:B", "1/3"], ["waste:A", "1/2"]],
        "draw_inspectors": [["cg", 3], ["sj", 2]], "teams": [["cg", 2], ["sj", 1]],
        "assign": "pairs", "areas": [], "leaders": ["L1", "F0"],
        "parties": [["discipline", hash("one")], ["justice", null]],
        "absent_nonce": {"justice": hash("two")},
        "dice": ["hall", "01234567890123456789"],
        "beacon": ["cwl-ssq", "2027006", START + 3600, "03 08 11 19 24 30 + 07"],
        "min_level": 1, "plan_seconds": 259_200, "freeze_seconds": 600, "reveal_from": START,
        "reveal_by": START + 1800, "S": hash("secret"), "plan_version": 2, "subjects": subjects,
        "inspectors": inspectors, "recusals": [["L1", "S00"]], "ending": "result",
        "changes": [
            {"type": "substitute", "person": "L1", "approver": approver, "document": document,
             "closed": [2]},
        ],
        "parts": [
            {"visit": 1, "parts": ["P1", "P2", "P3"], "quota": 2, "S": hash("part"), "number": "0042"},
            {"visit": 3, "parts": ["P1"], "quota": 1, "S": hash("part 3"), "number": null},
        ],
    })
}

pub fn made(json: &Value) -> Box<Made> {
    match make(json) {
        Outcome::Made(made) => {
            assert!(made.left_out.is_empty(), "{:?}", made.left_out);
            made
        }
        Outcome::Refused(faults) => panic!("{faults:?}"),
    }
}

/// The bundle of a stage.
pub fn staged(made: &Made, stage: Stage) -> Written {
    let bundle = |name: &&String| !name.starts_with("part-") && !name.contains('/');
    let all: Written = made
        .files
        .iter()
        .filter(|(name, _)| bundle(name))
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect();
    let whole = Contents::of(all.keys().map(String::as_str)).unwrap();
    let changes = if stage == Stage::Sealed {
        0
    } else {
        whole.changes
    };
    let names = Contents {
        stage,
        changes,
        ..whole
    };
    let names = names.files();
    all.into_iter()
        .filter(|(name, _)| names.contains(name))
        .collect()
}

pub fn faults(files: &Written) -> Vec<Fault> {
    let files = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let bundle = Bundle::read(&files.collect()).unwrap_or_else(|faults| panic!("{faults:?}"));
    bundle.faults(&Borrowed::new(), THREADS)
}

pub fn text(files: &Written, name: &str) -> String {
    String::from_utf8(files[name].clone()).unwrap()
}

pub fn edit(files: &mut Written, name: &str, change: impl FnOnce(&mut Vec<String>)) {
    let mut lines: Vec<String> = text(files, name).lines().map(str::to_owned).collect();
    change(&mut lines);
    let bytes = lines
        .iter()
        .flat_map(|line| [line, "\n"])
        .collect::<String>();
    files.insert(name.to_owned(), bytes.into_bytes());
}

/// Makes hashes, keys, RESULT and OPEN follow from the files again, as a forger would.
pub fn follow(files: &mut Written) {
    let freeze = FreezeRecord::parse(&files["freeze.txt"]).unwrap();
    let suite = freeze.suite;
    let mut open = OpenRecord::parse(&files["open.txt"]).unwrap();
    let mut result = ResultRecord::parse(&files["result.txt"]).unwrap();
    let of = |files: &Written, name: &str| suite.bytes(&files[name]);
    result.files[0] = of(files, "subjects.order");
    result.files[1] = of(files, "inspectors.order");
    for (at, name) in ["teams.txt", "leaders.txt"].iter().enumerate() {
        result.files[2 + at] = sealed_hash(&freeze, name, &open.keys[at], &of(files, name));
    }
    open.opened = Opened::Result(hash_of(suite, &result));
    open.leaves = of(files, "opened.tsv");
    open.persons = of(files, "persons.tsv");
    open.changes = (1..)
        .map_while(|n| files.get(&format!("change-{n}.txt")))
        .map(|bytes| suite.bytes(bytes))
        .collect();
    files.insert("result.txt".to_owned(), result.to_string().into_bytes());
    files.insert("open.txt".to_owned(), open.to_string().into_bytes());
}

/// The places of the faults of a forged public bundle.
pub fn forged(change: impl FnOnce(&mut Written)) -> Vec<String> {
    let mut files = staged(&made(&description()), Stage::Public);
    assert!(faults(&files).is_empty());
    change(&mut files);
    follow(&mut files);
    faults(&files)
        .into_iter()
        .map(|fault| fault.place)
        .collect()
}

pub fn speaks(place: &str, change: impl FnOnce(&mut Written)) {
    let places = forged(change);
    assert!(
        places.iter().any(|found| found.starts_with(place)),
        "{place}: {places:?}"
    );
}

/// An attempt that borrows three inspectors of each kind, whose second party answers or not.
pub fn borrowing(answers: bool) -> Value {
    let mut json = description();
    json["min_level"] = 2.into();
    json["parties"][1][1] = hash("two").into();
    json["parts"] = json!([]);
    let mut guest = json.clone();
    for key in ["subjects", "leaders", "recusals", "changes"] {
        guest[key] = json!([]);
    }
    let kind = |n: usize| if n < 3 { "cg" } else { "sj" };
    let people = (0..6).map(|n| json!([format!("G{n}"), kind(n), "draw"]));
    guest["inspectors"] = people.collect();
    guest["S"] = hash("secret of the guests").into();
    guest["parties"] = json!([["discipline", hash("three")], ["justice", hash("four")]]);
    if !answers {
        guest["parties"][1][1] = Value::Null;
        guest["absent_nonce"]["justice"] = hash("four").into();
    }
    json["changes"] = json!([{"type": "extend", "closed": [], "attempt": guest}]);
    json
}

/// The sealed bundle of the borrowed frame.
pub fn borrowed_bundle(made: &Made) -> Written {
    let plain = ["plan", "freeze", "reveal", "seed", "result"].map(|name| format!("{name}.txt"));
    let file = |name: String| {
        let bytes = made.files[&format!("borrowed-1/{name}")].clone();
        (name, bytes)
    };
    plain.into_iter().map(file).collect()
}
