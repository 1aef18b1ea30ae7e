//! The registry is complete, unique and readable.

use std::collections::BTreeSet;

use super::{Code, Refusal, codes};

#[test]
fn every_code_is_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for code in codes::ALL.iter() {
        assert!(seen.insert(code.code), "{} is used twice", code.code);
        let (family, number) = code.code.split_once('-').expect("FAMILY-number");
        assert!(
            family.len() >= 3 && family.bytes().all(|b| b.is_ascii_uppercase()),
            "{}",
            code.code
        );
        assert!(
            number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()),
            "{}",
            code.code
        );
    }
}

#[test]
fn every_code_says_what_and_what_to_do() {
    for code in codes::ALL.iter() {
        assert!(
            code.sentence.ends_with('。'),
            "{}: {}",
            code.code,
            code.sentence
        );
        assert!(
            code.remedy.ends_with('。'),
            "{}: {}",
            code.code,
            code.remedy
        );
        for text in [code.sentence, code.remedy] {
            assert!(!text.contains(['！', '!']), "{}: no exclamation", code.code);
            assert!(
                !text.replace("系统、安全、审计", "").contains("系统"),
                "{} blames the program",
                code.code
            );
            assert_eq!(
                text.matches('{').count(),
                text.matches('}').count(),
                "{}",
                code.code
            );
        }
    }
}

#[test]
fn the_article_stands_in_brackets_before_the_full_stop() {
    let refusal = codes::AUTH_SELF_APPROVAL.refuse(&[]);
    assert_eq!(
        refusal.to_string(),
        "方案由本人起草、修改或提交，不能由本人批准（细则四（二））。由没有起草、修改或提交过这份方案的分管领导批准。AUTH-012"
    );
}

#[test]
fn facts_replace_their_placeholders() {
    let Refusal { sentence, .. } =
        codes::CAMPAIGN_WRONG_STATE.refuse(&[("state", &"草稿"), ("verb", &"抽取")]);
    assert_eq!(sentence, "抽查处于“草稿”，不能办理“抽取”。");
}

#[test]
fn a_fact_that_looks_like_a_placeholder_is_not_filled_again() {
    static CODE: Code = Code::new("TEST-001", "“{name}”与“{other}”。", None, "改名。");
    let refusal = CODE.refuse(&[("name", &"{other}"), ("other", &"乙")]);
    assert_eq!(refusal.sentence, "“{other}”与“乙”。");
}
