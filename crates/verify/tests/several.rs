//! Several attempts given together (SPEC-draw §8.2): whatever is used twice is seen, whether it was opened or only
//! committed to, and what nobody can compare is said.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../draw/tests/common/attempt.rs"]
mod attempt;
#[path = "../../draw/tests/common/mod.rs"]
mod common;
#[path = "../../draw/tests/common/forger.rs"]
mod forger;
mod support;
mod two_support;

use forger::{borrowing, description, edit, hash, made, staged};
use serde_json::{Value, json};
use two_support::{Files, Stage, judged, logged, source, void, wrong};
use verify::{Company, Verdict};

fn beside(files: &Files, earlier: &[&Files]) -> Verdict {
    let earlier: Vec<_> = earlier.iter().map(|files| source(files)).collect();
    let company = Company {
        earlier: &earlier,
        borrowed: &[],
    };
    judged(files, &company, None)
}

/// Both ways round: whichever is judged, the other stands beside it.
fn both(one: &Files, other: &Files) -> [Verdict; 2] {
    [beside(one, &[other]), beside(other, &[one])]
}

fn refused(one: &Files, other: &Files, words: &str) {
    for verdict in both(one, other) {
        assert_eq!(
            (verdict.exit(), wrong(&verdict)),
            (1, vec!["VRFY-531"]),
            "{verdict}"
        );
        let said = verdict.to_string();
        assert!(said.contains(words), "{words} in {said}");
        let checks = verdict.closing()[1].clone();
        assert!(checks.contains("不符的有各次抽取的对照"), "{checks}");
    }
}

fn held(one: &Files, other: &Files) -> [Verdict; 2] {
    let verdicts = both(one, other);
    for verdict in &verdicts {
        assert_eq!((verdict.exit(), wrong(verdict)), (3, vec![]), "{verdict}");
        assert!(verdict.closing()[1].contains("各次抽取的对照"), "{verdict}");
    }
    verdicts
}

/// What is drawn or void here shares nothing with the attempt of `description`.
fn fresh(mut json: Value, attempt: u32) -> Value {
    json["attempt"] = attempt.into();
    json["S"] = hash(&format!("S of {attempt}")).into();
    json["parties"] = json!([
        ["discipline", hash(&format!("one of {attempt}"))],
        ["justice", hash(&format!("two of {attempt}"))],
    ]);
    json
}

/// Attempt 1, void before anybody opened a nonce: only its commitments are public.
fn given_up(nonce: &str) -> Files {
    let mut json = fresh(void("reveal", true), 1);
    json["parties"][0][1] = hash(nonce).into();
    staged(&made(&json), Stage::Public)
}

/// Attempt 2, in which the party `name` opens this nonce.
fn opened_by(name: &str, nonce: &str) -> Value {
    let mut json = fresh(description(), 2);
    json["parties"][0] = json!([name, hash(nonce)]);
    json
}

#[test]
fn a_nonce_committed_to_in_a_void_attempt_and_opened_in_the_next_is_used_twice() {
    let void = given_up("again");
    let next = |json: &Value| staged(&made(json), Stage::Public);
    let words = "第 2 次抽取揭示的这个随机数，就是第 1 次抽取中 discipline 所承诺的";
    refused(&void, &next(&opened_by("discipline", "again")), words);
    // Handed to another party, who opens it under its own name.
    refused(&void, &next(&opened_by("chamber", "again")), words);
    // And in the other suite.
    let mut sm3 = opened_by("discipline", "again");
    sm3["suite"] = "sm3".into();
    refused(&void, &next(&sm3), words);
    held(&void, &next(&opened_by("discipline", "fresh")));
}

#[test]
fn a_nonce_of_shuang_1_that_was_kept_back_and_opened_later_is_used_twice() {
    let vectors = support::vectors();
    let mut first = support::bundle(&vectors, "V1", verify::Stage::Sealed);
    let nonce = "c96279d9040ca04132f60f068b46cd9d784e94a2ac8f53555dbb9f181f36f071";
    let mut json = fresh(description(), 2);
    json["parties"][1] = json!(["chamber", nonce]);
    let second = staged(&made(&json), Stage::Sealed);
    let opened = beside(&second, &[&first]);
    assert_eq!(wrong(&opened), ["VRFY-531"]);
    edit(&mut first, "seed.txt", |lines| {
        assert_eq!(lines[4], format!("party discipline {nonce}"));
        lines[4] = "party discipline absent timeout".to_owned();
    });
    let kept = beside(&second, &[&first]);
    assert_eq!(wrong(&kept), ["VRFY-531"]);
    assert!(
        kept.to_string()
            .contains("第 1 次抽取中 discipline 所承诺的"),
        "{kept}"
    );
}

#[test]
fn a_secret_that_is_shown_is_held_against_what_the_other_committed_to_under_its_own_suite() {
    let first = fresh(description(), 1);
    let mut second = fresh(description(), 2);
    second["suite"] = "sm3".into();
    second["S"] = first["S"].clone();
    let (first, second) = (made(&first), made(&second));
    let (shown, sealed) = (staged(&first, Stage::Full), staged(&first, Stage::Public));
    let other = staged(&second, Stage::Public);
    refused(&shown, &other, "第 1 次抽取的 S，就是第 2 次抽取所承诺的");
    // Neither shows S: it is said that nobody can tell.
    for verdict in held(&sealed, &other) {
        assert!(verdict.to_string().contains("都没有打开的随机数或 S"));
    }
    // Under one suite the lines are the same.
    let mut same = fresh(description(), 2);
    same["S"] = fresh(description(), 1)["S"].clone();
    let same = staged(&made(&same), Stage::Sealed);
    refused(&sealed, &same, "用了同一个随机数、承诺值或 S");
}

