//! Who is in the frame, and the frame that the draw takes.

use super::*;
use crate::campaign::party::PartyName;
use crate::campaign::plan::{
    AuthorityDraw, CampaignPlan, PlanFacts, PlanVersion, PlannedItem, PlannedQuota, Window,
    record_of,
};
use crate::catalog::{ItemFile, Method, SEED_ITEMS};
use crate::id::{AccountId, CampaignNo, InspectorCode, InspectorId, OrgUnitId, PartyToken};
use crate::inspector::RawInspector;
use crate::org::OrgTree;
use crate::recusal::RecusalGround;
use crate::rulebook::{RulebookFile, SEED_RULEBOOK};
use crate::subject::{Area, RawSubject, Standing};
use crate::text::{DistrictCode, SubjectCode};
use crate::time::{Date, Instant};

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

/// An old register number that fits the grammar, so that many subjects are cheap to make.
fn subject(number: u64, class: &str) -> Subject {
    let row = RawSubject {
        register_number: format!("41120000{number:07}"),
        name: format!("甲餐饮 {number} 店"),
        district: "411202".to_owned(),
        pools: "餐饮".to_owned(),
        class: class.to_owned(),
        class_source: if class.is_empty() {
            String::new()
        } else {
            "测试分类".to_owned()
        },
        class_on: if class.is_empty() {
            String::new()
        } else {
            "2026-03-01".to_owned()
        },
        ..RawSubject::default()
    };
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    row.read(SubjectId::from_entropy(bytes), "测试")
        .expect("a good row")
        .subject
}

fn inspector(code: &str, until: &str) -> Inspector {
    let row = RawInspector {
        code: code.to_owned(),
        name: "检查员甲".to_owned(),
        credential: "411200-0001".to_owned(),
        valid_until: until.to_owned(),
        may_lead: "是".to_owned(),
        ..RawInspector::default()
    };
    let unit = Some(OrgUnitId::from_entropy([2; 12]));
    row.read(InspectorId::from_entropy([1; 12]), unit)
        .expect("a good row")
}

struct World {
    rulebook: Rulebook,
    items: Vec<InspectionItem>,
    inspectors: Vec<Inspector>,
    plan: CampaignPlan,
    subjects: Vec<Subject>,
    visits: Vec<u32>,
    must: Vec<Option<MustReason>>,
    recusals: Vec<Recusal>,
    untied: Vec<Recusal>,
}

impl World {
    /// `count` caterers without class, nobody special.
    fn new(count: u64) -> Self {
        let file = RulebookFile::parse(SEED_RULEBOOK).expect("our own file");
        let mut items = ItemFile::parse(SEED_ITEMS).expect("our own file");
        for item in &mut items {
            item.published_on = Some(date("2026-02-01"));
        }
        let token = |text: &str| InspectorCode::parse(text).expect("a token");
        let mut plan = CampaignPlan::titled("抽查");
        plan.items = vec![PlannedItem {
            item: items[0].id.clone(),
            revision: 1,
            quota: PlannedQuota::Rulebook,
        }];
        plan.window = Some(Window {
            from: date("2026-11-30"),
            until: date("2026-12-11"),
        });
        plan.purpose = "目的".to_owned();
        plan.staffing.authorities = vec![AuthorityDraw {
            authority: token("-"),
            drawn: 3,
            per_team: 2,
        }];
        plan.staffing.leaders = vec![token("F001")];
        plan.methods = vec![Method::OnSite];
        plan.intended_use = "公示".to_owned();
        plan.jurisdiction = [DistrictCode::parse("411202").expect("a district")].into();
        plan.sources.parties = ["discipline", "justice"]
            .map(|name| PartyName {
                token: PartyToken::parse(name).expect("a token"),
                office: name.to_owned(),
                person: "见证人甲".to_owned(),
                unit: None,
            })
            .into();
        Self {
            rulebook: Rulebook::read(&file.version, &file.parameters),
            items,
            inspectors: (1..=5)
                .map(|n| inspector(&format!("F00{n}"), "2027-12-31"))
                .collect(),
            plan,
            subjects: (0..count).map(|n| subject(n, "")).collect(),
            visits: vec![0; usize::try_from(count).expect("small")],
            must: vec![None; usize::try_from(count).expect("small")],
            recusals: Vec::new(),
            untied: Vec::new(),
        }
    }

    fn frame(&self) -> Result<Eligibility, Vec<Refusal>> {
        self.frame_and_record().map(|(found, _)| found)
    }

