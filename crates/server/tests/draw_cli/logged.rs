//! With a receipt of every record in the draw's folder the bundle is complete, and `mingqian verify` says so.

use std::fs;
use std::path::Path;

use crate::folder::{
    APPEARS, BEFORE, REVEAL_BY, REVEAL_FROM, SIGNATURE, at, by_script, freeze_in_hours, in_hours,
    mingqian, refuses, said, samples, succeeds, with_drand,
};
use crate::two_support::{Files, log_key, logged};

/// Puts receipts of every published record into the folder.
fn log(folder: &Path) {
    let names = ["plan", "freeze", "reveal", "seed", "result", "void", "open"];
    let paths = names.map(|name| (format!("{name}.txt"), folder.join(format!("d/{name}.txt"))));
    let there = paths.into_iter().filter(|(_, path)| path.exists());
    let files: Files = there
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    for (name, bytes) in logged(&files) {
        if !name.ends_with(".txt") {
            fs::write(folder.join("d").join(name), bytes).unwrap();
        }
    }
}

fn open(folder: &Path, bundle: &str) {
    let words = [
        "draw", "open", "--out", "d", "--stage", "public", "--bundle", bundle,
    ];
    succeeds(&mingqian(folder, &words));
}

/// Exit 0 with the log's key; the script, which verifies no signature, never gives better than 3.
fn is_complete(folder: &Path) {
    log(folder);
    open(folder, "logged");
    open(folder, "logged.zip");
    let key = log_key().to_string();
    for bundle in ["logged", "logged.zip"] {
        let verdict = mingqian(folder, &["verify", bundle, "--log-key", &key]);
        assert_eq!(verdict.status.code(), Some(0), "{}", said(&verdict));
    }
    assert_eq!(by_script(folder, "logged"), 3);
}

#[test]
fn a_drawn_attempt_is_complete() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    succeeds(&at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    ));
    succeeds(&at(
        folder,
        APPEARS,
        &["result", "--out", "d", "--beacon", SIGNATURE],
    ));
    open(folder, "before");
    is_complete(folder);
}

#[test]
fn an_attempt_void_by_the_program_is_complete() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let absent = ["discipline", "justice"].map(|name| format!("{name}=absent:timeout"));
    let words = [
        "result", "--out", "d", "--nonce", &absent[0], "--nonce", &absent[1],
    ];
    succeeds(&at(folder, REVEAL_BY, &words));
    open(folder, "before");
    is_complete(folder);
}

#[test]
fn an_attempt_void_before_its_freeze_or_its_reveal_is_complete() {
    for frozen in [false, true] {
        let folder = samples();
        let folder = folder.path();
        in_hours(folder);
        let words = [
            "void",
            "--out",
            "d",
            "--reason",
            "expired",
            "--document",
            "document.txt",
            "--approver",
            "A001",
        ];
        let more: &[&str] = if frozen {
            &[]
        } else {
            &["--plan", "plan.toml"]
        };
        if frozen {
            freeze_in_hours(folder);
        }
        succeeds(&at(folder, BEFORE, &[&words[..], more].concat()));
        is_complete(folder);
    }
}

#[test]
fn a_receipt_of_another_record_is_not_packed() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    succeeds(&at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    ));
    succeeds(&at(
        folder,
        APPEARS,
        &["result", "--out", "d", "--beacon", SIGNATURE],
    ));
    log(folder);
    fs::copy(folder.join("d/plan.entry"), folder.join("d/freeze.entry")).unwrap();
    let words = [
        "draw", "open", "--out", "d", "--stage", "sealed", "--bundle", "s",
    ];
    refuses(&mingqian(folder, &words), "CLI-502", &["矛盾"]);
    assert!(!folder.join("s").exists());
}
