//! A forger with S and every nonce rewrites one thing of a `shuang/2` bundle and everything that follows
//! from it, as far as he can: the check that is meant for it still speaks. And the formulas of §2, by
//! hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;
#[path = "common/forger.rs"]
mod forger;

use attempt::{Outcome, Written, make};
use common::{THREADS, draw_with_dice, input_hash, plain_terms, secret_of, token};
use draw::bundle::{Contents, Stage};
use draw::digest::Secret;
use draw::judge::{Bundle, Files, Footprint, LogTimes, beside};
use draw::part::PartDraw;
use draw::record::two::{Approval, ChangeRecord, PartNumberRecord, VoidRecord};
use draw::record::{FreezeRecord, PartRecord, RevealRecord, hash_of};
use draw::sealing::{file_key, person_hash};
use draw::seed::SeedText;
use draw::standing::{Course, Grounds};
use draw::{Code, Digest, Frame, Level, Standing, Suite};
use forger::{
    START, borrowed_bundle, borrowing, description, edit, faults, follow, forged, hash, made,
    speaks, staged, text,
};
use serde_json::{Value, json};

#[test]
fn a_forger_who_follows_every_hash_is_caught_by_the_check_meant_for_it() {
    assert!(
        forged(|_| {}).is_empty(),
        "following changes nothing that is right"
    );
    speaks("subjects.order", |f| {
        edit(f, "subjects.order", |l| l.swap(3, 4));
    });
    speaks("subjects.order", |f| {
        edit(f, "subjects.order", |l| drop(l.pop()));
    });
    speaks("subjects.order fume:A", |f| {
        edit(f, "subjects.order", |l| {
            let at = l.iter().rposition(|line| line.contains("fume:A")).unwrap();
            l[at] = l[at].replace("fume:A", "fume:B");
        });
    });
    speaks("inspectors.order", |f| {
        edit(f, "inspectors.order", |l| l.swap(0, 1));
    });
    speaks("inspectors.order", |f| {
        edit(f, "inspectors.order", |l| {
            l[0] = l[0].replace(" cg ", " xx ").replace(" sj ", " xx ");
        });
    });
    speaks("opened.tsv", |f| {
        edit(f, "opened.tsv", |l| drop(l.remove(1)));
    });
    speaks("opened.tsv", |f| {
        edit(f, "opened.tsv", |l| {
            l.retain(|line| !line.contains("must:"));
        });
    });
    speaks("teams.txt", |f| edit(f, "teams.txt", |l| l.swap(0, 1)));
    speaks("teams.txt", |f| edit(f, "teams.txt", |l| drop(l.pop())));
    speaks("teams.txt", |f| {
        edit(f, "teams.txt", |l| l[0].push_str(" F7"));
    });
    speaks("teams.txt", |f| {
        edit(f, "teams.txt", |l| {
            let words: Vec<String> = l[0].split(' ').map(str::to_owned).collect();
            l[0] = format!("{} {} {} {}", words[0], words[1], words[1], words[3]);
        });
    });
    speaks("leaders.txt", |f| edit(f, "leaders.txt", |l| l.swap(0, 1)));
    speaks("leaders.txt", |f| {
        edit(f, "leaders.txt", |l| {
            l[0] = l[0].replace(" L1", " L9").replace(" F0", " L9");
        });
    });
}

/// A change record of the description, rewritten.
fn rewritten(change: impl FnOnce(&mut ChangeRecord, &str)) -> Vec<Code> {
    let mut files = staged(&made(&description()), Stage::Public);
    let mut record = ChangeRecord::parse(&files["change-1.txt"]).unwrap();
    assert!(!record.leads.is_empty(), "L1 leads some visits");
    change(&mut record, &text(&files, "teams.txt"));
    files.insert("change-1.txt".to_owned(), record.to_string().into_bytes());
    follow(&mut files);
    faults(&files).into_iter().map(|fault| fault.code).collect()
}

