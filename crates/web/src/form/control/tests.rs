//! What is typed with control characters in it stays visible, and is refused where it stands.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::form::IDEMPOTENCY_FIELD;

fn parsed(body: &str) -> Submitted {
    Submitted::parse(body.as_bytes()).expect("a form")
}

#[test]
fn a_control_character_is_shown_as_its_sign_and_refused_at_its_place() {
    let form =
        parsed("name=%E7%94%B2%00%E4%B9%99&reason=a%0D%0Ab%09c&code=a%09b&note.x=%1b&login=%C2%85");
    assert_eq!(form.first("name"), "甲␀乙");
    assert_eq!(form.first("reason"), "a\nb\tc");
    assert_eq!(form.first("code"), "a␉b");
    assert_eq!(form.first("note.x"), "␛");
    assert_eq!(form.first("login"), "␦");
    let flawed: Vec<_> = form.flawed().collect();
    let names: Vec<_> = flawed.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["name", "code", "note.x", "login"]);
    assert!(flawed.iter().all(|(_, error)| error.code == "FORM-017"));
    assert!(flawed[0].1.sentence.contains("第 2 个字") && flawed[0].1.sentence.contains('␀'));
    let refusal = form
        .fit(|name, _| name.to_owned())
        .expect_err("four fields");
    assert_eq!(refusal.code, "FORM-018");
    assert!(refusal.sentence.contains("有 4 栏"), "{}", refusal.sentence);
}

#[test]
fn a_sign_that_is_sent_back_counts_as_what_it_stands_for() {
    let again = parsed(&format!("name={}", "甲␀乙"));
    assert!(again.flaw("name").is_some());
}

#[test]
fn what_a_spreadsheet_puts_around_a_cell_is_not_typed() {
    let form = parsed("code=%09P001%0D%0A&reason=%0Aa%0A");
    assert_eq!(form.first("code"), "P001");
    assert_eq!(form.first("reason"), "\na\n");
    assert!(form.fit(|name, _| name.to_owned()).is_ok());
}

#[test]
fn a_password_stays_as_it_was_set_and_a_new_one_is_refused() {
    let form = parsed("old=a%09b&new=a%09b&password=%01");
    assert_eq!(form.first("old"), "a\tb");
    assert!(form.flaw("old").is_none() && form.flaw("new").is_some());
    assert!(form.flaw("password").is_some());
}

#[test]
fn a_name_of_a_field_has_no_control_character_either() {
    let form = parsed("na%00me=1");
    assert_eq!(form.first("na␀me"), "1");
    assert!(!form.has(IDEMPOTENCY_FIELD));
}

#[test]
fn a_query_keeps_its_text_and_shows_what_cannot_be_asked_for() {
    assert_eq!(visible_query("q=a&from=b"), None);
    let shown = visible_query("q=%E7%94%B2%00&x=+1").expect("a control character");
    let pairs: Vec<_> = form_urlencoded::parse(shown.as_bytes()).collect();
    assert_eq!(pairs[0].1, "甲␀");
    assert_eq!(pairs[1].1, " 1");
    assert!(flaw_of_line("甲␀").is_some() && flaw_of_line("甲").is_none());
    assert!(in_path("/draw/%00") && in_path("/draw/%C2%85x") && !in_path("/draw/%E7%94%B2"));
}

/// What stands behind each mark in the texts under a folder, up to the end of a name.
fn named(folder: &Path, mark: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of this crate") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            named(&path, mark, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text of this crate");
        for rest in text.split(mark).skip(1) {
            let rest = match mark.starts_with('<') {
                true => rest.split(" name=\"").nth(1).unwrap_or_default(),
                false => rest,
            };
            let name = rest.split(['"', '.']).next().unwrap_or_default();
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn the_fields_of_several_lines_are_those_of_the_screens() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    named(&here.join("src/screen"), "Field::area(\"", &mut found);
    named(&here.join("templates/screen"), "<textarea", &mut found);
    let known = OF_SEVERAL_LINES.iter().map(|name| (*name).to_owned());
    assert_eq!(found, known.collect());
}
