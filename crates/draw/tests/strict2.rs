//! What a bundle of `shuang/2` is refused for by its grammar alone (exit 2), and what reads and
//! contradicts (exit 1): the order of lines, codes that occur twice, borrowed frames, the log.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;
#[path = "common/forger.rs"]
mod forger;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use attempt::{Outcome, Written, make};
use common::{input_hash, secret_of, token};
use draw::bundle::Stage;
use draw::judge::{Bundle, Files};
use draw::record::two::{Act, ChangeRecord};
use draw::record::{FreezeRecord, Move, PlanRecord};
use draw::seed::SeedText;
use draw::standing::Course;
use draw::{Code, Fault, Frame, Terms};
use forger::{borrowing, description, edit, faults, follow, forged, hash, made, staged, text};
use serde_json::{Value, json};

fn read(files: &Written) -> Result<(), Vec<Fault>> {
    let files = files.iter();
    let files: Files<'_> = files
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    Bundle::read(&files).map(drop)
}

/// The first fault of a bundle that does not read.
fn unreadable(json: &Value, stage: Stage, change: impl FnOnce(&mut Written)) -> (Code, String) {
    let mut files = staged(&made(json), stage);
    read(&files).unwrap_or_else(|faults| panic!("good before: {faults:?}"));
    change(&mut files);
    let fault = read(&files).expect_err("must not read").remove(0);
    (fault.code, fault.place)
}

/// The lines with this key, exchanged.
fn turned(lines: &mut [String], key: &str) {
    let at = lines.iter().position(|line| line.starts_with(key)).unwrap();
    assert!(lines[at + 1].starts_with(key));
    lines.swap(at, at + 1);
}

fn in_areas() -> Value {
    let mut json = description();
    json["draw_inspectors"] = json!([["cg", 4], ["sj", 2]]);
    json["assign"] = "groups 2".into();
    json["areas"] = json!(["east", "west"]);
    for row in json["subjects"].as_array_mut().unwrap() {
        row[4] = "east".into();
    }
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json
}

#[test]
fn lines_of_freeze_out_of_order_do_not_read() {
    let strata = unreadable(&description(), Stage::Sealed, |files| {
        edit(files, "freeze.txt", |lines| turned(lines, "stratum "));
    });
    assert_eq!(strata, (Code::SORTED, "freeze.txt stratum".to_owned()));
    let areas = unreadable(&in_areas(), Stage::Sealed, |files| {
        edit(files, "freeze.txt", |lines| turned(lines, "area "));
    });
    assert_eq!(areas, (Code::SORTED, "freeze.txt area".to_owned()));
    let nobody = unreadable(&description(), Stage::Sealed, |files| {
        edit(files, "freeze.txt", |lines| {
            lines.retain(|line| !line.starts_with("draw-inspectors "));
        });
    });
    assert_eq!(nobody.0, Code::LINE);
    // Rules of FREEZE beside its grammar read, and contradict: more drawn than there are.
    let mut files = staged(&made(&description()), Stage::Sealed);
    edit(&mut files, "freeze.txt", |lines| {
        let team = lines.iter().position(|line| line == "team sj 1").unwrap();
        lines[team] = "team sj 2".to_owned();
    });
    read(&files).unwrap();
    assert!(!faults(&files).is_empty());
}

#[test]
fn a_plan_whose_teams_are_of_other_kinds_does_not_read() {
    let kinds = unreadable(&description(), Stage::Sealed, |files| {
        edit(files, "plan.txt", |lines| turned(lines, "team "));
    });
    assert_eq!(kinds, (Code::TEAM_STRATA, "plan.txt team".to_owned()));
}

#[test]
fn a_code_twice_in_persons_tsv_does_not_read() {
    let twice = unreadable(&description(), Stage::Public, |files| {
        edit(files, "persons.tsv", |lines| {
            let again = lines[0].split_once('\t').unwrap().0.to_owned();
            lines.insert(1, format!("{again}\t{}", "f".repeat(64)));
        });
    });
    assert_eq!(twice.0, Code::SORTED);
}

