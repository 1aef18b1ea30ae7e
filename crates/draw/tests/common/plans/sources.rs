//! Sources of a plan: parties that answer or are silent, dice, a beacon, and the level that is asked for.

use serde_json::{Map, Value, json};

use super::chance::Chance;

/// When round 1 of quicknet appeared, in unix seconds.
const GENESIS: u64 = 1_692_803_367;

/// Issues and hours that fit each other: all after the hours of the ceremony.
const ISSUES: [(&str, &str, u64, &str); 4] = [
    (
        "cwl-ssq",
        "2027006",
        1_800_019_800,
        "03 08 11 19 24 30 + 07",
    ),
    (
        "cwl-ssq",
        "2027003",
        1_800_105_300,
        "01 02 03 04 05 33 + 16",
    ),
    ("tc-dlt", "27005", 1_800_019_800, "01 02 20 34 35 + 03 12"),
    ("tc-dlt", "27007", 1_800_105_300, "31 32 33 34 35 + 01 02"),
];

fn beacon(chance: &mut Chance, reveal_by: u64) -> Value {
    match chance.below(4) {
        0 => {
            let round = (reveal_by - GENESIS) / 3 + 2 + chance.below(1000);
            let value = format!("{}{}", chance.hash(), &chance.hash()[..32]);
            let source = draw::seed::beacon::QUICKNET;
            json!([source, round.to_string(), GENESIS + 3 * (round - 1), value])
        }
        1 => json!(chance.pick(&ISSUES)),
        2 => json!(["radio", "n.7", reveal_by + chance.below(4000), "00 99 + 05"]),
        _ => json!(["Lot-7", "0", reveal_by + 60, "07 + 00 01 02 + 99 + 50 51"]),
    }
}

/// How many parties answered, and whether there is a beacon; of FREEZE alone, as announced.
pub fn level(json: &Value, announced: bool) -> u64 {
    let parties = json["parties"].as_array().map_or(&[][..], Vec::as_slice);
    let answers = parties
        .iter()
        .filter(|party| announced || !party[1].is_null());
    let digits = json["dice"][1].as_str().map_or(0, str::len);
    let dice = !json["dice"].is_null() && (announced || digits >= 20);
    u64::from(answers.count() >= 2) + u64::from(dice || !json["beacon"].is_null())
}

/// Parties, dice and beacon; of the parties that are silent the nonce behind the commitment too.
pub fn give(chance: &mut Chance, json: &mut Value) {
    let count = *chance.pick(&[0, 1, 2, 2, 3, 5]);
    let silent = chance.one_in(3);
    let (mut parties, mut absent) = (Vec::new(), Map::new());
    for name in chance.some(
        &["9th", "Z.1", "a", "chamber", "discipline", "justice"],
        count,
    ) {
        let nonce = chance.hash();
        match silent && chance.one_in(2) {
            true => {
                absent.insert(name.to_owned(), nonce.into());
                parties.push(json!([name, null]));
            }
            false => parties.push(json!([name, nonce])),
        }
    }
    let digits = *chance.pick(&[1, 5, 19, 20, 21, 60, 200]);
    json["dice"] = match chance.below(6) {
        0 => json!(["hall", null]),
        1 | 2 => json!(["hall", chance.digits(digits)]),
        _ => Value::Null,
    };
    json["beacon"] = match chance.one_in(2) {
        true => beacon(chance, json["reveal_by"].as_u64().unwrap_or_default()),
        false => Value::Null,
    };
    json["parties"] = parties.into();
    json["absent_nonce"] = absent.into();
    json["min_level"] = chance.below(1 + level(json, false)).into();
}

/// Sources of a borrowed frame, of at least the level its plan asks for.
pub fn give_again(chance: &mut Chance, json: &mut Value) {
    let least = json["min_level"].as_u64().unwrap_or_default();
    for _ in 0..50 {
        give(chance, json);
        if level(json, false) >= least {
            break;
        }
    }
    json["min_level"] = least.into();
}
