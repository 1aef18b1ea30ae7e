//! Parameters are data with a basis, and every gap is said.

use super::declared::{Guard, PARAMETERS};
use super::*;
use crate::campaign::CampaignState;
use crate::campaign::party::TrustLevel;
use crate::campaign::state::{Approved, Draft, Step, Submitted};
use crate::id::{AccountId, Fingerprint};
use crate::policy::four_eyes::Hands;
use crate::time::Instant;

fn seed() -> RulebookFile {
    RulebookFile::parse(SEED_RULEBOOK).expect("our own file")
}

fn read(file: &RulebookFile) -> Rulebook {
    Rulebook::read(&file.version, &file.parameters)
}

fn intervals(book: &Rulebook) -> Intervals {
    book.intervals().expect("everything that guards the draw")
}

/// What is wrong with rows as a new version.
fn faults(rows: Vec<ParameterRow>) -> Vec<Refusal> {
    let file = RulebookFile {
        parameters: rows,
        ..seed()
    };
    file.adoptable(None).expect_err("not sound")
}

#[test]
fn the_seed_holds_what_the_founding_document_and_the_protocol_fix() {
    let file = seed().adoptable(None).expect("complete");
    let book = read(&file);
    let kept = intervals(&book);
    assert_eq!((kept.plan_days, kept.freeze_minutes), (3, 60));
    assert_eq!(kept.minimum_level, TrustLevel::Witnessed);
    assert_eq!((book.publication_days, book.report_days), (20, 10));
    assert_eq!((book.penalty_due_days, book.penalty_limit_days), (7, 20));
    assert_eq!((book.result_working_days, book.result_hour), (1, 18));
    assert_eq!((book.team_size, book.frequency_cap), (2, 2));
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
}

#[test]
fn the_demo_changes_intervals_and_nothing_else() {
    let real = seed();
    let demo = RulebookFile::parse(SEED_DEMO_RULEBOOK).expect("our own file");
    let merged = real.clone().overridden_by(demo);
    assert_eq!(merged.version, "2026-1+demo-1");
    let merged = merged.adoptable(None).expect("complete");
    let (real, demo) = (read(&real), read(&merged));
    let expected = Rulebook {
        version: demo.version.clone(),
        intervals: Ok(Intervals {
            plan_days: 0,
            freeze_minutes: 0,
            ..intervals(&real)
        }),
        ..real
    };
    assert_eq!(demo, expected);
}

#[test]
fn the_seed_states_the_declaration_and_nothing_else() {
    let declared: Vec<ParameterRow> = RulebookFile {
        parameters: Vec::new(),
        ..seed()
    }
    .completed()
    .parameters;
    assert_eq!(seed().parameters, declared);
    for known in PARAMETERS {
        assert!(known.is_readable(known.default), "{}", known.key);
        assert!(!known.label.is_empty() && !known.basis.is_empty());
    }
    assert_eq!(u64::from(declared::MERGED_BELOW), draw::quota::SMALL_POOL);
}

#[test]
fn what_the_first_build_stated_is_declared_since_then_and_what_came_later_says_so() {
    let first = include_str!("../../samples/1/rulebooks.parameters.jsonl");
    let rows = PARAMETERS_KEPT.read(first).expect("a sample");
    let stated: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    let since = PARAMETERS.iter().filter(|known| known.since == "0.1.0");
    let declared: Vec<&str> = since.map(|known| known.key).collect();
    assert_eq!(declared, stated);
}

#[test]
fn a_new_version_states_every_parameter_and_none_besides() {
    let file = seed();
    for index in 0..file.parameters.len() {
        let mut rows = file.parameters.clone();
        let gone = rows.remove(index);
        let errors = faults(rows);
        assert_eq!(errors.len(), 1, "{}", gone.key);
        assert_eq!(errors[0].code, "RULE-001");
        assert!(errors[0].sentence.contains(&gone.key));
    }
    let mut rows = file.parameters.clone();
    rows.push(unknown("four_eyes.off"));
    assert_eq!(faults(rows.clone())[0].code, "RULE-004");
    rows.pop();
    rows.push(rows[0].clone());
    let errors = faults(rows);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, "RULE-005");
}