#[test]
fn without_the_frame_a_change_moves_only_who_stands_there_and_only_open_visits() {
    assert!(rewritten(|_, _| {}).is_empty());
    assert_eq!(rewritten(|r, _| r.sequence = 2), [Code::SEQUENCE]);
    assert_eq!(
        rewritten(|r, _| r.attempt.attempt = 1),
        [Code::OTHER_ATTEMPT]
    );
    assert_eq!(rewritten(|r, _| r.closed.push(99)), [Code::NO_VISIT]);
    assert_eq!(rewritten(|r, _| r.leads[0].visit = 2), [Code::VISIT_CLOSED]);
    let exchanged = rewritten(|r, _| {
        let line = &mut r.leads[0];
        (line.old, line.new) = (line.new, line.old);
    });
    assert_eq!(exchanged, [Code::NOT_IN_TEAM]);
    let stranger = rewritten(|r, _| r.leads[0].new = Some(input_hash("nobody")));
    assert_eq!(
        stranger,
        [Code::KEY],
        "persons.tsv opens every hash that occurs"
    );
    let unnamed = rewritten(|r, _| r.leads.clear());
    assert_eq!(unnamed, [Code::KEY, Code::NOT_BY_RULE], "and no other");
    // A place of a team moves only if the person who leaves stands in it.
    let moved = rewritten(|r, _| {
        let (old, new) = (r.leads[0].old, r.leads[0].new);
        let visit = r.leads[0].visit;
        let stratum = token("cg");
        r.moves.push(draw::record::Move {
            visit,
            stratum,
            old,
            new,
        });
    });
    assert_eq!(moved, [Code::NOT_IN_TEAM]);
    let left_out = rewritten(|r, _| r.leads.truncate(r.leads.len() - 1));
    assert_eq!(left_out, [Code::NOT_BY_RULE], "he leaves all he leads");
    let himself = rewritten(|r, _| r.leads[0].new = r.leads[0].old);
    assert_eq!(himself, [Code::NOT_AVAILABLE]);
}

/// The codes of what is wrong with the first change, made by the rules and then rewritten.
fn rewritten_act(act: Value, change: impl FnOnce(&mut ChangeRecord)) -> Vec<Code> {
    let mut json = description();
    let mut act = act;
    act["approver"] = json["changes"][0]["approver"].clone();
    act["document"] = json["changes"][0]["document"].clone();
    act["closed"] = json!([2]);
    json["changes"] = json!([act]);
    let mut files = staged(&made(&json), Stage::Public);
    assert!(faults(&files).is_empty());
    let mut record = ChangeRecord::parse(&files["change-1.txt"]).unwrap();
    change(&mut record);
    files.insert("change-1.txt".to_owned(), record.to_string().into_bytes());
    follow(&mut files);
    faults(&files).into_iter().map(|fault| fault.code).collect()
}

#[test]
fn without_the_frame_an_act_moves_exactly_its_person_in_open_visits() {
    let teams = text(&made(&description()).files, "teams.txt");
    let first = teams.lines().next().unwrap();
    let member = first.split(' ').nth(1).unwrap();
    let substitute = json!({"type": "substitute", "person": member});
    let recuse = json!({"type": "recuse", "person": member, "visit": 1});
    for act in [&substitute, &recuse] {
        assert!(rewritten_act(act.clone(), |_| {}).is_empty());
        let into_team = rewritten_act(act.clone(), |r| r.moves[0].new = r.moves[0].old);
        assert!(into_team.contains(&Code::NOT_AVAILABLE), "{into_team:?}");
        let other_kind = rewritten_act(act.clone(), |r| r.moves[0].stratum = token("sj"));
        assert_eq!(other_kind, [Code::NOT_IN_TEAM]);
    }
    let kept = rewritten_act(substitute, |r| r.moves.truncate(r.moves.len() - 1));
    assert!(kept.contains(&Code::NOT_BY_RULE), "{kept:?}");
    let closed = rewritten_act(recuse, |r| {
        r.closed.insert(0, 1);
        r.moves.clear();
    });
    assert!(closed.contains(&Code::VISIT_CLOSED), "{closed:?}");
}