#[test]
fn a_beacon_value_is_of_the_grammar_whatever_its_source() {
    let long = "1".repeat(201);
    for value in [
        "AB",
        "x",
        "07-08",
        "absent timeout",
        long.as_str(),
        "07  08",
    ] {
        let found = unreadable(&description(), Stage::Sealed, |files| {
            edit(files, "seed.txt", |lines| {
                let beacon = lines.last_mut().unwrap();
                *beacon = beacon.replace("03 08 11 19 24 30 + 07", value);
            });
        });
        assert_eq!(found.0, Code::LINE, "{value}");
    }
    // 200 digits are of the grammar; that no source gives them is a contradiction.
    let mut files = staged(&made(&description()), Stage::Sealed);
    edit(&mut files, "seed.txt", |lines| {
        let beacon = lines.last_mut().unwrap();
        *beacon = beacon.replace("03 08 11 19 24 30 + 07", &"1".repeat(200));
    });
    assert!(SeedText::parse(&files["seed.txt"]).is_ok());
    assert!(
        faults(&files)
            .iter()
            .any(|fault| fault.code == Code::BEACON_VALUE)
    );
}

#[test]
fn a_leaf_twice_in_inspectors_order_is_seen_without_the_frame() {
    let found = forged(|files| {
        edit(files, "inspectors.order", |lines| {
            let leaf = lines[0].rsplit_once(' ').unwrap().1.to_owned();
            let (rest, _) = lines[1].rsplit_once(' ').unwrap();
            lines[1] = format!("{rest} {leaf}");
        });
    });
    assert_eq!(found, ["inspectors.order"]);
}

#[test]
fn changes_stand_between_result_and_open_in_the_log_by_sequence() {
    let mut json = description();
    let mut second = json["changes"][0].clone();
    second["person"] = "F7".into();
    json["changes"].as_array_mut().unwrap().push(second);
    let whole = staged(&made(&json), Stage::Public);
    let files: Files<'_> = whole
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let bundle = Bundle::read(&files).unwrap();
    let names = bundle.logged();
    assert_eq!(
        names,
        [
            "plan", "freeze", "reveal", "result", "change-1", "change-2", "open"
        ]
    );
    let places: BTreeMap<String, u64> = names.iter().cloned().zip((3..).step_by(2)).collect();
    assert!(bundle.order_faults(&places).is_empty());
    for at in 1..names.len() {
        let mut turned = places.clone();
        turned.insert(names[at].clone(), places[&names[at - 1]]);
        turned.insert(names[at - 1].clone(), places[&names[at]]);
        let found = bundle.order_faults(&turned);
        assert!(
            found.iter().any(|fault| fault.code == Code::LOG_ORDER),
            "{} before {}",
            names[at],
            names[at - 1]
        );
    }
    let mut some = places;
    some.remove("change-1");
    some.insert("change-2".to_owned(), 2);
    let found = bundle.order_faults(&some);
    assert_eq!(
        found.len(),
        1,
        "what has no receipt is not judged: {found:?}"
    );
    assert_eq!(found[0].place, "change-2.txt");
}

#[test]
fn a_freeze_is_held_against_its_plan_before_there_is_one() {
    let whole = made(&description());
    let plan = whole.plan.clone();
    let drawn = whole.drawn.as_ref().unwrap();
    let published = drawn.frozen().record().clone();
    let freeze = |plan: &PlanRecord, terms: &Terms| {
        let frame: Frame = drawn.frozen().frame().clone();
        let secret = drawn.frozen().secret();
        draw::freeze_under(plan, terms, frame, secret, NonZeroUsize::MIN)
            .map(|frozen| frozen.record().clone())
            .map_err(|refusal| {
                let codes = refusal.faults.iter().map(|fault| fault.code);
                codes.collect::<Vec<_>>()
            })
    };
    let terms = Terms::from(&published);
    assert_eq!(freeze(&plan, &terms), Ok(published.clone()));
    // One fewer than the plan gives, and with it a reason of the frame: both at once.
    let mut fewer = terms.clone();
    fewer.quotas[0].1 -= 1;
    assert_eq!(freeze(&plan, &fewer), Err(vec![Code::PLAN]));
    fewer.reveal_by = 0;
    let both = freeze(&plan, &fewer).unwrap_err();
    assert!(
        both.contains(&Code::PLAN) && both.contains(&Code::HOURS),
        "{both:?}"
    );
    let mut other = plan.clone();
    other.min_level = 2;
    other.leaders.reverse();
    assert_eq!(
        freeze(&other, &terms),
        Err(vec![Code::PLAN; 2]),
        "plan and leader; the level announced is 2"
    );
    // The verb of shuang/1 makes none.
    let frame = drawn.frozen().frame().clone();
    let refusal = draw::freeze(&terms, frame, &secret_of("secret"), NonZeroUsize::MIN).unwrap_err();
    assert_eq!(refusal.faults[0].code, Code::PLAN);
}