/// PLAN of `shuang/2` names the version it obeys in one word of ASCII.
#[test]
fn a_new_version_has_a_name_that_records_can_cite() {
    let named = |version: &str| {
        let file = RulebookFile {
            version: version.to_owned(),
            ..seed()
        };
        file.adoptable(None)
            .map(drop)
            .map_err(|errors| errors[0].code)
    };
    for fit in ["2026-1", "2026-1+demo-1", "~", &"9".repeat(63)] {
        assert_eq!(named(fit), Ok(()), "{fit}");
    }
    for unfit in ["", "2026 1", "二〇二六年版", "2026-1\n", &"9".repeat(64)] {
        assert_eq!(named(unfit), Err("RULE-007"), "{unfit}");
    }
}

fn unknown(key: &str) -> ParameterRow {
    ParameterRow {
        key: key.to_owned(),
        value: "七".to_owned(),
        label: "明年的参数".to_owned(),
        basis: "明年的细则".to_owned(),
        beyond: [("unit".to_owned(), "次".into())].into(),
    }
}

fn reading(file: &RulebookFile, key: &str) -> ParameterReading {
    let mut all = file.readings().into_iter().filter(|one| one.key == key);
    let found = all.next().expect("a reading of every parameter");
    assert!(all.next().is_none(), "{key} is shown once");
    found
}

#[test]
fn what_a_version_does_not_state_has_its_default_and_only_what_guards_the_draw_stops_it() {
    let whole = read(&seed());
    for known in PARAMETERS {
        let mut file = seed();
        file.parameters.retain(|row| row.key != known.key);
        let book = read(&file);
        let shown = reading(&file, known.key);
        assert_eq!(
            (shown.label.as_str(), shown.basis.as_str()),
            (known.label, known.basis)
        );
        assert_eq!(shown.stated, None, "{}", known.key);
        if known.guard == Guard::Draw {
            assert_eq!(shown.standing, ParameterStanding::Missing);
            assert_eq!(shown.value, None);
            let refusal = book.intervals().expect_err(known.key);
            assert_eq!(refusal.code, "RULE-001");
            assert!(refusal.sentence.contains(known.label), "{refusal}");
            assert_eq!(book.sign_in, whole.sign_in, "nobody is locked out");
        } else {
            assert_eq!(shown.standing, ParameterStanding::Default);
            assert_eq!(shown.mark.as_deref(), Some("默认值（本版未规定）"));
            assert_eq!(shown.value.as_deref(), Some(known.default));
            assert_eq!(book, whole, "{}", known.key);
        }
    }
}

#[test]
fn the_intervals_and_the_level_guard_the_draw() {
    let guards = PARAMETERS.iter().filter(|known| known.guard == Guard::Draw);
    let guards: Vec<&str> = guards.map(|known| known.key).collect();
    assert_eq!(
        guards,
        [
            "level.minimum",
            "interval.plan_days",
            "interval.freeze_minutes"
        ]
    );
}

#[test]
fn what_cannot_be_read_has_its_default_and_is_shown_as_it_stands_but_the_draw_waits_for_it() {
    let whole = read(&seed());
    for known in PARAMETERS {
        let file = RulebookFile {
            parameters: with(&[(known.key, "说不清")]),
            ..seed()
        };
        let book = read(&file);
        let shown = reading(&file, known.key);
        assert_eq!(shown.stated.as_deref(), Some("说不清"));
        let mark = shown.mark.expect("a mark");
        assert!(mark.contains("说不清"), "{mark}");
        if known.guard == Guard::Work {
            assert_eq!(shown.standing, ParameterStanding::Unreadable);
            assert_eq!(shown.value.as_deref(), Some(known.default));
            assert_eq!(book, whole, "{}", known.key);
        } else {
            assert_eq!(shown.standing, ParameterStanding::Blocking);
            assert_eq!(shown.value, None);
            assert_eq!(book.intervals().expect_err(known.key).code, "RULE-002");
            assert_eq!(book.sign_in, whole.sign_in, "nobody is locked out");
        }
        assert_eq!(
            file.adoptable(None).expect_err("strict")[0].code,
            "RULE-002"
        );
    }
}

