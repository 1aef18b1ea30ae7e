//! Prints vectors of `shuang/2`: for each description its inputs, every file of its bundle, and every value
//! between them. `cargo run -p draw --example vector2 > vectors/draw-2.json`.
//!
//! Inputs are in the form of `tests/common/attempt.rs`; S, nonces, salts and documents are SHA-256 of short
//! strings, so that nothing in them could be chosen.

#![expect(clippy::print_stdout, reason = "the vectors are the output")]

#[path = "../tests/common/attempt.rs"]
mod attempt;

use attempt::{Made, Outcome, make};
use draw::digest::Secret;
use draw::leaf::{Kind, OpenedLeaf};
use draw::record::result::KEYED_FILES;
use draw::record::two::PartNumberRecord;
use draw::sealing::Persons;
use draw::ticket::{Scope, TicketMaker};
use draw::{Digest, Drawn, Suite};
use serde_json::{Map, Value, json};

/// When round 1000 of quicknet appeared, in unix seconds; the ceremony comes before it.
const ROUND_1000: u64 = 1_692_806_364;
const SIGNATURE_1000: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

fn hash(text: &str) -> String {
    Suite::Sha256.bytes(text.as_bytes()).to_string()
}

/// Nine subjects of one unnamed item, merged into one class; five inspectors, pairs; two parties and a
/// drand round.
fn plain() -> Value {
    let subjects: Vec<Value> = (1..=9)
        .map(|n| {
            let class = ["A", "B", "C"][n % 3];
            let status = match n {
                4 => "skip:closed",
                9 => "must:complaint",
                _ => "draw",
            };
            json!([format!("91411200MA{n:08}"), "-", class, status, "-"])
        })
        .collect();
    let inspectors: Vec<Value> = (1..=5)
        .map(|n| json!([format!("F{n:03}"), "-", "draw"]))
        .collect();
    json!({
        "suite": "sha256", "campaign": "411200-CG-2026-0007", "attempt": 1,
        "document": hash("document"), "rulebook": ["2026.1", hash("rules")],
        "ceremony": ROUND_1000 - 3600, "items": [["-", "pool 1/3"]],
        "rates": [["A", "1/2"], ["B", "1/3"], ["C", "1/10"]], "draw_inspectors": [["-", 3]],
        "teams": [["-", 2]], "assign": "pairs", "areas": [], "leaders": ["L001", "L002"],
        "parties": [["discipline", hash("discipline nonce")], ["justice", hash("justice nonce")]],
        "absent_nonce": {}, "dice": null,
        "beacon": [draw::seed::beacon::QUICKNET, "1000", ROUND_1000, SIGNATURE_1000],
        "min_level": 2, "plan_seconds": 259_200, "freeze_seconds": 3600,
        "reveal_from": ROUND_1000 - 3600, "reveal_by": ROUND_1000 - 60, "S": hash("demo draw secret"),
        "plan_version": 2, "subjects": subjects, "inspectors": inspectors,
        "recusals": [["F001", "91411200MA00000001"], ["L001", "91411200MA00000009"]],
        "ending": "result", "void": null, "changes": [], "parts": [],
    })
}

fn paper(name: &str) -> (Value, String) {
    (
        json!(["K01", hash(&format!("{name} salt"))]),
        hash(&format!("{name} paper")),
    )
}