#[test]
fn class_all_occurs_only_where_classes_are_merged() {
    let mut json = description();
    for row in json["subjects"].as_array_mut().unwrap() {
        if row[1] == "waste" {
            row[2] = "all".into();
        }
    }
    let Outcome::Refused(faults) = make(&json) else {
        panic!("fixed merges no classes");
    };
    assert!(
        faults.iter().any(|fault| fault.code == Code::PLAN),
        "{faults:?}"
    );
}

#[test]
fn a_borrowed_frame_uses_no_commitment_and_no_nonce_of_another_frame() {
    let honest = borrowing(true);
    assert!(matches!(make(&honest), Outcome::Made(made) if made.left_out.is_empty()));
    let left_out = |change: &dyn Fn(&mut Value)| {
        let mut json = borrowing(true);
        change(&mut json);
        match make(&json) {
            Outcome::Made(made) => made
                .left_out
                .into_iter()
                .map(|f| f.code)
                .collect::<Vec<_>>(),
            Outcome::Refused(faults) => panic!("{faults:?}"),
        }
    };
    // The same party with the same nonce: the commitment is the same.
    let committed = |json: &mut Value| {
        json["changes"][0]["attempt"]["parties"][0] = json["parties"][0].clone();
    };
    assert_eq!(left_out(&committed), [Code::REPEATED_NONCE]);
    // Another party with that nonce: only the nonce is the same.
    let opened = |json: &mut Value| {
        let nonce = json["parties"][0][1].clone();
        json["changes"][0]["attempt"]["parties"][1][1] = nonce;
    };
    assert_eq!(left_out(&opened), [Code::REPEATED_NONCE]);
    // A second borrowed frame that uses what the first did.
    let again = |json: &mut Value| {
        let mut second = json["changes"][0].clone();
        second["attempt"]["S"] = hash("a third secret").into();
        for row in second["attempt"]["inspectors"].as_array_mut().unwrap() {
            row[0] = format!("H{}", row[0].as_str().unwrap()).into();
        }
        json["changes"].as_array_mut().unwrap().push(second);
    };
    assert_eq!(left_out(&again), [Code::REPEATED_NONCE]);
}

/// Four of the five inspectors of one kind withdraw, so that places become free, and a borrowed frame
/// fills them.
fn filled() -> Value {
    let mut json = description();
    let (approver, document) = (
        json["changes"][0]["approver"].clone(),
        json["changes"][0]["document"].clone(),
    );
    let extend = borrowing(true)["changes"][0].clone();
    let leave = |person: &str| {
        json!({"type": "substitute", "person": person, "approver": approver,
            "document": document, "closed": [2]})
    };
    let mut changes: Vec<Value> = ["F1", "F2", "F3", "F4"].map(leave).into();
    changes.push(extend);
    changes[4]["closed"] = json!([2]);
    json["changes"] = changes.into();
    json["parts"] = json!([]);
    json
}