#[test]
fn a_parameter_stated_twice_is_unreadable_and_not_the_one_or_the_other() {
    let mut file = RulebookFile {
        parameters: with(&[("term.report", "11")]),
        ..seed()
    };
    let mut second = file.parameters.clone();
    second.retain(|row| row.key == "term.report" || row.key == "level.minimum");
    second[1].value = "12".to_owned();
    file.parameters.extend(second);
    let book = read(&file);
    assert_eq!(book.report_days, 10);
    assert_eq!(
        reading(&file, "term.report").stated.as_deref(),
        Some("11；12")
    );
    assert_eq!(
        book.intervals().expect_err("the level twice").code,
        "RULE-005"
    );
}

#[test]
fn what_a_newer_program_wrote_is_named_kept_and_in_the_next_version_again() {
    let mut newer = seed();
    newer.parameters.push(unknown("photo.hash"));
    assert_eq!(read(&newer).intervals(), read(&seed()).intervals());
    let shown = reading(&newer, "photo.hash");
    assert_eq!(shown.standing, ParameterStanding::Unknown);
    assert_eq!(shown.mark.as_deref(), Some("本程序不认识，原样保留"));
    assert_eq!(shown.label, "明年的参数");
    let next = seed().adoptable(Some(&newer)).expect("sound");
    assert_eq!(next.parameters.last(), Some(&unknown("photo.hash")));
    let text = PARAMETERS_KEPT
        .write(&next.parameters)
        .expect("rows encode");
    assert_eq!(PARAMETERS_KEPT.read(&text).as_ref(), Ok(&next.parameters));
    let mut changed = seed();
    changed.parameters.push(ParameterRow {
        value: "八".to_owned(),
        ..unknown("photo.hash")
    });
    let errors = changed.adoptable(Some(&newer)).expect_err("changed");
    assert_eq!(errors[0].code, "RULE-004", "not ours to change");
}

#[test]
fn a_field_that_is_no_field_of_a_row_is_refused_where_a_file_is_entered() {
    let text = SEED_RULEBOOK.replacen("basis =", "basics = \"一\"\nbasis =", 1);
    let refusal = RulebookFile::parse(&text).expect_err("a slip of the pen");
    assert_eq!(refusal.code, "RULE-003");
    assert!(refusal.sentence.contains("basics"), "{refusal}");
}

/// Versions that differ in the days of the report, adopted at these moments.
fn history(versions: &[(&str, i64, &str)]) -> Rulebooks {
    let adopted = versions.iter().map(|(version, at, days)| {
        let book = Rulebook::read(version, &with(&[("term.report", days)]));
        (Instant::from_unix_ms(*at), book)
    });
    Rulebooks::new(adopted.collect())
}

fn approved(at: i64, rulebook: Option<&str>) -> CampaignState {
    let step = Step {
        by: AccountId::from_entropy([1; 12]),
        at: Instant::from_unix_ms(at),
    };
    CampaignState::Approved(Approved {
        submitted: Submitted {
            step: step.clone(),
            plan_hash: Fingerprint::parse(&"0".repeat(64)).expect("64 digits"),
            hands: Hands::of(&step.by),
        },
        step,
        attempt: 1,
        rulebook: rulebook.map(str::to_owned),
    })
}

#[test]
fn a_campaign_obeys_the_version_it_was_approved_under() {
    let versions = history(&[("1", 100, "7"), ("2", 200, "8"), ("3", 300, "9")]);
    let obeys = |state: &CampaignState| versions.of(state).map(|book| book.version.as_str());
    let draft = CampaignState::Draft(Draft {
        author: AccountId::from_entropy([1; 12]),
        hands: Hands::default(),
        returned: None,
    });
    assert_eq!(obeys(&draft), Some("3"), "the one in force");
    assert_eq!(obeys(&approved(250, Some("1"))), Some("1"), "as it says");
    assert_eq!(obeys(&approved(250, Some("4"))), None, "never another one");
    for (at, version) in [
        (99, "1"),
        (100, "1"),
        (199, "1"),
        (200, "2"),
        (299, "2"),
        (999, "3"),
    ] {
        assert_eq!(obeys(&approved(at, None)), Some(version), "{at}");
    }
    assert_eq!(history(&[]).of(&draft), None);
    let report = versions
        .of(&approved(250, None))
        .map(|book| book.report_days);
    assert_eq!(report, Some(8));
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
        ("sign_in.source_failures", "4"),
        ("sign_in.gathered_minutes", "61"),
        ("sign_in.device_days", "0"),
        ("session.idle_minutes", "4"),
        ("session.life_minutes", "1441"),
        ("password.letters", "7"),
        ("password.letters", "65"),
    ] {
        let errors = faults(with(&[(key, value)]));
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
    let file = RulebookFile {
        parameters: with(changes),
        ..seed()
    };
    read(&file.adoptable(None).expect("within bounds")).sign_in
}