/// SM3, a plan of `shuang/1`, two items with thirty subjects, two kinds of inspectors, a place nobody can
/// take; then a substitution, a recusal, borrowed inspectors and parts.
#[expect(clippy::too_many_lines, reason = "a table of inputs")]
fn followed() -> Value {
    let mut json = plain();
    let mut subjects = Vec::new();
    for n in 1..=30 {
        let class = ["A", "B"][n % 2];
        subjects.push(json!([
            format!("91411200MA{n:08}"),
            "fume",
            class,
            "draw",
            "-"
        ]));
        if n <= 4 {
            subjects.push(json!([
                format!("91411200MA{n:08}"),
                "waste",
                "A",
                "draw",
                "-"
            ]));
        }
    }
    subjects[0][3] = "must:complaint".into();
    for (key, value) in [
        ("suite", "sm3".into()),
        ("attempt", 2.into()),
        ("plan_version", 1.into()),
        ("items", json!([["fume", "pool 1/6"], ["waste", "ceiling"]])),
        (
            "rates",
            json!([["fume:A", "1/2"], ["fume:B", "1/3"], ["waste:A", "1/2"]]),
        ),
        ("draw_inspectors", json!([["cg", 2], ["sj", 2]])),
        ("teams", json!([["cg", 1], ["sj", 1]])),
        (
            "inspectors",
            json!([
                ["C1", "cg", "draw"],
                ["C2", "cg", "draw"],
                ["C3", "cg", "skip:leave"],
                ["J1", "sj", "draw"],
                ["J2", "sj", "draw"],
                ["J3", "sj", "draw"]
            ]),
        ),
        (
            "recusals",
            json!([["L001", "91411200MA00000001"], ["J1", "91411200MA00000002"]]),
        ),
        (
            "parties",
            json!([["discipline", hash("discipline 2")], ["justice", null]]),
        ),
        ("absent_nonce", json!({"justice": hash("justice 2")})),
        ("dice", json!(["hall", "31415926535897932384"])),
        // The borrowed frame has one party and a beacon.
        ("min_level", 1.into()),
        (
            "beacon",
            json!(["tc-dlt", "23097", ROUND_1000, "01 05 20 34 35 + 03 12"]),
        ),
        ("subjects", subjects.into()),
        ("S", hash("second secret").into()),
    ] {
        json[key] = value;
    }
    json["changes"] = changes(&json);
    json["parts"] = json!([
        {"visit": 1, "parts": ["P1", "P2", "P3", "P4"], "quota": 2, "S": hash("part 1"), "number": "0042"},
        {"visit": 4, "parts": ["Q1", "Q2"], "quota": 1, "S": hash("part 4"), "number": null},
    ]);
    json
}

/// Borrowed inspectors for an attempt.
fn guests(json: &Value) -> Value {
    let mut guests = json.clone();
    for (key, value) in [
        ("subjects", json!([])),
        ("leaders", json!([])),
        (
            "inspectors",
            json!([
                ["G1", "cg", "draw"],
                ["G2", "cg", "draw"],
                ["H1", "sj", "draw"]
            ]),
        ),
        ("draw_inspectors", json!([["cg", 1], ["sj", 0]])),
        ("recusals", json!([["G1", "91411200MA00000001"]])),
        ("parties", json!([["discipline", hash("discipline 3")]])),
        ("dice", Value::Null),
        ("beacon", json!(["radio", "noon", ROUND_1000, "07 + 01 99"])),
        ("S", hash("borrowed secret").into()),
    ] {
        guests[key] = value;
    }
    guests
}

/// A substitution that finds a reserve, one that finds nobody, borrowed inspectors, a recusal.
fn changes(json: &Value) -> Value {
    let guests = guests(json);
    let [(first, paper_1), (second, paper_2), (third, paper_3)] = ["1", "2", "3"].map(paper);
    json!([
        {"type": "substitute", "person": "C1", "approver": first, "document": paper_1, "closed": [2]},
        {"type": "substitute", "person": "C2", "approver": second, "document": paper_2, "closed": [2]},
        {"type": "extend", "attempt": guests, "closed": [2, 3]},
        {"type": "recuse", "visit": 1, "person": "L001", "approver": third, "document": paper_3,
         "closed": [2, 3]},
    ])
}

/// Two groups with areas.
fn grouped() -> Value {
    let mut json = plain();
    for row in json["subjects"].as_array_mut().expect("rows") {
        let odd = attempt::text(&row[0]).ends_with(['1', '3', '5', '7', '9']);
        row[4] = if odd { "east".into() } else { "west".into() };
    }
    json["assign"] = "groups 2".into();
    json["areas"] = json!(["east", "west"]);
    json["draw_inspectors"] = json!([["-", 4]]);
    json["attempt"] = 3.into();
    json
}

fn void(before: &str, program: bool) -> Value {
    let mut json = plain();
    let (approver, document) = paper("void");
    json["ending"] = "void".into();
    json["void"] = match program {
        // One party of two stayed away: level 2, which the plan asks for, is out of reach.
        true => {
            json["parties"][1][1] = Value::Null;
            json["absent_nonce"] = json!({"justice": hash("justice nonce")});
            json!({"reason": "level-lost", "approver": null, "document": null, "before": before})
        }
        false => {
            json!({"reason": "flood", "approver": approver, "document": document, "before": before})
        }
    };
    json
}

fn descriptions() -> Vec<(&'static str, Value)> {
    let mut silent = void("result", false);
    silent["beacon"][3] = Value::Null;
    let mut refused = plain();
    refused["recusals"] = json!([["F999", "91411200MA00000001"]]);
    vec![
        ("plain", plain()),
        ("followed", followed()),
        ("grouped", grouped()),
        ("void-opened", void("result", true)),
        ("void-silent", silent),
        ("void-frozen", void("reveal", false)),
        ("void-planned", void("freeze", false)),
        ("refused", refused),
    ]
}