#[test]
fn without_the_frame_nobody_is_withdrawn_twice_or_comes_back() {
    let mut json = description();
    let mut again = json["changes"][0].clone();
    again["person"] = "F7".into();
    json["changes"].as_array_mut().unwrap().push(again);
    let good = staged(&made(&json), Stage::Public);
    let first = ChangeRecord::parse(&good["change-1.txt"]).unwrap();
    let second = ChangeRecord::parse(&good["change-2.txt"]).unwrap();
    let codes = |record: &ChangeRecord| {
        let mut files = good.clone();
        files.insert("change-2.txt".to_owned(), record.to_string().into_bytes());
        follow(&mut files);
        let found = faults(&files);
        found.into_iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert!(codes(&second).is_empty());
    let mut twice = second.clone();
    twice.act = first.act;
    assert!(codes(&twice).contains(&Code::NOT_AVAILABLE));
    // L1 is withdrawn: nobody's lead goes to him any more.
    let mut back = second.clone();
    back.leads.push(draw::record::Lead {
        visit: first.leads[0].visit,
        old: first.leads[0].new,
        new: first.leads[0].old,
    });
    assert!(codes(&back).contains(&Code::NOT_AVAILABLE));
}

#[test]
fn a_lottery_spelled_in_other_case_is_refused() {
    for (source, round) in [("CWL-SSQ", "2026135"), ("tc-DLT", "26135")] {
        let mut json = description();
        json["beacon"] = json!([source, round, START + 3600, "07"]);
        let Outcome::Refused(faults) = make(&json) else {
            panic!("{source} is no other source");
        };
        assert!(faults.iter().any(|fault| fault.code == Code::BEACON_NAME));
    }
}

#[test]
fn a_visit_once_closed_stays_closed_and_open_counts_the_changes() {
    let mut json = description();
    let paper = json["changes"][0]["document"].clone();
    let approver = json["changes"][0]["approver"].clone();
    let second = json!({"type": "substitute", "person": "F7", "approver": approver,
        "document": paper, "closed": [2]});
    json["changes"].as_array_mut().unwrap().push(second);
    let mut files = staged(&made(&json), Stage::Public);
    assert!(faults(&files).is_empty());
    let mut record = ChangeRecord::parse(&files["change-2.txt"]).unwrap();
    record.closed.clear();
    files.insert("change-2.txt".to_owned(), record.to_string().into_bytes());
    let found: Vec<_> = faults(&files)
        .into_iter()
        .map(|fault| fault.place)
        .collect();
    assert!(
        found.contains(&"change-2.txt closed 2".to_owned()),
        "{found:?}"
    );
    files.remove("change-2.txt");
    let found: Vec<_> = faults(&files)
        .into_iter()
        .map(|fault| fault.place)
        .collect();
    assert!(found.contains(&"open.txt change".to_owned()), "{found:?}");
}

#[test]
fn with_the_frame_a_change_is_recomputed_and_nothing_changes_where_it_differs() {
    let made = made(&description());
    let drawn = made.drawn.as_ref().unwrap();
    let honest = ChangeRecord::parse(&made.files["change-1.txt"]).unwrap();
    let mut course = Course::new(drawn);
    let mut chosen = honest.clone();
    chosen.leads.pop();
    let mut skipped = honest.clone();
    skipped.sequence = 2;
    let mut nobody = honest.clone();
    if let draw::record::two::Act::Substitute { person, .. } = &mut nobody.act {
        *person = input_hash("nobody");
    }
    for (record, code) in [
        (chosen, Code::NOT_BY_RULE),
        (skipped, Code::SEQUENCE),
        (nobody, Code::NOT_AVAILABLE),
    ] {
        assert_eq!(course.replay(&record, None).unwrap_err().code, code);
        assert_eq!(course.standing(), Course::new(drawn).standing());
    }
    course.replay(&honest, None).unwrap();
    assert_eq!(course.records(), [honest]);
}

#[test]
fn the_level_reached_decides_over_a_drawn_attempt_and_not_over_a_void_one() {
    let mut json = description();
    json["dice"][1] = Value::Null;
    json["min_level"] = 2.into();
    let short = staged(&made(&json), Stage::Sealed);
    let found: Vec<_> = faults(&short).into_iter().map(|fault| fault.code).collect();
    assert_eq!(found, [Code::LEVEL], "one party and a lottery make level 1");
    json["ending"] = "void".into();
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json["void"] =
        json!({"reason": "level-lost", "approver": null, "document": null, "before": "result"});
    let void = made(&json);
    for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
        assert!(faults(&staged(&void, stage)).is_empty());
    }
    let reveal = RevealRecord::parse(&void.files["reveal.txt"]).unwrap();
    let seed = SeedText::parse(&void.files["seed.txt"]).unwrap();
    assert_eq!(Level::reached_with(&reveal, &seed), Level::One);
    assert_eq!(Level::proven(&reveal, false), Level::Rehearsal);
    assert_eq!(Level::proven(&reveal, true), Level::One);
}

