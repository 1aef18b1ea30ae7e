//! A plan with gaps is told every gap; a complete one becomes the PLAN record.

use super::*;
use crate::campaign::party::PartyName;
use crate::campaign::steps::Intervals;
use crate::catalog::{InspectionItem, ItemFile, SEED_ITEMS};
use crate::id::{CampaignNo, InspectorId, OrgUnitId};
use crate::inspector::{Inspector, RawInspector};
use crate::org::OrgTree;
use crate::rulebook::{Rulebook, RulebookFile, SEED_RULEBOOK};

mod two;

struct World {
    items: Vec<InspectionItem>,
    inspectors: Vec<Inspector>,
    initiator: OrgUnitId,
    units: OrgTree,
    rulebook: Rulebook,
    rules: RulebookFile,
}

fn unit(number: u8) -> OrgUnitId {
    OrgUnitId::from_entropy([number; 12])
}

fn date(text: &str) -> Date {
    Date::parse_iso(text).expect("a date")
}

fn inspector(code: &str, may_lead: &str, presence: &str) -> Inspector {
    let row = RawInspector {
        code: code.to_owned(),
        name: "检查员甲".to_owned(),
        credential: "411200-0001".to_owned(),
        valid_until: "2027-12-31".to_owned(),
        may_lead: may_lead.to_owned(),
        presence: presence.to_owned(),
        ..RawInspector::default()
    };
    row.read(InspectorId::from_entropy([1; 12]), Some(unit(2)))
        .expect("a good row")
}

fn world() -> World {
    let mut items = ItemFile::parse(SEED_ITEMS).expect("our own file");
    for item in &mut items {
        item.published_on = Some(date("2026-02-01"));
    }
    let file = RulebookFile::parse(SEED_RULEBOOK).expect("our own file");
    World {
        items,
        inspectors: vec![
            inspector("L001", "是", ""),
            inspector("F001", "", ""),
            inspector("L002", "是", "离岗"),
        ],
        initiator: unit(2),
        units: OrgTree::new([
            (unit(1), None),
            (unit(2), Some(unit(1))),
            (unit(3), Some(unit(2))),
            (unit(4), Some(unit(1))),
        ]),
        rulebook: Rulebook::read(&file.version, &file.parameters),
        rules: file,
    }
}

impl World {
    fn facts(&self) -> PlanFacts<'_> {
        PlanFacts {
            items: &self.items,
            inspectors: &self.inspectors,
            initiator: &self.initiator,
            units: &self.units,
            rulebook: &self.rulebook,
            version: PlanVersion::One,
        }
    }

    fn facts_of_two(&self) -> PlanFacts<'_> {
        PlanFacts {
            version: PlanVersion::Two(&self.rules),
            ..self.facts()
        }
    }
}

fn intervals(world: &World) -> Intervals {
    world
        .rulebook
        .intervals()
        .expect("the seed guards the draw")
}

fn code(text: &str) -> InspectorCode {
    InspectorCode::parse(text).expect("a token")
}

fn party(token: &str, own: Option<OrgUnitId>) -> PartyName {
    PartyName {
        token: PartyToken::parse(token).expect("a token"),
        office: format!("单位 {token}"),
        person: "见证人甲".to_owned(),
        unit: own,
    }
}

fn planned(item: &str) -> PlannedItem {
    PlannedItem {
        item: ItemId::parse(item).expect("an item"),
        revision: 1,
        quota: PlannedQuota::Rulebook,
    }
}

fn good() -> CampaignPlan {
    let mut plan = CampaignPlan::titled("2026 年第四季度餐饮油烟抽查");
    plan.items = vec![planned("fume")];
    plan.window = Some(Window {
        from: date("2026-11-30"),
        until: date("2026-12-11"),
    });
    plan.purpose = "检查餐饮油烟净化设施运行情况".to_owned();
    plan.staffing.authorities = vec![AuthorityDraw {
        authority: code("-"),
        drawn: 6,
        per_team: 2,
    }];
    plan.staffing.leaders = vec![code("L001")];
    plan.methods = vec![Method::OnSite];
    plan.intended_use = "发现问题责令改正，结果公示并记入信用档案".to_owned();
    plan.jurisdiction = [DistrictCode::parse("411202").expect("a district")].into();
    plan.sources.parties = vec![party("discipline", Some(unit(4))), party("justice", None)];
    plan
}

