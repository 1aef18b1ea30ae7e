//! The two seeded items, their law and their dates.

use super::*;

fn seeded() -> Vec<InspectionItem> {
    ItemFile::parse(SEED_ITEMS).expect("our own file")
}

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

#[test]
fn the_founding_document_names_exactly_these_two_items() {
    let items = seeded();
    let named: Vec<(&str, &str, bool, usize)> = items
        .iter()
        .map(|item| {
            let terms = &item.terms;
            (
                terms.owner.as_str(),
                terms.name.as_str(),
                terms.joint,
                terms.criteria.len(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("执法监督科", "对市本级餐饮企业油烟管控联合检查", true, 17),
            ("环卫执法大队", "对渣土运输企业监督检查", false, 17),
        ]
    );
    for item in &items {
        assert_eq!(item.published_on, None, "published only by an act");
    }
}

#[test]
fn checklists_are_numbered_without_gaps_and_every_line_says_how() {
    for (item, letter) in seeded().iter().zip(["Y", "Z"]) {
        for (index, criterion) in item.terms.criteria.iter().enumerate() {
            assert_eq!(criterion.id.as_str(), format!("{letter}{}", index + 1));
            assert!(!criterion.method.is_empty() && !criterion.basis.is_empty());
            assert_ne!(
                criterion.evidence,
                EvidenceRule::default(),
                "{}",
                criterion.id
            );
        }
    }
}

#[test]
fn the_repealed_laws_are_citable_to_their_last_day_and_no_longer() {
    for item in seeded() {
        let ended: Vec<&LegalCitation> = item.expired(date("2026-08-15")).collect();
        assert!(!ended.is_empty());
        for citation in ended {
            assert_eq!(
                citation.valid_to,
                Some(date("2026-08-14")),
                "{}",
                citation.key
            );
            assert_eq!(
                citation.successor.as_deref(),
                Some("待确认"),
                "{}",
                citation.key
            );
            assert!(citation.in_force(date("2026-08-14")));
        }
        let open: Vec<&str> = item
            .citable(date("2026-11-23"))
            .map(|c| c.instrument.as_str())
            .collect();
        assert!(
            !open
                .iter()
                .any(|name| name.starts_with("中华人民共和国大气污染防治法"))
        );
        assert!(
            !open
                .iter()
                .any(|name| name.starts_with("中华人民共和国固体废物"))
        );
        assert!(!open.is_empty(), "local rules still carry the item");
    }
}

#[test]
fn criteria_that_lost_their_law_are_named() {
    let items = seeded();
    let lost: Vec<&str> = items[0]
        .without_basis(date("2026-11-23"))
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(lost, ["Y3", "Y7", "Y16"]);
    assert_eq!(items[0].without_basis(date("2026-08-14")).count(), 0);
}

#[test]
fn only_a_published_revision_with_law_in_force_enters_a_plan() {
    let mut item = seeded().remove(0);
    let (from, until) = (date("2026-11-30"), date("2026-12-31"));
    assert_eq!(
        item.require_plannable(from, until).expect_err("draft").code,
        "CATA-001"
    );
    item.published_on = Some(date("2026-12-01"));
    assert_eq!(
        item.require_plannable(from, until).expect_err("later").code,
        "CATA-002"
    );
    item.published_on = Some(date("2026-11-01"));
    assert_eq!(item.require_plannable(from, until), Ok(()));
    item.terms.random = false;
    assert_eq!(
        item.require_plannable(from, until)
            .expect_err("not random")
            .code,
        "CATA-004"
    );
    item.terms.random = true;
    item.terms
        .legal_basis
        .retain(|citation| citation.valid_to.is_some());
    assert_eq!(
        item.require_plannable(from, until)
            .expect_err("no law")
            .code,
        "CATA-003"
    );
    let before = (date("2026-08-01"), date("2026-08-20"));
    item.published_on = Some(date("2026-07-01"));
    let refusal = item
        .require_plannable(before.0, before.1)
        .expect_err("runs out within");
    assert_eq!(refusal.code, "CATA-003");
}

#[test]
fn a_revision_never_changes_the_one_before() {
    let first = seeded().remove(1);
    let mut terms = first.terms.clone();
    terms.frequency = "每两年 1 次".to_owned();
    let second = first.revise(terms, "频次调整");
    assert_eq!((second.revision, second.published_on), (2, None));
    assert_eq!(first.terms.frequency, "每年 1 次，同一对象全年不超过 2 次");
}

#[test]
fn unsound_terms_are_listed_whole() {
    let mut terms = seeded().remove(0).terms;
    terms.name.clear();
    terms.methods.clear();
    terms.criteria[1].id = terms.criteria[0].id.clone();
    terms.criteria[2].basis.push("nowhere".to_owned());
    let codes: Vec<&str> = terms
        .require_sound()
        .expect_err("unsound")
        .iter()
        .map(|fault| fault.code)
        .collect();
    assert_eq!(codes, ["CATA-005", "CATA-005", "CATA-006", "CATA-007"]);
}

#[test]
fn a_broken_file_says_where() {
    let faults = ItemFile::parse("[[item]]\nid = \"x\"\n").expect_err("fields are missing");
    assert_eq!(faults[0].code, "CATA-008");
    assert!(!faults[0].sentence.contains('{'));
}

#[test]
fn the_national_wordings_and_the_states_are_two_kinds() {
    let list = parse_outcomes(SEED_OUTCOMES).expect("our own list");
    let results = list
        .iter()
        .filter(|code| code.kind == OutcomeKind::Result)
        .count();
    assert_eq!((results, list.len()), (8, 13));
    assert_eq!(list[0].label, "未发现问题");
    assert!(list.iter().all(|code| code.in_use(date("2026-11-23"))));
    assert!(!list[0].in_use(date("2019-12-31")));
}

#[test]
fn a_bad_outcome_row_is_named() {
    let text = "code,label,kind,follow_up,valid_from,valid_to,version,source\n\
                R1,甲,result,none,2020-01-01,,v,s\nR1,甲,result,none,2020-01-01,,v,s\n\
                R2,乙,good,none,2020-01-01,,v,s\nR3,丙,result,none,2020-13-01,,v,s\nR4\n";
    let errors = parse_outcomes(text).expect_err("bad rows");
    let found: Vec<(usize, &str)> = errors
        .iter()
        .map(|(line, error)| (*line, error.code))
        .collect();
    assert_eq!(
        found,
        [
            (3, "CATA-009"),
            (4, "CATA-009"),
            (5, "DATE-002"),
            (6, "CATA-009")
        ]
    );
}
