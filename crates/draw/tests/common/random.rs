//! Random descriptions of attempts of `shuang/2`, with every feature of the protocol.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every test binary uses its own part of this module"
)]

use serde_json::{Value, json};

use super::Generator;

/// When the ceremony begins, in unix seconds.
const START: u64 = 1_800_000_000;

fn below(random: &mut Generator, n: u64) -> u64 {
    random.next() % n
}

fn pick<'a>(random: &mut Generator, words: &[&'a str]) -> &'a str {
    words[random.below(words.len())]
}

fn hex(random: &mut Generator) -> String {
    random.digest().to_string()
}

/// The beacon of a description: source, round, time, value.
pub fn beacon(random: &mut Generator) -> Value {
    let at = START + 900 + below(random, 50);
    match below(random, 4) {
        0 => {
            let round = (at - 1_692_803_367) / 3 + 2;
            let time = 1_692_803_367 + 3 * (round - 1);
            let value = format!("{}{}", hex(random), &hex(random)[..32]);
            json!([draw::seed::beacon::QUICKNET, round.to_string(), time, value])
        }
        1 => json!(["cwl-ssq", "2027006", at, "03 08 11 19 24 30 + 07"]),
        2 => json!(["tc-dlt", "27006", at, "01 02 20 34 35 + 03 12"]),
        _ => json!(["radio", "n.7", at, "00 99 + 05"]),
    }
}

