//! How a plan ends, and what follows the draw: void or drawn, substitutes, recusals, borrowed frames, parts.

use serde_json::{Value, json};

use super::chance::Chance;
use super::{column, recusals, sources};

/// The end of the attempt; a description always says what was wished, which the rules may not allow.
pub fn end(chance: &mut Chance, json: &mut Value) {
    let lost = sources::level(json, false) < sources::level(json, true);
    json["void"] = Value::Null;
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json["ending"] = "void".into();
    match chance.below(10) {
        0 => void(chance, json, "freeze", "plan-error"),
        1 => void(chance, json, "reveal", "register-error"),
        2 if lost => {
            json["min_level"] = sources::level(json, true).into();
            json["void"] = json!({"reason": "level-lost", "approver": null, "document": null,
                "before": "result"});
        }
        2 | 3 if !json["beacon"].is_null() => {
            if chance.one_in(3) {
                // The beacon never appears.
                json["beacon"][3] = Value::Null;
            }
            void(chance, json, "result", "other");
        }
        _ => {
            json["ending"] = "result".into();
            json["changes"] = changes(chance, json);
            json["parts"] = parts(chance);
        }
    }
}

fn void(chance: &mut Chance, json: &mut Value, before: &str, reason: &str) {
    json["void"] = json!({"reason": reason, "approver": ["K01", chance.hash()],
        "document": chance.hash(), "before": before});
}

fn changes(chance: &mut Chance, json: &Value) -> Value {
    let mut people = column(&json["inspectors"], 0);
    people.extend(json["leaders"].as_array().into_iter().flatten().cloned());
    let (mut made, mut closed) = (Vec::new(), Vec::new());
    for n in 0..*chance.pick(&[0, 1, 3, 5, 8, 12]) {
        if chance.one_in(3) {
            closed.push(1 + chance.below(8));
            closed.sort_unstable();
            closed.dedup();
        }
        let person = chance.pick(&people).clone();
        let (approver, document) = (json!(["K01", chance.hash()]), chance.hash());
        // Borrowed frames come late, when places are unfilled.
        let mut change = match chance.below(4) {
            _ if chance.below(12) < n => {
                let frame = borrowed(chance, json, n);
                people.extend(column(&frame["inspectors"], 0));
                json!({"type": "extend", "attempt": frame})
            }
            0 => {
                // Who leads is in most visits, so that most of these acts are allowed.
                let person = match chance.one_in(3) {
                    true => person,
                    false => json["leaders"][0].clone(),
                };
                json!({"type": "recuse", "visit": 1 + chance.below(10), "person": person,
                    "approver": approver, "document": document})
            }
            _ => json!({"type": "substitute", "person": person, "approver": approver,
                "document": document}),
        };
        change["closed"] = json!(closed);
        made.push(change);
    }
    made.into()
}

/// A frame of borrowed inspectors; a few name a person of the attempt, and cannot join.
fn borrowed(chance: &mut Chance, json: &Value, n: u64) -> Value {
    let mut frame = json.clone();
    for key in ["subjects", "areas", "leaders", "changes", "parts"] {
        frame[key] = json!([]);
    }
    frame["assign"] = "pairs".into();
    frame["S"] = chance.hash().into();
    sources::give_again(chance, &mut frame);
    let (mut rows, mut drawn) = (Vec::new(), Vec::new());
    for row in json["teams"].as_array().into_iter().flatten() {
        let kind = row[0].as_str().unwrap_or("-");
        let people = *chance.pick(&[0, 1, 2, 3, 4, 5]);
        for m in 0..people {
            rows.push(json!([format!("G{n}.{kind}{m}"), kind, "draw"]));
        }
        if chance.one_in(4) {
            rows.push(json!([format!("G{n}.{kind}skip"), kind, "skip:leave"]));
        }
        drawn.push(json!([kind, chance.below(people + 1)]));
    }
    if chance.one_in(12) {
        rows.push(json!([
            json["leaders"][0],
            json["teams"][0][0],
            "skip:leave"
        ]));
    }
    let people = column(&json!(rows), 0);
    let subjects = json["subjects"].as_array().map_or(&[][..], Vec::as_slice);
    frame["recusals"] = recusals(chance, &people, subjects);
    frame["inspectors"] = rows.into();
    frame["draw_inspectors"] = drawn.into();
    frame
}

fn parts(chance: &mut Chance) -> Value {
    let mut made = Vec::new();
    for _ in 0..chance.below(4) {
        let parts: Vec<String> = (0..1 + chance.below(7)).map(|n| format!("P.{n}")).collect();
        let count = 1 + chance.below(40);
        let number = match chance.one_in(3) {
            true => Value::Null,
            false => chance.digits(count).into(),
        };
        let quota = chance.below(parts.len() as u64 + 1);
        made.push(
            json!({"visit": 1 + chance.below(6), "parts": parts, "quota": quota,
            "S": chance.hash(), "number": number}),
        );
    }
    made.into()
}
