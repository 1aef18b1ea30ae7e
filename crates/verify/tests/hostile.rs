//! Zips and directories made to hurt: each is refused with exit 2, quickly and without panic.
#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

mod support;

use std::io::{Cursor, Write};

use support::{Files, bundle, log_key, vectors, with_receipts};
use verify::{BundleSource, Limits, Options, Stage, unopened, verify_bundle};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn packed<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    method: CompressionMethod,
) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(
            name,
            SimpleFileOptions::default().compression_method(method),
        )
        .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn all(files: &Files) -> impl Iterator<Item = (&str, &[u8])> {
    files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

fn exit(zip: Vec<u8>, limits: Limits) -> u8 {
    let options = Options {
        log_key: Some(log_key().into()),
        ..Options::default()
    };
    match BundleSource::from_zip(zip, limits) {
        Ok(source) => verify_bundle(&source, &options).exit(),
        Err(problem) => unopened(problem).exit(),
    }
}

#[test]
fn stored_and_deflated_bundles_are_read() {
    let files = with_receipts(bundle(&vectors(), "V4", Stage::Full));
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        assert_eq!(exit(packed(all(&files), method), Limits::default()), 0);
    }
}

/// What builds of before the strict reading gave out, as they packed it.
#[test]
fn every_zip_that_earlier_servers_gave_out_is_read() {
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/old");
    let mut read = 0;
    for build in std::fs::read_dir(old).unwrap() {
        let folder = build.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "zip") {
                let zip = std::fs::read(&path).unwrap();
                assert_eq!(exit_without_key(zip), 3, "{}", path.display());
                read += 1;
            }
        }
    }
    assert!(read >= 20, "{read}");
}

fn exit_without_key(zip: Vec<u8>) -> u8 {
    let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
    verify_bundle(&source, &Options::default()).exit()
}

#[test]
fn a_truncated_zip_is_unreadable_wherever_it_is_cut() {
    let files = bundle(&vectors(), "V1", Stage::Full);
    let zip = packed(all(&files), CompressionMethod::Deflated);
    for length in (0..zip.len()).step_by(37) {
        assert_eq!(
            exit(zip[..length].to_vec(), Limits::default()),
            2,
            "cut to {length}"
        );
    }
}

#[test]
fn a_damaged_zip_is_never_called_right_by_accident() {
    let files = bundle(&vectors(), "V1", Stage::Full);
    let zip = packed(all(&files), CompressionMethod::Deflated);
    for at in (0..zip.len()).step_by(11) {
        let mut damaged = zip.clone();
        damaged[at] ^= 0x55;
        // Time stamps and attributes of a zip say nothing about the draw: such damage may leave 3.
        assert!(
            matches!(exit(damaged, Limits::default()), 1..=3),
            "byte {at}"
        );
    }
}

#[test]
fn path_tricks_folders_and_strangers_are_refused() {
    let files = bundle(&vectors(), "V1", Stage::Full);
    for name in [
        "../freeze.txt",
        "/freeze.txt",
        "a/freeze.txt",
        "freeze.txt/",
        "FREEZE.TXT",
        "readme.txt",
        "..\\freeze.txt",
        ".",
    ] {
        let extra = [(name, &b"x"[..])];
        let zip = packed(all(&files).chain(extra), CompressionMethod::Stored);
        assert_eq!(exit(zip, Limits::default()), 2, "{name}");
    }
}

#[test]
fn a_name_that_occurs_twice_is_refused() {
    let mut files = bundle(&vectors(), "V1", Stage::Sealed);
    let freeze = files.remove("freeze.txt").unwrap();
    let zip = packed(
        all(&files).chain([("freeze.txt", &freeze[..]), ("freeze.txs", b"other\n")]),
        CompressionMethod::Stored,
    );
    let twin: Vec<u8> = zip.clone();
    let twin = replace(twin, b"freeze.txs", b"freeze.txt");
    assert_eq!(exit(twin, Limits::default()), 2);
}

fn replace(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn a_zip_bomb_stops_at_the_limit() {
    let mut files = bundle(&vectors(), "V1", Stage::Full);
    files.insert("subjects.order".to_owned(), vec![b'0'; 40 << 20]);
    let zip = packed(all(&files), CompressionMethod::Deflated);
    assert!(zip.len() < 1 << 20);
    assert_eq!(
        exit(
            zip,
            Limits {
                file: 16 << 20,
                total: 32 << 20
            }
        ),
        2
    );
}

#[test]
fn a_size_that_lies_is_noticed() {
    let files = bundle(&vectors(), "V1", Stage::Sealed);
    let zip = packed(all(&files), CompressionMethod::Stored);
    let length = u32::try_from(files["freeze.txt"].len()).unwrap();
    let shorter = replace(zip, &length.to_le_bytes(), &(length - 8).to_le_bytes());
    assert_eq!(exit(shorter, Limits::default()), 2);
}

#[test]
fn a_directory_with_a_link_a_folder_or_a_stranger_is_refused() {
    let files = bundle(&vectors(), "V1", Stage::Sealed);
    let write = |root: &std::path::Path| {
        for (name, bytes) in &files {
            std::fs::write(root.join(name), bytes).unwrap();
        }
    };
    let open = |root: &std::path::Path| match BundleSource::open(root, Limits::default()) {
        Ok(source) => verify_bundle(&source, &Options::default()).exit(),
        Err(problem) => unopened(problem).exit(),
    };
    let plain = tempfile::tempdir().unwrap();
    write(plain.path());
    assert_eq!(open(plain.path()), 3);

    std::fs::create_dir(plain.path().join("seed")).unwrap();
    assert_eq!(open(plain.path()), 2);
    std::fs::remove_dir(plain.path().join("seed")).unwrap();

    std::fs::write(plain.path().join("verify.sh"), "exit 0\n").unwrap();
    assert_eq!(open(plain.path()), 2);
    std::fs::remove_file(plain.path().join("verify.sh")).unwrap();

    #[cfg(unix)]
    {
        std::fs::remove_file(plain.path().join("seed.txt")).unwrap();
        std::os::unix::fs::symlink("freeze.txt", plain.path().join("seed.txt")).unwrap();
        assert_eq!(open(plain.path()), 2);
    }
    assert_eq!(open(&plain.path().join("absent.zip")), 2);
}

#[test]
fn a_file_that_begins_with_a_byte_order_mark_is_named_however_the_bundle_comes() {
    let files = with_receipts(bundle(&vectors(), "V1", Stage::Full));
    let folder = tempfile::tempdir().unwrap();
    for name in files.keys() {
        let mut marked = files.clone();
        marked.insert(name.clone(), [b"\xef\xbb\xbf", &files[name][..]].concat());
        for (name, bytes) in &marked {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let zip = packed(all(&marked), CompressionMethod::Deflated);
        let limits = Limits::default();
        for source in [
            BundleSource::open(folder.path(), limits),
            BundleSource::from_zip(zip, limits),
        ] {
            let verdict = verify_bundle(&source.unwrap(), &Options::default());
            let said = verdict.checks.last().unwrap();
            assert_eq!((verdict.exit(), said.code), (2, "VRFY-010"), "{name}");
            assert_eq!(said.what, *name);
        }
    }
}
