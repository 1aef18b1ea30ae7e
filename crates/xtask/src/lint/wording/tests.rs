use super::{BANNED, flaws};
use crate::tree::Tree;

#[test]
fn every_banned_word_is_found_and_only_where_it_stands() {
    for (_, word, _) in BANNED {
        let text = format!("a clean line\nbefore {word} after\n");
        let found = flaws(&Tree::from([("docs/x.md", text.as_str())]));
        assert!(
            found
                .iter()
                .any(|flaw| flaw.line == 2 && flaw.sentence.contains(word)),
            "{word}"
        );
        assert!(found.iter().all(|flaw| flaw.line == 2), "{word}");
    }
}

#[test]
fn parts_of_longer_words_and_the_http_header_are_no_hits() {
    let header = concat!("User-Ag", "ent: x; user_ag", "ent; re", "ag", "ent");
    let text = format!("{header}\nMAIN AID PROMPTLY /workbench/ /roots/ promptness\n");
    assert_eq!(flaws(&Tree::from([("a.rs", text.as_str())])), []);
}

#[test]
fn letters_matter_where_the_short_word_has_another_meaning() {
    let lower = concat!("a", "i");
    let upper = concat!("A", "I");
    assert_eq!(flaws(&Tree::from([("a.md", lower)])), []);
    assert_eq!(flaws(&Tree::from([("a.md", upper)])).len(), 1);
}

#[test]
fn the_lock_file_may_hold_the_names_of_strangers() {
    let word = concat!("ag", "ent");
    assert_eq!(flaws(&Tree::from([("Cargo.lock", word)])), []);
}
