//! `tools/verify.sh` shares no code with this crate; on every vector, stage and mutation tried it
//! must come to the same conclusion.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Files, Fixed, STAGES, VECTORS, bundle, mutate, vectors, verdict};
use verify::Stage;

fn shell(files: &Files) -> i32 {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/verify.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(folder.path())
        .output()
        .expect("sh runs");
    output.status.code().expect("the script ends by itself")
}

#[test]
fn the_shell_script_agrees_on_every_vector_and_stage() {
    let vectors = vectors();
    for name in VECTORS {
        for stage in STAGES {
            assert_eq!(shell(&bundle(&vectors, name, stage)), 3, "{name} {stage:?}");
        }
    }
}

#[test]
fn the_shell_script_refuses_what_the_crate_refuses() {
    let vectors = vectors();
    let mut choose = Fixed::new(4);
    for (name, stage) in [
        ("V1", Stage::Full),
        ("V4", Stage::Full),
        ("V3", Stage::Public),
        ("V5", Stage::Full),
    ] {
        let original = bundle(&vectors, name, stage);
        for _ in 0..12 {
            let mut files = original.clone();
            let (file, at, before, after) = mutate(&mut files, &mut choose);
            assert!(matches!(verdict(&files, None).exit(), 1 | 2));
            let exit = shell(&files);
            assert!(
                matches!(exit, 1 | 2),
                "{name} {file} byte {at}: {before} → {after} gave {exit}"
            );
        }
    }
}
