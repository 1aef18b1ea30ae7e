//! The committed vectors as bundles: what is right is called right, at every stage and no better
//! than the stage allows.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod support;

use support::{STAGES, VECTORS, bundle, log_key, vectors, verdict, with_receipts};
use verify::{LogStanding, Outcome, Stage};

#[test]
fn every_vector_is_right_so_far_at_every_stage_without_log_proofs() {
    let vectors = vectors();
    for name in VECTORS {
        for stage in STAGES {
            let verdict = verdict(&bundle(&vectors, name, stage), None);
            assert_eq!(verdict.exit(), 3, "{name} {stage:?} {:?}", verdict.checks);
            assert_eq!(verdict.stage, Some(stage));
            assert_eq!(verdict.log, LogStanding::Missing);
        }
    }
}

#[test]
fn signed_log_proofs_make_public_and_full_bundles_complete_but_never_a_sealed_one() {
    let vectors = vectors();
    for name in VECTORS {
        for stage in STAGES {
            let files = with_receipts(bundle(&vectors, name, stage));
            let verdict = verdict(&files, Some(log_key()));
            let exit = if stage == Stage::Sealed { 3 } else { 0 };
            assert_eq!(
                verdict.exit(),
                exit,
                "{name} {stage:?} {:?}",
                verdict.checks
            );
            assert_eq!(verdict.log, LogStanding::Signed);
        }
    }
}

#[test]
fn log_proofs_without_a_key_are_said_to_prove_nothing_yet() {
    let files = with_receipts(bundle(&vectors(), "V1", Stage::Full));
    let verdict = verdict(&files, None);
    assert_eq!((verdict.exit(), verdict.log), (3, LogStanding::Unsigned));
    assert!(
        verdict
            .not_checked
            .iter()
            .any(|sentence| sentence.contains("--log-key"))
    );
}

#[test]
fn a_log_signed_by_somebody_else_is_a_contradiction() {
    let files = with_receipts(bundle(&vectors(), "V1", Stage::Full));
    let stranger =
        tlog::SignerKey::from_seed("log.example.city/2026", tlog::note::KeyKind::Log, &[8; 32])
            .unwrap();
    let key = tlog::VerifierKey::parse(&stranger.verifier().to_string()).unwrap();
    assert_eq!(verdict(&files, Some(key)).exit(), 1);
}

#[test]
fn a_receipt_of_another_draw_is_a_contradiction_and_half_a_receipt_unreadable() {
    let vectors = vectors();
    let mut files = with_receipts(bundle(&vectors, "V1", Stage::Full));
    let other = with_receipts(bundle(&vectors, "V2", Stage::Full));
    for name in ["freeze.entry", "freeze.proof"] {
        files.insert(name.to_owned(), other[name].clone());
    }
    assert_eq!(verdict(&files, Some(log_key())).exit(), 1);
    files.remove("freeze.proof");
    assert_eq!(verdict(&files, Some(log_key())).exit(), 2);
}

#[test]
fn a_missing_file_or_one_of_a_later_stage_is_unreadable() {
    let vectors = vectors();
    let full = bundle(&vectors, "V2", Stage::Full);
    for name in full.keys() {
        let mut files = full.clone();
        files.remove(name);
        assert_eq!(verdict(&files, None).exit(), 2, "without {name}");
    }
    let sealed = bundle(&vectors, "V2", Stage::Sealed);
    for (name, bytes) in full.iter().filter(|(name, _)| !sealed.contains_key(*name)) {
        let mut files = sealed.clone();
        files.insert(name.clone(), bytes.clone());
        assert_eq!(verdict(&files, None).exit(), 2, "with {name}");
    }
}

#[test]
fn files_of_two_draws_never_pass_as_one() {
    let vectors = vectors();
    for stage in STAGES {
        let (one, two) = (bundle(&vectors, "V1", stage), bundle(&vectors, "V3", stage));
        for name in one.keys() {
            let mut files = one.clone();
            files.insert(name.clone(), two[name].clone());
            let verdict = verdict(&files, None);
            assert!(matches!(verdict.exit(), 1 | 2), "{stage:?} {name}");
            assert!(
                verdict
                    .checks
                    .iter()
                    .any(|check| check.outcome != Outcome::Right)
            );
        }
    }
}

#[test]
fn the_public_verdict_names_what_it_cannot_show() {
    let verdict = verdict(
        &with_receipts(bundle(&vectors(), "V1", Stage::Public)),
        Some(log_key()),
    );
    let words = verdict.not_checked.join("\n");
    for part in [
        "未抽中对象的类别和状态",
        "必查对象为何必查",
        "检查人员的签号",
    ] {
        assert!(words.contains(part), "{part}");
    }
}

/// The sentence about the beacon of a bundle of `shuang/1`, and the exit.
fn of_beacon(old: &str, new: &str) -> (String, u8) {
    let mut files = bundle(&vectors(), "V1", Stage::Sealed);
    let mut replaced = |name: &str| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        files.insert(name.to_owned(), text.replace(old, new).into_bytes());
    };
    replaced("freeze.txt");
    replaced("seed.txt");
    let hash = |files: &support::Files, name: &str| draw::Suite::Sha256.bytes(&files[name]);
    let relink = |files: &mut support::Files, name: &str, key: &str, hash: draw::Digest| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        let lines = text.lines().map(|line| match line.strip_prefix(key) {
            Some(_) => format!("{key}{hash}\n"),
            None => format!("{line}\n"),
        });
        let text: String = lines.collect();
        files.insert(name.to_owned(), text.into_bytes());
    };
    let freeze = hash(&files, "freeze.txt");
    relink(&mut files, "seed.txt", "freeze ", freeze);
    relink(&mut files, "result.txt", "freeze ", freeze);
    let seed = hash(&files, "seed.txt");
    relink(&mut files, "result.txt", "seed ", seed);
    let verdict = verdict(&files, None);
    let has = |words: &str| verdict.not_checked.iter().any(|said| said.contains(words));
    assert!(has("案卷是 shuang/1 的"), "what the old version left open");
    assert!(
        new != "5e39" || has("哪个在先"),
        "a round may be of years ago"
    );
    let right = verdict.checks.iter().map(|check| &check.what);
    let mut said = right
        .chain(&verdict.not_checked)
        .filter(|sentence| sentence.starts_with("公共随机源") || sentence.starts_with("drand"));
    let one = said.next().unwrap().clone();
    assert_eq!(said.next(), None, "in one sentence");
    (one, verdict.exit())
}

#[test]
fn a_bundle_of_the_first_version_says_what_its_drand_value_is_worth_and_keeps_its_verdict() {
    for (old, new, words) in [
        ("5e39", "5e39", "的值是 quicknet 对这一轮的签名"),
        ("5e39", "5e38", "已验，不对"),
        ("971 1000", "971 1001", "已验，不对"),
        ("drand:52", "drand:53", "没有这条链的公钥"),
    ] {
        let (said, exit) = of_beacon(old, new);
        assert!(said.contains(words), "{said}");
        assert_eq!(exit, 3, "{said}");
    }
}
