//! Every bundle of the corpus before this crate and before `tools/verify.sh`; the page stands before it in the
//! browser tests of the server.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod cases;
mod pack;
mod said;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use cases::{Case, Given};
use said::Tool;
use tlog::note::KeyKind;
use tlog::{LogKeys, SignerKey, VerifierKey};
use verify::{BundleSource, Company, Limits, Options, unopened, verify_among};

/// The script mostly waits for the programs it starts.
const WORKERS: usize = 4;

/// Writes what is given below `folder` and says where.
fn written(case: &Case, folder: &Path) -> PathBuf {
    match &case.given {
        Given::Zip(bytes) => {
            let path = folder.join("bundle.zip");
            std::fs::write(&path, bytes).unwrap();
            path
        }
        Given::Folder {
            name,
            files,
            links,
            folders,
        } => {
            let root = folder.join(name);
            std::fs::create_dir(&root).unwrap();
            for (file, bytes) in files {
                std::fs::write(root.join(file), bytes).unwrap();
            }
            for (link, target) in links {
                std::os::unix::fs::symlink(target, root.join(link)).unwrap();
            }
            for name in folders {
                std::fs::create_dir(root.join(name)).unwrap();
            }
            root
        }
    }
}

/// What a tool makes of a case: the exit code that is due, the one it gives, and what it says.
struct Judged {
    due: u8,
    given: u8,
    said: String,
}

/// Cases whose verdict a tool does not give, or of which it does not say what it must, as sentences; all at once, so that
/// one run shows all.
fn differing(tool: Tool, judge: impl Fn(&Case) -> Option<Judged> + Sync) -> Vec<String> {
    let (cases, sentences) = (cases::all(), said::all());
    let amiss = |case: &Case| {
        let Some(Judged { due, given, said }) = judge(case) else {
            return Vec::new();
        };
        let mut amiss = said::amiss(&sentences, tool, case, &said);
        if due != given {
            amiss.push(format!("{} ({}): {given}, not {due}", case.name, case.law));
        }
        if !said::ends_as_it_exits(&said, given) {
            amiss.push(format!(
                "{}: {given} ends in other lines\n{said}",
                case.name
            ));
        }
        amiss
    };
    let part = cases.len().div_ceil(WORKERS);
    std::thread::scope(|scope| {
        let parts: Vec<_> = cases
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().flat_map(amiss).collect::<Vec<_>>()))
            .collect();
        let parts = parts.into_iter().map(|part| part.join().unwrap());
        parts.flatten().collect()
    })
}

fn script(case: &Case, program: &str, path: Option<&Path>) -> Option<Judged> {
    let due = case.sh?;
    let folder = tempfile::tempdir().unwrap();
    let root = written(case, folder.path());
    let mut command = Command::new("sh");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let output = command
        .current_dir(folder.path())
        .arg(program)
        .arg(root.file_name().unwrap())
        .output()
        .expect("sh runs");
    let given = u8::try_from(output.status.code().unwrap()).unwrap();
    // Why a bundle cannot be read stands on the other stream.
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Some(Judged { due, given, said })
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify.sh");

#[test]
fn the_shell_script_gives_every_verdict_of_the_table() {
    let differ = differing(Tool::Script, |case| script(case, SCRIPT, None));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// The first case of every bundle, stage and verdict: another program that hashes shows in any of them. What is
/// unreadable is told before anything is hashed.
fn hashed_otherwise(cases: &[Case]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let first = |case: &&Case| {
        let read = case.sh.is_some_and(|exit| exit != 2);
        read && seen.insert((case.base.clone(), case.sh))
    };
    cases
        .iter()
        .filter(first)
        .map(|case| case.name.clone())
        .collect()
}

/// The tools a citizen's machine surely has, and openssl in place of sha256sum.
#[test]
fn with_openssl_alone_the_script_gives_the_same_verdicts() {
    let tools = [
        "sh", "awk", "sort", "xargs", "od", "tr", "wc", "sed", "tail", "cut", "uniq", "cat", "cmp",
        "ls", "grep", "mv", "cp", "rm", "mkdir", "mktemp", "openssl",
    ];
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let bin = tempfile::tempdir().unwrap();
    for tool in tools {
        let found = std::env::split_paths(&folders)
            .map(|folder| folder.join(tool))
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("{tool} is missing"));
        std::os::unix::fs::symlink(found, bin.path().join(tool)).unwrap();
    }
    let chosen = hashed_otherwise(&cases::all());
    let differ = differing(Tool::Script, |case| {
        let due = chosen.contains(&case.name);
        due.then(|| script(case, SCRIPT, Some(bin.path())))?
    });
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

fn log_key() -> VerifierKey {
    let signer = SignerKey::from_seed("log.example.city/2026", KeyKind::Log, &[7; 32]).unwrap();
    VerifierKey::parse(&signer.verifier().to_string()).unwrap()
}

fn judged_with(case: &Case, due: u8, log_key: Option<LogKeys>) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        log_key,
        ..Options::default()
    };
    let borrowed = case.borrowed.iter().cloned();
    let borrowed: Vec<_> = borrowed
        .map(|files| BundleSource::from_files(files, Limits::default()).unwrap())
        .collect();
    let company = Company {
        earlier: &[],
        borrowed: &borrowed,
    };
    let verdict = match BundleSource::open(&written(case, folder.path()), Limits::default()) {
        Ok(source) => verify_among(&source, &company, &options),
        Err(problem) => unopened(problem),
    };
    Judged {
        due,
        given: verdict.exit(),
        said: verdict.to_string(),
    }
}

#[test]
fn this_crate_gives_every_verdict_of_the_table() {
    let differ = differing(Tool::Rust, |case| {
        Some(judged_with(case, case.rust?, Some(log_key().into())))
    });
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Without the key receipts are judged but for the signature, and it is said that anybody could have made them.
#[test]
fn without_the_key_of_the_log_this_crate_says_so_and_never_calls_a_bundle_complete() {
    let receipts = |case: &Case| match &case.given {
        Given::Folder { files, .. } => files.keys().any(|name| name.ends_with(".proof")),
        Given::Zip(_) => false,
    };
    let cases = cases::all();
    let mut amiss = Vec::new();
    for case in &cases {
        let Some(due) = case.keyless else { continue };
        let Judged { given, said, .. } = judged_with(case, due, None);
        let told = said.contains("没有给出日志公钥（--log-key）");
        if given != due || (given == 3 && told != receipts(case)) {
            amiss.push(format!("{}: {given}, not {due}\n{said}", case.name));
        }
    }
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

#[test]
fn every_sentence_is_owed_to_cases_of_the_table() {
    let (cases, sentences) = (cases::all(), said::all());
    assert_eq!(said::unknown(&sentences, &cases), Vec::<String>::new());
    for sentence in &sentences {
        assert!(!sentence.told.is_empty(), "{}", sentence.name);
    }
}
