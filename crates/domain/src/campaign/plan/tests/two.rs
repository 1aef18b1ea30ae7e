//! What a PLAN of `shuang/2` says besides, and what keeps a plan from saying it.

use draw::Suite;
use draw::version::Version;

use super::*;
use crate::rulebook::SamplingRate;
use crate::time::Instant;

fn ceremony() -> Instant {
    date("2026-11-30").at(9, 30)
}

fn announced() -> CampaignPlan {
    CampaignPlan {
        ceremony: Some(ceremony()),
        ..good()
    }
}

fn complete(plan: CampaignPlan, world: &World) -> CompletePlan {
    plan.complete(&world.facts_of_two()).expect("complete")
}

fn codes_under_two(plan: CampaignPlan, world: &World) -> Vec<&'static str> {
    match plan.complete(&world.facts_of_two()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.refusal.code).collect(),
    }
}

/// Plans lie submitted in databases of earlier builds: what is approved has to hash as what was submitted.
#[test]
fn a_plan_that_announces_no_ceremony_is_the_document_it_always_was() {
    let earlier = include_str!("../../../../samples/1/campaigns.plan.jsonl");
    assert!(earlier.lines().count() > 3);
    for line in earlier.lines() {
        let plan = PLAN.read(line).expect("a sample");
        assert_eq!(plan.canonical_json(), line);
    }
    let text = announced().canonical_json();
    assert!(
        text.ends_with(&format!(",\"ceremony\":{}}}", ceremony().unix_ms())),
        "{text}"
    );
}

#[test]
fn the_record_cites_the_rules_by_their_published_text_and_announces_the_ceremony() {
    let world = world();
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let plan = complete(announced(), &world);
    let record = record_of(&number, &plan, &world.rulebook, &intervals(&world));
    let record = record.expect("fits the grammar");
    assert_eq!(record.version(), Version::Two);
    assert_eq!(announced_ceremony(&record), Some(ceremony()));
    let text = record.to_string();
    let hash = Suite::Sha256.bytes(world.rules.published_text().as_bytes());
    for line in [
        "shuang/2 plan".to_owned(),
        format!("rulebook 2026-1 {hash}"),
        format!("ceremony {}", ceremony().unix_seconds()),
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing in\n{text}"
        );
    }
    assert!(!text.contains("subject-reserve"), "{text}");
    // The same plan under shuang/1 says neither.
    let plan = announced().complete(&world.facts()).expect("complete");
    let record = record_of(&number, &plan, &world.rulebook, &intervals(&world));
    let record = record.expect("fits the grammar");
    assert_eq!(record.version(), Version::One);
    assert_eq!(announced_ceremony(&record), None);
}

/// A fault planted in the good plan, and the codes it must raise under `shuang/2`; under `shuang/1` it is none.
type Planted = (fn(&mut CampaignPlan), &'static [&'static str]);

#[test]
fn what_only_the_second_version_asks_is_named_and_not_asked_by_the_first() {
    let cases: &[Planted] = &[
        (|_| {}, &[]),
        (|p| p.ceremony = None, &["PLAN-020"]),
        (
            |p| p.ceremony = Some(date("2026-12-12").start()),
            &["PLAN-021"],
        ),
        (|p| p.ceremony = Some(date("2026-12-11").at(23, 59)), &[]),
        (
            |p| p.ceremony = Some(Instant::from_unix_seconds(-1)),
            &["PLAN-022"],
        ),
        (|p| p.sources.beacon = beacon("CWL-ssq"), &["PLAN-025"]),
        (|p| p.sources.beacon = beacon("-home"), &["PLAN-025"]),
        (
            |p| p.sources.beacon = beacon(&format!("drand:{}", "0".repeat(64))),
            &["PLAN-025"],
        ),
        (
            |p| p.sources.beacon = beacon(draw::seed::beacon::QUICKNET),
            &[],
        ),
        (|p| p.sources.beacon = beacon("Home-made"), &[]),
        (
            |p| p.sources.parties[0].token = PartyToken::parse("-d").expect("a token"),
            &["DRAW-026"],
        ),
        (
            |p| p.sources.dice = Some(PartyToken::parse("-").expect("a token")),
            &["DRAW-026"],
        ),
        (
            |p| p.staffing.authorities[0].authority = code(".forest"),
            &["DRAW-026"],
        ),
        (
            |p| {
                p.staffing.assignment = Assignment::Groups(3);
                p.staffing.areas = [Area::parse("_east").expect("an area")].into();
            },
            &["DRAW-026"],
        ),
    ];
    let world = world();
    for (index, (plant, expected)) in cases.iter().enumerate() {
        let mut plan = announced();
        plant(&mut plan);
        assert_eq!(
            codes_under_two(plan.clone(), &world),
            *expected,
            "case {index}"
        );
        assert_eq!(codes_of(plan), Vec::<&str>::new(), "case {index}");
    }
}