/// Whoever raises the least level after PLAN, or takes a source away, chooses: the program makes nothing void for it.
#[test]
fn the_program_makes_void_only_what_cannot_reach_the_least_level() {
    let ended = |change: &dyn Fn(&mut Value)| {
        let mut json = description();
        for (key, value) in [
            ("ending", json!("void")),
            ("changes", json!([])),
            ("parts", json!([])),
            (
                "void",
                json!({"reason": "level-lost", "approver": null, "document": null, "before": "result"}),
            ),
        ] {
            json[key] = value;
        }
        change(&mut json);
        let void = made(&json);
        [Stage::Sealed, Stage::Public, Stage::Full].map(|stage| {
            let found = faults(&staged(&void, stage)).into_iter();
            found
                .map(|fault| (fault.code, fault.place))
                .collect::<Vec<_>>()
        })
    };
    let unfounded = || vec![(Code::LEVEL, "void.txt by".to_owned())];
    let right = [vec![], vec![], vec![]];
    let wrong = [unfounded(), unfounded(), unfounded()];
    // One party of two, dice of twenty digits and a lottery make level 1, which the plan asks for.
    assert_eq!(ended(&|_| {}), wrong);
    assert_eq!(ended(&|json| json["min_level"] = 2.into()), right);
    let both = |json: &mut Value| {
        json["min_level"] = 2.into();
        json["parties"][1][1] = hash("two").into();
    };
    assert_eq!(ended(&both), wrong);
    // Dice alone: twenty digits count as a beacon, nineteen do not.
    let dice = |json: &mut Value, digits: &str| {
        json["beacon"] = Value::Null;
        json["dice"][1] = digits.into();
    };
    assert_eq!(ended(&|json| dice(json, "01234567890123456789")), wrong);
    assert_eq!(ended(&|json| dice(json, "0123456789012345678")), right);
    // A beacon counts before it appears.
    let mut silent = description();
    silent["beacon"][3] = Value::Null;
    silent["dice"][1] = Value::Null;
    for (key, value) in [
        ("ending", json!("void")),
        ("changes", json!([])),
        ("parts", json!([])),
    ] {
        silent[key] = value;
    }
    silent["void"] =
        json!({"reason": "level-lost", "approver": null, "document": null, "before": "result"});
    let found = faults(&staged(&made(&silent), Stage::Sealed));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].code, Code::LEVEL);
}

#[test]
fn after_reveal_a_person_voids_only_while_a_beacon_is_awaited() {
    let mut json = description();
    for (key, value) in [
        ("ending", json!("void")),
        ("changes", json!([])),
        ("parts", json!([])),
    ] {
        json[key] = value;
    }
    json["void"] = json!({"reason": "flood", "approver": ["K01", hash("salt")],
        "document": hash("paper"), "before": "result"});
    for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
        json["beacon"] = description()["beacon"].clone();
        assert_eq!(faults(&staged(&made(&json), stage)), []);
        json["beacon"] = Value::Null;
        let found = faults(&staged(&made(&json), stage));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].code, found[0].place.as_str()),
            (Code::CONTRADICTION, "void.txt approver")
        );
    }
}

#[test]
fn a_void_names_the_very_records_of_its_bundle() {
    let mut json = description();
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json["ending"] = "void".into();
    for before in ["freeze", "reveal", "result"] {
        json["void"] = json!({"reason": "flood", "approver": ["K01", hash("salt")],
            "document": hash("paper"), "before": before});
        let mut files = staged(&made(&json), Stage::Public);
        assert!(faults(&files).is_empty());
        let void = VoidRecord::parse(&files["void.txt"]).unwrap().to_string();
        let other = void.replacen("attempt 2", "attempt 3", 1);
        let other = other.replacen("campaign 411200-CG-2026-0007", "campaign other", 1);
        files.insert("void.txt".to_owned(), other.into_bytes());
        let found: Vec<_> = faults(&files)
            .into_iter()
            .map(|fault| fault.place)
            .collect();
        assert!(
            found.contains(&"void.txt".to_owned()),
            "{before}: {found:?}"
        );
    }
    // Without its VOID an opened bundle looks drawn; its OPEN says what it is.
    let mut files = staged(&made(&json), Stage::Public);
    files.remove("void.txt");
    let found: Vec<_> = faults(&files)
        .into_iter()
        .map(|fault| fault.place)
        .collect();
    assert!(found.contains(&"open.txt".to_owned()), "{found:?}");
    // Before REVEAL there is nothing to open: the files of a later stage do not belong.
    json["void"]["before"] = "reveal".into();
    let mut files = staged(&made(&json), Stage::Public);
    files.insert("open.txt".to_owned(), Vec::new());
    assert!(Contents::of(files.keys().map(String::as_str)).is_err());
}

