//! `shuang/2` over random attempts with every feature: what prints parses back, what is drawn stands
//! before its own judge at every stage, and no byte of it can be another.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common/attempt.rs"]
mod attempt;
mod common;
#[path = "common/random.rs"]
mod random;

use std::collections::BTreeMap;

use attempt::{Made, Outcome, Written, make};
use common::{Generator, THREADS};
use draw::bundle::{BundleKind, Contents, Stage};
use draw::judge::{Borrowed, Bundle, Files, Halt};
use draw::{Code, Fault};
use serde_json::Value;

/// The files of the bundle in a folder of what was written, for one stage.
fn staged(written: &Written, folder: &str, stage: Stage) -> Written {
    let mut files: Written = written
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(folder)?, bytes)))
        .filter(|(name, _)| !name.contains('/') && !name.starts_with("part-"))
        .map(|(name, bytes)| (name.to_owned(), bytes.clone()))
        .collect();
    let whole = Contents::of(files.keys().map(String::as_str)).unwrap();
    let wanted = Contents {
        stage: stage.min(whole.stage),
        changes: if stage == Stage::Sealed {
            0
        } else {
            whole.changes
        },
        ..whole
    };
    let wanted = match whole.kind {
        BundleKind::VoidFrozen | BundleKind::VoidPlanned => whole,
        _ => wanted,
    };
    let names = wanted.files();
    files.retain(|name, _| names.contains(name));
    files
}

fn as_files(written: &Written) -> Files<'_> {
    let pairs = written.iter();
    pairs
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect()
}

fn guests(made: &Made) -> Borrowed<'_> {
    let drawn = made.borrowed.values();
    drawn
        .map(|drawn| (drawn.frozen().record().hash(), drawn))
        .collect()
}

/// What the judge says of files: unreadable, or the checks that fail. A change that cannot be
/// recomputed counts as failed: no draw of a borrowed frame is withheld here.
fn judged(written: &Written, borrowed: &Borrowed<'_>) -> Result<Vec<Fault>, Vec<Fault>> {
    let files = as_files(written);
    Bundle::read(&files).map(|bundle| {
        let judged = bundle.judge(borrowed, THREADS);
        let findings = judged.findings.into_iter();
        let mut faults: Vec<_> = findings.map(|finding| finding.fault).collect();
        let halt = judged.replay.and_then(|replay| replay.halt);
        let withheld = matches!(halt, Some(Halt::Unborrowed(_)));
        faults.extend(withheld.then(|| Fault::new(Code::EXTENSION, "", "not recomputed")));
        faults
    })
}

/// So many random attempts whose FREEZE is not refused.
fn attempts(seed: u64, count: usize) -> Vec<(Value, Box<Made>)> {
    let mut random = Generator(seed);
    let mut made = Vec::new();
    for _ in 0..20 * count {
        let json = random::attempt(&mut random);
        if let Outcome::Made(attempt) = make(&json) {
            made.push((json, attempt));
        }
        if made.len() == count {
            break;
        }
    }
    assert_eq!(made.len(), count);
    made
}

#[test]
fn what_is_drawn_stands_before_its_own_judge_at_every_stage() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (json, made) in attempts(2_026, 300) {
        for stage in [Stage::Sealed, Stage::Public, Stage::Full] {
            let files = staged(&made.files, "", stage);
            let faults = judged(&files, &guests(&made)).unwrap();
            assert!(faults.is_empty(), "{stage:?} {faults:?}\n{json}");
        }
        for sequence in made.borrowed.keys() {
            let files = staged(&made.files, &format!("borrowed-{sequence}/"), Stage::Full);
            let faults = judged(&files, &Borrowed::new()).unwrap();
            assert!(faults.is_empty(), "{faults:?}\n{json}");
        }
        let mut count = |what: &str| *seen.entry(what.to_owned()).or_default() += 1;
        for path in made.files.keys() {
            let text = String::from_utf8_lossy(&made.files[path]);
            let kind = text
                .lines()
                .next()
                .filter(|line| line.starts_with("shuang"));
            if let Some(kind) = kind.filter(|_| !path.contains('/')) {
                count(kind);
            }
            for word in [
                "\nlead ",
                "\nclosed ",
                " -\nmove ",
                "absent timeout",
                "suite sm3",
            ] {
                if text.contains(word) {
                    count(word);
                }
            }
        }
    }
    // The attempts are worth something only if every record and branch occurred often.
    for (what, least) in [
        ("shuang/1 plan", 100),
        ("shuang/2 plan", 100),
        ("shuang/2 void", 40),
        ("shuang/2 open", 200),
        ("shuang/2 substitute", 100),
        ("shuang/2 recuse", 20),
        ("shuang/2 extend", 100),
        ("shuang/2 part", 100),
        ("shuang/2 part-number", 100),
        ("\nlead ", 20),
        ("\nclosed ", 50),
        (" -\nmove ", 10),
        ("absent timeout", 50),
        ("suite sm3", 100),
    ] {
        let found = seen.get(what).copied().unwrap_or(0);
        assert!(found >= least, "{what:?}: {found}");
    }
}