fn codes_of(plan: CampaignPlan) -> Vec<&'static str> {
    match plan.complete(&world().facts()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| fault.refusal.code).collect(),
    }
}

#[test]
fn an_empty_plan_is_told_every_part_it_lacks() {
    let world = world();
    let faults = CampaignPlan::titled("空")
        .complete(&world.facts())
        .expect_err("empty");
    let gaps: Vec<PlanPart> = faults.iter().map(|fault| fault.part).collect();
    assert_eq!(
        gaps,
        [
            PlanPart::Items,
            PlanPart::Window,
            PlanPart::Purpose,
            PlanPart::Staffing,
            PlanPart::Staffing,
            PlanPart::Method,
            PlanPart::IntendedUse,
            PlanPart::Scope,
            PlanPart::Sources,
        ]
    );
    for fault in &faults {
        assert!(
            !fault.refusal.to_string().contains('{'),
            "{}",
            fault.refusal
        );
    }
}

#[test]
fn a_complete_plan_becomes_the_plan_record_and_reads_back() {
    let world = world();
    let mut plan = good();
    plan.items = vec![planned("haul"), planned("fume")];
    plan.items[0].quota = PlannedQuota::Everybody;
    let complete = plan.complete(&world.facts()).expect("complete");
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let record = record_of(&number, &complete, &world.rulebook, &intervals(&world))
        .expect("fits the grammar");
    let text = record.to_string();
    for line in [
        "campaign 411200-CG-2026-0007",
        "item fume pool 5/100",
        "item haul full",
        "rate fume:D 30/100",
        "rate haul:U 5/100",
        "draw-inspectors - 6",
        "team - 2",
        "assign pairs",
        "leader L001",
        "party discipline",
        "min-level 1",
        "plan-seconds 259200",
        "freeze-seconds 3600",
        "subject-reserve none",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing in\n{text}"
        );
    }
    let back = draw::record::plan::PlanRecord::parse(text.as_bytes()).expect("our own bytes");
    assert_eq!(back, record);
    assert_eq!(hash_of(&record).to_string().len(), 64);
}

#[test]
fn a_changed_word_changes_the_document_hash() {
    let world = world();
    let number = CampaignNo::parse("411200-CG-2026-0007").expect("a number");
    let hash = |plan: CampaignPlan| {
        let complete = plan.complete(&world.facts()).expect("complete");
        record_of(&number, &complete, &world.rulebook, &intervals(&world))
            .expect("a record")
            .document
    };
    let mut other = good();
    other.purpose.push('。');
    assert_ne!(hash(good()), hash(other));
    let text = good().canonical_json();
    assert_eq!(
        serde_json::from_str::<CampaignPlan>(&text).expect("decodes"),
        good()
    );
}

/// A fault planted in the good plan, and the codes it must raise.
type Planted = (fn(&mut CampaignPlan), &'static [&'static str]);

fn assert_planted(cases: &[Planted]) {
    for (index, (plant, expected)) in cases.iter().enumerate() {
        let mut plan = good();
        plant(&mut plan);
        assert_eq!(codes_of(plan), *expected, "case {index}");
    }
}

fn window(from: &str, until: &str) -> Option<Window> {
    Some(Window {
        from: date(from),
        until: date(until),
    })
}

fn beacon(source: &str) -> Option<BeaconSource> {
    Some(BeaconSource {
        source: source.to_owned(),
    })
}

