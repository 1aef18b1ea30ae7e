//! Rows of a register, as they come.

use super::*;

fn id() -> SubjectId {
    SubjectId::from_entropy([7; 12])
}

fn good() -> RawSubject {
    RawSubject {
        usci: "91411202MA0XX00155".to_owned(),
        name: "三门峡市甲餐饮店".to_owned(),
        district: "411202".to_owned(),
        area: "hb-01".to_owned(),
        address: "湖滨区某路 1 号".to_owned(),
        registered_on: "2019.3.5".to_owned(),
        pools: "餐饮、夜市".to_owned(),
        class: "B".to_owned(),
        class_source: "市场监管局 2026 年分类".to_owned(),
        class_on: "2026-03-01".to_owned(),
        ..RawSubject::default()
    }
}

#[test]
fn a_good_row_becomes_a_subject() {
    let read = good().read(id(), "测试名录").expect("a good row");
    let subject = read.subject;
    assert_eq!(
        subject.code().expect("a code").as_str(),
        "91411202MA0XX00155"
    );
    assert_eq!(subject.kind, SubjectKind::Enterprise);
    assert_eq!(subject.standing, Standing::Active);
    assert_eq!(subject.registered_on, Date::parse_iso("2019-03-05"));
    assert_eq!(subject.pools.len(), 2);
    assert_eq!(stratum_class(subject.tier.as_ref()), "B");
    assert_eq!(read.warnings, Vec::new());
    let text = serde_json::to_string(&subject).expect("encodes");
    assert_eq!(
        serde_json::from_str::<Subject>(&text).expect("decodes"),
        subject
    );
}

#[test]
fn all_errors_of_a_row_come_back_at_once() {
    let row = RawSubject {
        usci: "9.14112E+17".to_owned(),
        name: "  ".to_owned(),
        district: "41120".to_owned(),
        area: "湖滨".to_owned(),
        registered_on: "昨天".to_owned(),
        standing: "活着".to_owned(),
        kind: "公司".to_owned(),
        class: "E".to_owned(),
        class_source: "某表".to_owned(),
        class_on: "2026-03-01".to_owned(),
        ..good()
    };
    let errors = row.read(id(), "测试").expect_err("a bad row");
    let found: Vec<(&str, &str)> = errors
        .iter()
        .map(|(field, error)| (field, error.code))
        .collect();
    assert_eq!(
        found,
        [
            ("usci", "TEXT-013"),
            ("name", "TEXT-001"),
            ("kind", "TEXT-020"),
            ("district", "TEXT-017"),
            ("area", "TEXT-018"),
            ("registered_on", "DATE-001"),
            ("standing", "TEXT-020"),
            ("class", "TEXT-020"),
        ]
    );
    let standing = errors.of("standing").next().expect("an error");
    assert!(
        standing.remedy.contains("存续"),
        "names the choices: {standing}"
    );
}

#[test]
fn a_class_without_source_or_date_is_refused() {
    for row in [
        RawSubject {
            class_source: String::new(),
            ..good()
        },
        RawSubject {
            class_on: String::new(),
            ..good()
        },
    ] {
        let errors = row.read(id(), "测试").expect_err("typed in freely");
        assert_eq!(
            errors.of("class").next().expect("an error").code,
            "TEXT-022"
        );
    }
    let unclassed = RawSubject {
        class: String::new(),
        ..good()
    };
    let subject = unclassed.read(id(), "测试").expect("unclassed").subject;
    assert_eq!(stratum_class(subject.tier.as_ref()), "U");
}

#[test]
fn an_old_number_in_the_code_column_is_understood_and_no_code_only_warns() {
    let old = RawSubject {
        usci: "411200100001712".to_owned(),
        ..good()
    };
    let subject = old.read(id(), "测试").expect("an old number").subject;
    assert!(matches!(
        subject.code(),
        Some(SubjectCode::RegisterNumber(_))
    ));

    let none = RawSubject {
        usci: String::new(),
        ..good()
    };
    let read = none.read(id(), "测试").expect("may stand in the register");
    assert_eq!(read.subject.code(), None);
    assert_eq!(read.warnings[0].1.code, "TEXT-016");
}

#[test]
fn a_citizen_number_never_enters_the_register() {
    let row = RawSubject {
        usci: "11010519491231002X".to_owned(),
        ..good()
    };
    let errors = row.read(id(), "测试").expect_err("a citizen number");
    assert_eq!(errors.of("usci").next().expect("an error").code, "TEXT-014");
}

#[test]
fn every_column_is_set_and_got_by_name_and_by_heading() {
    for (name, label) in COLUMNS {
        let mut row = RawSubject::default();
        assert!(row.set(label, "值"), "{label}");
        assert_eq!(row.get(name), "值", "{name}");
        let filled = COLUMNS
            .iter()
            .filter(|(other, _)| !row.get(other).is_empty())
            .count();
        assert_eq!(filled, 1, "{name} fills itself only");
    }
    assert!(!RawSubject::default().set("法定代表人", "甲"));
}

#[test]
fn a_hyphen_is_not_an_area() {
    assert_eq!(
        Area::parse("-").expect_err("means no areas").code,
        "TEXT-018"
    );
}
