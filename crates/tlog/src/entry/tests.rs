use super::*;

const TIME: u64 = 1_789_000_000_000;

fn salt() -> Salt {
    Salt::from([9; 32])
}

fn all_entries() -> Vec<Entry> {
    let act = act_hash(&salt(), b"body");
    let record = Hash::of(b"record");
    EntryType::ALL
        .into_iter()
        .map(|kind| match kind {
            EntryType::Act => Entry::act(TIME, act).unwrap(),
            public => Entry::with_record(public, TIME, act, record).unwrap(),
        })
        .collect()
}

#[test]
fn the_text_is_that_of_the_protocol() {
    let entry =
        Entry::with_record(EntryType::Freeze, TIME, Hash::of(b"a"), Hash::of(b"r")).unwrap();
    let expected = format!(
        "shuang/1 entry\ntype freeze\ntime 1789000000000\nact {}\nrecord {}\n",
        Hash::of(b"a"),
        Hash::of(b"r")
    );
    assert_eq!(entry.to_string(), expected);
    assert_eq!(entry.leaf_hash(), leaf_hash(expected.as_bytes()));
}

#[test]
fn every_type_reads_back() {
    for entry in all_entries() {
        assert_eq!(Entry::parse(&entry.to_string()).unwrap(), entry);
    }
}

#[test]
fn every_type_stands_under_one_first_line() {
    for entry in all_entries() {
        let text = entry.to_string();
        let later = matches!(entry.kind().as_str(), "part-number" | "repair" | "restart");
        let (own, other) = match later {
            true => ("shuang/2 entry\n", "shuang/1 entry\n"),
            false => ("shuang/1 entry\n", "shuang/2 entry\n"),
        };
        assert!(text.starts_with(own), "{text}");
        assert!(Entry::parse(&text.replacen(own, other, 1)).is_err());
        assert!(Entry::parse(&text.replacen(own, "shuang/3 entry\n", 1)).is_err());
    }
}

#[test]
fn an_act_is_bound_by_salt_and_body() {
    let body = b"event body";
    let by_hand = format!("shuang-act/1\n{}\n{}\n", "09".repeat(32), Hash::of(body));
    assert_eq!(act_hash(&salt(), body), Hash::of(by_hand.as_bytes()));
    assert_ne!(
        act_hash(&salt(), body),
        act_hash(&Salt::from([8; 32]), body)
    );
    assert_ne!(act_hash(&salt(), body), act_hash(&salt(), b"other body"));
}

#[test]
fn a_salt_never_shows_itself() {
    assert_eq!(format!("{:?}", salt()), "Salt(…)");
}

#[test]
fn a_confidential_entry_has_no_record_and_a_public_one_has() {
    let (act, record) = (Hash::of(b"a"), Hash::of(b"r"));
    assert!(Entry::with_record(EntryType::Act, TIME, act, record).is_err());
    let with = format!("{}record {record}\n", Entry::act(TIME, act).unwrap());
    assert!(Entry::parse(&with).is_err());
    let without = Entry::act(TIME, act)
        .unwrap()
        .to_string()
        .replace("type act", "type plan");
    assert!(Entry::parse(&without).is_err());
}

#[test]
fn anything_but_the_exact_text_is_refused() {
    let good = all_entries()[2].to_string();
    for (bad, why) in [
        (String::new(), "empty"),
        (good.trim_end().to_owned(), "no last line feed"),
        (format!("{good}\n"), "an empty line more"),
        (format!("{good}note x\n"), "a line more"),
        (good.replace('\n', "\r\n"), "carriage returns"),
        (good.replace("shuang/1", "shuang/2"), "another version"),
        (good.replace("type freeze", "type FREEZE"), "capitals"),
        (
            good.replace("type freeze", "type subst"),
            "not in the closed list",
        ),
        (good.replace("type freeze", "type  freeze"), "two spaces"),
        (
            good.replace("type freeze", "type freeze "),
            "a space at the end",
        ),
        (good.replace("time 1", "time 01"), "leading zero"),
        (good.replace("time 1", "time -1"), "before 1970"),
        (
            good.replace("time 1789000000000", "time 9223372036854775808"),
            "time above the limit",
        ),
        (good.replace("act ", "Act "), "capital"),
        (good.to_uppercase(), "all capitals"),
        (format!("\u{feff}{good}"), "byte order mark"),
    ] {
        assert!(Entry::parse(&bad).is_err(), "{why}");
    }
    assert!(Entry::act(u64::MAX, Hash::of(b"a")).is_err());
}

#[test]
fn every_cut_and_every_changed_bit_is_refused_or_is_another_entry() {
    for entry in all_entries() {
        let good = entry.to_string();
        for cut in 0..good.len() {
            let shorter = Entry::parse(&good[..cut]);
            assert!(
                shorter.is_err() || shorter == Ok(entry.clone()),
                "cut at {cut}"
            );
        }
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bytes = good.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(text) = String::from_utf8(bytes) else {
                    continue;
                };
                // What still reads must write back as it was read: no second spelling of any entry.
                if let Ok(other) = Entry::parse(&text) {
                    assert_eq!(other.to_string(), text);
                    assert_ne!(other, entry);
                }
            }
        }
    }
}
