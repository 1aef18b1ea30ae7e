use super::flaws;
use crate::tree::Tree;

fn sentences(source: &str) -> Vec<String> {
    let tree = Tree::from([("crates/a/src/lib.rs", source)]);
    flaws(&tree).into_iter().map(|flaw| flaw.sentence).collect()
}

#[test]
fn vague_parts_of_public_names_are_named() {
    let source = "pub struct UserRow { pub meta_data: u8, pub id: u8 }\npub(crate) fn helper() {}\n\
                  pub const fn task_of() {}\npub const MAX_INFO: u8 = 1;\npub use a::Data;\n";
    let found = sentences(source);
    for word in ["UserRow", "meta_data", "task_of", "MAX_INFO"] {
        assert!(
            found.iter().any(|sentence| sentence.contains(word)),
            "{word}: {found:?}"
        );
    }
    assert_eq!(found.len(), 4);
}

#[test]
fn bare_words_are_banned_as_types_and_functions_but_not_as_modules_or_fields() {
    assert_eq!(
        sentences("pub struct Plan;\npub fn list() {}\npub enum Check {}\n").len(),
        3
    );
    assert_eq!(
        sentences("pub mod plan;\npub struct Freeze { pub plan: u8 }\npub fn list_subject() {}\n"),
        [""; 0]
    );
}

#[test]
fn the_legal_verb_to_object_stays_a_function() {
    assert_eq!(sentences("pub fn object(self) {}\n"), [""; 0]);
    assert_eq!(sentences("pub struct Object;\n").len(), 1);
}

#[test]
fn official_terms_by_sound_are_found_even_in_private_code_but_not_in_text() {
    assert_eq!(sentences("fn go() { let huibi = 1; }\n").len(), 1);
    assert_eq!(
        sentences("/// huibi\nfn go() { let a = \"huibi\"; }\n"),
        [""; 0]
    );
}
