use super::*;

fn cursor() -> Cursor {
    Cursor {
        direction: Direction::After,
        key: vec!["示例面馆".into(), String::new(), "s-12".into()],
    }
}

#[test]
fn base64url_knows_the_published_examples_and_one_spelling_each() {
    for (plain, coded) in [
        ("", ""),
        ("f", "Zg"),
        ("fo", "Zm8"),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64url::encode(plain.as_bytes()), coded);
        assert_eq!(base64url::decode(coded).unwrap(), plain.as_bytes());
    }
    for wrong in ["Zh", "Z", "Zm9v=", "Zm+v", "Zm8\n", "中"] {
        assert_eq!(base64url::decode(wrong), None, "{wrong}");
    }
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(base64url::decode(&base64url::encode(&all)).unwrap(), all);
}

#[test]
fn a_cursor_comes_back_whole() {
    for direction in [Direction::After, Direction::Before] {
        let sent = Cursor {
            direction,
            ..cursor()
        };
        assert_eq!(
            Cursor::decode("subjects/name", &sent.encode("subjects/name")),
            Ok(sent)
        );
    }
}

#[test]
fn a_cursor_of_another_list_or_order_is_refused() {
    let sent = cursor().encode("subjects/name");
    for other in ["subjects/-name", "campaigns/name", ""] {
        assert_eq!(Cursor::decode(other, &sent), Err(CursorError));
    }
}

#[test]
fn every_cut_and_every_changed_letter_is_refused() {
    let sent = cursor().encode("subjects/name");
    for length in 0..sent.len() {
        assert_eq!(
            Cursor::decode("subjects/name", &sent[..length]),
            Err(CursorError),
            "{length}"
        );
        for other in ["A", "_", "=", "'"] {
            let mut changed = sent.clone();
            changed.replace_range(length..=length, other);
            let answer = Cursor::decode("subjects/name", &changed);
            assert!(answer.is_err() || changed == sent, "{changed}");
        }
    }
    assert_eq!(
        Cursor::decode("subjects/name", &"A".repeat(1_000_000)),
        Err(CursorError)
    );
}

#[test]
fn walking_forth_and_back_shows_every_row_once_and_stops_at_both_ends() {
    let rows: Vec<u32> = (0..120).collect();
    let key = |row: &u32| vec![row.to_string()];
    let read = |cursor: Option<&Cursor>| -> Page<u32> {
        let edge = cursor.map(|cursor| cursor.key[0].parse::<u32>().unwrap());
        let found: Vec<u32> = match (cursor.map(|cursor| cursor.direction), edge) {
            (Some(Direction::Before), Some(edge)) => rows
                .iter()
                .rev()
                .copied()
                .filter(|row| *row < edge)
                .take(PAGE_ROWS + 1)
                .collect(),
            (_, edge) => rows
                .iter()
                .copied()
                .filter(|row| edge.is_none_or(|edge| *row > edge))
                .take(PAGE_ROWS + 1)
                .collect(),
        };
        Page::of_read(cursor, found, key)
    };
    let first = read(None);
    let second = read(first.next.as_ref());
    let third = read(second.next.as_ref());
    assert_eq!([&first.rows[..], &second.rows, &third.rows].concat(), rows);
    assert_eq!((first.previous, third.next), (None, None));
    let back = read(third.previous.as_ref());
    assert_eq!(back.rows, second.rows);
    let start = read(back.previous.as_ref());
    assert_eq!(start.rows, first.rows);
    assert_eq!(start.previous, None);
}
