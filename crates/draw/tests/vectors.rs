//! V1–V5 bit for bit, with every intermediate value. Two programs written apart agree on V1–V4; V5
//! is our own (`examples/vector5.rs`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{THREADS, frame_of, input_hash, secret_of, token, vectors, written};
use draw::leaf::Kind;
use draw::record::freeze::PartyLine;
use draw::record::{FreezeRecord, ResultRecord, hash_of};
use draw::{Code, Frozen, SeedText, Suite, Terms};
use serde_json::Value;

fn frozen(all: &Value, name: &str) -> Frozen {
    let vector = &all[name];
    let inputs = &all["inputs"][name];
    let record = FreezeRecord::parse(vector["freeze"].as_str().unwrap().as_bytes()).unwrap();
    let mut terms = Terms::from(&record);
    assert_eq!(terms.plan, input_hash(inputs["plan"].as_str().unwrap()));
    for (stratum, k) in &mut terms.quotas {
        assert_eq!(
            Some(*k),
            inputs["k"][stratum.as_str()].as_u64(),
            "{name} {stratum}"
        );
    }
    let secret = secret_of(inputs["S"].as_str().unwrap());
    draw::freeze(&terms, frame_of(vector), &secret, THREADS)
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn check_leaves(frozen: &Frozen, vector: &Value, kind: Kind, key: &str) {
    let record = frozen.record();
    let rows = vector[key].as_array().unwrap();
    let leaves = frozen.leaves(kind);
    assert_eq!(leaves.len(), rows.len());
    for row in rows {
        let same = |leaf: &&draw::leaf::OpenedLeaf| {
            row["id"] == leaf.id.as_str() && row["stratum"] == leaf.stratum.as_str()
        };
        let leaf = leaves.iter().find(same).unwrap();
        let suite = record.suite;
        let hash = leaf.hash(suite, record.campaign, record.attempt, kind);
        let values = [
            ("salt", leaf.salt),
            ("nonce", leaf.nonce),
            ("cover", leaf.cover),
            ("seal", leaf.seal(suite)),
            ("mark", leaf.mark(suite)),
            ("leafhash", hash),
        ];
        for (name, value) in values {
            assert_eq!(row[name], value.to_string(), "{key} {} {name}", leaf.id);
        }
    }
}

fn check(file: &str, name: &str) {
    let all = vectors(file);
    let vector = &all[name];
    let frozen = frozen(&all, name);
    let suite = frozen.record().suite;
    assert_eq!(
        vector["freeze"],
        frozen.record().to_string(),
        "{name} FREEZE"
    );
    assert_eq!(vector["freeze_hash"], frozen.record().hash().to_string());
    check_leaves(&frozen, vector, Kind::Subject, "subjects");
    check_leaves(&frozen, vector, Kind::Inspector, "inspectors");
    check_leaves(&frozen, vector, Kind::Recusal, "recusals");

    let seed = SeedText::parse(vector["seed_txt"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(vector["seed_txt"], seed.to_string());
    assert_eq!(vector["seed"], seed.seed(suite).to_string());
    let drawn = draw::draw(frozen, &seed, THREADS).unwrap();
    let files = &vector["files"];
    assert_eq!(
        files["subjects.order"],
        written(|w| drawn.write_subjects_order(w)),
        "{name}"
    );
    assert_eq!(
        files["inspectors.order"],
        written(|w| drawn.write_inspectors_order(w)),
        "{name}"
    );
    assert_eq!(
        files["teams.txt"],
        written(|w| drawn.write_teams(w)),
        "{name} teams"
    );
    assert_eq!(
        files["leaders.txt"],
        written(|w| drawn.write_leaders(w)),
        "{name} leaders"
    );
    assert_eq!(
        vector["result"],
        drawn.record().to_string(),
        "{name} RESULT"
    );
    assert_eq!(
        vector["result_hash"],
        hash_of(suite, drawn.record()).to_string()
    );
    let parsed = ResultRecord::parse(vector["result"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(&parsed, drawn.record());
    check_selection(&drawn, vector);
}

fn check_selection(drawn: &draw::Drawn, vector: &Value) {
    let visits: Vec<Value> = drawn
        .visits()
        .iter()
        .map(|visit| {
            let items: Vec<&str> = drawn.strata_of(visit).collect();
            serde_json::json!([visit.subject.as_str(), items])
        })
        .collect();
    assert_eq!(vector["visits"], Value::Array(visits));
    let mut loads = serde_json::Map::new();
    for (group, load) in drawn.teams().group_loads().iter().enumerate() {
        loads.insert((group + 1).to_string(), (*load).into());
    }
    for pool in drawn.teams().pools() {
        let names = |m: Vec<&draw::select::Member>| -> Vec<String> {
            m.iter().map(|m| m.id.to_string()).collect()
        };
        let key = pool.stratum.as_str();
        assert_eq!(
            vector["drawn_inspectors"][key],
            Value::from(names(pool.drawn.iter().collect()))
        );
        assert_eq!(
            vector["reserve_after"][key],
            Value::from(names(pool.unused().collect()))
        );
        if drawn.teams().group_loads().is_empty() {
            let used = pool.reserve.iter().filter(|member| member.load > 0);
            for member in pool.drawn.iter().chain(used) {
                loads.insert(member.id.to_string(), member.load.into());
            }
        }
    }
    assert_eq!(vector["load"], Value::Object(loads));
}

#[test]
fn v1_pairs_four_classes_must_skip_and_a_drand_round() {
    check("draw.json", "V1");
}

#[test]
fn v2_second_attempt_two_items_on_one_ticket_two_authorities_groups_by_area() {
    check("draw.json", "V2");
}

#[test]
fn v3_recusals_bite_reserves_are_used_a_party_is_absent_a_leader_recused() {
    check("draw.json", "V3");
}

#[test]
fn v4_three_groups_without_areas_reserves_in_groups_a_leader_who_is_also_drawn() {
    check("draw.json", "V4");
}

#[test]
fn the_root_of_every_vector_proves_every_leaf_and_nothing_else() {
    let all = vectors("draw.json");
    for name in ["V1", "V2", "V3", "V4"] {
        let frozen = frozen(&all, name);
        let tree = frozen.subject_tree();
        let record = frozen.record();
        assert_eq!(tree.root(), record.subjects.root);
        for leaf in frozen.leaves(Kind::Subject) {
            let hash = leaf.hash(record.suite, record.campaign, record.attempt, Kind::Subject);
            let proof = tree.prove(&hash).unwrap();
            assert_eq!(
                proof.root(record.suite, tree.size(), &hash),
                Some(tree.root())
            );
        }
        assert_eq!(tree.prove(&input_hash("no leaf")), None);
    }
}

#[test]
fn a_subject_is_opened_with_all_its_items_on_one_salt() {
    let all = vectors("draw.json");
    let frozen = frozen(&all, "V2");
    let leaves = frozen.opened(token("91411200MA00000005"));
    assert_eq!(leaves.len(), 2);
    assert_eq!(leaves[0].salt, leaves[1].salt);
    assert_ne!(leaves[0].cover, leaves[1].cover);
}

#[test]
fn v5_suite_sm3_places_nobody_can_take_an_absent_beacon_and_absent_dice() {
    check("draw-v5.json", "V5");
    let all = vectors("draw-v5.json");
    let frozen = frozen(&all, "V5");
    assert_eq!(frozen.record().suite, Suite::Sm3);
    for party in &frozen.record().parties {
        let nonce = input_hash(
            all["inputs"]["nonces"][party.name.as_str()]
                .as_str()
                .unwrap(),
        );
        assert_eq!(*party, PartyLine::commit(Suite::Sm3, party.name, &nonce));
    }
    let seed = SeedText::parse(all["V5"]["seed_txt"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(draw::Level::announced(frozen.record()), draw::Level::Two);
    assert_eq!(draw::Level::reached(&seed), draw::Level::One);
    let drawn = draw::draw(frozen, &seed, THREADS).unwrap();
    assert_eq!(drawn.teams().unfilled(), 2);
    assert_eq!(draw::Standing::new(&drawn).unfilled(), [4, 7]);
}

#[test]
fn a_seed_of_another_attempt_or_a_wrong_nonce_draws_nothing() {
    let all = vectors("draw.json");
    let text = |name: &str| all[name]["seed_txt"].as_str().unwrap().to_owned();
    let fault = |text: String| {
        let seed = SeedText::parse(text.as_bytes()).unwrap();
        draw::draw(frozen(&all, "V3"), &seed, THREADS).unwrap_err()[0].code
    };
    assert_eq!(fault(text("V1")), Code::OTHER_ATTEMPT);
    let (good, bad) = (input_hash("discipline nonce"), input_hash("another nonce"));
    let swapped = text("V3").replace(&good.to_string(), &bad.to_string());
    assert_eq!(fault(swapped), Code::NONCE);
    assert_eq!(
        fault(text("V3").replace("2026135", "2026136")),
        Code::SEED_SOURCES
    );
    let line = format!("party discipline {good}\n");
    assert_eq!(fault(text("V3").replace(&line, "")), Code::SEED_SOURCES);
}

#[test]
fn the_worked_example_of_the_specification_is_v1() {
    let path = format!("{}/../../docs/SPEC-draw-1.md", env!("CARGO_MANIFEST_DIR"));
    let spec = std::fs::read_to_string(path).unwrap();
    let vector = &vectors("draw.json")["V1"];
    let files = &vector["files"];
    let texts = [&vector["freeze"], &vector["seed_txt"], &vector["result"]];
    for text in texts
        .into_iter()
        .chain([&files["subjects.order"], &files["teams.txt"]])
    {
        assert!(spec.contains(text.as_str().unwrap()), "{text}");
    }
    for key in ["freeze_hash", "seed", "result_hash"] {
        assert!(spec.contains(vector[key].as_str().unwrap()), "{key}");
    }
    for key in ["salt", "nonce", "seal", "cover", "mark", "leafhash"] {
        assert!(
            spec.contains(vector["subjects"][0][key].as_str().unwrap()),
            "{key}"
        );
    }
}
