//! 10,000 single-byte mutations with a fixed seed: none is called right, none panics.
//!
//! No byte of a full or a public bundle is free, nor of a sealed one with signed receipts. Receipts
//! are mutated in the sealed bundles only, because signatures are slow in unoptimized builds.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod support;

use std::num::NonZeroUsize;
use support::{Files, Fixed, VECTORS, bundle, log_key, mutate, vectors, verdict, with_receipts};

use draw::record::FreezeRecord;
use draw::{Drawn, SeedText};
use verify::{BundleSource, Limits, Options, Stage, sealed_state, verify_written};

fn refused(original: &Files, choose: &mut Fixed, rounds: usize) {
    let key = log_key();
    assert!(matches!(verdict(original, Some(key.clone())).exit(), 0 | 3));
    for _ in 0..rounds {
        let mut files = original.clone();
        let (name, at, before, after) = mutate(&mut files, choose);
        let verdict = verdict(&files, Some(key.clone()));
        assert!(
            matches!(verdict.exit(), 1 | 2),
            "{name} byte {at}: {before} → {after} gave {} {:?}",
            verdict.exit(),
            verdict.checks
        );
    }
}

#[test]
fn every_byte_of_a_full_bundle_counts() {
    let vectors = vectors();
    let mut choose = Fixed::new(1);
    for name in VECTORS {
        refused(&bundle(&vectors, name, Stage::Full), &mut choose, 1_400);
    }
}

#[test]
fn every_byte_of_a_public_bundle_counts() {
    let vectors = vectors();
    let mut choose = Fixed::new(3);
    for name in VECTORS {
        refused(&bundle(&vectors, name, Stage::Public), &mut choose, 1_000);
    }
}

#[test]
fn every_byte_of_a_sealed_bundle_with_signed_receipts_counts() {
    let vectors = vectors();
    let mut choose = Fixed::new(2);
    for name in VECTORS {
        refused(
            &with_receipts(bundle(&vectors, name, Stage::Sealed)),
            &mut choose,
            100,
        );
    }
}

/// The attempt of a full bundle, computed from S and the frames in it.
fn computed(files: &Files) -> Drawn {
    let sealed = BundleSource::from_files(files.clone(), Limits::default()).unwrap();
    let (secret, frame) = sealed_state(&sealed, NonZeroUsize::MIN).unwrap();
    let freeze = FreezeRecord::parse(&files["freeze.txt"]).unwrap();
    let seed = SeedText::parse(&files["seed.txt"]).unwrap();
    let frozen = draw::freeze(&(&freeze).into(), frame, &secret, NonZeroUsize::MIN).unwrap();
    draw::draw(frozen, &seed, NonZeroUsize::MIN).unwrap()
}

#[test]
fn every_byte_of_a_bundle_just_written_counts() {
    let vectors = vectors();
    let mut choose = Fixed::new(4);
    for name in VECTORS {
        let original = bundle(&vectors, name, Stage::Full);
        let drawn = computed(&original);
        let exit = |files: Files| {
            let source = BundleSource::from_files(files, Limits::default()).unwrap();
            verify_written(&source, &drawn, &Options::default()).exit()
        };
        assert_eq!(exit(original.clone()), 3, "{name}");
        for _ in 0..400 {
            let mut files = original.clone();
            let (file, at, before, after) = mutate(&mut files, &mut choose);
            let exit = exit(files);
            assert!(
                matches!(exit, 1 | 2),
                "{file} byte {at}: {before} → {after} gave {exit}"
            );
        }
    }
    let (first, other) = ("V1", "V2");
    let foreign = BundleSource::from_files(bundle(&vectors, other, Stage::Full), Limits::default());
    let drawn = computed(&bundle(&vectors, first, Stage::Full));
    let verdict = verify_written(&foreign.unwrap(), &drawn, &Options::default());
    assert_eq!(verdict.exit(), 1, "a right bundle of another attempt");
}

#[test]
fn truncated_and_lengthened_files_are_refused() {
    let vectors = vectors();
    for name in VECTORS {
        let original = bundle(&vectors, name, Stage::Full);
        for (file, bytes) in &original {
            for length in [0, bytes.len() / 2, bytes.len().saturating_sub(1)] {
                if length < bytes.len() {
                    let mut files = original.clone();
                    files.insert(file.clone(), bytes[..length].to_vec());
                    assert!(
                        matches!(verdict(&files, None).exit(), 1 | 2),
                        "{name} {file} cut to {length}"
                    );
                }
            }
            let mut files = original.clone();
            files.get_mut(file).unwrap().push(b'\n');
            assert!(
                matches!(verdict(&files, None).exit(), 1 | 2),
                "{name} {file} lengthened"
            );
        }
    }
}
