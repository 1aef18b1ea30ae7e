//! Bundles of `shuang/2` that somebody changed: one byte, one word, one line, one file; and what lies about
//! a bundle as a zip or a folder. With receipts under the log's key no byte is free.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../draw/tests/common/attempt.rs"]
mod attempt;
#[path = "../../draw/tests/common/mod.rs"]
mod common;
#[path = "../../draw/tests/common/forger.rs"]
mod forger;
#[path = "../../draw/tests/common/random.rs"]
mod random;
mod two_support;

use std::io::{Cursor, Write};

use attempt::{Outcome, make};
use common::Generator;
use forger::{description, made, staged};
use two_support::{
    Files, ROUND_1000, Stage, by_drand, every_kind, log_key, logged, stages, verdict, void,
};
use verify::{BundleSource, Limits, Options, Outcome as Judged, unopened, verify_bundle};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// One change of one file.
fn change(files: &mut Files, random: &mut Generator) -> String {
    let names: Vec<String> = files.keys().cloned().collect();
    let name = names[random.below(names.len())].clone();
    let other = files[&names[random.below(names.len())]].clone();
    let bytes = files.get_mut(&name).unwrap();
    if bytes.is_empty() {
        bytes.push(b"\n0-"[random.below(3)]);
        return format!("{name} filled");
    }
    let at = random.below(bytes.len());
    let what = random.below(8);
    match what {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = b"0123456789abcdefAZ-:. \n\t"[random.below(24)],
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, bytes[at]),
        4 => *bytes = other,
        _ => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut lines: Vec<&str> = text.lines().collect();
            let (one, two) = (random.below(lines.len()), random.below(lines.len()));
            match what {
                5 => lines.swap(one, two),
                6 => drop(lines.remove(one)),
                _ => lines.insert(two, lines[one]),
            }
            *bytes = lines
                .into_iter()
                .flat_map(|line| [line, "\n"])
                .collect::<String>()
                .into();
        }
    }
    format!("{name} byte {at}, change {what}")
}

/// Whether the text leaves this change free: a note may say the same signature twice (C2SP signed-note).
fn is_free(files: &Files, changed: &Files) -> bool {
    let said = |files: &Files| {
        let proofs = files.iter().filter(|(name, _)| name.ends_with(".proof"));
        let proofs = proofs.map(|(name, bytes)| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let lines = text.split_inclusive('\n').map(str::to_owned);
            let (signed, rest): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("— "));
            let signed: std::collections::BTreeSet<_> = signed.into_iter().collect();
            (name.clone(), signed, rest)
        });
        proofs.collect::<Vec<_>>()
    };
    let others = |files: &Files| {
        let mut files = files.clone();
        files.retain(|name, _| !name.ends_with(".proof"));
        files
    };
    others(files) == others(changed) && said(files) == said(changed)
}

/// Yields how many changed bundles were judged.
fn never_right(name: &str, files: &Files, random: &mut Generator, rounds: usize) -> usize {
    let key = log_key();
    let mut judged = 0;
    for _ in 0..rounds {
        let mut changed = files.clone();
        let what = change(&mut changed, random);
        if is_free(files, &changed) {
            continue;
        }
        let verdict = verdict(&changed, Some(key.clone()));
        assert!(
            matches!(verdict.exit(), 1 | 2),
            "{name}: {what} gave {} {:?}",
            verdict.exit(),
            verdict.checks
        );
        judged += 1;
    }
    judged
}

#[test]
fn no_byte_is_free_with_signed_receipts() {
    let mut random = Generator(11);
    for (name, files) in every_kind() {
        never_right(&name, &logged(&files), &mut random, 25);
    }
}

/// Where OPEN closes it, and where S recomputes it, a bundle needs no receipt to bind its bytes.
#[test]
fn no_byte_of_an_opened_bundle_is_free_even_without_receipts() {
    let mut random = Generator(12);
    for json in [description(), void("result", true)] {
        let made = made(&json);
        for stage in [Stage::Public, Stage::Full] {
            never_right(stage.word(), &staged(&made, stage), &mut random, 1200);
        }
    }
}

/// A random attempt that waits for drand waits for a recorded round: nobody can make up another.
fn recorded(json: &mut serde_json::Value) {
    if json["beacon"][0] == draw::seed::beacon::QUICKNET && !json["beacon"][3].is_null() {
        by_drand(json, ROUND_1000);
    }
    let changes = json["changes"].as_array_mut();
    let guests = changes.into_iter().flatten();
    for guest in guests.filter_map(|change| change.get_mut("attempt")) {
        recorded(guest);
    }
}

/// Every kind of bundle, and random attempts with every feature, all with receipts.
#[test]
#[ignore = "takes minutes, and a build with optimisation: make hostile"]
fn a_hundred_thousand_changes_are_never_right() {
    let mut random = Generator(14);
    let mut judged = 0;
    for (name, files) in every_kind() {
        judged += never_right(&name, &logged(&files), &mut random, 4_000);
    }
    while judged < 100_000 {
        let mut json = random::attempt(&mut random);
        recorded(&mut json);
        let Outcome::Made(made) = make(&json) else {
            continue;
        };
        let opened = made.files.contains_key("open.txt");
        let kinds = stages().into_iter();
        for stage in kinds.filter(|stage| opened || *stage == Stage::Full) {
            let files = logged(&staged(&made, stage));
            judged += never_right(stage.word(), &files, &mut random, 150);
        }
    }
    println!("{judged} changed bundles, none right");
}