#[test]
fn a_value_that_is_none_of_its_source_reads_well_and_contradicts() {
    for (source, round, good, bad) in [
        (
            "cwl-ssq",
            "2027006",
            "03 08 11 19 24 30 + 07",
            "03 08 11 19 24 30 07",
        ),
        (
            "cwl-ssq",
            "2027006",
            "01 02 03 04 05 33 + 16",
            "01 02 03 04 05 34 + 16",
        ),
        (
            "cwl-ssq",
            "2027006",
            "01 02 03 04 05 06 + 01",
            "02 01 03 04 05 06 + 01",
        ),
        (
            "tc-dlt",
            "27006",
            "01 02 03 04 35 + 01 12",
            "01 02 03 04 35 + 12 01",
        ),
        (
            "tc-dlt",
            "27006",
            "01 02 03 04 35 + 01 12",
            "01 02 03 04 36 + 01 12",
        ),
        ("radio", "x", "00 99", "00 00"),
        ("radio", "x", "00 + 00", "00 + 0"),
        ("radio", "x", "01 + 02 + 03 + 04 + 05 + 06 + 07 + 08", "1"),
        (
            "radio",
            "x",
            "07",
            "01 + 02 + 03 + 04 + 05 + 06 + 07 + 08 + 09",
        ),
    ] {
        let mut json = description();
        json["beacon"] = json!([source, round, START + 3600, good]);
        let mut files = staged(&made(&json), Stage::Sealed);
        assert!(faults(&files).is_empty(), "{good}");
        let seed = text(&files, "seed.txt");
        let seed = seed.replace(&format!(" {good}\n"), &format!(" {bad}\n"));
        files.insert("seed.txt".to_owned(), seed.into_bytes());
        let codes: Vec<_> = faults(&files).into_iter().map(|fault| fault.code).collect();
        assert!(codes.contains(&Code::BEACON_VALUE), "{bad}: {codes:?}");
    }
}

/// `H(a, b, …)` under SHA-256.
fn lines(lines: &[&str]) -> String {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    Suite::Sha256.lines(&lines).to_string()
}

fn digest(hex: &str) -> Digest {
    hex.parse().unwrap()
}

#[test]
fn the_formulas_of_shuang_2_by_hand() {
    let made = made(&description());
    let freeze = FreezeRecord::parse(&made.files["freeze.txt"]).unwrap();
    let (campaign, s) = ("411200-CG-2026-0007", hash("secret"));
    let secret = Secret::from_bytes(input_hash("secret").0);
    let commitment = lines(&["shuang-party/2", campaign, "2", "discipline", &hash("one")]);
    assert_eq!(freeze.parties[0].commitment.to_string(), commitment);
    assert_eq!(freeze.secret.to_string(), lines(&["shuang-secret/1", &s]));
    let key = lines(&["shuang-filekey/2", campaign, "2", "teams.txt", &s]);
    assert_eq!(file_key(&freeze, "teams.txt", &secret), digest(&key));
    let content = Suite::Sha256.bytes(&made.files["teams.txt"]).to_string();
    let sealed = lines(&["shuang-file/2", campaign, "2", "teams.txt", &key, &content]);
    let result = text(&made.files, "result.txt");
    assert!(result.contains(&format!("sealed teams.txt {sealed}\n")));
    assert!(
        !result.contains(&content),
        "the bare hash of a short list stands nowhere"
    );
    let salt = lines(&["shuang-personsalt/2", campaign, "2", "L1", &s]);
    let person = lines(&["shuang-person/2", "L1", &salt]);
    assert_eq!(
        person_hash(Suite::Sha256, token("L1"), &digest(&salt)),
        digest(&person)
    );
    let change = text(&made.files, "change-1.txt");
    assert!(change.contains(&format!("person {person}\n")));
    let approver = lines(&["shuang-approver/2", "K01", &hash("salt 1")]);
    assert!(change.contains(&format!("approver {approver}\n")));
    assert!(text(&made.files, "persons.tsv").contains(&format!("L1\t{salt}\n")));
    assert!(
        !change.contains("L1") && !change.contains("K01"),
        "no public record names a person"
    );
}

