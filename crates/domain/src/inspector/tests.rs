//! Who may be drawn.

use super::*;

fn row() -> RawInspector {
    RawInspector {
        code: "F001".to_owned(),
        name: "检查员甲".to_owned(),
        unit: "执法监督科".to_owned(),
        credential: "411200-0001".to_owned(),
        valid_until: "2026-12-31".to_owned(),
        ..RawInspector::default()
    }
}

fn read(row: &RawInspector) -> Inspector {
    row.read(
        InspectorId::from_entropy([1; 12]),
        Some(OrgUnitId::from_entropy([2; 12])),
    )
    .expect("a good row")
}

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

fn item(text: &str) -> ItemId {
    ItemId::parse(text).expect("an item code")
}

#[test]
fn a_credential_must_outlast_the_last_visit() {
    let inspector = read(&row());
    assert_eq!(
        inspector.ineligible(&[], date("2026-12-31")),
        None,
        "its last day counts"
    );
    assert_eq!(
        inspector.ineligible(&[], date("2027-01-01")),
        Some(Ineligible::Expired)
    );
    let refusal = inspector
        .require_eligible(&[], date("2027-01-01"))
        .expect_err("expired");
    assert_eq!(refusal.code, "ROST-007");
    assert!(refusal.sentence.contains("检查员甲") && refusal.sentence.contains("2026-12-31"));
}

#[test]
fn presence_credential_and_scope_are_conditions() {
    let on = date("2026-11-30");
    let away = read(&RawInspector {
        presence: "离岗".to_owned(),
        ..row()
    });
    assert_eq!(
        away.require_eligible(&[], on).expect_err("away").code,
        "ROST-005"
    );
    let bare = read(&RawInspector {
        credential: String::new(),
        valid_until: String::new(),
        ..row()
    });
    assert_eq!(
        bare.require_eligible(&[], on).expect_err("no paper").code,
        "ROST-006"
    );
    let narrow = read(&RawInspector {
        scope: "fume".to_owned(),
        ..row()
    });
    assert_eq!(narrow.ineligible(&[item("fume")], on), None);
    let both = [item("fume"), item("haul")];
    assert_eq!(
        narrow
            .require_eligible(&both, on)
            .expect_err("one missing")
            .code,
        "ROST-008"
    );
}

#[test]
fn a_bad_row_names_each_field() {
    let bad = RawInspector {
        code: "检查员甲".to_owned(),
        name: String::new(),
        valid_until: String::new(),
        presence: "也许".to_owned(),
        may_lead: "或".to_owned(),
        scope: "油烟".to_owned(),
        ..row()
    };
    let errors = bad
        .read(InspectorId::from_entropy([1; 12]), None)
        .expect_err("bad");
    let found: Vec<(&str, &str)> = errors
        .iter()
        .map(|(field, error)| (field, error.code))
        .collect();
    assert_eq!(
        found,
        [
            ("code", "TEXT-021"),
            ("name", "TEXT-001"),
            ("unit", "TEXT-020"),
            ("valid_until", "TEXT-001"),
            ("scope", "TEXT-020"),
            ("presence", "TEXT-020"),
            ("may_lead", "TEXT-020"),
        ]
    );
}

#[test]
fn every_column_can_be_set_by_its_heading() {
    for (name, label) in COLUMNS {
        let mut by_label = RawInspector::default();
        assert!(by_label.set(label, "值"), "{label}");
        let mut by_name = RawInspector::default();
        assert!(by_name.set(name, "值"), "{name}");
        assert_eq!(by_label, by_name);
        assert_ne!(by_label, RawInspector::default());
    }
}
