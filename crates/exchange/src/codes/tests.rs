use std::collections::BTreeSet;

use super::ALL;

#[test]
fn every_code_is_there_once_and_says_what_to_do() {
    let mut seen = BTreeSet::new();
    for code in ALL {
        assert!(seen.insert(code.code), "{} twice", code.code);
        assert!(code.code.starts_with("IMPT-"));
        assert!(
            code.sentence.ends_with('。') && code.remedy.ends_with('。'),
            "{}",
            code.code
        );
    }
}
