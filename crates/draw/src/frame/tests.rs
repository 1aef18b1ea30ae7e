//! A row is validated whole before anything of it is kept.

use super::Frame;
use crate::Code;

#[test]
fn a_bad_column_leaves_the_frame_as_it_was() {
    let mut frame = Frame::default();
    frame.push_subject("a", "A", "draw", "-").unwrap();
    let bad = [
        ("a b", "A", "draw", "-", Code::NAME),
        ("b", "x:y:z", "draw", "-", Code::STRATUM),
        ("b", "NEW", "drawn", "-", Code::STATUS),
        ("b", "NEW", "must:new", "东区", Code::NAME),
    ];
    for (id, stratum, status, area, code) in bad {
        assert_eq!(
            frame
                .push_subject(id, stratum, status, area)
                .unwrap_err()
                .code,
            code
        );
    }
    assert_eq!(frame.subjects.len(), 1);
    assert_eq!(frame.subjects.pools(), [("A".parse().unwrap(), 1)]);
    frame.push_subject("b", "A", "skip:closed", "-").unwrap();
    assert_eq!(
        frame.subjects.iter().last().unwrap().status_text,
        "skip:closed"
    );
    assert!(frame.subjects.iter().last().unwrap().status.is_skip());
}

#[test]
fn pools_count_draw_rows_and_name_every_stratum_that_occurs() {
    let mut frame = Frame::default();
    for (id, stratum, status) in [
        ("1", "B", "draw"),
        ("2", "A", "must:x"),
        ("3", "B", "skip:y"),
        ("4", "B", "draw"),
    ] {
        frame.push_subject(id, stratum, status, "-").unwrap();
    }
    let pools = frame.subjects.pools();
    assert_eq!(
        pools,
        [("A".parse().unwrap(), 0), ("B".parse().unwrap(), 2)]
    );
}

#[test]
fn rows_read_in_parts_are_the_rows_read_at_once() {
    let lines: Vec<(String, String, String)> = (0..60)
        .map(|n| {
            let status = ["draw", "must:x", "skip:y"][n % 3].to_owned();
            (format!("s{n}"), format!("c{}", n * 7 % 20), status)
        })
        .collect();
    let read = |lines: &[(String, String, String)]| {
        let mut frame = Frame::default();
        for (id, stratum, status) in lines {
            frame.push_subject(id, stratum, status, "-").unwrap();
        }
        frame.subjects
    };
    let whole = read(&lines);
    for cut in [0, 1, 20, 33, 59, 60] {
        let mut joined = read(&lines[..cut]);
        joined.append(read(&lines[cut..])).unwrap();
        assert_eq!(joined.pools(), whole.pools(), "cut at {cut}");
        let text = |rows: &super::Rows| {
            let mut text = Vec::new();
            rows.write(std::num::NonZeroUsize::MIN, &mut text).unwrap();
            text
        };
        assert_eq!(text(&joined), text(&whole), "cut at {cut}");
    }
}