    fn frame_and_record(&self) -> Result<(Eligibility, PlanRecord), Vec<Refusal>> {
        self.frame_under(Version::One)
    }

    /// The frame of an attempt of this version, under a PLAN of `shuang/1`.
    fn frame_under(&self, version: Version) -> Result<(Eligibility, PlanRecord), Vec<Refusal>> {
        let initiator = OrgUnitId::from_entropy([9; 12]);
        let plan = self
            .plan
            .clone()
            .complete(&PlanFacts {
                items: &self.items,
                inspectors: &self.inspectors,
                initiator: &initiator,
                units: &OrgTree::default(),
                rulebook: &self.rulebook,
                version: PlanVersion::One,
            })
            .expect("complete");
        let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
        let intervals = self.rulebook.intervals().expect("the seed guards the draw");
        let record = record_of(&number, &plan, &self.rulebook, &intervals).expect("a record");
        let subjects: Vec<SubjectFacts<'_>> = self
            .subjects
            .iter()
            .zip(&self.visits)
            .zip(&self.must)
            .map(|((subject, visits), must)| SubjectFacts {
                subject,
                visits_this_year: *visits,
                must: *must,
            })
            .collect();
        let found = frame_of(&FrameFacts {
            plan: &plan,
            record: &record,
            items: &self.items,
            subjects: &subjects,
            inspectors: &self.inspectors,
            recusals: &self.recusals,
            untied: &self.untied,
            rulebook: &self.rulebook,
            version,
        })?;
        Ok((found, record))
    }

    /// Status text of each subject, in the order of the register.
    fn statuses(&self) -> Vec<String> {
        let found = self.frame().expect("a frame");
        found
            .frame
            .subjects
            .iter()
            .map(|row| row.status_text.to_owned())
            .collect()
    }
}

#[test]
fn the_first_reason_that_applies_decides() {
    let mut world = World::new(10);
    for (at, standing) in [
        (0, Standing::RevokedNotClosed),
        (1, Standing::Deregistered),
        (2, Standing::MovedAway),
        (3, Standing::Cancelled),
        (4, Standing::Suspended),
        (5, Standing::Unknown),
    ] {
        world.subjects[at].standing = standing;
        world.must[at] = Some(MustReason::KeySupervision);
    }
    world.subjects[6].district = DistrictCode::parse("411221").expect("a district");
    world.must[7] = Some(MustReason::Rectification);
    world.visits[7] = 5;
    world.visits[8] = 2;
    assert_eq!(
        world.statuses(),
        [
            "skip:revoked",
            "skip:deregistered",
            "skip:moved",
            "skip:cancelled",
            "skip:suspended",
            "skip:unknown-standing",
            "skip:jurisdiction",
            "must:rectification",
            "skip:cap",
            "draw",
        ]
    );
    world.plan.include_suspended = true;
    assert_eq!(world.statuses()[4], "must:key-supervision");
}

#[test]
fn a_small_pool_merges_its_classes_and_a_large_one_keeps_them() {
    let mut small = World::new(0);
    small.subjects = (0..19)
        .map(|n| subject(n, ["A", "B", ""][(n % 3) as usize]))
        .collect();
    small.visits = vec![0; 19];
    small.must = vec![None; 19];
    let found = small.frame().expect("a frame");
    let strata: Vec<&str> = found
        .counts
        .iter()
        .map(|count| count.stratum.as_str())
        .collect();
    assert_eq!(strata, ["fume:all"]);
    assert_eq!(found.quota(), 1, "⌈19 · 5 %⌉");

    let mut large = World::new(0);
    large.subjects = (0..100)
        .map(|n| subject(n, ["A", "B", "C", "D", ""][(n % 5) as usize]))
        .collect();
    large.visits = vec![0; 100];
    large.must = vec![None; 100];
    let found = large.frame().expect("a frame");
    let quotas: Vec<(&str, u64, u64)> = found
        .counts
        .iter()
        .map(|c| (c.stratum.as_str(), c.pool, c.quota))
        .collect();
    assert_eq!(
        found.quota(),
        5,
        "⌈100 · 5 %⌉, split by class rates: {quotas:?}"
    );
    assert_eq!(quotas.iter().map(|(_, pool, _)| pool).sum::<u64>(), 100);
    let of = |class: &str| {
        quotas
            .iter()
            .find(|(stratum, ..)| stratum.ends_with(class))
            .expect("a class")
            .2
    };
    assert!(
        of(":D") > of(":C") && of(":C") >= of(":B") && of(":B") >= of(":A"),
        "{quotas:?}"
    );
}