#[test]
fn an_empty_plan_is_told_its_gaps_and_the_missing_ceremony_at_once() {
    let codes = codes_under_two(CampaignPlan::titled("空"), &world());
    assert_eq!(codes.first(), Some(&"PLAN-001"));
    assert_eq!(codes.last(), Some(&"PLAN-020"));
}

/// Versions adopted before names had to fit stay in force; under them no plan is announced.
#[test]
fn a_version_of_the_rules_that_no_record_can_name_has_to_be_adopted_again() {
    let mut world = world();
    for unfit in ["", "二〇二六", "2026 1", &"9".repeat(64)] {
        unfit.clone_into(&mut world.rules.version);
        assert_eq!(
            codes_under_two(announced(), &world),
            ["PLAN-024"],
            "{unfit}"
        );
    }
    world.rules.version = "9".repeat(63);
    assert_eq!(codes_under_two(announced(), &world), Vec::<&str>::new());
}

/// Which classes a frame will have is not known before the freeze, and then the plan cannot be mended.
#[test]
fn rates_without_a_common_denominator_are_a_fault_where_a_total_is_split() {
    let mut world = world();
    let rate = |p, q| SamplingRate::new(p, q).expect("a rate");
    for class in ["A", "B", "C", "D", "U"] {
        world
            .rulebook
            .class_rates
            .insert(class.to_owned(), rate(1, 1000));
    }
    assert_eq!(codes_under_two(announced(), &world), Vec::<&str>::new());
    world
        .rulebook
        .class_rates
        .insert("A".to_owned(), rate(1, 999));
    assert_eq!(
        codes_under_two(announced(), &world),
        Vec::<&str>::new(),
        "999000"
    );
    world
        .rulebook
        .class_rates
        .insert("B".to_owned(), rate(1, 7));
    let faults = announced()
        .complete(&world.facts_of_two())
        .expect_err("6993000");
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].part, faults[0].refusal.code),
        (PlanPart::Items, "PLAN-023")
    );
    assert!(
        faults[0].refusal.sentence.contains("fume"),
        "{:?}",
        faults[0]
    );
    let mut fixed = announced();
    fixed.items[0].quota = PlannedQuota::Fixed(5);
    assert_eq!(codes_under_two(fixed, &world), ["PLAN-023"]);
    let mut everybody = announced();
    everybody.items[0].quota = PlannedQuota::Everybody;
    assert_eq!(
        codes_under_two(everybody, &world),
        Vec::<&str>::new(),
        "nothing to split"
    );
    assert_eq!(codes_of(announced()), Vec::<&str>::new());
}

#[test]
fn the_ceremony_leaves_room_for_the_intervals_after_approval() {
    let world = world();
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let real = intervals(&world);
    assert_eq!((real.plan_days, real.freeze_minutes), (3, 60));
    let record = |plan: &CompletePlan| {
        let record = record_of(&number, plan, &world.rulebook, &real);
        record.expect("fits the grammar")
    };
    let day = 24 * 60 * 60_000;
    let last = ceremony().plus_ms(-3 * day - 60 * 60_000);
    let plain = record(&complete(announced(), &world));
    assert_eq!(announceable(&plain, last), Ok(()));
    let refusal = announceable(&plain, last.plus_ms(1)).expect_err("too late");
    assert_eq!(refusal.code, "PLAN-022");
    assert!(
        refusal.sentence.contains("定在 2026-11-30 09:30:00")
            && refusal.sentence.contains("最早只能在 2026-11-30 09:30:01"),
        "{refusal}"
    );
    // A beacon appears after the ceremony; only FREEZE has to be out before it.
    let mut with_beacon = announced();
    with_beacon.sources.beacon = beacon("cwl-ssq");
    let with_beacon = record(&complete(with_beacon, &world));
    let last = ceremony().plus_ms(-3 * day);
    assert_eq!(announceable(&with_beacon, last), Ok(()));
    assert!(announceable(&with_beacon, last.plus_ms(1)).is_err());
    // Under shuang/1 no ceremony is announced, whatever the document says.
    let first = announced().complete(&world.facts()).expect("complete");
    assert_eq!(announceable(&record(&first), ceremony()), Ok(()));
}

#[test]
fn a_count_no_record_can_carry_is_refused_before_it_is_logged() {
    let world = world();
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let record = |drawn| {
        let mut plan = announced();
        plan.staffing.authorities[0].drawn = drawn;
        let plan = complete(plan, &world);
        record_of(&number, &plan, &world.rulebook, &intervals(&world)).map(drop)
    };
    assert_eq!(record(99_999_999), Ok(()));
    assert!(record(100_000_000).is_err());
}
