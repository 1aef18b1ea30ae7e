//! An attempt ends without RESULT: before FREEZE, after FREEZE until the ceremony begins, after REVEAL while the beacon has
//! not appeared. Both verifiers find each right; nobody looks and then makes void.

use std::fs;
use std::path::Path;
use std::process::Output;

use domain::campaign::void_class::VoidClass;

use crate::folder::{
    APPEARS, BEFORE, FREEZE, REVEAL_BY, REVEAL_FROM, SIGNATURE, at, freeze, freeze_in_hours,
    in_hours, kept, mingqian, older, refuses, replace, result, samples, succeeds, verified,
    with_drand, with_lottery,
};

fn void_at(folder: &Path, time: &str, more: &[&str]) -> Output {
    let words = [
        "void",
        "--out",
        "d",
        "--reason",
        "register-error",
        "--document",
        "document.txt",
        "--approver",
        "A001",
    ];
    at(folder, time, &[&words[..], more].concat())
}

/// What is published of a VOID names no approver.
fn is_discreet(folder: &Path, said: &str) {
    let void = kept(folder, "void.txt");
    assert!(said.contains(&void), "{said}");
    let notice = kept(folder, "void-notice.txt");
    for text in [&void, &notice] {
        assert!(!text.contains("A001"), "{text}");
    }
    let class = VoidClass::RegisterError;
    let words = format!(
        "\n事由 {}（{}）\n说明 {}\n",
        class.label(),
        class.name(),
        class.sentence()
    );
    assert!(notice.contains(&words), "{notice}");
    let kept_apart = kept(folder, "void-approver.txt");
    let salt = kept_apart
        .trim_end()
        .strip_prefix("approver A001 ")
        .unwrap();
    let suite = draw::Suite::Sha256;
    let approver =
        draw::sealing::approver_hash(suite, "A001".parse().unwrap(), &salt.parse().unwrap());
    assert!(void.contains(&format!("\napprover {approver}\n")), "{void}");
    let paper = suite.bytes(&fs::read(folder.join("document.txt")).unwrap());
    assert!(void.ends_with(&format!("document {paper}\n")), "{void}");
    assert!(!said.contains(salt), "{said}");
}

#[test]
fn void_before_the_freeze_is_a_record_of_its_own() {
    let folder = samples();
    let folder = folder.path();
    // There need be no commitments yet.
    let whole = fs::read_to_string(folder.join("plan.toml")).unwrap();
    let early = whole.lines().filter(|line| !line.starts_with("commitment"));
    fs::write(
        folder.join("early.toml"),
        early.collect::<Vec<_>>().join("\n"),
    )
    .unwrap();
    let said = succeeds(&void_at(folder, "1692803000", &["--plan", "early.toml"]));
    is_discreet(folder, &said);
    let plan = ["draw", "plan", "--plan", "plan.toml", "--out", "plan.txt"];
    succeeds(&mingqian(folder, &plan));
    assert_eq!(
        kept(folder, "plan.txt"),
        fs::read_to_string(folder.join("plan.txt")).unwrap()
    );
    assert!(kept(folder, "void.txt").contains("\nfreeze none\nplan "));
    verified(folder, "public", "p");
    refuses(
        &void_at(folder, "1692803000", &["--plan", "plan.toml"]),
        "CLI-103",
        &[],
    );
    // Its number is used up, and the next attempt is held beside it.
    replace(folder, "plan.toml", "attempt = 1", "attempt = 2");
    let mut words = FREEZE.to_vec();
    words.pop();
    words.extend(["e", "--earlier", "d"]);
    let frozen = succeeds(&mingqian(folder, &words));
    assert!(!frozen.contains("没有用 --earlier"), "{frozen}");
}

#[test]
fn void_after_the_freeze_names_the_freeze_and_ends_it() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    refuses(
        &void_at(folder, BEFORE, &["--plan", "plan.toml"]),
        "CLI-433",
        &["不写 --plan"],
    );
    // What an act that broke off left behind stops nobody.
    for name in ["void-approver.txt", "void-notice.txt"] {
        fs::write(folder.join("d").join(name), "half").unwrap();
    }
    let said = succeeds(&void_at(folder, BEFORE, &[]));
    is_discreet(folder, &said);
    assert!(kept(folder, "void.txt").contains("\nreveal none\nreason register-error\n"));
    verified(folder, "public", "p");
    let result = at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    );
    refuses(&result, "CLI-430", &["已经作废"]);
    assert!(!folder.join("d/reveal.txt").exists());
    refuses(&void_at(folder, BEFORE, &[]), "CLI-103", &[]);
}

