//! A nonce is good for one attempt: what an earlier folder or bundle shows is not taken again, by nobody and in no order.

use std::fs;
use std::path::Path;
use std::process::Output;

use draw::record::PartyLine;
use draw::{Digest, Suite};

use crate::folder::{
    BEFORE, DISCIPLINE, FREEZE, JUSTICE, REVEAL_BY, REVEAL_FROM, at, freeze_in_hours, in_hours,
    mingqian, older, refuses, replace, said, samples, succeeds,
};

const FRESH: [&str; 2] = [
    "1111111111111111111111111111111111111111111111111111111111111111",
    "2222222222222222222222222222222222222222222222222222222222222222",
];

fn commitment(attempt: u32, name: &str, nonce: &str) -> String {
    let campaign = "411200-CG-2026-0001".parse().unwrap();
    let nonce: Digest = nonce.parse().unwrap();
    PartyLine::commit_to_attempt(
        Suite::Sha256,
        campaign,
        attempt,
        name.parse().unwrap(),
        &nonce,
    )
    .commitment
    .to_string()
}

/// The plan of an attempt with commitments to these nonces.
fn plan(folder: &Path, attempt: u32, nonces: [&str; 2]) {
    let path = folder.join("plan.toml");
    let text = fs::read_to_string(&path).unwrap();
    let mut commitments = ["discipline", "justice"]
        .into_iter()
        .zip(nonces)
        .map(|(name, nonce)| format!("commitment = \"{}\"", commitment(attempt, name, nonce)));
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line {
            line if line.starts_with("attempt = ") => format!("attempt = {attempt}"),
            line if line.starts_with("commitment") => commitments.next().unwrap(),
            line => line.to_owned(),
        })
        .collect();
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

fn freeze_to(folder: &Path, out: &str, earlier: &[&str]) -> Output {
    let mut words: Vec<&str> = FREEZE.to_vec();
    words.pop();
    words.extend([out, "--at", "1692803000"]);
    earlier
        .iter()
        .for_each(|path| words.extend(["--earlier", path]));
    mingqian(folder, &words)
}

fn reveal(folder: &Path, out: &str, nonces: [&str; 2], earlier: &[&str]) -> Output {
    let nonces = [
        format!("discipline={}", nonces[0]),
        format!("justice={}", nonces[1]),
    ];
    let mut words = vec![
        "result", "--out", out, "--nonce", &nonces[0], "--nonce", &nonces[1],
    ];
    earlier
        .iter()
        .for_each(|path| words.extend(["--earlier", path]));
    at(folder, REVEAL_FROM, &words)
}

fn void(folder: &Path, out: &str) {
    let words = [
        "void",
        "--out",
        out,
        "--reason",
        "register-error",
        "--document",
        "document.txt",
        "--approver",
        "A001",
    ];
    succeeds(&at(folder, BEFORE, &words));
}

/// Attempt 1 under the samples' nonces, void after REVEAL by the program, so that one nonce is public.
fn void_with_a_nonce_shown(folder: &Path) {
    in_hours(folder);
    freeze_in_hours(folder);
    let justice = format!("justice={JUSTICE}");
    let words = [
        "result",
        "--out",
        "d",
        "--nonce",
        &justice,
        "--nonce",
        "discipline=absent:timeout",
    ];
    succeeds(&at(folder, REVEAL_BY, &words));
}

#[test]
fn a_nonce_that_is_public_is_refused_at_the_freeze() {
    let folder = samples();
    let folder = folder.path();
    void_with_a_nonce_shown(folder);
    plan(folder, 2, [FRESH[0], JUSTICE]);
    let refused = freeze_to(folder, "e", &["d"]);
    refuses(
        &refused,
        "CLI-424",
        &["plan.toml 第 ", "justice", "第 1 次抽取中用过"],
    );
    // Another party with that nonce is no other nonce.
    plan(folder, 2, [JUSTICE, FRESH[0]]);
    refuses(&freeze_to(folder, "e", &["d"]), "CLI-424", &["discipline"]);
    assert!(!folder.join("e").exists());
    plan(folder, 2, FRESH);
    succeeds(&freeze_to(folder, "e", &["d"]));
    succeeds(&reveal(folder, "e", FRESH, &["d"]));
}

/// Void before REVEAL its nonces are nobody's knowledge, and still used.
#[test]
fn a_nonce_that_was_only_committed_to_is_refused_at_the_reveal() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    void(folder, "d");
    plan(folder, 2, [DISCIPLINE, FRESH[0]]);
    succeeds(&freeze_to(folder, "e", &["d"]));
    let again = [DISCIPLINE, FRESH[0]];
    refuses(
        &reveal(folder, "e", again, &["d"]),
        "CLI-424",
        &["discipline", "按缺席办理"],
    );
    assert!(!folder.join("e/reveal.txt").exists());
}