struct Shape {
    items: Vec<&'static str>,
    kinds: Vec<(&'static str, u64)>,
    groups: Option<u64>,
    areas: Vec<&'static str>,
}

fn shape(random: &mut Generator) -> Shape {
    let items = match below(random, 3) {
        0 => vec!["-"],
        1 => vec!["fume"],
        _ => vec!["fume", "waste", "x.1"],
    };
    let kinds = match below(random, 3) {
        0 => vec![("-", 2)],
        1 => vec![("cg", 1), ("sj", 1)],
        _ => vec![("zf", 2), ("an", 1)],
    };
    let groups = (below(random, 2) == 0).then(|| 1 + below(random, 3));
    let areas = match groups {
        Some(_) if below(random, 2) == 0 => vec!["east", "north", "west"],
        _ => Vec::new(),
    };
    Shape {
        items,
        kinds,
        groups,
        areas,
    }
}

fn item_rules(random: &mut Generator, shape: &Shape) -> (Value, Value) {
    let rule = |random: &mut Generator| match below(random, 5) {
        0 | 1 => format!("pool 1/{}", 2 + below(random, 6)),
        2 => format!("fixed {}", below(random, 7)),
        3 => "ceiling".to_owned(),
        _ => "full".to_owned(),
    };
    let items: Vec<Value> = shape
        .items
        .iter()
        .map(|item| json!([item, rule(random)]))
        .collect();
    let mut rates = Vec::new();
    for item in &shape.items {
        for class in ["A", "B", "C"] {
            let stratum = match *item {
                "-" => class.to_owned(),
                item => format!("{item}:{class}"),
            };
            let q = [1, 2, 3, 4, 5, 10][random.below(6)];
            rates.push(json!([stratum, format!("{}/{q}", below(random, q + 1))]));
        }
    }
    (items.into(), rates.into())
}

fn subjects(random: &mut Generator, shape: &Shape) -> Value {
    let mut rows = Vec::new();
    for n in 0..6 + below(random, 45) {
        let area = match shape.areas.is_empty() {
            true => "-",
            false => pick(random, &shape.areas),
        };
        for item in &shape.items {
            if shape.items.len() > 1 && below(random, 3) == 0 {
                continue;
            }
            let status = match below(random, 12) {
                0 => "must:complaint",
                1 => "skip:cap",
                _ => "draw",
            };
            let class = pick(random, &["A", "B", "C"]);
            rows.push(json!([format!("S{n:03}"), item, class, status, area]));
        }
    }
    rows.into()
}

fn inspectors(random: &mut Generator, shape: &Shape) -> (Value, Value) {
    let (mut rows, mut drawn) = (Vec::new(), Vec::new());
    for (kind, size) in &shape.kinds {
        let m = match shape.groups {
            Some(groups) => groups * size,
            None => size + below(random, 4),
        };
        let reserve = if below(random, 2) == 0 { 0 } else { 4 };
        for n in 0..m + below(random, 1 + reserve) {
            rows.push(json!([format!("F{kind}{n}"), kind, "draw"]));
        }
        rows.push(json!([format!("F{kind}skip"), kind, "skip:leave"]));
        drawn.push(json!([kind, m]));
    }
    (rows.into(), drawn.into())
}

/// Pairs of persons and subjects that must not meet, few enough for a team to remain mostly.
fn recusals(random: &mut Generator, people: &[Value], subjects: &[Value]) -> Value {
    let mut pairs = Vec::new();
    let most = [4, 12, 60][random.below(3)];
    for _ in 0..below(random, most) {
        let person = &people[random.below(people.len())];
        let subject = &subjects[random.below(subjects.len())][0];
        let pair = json!([person, subject]);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs.into()
}

fn sources(random: &mut Generator, json: &mut Value) {
    let mut parties = Vec::new();
    let mut absent = serde_json::Map::new();
    for name in ["discipline", "justice", "9th"]
        .iter()
        .take(random.below(4))
    {
        let nonce = hex(random);
        match below(random, 5) {
            0 => {
                absent.insert((*name).to_owned(), nonce.into());
                parties.push(json!([name, null]));
            }
            _ => parties.push(json!([name, nonce])),
        }
    }
    json["parties"] = parties.into();
    json["absent_nonce"] = absent.into();
    json["dice"] = match below(random, 4) {
        0 => json!(["hall", null]),
        1 => json!(["hall", "6".repeat(1 + random.below(30))]),
        _ => Value::Null,
    };
    json["beacon"] = match below(random, 2) {
        0 => beacon(random),
        _ => Value::Null,
    };
}

fn approved(random: &mut Generator) -> (Value, Value) {
    (json!(["K01", hex(random)]), hex(random).into())
}

fn changes(random: &mut Generator, json: &Value) -> Value {
    let mut people: Vec<Value> = json["inspectors"].as_array().unwrap().clone();
    people.retain(|row| row[2] == "draw");
    let mut people: Vec<Value> = people.into_iter().map(|row| row[0].clone()).collect();
    people.extend(json["leaders"].as_array().unwrap().iter().cloned());
    let (mut made, mut closed) = (Vec::new(), Vec::new());
    for n in 0..random.below(7) {
        if below(random, 3) == 0 {
            closed.push(1 + below(random, 6));
            closed.sort_unstable();
            closed.dedup();
        }
        let (approver, document) = approved(random);
        let person = people[random.below(people.len())].clone();
        made.push(match below(random, 4) {
            0 => {
                let guests = borrowed(random, json, n);
                for row in guests["inspectors"].as_array().unwrap() {
                    people.push(row[0].clone());
                }
                json!({"type": "extend", "attempt": guests, "closed": closed})
            }
            1 | 2 => json!({"type": "substitute", "person": person, "approver": approver,
                "document": document, "closed": closed}),
            _ => json!({"type": "recuse", "visit": 1 + below(random, 8), "person": person,
                "approver": approver, "document": document, "closed": closed}),
        });
    }
    made.into()
}

fn borrowed(random: &mut Generator, json: &Value, n: usize) -> Value {
    let mut guests = json.clone();
    for key in ["subjects", "areas", "leaders", "changes", "parts"] {
        guests[key] = json!([]);
    }
    guests["assign"] = "pairs".into();
    guests["S"] = hex(random).into();
    guests["ending"] = "result".into();
    sources(random, &mut guests);
    let (mut rows, mut drawn) = (Vec::new(), Vec::new());
    for row in json["teams"].as_array().unwrap() {
        let kind = row[0].as_str().unwrap();
        let people = 1 + below(random, 3);
        for m in 0..people {
            rows.push(json!([format!("G{n}{kind}{m}"), kind, "draw"]));
        }
        drawn.push(json!([kind, below(random, people + 1)]));
    }
    let people: Vec<Value> = rows.iter().map(|row: &Value| row[0].clone()).collect();
    guests["recusals"] = recusals(random, &people, json["subjects"].as_array().unwrap());
    guests["inspectors"] = rows.into();
    guests["draw_inspectors"] = drawn.into();
    guests
}

fn parts(random: &mut Generator) -> Value {
    let mut made = Vec::new();
    for visit in 1..=below(random, 4) {
        let parts: Vec<String> = (0..1 + random.below(6)).map(|n| format!("P{n}")).collect();
        let number = match below(random, 3) {
            0 => Value::Null,
            _ => format!("{:04}", below(random, 10_000)).into(),
        };
        let quota = below(random, parts.len() as u64 + 1);
        let secret = hex(random);
        made.push(
            json!({"visit": visit, "parts": parts, "quota": quota, "S": secret,
            "number": number}),
        );
    }
    made.into()
}

fn end(random: &mut Generator, json: &mut Value) {
    json["ending"] = "result".into();
    json["changes"] = changes(random, json);
    json["parts"] = parts(random);
    if below(random, 4) > 0 {
        return;
    }
    json["ending"] = "void".into();
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    let before = pick(random, &["freeze", "reveal", "result"]);
    if before == "result" && !json["beacon"].is_null() && below(random, 3) == 0 {
        json["beacon"][3] = Value::Null;
    }
    // After REVEAL a person decides only while a beacon is awaited.
    let before = match before == "result" && json["beacon"].is_null() && !level_is_lost(json) {
        true => "reveal",
        false => before,
    };
    let (approver, document) = approved(random);
    json["void"] = json!({"reason": "flood", "approver": approver, "document": document,
        "before": before});
    if before == "result" && level_is_lost(json) {
        json["void"] = json!({"reason": "level-lost", "approver": null, "document": null,
            "before": before});
    }
}

/// Asks for the level announced; whether it is out of reach by now.
fn level_is_lost(json: &mut Value) -> bool {
    let of = |parties: usize, beacon: bool| u64::from(parties >= 2) + u64::from(beacon);
    let parties = json["parties"].as_array().expect("parties");
    let there = parties.iter().filter(|party| !party[1].is_null());
    let beacon = !json["beacon"].is_null();
    let digits = json["dice"][1].as_str().map_or(0, str::len);
    let announced = of(parties.len(), beacon || !json["dice"].is_null());
    let reached = of(there.count(), beacon || digits >= 20);
    if reached < announced {
        json["min_level"] = announced.into();
    }
    reached < announced
}

/// One random description; FREEZE of a few must be refused, since recusals may leave no team.
pub fn attempt(random: &mut Generator) -> Value {
    let shape = shape(random);
    let (items, rates) = item_rules(random, &shape);
    let (inspectors, drawn) = inspectors(random, &shape);
    let subjects = subjects(random, &shape);
    let leaders = ["L001", "L002", "Fcg0"];
    let leaders = &leaders[..2 + random.below(2)];
    let teams: Vec<Value> = shape
        .kinds
        .iter()
        .map(|(kind, t)| json!([kind, t]))
        .collect();
    let assign = match shape.groups {
        Some(groups) => format!("groups {groups}"),
        None => "pairs".to_owned(),
    };
    let mut json = json!({
        "suite": pick(random, &["sha256", "sm3"]),
        "campaign": "411200-CG-2026-0007", "attempt": 1 + below(random, 3),
        "document": hex(random), "rulebook": ["2026.1/3", hex(random)], "ceremony": START,
        "items": items, "rates": rates, "draw_inspectors": drawn, "teams": teams, "assign": assign,
        "areas": shape.areas, "leaders": leaders, "min_level": 0, "plan_seconds": 259_200,
        "freeze_seconds": 600, "reveal_from": START + below(random, 10),
        "reveal_by": START + 900, "S": hex(random), "plan_version": 1 + below(random, 2),
        "subjects": subjects, "inspectors": inspectors,
    });
    let people = json["inspectors"].as_array().unwrap().iter();
    let mut people: Vec<Value> = people.map(|row| row[0].clone()).collect();
    people.push("L001".into());
    let pairs = recusals(random, &people, json["subjects"].as_array().unwrap());
    json["recusals"] = pairs;
    sources(random, &mut json);
    end(random, &mut json);
    json
}
