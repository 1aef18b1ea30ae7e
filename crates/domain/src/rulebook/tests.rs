//! Parameters are data with a basis, and every gap is said.

use super::*;

fn seed() -> RulebookFile {
    RulebookFile::parse(SEED_RULEBOOK).expect("our own file")
}

#[test]
fn the_seed_holds_what_the_founding_document_and_the_protocol_fix() {
    let file = seed();
    let book = Rulebook::from_rows(&file.version, &file.parameters).expect("complete");
    assert_eq!(book.plan_days, 3);
    assert_eq!(book.freeze_minutes, 60);
    assert_eq!((book.publication_days, book.report_days), (20, 10));
    assert_eq!((book.penalty_due_days, book.penalty_limit_days), (7, 20));
    assert_eq!((book.team_size, book.frequency_cap), (2, 2));
    assert_eq!(book.minimum_level, TrustLevel::Witnessed);
    assert_eq!(Some(book.rate_of(None)), SamplingRate::new(5, 100));
    assert!(
        file.parameters
            .iter()
            .all(|row| !row.basis.is_empty() && !row.label.is_empty())
    );
}

#[test]
fn the_demo_changes_intervals_and_nothing_else() {
    let real = seed();
    let demo = RulebookFile::parse(SEED_DEMO_RULEBOOK).expect("our own file");
    let merged = real.clone().overridden_by(demo);
    assert_eq!(merged.version, "2026-1+demo-1");
    let real = Rulebook::from_rows(&real.version, &real.parameters).expect("complete");
    let demo = Rulebook::from_rows(&merged.version, &merged.parameters).expect("complete");
    let expected = Rulebook {
        version: demo.version.clone(),
        plan_days: 0,
        freeze_minutes: 0,
        ..real
    };
    assert_eq!(demo, expected);
}

#[test]
fn every_parameter_is_needed_and_none_is_extra() {
    let file = seed();
    for index in 0..file.parameters.len() {
        let mut rows = file.parameters.clone();
        let gone = rows.remove(index);
        let errors = Rulebook::from_rows("x", &rows).expect_err(&gone.key);
        assert_eq!(errors.len(), 1, "{}", gone.key);
        assert_eq!(errors[0].code, "RULE-001");
        assert!(errors[0].sentence.contains(&gone.key));
    }
    let mut rows = file.parameters.clone();
    rows.push(ParameterRow {
        key: "four_eyes.off".to_owned(),
        ..rows[0].clone()
    });
    let errors = Rulebook::from_rows("x", &rows).expect_err("unknown");
    assert_eq!(errors[0].code, "RULE-004");
    rows.pop();
    rows.push(rows[0].clone());
    assert_eq!(
        Rulebook::from_rows("x", &rows).expect_err("twice")[0].code,
        "RULE-005"
    );
}

#[test]
fn values_out_of_bounds_are_refused_by_name() {
    for (key, value) in [
        ("rate.A", "110/100"),
        ("rate.A", "1/0"),
        ("team.size", "0"),
        ("term.report", "十"),
        ("level.minimum", "0"),
        ("interval.result_hour", "25"),
        ("reserve.rule", "free-choice"),
        ("quota.merge_below", "10"),
        ("quota.rule", "by-hand"),
        ("interval.plan_days", "-1"),
    ] {
        let mut rows = seed().parameters;
        let row = rows
            .iter_mut()
            .find(|row| row.key == key)
            .expect("a known key");
        row.value = value.to_owned();
        let errors = Rulebook::from_rows("x", &rows).expect_err(value);
        assert_eq!(errors[0].code, "RULE-002", "{key} = {value}");
    }
}

#[test]
fn rates_are_exact_fractions() {
    assert_eq!(SamplingRate::parse("5%"), SamplingRate::new(5, 100));
    assert_eq!(SamplingRate::parse("２‰"), SamplingRate::new(2, 1000));
    assert_eq!(SamplingRate::parse("1/3"), SamplingRate::new(1, 3));
    for text in ["", "5", "0.05", "-1/2", "1/0", "3/2", "9999999/9999999"] {
        assert_eq!(SamplingRate::parse(text), None, "{text}");
    }
}