#[test]
fn the_number_at_the_door_and_part_make_the_seed_of_the_part() {
    let made = made(&description());
    let seed = made.drawn.as_ref().unwrap().seed().to_string();
    let subjects: Vec<String> = text(&made.files, "teams.txt")
        .lines()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    let mut orders = Vec::new();
    for (visit, number, secret) in [(1, "0042", "part"), (3, "-", "part 3")] {
        let part = PartRecord::parse(&made.files[&format!("part-{visit}.txt")]).unwrap();
        let record = &made.files[&format!("part-number-{visit}.txt")];
        let record = PartNumberRecord::parse(record).unwrap();
        let part_hash = hash_of(Suite::Sha256, &part);
        assert_eq!(record.part, part_hash);
        let part_seed = lines(&["shuang-partseed/2", &seed, &part_hash.to_string(), number]);
        let seen = record.part_seed(Suite::Sha256, &digest(&seed));
        assert_eq!(seen, digest(&part_seed));
        let id = format!("{}:P1", subjects[visit - 1]);
        let salt = lines(&[
            "shuang-salt/1",
            "411200-CG-2026-0007",
            "2",
            "part",
            &id,
            &hash(secret),
        ]);
        let ticket = lines(&["shuang-ticket/1", &part_seed, "part", &id, &salt]);
        let order = &made.part_orders[&(visit as u64)];
        assert!(order.contains(&ticket), "{order}");
        orders.push(order.clone());
    }
    // Another number is another order, and the record of PART stays the same.
    let mut json = description();
    json["parts"][0]["number"] = "0043".into();
    let other = self::made(&json);
    assert_eq!(other.files["part-1.txt"], made.files["part-1.txt"]);
    assert_ne!(other.part_orders[&1], orders[0]);
}

#[test]
fn a_part_is_committed_once_while_its_visit_is_open_and_before_open() {
    let made = made(&description());
    let mut course = Course::new(made.drawn.as_ref().unwrap());
    let parts = [token("P1"), token("P2")];
    let secret = secret_of("part");
    let code = |course: &mut Course<'_>, visit: u64, parts: &[draw::Token], quota: u64| {
        course
            .commit_parts(visit, parts, quota, &secret)
            .unwrap_err()
            .code
    };
    assert_eq!(code(&mut course, 1, &parts, 3), Code::PARTS);
    assert_eq!(code(&mut course, 1, &[parts[0], parts[0]], 1), Code::PARTS);
    assert_eq!(code(&mut course, 1, &[token("-P")], 1), Code::NAME_START);
    course.commit_parts(1, &parts, 1, &secret).unwrap();
    assert_eq!(code(&mut course, 1, &parts, 1), Code::PARTS);
    course.close(2).unwrap();
    assert_eq!(code(&mut course, 2, &parts, 1), Code::VISIT_CLOSED);
    course.open();
    assert_eq!(code(&mut course, 3, &parts, 1), Code::PARTS);
}

#[test]
fn dice_and_nonces_of_a_reveal_answer_freeze_and_occur_once() {
    let made = made(&description());
    let freeze = FreezeRecord::parse(&made.files["freeze.txt"]).unwrap();
    let reveal = RevealRecord::parse(&made.files["reveal.txt"]).unwrap();
    assert!(reveal.faults(&freeze).is_empty());
    let codes = |change: &dyn Fn(&mut RevealRecord)| {
        let mut other = reveal.clone();
        change(&mut other);
        let faults = other.faults(&freeze);
        faults
            .into_iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&|r| r.dice = None), [Code::SEED_SOURCES]);
    assert_eq!(
        codes(&|r| r.dice.as_mut().unwrap().0 = token("yard")),
        [Code::SEED_SOURCES]
    );
    assert_eq!(
        codes(&|r| r.parties.swap(0, 1)),
        [Code::SEED_SOURCES, Code::NONCE]
    );
    let first = reveal.parties[0].1.clone();
    let twice = codes(&|r| r.parties[1].1 = first.clone());
    assert_eq!(twice, [Code::NONCE, Code::REPEATED_NONCE]);
    let late = draw::seed::Answer::Absent(token("late"));
    assert_eq!(
        codes(&|r| r.parties[1].1 = late.clone()),
        [Code::SEED_SOURCES]
    );
    // A nonce that fits another attempt of the same campaign fits this one no more.
    let mut next = freeze.clone();
    next.attempt += 1;
    assert!(
        reveal
            .faults(&next)
            .iter()
            .any(|fault| fault.code == Code::NONCE)
    );
}

