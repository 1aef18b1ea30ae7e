//! Bodies of both versions are read, and what fits neither is refused: a body that leaves out how a row stood must not
//! pass for one that was never asked.

use super::*;

fn read(version: u8, image: &str) -> Result<Vec<Image>, StoreError> {
    let text = format!(
        "\"mingqian-body/{version}\"\n{{}}\n[\"#\",\"tales\",[\"id\",\"words\"]]\n{image}\n"
    );
    Reading::default().push(&compressed(text.as_bytes()).unwrap())
}

#[test]
fn a_body_says_how_rows_stood_from_its_second_version_on_and_then_of_every_row() {
    let hash = Hash::of(b"").to_string();
    for (version, sign, cells, said) in [
        (1, "+", r#"["a","b"]"#, false),
        (2, "+", r#"["a","b"]"#, false),
        (1, "=", r#"["a","b"]"#, false),
        (1, "-", r#"["a"]"#, false),
        (2, "=", r#"["a","b"]"#, true),
        (2, "-", r#"["a"]"#, true),
    ] {
        let without = read(version, &format!(r#"["{sign}","tales",{cells}]"#));
        let with = read(version, &format!(r#"["{sign}","tales",{cells},"{hash}"]"#));
        assert_eq!(without.is_ok(), !said, "{version} {sign}");
        assert_eq!(with.is_ok(), said, "{version} {sign}");
        let image = if said { with } else { without }.unwrap().remove(0);
        assert_eq!(image.before.is_some(), said);
    }
    for wrong in ["3f", &hash.to_uppercase(), ""] {
        assert!(read(2, &format!(r#"["=","tales",["a","b"],"{wrong}"]"#)).is_err());
    }
    assert!(read(2, &format!(r##"["#","tales",["id"],"{hash}"]"##)).is_err());
    assert!(read(3, r#"["+","tales",["a","b"]]"#).is_err());
}

#[test]
fn the_columns_of_a_table_are_named_once_in_a_body_however_many_of_its_rows_follow() {
    let mut body = Body::new("{}");
    let units = crate::schema::TRACED[0].layout();
    let people = crate::schema::TRACED[1].layout();
    for key in ["a", "b", "c"] {
        for table in [units, people] {
            body.image(table, &Write::New(&[Value::from(key)]));
        }
    }
    let sealed = body.seal().unwrap();
    assert_eq!(sealed.images, 6);
    let mut text = String::new();
    let last = sealed.last.unwrap().gzip;
    let read = MultiGzDecoder::new(last.as_slice()).read_to_string(&mut text);
    read.unwrap();
    let named = text.lines().filter(|line| line.starts_with("[\"#\""));
    assert_eq!(named.count(), 2, "{text}");
}

#[test]
fn rows_nobody_asked_for_are_hashed_and_passed_over_and_whatever_is_odd_is_read() {
    let stood = Hash::of(b"").to_string();
    let before =
        "\"mingqian-body/2\"\n{}\n[\"#\",\"tales\",[\"id\"]]\n[\"#\",\"other\",[\"id\"]]\n";
    let rows = [
        r#"["+","other",["a"]]"#.to_owned(),
        format!(r#"["=","other",["a"],"{stood}"]"#),
        format!(r#"["-","other",["a"],"{stood}"]"#),
        r#"["+","tales",["b"]]"#.to_owned(),
        // Another spelling of a row that is asked for.
        r#"[ "+","tales",["c"]]"#.to_owned(),
        r#"["+","\u0074ales",["d"]]"#.to_owned(),
    ];
    let text = format!("{before}{}\n", rows.join("\n"));
    let asked = |asked| {
        let mut reading = Reading::of(asked);
        // Cut within a line: what is passed over may end in the next chunk.
        let (one, other) = text.as_bytes().split_at(before.len() + 7);
        let mut images = reading.push(&compressed(one).unwrap()).unwrap();
        images.extend(reading.push(&compressed(other).unwrap()).unwrap());
        (images, reading.finish().unwrap())
    };
    let (all, whole) = asked(Asked::All);
    let (tales, same) = asked(Asked::Of(&["tales"]));
    assert_eq!(same, whole);
    assert_eq!(all.len(), 6);
    assert_eq!(tales, all[3..]);
    assert_eq!(
        asked(Asked::Of(&[])).0,
        all[4..],
        "what is odd is not passed over"
    );
}