#[test]
fn the_order_of_the_rows_changes_no_byte() {
    let mut random = Generator(7);
    for (mut json, made) in attempts(77, 40) {
        for key in ["subjects", "inspectors", "recusals"] {
            let rows = json[key].as_array_mut().unwrap();
            for at in (1..rows.len()).rev() {
                rows.swap(at, random.below(at + 1));
            }
        }
        let Outcome::Made(again) = make(&json) else {
            panic!("refused after shuffling");
        };
        assert!(made.files == again.files);
    }
}

/// Lines that only the log binds: nothing in the bundle names them by hash.
fn bound_by_the_log_alone(name: &str, line: &str, kind: BundleKind, stage: Stage) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    let paper = matches!(word, "approver" | "document");
    match name {
        // A VOID that is not opened yet, or never will be.
        "void.txt" => {
            (paper || matches!(word, "reason" | "by"))
                && (kind != BundleKind::VoidRevealed || stage == Stage::Sealed)
        }
        "result.txt" => stage == Stage::Sealed && matches!(word, "cutoff" | "file" | "sealed"),
        // That a visit was closed is a statement: it shows only where it keeps a place from moving.
        _ if name.starts_with("change-") => paper || word == "closed",
        _ => false,
    }
}

#[test]
fn no_byte_of_a_record_or_file_can_be_another() {
    let mut random = Generator(11);
    let (mut tried, mut read) = (0, 0);
    for (json, made) in attempts(4_711, 60) {
        for stage in [Stage::Sealed, Stage::Full] {
            let files = staged(&made.files, "", stage);
            let kind = Contents::of(files.keys().map(String::as_str)).unwrap().kind;
            for name in files.keys() {
                for _ in 0..6 {
                    if files[name].is_empty() {
                        break;
                    }
                    let mut forged = files.clone();
                    let bytes = forged.get_mut(name).unwrap();
                    let at = random.below(bytes.len());
                    let byte = b"0123456789abcdefXT-:. \n\t"[random.below(24)];
                    if bytes[at] == byte {
                        continue;
                    }
                    let before = &bytes[..at];
                    let start = before
                        .iter()
                        .rposition(|c| *c == b'\n')
                        .map_or(0, |lf| lf + 1);
                    let line = String::from_utf8_lossy(&bytes[start..]).into_owned();
                    if bound_by_the_log_alone(name, &line, kind, stage) {
                        continue;
                    }
                    bytes[at] = byte;
                    tried += 1;
                    if let Ok(faults) = judged(&forged, &guests(&made)) {
                        read += 1;
                        let line = line.lines().next().unwrap_or_default();
                        assert!(!faults.is_empty(), "{name} {at} {line}\n{json}");
                    }
                }
            }
        }
    }
    assert!(tried > 4_000, "{tried}");
    assert!(
        read > 500,
        "{read}: most forgeries should read well and contradict"
    );
}

#[test]
fn lines_removed_repeated_or_swapped_are_refused() {
    let mut random = Generator(13);
    for (json, made) in attempts(815, 40) {
        let files = staged(&made.files, "", Stage::Full);
        let kind = Contents::of(files.keys().map(String::as_str)).unwrap().kind;
        for name in files.keys() {
            let text = String::from_utf8(files[name].clone()).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            if lines.is_empty() {
                continue;
            }
            let at = random.below(lines.len());
            let other = random.below(lines.len());
            let (mut less, mut more, mut swapped) = (lines.clone(), lines.clone(), lines.clone());
            less.remove(at);
            more.insert(at, lines[other]);
            swapped.swap(at, other);
            for forged in [less, more, swapped] {
                if forged == lines || bound_by_the_log_alone(name, lines[at], kind, Stage::Full) {
                    continue;
                }
                let bytes: String = forged.iter().flat_map(|line| [line, "\n"]).collect();
                let mut forged = files.clone();
                forged.insert(name.clone(), bytes.into_bytes());
                if let Ok(faults) = judged(&forged, &guests(&made)) {
                    assert!(
                        !faults.is_empty(),
                        "{name} {at} {other}\n{}\n{text}\n{json}",
                        String::from_utf8_lossy(&forged[name])
                    );
                }
            }
        }
    }
}

#[test]
fn a_file_of_another_attempt_is_refused() {
    let all = attempts(99, 24);
    for pair in all.windows(2) {
        let [(_, mine), (_, theirs)] = pair else {
            unreachable!("windows of two");
        };
        let files = staged(&mine.files, "", Stage::Full);
        let others = staged(&theirs.files, "", Stage::Full);
        for (name, bytes) in &others {
            if files.get(name).is_none_or(|own| own == bytes) {
                continue;
            }
            let mut mixed = files.clone();
            mixed.insert(name.clone(), bytes.clone());
            if let Ok(faults) = judged(&mixed, &guests(mine)) {
                assert!(!faults.is_empty(), "{name}");
            }
        }
    }
}