#[test]
fn intervals_are_kept_by_the_times_the_log_claims() {
    let files = staged(&made(&description()), Stage::Sealed);
    let files = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let bundle = Bundle::read(&files.collect()).unwrap();
    // One party is absent, who could come until reveal-by.
    let good: LogTimes = [
        ("plan", START - 300_000),
        ("freeze", START - 300_000 + 259_200),
        ("reveal", START + 1800),
        ("result", START + 3600),
    ]
    .map(|(record, at)| (record.to_owned(), at))
    .into();
    assert!(bundle.time_faults(&good).is_empty());
    assert!(
        bundle.time_faults(&LogTimes::new()).is_empty(),
        "what has no time is not judged"
    );
    let places = |changed: &[(&str, u64)]| {
        let mut times = good.clone();
        times.extend(
            changed
                .iter()
                .map(|(record, at)| ((*record).to_owned(), *at)),
        );
        let faults = bundle.time_faults(&times);
        // Whoever reads a bundle keeps it as evidence; the hours of FREEZE are mended by who freezes.
        assert!(faults.iter().all(|fault| fault.code == Code::LOG_TIME));
        faults
            .into_iter()
            .map(|fault| fault.place)
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&[("plan", START - 299_999)]), ["freeze.txt"]);
    let late = [("freeze", START + 3001), ("reveal", START + 3001)];
    assert_eq!(places(&late), ["freeze.txt"]);
    assert_eq!(places(&[("reveal", START + 1799)]), ["reveal.txt"]);
    assert_eq!(places(&[("result", START + 3599)]), ["result.txt"]);
    // Whoever writes REVEAL when the beacon is out chooses who was absent.
    assert_eq!(places(&[("reveal", START + 3599)]), [""; 0]);
    assert_eq!(places(&[("reveal", START + 3600)]), ["reveal.txt"]);
    // Clocks may differ by a minute, and by no second more.
    let clocks = |freeze: u64| places(&[("freeze", freeze), ("plan", 0)]);
    assert_eq!(clocks(START + 1860), [""; 0]);
    assert_eq!(clocks(START + 1861), ["reveal.txt"]);
    let mut alone = good.clone();
    alone.remove("reveal");
    alone.insert("result".to_owned(), START + 1799);
    assert_eq!(
        bundle.time_faults(&alone).len(),
        2,
        "what follows REVEAL is bound like it, with or without its receipt"
    );
}

#[test]
fn attempts_of_a_campaign_share_no_nonce_and_a_missing_number_is_said() {
    let numbered = |attempt: u32, nonce: &str| {
        let mut json = description();
        json["attempt"] = attempt.into();
        json["S"] = hash(&format!("secret {attempt}")).into();
        json["parties"][0][1] = hash(nonce).into();
        json["absent_nonce"]["justice"] = hash(&format!("absent {attempt}")).into();
        staged(&made(&json), Stage::Sealed)
    };
    let all = [
        numbered(1, "a"),
        numbered(2, "b"),
        numbered(3, "a"),
        numbered(5, "e"),
    ];
    let seen = |which: &[usize]| {
        let files = which.iter().map(|at| {
            let files = all[*at].iter();
            files.map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        });
        let prints: Vec<_> = files
            .map(|files| Bundle::read(&files.collect()).unwrap().footprint())
            .collect();
        let beside = beside(&prints);
        let codes: Vec<_> = beside.faults.iter().map(|fault| fault.code).collect();
        (codes, beside.missing)
    };
    assert_eq!(seen(&[0, 1]), (vec![], vec![]));
    assert_eq!(seen(&[0, 1, 2]), (vec![Code::REPEATED_NONCE], vec![]));
    assert_eq!(seen(&[1, 2]), (vec![], vec![1..=1]), "the first is missing");
    assert_eq!(seen(&[0, 3]), (vec![], vec![2..=4]));
    let mut json = description();
    json["attempt"] = 7.into();
    json["parties"][0][1] = hash("b").into();
    json["absent_nonce"]["justice"] = hash("absent 2").into();
    let with_old_secret = staged(&made(&json), Stage::Sealed);
    let first = staged(&made(&description()), Stage::Sealed);
    let beside = beside(&[print(&first), print(&with_old_secret)]);
    let codes = beside.faults.iter().map(|fault| fault.code);
    assert_eq!(
        codes.collect::<Vec<_>>(),
        [Code::REPEATED_NONCE],
        "the same S"
    );
}

