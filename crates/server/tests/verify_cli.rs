//! `mingqian verify` as a stranger runs it on bundles of `shuang/2`: exit code, the last two lines, the
//! machine-readable answer, other attempts beside it; and that a bundle of `shuang/1` is told as ever.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../draw/tests/common/attempt.rs"]
mod attempt;
#[path = "stage/command.rs"]
mod command;
#[path = "../../draw/tests/common/mod.rs"]
mod common;
#[path = "../../draw/tests/common/forger.rs"]
mod forger;
#[path = "stage/frozen_under_one.rs"]
mod frozen_under_one;

use std::fs;
use std::path::Path;
use std::process::Command;

use attempt::Written;
use command::text;
use draw::bundle::Stage;
use forger::{description, edit, hash, made, staged};
use serde_json::{Value, json};

fn lay(folder: &Path, files: &Written) {
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Exit code and what was said.
fn verify(words: &[&str]) -> (i32, String) {
    command::said(&[&["verify"][..], words].concat())
}

#[test]
fn the_exit_code_and_the_last_two_lines_are_those_of_the_text() {
    let root = tempfile::tempdir().unwrap();
    let whole = made(&description());
    let good = root.path().join("good");
    lay(&good, &staged(&whole, Stage::Public));
    let (exit, said) = verify(&[text(&good)]);
    assert_eq!(exit, 3, "{said}");
    let lines: Vec<&str> = said.lines().collect();
    let [steps, checks] = lines[lines.len() - 2..] else {
        panic!("{said}");
    };
    assert!(steps.starts_with("办理步骤：方案有记录"), "{steps}");
    assert!(checks.starts_with("技术核对：做了 "), "{checks}");
    for level in [
        "公告的可信等级：2 级",
        "达到的可信等级：1 级",
        "已证的可信等级（只计本程序自己核对了的来源）：0 级",
    ] {
        assert!(said.contains(level), "{level} in {said}");
    }
    let forged = root.path().join("forged");
    let mut files = staged(&whole, Stage::Public);
    edit(&mut files, "leaders.txt", |lines| lines.swap(0, 1));
    lay(&forged, &files);
    let (exit, said) = verify(&["--json", text(&forged)]);
    let value: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, &value["exit"]), (1, &json!(1)));
    assert_eq!(
        (&value["version"], &value["kind"]),
        (&json!("shuang/2"), &json!("drawn"))
    );
    assert_eq!(value["level_announced"], 2);
    assert_eq!(value["level_proven"], 0);
    assert_eq!(
        value["steps"][0],
        json!({"name": "方案", "shown": "recorded"})
    );
    assert!(
        value["closing"][1]
            .as_str()
            .unwrap()
            .contains("不符的有文件摘要、检查组")
    );
    fs::remove_file(forged.join("plan.txt")).unwrap();
    let (exit, said) = verify(&[text(&forged)]);
    assert_eq!(exit, 2, "{said}");
    assert!(
        said.ends_with("办理步骤：读不了，没有判断。\n技术核对：读不了，没有核对。\n"),
        "{said}"
    );
}

/// What a stranger cannot recompute from the public bundle is named, and only where the registers are missing.
#[test]
fn the_public_bundle_says_what_only_the_full_one_lets_recompute() {
    let root = tempfile::tempdir().unwrap();
    let whole = made(&description());
    let said = |stage: Stage| {
        let folder = root.path().join(stage.word());
        lay(&folder, &staged(&whole, stage));
        verify(&[text(&folder)]).1
    };
    let (public, full) = (said(Stage::Public), said(Stage::Full));
    for words in [
        "没有公开的各行是否真是名录中的对象：要用完整案卷重算",
        "检查人员的签号、回避、工作量与组队，变更中该由谁接替：要用完整案卷重算",
    ] {
        assert!(public.contains(words), "{words} in {public}");
        assert!(!full.contains(words), "{words} in {full}");
    }
}

#[test]
fn other_attempts_are_held_beside_the_bundle() {
    let root = tempfile::tempdir().unwrap();
    let mut json = description();
    let second = root.path().join("second");
    lay(&second, &staged(&made(&json), Stage::Sealed));
    json["attempt"] = 1.into();
    let first = root.path().join("first");
    lay(&first, &staged(&made(&json), Stage::Sealed));
    let (exit, said) = verify(&[text(&second), "--earlier", text(&first)]);
    assert_eq!(exit, 1, "{said}");
    assert!(
        said.contains("VRFY-531") && said.contains("用了同一个随机数"),
        "{said}"
    );
    json["S"] = hash("fresh S").into();
    json["parties"][0][1] = hash("fresh").into();
    json["absent_nonce"]["justice"] = hash("fresh too").into();
    lay(&first, &staged(&made(&json), Stage::Sealed));
    let (exit, said) = verify(&[text(&second), "--earlier", text(&first)]);
    assert_eq!(exit, 3, "{said}");
    let (exit, said) = verify(&[text(&second), "--earlier", text(&root.path().join("none"))]);
    assert_eq!(exit, 2, "{said}");
}

#[test]
fn the_key_of_a_witness_is_not_that_of_a_log() {
    let witness = tlog::SignerKey::from_seed("w.example", tlog::note::KeyKind::Cosigner, &[1; 32]);
    let key = witness.unwrap().verifier().to_string();
    let (exit, said) = verify(&["nowhere", "--log-key", &key]);
    assert_ne!(exit, 0);
    assert!(
        said.contains("CLI-120") && said.contains("见证方的公钥"),
        "{said}"
    );
}

#[test]
fn a_bundle_of_the_first_version_is_told_as_ever() {
    let root = tempfile::tempdir().unwrap();
    let forms = root.path().join("forms");
    let run_in = |folder: &Path, words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mingqian"))
            .current_dir(folder)
            .args(words)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        (output.status.code().unwrap(), said)
    };
    let run = |words: &[&str]| run_in(&forms, words);
    assert_eq!(run_in(root.path(), &["draw", "--template", "forms"]).0, 0);
    frozen_under_one::lay("plain", &forms.join("d"));
    assert_eq!(
        run(&["draw", "result", "--out", "d", "--nonces", "nonces.txt"]).0,
        0
    );
    let found = walk(root.path())
        .into_iter()
        .find(|path| path.join("result.txt").exists());
    let folder = found.unwrap();
    // The working folder of a draw holds more than its sealed bundle.
    let sealed = root.path().join("sealed");
    fs::create_dir(&sealed).unwrap();
    for name in draw::bundle::SEALED {
        fs::copy(folder.join(name), sealed.join(name)).unwrap();
    }
    let (exit, said) = verify(&[text(&sealed)]);
    assert_eq!(exit, 3, "{said}");
    assert!(said.contains("\n可信等级："), "{said}");
    // The same end as that of the second version.
    let lines: Vec<&str> = said.lines().collect();
    let [.., verdict, steps, checks] = lines[..] else {
        panic!("{said}");
    };
    for (line, begins) in [
        (verdict, "结论 3："),
        (steps, "办理步骤"),
        (checks, "技术核对"),
    ] {
        assert!(line.starts_with(begins), "{said}");
    }
}

fn walk(root: &Path) -> Vec<std::path::PathBuf> {
    let mut folders = vec![root.to_owned()];
    let mut at = 0;
    while at < folders.len() {
        for entry in fs::read_dir(&folders[at]).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        at += 1;
    }
    folders
}
