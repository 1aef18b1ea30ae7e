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
    assert_eq!((book.sign_in.failures, book.sign_in.lock_minutes), (5, 15));
    assert_eq!(
        (book.sign_in.idle_minutes, book.sign_in.life_minutes),
        (60, 720)
    );
    assert_eq!(book.sign_in.password_letters, 10);
    assert_eq!(book.window_days, 366);
    let kept = (book.retention.import_days, book.retention.draft_days);
    assert_eq!(kept, (30, 30));
    assert_eq!(book.visit_attempts, 2);
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
        ("team.size", "1"),
        ("plan.window_days", "367"),
        ("retention.import_days", "0"),
        ("retention.draft_days", "367"),
        ("term.report", "十"),
        ("level.minimum", "0"),
        ("interval.result_hour", "25"),
        ("reserve.rule", "free-choice"),
        ("quota.merge_below", "10"),
        ("quota.rule", "by-hand"),
        ("interval.plan_days", "-1"),
        ("sign_in.failures", "0"),
        ("sign_in.failures", "11"),
        ("sign_in.lock_minutes", "0"),
        ("session.idle_minutes", "4"),
        ("session.life_minutes", "1441"),
        ("password.letters", "7"),
        ("password.letters", "65"),
    ] {
        let errors = Rulebook::from_rows("x", &with(&[(key, value)])).expect_err(value);
        assert_eq!(errors[0].code, "RULE-002", "{key} = {value}");
    }
}

/// The rows of the seed, some with another value.
fn with(changes: &[(&str, &str)]) -> Vec<ParameterRow> {
    let mut rows = seed().parameters;
    for (key, value) in changes {
        let row = rows.iter_mut().find(|row| row.key == *key);
        (*value).clone_into(&mut row.expect("a known key").value);
    }
    rows
}

fn sign_in(changes: &[(&str, &str)]) -> SignInRules {
    let book = Rulebook::from_rows("x", &with(changes)).expect("within bounds");
    book.sign_in
}

#[test]
fn a_name_is_locked_from_the_last_failure_the_rulebook_allows_until_its_minutes_are_over() {
    let rules = sign_in(&[("sign_in.failures", "3"), ("sign_in.lock_minutes", "2")]);
    assert!(!rules.is_locked(2, 0), "two of three");
    assert!(rules.is_locked(3, 0));
    assert!(rules.is_locked(3, 2 * 60_000 - 1));
    assert!(!rules.is_locked(3, 2 * 60_000), "two minutes later");
    assert!(rules.uses_up(3), "and the count begins anew");
}

#[test]
fn a_session_runs_out_unused_or_old_whichever_comes_first() {
    let rules = sign_in(&[
        ("session.idle_minutes", "10"),
        ("session.life_minutes", "30"),
    ]);
    let minute = 60_000;
    assert!(!rules.has_run_out(10 * minute, 10 * minute));
    assert!(rules.has_run_out(10 * minute + 1, 10 * minute + 1));
    assert!(!rules.has_run_out(0, 30 * minute));
    assert!(
        rules.has_run_out(0, 30 * minute + 1),
        "used to the last, and over all the same"
    );
}

#[test]
fn a_session_may_not_end_before_it_can_be_idle() {
    let rows = with(&[
        ("session.idle_minutes", "60"),
        ("session.life_minutes", "59"),
    ]);
    let errors = Rulebook::from_rows("x", &rows).expect_err("59 < 60");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].sentence.contains("session.life_minutes"));
}

#[test]
fn failures_are_counted_at_least_as_long_as_they_lock() {
    let long = sign_in(&[
        ("sign_in.lock_minutes", "1440"),
        ("session.life_minutes", "60"),
    ]);
    assert_eq!(long.failures_kept_ms(), 1440 * 60_000);
    let short = sign_in(&[]);
    assert_eq!(short.failures_kept_ms(), 720 * 60_000);
}

#[test]
fn the_letters_of_a_password_are_counted_and_not_its_bytes() {
    let rules = sign_in(&[("password.letters", "8")]);
    assert!(!rules.is_long_enough("七个汉字不够长"));
    assert!(rules.is_long_enough("八个汉字刚刚够长"));
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
