//! Reading in parts says exactly what reading from the top says, right or wrong.

use std::num::NonZeroUsize;

use draw::Frame;

use super::{frame, split};
use crate::{BundleSource, Limits, Unreadable};

const ROWS: usize = 20_000;

fn lines() -> Vec<String> {
    (0..ROWS)
        .map(|n| format!("S{n:06}\tc{}\tdraw\t-", n % 17))
        .collect()
}

fn read(lines: &[String], threads: usize) -> Result<Frame, Unreadable> {
    let text = lines.join("\n") + "\n";
    let files = [
        ("subjects.tsv", text),
        ("inspectors.tsv", String::new()),
        ("recusals.tsv", String::new()),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let source = BundleSource::from_files(files, Limits::default()).unwrap();
    frame(&source, NonZeroUsize::new(threads).unwrap())
}

#[test]
fn every_number_of_threads_reads_the_same_frame() {
    let text = |threads| {
        let mut text = Vec::new();
        let frame = read(&lines(), threads).unwrap();
        frame.subjects.write(NonZeroUsize::MIN, &mut text).unwrap();
        text
    };
    assert!(text(1).len() > super::SMALL, "large enough to be split");
    for threads in [2, 3, 8] {
        assert_eq!(text(threads), text(1), "{threads} threads");
    }
}

#[test]
fn a_mistake_is_named_with_its_line_whatever_the_number_of_threads() {
    for at in [0, 1, ROWS / 2 - 1, ROWS / 2, ROWS / 2 + 1, ROWS - 1] {
        for wrong in [
            "S999999\tc1",
            "A\tc1\tdraw\t-",
            "S000000\tc1\tpair\t-",
            "\u{e9}",
        ] {
            let mut lines = lines();
            wrong.clone_into(&mut lines[at]);
            let alone = read(&lines, 1).map(drop);
            for threads in [2, 3] {
                assert_eq!(read(&lines, threads).map(drop), alone, "{wrong} at {at}");
            }
        }
        let mut lines = lines();
        let before = lines[at.max(1) - 1].clone();
        lines[at.max(1)] = before;
        assert!(read(&lines, 2).is_err(), "a line twice at {at}");
    }
}

#[test]
fn parts_are_whole_lines_and_nothing_is_lost() {
    let text = b"a\nbb\n\nccc\nd";
    for count in 1..9 {
        let parts = split(text, count);
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().rev().skip(1).all(|part| part.ends_with(b"\n")));
    }
}
