//! Every bundle of the corpus before this crate and before `tools/verify.sh`; the page stands before it in the
//! browser tests of the server.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod cases;
mod pack;

use std::path::{Path, PathBuf};
use std::process::Command;

use cases::{Case, Given};
use tlog::note::KeyKind;
use tlog::{LogKeys, SignerKey, VerifierKey};
use verify::{BundleSource, Limits, Options, unopened, verify_bundle};

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

/// Cases whose verdict a tool does not give, as sentences; all at once, so that one run shows all.
fn differing(tool: impl Fn(&Case) -> Option<(u8, u8)> + Sync) -> Vec<String> {
    let cases = cases::all();
    let judged = |case: &Case| {
        let (due, given) = tool(case)?;
        (due != given).then(|| format!("{} ({}): {given}, not {due}", case.name, case.law))
    };
    let part = cases.len().div_ceil(WORKERS);
    std::thread::scope(|scope| {
        let parts: Vec<_> = cases
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().filter_map(judged).collect::<Vec<_>>()))
            .collect();
        let parts = parts.into_iter().map(|part| part.join().unwrap());
        parts.flatten().collect()
    })
}

fn script(case: &Case, program: &str, path: Option<&Path>) -> Option<(u8, u8)> {
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
    let said = String::from_utf8_lossy(&output.stdout);
    let ends = ends_as_it_exits(&said, given);
    assert!(ends, "{}: {given}\n{said}", case.name);
    Some((due, given))
}

/// What a bundle could be read for ends in two lines: the steps it has, and how many checks were right and wrong, as the
/// exit code says.
fn ends_as_it_exits(said: &str, exit: u8) -> bool {
    let last: Vec<&str> = said.lines().rev().take(2).collect();
    match last.as_slice() {
        [checks, steps] if exit != 2 => {
            steps.starts_with("办理步骤：")
                && checks.starts_with("技术核对：相符 ")
                && checks.contains("，不符 0 项") == (exit == 3)
        }
        _ => exit == 2 && !said.contains("办理步骤："),
    }
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify.sh");

#[test]
fn the_shell_script_gives_every_verdict_of_the_table() {
    let differ = differing(|case| script(case, SCRIPT, None));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
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
    let right = differing(|case| {
        let quick = case.name.starts_with("right-") && case.name.ends_with("-public");
        quick.then(|| script(case, SCRIPT, Some(bin.path())))?
    });
    assert!(right.is_empty(), "{}", right.join("\n"));
}

fn log_key() -> VerifierKey {
    let signer = SignerKey::from_seed("log.example.city/2026", KeyKind::Log, &[7; 32]).unwrap();
    VerifierKey::parse(&signer.verifier().to_string()).unwrap()
}

fn crate_verdict(case: &Case, log_key: Option<LogKeys>) -> u8 {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        log_key,
        ..Options::default()
    };
    let verdict = match BundleSource::open(&written(case, folder.path()), Limits::default()) {
        Ok(source) => verify_bundle(&source, &options),
        Err(problem) => unopened(problem),
    };
    verdict.exit()
}

#[test]
fn this_crate_gives_every_verdict_of_the_table() {
    let differ = differing(|case| Some((case.rust?, crate_verdict(case, Some(log_key().into())))));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn without_the_key_of_the_log_this_crate_judges_all_but_the_signature() {
    let differ = differing(|case| Some((case.keyless?, crate_verdict(case, None))));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
