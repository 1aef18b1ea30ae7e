//! What was made ready is what would have been written row by row, and torn bytes are refused.

use super::*;

const TABLE: TracedTable = TracedTable(layout!("stories" key(story_id) {
    story_id: text public,
    number: int public,
    words: text public,
    bytes: blob public,
    secret: sealed private,
}));

fn row(number: i64, words: &str) -> Cells {
    vec![
        ("story_id", format!("s{number}").into()),
        ("number", Some(number).filter(|number| *number > 0).into()),
        (
            "words",
            Some(words).filter(|words| !words.is_empty()).into(),
        ),
        ("bytes", vec![0_u8, 255].into()),
        ("secret", SealedCell::of_ciphertext(vec![7; 3]).into()),
    ]
}

fn rows(count: i64, words: &str) -> ReadyRows {
    let new = (0..count).map(|number| Ok(row(number, words)));
    ReadyRows::of(&TABLE, new, []).expect("rows of the table")
}

/// Rows that lose their words.
fn changes(count: i64) -> Vec<Change> {
    let seen = EventId::from_entropy([1; 12]);
    let stood = Stood::of("[]", seen.as_str());
    let change = |number| {
        (
            seen.clone(),
            stood.clone(),
            row(number, "字"),
            row(number, ""),
        )
    };
    (0..count).map(change).collect()
}

fn text(ready: ReadyRows) -> String {
    let open = ready.open(&TABLE).expect("whole");
    let parts = open.images.into_iter().map(|part| part.text);
    String::from_utf8(parts.flatten().collect()).expect("text")
}

fn from_file(bytes: &[u8]) -> Result<OpenRows, StoreError> {
    ReadyRows::take(&mut &*bytes)?.open(&TABLE)
}

#[test]
fn the_text_of_an_image_is_what_a_json_library_writes() {
    let words = "引号\"、反斜\\、换行\n、\u{1}、\u{2028}和 emoji 🙂";
    let bytes = serde_json::json!({"b": "00ff"});
    let secret = serde_json::json!({"b": "070707"});
    let expected = format!(
        "{}\n{}\n",
        serde_json::json!(["+", "stories", ["s0", null, words, bytes, secret]]),
        serde_json::json!(["+", "stories", ["s1", 1, words, bytes, secret]]),
    );
    assert_eq!(text(rows(2, words)), expected);
}

#[test]
fn how_a_row_stood_is_the_hash_of_its_cells_and_its_event_as_the_text_of_the_log_says() {
    let cells = r#"["k3aaaaaaaaaaaaaaaaaa","样例科","section",null]"#;
    let stood = Stood::of(cells, "q7aaaaaaaaaaaaaaaaaa");
    let line = line_of("tales", &Write::Gone(&["k3".into()], &stood));
    // The example of SPEC-log §4.1.
    let hash = "5234e8f33985dd5a35dfbc8df683729187e88aa56876f72dfaabf4b78a88d73e";
    assert_eq!(line, format!(r#"["-","tales",["k3"],"{hash}"]"#));
}

#[test]
fn what_is_bound_is_what_was_given() {
    let new = vec![Ok(row(0, "引号\"")), Ok(row(7, ""))];
    let changes = changes(1).into_iter().map(Ok);
    let open = ReadyRows::of(&TABLE, new, changes).expect("rows of the table");
    let open = open.open(&TABLE).expect("whole");
    let values = |cells| TABLE.layout().values(cells).expect("a row of the table");
    assert_eq!(open.new, [values(row(0, "引号\"")), values(row(7, ""))]);
    let (start, after) = &open.changed[0];
    assert_eq!(after, &values(row(0, "")));
    assert_eq!(start.columns, [2], "only the words differ");
}

#[test]
fn no_member_has_more_text_than_a_chunk_and_none_is_lost() {
    let open = rows(700, &"字".repeat(300)).open(&TABLE).expect("whole");
    assert!(open.images.len() > 1);
    assert!(open.images.iter().all(|part| part.text.len() <= CHUNK));
    let images: i64 = open.images.iter().map(|part| part.images).sum();
    assert_eq!((open.new.len(), images), (700, 700));
}

#[test]
fn rows_that_change_in_the_same_columns_go_into_one_statement_and_none_is_lost() {
    let mut all = changes(5);
    all[3].3[4].1 = SealedCell::of_ciphertext(vec![8; 3]).into();
    let ready = ReadyRows::of(&TABLE, [], all.into_iter().map(Ok)).expect("rows of the table");
    let open = ready.open(&TABLE).expect("whole");
    // Of three values each: the key, the event that was seen, the words.
    let groups = alike(open.layout, open.changed, 6);
    let sizes: Vec<_> = groups
        .iter()
        .map(|(columns, rows)| (columns.clone(), rows.len()))
        .collect();
    assert_eq!(sizes, [(vec![2], 2), (vec![2, 4], 1), (vec![2], 2)]);
}

#[test]
fn a_change_of_the_key_or_rows_of_another_table_are_refused() {
    let mut other = changes(1).remove(0);
    other.3 = row(1, "");
    assert!(ReadyRows::of(&TABLE, [], [Ok(other)]).is_err());
    const OTHER: TracedTable = TracedTable(layout!("tales" key(story_id) {
        story_id: text public,
        number: int public,
        words: text public,
        bytes: blob public,
        secret: sealed private,
    }));
    assert!(rows(1, "字").open(&OTHER).is_err());
}

#[test]
fn what_lay_in_a_file_is_the_same_afterwards_and_torn_bytes_are_refused() {
    let new = (3..6).map(|number| Ok(row(number, "字")));
    let ready = ReadyRows::of(&TABLE, new, changes(3).into_iter().map(Ok));
    let ready = ready.expect("rows of the table");
    let mut bytes = Vec::new();
    ready.put(&mut bytes);
    let twice = [bytes.as_slice(), bytes.as_slice()].concat();
    let mut file = twice.as_slice();
    for _ in 0..2 {
        assert_eq!(ReadyRows::take(&mut file).expect("whole"), ready);
    }
    assert!(file.is_empty());
    for length in 0..bytes.len() {
        assert!(from_file(&bytes[..length]).is_err(), "{length}");
    }
    let member = bytes.len() - 9;
    let mut bent = bytes.clone();
    bent[member] ^= 1;
    assert!(from_file(&bent).is_err(), "the checksum of the member");
    // A length that promises more than there is must not be believed.
    let greedy = format!("[[],[{}]]\n", u64::MAX);
    assert!(from_file(greedy.as_bytes()).is_err());
    // A row that changes from nothing, and one that changes its key.
    let head = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line")
        + 1;
    let text = std::str::from_utf8(&bytes[..head]).expect("text");
    for (old, new) in [("\"columns\":[2]", "\"columns\":[0]"), ("[2]", "[5]")] {
        let forged = [text.replacen(old, new, 1).as_bytes(), &bytes[head..]].concat();
        assert!(from_file(&forged).is_err(), "{new}");
    }
    let without = ReadyRows {
        starts: Vec::new(),
        ..ready
    };
    assert!(without.open(&TABLE).is_err());
}
