//! The plans of the list that the second implementation keeps (`vectors/second-2.txt`): one description of
//! an attempt of `shuang/2` per number, in the form of `attempt.rs`, with every feature of the drawing.
//!
//! A change here changes the plans, and the list has to be made anew (`make second`); so this generator is
//! not that of `random.rs`, which other tests may widen. Deliberately absent: what a plan draws.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "every program uses its own part of this module"
)]

#[path = "plans/after.rs"]
mod after;
#[path = "plans/chance.rs"]
mod chance;
#[path = "plans/sources.rs"]
mod sources;

use chance::Chance;
use serde_json::{Value, json};

/// How many plans the list has, numbered from 1.
pub const PLANS: u64 = 500;

/// When the ceremony begins, in unix seconds: 15 January 2027, 16:00 in UTC+8.
const START: u64 = 1_800_000_000;

/// What a plan says of its inspectors, and how they are assigned.
struct Shape {
    /// Items with their classes.
    items: Vec<(&'static str, Vec<&'static str>)>,
    /// Kinds with the places they have in a team.
    kinds: Vec<(&'static str, u64)>,
    groups: Option<u64>,
    areas: Vec<&'static str>,
    /// Nobody is to spare: places become unfilled, and borrowed frames have something to fill.
    scarce: bool,
}

fn shape(chance: &mut Chance) -> Shape {
    let names = match chance.below(3) {
        0 => vec!["-"],
        1 => chance.some(&["B", "fume", "noise", "waste"], 1),
        _ => {
            let count = 2 + chance.below(3);
            chance.some(&["B", "a.1", "fume", "noise", "waste"], count)
        }
    };
    let classes = ["A", "B", "C", "D", "a", "b-2", "hi_risk"];
    let of_item = |item| {
        let count = 1 + chance.below(5);
        (item, chance.some(&classes, count))
    };
    let items = names.into_iter().map(of_item).collect();
    let mut kinds: Vec<(&str, u64)> = match chance.below(4) {
        0 => vec![("-", 2 + chance.below(2))],
        1 => vec![("zf", 2)],
        2 => vec![("sj", 1), ("cg", 1 + chance.below(2))],
        _ => vec![("zf", 1 + chance.below(2)), ("A1", 1), ("hb", 1)],
    };
    if kinds.len() > 2 && chance.one_in(4) {
        kinds[1].1 = 0;
    }
    let groups = chance.one_in(2).then(|| 1 + chance.below(4));
    let areas = match groups {
        Some(_) if chance.one_in(2) => {
            let count = 1 + chance.below(4);
            chance.some(&["S", "east", "n.2", "west", "x_y"], count)
        }
        _ => Vec::new(),
    };
    Shape {
        items,
        kinds,
        groups,
        areas,
        scarce: chance.one_in(2),
    }
}

fn stratum(item: &str, class: &str) -> String {
    match item {
        "-" => class.to_owned(),
        item => format!("{item}:{class}"),
    }
}

fn fraction(chance: &mut Chance) -> String {
    let q = *chance.pick(&[1, 2, 3, 4, 5, 7, 10, 20, 100, 997, 1000]);
    let p = match chance.one_in(10) {
        true => 0,
        false => 1 + chance.below(q),
    };
    format!("{}/{q}", p.min(q))
}

fn item_rules(chance: &mut Chance, shape: &Shape) -> (Value, Value) {
    let (mut items, mut rates) = (Vec::new(), Vec::new());
    for (item, classes) in &shape.items {
        let rule = match chance.below(8) {
            0..=3 => format!("pool {}", fraction(chance)),
            4 => format!("fixed {}", chance.below(9)),
            5 => "full".to_owned(),
            _ => "ceiling".to_owned(),
        };
        items.push(json!([item, rule]));
        for class in classes {
            rates.push((stratum(item, class), fraction(chance)));
        }
    }
    rates.sort();
    (items.into(), json!(rates))
}

fn subjects(chance: &mut Chance, shape: &Shape) -> Value {
    let most = *chance.pick(&[4, 20, 45, 90]);
    let mut rows = Vec::new();
    for n in 0..1 + chance.below(most) {
        let id = match chance.below(8) {
            0 => format!("{:018}", n * 7919),
            1 => format!("x.{n}_Y"),
            2 => format!("{n:03}-long.name-of-31-characters"),
            _ => format!("R{:05}", (n * 7919) % 100_000),
        };
        let area = match shape.areas.is_empty() {
            true => "-",
            false => chance.pick(&shape.areas),
        };
        for (item, classes) in &shape.items {
            if shape.items.len() > 1 && chance.one_in(3) {
                continue;
            }
            let status = *chance.pick(&[
                "draw",
                "draw",
                "draw",
                "draw",
                "draw",
                "draw",
                "draw",
                "draw",
                "must:complaint",
                "must:re-check",
                "skip:cap",
                "skip:closed",
            ]);
            rows.push(json!([id, item, chance.pick(classes), status, area]));
        }
    }
    if rows.is_empty() {
        let (item, classes) = &shape.items[0];
        let area = shape.areas.first().unwrap_or(&"-");
        rows.push(json!(["only", item, classes[0], "draw", area]));
    }
    rows.into()
}

fn inspectors(chance: &mut Chance, shape: &Shape) -> (Value, Value) {
    let (mut rows, mut drawn) = (Vec::new(), Vec::new());
    let spare = match shape.scarce {
        true => [0; 5],
        false => [0, 0, 1, 3, 6],
    };
    for (kind, places) in &shape.kinds {
        let m = match shape.groups {
            Some(groups) => groups * places,
            None => places + chance.below(1 + spare[3]),
        };
        let reserve = *chance.pick(&spare);
        for n in 0..m + chance.below(1 + reserve) {
            rows.push(json!([format!("F.{kind}{n}"), kind, "draw"]));
        }
        for n in 0..chance.below(3) {
            rows.push(json!([format!("f{kind}_{n}"), kind, "skip:leave"]));
        }
        drawn.push(json!([kind, m]));
    }
    (rows.into(), drawn.into())
}

/// Pairs of persons and subjects that must not meet; dense ones leave no team, and FREEZE is refused.
fn recusals(chance: &mut Chance, people: &[Value], subjects: &[Value]) -> Value {
    let most = *chance.pick(&[1, 3, 8, 15, 30]);
    let mut pairs = Vec::new();
    let count = if people.is_empty() {
        0
    } else {
        chance.below(most)
    };
    for _ in 0..count {
        let person = chance.pick(people).clone();
        let pair = json!([person, chance.pick(subjects)[0]]);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs.into()
}

fn column(rows: &Value, at: usize) -> Vec<Value> {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    rows.iter().map(|row| row[at].clone()).collect()
}

/// Breaks one rule of FREEZE, mostly; whether it must be refused is for who makes the list to say.
fn break_one(chance: &mut Chance, json: &mut Value) {
    let last = |rows: &Value| rows.as_array().and_then(|rows| rows.last().cloned());
    let push = |rows: &mut Value, row: Value| {
        if let Some(rows) = rows.as_array_mut() {
            rows.push(row);
        }
    };
    let mut row = last(&json["subjects"]).unwrap_or_default();
    match chance.below(8) {
        0 if sources::level(json, true) < 2 => json["min_level"] = 2.into(),
        1 => drop(json["inspectors"].as_array_mut().map(|rows| rows.remove(0))),
        2 => {
            row[3] = "skip:closed".into();
            push(&mut json["subjects"], row);
        }
        3 => {
            row[0] = "elsewhere".into();
            row[4] = chance.pick(&["-", "east", "nowhere"]).to_string().into();
            push(&mut json["subjects"], row);
        }
        4 => push(&mut json["recusals"], json!(["nobody", row[0]])),
        5 => json["reveal_from"] = (START - chance.below(2)).into(),
        6 if !json["beacon"].is_null() => {
            json["beacon"][1] = chance
                .pick(&["2027008", "27008", "1", "n.7"])
                .to_string()
                .into();
        }
        _ => json["reveal_by"] = (START + chance.below(20_000)).into(),
    }
}

/// The description with a number, the same for ever.
pub fn plan(number: u64) -> Value {
    let mut chance = Chance::of(number);
    let shape = shape(&mut chance);
    let (items, rates) = item_rules(&mut chance, &shape);
    let (inspectors, drawn) = inspectors(&mut chance, &shape);
    let subjects = subjects(&mut chance, &shape);
    let mut leaders = chance.some(&["L001", "L002", "L-3", "x.Leader"], 4);
    leaders.truncate(1 + chance.index(4));
    let mut leaders: Vec<Value> = leaders.into_iter().map(Value::from).collect();
    if chance.one_in(3) {
        // An appointed leader may be an inspector too, drawn or not.
        let first = chance.index(leaders.len() + 1);
        leaders.insert(first, chance.pick(&column(&inspectors, 0)).clone());
    }
    let assign = match shape.groups {
        Some(groups) => format!("groups {groups}"),
        None => "pairs".to_owned(),
    };
    // Where nobody is to spare, a recusal of anybody but a deputy would leave no team or no leader.
    let mut people = leaders[1..].to_vec();
    if !shape.scarce {
        people.push(leaders[0].clone());
        people.extend(column(&inspectors, 0));
    }
    let rows = subjects.as_array().map_or(&[][..], Vec::as_slice);
    let recusals = recusals(&mut chance, &people, rows);
    let reveal_from = START + 60 * chance.below(10);
    let attempt = *chance.pick(&[1, 1, 2, 3, 17, u64::from(u32::MAX)]);
    let mut json = json!({
        "suite": chance.pick(&["sha256", "sha256", "sm3"]),
        "campaign": chance.pick(&["411200-CG-2026-0007", "c", "9.x_Y-31-characters-are-allowed"]),
        "attempt": attempt,
        "document": chance.hash(), "rulebook": ["2026.1/3", chance.hash()], "ceremony": START,
        "items": items, "rates": rates, "draw_inspectors": drawn, "teams": shape.kinds, "assign": assign,
        "areas": shape.areas, "leaders": leaders, "min_level": 0, "plan_seconds": 259_200,
        "freeze_seconds": 600, "reveal_from": reveal_from, "reveal_by": reveal_from + 900,
        "S": chance.hash(), "plan_version": 1 + chance.below(2),
        "subjects": subjects, "inspectors": inspectors, "recusals": recusals,
    });
    sources::give(&mut chance, &mut json);
    if chance.one_in(7) {
        break_one(&mut chance, &mut json);
    }
    after::end(&mut chance, &mut json);
    json
}