#[test]
fn without_the_frame_an_extend_fills_exactly_the_free_places_of_open_visits() {
    let good = staged(&made(&filled()), Stage::Public);
    assert!(faults(&good).is_empty());
    let honest = ChangeRecord::parse(&good["change-5.txt"]).unwrap();
    assert!(honest.moves.len() > 2, "places have become free");
    let codes = |change: &dyn Fn(&mut ChangeRecord)| {
        let mut record = honest.clone();
        change(&mut record);
        let mut files = good.clone();
        files.insert("change-5.txt".to_owned(), record.to_string().into_bytes());
        follow(&mut files);
        let found = faults(&files).into_iter().map(|fault| fault.code);
        // Who is named no more, or twice, shows in persons.tsv too; that is not what is meant here.
        found.filter(|code| *code != Code::KEY).collect::<Vec<_>>()
    };
    assert!(codes(&|_| {}).is_empty());
    assert_eq!(
        codes(&|r| r.moves.truncate(r.moves.len() - 1)),
        [Code::NOT_BY_RULE],
        "a place is left out"
    );
    let once_more = |r: &mut ChangeRecord| {
        let last = *r.moves.last().unwrap();
        r.moves.push(Move { new: None, ..last });
    };
    assert_eq!(
        codes(&once_more),
        [Code::NOT_IN_TEAM],
        "a place that is not free"
    );
    assert_eq!(
        codes(&|r| r.moves[0].stratum = token("sj")),
        [Code::NOT_IN_TEAM]
    );
    let withdrawn = ChangeRecord::parse(&good["change-1.txt"])
        .unwrap()
        .act
        .person();
    assert_eq!(
        codes(&|r| r.moves[0].new = withdrawn),
        [Code::NOT_AVAILABLE]
    );
    let closed = |r: &mut ChangeRecord| {
        r.closed.push(r.moves[0].visit);
        r.closed.sort_unstable();
        r.closed.dedup();
    };
    assert!(codes(&closed).contains(&Code::VISIT_CLOSED));
    // He who stands in the team already takes no second place of it.
    let mut two: Option<(usize, usize)> = None;
    for (at, line) in honest.moves.iter().enumerate().skip(1) {
        if line.visit == honest.moves[at - 1].visit {
            two = Some((at - 1, at));
        }
    }
    if let Some((first, second)) = two {
        let twice = |r: &mut ChangeRecord| r.moves[second].new = r.moves[first].new;
        assert_eq!(codes(&twice), [Code::NOT_AVAILABLE]);
    }
    // To take a place from somebody is no EXTEND at all.
    let mut taken = honest.clone();
    taken.moves[0].old = honest.moves[0].new;
    let fault = ChangeRecord::parse(taken.to_string().as_bytes()).unwrap_err();
    assert_eq!(fault.code, Code::LINE);
}

#[test]
fn without_the_frame_a_recuse_names_somebody_of_its_visit() {
    let mut json = description();
    let teams = text(&made(&json).files, "teams.txt");
    let member = teams.lines().next().unwrap().split(' ').nth(1).unwrap();
    let mut recuse = json["changes"][0].clone();
    recuse["type"] = "recuse".into();
    recuse["visit"] = 1.into();
    recuse["person"] = member.into();
    json["changes"].as_array_mut().unwrap().push(recuse);
    let good = staged(&made(&json), Stage::Public);
    assert!(faults(&good).is_empty());
    let absent = ChangeRecord::parse(&good["change-1.txt"])
        .unwrap()
        .act
        .person()
        .unwrap();
    let mut record = ChangeRecord::parse(&good["change-2.txt"]).unwrap();
    let Act::Recuse { person, .. } = &mut record.act else {
        panic!("the second is a recusal");
    };
    // L1 has withdrawn, so he stands nowhere, and nothing moves.
    *person = absent;
    record.moves.clear();
    record.leads.clear();
    let mut files = good.clone();
    files.insert("change-2.txt".to_owned(), record.to_string().into_bytes());
    follow(&mut files);
    let places: Vec<_> = faults(&files)
        .into_iter()
        .filter(|fault| fault.code == Code::NOT_IN_TEAM)
        .map(|fault| fault.place)
        .collect();
    assert_eq!(places, ["change-2.txt 第 1 行"]);
}

#[test]
fn with_the_frame_a_recuse_of_somebody_elsewhere_changes_nothing() {
    let whole = made(&description());
    let mut course = Course::new(whole.drawn.as_ref().unwrap());
    let teams = text(&whole.files, "teams.txt");
    let first: Vec<&str> = teams.lines().next().unwrap().split(' ').collect();
    let elsewhere = ["F1", "F2", "F3", "F4"]
        .into_iter()
        .find(|code| !first.contains(code))
        .unwrap();
    let paper = input_hash("paper");
    let approval =
        draw::record::two::Approval::by(draw::Suite::Sha256, token("K01"), &paper, paper);
    let fault = course.recuse(1, token(elsewhere), approval).unwrap_err();
    assert_eq!(fault.code, Code::NOT_IN_TEAM);
    assert!(course.records().is_empty());
    let freeze = FreezeRecord::parse(&whole.files["freeze.txt"]).unwrap();
    assert_eq!(course.drawn().frozen().record(), &freeze);
}