/// Who holds the nonces could run `result` on a copy and make the original void; so the hour decides, not the reveal.
#[test]
fn from_the_beginning_of_the_ceremony_nobody_makes_it_void_before_the_reveal() {
    for beacon in [false, true] {
        let folder = samples();
        let folder = folder.path();
        match beacon {
            false => in_hours(folder),
            true => with_drand(folder),
        }
        freeze_in_hours(folder);
        let never = if beacon { "1692806363" } else { "4000000000" };
        for time in [REVEAL_FROM, REVEAL_BY, never] {
            refuses(
                &void_at(folder, time, &[]),
                "CLI-435",
                &[
                    "2023-08-23 23:10:00",
                    "mingqian draw result",
                    "absent:timeout",
                ],
            );
        }
        for name in ["void.txt", "void-notice.txt", "void-approver.txt"] {
            assert!(!folder.join("d").join(name).exists(), "{name}");
        }
        succeeds(&void_at(folder, BEFORE, &[]));
    }
}

/// When the beacon is out nobody chooses any more who was absent: what was not revealed until then can only be made void.
#[test]
fn an_attempt_whose_reveal_misses_its_beacon_can_only_be_made_void() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    let words = [
        "result",
        "--out",
        "d",
        "--nonces",
        "nonces.txt",
        "--beacon",
        SIGNATURE,
    ];
    refuses(
        &at(folder, APPEARS, &words),
        "CLI-413",
        &["谁缺席就能看着结果选"],
    );
    succeeds(&void_at(folder, APPEARS, &[]));
    assert!(kept(folder, "void.txt").contains("\nreveal none\n"));
}

/// Without a beacon the result is determined with the reveal.
#[test]
fn nobody_looks_and_then_makes_void() {
    let folder = samples();
    let folder = folder.path();
    succeeds(&freeze(folder));
    succeeds(&result(folder));
    refuses(
        &void_at(folder, "4000000000", &[]),
        "CLI-434",
        &["不能先看结果再作废"],
    );
    // Not even where the result itself was taken away.
    for name in ["result.txt", "seed.txt"] {
        fs::remove_file(folder.join("d").join(name)).unwrap();
    }
    fs::remove_dir_all(folder.join("d/drawn")).unwrap();
    refuses(
        &void_at(folder, "4000000000", &[]),
        "CLI-434",
        &["结果已定"],
    );
    succeeds(&result(folder));
}

#[test]
fn void_after_the_reveal_is_opened_when_the_beacon_appears() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    succeeds(&at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    ));
    refuses(
        &void_at(folder, APPEARS, &[]),
        "CLI-434",
        &["drand 第 1000 轮", "结果已定"],
    );
    let said = succeeds(&void_at(folder, "1692806000", &[]));
    is_discreet(folder, &said);
    assert!(said.contains("要公开本来会抽中什么"), "{said}");
    verified(folder, "sealed", "s");
    let open = [
        "draw", "open", "--out", "d", "--stage", "public", "--bundle", "p",
    ];
    refuses(&mingqian(folder, &open), "CLI-505", &["还没有公布"]);
    let beacon = |time: &str| {
        at(
            folder,
            time,
            &["result", "--out", "d", "--beacon", SIGNATURE],
        )
    };
    refuses(&beacon("1692806001"), "CLI-412", &[]);
    let said = succeeds(&beacon(APPEARS));
    assert!(said.contains("本来会抽中"), "{said}");
    assert!(!folder.join("d/result.txt").exists(), "never a record");
    for stage in ["public", "full"] {
        verified(folder, stage, stage);
    }
    assert!(kept(folder, "open.txt").contains("\nwould "));
}

/// A lottery that is never held leaves nothing to open.
#[test]
fn a_beacon_that_never_appears_leaves_the_attempt_to_void() {
    let folder = samples();
    let folder = folder.path();
    with_lottery(folder);
    freeze_in_hours(folder);
    succeeds(&at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    ));
    succeeds(&void_at(folder, "1700000000", &[]));
    verified(folder, "sealed", "s");
}

