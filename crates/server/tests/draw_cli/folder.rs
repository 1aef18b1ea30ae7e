//! A folder of samples, the commands that work on it, and both verifiers.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::frozen_under_one::lay;
use crate::older_plan::{NONCES, as_of_one};

pub(crate) const FREEZE: [&str; 12] = [
    "draw",
    "freeze",
    "--subjects",
    "subjects.csv",
    "--inspectors",
    "inspectors.csv",
    "--recusals",
    "recusals.csv",
    "--plan",
    "plan.toml",
    "--out",
    "d",
];

/// The nonces of the samples.
pub(crate) const DISCIPLINE: &str = NONCES[0].1;
pub(crate) const JUSTICE: &str = NONCES[1].1;

pub(crate) fn mingqian(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingqian"))
        .current_dir(folder)
        .args(words)
        .output()
        .unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
        + &String::from_utf8(output.stderr.clone()).unwrap()
}

/// What was said by a command that did what it was told.
pub(crate) fn succeeds(output: &Output) -> String {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    said
}

/// A command must be refused with this code and these words.
pub(crate) fn refuses(output: &Output, code: &str, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in [code].iter().chain(words) {
        assert!(said.contains(word), "{word} in {said}");
    }
}

/// The samples in a fresh folder: a plan of `shuang/2`.
pub(crate) fn samples() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    succeeds(&mingqian(folder.path(), &["draw", "--template", "t"]));
    for entry in fs::read_dir(folder.path().join("t")).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    fs::remove_dir(folder.path().join("t")).unwrap();
    folder
}

/// The same with a plan of `shuang/1`, as bureaus have written them: no rulebook, no ceremony.
pub(crate) fn plan_of_one() -> TempDir {
    let folder = samples();
    let path = folder.path().join("plan.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, as_of_one(&text)).unwrap();
    folder
}

/// The samples beside a folder that an earlier build froze under `shuang/1`.
pub(crate) fn older(name: &str) -> TempDir {
    let folder = samples();
    lay(name, &folder.path().join("d"));
    folder
}

pub(crate) fn freeze(folder: &Path) -> Output {
    mingqian(folder, &FREEZE)
}

/// RESULT with the nonces of the samples, at the announced ceremony.
pub(crate) fn result(folder: &Path) -> Output {
    let at = ceremony(folder);
    let mut words = vec!["draw", "result", "--out", "d", "--nonces", "nonces.txt"];
    if let Some(at) = &at {
        words.extend(["--at", at]);
    }
    mingqian(folder, &words)
}

/// The announced time, as the plan says it.
pub(crate) fn ceremony(folder: &Path) -> Option<String> {
    value(folder, "ceremony")
}

/// A text of the plan's first part.
pub(crate) fn value(folder: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let begins = format!("{key} = \"");
    let line = text.lines().find_map(|line| line.strip_prefix(&begins))?;
    Some(line.split('"').next().unwrap().to_owned())
}

pub(crate) fn append(folder: &Path, file: &str, line: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + line + "\n").unwrap();
}

/// Puts one text in place of another, which must stand there.
pub(crate) fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// The exit code of `tools/verify.sh` on a folder.
pub(crate) fn by_script(folder: &Path, bundle: &str) -> i32 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verify.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(folder.join(bundle))
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert!(code == 3, "{code}: {}", said(&output));
    code
}

/// The bundle of a stage must be right so far for both verifiers.
pub(crate) fn verified(folder: &Path, stage: &str, bundle: &str) -> String {
    let opened = mingqian(
        folder,
        &[
            "draw", "open", "--out", "d", "--stage", stage, "--bundle", bundle,
        ],
    );
    let words = succeeds(&opened);
    let verdict = mingqian(folder, &["verify", bundle]);
    assert_eq!(verdict.status.code(), Some(3), "{}", said(&verdict));
    assert_eq!(by_script(folder, bundle), 3);
    words
}

/// The hours of the stories that have a beacon, in unix seconds: round 1000 of quicknet appeared at [`APPEARS`].
pub(crate) const FROZEN: &str = "1692803000";
/// The last second before nonces are taken.
pub(crate) const BEFORE: &str = "1692803399";
pub(crate) const REVEAL_FROM: &str = "1692803400";
pub(crate) const REVEAL_BY: &str = "1692804000";
pub(crate) const APPEARS: &str = "1692806364";
/// What quicknet signed in round 1000.
pub(crate) const SIGNATURE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

/// Puts the ceremony of the samples into those hours.
pub(crate) fn in_hours(folder: &Path) {
    let path = folder.join("plan.toml");
    let text = fs::read_to_string(&path).unwrap();
    let hours = [
        ("ceremony", REVEAL_FROM),
        ("reveal-from", REVEAL_FROM),
        ("reveal-by", REVEAL_BY),
    ];
    let line = |line: &str| {
        let found = hours
            .iter()
            .find(|(key, _)| line.starts_with(&format!("{key} = ")));
        found.map_or(line.to_owned(), |(key, at)| format!("{key} = {at}"))
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// Adds round 1000 of quicknet to the plan.
pub(crate) fn with_drand(folder: &Path) {
    in_hours(folder);
    let source = draw::seed::beacon::QUICKNET;
    append(
        folder,
        "plan.toml",
        &format!("[beacon]\nsource = \"{source}\"\nround = \"1000\""),
    );
}

/// Adds an issue of 双色球 that is to appear when that round did.
pub(crate) fn with_lottery(folder: &Path) {
    in_hours(folder);
    let lines = format!("[beacon]\nsource = \"cwl-ssq\"\nround = \"2023098\"\ntime = {APPEARS}");
    append(folder, "plan.toml", &lines);
}

/// Any command of a draw at a time in unix seconds.
pub(crate) fn at(folder: &Path, time: &str, words: &[&str]) -> Output {
    mingqian(folder, &[&["draw"][..], words, &["--at", time]].concat())
}

/// Freezes in those hours.
pub(crate) fn freeze_in_hours(folder: &Path) {
    succeeds(&frozen_in_hours(folder));
}

/// What the program says to it.
pub(crate) fn frozen_in_hours(folder: &Path) -> Output {
    mingqian(folder, &[&FREEZE[..], &["--at", FROZEN]].concat())
}

/// A text of the draw's folder.
pub(crate) fn kept(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("d").join(name)).unwrap()
}
