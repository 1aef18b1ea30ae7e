//! V1–V4 bit for bit, with every intermediate value: two programs written apart agree on these.

mod common;

use common::{THREADS, frame_of, input_hash, secret_of, token, vectors, written};
use draw::leaf::Kind;
use draw::record::{FreezeRecord, ResultRecord, hash_of};
use draw::{Frozen, SeedText, Suite, Terms};
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
        let suite = Suite::Sha256;
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

fn check(name: &str) {
    let all = vectors("draw.json");
    let vector = &all[name];
    let frozen = frozen(&all, name);
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
    assert_eq!(vector["seed"], seed.seed(Suite::Sha256).to_string());
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
        hash_of(Suite::Sha256, drawn.record()).to_string()
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
    check("V1");
}

#[test]
fn v2_second_attempt_two_items_on_one_ticket_two_authorities_groups_by_area() {
    check("V2");
}

#[test]
fn v3_recusals_bite_reserves_are_used_a_party_is_absent_a_leader_recused() {
    check("V3");
}

#[test]
fn v4_three_groups_without_areas_reserves_in_groups_a_leader_who_is_also_drawn() {
    check("V4");
}

#[test]
fn the_root_of_every_vector_proves_every_leaf_and_nothing_else() {
    let all = vectors("draw.json");
    for name in ["V1", "V2", "V3", "V4"] {
        let frozen = frozen(&all, name);
        let tree = frozen.subject_tree(THREADS);
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