#[test]
fn a_commitment_of_an_earlier_attempt_is_refused() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    void(folder, "d");
    replace(folder, "plan.toml", "attempt = 1", "attempt = 2");
    refuses(
        &freeze_to(folder, "e", &["d"]),
        "CLI-424",
        &["discipline", "justice"],
    );
    // As a bundle it says the same.
    let words = [
        "draw", "open", "--out", "d", "--stage", "public", "--bundle", "d.zip",
    ];
    succeeds(&mingqian(folder, &words));
    refuses(
        &freeze_to(folder, "e", &["d.zip"]),
        "CLI-424",
        &["discipline", "justice"],
    );
}

#[test]
fn one_nonce_of_two_parties_is_refused_under_both_versions() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    plan(folder, 1, [FRESH[0], FRESH[0]]);
    freeze_in_hours(folder);
    refuses(
        &reveal(folder, "d", [FRESH[0], FRESH[0]], &[]),
        "CLI-425",
        &["justice", "另一名见证人"],
    );

    let folder = older("plain");
    let folder = folder.path();
    let path = folder.join("d/freeze.txt");
    let text = fs::read_to_string(&path).unwrap();
    let commit = |nonce: &str| {
        let (name, nonce) = ("justice".parse().unwrap(), nonce.parse().unwrap());
        PartyLine::commit(Suite::Sha256, name, &nonce)
            .commitment
            .to_string()
    };
    fs::write(&path, text.replace(&commit(JUSTICE), &commit(DISCIPLINE))).unwrap();
    let nonces = ["discipline", "justice"].map(|name| format!("{name}={DISCIPLINE}"));
    let words = [
        "draw", "result", "--out", "d", "--nonce", &nonces[0], "--nonce", &nonces[1],
    ];
    refuses(&mingqian(folder, &words), "CLI-425", &["justice"]);
}

#[test]
fn what_precedes_an_attempt_is_of_its_campaign_and_void() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    plan(folder, 2, FRESH);
    refuses(
        &freeze_to(folder, "e", &["d"]),
        "CLI-423",
        &["第 1 次抽取没有作废", "draw void"],
    );
    void(folder, "d");
    plan(folder, 1, FRESH);
    refuses(
        &freeze_to(folder, "e", &["d"]),
        "CLI-422",
        &["是第 1 次抽取"],
    );
    plan(folder, 2, FRESH);
    replace(
        folder,
        "plan.toml",
        "411200-CG-2026-0001",
        "411200-CG-2026-0002",
    );
    refuses(
        &freeze_to(folder, "e", &["d"]),
        "CLI-421",
        &["411200-CG-2026-0001"],
    );
    refuses(
        &freeze_to(folder, "e", &["."]),
        "CLI-420",
        &["不是一次抽取"],
    );
}

#[test]
fn an_attempt_that_is_not_held_beside_the_earlier_ones_says_so() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    plan(folder, 3, FRESH);
    let frozen = succeeds(&freeze_to(folder, "d", &[]));
    assert!(
        frozen.contains("没有用 --earlier 给出第 1、2 次抽取"),
        "{frozen}"
    );
    let drawn = succeeds(&reveal(folder, "d", FRESH, &[]));
    assert!(
        drawn.contains("没有用 --earlier 给出第 1、2 次抽取"),
        "{drawn}"
    );
}

/// Whoever does not ask here is told by `mingqian verify` of the several attempts.
#[test]
fn verify_of_several_attempts_says_what_was_used_again() {
    let folder = samples();
    let folder = folder.path();
    void_with_a_nonce_shown(folder);
    plan(folder, 2, [FRESH[0], JUSTICE]);
    succeeds(&freeze_to(folder, "e", &[]));
    succeeds(&reveal(folder, "e", [FRESH[0], JUSTICE], &[]));
    for (out, bundle) in [("d", "one"), ("e", "two")] {
        let words = [
            "draw", "open", "--out", out, "--stage", "public", "--bundle", bundle,
        ];
        succeeds(&mingqian(folder, &words));
    }
    let alone = mingqian(folder, &["verify", "two"]);
    assert_eq!(alone.status.code(), Some(3), "{}", said(&alone));
    let beside = mingqian(folder, &["verify", "two", "--earlier", "one"]);
    assert_eq!(beside.status.code(), Some(1), "{}", said(&beside));
    assert!(
        said(&beside).contains("用了同一个随机数、承诺值或 S"),
        "{}",
        said(&beside)
    );
}