#[test]
fn a_void_of_another_attempt_is_not_opened() {
    let folder = samples();
    let folder = folder.path();
    with_drand(folder);
    freeze_in_hours(folder);
    succeeds(&at(
        folder,
        REVEAL_FROM,
        &["result", "--out", "d", "--nonces", "nonces.txt"],
    ));
    succeeds(&void_at(folder, "1692806000", &[]));
    let path = folder.join("d/void.txt");
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, text.replace("attempt 1\n", "attempt 2\n")).unwrap();
    let beacon = at(
        folder,
        APPEARS,
        &["result", "--out", "d", "--beacon", SIGNATURE],
    );
    refuses(&beacon, "CLI-431", &["拿错文件"]);
    let open = [
        "draw", "open", "--out", "d", "--stage", "sealed", "--bundle", "s",
    ];
    refuses(&mingqian(folder, &open), "CLI-502", &[]);
}

#[test]
fn a_void_needs_its_paper_and_its_approver() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    fs::write(folder.join("empty.txt"), "").unwrap();
    let zeros = "0".repeat(64);
    let void = |document: &str, approver: &str| {
        let words = ["void", "--out", "d", "--reason", "other"];
        let more = ["--document", document, "--approver", approver];
        at(folder, BEFORE, &[&words[..], &more].concat())
    };
    refuses(&void(&zeros, "A001"), "CLI-307", &["64 个 0"]);
    refuses(&void("empty.txt", "A001"), "CLI-307", &["空文件"]);
    refuses(&void("none.pdf", "A001"), "CLI-101", &["none.pdf"]);
    refuses(&void("document.txt", "-"), "CLI-219", &["--approver"]);
    refuses(&void("document.txt", "甲"), "DRAW-101", &[]);
    assert!(!folder.join("d/void.txt").exists());
}

/// What the clerk types could name somebody: the public reads the class alone.
#[test]
fn the_public_reads_the_fixed_sentence_of_the_class_and_nothing_that_was_typed() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let typed = void_at(folder, BEFORE, &["--sentence", "检查员甲与对象有利害关系"]);
    refuses(&typed, "CLI-104", &["--sentence"]);
    assert!(!folder.join("d/void.txt").exists());
    for class in VoidClass::of_persons() {
        let out = format!("void-{}", class.name());
        let words = [
            "void",
            "--out",
            &out,
            "--plan",
            "plan.toml",
            "--reason",
            class.name(),
            "--document",
            "document.txt",
            "--approver",
            "A001",
        ];
        succeeds(&at(folder, BEFORE, &words));
        let notice = fs::read_to_string(folder.join(&out).join("void-notice.txt")).unwrap();
        assert!(
            notice.contains(&format!("\n说明 {}\n", class.sentence())),
            "{notice}"
        );
    }
}

#[test]
fn the_reason_of_a_void_is_one_of_the_list() {
    let folder = samples();
    let folder = folder.path();
    in_hours(folder);
    freeze_in_hours(folder);
    let unknown = [
        "void",
        "--out",
        "d",
        "--reason",
        "mood",
        "--document",
        "document.txt",
        "--approver",
        "A",
    ];
    refuses(&at(folder, BEFORE, &unknown), "CLI-104", &["mood"]);
    assert!(!folder.join("d/void.txt").exists());
}

/// A folder of `shuang/1` goes on as such: its VOID names the approver, and it has no bundle.
#[test]
fn a_folder_of_the_older_version_is_void_in_its_form() {
    let folder = older("plain");
    let folder = folder.path();
    succeeds(&void_at(folder, "1692803000", &[]));
    let void = kept(folder, "void.txt");
    assert!(void.starts_with("shuang/1 void\n"), "{void}");
    draw::record::VoidRecord::parse(void.as_bytes()).unwrap();
    let notice = kept(folder, "void-notice.txt");
    assert!(
        notice.contains(VoidClass::RegisterError.sentence()),
        "{notice}"
    );
    refuses(&result(folder), "CLI-430", &[]);
    let open = [
        "draw", "open", "--out", "d", "--stage", "sealed", "--bundle", "s",
    ];
    refuses(&mingqian(folder, &open), "CLI-504", &["shuang/1"]);
}