#[test]
fn nonces_that_neither_attempt_opens_are_not_called_compared() {
    let words = "都没有打开的随机数或 S 是否相同，从承诺值看不出来，没有对照";
    let first = given_up("again");
    let mut third = fresh(void("reveal", true), 3);
    third["parties"][0][1] = hash("again").into();
    let third = staged(&made(&third), Stage::Public);
    for verdict in held(&first, &third) {
        assert!(verdict.to_string().contains(words), "{verdict}");
    }
    let opened = staged(&made(&fresh(description(), 2)), Stage::Public);
    for verdict in held(&first, &opened) {
        assert!(!verdict.to_string().contains(words), "{verdict}");
    }
}

#[test]
fn a_nonce_of_another_campaign_is_used_twice_and_its_numbers_are_its_own() {
    let mine = staged(&made(&fresh(description(), 1)), Stage::Sealed);
    let elsewhere = |mut json: Value| {
        json["campaign"] = "411200-CG-2026-0008".into();
        staged(&made(&json), Stage::Sealed)
    };
    let mut used = fresh(description(), 7);
    used["parties"][1][1] = hash("two of 1").into();
    refused(&mine, &elsewhere(used), "用了同一个随机数");
    let [verdict, other] = held(&mine, &elsewhere(fresh(description(), 7)));
    let said = verdict.to_string();
    assert!(
        said.contains("共 2 份案卷，其中别的抽查任务的 1 份"),
        "{said}"
    );
    assert!(!said.contains("没有第"), "{said}");
    assert!(
        other.to_string().contains("没有第 1 至 6 次抽取"),
        "{other}"
    );
    // One number of two campaigns is no attempt with two texts.
    held(&mine, &elsewhere(fresh(description(), 9)));
    let mut twin = fresh(description(), 9);
    twin["attempt"] = 1.into();
    held(&mine, &elsewhere(twin));
}

#[test]
fn a_borrowed_frame_is_held_beside_its_attempt_in_the_same_way() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut json = borrowing(true);
        change(&mut json["changes"][0]["attempt"]);
        let made = made(&json);
        let frame = made.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix("borrowed-1/")?;
            Some((name.to_owned(), bytes.clone()))
        });
        let frame: Files = frame.collect();
        let borrowed = [source(&frame)];
        let company = Company {
            earlier: &[],
            borrowed: &borrowed,
        };
        judged(&staged(&made, Stage::Full), &company, None)
    };
    let good = with(&|_| {});
    assert_eq!((good.exit(), wrong(&good)), (3, vec![]), "{good}");
    // The party of the frame stays away: its commitment names the same attempt, but another party.
    let kept = with(&|guest| {
        guest["parties"][1] = json!(["justice", null]);
        guest["absent_nonce"]["justice"] = hash("one").into();
    });
    assert!(wrong(&kept).contains(&"VRFY-531"), "{kept}");
    assert!(
        kept.to_string()
            .contains("第 2 次抽取揭示的这个随机数，就是第 2 次抽取的增补名录中 justice 所承诺的"),
        "{kept}"
    );
}

#[test]
fn one_attempt_has_one_text_and_one_end_and_a_later_proof_changes_nothing() {
    let whole = made(&fresh(description(), 1));
    let (sealed, full) = (staged(&whole, Stage::Sealed), staged(&whole, Stage::Full));
    held(&sealed, &full);
    held(&sealed, &sealed);
    // A proof in a larger log.
    let all = logged(&sealed);
    let mut later = all.clone();
    later.insert("plan.proof".to_owned(), b"a longer one\n".to_vec());
    for verdict in [beside(&sealed, &[&all]), beside(&sealed, &[&later, &all])] {
        assert_eq!(wrong(&verdict), Vec::<&str>::new(), "{verdict}");
    }
    // Another nonce: another REVEAL, and everything behind it.
    let mut json = fresh(description(), 1);
    json["parties"][1][1] = hash("another").into();
    let another = staged(&made(&json), Stage::Sealed);
    for verdict in both(&sealed, &another) {
        assert_eq!(verdict.exit(), 1);
        let said = verdict.to_string();
        assert!(said.contains("第 1 次抽取有两份不同的这个文件"), "{said}");
    }
    // Drawn, and void.
    let ended = given_up("one of 1");
    for verdict in both(&sealed, &ended) {
        assert_eq!(verdict.exit(), 1);
        let said = verdict.to_string();
        assert!(said.contains("既是一种结局，又是另一种"), "{said}");
    }
}

#[test]
fn a_number_that_is_missing_is_said_and_void_attempts_are_counted() {
    let third = staged(&made(&fresh(description(), 3)), Stage::Sealed);
    let planned = staged(&made(&fresh(void("freeze", true), 2)), Stage::Public);
    let said = |earlier: &[&Files]| {
        let verdict = beside(&third, earlier);
        assert_eq!(wrong(&verdict), Vec::<&str>::new(), "{verdict}");
        verdict.to_string()
    };
    assert!(said(&[]).contains("没有一并给出其他各次抽取的案卷"));
    assert!(said(&[&planned]).contains("没有第 1 次抽取的案卷"));
    assert!(said(&[&given_up("once")]).contains("没有第 2 次抽取的案卷"));
    assert!(!said(&[&planned, &given_up("once")]).contains("没有第"));
}
