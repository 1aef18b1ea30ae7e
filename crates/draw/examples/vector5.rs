//! Prints `vectors/draw-v5.json`: suite SM3, a place nobody can take (`-`), an absent beacon and
//! absent dice. `cargo run --example vector5 > vectors/draw-v5.json`; the test of the vectors
//! recomputes it from its `inputs`.

#![expect(clippy::print_stdout, reason = "the vector is the output")]

use std::num::NonZeroUsize;

use draw::digest::{Digest, Secret, Suite};
use draw::freeze::Terms;
use draw::leaf::Kind;
use draw::record::freeze::{Assign, Hours, PartyLine, TeamSize};
use draw::record::hash_of;
use draw::seed::{Answer, SeedText};
use draw::{Drawn, Frame, Frozen, Token};
use serde_json::{Map, Value, json};

const S: &str = "fifth secret 1";
const PLAN: &str = "plan five";
const PARTIES: [&str; 2] = ["discipline", "justice"];

fn name(text: &str) -> Token {
    text.parse().expect("a valid name")
}

/// S, nonces and plan hashes of all vectors are SHA-256 of a string, whatever the suite.
fn input(text: &str) -> Digest {
    Suite::Sha256.bytes(text.as_bytes())
}

fn nonce(party: &str) -> Digest {
    input(&format!("{party} nonce"))
}

/// Ten subjects, five inspectors of whom two are drawn; half of the subjects must not meet F001 and
/// F002, the other half F003, so that the three reserves do not suffice.
fn frame() -> Frame {
    let mut frame = Frame::default();
    for n in 1..=10 {
        let status = match n {
            3 => "must:complaint",
            7 => "skip:closed",
            _ => "draw",
        };
        let stratum = if n <= 5 { "A" } else { "B" };
        frame
            .push_subject(&format!("91411200MA{n:08}"), stratum, status, "-")
            .expect("valid");
    }
    for n in 1..=5 {
        frame
            .push_inspector(&format!("F{n:03}"), "-", "draw")
            .expect("valid");
    }
    for n in 1..=10 {
        let recused: &[&str] = if n % 2 == 0 {
            &["F001", "F002"]
        } else {
            &["F003", "L001"]
        };
        for inspector in recused {
            frame
                .push_recusal(inspector, &format!("91411200MA{n:08}"))
                .expect("valid");
        }
    }
    frame
}

fn terms(suite: Suite) -> Terms {
    let commitment = |party: &&str| PartyLine::commit(suite, name(party), &nonce(party));
    Terms {
        campaign: name("411200-CG-2026-0011"),
        attempt: 1,
        suite,
        plan: input(PLAN),
        extends: None,
        quotas: vec![
            ("A".parse().expect("valid"), 3),
            ("B".parse().expect("valid"), 3),
        ],
        drawn: vec![(name("-"), 2)],
        teams: vec![TeamSize {
            stratum: name("-"),
            size: 2,
        }],
        assign: Assign::Pairs,
        areas: Vec::new(),
        leaders: vec![name("L001"), name("L002")],
        parties: PARTIES.iter().map(commitment).collect(),
        dice: Some(name("hall-dice")),
        reveal_by: 1_793_106_340,
        beacon: Some("cwl-ssq 2026140".parse().expect("valid")),
        hours: Hours::One,
    }
}

fn leaves(frozen: &Frozen, kind: Kind) -> Value {
    let record = frozen.record();
    let leaf = |leaf: draw::leaf::OpenedLeaf| {
        json!({
            "id": leaf.id, "stratum": leaf.stratum, "status": leaf.status, "area": leaf.area,
            "salt": leaf.salt.to_string(), "nonce": leaf.nonce.to_string(),
            "seal": leaf.seal(record.suite).to_string(), "cover": leaf.cover.to_string(),
            "mark": leaf.mark(record.suite).to_string(),
            "leafhash": leaf.hash(record.suite, record.campaign, record.attempt, kind).to_string(),
        })
    };
    frozen.leaves(kind).into_iter().map(leaf).collect()
}

fn selection(drawn: &Drawn, vector: &mut Map<String, Value>) {
    let visits: Vec<Value> = drawn
        .visits()
        .iter()
        .map(|visit| {
            json!([
                visit.subject.as_str(),
                drawn.strata_of(visit).collect::<Vec<_>>()
            ])
        })
        .collect();
    vector.insert("visits".into(), visits.into());
    let pool = &drawn.teams().pools()[0];
    let ids = |members: Vec<&draw::select::Member>| -> Vec<String> {
        members
            .into_iter()
            .map(|member| member.id.to_string())
            .collect()
    };
    vector.insert(
        "drawn_inspectors".into(),
        json!({"-": ids(pool.drawn.iter().collect())}),
    );
    vector.insert(
        "reserve_after".into(),
        json!({"-": ids(pool.unused().collect())}),
    );
    let served = pool
        .drawn
        .iter()
        .chain(pool.reserve.iter().filter(|member| member.load > 0));
    let load: Map<String, Value> = served
        .map(|member| (member.id.to_string(), member.load.into()))
        .collect();
    vector.insert("load".into(), load.into());
}

fn main() {
    let suite = Suite::Sm3;
    let one = NonZeroUsize::MIN;
    let secret = Secret::from_bytes(input(S).0);
    let frozen = draw::freeze(&terms(suite), frame(), &secret, one).expect("a good frame");
    let parties: Vec<_> = PARTIES
        .iter()
        .map(|party| (name(party), Answer::Given(nonce(party))))
        .collect();
    let dice = Some(Answer::Absent(name("rain")));
    let beacon = Some(Answer::Absent(name("outage")));
    let seed = SeedText::build(frozen.record(), &parties, dice, beacon).expect("good answers");
    let mut vector = Map::new();
    let record = frozen.record();
    vector.insert("freeze".into(), record.to_string().into());
    vector.insert("freeze_hash".into(), record.hash().to_string().into());
    vector.insert("seed_txt".into(), seed.to_string().into());
    vector.insert("seed".into(), seed.seed(suite).to_string().into());
    for (kind, key) in [
        (Kind::Subject, "subjects"),
        (Kind::Inspector, "inspectors"),
        (Kind::Recusal, "recusals"),
    ] {
        vector.insert(key.into(), leaves(&frozen, kind));
    }
    let drawn = draw::draw(frozen, &seed, one).expect("a good seed");
    vector.insert("result".into(), drawn.record().to_string().into());
    vector.insert(
        "result_hash".into(),
        hash_of(suite, drawn.record()).to_string().into(),
    );
    let mut files = Map::new();
    for file in draw::record::result::SEALED_FILES {
        let mut bytes = Vec::new();
        draw::bundle::write_file(&drawn, file, one, &mut bytes).expect("memory");
        files.insert(file.into(), String::from_utf8(bytes).expect("text").into());
    }
    vector.insert("files".into(), files.into());
    selection(&drawn, &mut vector);
    let all = json!({
        "note": "shuang/1 vector V5: suite sm3, a place nobody can take, absent beacon and dice; \
                 S, plan and nonces are SHA-256 of the strings under inputs, as for V1-V4",
        "V5": vector,
        "inputs": {
            "V5": {"S": S, "plan": PLAN, "k": {"A": 3, "B": 3}},
            "nonces": {"discipline": "discipline nonce", "justice": "justice nonce"},
        },
    });
    println!(
        "{}",
        serde_json::to_string_pretty(&all).expect("plain values")
    );
}