#[test]
fn random_attempts_with_every_feature_are_right_at_every_stage() {
    let mut random = Generator(13);
    let mut judged = 0;
    for _ in 0..25 {
        let mut json = random::attempt(&mut random);
        recorded(&mut json);
        let Outcome::Made(made) = make(&json) else {
            continue;
        };
        let kinds = stages()
            .into_iter()
            .filter(|stage| *stage == Stage::Full || made.files.contains_key("open.txt"));
        for stage in kinds {
            let verdict = verdict(&logged(&staged(&made, stage)), None);
            let right = verdict
                .checks
                .iter()
                .all(|check| check.outcome == Judged::Right);
            assert!(right && verdict.exit() == 3, "{json} {:?}", verdict.checks);
            judged += 1;
        }
    }
    assert!(judged > 40, "{judged}");
}

fn packed<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>, top: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, bytes)) in files.into_iter().enumerate() {
        let method = match at % 2 {
            0 => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("{top}{name}"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn all(files: &Files) -> impl Iterator<Item = (&str, &[u8])> {
    files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

fn exit_within(zip: Vec<u8>, limits: Limits) -> u8 {
    match BundleSource::from_zip(zip, limits) {
        Ok(source) => verify_bundle(&source, &Options::default()).exit(),
        Err(problem) => unopened(problem).exit(),
    }
}

fn exit(zip: Vec<u8>) -> u8 {
    exit_within(zip, Limits::default())
}

#[test]
fn a_zip_of_every_kind_is_read_at_the_top_and_in_one_folder() {
    for (name, files) in every_kind() {
        for top in ["", "2026-0007.1/"] {
            assert_eq!(exit(packed(all(&files), top)), 3, "{name} {top}");
        }
        assert_eq!(exit(packed(all(&files), "a/b/")), 2, "{name}");
    }
}

#[test]
fn what_only_some_programs_read_is_no_bundle() {
    let files = staged(&made(&description()), Stage::Full);
    let zip = packed(all(&files), "");
    assert_eq!(exit(zip.clone()), 3);
    let mut before = b"MZ".to_vec();
    before.extend(&zip);
    assert_eq!(exit(before), 2);
    let mut after = zip.clone();
    after.push(b'\n');
    assert_eq!(exit(after), 2);
    let mut twice = zip.clone();
    twice.extend(&zip);
    assert_eq!(exit(twice), 2);
    for length in (0..zip.len()).step_by(41) {
        assert_eq!(exit(zip[..length].to_vec()), 2, "cut to {length}");
    }
    for name in [
        "../plan.txt",
        "/x",
        "sub/plan.txt",
        "PLAN.TXT",
        "readme.txt",
        "change-01.txt",
    ] {
        let extra = [(name, &b"x\n"[..])];
        assert_eq!(exit(packed(all(&files).chain(extra), "")), 2, "{name}");
    }
}

#[test]
fn a_damaged_zip_is_right_only_where_the_text_leaves_a_byte_free() {
    let files = staged(&made(&description()), Stage::Public);
    let zip = packed(all(&files), "");
    let mut free = 0;
    for at in (0..zip.len()).step_by(17) {
        let mut damaged = zip.clone();
        damaged[at] ^= 0x55;
        match exit(damaged) {
            // Time stamps, versions and the like say nothing about the draw.
            3 => free += 1,
            exit => assert!(matches!(exit, 1 | 2), "byte {at}: {exit}"),
        }
    }
    let headers = 2 * files.len();
    assert!(free < headers * 4, "{free} of {} bytes", zip.len() / 17);
}

#[test]
fn a_zip_bomb_and_too_many_files_stop_at_the_limit() {
    let mut files = staged(&made(&description()), Stage::Full);
    files.insert("subjects.order".to_owned(), vec![b'0'; 40 << 20]);
    let zip = packed(all(&files), "");
    let tight = Limits {
        file: 16 << 20,
        total: 32 << 20,
    };
    assert_eq!(exit_within(zip, tight), 2);
    let mut many = staged(&made(&description()), Stage::Public);
    for n in 0..10_001 {
        many.insert(format!("change-{n}.txt"), Vec::new());
    }
    assert_eq!(verdict(&many, None).exit(), 2);
}

#[cfg(unix)]
#[test]
fn a_folder_holds_regular_files_alone() {
    let files = staged(&made(&description()), Stage::Sealed);
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let open = || match BundleSource::open(folder.path(), Limits::default()) {
        Ok(source) => verify_bundle(&source, &Options::default()).exit(),
        Err(problem) => unopened(problem).exit(),
    };
    assert_eq!(open(), 3);
    std::fs::create_dir(folder.path().join("more")).unwrap();
    assert_eq!(open(), 2);
    std::fs::remove_dir(folder.path().join("more")).unwrap();
    std::fs::rename(folder.path().join("seed.txt"), folder.path().join("x")).unwrap();
    std::os::unix::fs::symlink("x", folder.path().join("seed.txt")).unwrap();
    assert_eq!(open(), 2);
}
