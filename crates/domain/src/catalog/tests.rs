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
            assert!(!criterion.method.is_empty());
            // What is asked for locally rests on no article, and says so.
            let local = ["Y10", "Y11", "Y17"].contains(&criterion.id.as_str());
            assert_eq!(criterion.basis.is_empty(), local, "{}", criterion.id);
            assert_eq!(
                criterion.method.contains("待核对"),
                local,
                "{}",
                criterion.id
            );
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
            let successor = citation.successor.as_deref().unwrap_or_default();
            assert!(successor.starts_with("生态环境法典第"), "{}", citation.key);
            assert!(successor.ends_with("（待法制核对）"), "{}", citation.key);
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
    assert_eq!(lost, ["Y10", "Y11", "Y17"], "asked for locally, no article");
    let before: Vec<&str> = items[0]
        .without_basis(date("2026-08-14"))
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(before, lost, "the Code took the place of what it repealed");
    assert_eq!(items[1].without_basis(date("2026-11-23")).count(), 0);
}

/// `domain.md` names what was cited wrongly; each line is a citation here.
#[test]
#[expect(
    clippy::cognitive_complexity,
    clippy::too_many_lines,
    reason = "a list of citations, one after the other"
)]
fn the_seed_cites_what_stands() {
    let items = seeded();
    let cited = |item: &InspectionItem, id: &str, on: &str| -> Vec<String> {
        let id = ChecklistItemId::parse(id).expect("a token");
        let criterion = item.criterion(&id).expect("in the checklist");
        let own = item.citable(date(on));
        own.filter(|c| criterion.basis.contains(&c.key))
            .map(|c| format!("{}{}", c.instrument, c.article))
            .collect()
    };
    let (fume, haul) = (&items[0], &items[1]);
    for id in ["Y3", "Y7"] {
        let now = cited(fume, id, "2026-11-23");
        for stands in [
            "河南省大气污染防治条例第五十九条",
            "三门峡市大气污染防治条例第四十条第三款",
            "中华人民共和国生态环境法典第二百五十条",
        ] {
            assert!(now.iter().any(|c| c == stands), "{id} {stands}: {now:?}");
        }
    }
    assert_eq!(
        cited(fume, "Y16", "2026-11-23"),
        ["中华人民共和国生态环境法典第二百零七条"]
    );
    assert!(
        cited(haul, "Z10", "2026-11-23")
            .contains(&"中华人民共和国生态环境法典第一千一百六十九条".to_owned())
    );
    for id in ["Z4", "Z5"] {
        let now = cited(haul, id, "2026-11-23");
        assert!(
            now.iter()
                .any(|c| c.contains("139号令") || c.contains("第139号"))
        );
        assert!(
            now.iter().any(|c| c.ends_with("第一千一百二十九条")),
            "{id}"
        );
    }
    for item in &items {
        for citation in &item.terms.legal_basis {
            let from = citation.valid_from;
            match citation.instrument.as_str() {
                "三门峡市大气污染防治条例" => assert_eq!(from, date("2019-11-01")),
                "三门峡市城市环境卫生管理条例" => {
                    assert_eq!(from, date("2017-01-01"));
                }
                "中华人民共和国生态环境法典" => {
                    assert_eq!(from, date("2026-08-15"));
                    assert!(citation.unconfirmed, "{}", citation.key);
                }
                _ => {}
            }
            assert!(
                !citation.article.contains("第三项") || !citation.instrument.starts_with("三门峡")
            );
        }
    }
    let y5 = fume
        .criterion(&ChecklistItemId::parse("Y5").expect("a token"))
        .expect("measured");
    let limit = y5.standard.as_deref().unwrap_or_default();
    assert!(
        limit.contains("2.0 mg/m³") && limit.contains("85%"),
        "{limit}"
    );
    assert!(y5.evidence.report, "a place for the laboratory's report");
}

/// Nothing an order may rest on is left to be guessed.
#[test]
fn each_citation_of_the_seed_says_what_it_allows() {
    for item in seeded() {
        for citation in &item.terms.legal_basis {
            let allows = citation.allows.as_ref();
            let allows = allows.unwrap_or_else(|| panic!("{} says nothing", citation.key));
            assert!(
                allows.order || allows.fine.is_none(),
                "{}: a fine comes with an order here",
                citation.key
            );
        }
    }
    let fume = seeded().remove(0);
    let carries = |id: &str, on: &str| {
        let id = ChecklistItemId::parse(id).expect("a token");
        fume.carries_order(fume.criterion(&id).expect("known"), date(on))
    };
    assert_eq!(carries("Y3", "2026-11-23"), Some(true));
    assert_eq!(carries("Y3", "2026-08-14"), Some(true), "the law before it");
    assert_eq!(
        carries("Y8", "2026-11-23"),
        Some(false),
        "a standard orders nothing"
    );
    assert_eq!(
        carries("Y13", "2026-11-23"),
        Some(false),
        "环卫 19 has no order of its own"
    );
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