#[test]
fn waiting_begins_at_a_second_doubles_with_each_failure_and_never_passes_the_bound() {
    let rules = sign_in(&[("sign_in.failures", "3"), ("sign_in.lock_minutes", "2")]);
    for (failures, seconds) in [
        (0, 0),
        (2, 0),
        (3, 1),
        (4, 2),
        (5, 4),
        (9, 64),
        (10, 120),
        (i64::MAX, 120),
    ] {
        assert_eq!(rules.waits_ms(3, failures, 0), seconds * 1000, "{failures}");
    }
    assert_eq!(
        rules.waits_ms(3, 5, 3_000),
        1000,
        "three of four seconds are over"
    );
    assert_eq!(rules.waits_ms(3, 5, 4_000), 0);
    assert_eq!(
        rules.waits_ms(3, 5, -5_000),
        4_000,
        "a clock set back shortens nothing"
    );
    assert_eq!(
        rules.waits_ms(30, 5, 0),
        0,
        "an address has more that are free"
    );
}

#[test]
fn one_failure_is_forgiven_for_each_bound_without_another() {
    let rules = sign_in(&[("sign_in.failures", "3"), ("sign_in.lock_minutes", "2")]);
    assert_eq!(rules.standing(10, 2 * 60_000 - 1), 10);
    assert_eq!(rules.standing(10, 2 * 60_000), 9);
    assert_eq!(rules.standing(10, 60 * 60_000), 0);
    assert_eq!(
        rules.waits_ms(3, 1_000_000, 2 * 60_000),
        0,
        "however many failed, one may be tried in each bound"
    );
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
    let stored = Rulebook::read("x", &rows).sign_in;
    assert_eq!((stored.idle_minutes, stored.life_minutes), (60, 720));
    let errors = faults(rows);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].sentence.contains("session.life_minutes"));
}

#[test]
fn failures_are_counted_at_least_as_long_as_anybody_waits_for_them() {
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

/// The same version is the same bytes for ever: a PLAN that was logged cites their hash.
#[test]
fn a_version_is_published_as_the_bytes_anybody_can_hash() {
    let row = |key: &str, value: &str| ParameterRow {
        key: key.to_owned(),
        value: value.to_owned(),
        label: "样例“参数”".to_owned(),
        basis: "细则四（二）".to_owned(),
        beyond: BTreeMap::new(),
    };
    let mut later = row("a.later", "1\t2");
    later.beyond.insert("unit".to_owned(), "日".into());
    let mut file = RulebookFile {
        version: "2026-1+demo".to_owned(),
        adopted_on: Date::new(2026, 1, 1).expect("a day"),
        title: "样例细则".to_owned(),
        parameters: vec![row("b.first", "3"), later],
    };
    let text = "[\"mingqian-rulebook/1\",\"2026-1+demo\",\"2026-01-01\",\"样例细则\"]\n\
        [\"a.later\",\"1\\t2\",\"样例“参数”\",\"细则四（二）\",{\"unit\":\"日\"}]\n\
        [\"b.first\",\"3\",\"样例“参数”\",\"细则四（二）\"]\n";
    assert_eq!(file.published_text(), text);
    // In which order the rows are kept does not matter; a value does.
    file.parameters.reverse();
    assert_eq!(file.published_text(), text);
    file.parameters[0].value = "4".to_owned();
    assert_ne!(file.published_text(), text);
}