#[test]
fn a_subject_without_code_is_listed_and_has_no_leaf() {
    let mut world = World::new(30);
    world.subjects[3].register_number = None;
    let found = world.frame().expect("a frame");
    assert_eq!(found.without_code, [world.subjects[3].id.clone()]);
    assert_eq!(found.frame.subjects.len(), 29);
}

#[test]
fn only_the_items_own_pool_is_in_the_frame() {
    let mut world = World::new(30);
    world.subjects[0].pools.clear();
    assert_eq!(world.frame().expect("a frame").frame.subjects.len(), 29);
    for subject in &mut world.subjects {
        subject.pools.clear();
    }
    assert_eq!(world.frame().expect_err("nobody")[0].code, "ROST-012");
}

#[test]
fn an_expired_credential_is_skipped_with_its_reason() {
    let mut world = World::new(30);
    world.inspectors[4] = inspector("F005", "2026-12-10");
    let found = world.frame().expect("a frame");
    assert_eq!(found.left_out, [("F005".to_owned(), Ineligible::Expired)]);
    let row = found
        .frame
        .inspectors
        .iter()
        .find(|row| row.id.as_str() == "F005")
        .expect("a leaf");
    assert_eq!(row.status_text, "skip:expired");
}

fn pair(inspector: &str, subject: &str) -> Recusal {
    Recusal {
        inspector: InspectorCode::parse(inspector).expect("a token"),
        subject: SubjectCode::parse(subject).expect("a code"),
        ground: RecusalGround::Interest,
        note: None,
        declared_by: AccountId::from_entropy([1; 12]),
        at: Instant::from_unix_ms(0),
    }
}

#[test]
fn a_recusal_of_nobody_stops_the_frames_its_subject_is_in_and_no_other() {
    let mut world = World::new(30);
    world.untied = vec![pair("F099", "411200009999999")];
    assert!(world.frame().is_ok());
    // Whoever has the code now is not taken for the one who declared it.
    world.untied.push(pair("F002", "411200000000003"));
    let refusals = world.frame().expect_err("refused");
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].code, "ROST-015");
    assert!(refusals[0].sentence.contains("有 1 条"), "{refusals:?}");
    assert!(
        refusals[0]
            .sentence
            .contains("人员 F002 与对象 411200000000003"),
        "{refusals:?}"
    );
}

#[test]
fn recusals_enter_once_and_only_if_both_sides_are_in_the_frame() {
    let mut world = World::new(30);
    let inside = "411200000000003";
    let outside = "411200009999999";
    world.recusals = vec![
        pair("F002", inside),
        pair("F002", inside),
        pair("F002", outside),
        pair("X001", inside),
    ];
    let found = world.frame().expect("a frame");
    let pairs: Vec<String> = found
        .frame
        .recusals
        .iter()
        .map(draw::frame::pair_text)
        .collect();
    assert_eq!(pairs, [format!("F002:{inside}")]);
}

#[test]
fn with_areas_every_subject_needs_one_of_them() {
    let mut world = World::new(30);
    let area = Area::parse("hb-01").expect("an area");
    world.plan.staffing.assignment = crate::campaign::plan::Assignment::Groups(2);
    world.plan.staffing.authorities[0].drawn = 4;
    world.plan.staffing.areas = [area.clone()].into();
    for subject in &mut world.subjects {
        subject.area = Some(area.clone());
    }
    assert!(world.frame().is_ok());
    world.subjects[0].area = None;
    let refusal = world.frame().expect_err("one is lost").remove(0);
    assert_eq!(refusal.code, "ROST-011");
    assert!(refusal.sentence.contains("甲餐饮 0 店"), "{refusal}");
}

#[test]
fn a_pool_of_one_says_that_it_is_not_random() {
    let world = World::new(1);
    let found = world.frame().expect("a frame");
    assert_eq!(found.not_random().collect::<Vec<_>>(), ["fume:all"]);
    assert_eq!(
        World::new(30)
            .frame()
            .expect("a frame")
            .not_random()
            .count(),
        0
    );
}

#[test]
fn the_order_of_the_register_changes_nothing_in_the_counts() {
    let forward = World::new(40);
    let mut backward = World::new(40);
    backward.subjects.reverse();
    let counts = |world: &World| world.frame().expect("a frame").counts;
    assert_eq!(counts(&forward), counts(&backward));
}

