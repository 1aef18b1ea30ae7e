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
fn the_vectors_of_shuang_2_are_right_so_far_for_the_script_and_the_crate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/draw-2.json");
    let all: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut judged = 0;
    for (name, vector) in all.as_object().unwrap() {
        let Some(files) = vector["files"].as_object() else {
            continue;
        };
        // Borrowed frames and parts are bundles and records of their own.
        let own = files
            .iter()
            .filter(|(path, _)| !path.contains('/') && !path.starts_with("part-"));
        let files: Files = own
            .map(|(path, text)| (path.clone(), text.as_str().unwrap().as_bytes().to_vec()))
            .collect();
        assert_eq!(
            (verdict(&files, None).exit(), shell(&files)),
            (3, 3),
            "{name}"
        );
        judged += 1;
    }
    assert_eq!(judged, 7);
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