/// Every leaf of a kind with its values and its ticket under the seed.
fn leaves(drawn: &Drawn, kind: Kind, scope: Option<Scope>) -> Value {
    let freeze = drawn.frozen().record();
    let suite = freeze.suite;
    let leaf = |leaf: OpenedLeaf| {
        let ticket = scope.map(|scope| {
            let mut tickets = TicketMaker::new(suite, &drawn.seed(), scope);
            tickets.ticket(leaf.id.as_bytes(), &leaf.salt).to_string()
        });
        json!({
            "id": leaf.id, "stratum": leaf.stratum, "status": leaf.status, "area": leaf.area,
            "salt": leaf.salt.to_string(), "nonce": leaf.nonce.to_string(),
            "seal": leaf.seal(suite).to_string(), "cover": leaf.cover.to_string(),
            "mark": leaf.mark(suite).to_string(),
            "leafhash": leaf.hash(suite, freeze.campaign, freeze.attempt, kind).to_string(),
            "ticket": ticket,
        })
    };
    drawn.frozen().leaves(kind).into_iter().map(leaf).collect()
}

fn drawn_values(made: &Made, drawn: &Drawn, inputs: &Value, values: &mut Map<String, Value>) {
    let freeze = drawn.frozen().record();
    let suite = freeze.suite;
    for (key, kind, scope) in [
        ("subjects", Kind::Subject, Some(Scope::Subject)),
        ("inspectors", Kind::Inspector, Some(Scope::Inspector)),
        ("recusals", Kind::Recusal, None),
    ] {
        values.insert(key.into(), leaves(drawn, kind, scope));
    }
    values.insert("seed".into(), drawn.seed().to_string().into());
    let keys = KEYED_FILES.map(|name| {
        let content = suite.bytes(&made.files[name]).to_string();
        (
            name.to_owned(),
            json!({"key": drawn.file_key(name).to_string(), "content": content}),
        )
    });
    values.insert("keys".into(), Map::from_iter(keys).into());
    let secret: Digest = attempt::text(&inputs["S"]).parse().expect("64 digits");
    let persons = Persons::of(freeze, &Secret::from_bytes(secret.0));
    let opened = made
        .files
        .get("persons.tsv")
        .map(Vec::as_slice)
        .unwrap_or_default();
    let codes = String::from_utf8_lossy(opened).into_owned();
    let codes = codes.lines().filter_map(|line| line.split('\t').next());
    let named = codes.map(|code| {
        let token = code.parse().expect("a code");
        let (salt, hash) = (
            persons.salt(token).to_string(),
            persons.hash(token).to_string(),
        );
        (code.to_owned(), json!({"salt": salt, "hash": hash}))
    });
    values.insert("persons".into(), named.collect::<Map<_, _>>().into());
    let parts = made.part_orders.iter().map(|(visit, order)| {
        let record = &made.files[&format!("part-number-{visit}.txt")];
        let record = PartNumberRecord::parse(record).expect("our own bytes");
        let seed = record.part_seed(suite, &drawn.seed()).to_string();
        (visit.to_string(), json!({"seed": seed, "order": order}))
    });
    values.insert("parts".into(), parts.collect::<Map<_, _>>().into());
}

fn vector(inputs: &Value) -> Value {
    let Outcome::Made(made) = make(inputs) else {
        return json!({"inputs": inputs, "refused": true});
    };
    assert!(made.left_out.is_empty(), "{:?}", made.left_out);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let files = made.files.iter();
    let files: Map<String, Value> = files
        .map(|(name, bytes)| (name.clone(), text(bytes).into()))
        .collect();
    let hashes = made.files.iter().map(|(name, bytes)| {
        let hash = made.plan.suite.bytes(bytes);
        (name.clone(), Value::from(hash.to_string()))
    });
    let mut values = Map::new();
    values.insert("hashes".into(), hashes.collect::<Map<_, _>>().into());
    if let Some(drawn) = &made.drawn {
        drawn_values(&made, drawn, inputs, &mut values);
    }
    json!({"inputs": inputs, "files": files, "values": values})
}

fn main() {
    let mut all = Map::new();
    let note = "shuang/2: for every name the inputs (format of crates/draw/tests/common/attempt.rs), \
                the files of the bundle by path, and the values between";
    all.insert("note".into(), note.into());
    for (name, inputs) in descriptions() {
        all.insert(name.into(), vector(&inputs));
    }
    println!(
        "{}",
        serde_json::to_string_pretty(&all).expect("plain values")
    );
}