#[test]
fn the_draw_freezes_the_frame_and_finds_no_disagreement_with_the_plan() {
    let mut world = World::new(0);
    world.subjects = (0..60)
        .map(|n| subject(n, ["A", "B", "C", "D", ""][(n % 5) as usize]))
        .collect();
    world.visits = vec![0; 60];
    world.must = vec![None; 60];
    world.visits[8] = 2;
    world.must[9] = Some(MustReason::KeySupervision);
    let (found, record) = world.frame_and_record().expect("a frame");
    let nonce = "0123456789abcdef".repeat(4).parse().expect("a digest");
    let parties = record.parties.iter();
    let terms = draw::freeze::Terms {
        campaign: record.campaign,
        attempt: 1,
        suite: record.suite,
        plan: draw::record::hash_of(record.suite, &record),
        extends: None,
        quotas: found
            .quotas
            .iter()
            .map(|q| (q.stratum.clone(), q.drawn))
            .collect(),
        drawn: record.drawn.clone(),
        teams: record.teams.clone(),
        assign: record.assign,
        areas: record.areas.clone(),
        leaders: record.leaders.clone(),
        parties: parties
            .map(|name| draw::record::freeze::PartyLine::commit(record.suite, *name, &nonce))
            .collect(),
        dice: None,
        reveal_by: 1_795_363_200,
        beacon: None,
        hours: draw::record::Hours::One,
    };
    let secret = draw::digest::Secret::from_bytes([7; 32]);
    let threads = std::num::NonZeroUsize::MIN;
    let frozen = draw::freeze::freeze(&terms, found.frame, &secret, threads).expect("frozen");
    assert_eq!(record.disagreements(frozen.record()), Vec::new());
    assert_eq!((frozen.record().must, frozen.record().skip), (1, 1));
}

/// Registers and plans of `shuang/1` may hold names that begin with a mark; a frame of `shuang/2` is not made of them.
#[test]
fn a_name_that_begins_with_a_mark_is_in_no_frame_of_the_second_version() {
    let codes = |world: &World, version| match world.frame_under(version) {
        Ok(_) => Vec::new(),
        Err(refusals) => refusals.iter().map(ToString::to_string).collect(),
    };
    let mut world = World::new(10);
    assert_eq!(codes(&world, Version::Two), Vec::<String>::new());
    world.inspectors.push(inspector("-F6", "2027-12-31"));
    world.plan.staffing.leaders = vec![InspectorCode::parse("-F6").expect("a token")];
    world.plan.sources.parties[1].token = PartyToken::parse("_press").expect("a token");
    assert_eq!(codes(&world, Version::One), Vec::<String>::new());
    let said = codes(&world, Version::Two);
    assert_eq!(said.len(), 3, "{said:?}");
    for (refusal, named) in said.iter().zip([
        "组长的代码“-F6”",
        "见证方的代码“_press”",
        "执法检查人员的代码“-F6”",
    ]) {
        assert!(
            refusal.starts_with(named) && refusal.ends_with("DRAW-026"),
            "{refusal}"
        );
    }
    // Who is of no kind the plan draws from is in no frame.
    let mut world = World::new(10);
    let mut stranger = inspector("-F7", "2027-12-31");
    stranger.authority = InspectorCode::parse("market").expect("a token");
    world.inspectors.push(stranger);
    assert_eq!(codes(&world, Version::Two), Vec::<String>::new());
}

#[test]
fn quotas_are_those_of_the_version_of_the_attempt() {
    let mut world = World::new(40);
    for at in 0..20 {
        world.subjects[at] = subject(at as u64, "A");
    }
    let rate = |q| crate::rulebook::SamplingRate::new(1, q).expect("a rate");
    world
        .rulebook
        .class_rates
        .insert("A".to_owned(), rate(1009));
    world
        .rulebook
        .class_rates
        .insert("U".to_owned(), rate(1013));
    let (found, _) = world
        .frame_under(Version::One)
        .expect("10⁹ is the bound of shuang/1");
    assert_eq!(found.quota(), 2);
    let refusals = world
        .frame_under(Version::Two)
        .expect_err("10⁶ of shuang/2");
    assert_eq!(refusals[0].code, "DRAW-014");
    assert!(refusals[0].sentence.contains("1000000"), "{}", refusals[0]);
}