#[test]
fn faults_of_items_window_and_method_are_named_and_nothing_else() {
    assert_planted(&[
        (|_| {}, &[]),
        (|p| p.items.push(planned("fume")), &["PLAN-003"]),
        (|p| p.items[0].revision = 9, &["PLAN-004"]),
        (|p| p.items[0].quota = PlannedQuota::Fixed(0), &["PLAN-017"]),
        (
            |p| p.window = window("2026-12-11", "2026-11-30"),
            &["PLAN-002"],
        ),
        (
            |p| p.window = window("2026-01-01", "2026-12-31"),
            &["CATA-002"],
        ),
        (
            |p| p.window = window("2026-11-30", "2027-12-31"),
            &["PLAN-002"],
        ),
        (
            |p| p.notice = Notice::Unannounced(" ".to_owned()),
            &["PLAN-012"],
        ),
        (
            |p| p.notice = Notice::Unannounced("防止提前关停设施".to_owned()),
            &[],
        ),
        (|p| p.jurisdiction.clear(), &["PLAN-013"]),
    ]);
}

#[test]
fn faults_of_staffing_are_named_and_nothing_else() {
    assert_planted(&[
        (|p| p.staffing.authorities[0].per_team = 1, &["PLAN-005"]),
        (|p| p.staffing.authorities[0].drawn = 1, &["PLAN-006"]),
        (
            |p| p.staffing.assignment = Assignment::Groups(2),
            &["PLAN-007"],
        ),
        (|p| p.staffing.assignment = Assignment::Groups(3), &[]),
        (
            |p| p.staffing.areas = [Area::parse("hb-01").expect("an area")].into(),
            &["PLAN-011"],
        ),
        (|p| p.staffing.leaders.clear(), &["PLAN-008"]),
        (|p| p.staffing.leaders = vec![code("F001")], &["PLAN-009"]),
        (|p| p.staffing.leaders = vec![code("X999")], &["PLAN-009"]),
        (|p| p.staffing.leaders = vec![code("L002")], &["ROST-005"]),
        (|p| p.staffing.leaders.push(code("L001")), &["PLAN-010"]),
        (
            |p| p.staffing.authorities.extend_from_within(..),
            &["PLAN-018"],
        ),
    ]);
}

#[test]
fn faults_of_parties_and_sources_are_named_and_nothing_else() {
    assert_planted(&[
        (
            |p| p.sources.parties[1].token = p.sources.parties[0].token.clone(),
            &["PLAN-014"],
        ),
        (|p| p.sources.parties[1].person.clear(), &["PLAN-015"]),
        (|p| p.sources.parties[1].unit = Some(unit(2)), &["PLAN-016"]),
        (|p| p.sources.parties[1].unit = Some(unit(3)), &["PLAN-016"]),
        (|p| drop(p.sources.parties.pop()), &["CAMP-008"]),
        (|p| p.sources.beacon = beacon("drand:abc"), &["PLAN-019"]),
        (|p| p.sources.beacon = beacon("cwl-ssq"), &[]),
        (
            |p| {
                p.sources = Sources {
                    beacon: beacon("cwl-ssq"),
                    ..Sources::default()
                }
            },
            &[],
        ),
        (|p| p.sources = Sources::default(), &["CAMP-008"]),
    ]);
}

#[test]
fn an_unpublished_item_cannot_enter_a_plan() {
    let mut world = world();
    world.items[0].published_on = None;
    let faults = good().complete(&world.facts()).expect_err("unpublished");
    assert_eq!(faults[0].refusal.code, "CATA-001");
}

#[test]
fn the_longest_window_and_the_smallest_team_are_the_rulebooks() {
    let mut world = world();
    world.rulebook.window_days = 10;
    world.rulebook.team_size = 9;
    let mut plan = good();
    plan.window = window("2026-11-30", "2026-12-10");
    let faults = plan.complete(&world.facts()).expect_err("nine to a team");
    let said: Vec<String> = faults.iter().map(|f| f.refusal.to_string()).collect();
    assert_eq!(faults[0].refusal.code, "PLAN-005", "{said:?}");
    assert!(said[0].contains("不足 9 名"), "{said:?}");
    world.rulebook.team_size = 2;
    let mut plan = good();
    plan.window = window("2026-11-30", "2026-12-11");
    let faults = plan.complete(&world.facts()).expect_err("eleven days");
    let said: Vec<String> = faults.iter().map(|f| f.refusal.to_string()).collect();
    assert_eq!(faults[0].refusal.code, "PLAN-002", "{said:?}");
    assert!(said[0].contains("距开始日不超过 10 日"), "{said:?}");
}