fn print(files: &Written) -> Footprint<'_> {
    let files: Files<'_> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    Bundle::read(&files).unwrap().footprint()
}

#[test]
fn two_bundles_of_one_attempt_are_the_same_attempt() {
    let whole = made(&description());
    let (public, sealed) = (staged(&whole, Stage::Public), staged(&whole, Stage::Sealed));
    let codes = |one: &Written, two: &Written| {
        let beside = beside(&[print(one), print(two)]);
        let places = beside.faults.into_iter().map(|fault| fault.place);
        places.collect::<Vec<_>>()
    };
    assert!(
        codes(&public, &sealed).is_empty(),
        "an earlier stage of the same"
    );
    // Another S gives another FREEZE and everything after it.
    let mut json = description();
    json["S"] = hash("another secret").into();
    let other = staged(&made(&json), Stage::Sealed);
    let places = codes(&sealed, &other);
    assert!(places.contains(&"freeze.txt".to_owned()), "{places:?}");
    // The same FREEZE and REVEAL cannot have a RESULT and be void.
    json = description();
    json["ending"] = "void".into();
    json["changes"] = json!([]);
    json["parts"] = json!([]);
    json["void"] = json!({"reason": "flood", "approver": ["K01", hash("salt")],
        "document": hash("paper"), "before": "result"});
    let void = staged(&made(&json), Stage::Sealed);
    assert_eq!(codes(&sealed, &void), ["void.txt"]);
}

#[test]
fn the_verbs_of_one_version_write_no_record_of_an_attempt_of_the_other() {
    let made = made(&description());
    let drawn = made.drawn.as_ref().unwrap();
    let mut standing = Standing::new(drawn);
    let grounds = Grounds {
        reason: token("duty"),
        approver: token("K01"),
        document: input_hash("paper"),
    };
    let fault = standing.substitute(token("F1"), grounds).unwrap_err();
    assert_eq!(fault.code, Code::OTHER_ATTEMPT);
    let parts = [token("P1")];
    let fault = PartDraw::commit(&mut standing, 1, &parts, 1, &secret_of("part")).unwrap_err();
    assert_eq!(fault.code, Code::OTHER_ATTEMPT);
    assert_eq!(standing, Standing::new(drawn));
    let mut frame = Frame::default();
    for n in 0..3 {
        frame
            .push_subject(&format!("S{n}"), "A", "draw", "-")
            .unwrap();
        frame.push_inspector(&format!("F{n}"), "-", "draw").unwrap();
    }
    let frozen = draw::freeze(
        &plain_terms(&[("A", 1)], 2),
        frame,
        &secret_of("s"),
        THREADS,
    );
    let old = draw_with_dice(frozen.unwrap(), 1);
    let approval = Approval::by(
        Suite::Sha256,
        token("K01"),
        &input_hash("s"),
        input_hash("p"),
    );
    let fault = Course::new(&old)
        .substitute(token("F1"), approval)
        .unwrap_err();
    assert_eq!(fault.code, Code::OTHER_ATTEMPT);
}

#[test]
fn a_borrowed_frame_announces_and_reaches_the_least_level_too() {
    let whole = made(&borrowing(true));
    let good = borrowed_bundle(&whole);
    assert!(faults(&good).is_empty());
    let short = borrowed_bundle(&made(&borrowing(false)));
    let found: Vec<_> = faults(&short).into_iter().map(|fault| fault.code).collect();
    assert_eq!(found, [Code::LEVEL]);
    let mut freeze = FreezeRecord::parse(&good["freeze.txt"]).unwrap();
    freeze.parties.pop();
    let found = whole.plan.disagreements(&freeze);
    let places: Vec<_> = found.into_iter().map(|fault| fault.place).collect();
    assert_eq!(places, ["min-level"]);
}
