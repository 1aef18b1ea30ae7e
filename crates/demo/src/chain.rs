//! One campaign from plan to publication, by the same use cases a bureau calls, and a second one
//! that is launched and waits to be frozen.

use std::collections::BTreeSet;

use app::drawing::{CommitWords, SlipWords};
use app::inspection::Entered;
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::campaign::party::PartyName;
use domain::campaign::plan::{
    Assignment, AuthorityDraw, CampaignPlan, Confidentiality, Notice, PlannedItem, PlannedQuota,
    Sources, Staffing, Window,
};
use domain::catalog::{InspectionItem, Method};
use domain::id::{CampaignNo, InspectorCode, ItemId, PartyToken};
use domain::inspection::{EvidenceGiven, ItemResult, Verdict};
use domain::premise::Premise;
use domain::text::DistrictCode;
use domain::time::{Date, Instant};
use draw::digest::Suite;
use draw::record::PartyLine;
use store::inspection::StoredInspection;
use store::{campaign, inspection};

use crate::city::Cast;
use crate::clock::ReplayClock;

const MINUTE_MS: i64 = 60_000;

/// Outside parties of both campaigns: token, office, person.
const PARTIES: [(&str, &str, &str); 2] = [
    ("justice", "示例市司法局", "监督员甲"),
    ("chamber", "示例市餐饮行业协会", "企业代表乙"),
];

fn parsed<T, E: std::fmt::Debug>(value: Result<T, E>) -> T {
    value.expect("a constant of the demo city")
}

fn plan(
    title: &str,
    item: &str,
    purpose: &str,
    drawn: u64,
    (from, ceremony): (Date, Instant),
    leader: &str,
) -> CampaignPlan {
    let parties = PARTIES.iter().map(|(token, office, person)| PartyName {
        token: parsed(PartyToken::parse(token)),
        office: (*office).to_owned(),
        person: (*person).to_owned(),
        unit: None,
    });
    CampaignPlan {
        items: vec![PlannedItem {
            item: parsed(ItemId::parse(item)),
            revision: 1,
            quota: PlannedQuota::Rulebook,
        }],
        window: Some(Window {
            from,
            until: from.plus_days(25),
        }),
        purpose: purpose.to_owned(),
        staffing: Staffing {
            authorities: vec![AuthorityDraw {
                authority: parsed(InspectorCode::parse("-")),
                drawn,
                per_team: 2,
            }],
            assignment: Assignment::Pairs,
            areas: BTreeSet::new(),
            leaders: vec![
                parsed(InspectorCode::parse(leader)),
                parsed(InspectorCode::parse("F011")),
            ],
        },
        methods: vec![Method::OnSite],
        notice: Notice::Unannounced("事先通知会使现场失真".to_owned()),
        confidentiality: Confidentiality::Codes,
        intended_use: "责令改正并复查；线索移送；计入信用档案；20 个工作日内公示".to_owned(),
        participants: vec!["市场监督管理部门".to_owned()],
        jurisdiction: BTreeSet::from([parsed(DistrictCode::parse("411200"))]),
        sources: Sources {
            parties: parties.collect(),
            dice: None,
            beacon: None,
        },
        ceremony: Some(ceremony),
        ..CampaignPlan::titled(title)
    }
}

/// Draft to launch, by three persons.
async fn launched(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
    by: (&str, &str),
    plan: &CampaignPlan,
) -> Result<CampaignNo, AppError> {
    let (login, unit) = by;
    let initiator = cast.person(login);
    let number = app.draft_campaign(initiator, cast.unit(unit), plan).await?;
    clock.pass_minutes(45);
    let shown = campaign_as_shown(app, &number).await?;
    app.submit_campaign(initiator, &number, &shown).await?;
    clock.pass_minutes(120);
    let shown = campaign_as_shown(app, &number).await?;
    app.approve_campaign(cast.person("approver"), &number, &shown)
        .await?;
    clock.pass_minutes(30);
    let shown = campaign_as_shown(app, &number).await?;
    app.launch_campaign(initiator, &number, &shown).await?;
    clock.pass_minutes(10);
    Ok(number)
}

/// The ceremony is announced for the afternoon of the day the plan is written, after it is launched.
fn ceremony(app: &App) -> Instant {
    app.clock.now().plus_ms(240 * MINUTE_MS)
}

/// The campaign a newcomer freezes and draws himself.
pub(crate) async fn ready_campaign(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
) -> Result<CampaignNo, AppError> {
    let from = clock_date(app).plus_days(1);
    let plan = plan(
        "渣土运输企业监督检查（可立即冻结抽取）",
        "haul",
        "核查密闭运输、冲洗和按线路时间行驶",
        4,
        (from, ceremony(app)),
        "F021",
    );
    launched(app, clock, cast, ("brigade", "brigade"), &plan).await
}

/// The campaign that has run its whole course.
pub(crate) async fn finished_campaign(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
) -> Result<CampaignNo, AppError> {
    let from = clock_date(app).plus_days(1);
    let plan = plan(
        "餐饮企业油烟管控联合抽查（检查已结束）",
        "fume",
        "核查净化设施安装、运行与清洗维护，减少油烟扰民",
        8,
        (from, ceremony(app)),
        "F001",
    );
    let number = launched(app, clock, cast, ("initiator", "supervision"), &plan).await?;
    draw(app, clock, cast, &number).await?;
    clock.pass_to(from.at(9, 0));
    let shown = campaign_as_shown(app, &number).await?;
    app.assign_visits(cast.person("initiator"), &number, &shown)
        .await?;
    let visits = visits(app, &number).await?;
    let items = items(app).await?;
    for visit in &visits {
        inspect(app, clock, cast, visit, &items).await?;
    }
    publish(app, clock, cast, &visits).await?;
    let shown = campaign_as_shown(app, &number).await?;
    app.end_campaign(cast.person("initiator"), &number, &shown)
        .await?;
    clock.pass_minutes(30);
    let shown = campaign_as_shown(app, &number).await?;
    app.open_draw(cast.person("drawer"), &number, &shown)
        .await?;
    clock.pass_minutes(60);
    Ok(number)
}

/// Every result, approved and then published, the day after the last visit.
async fn publish(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
    visits: &[StoredInspection],
) -> Result<(), AppError> {
    clock.pass_minutes(24 * 60);
    clock.pass_to_office_hours();
    for visit in visits {
        let shown = app.premise(Thing::Outcome(&visit.visit.id)).await?;
        app.approve_outcome(cast.person("approver"), &visit.visit.id, &shown)
            .await?;
        clock.pass_minutes(2);
        let shown = app.premise(Thing::Outcome(&visit.visit.id)).await?;
        app.publish_outcome(cast.person("publisher"), &visit.visit.id, &shown)
            .await?;
        clock.pass_minutes(1);
    }
    Ok(())
}

/// Who replays decides on what stands at that moment.
async fn campaign_as_shown(app: &App, number: &CampaignNo) -> Result<Premise, AppError> {
    app.premise(Thing::Campaign(number)).await
}

async fn visit_as_shown(app: &App, stored: &StoredInspection) -> Result<Premise, AppError> {
    app.premise(Thing::Visit(&stored.visit.id)).await
}

fn clock_date(app: &App) -> Date {
    app.clock.now().date()
}

/// Freeze, two commitments, FREEZE, the ceremony with its host and a witness on paper, two nonces; REVEAL and RESULT
/// follow by themselves.
async fn draw(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
    number: &CampaignNo,
) -> Result<(), AppError> {
    let drawer = cast.person("drawer");
    let shown = campaign_as_shown(app, number).await?;
    app.freeze_frame(drawer, number, &shown).await?;
    let opened = commitments(app, clock, drawer, number).await?;
    clock.pass_minutes(5);
    let shown = campaign_as_shown(app, number).await?;
    let begins = app.clock.now().plus_ms(60 * MINUTE_MS);
    let words = CommitWords {
        reveal_from: Some(begins),
        reveal_by: Some(begins.plus_ms(60 * MINUTE_MS)),
        ..CommitWords::default()
    };
    app.commit_draw(drawer, number, &shown, &words).await?;
    clock.pass_to(begins);
    clock.pass_minutes(1);
    let shown = campaign_as_shown(app, number).await?;
    app.begin_ceremony(drawer, number, &shown).await?;
    let shown = campaign_as_shown(app, number).await?;
    let slip = SlipWords {
        office: "示例市司法局",
        name: "监督员甲",
    };
    app.attend_on_paper(drawer, number, &shown, slip).await?;
    for (link, nonce) in opened {
        clock.pass_minutes(8);
        let shown = app.premise(Thing::Party(&link)).await?;
        app.accept_nonce(&link, &shown, &nonce.to_string()).await?;
    }
    app.follow_draw(number).await
}

/// A link and a commitment for each party; yields the links with the nonces behind the commitments.
async fn commitments(
    app: &App,
    clock: &ReplayClock,
    drawer: &Acting,
    number: &CampaignNo,
) -> Result<Vec<(String, draw::Digest)>, AppError> {
    let mut opened = Vec::new();
    let campaign = parsed(number.as_str().parse());
    for (token, _, _) in PARTIES {
        let party = parsed(PartyToken::parse(token));
        let shown = campaign_as_shown(app, number).await?;
        let link = app.issue_party_link(drawer, number, &shown, &party).await?;
        let nonce = draw::Digest(app.entropy.bytes());
        let name = parsed(token.parse());
        let line = PartyLine::commit_to_attempt(Suite::Sha256, campaign, 1, name, &nonce);
        clock.pass_minutes(6);
        let shown = app.premise(Thing::Party(&link)).await?;
        app.accept_commitment(&link, &shown, &line.commitment.to_string())
            .await?;
        opened.push((link, nonce));
    }
    Ok(opened)
}

async fn visits(app: &App, number: &CampaignNo) -> Result<Vec<StoredInspection>, AppError> {
    let mut reader = app.db.read().await?;
    let stored = campaign::by_number(&mut reader, number).await?;
    let attempt = i64::from(stored.campaign.state.attempt());
    Ok(inspection::of_campaign(&mut reader, &stored.campaign.id, attempt).await?)
}

async fn items(app: &App) -> Result<Vec<InspectionItem>, AppError> {
    let mut reader = app.db.read().await?;
    let kept = store::catalog::items(&mut reader).await?;
    Ok(kept.into_iter().map(|kept| kept.item).collect())
}

/// One visit: the first of the team fills in, the second confirms.
async fn inspect(
    app: &App,
    clock: &ReplayClock,
    cast: &Cast,
    stored: &StoredInspection,
    items: &[InspectionItem],
) -> Result<(), AppError> {
    let visit = &stored.visit;
    let [first, second] = [0, 1].map(|place| member(cast, &visit.team[place]));
    clock.pass_minutes(50);
    clock.pass_to_office_hours();
    let shown = visit_as_shown(app, stored).await?;
    app.open_visit(first, &visit.id, &shown, visit.team.clone())
        .await?;
    clock.pass_minutes(40);
    // Every fifth visit finds something.
    let fails = stored.ordinal % 5 == 0;
    let sheet = sheet(visit.items.as_slice(), items, fails);
    app.record_results(first, &visit.id, &sheet).await?;
    let (outcome, opinion) = if fails {
        ("R5", "净化器已停用两周，当场恢复，愿意按期整改。")
    } else {
        ("R1", "无异议。")
    };
    clock.pass_minutes(5);
    let shown = visit_as_shown(app, stored).await?;
    app.conclude_visit(first, &visit.id, &shown, outcome, Some(opinion.to_owned()))
        .await?;
    clock.pass_minutes(90);
    let shown = visit_as_shown(app, stored).await?;
    app.confirm_visit(second, &visit.id, &shown).await
}

/// The account of an inspector code: F007 signs in as inspector07.
fn member<'a>(cast: &'a Cast, code: &InspectorCode) -> &'a Acting {
    let number: u32 = code
        .as_str()
        .trim_start_matches('F')
        .parse()
        .expect("codes are F001 to F040");
    cast.person(&format!("inspector{number:02}"))
}

fn sheet(visited: &[ItemId], items: &[InspectionItem], fails: bool) -> Vec<Entered> {
    let examined = items.iter().filter(|item| visited.contains(&item.id));
    examined
        .flat_map(|item| {
            item.terms
                .criteria
                .iter()
                .map(move |criterion| (item, criterion))
        })
        .enumerate()
        .map(|(at, (item, criterion))| {
            let rule = &criterion.evidence;
            Entered::first(ItemResult {
                item: item.id.clone(),
                criterion: criterion.id.clone(),
                verdict: if fails && at == 2 {
                    Verdict::Fail
                } else {
                    Verdict::Pass
                },
                evidence: EvidenceGiven {
                    photos: rule.photos,
                    video: rule.video,
                    document: rule.document,
                    reading: rule.reading.as_ref().map(|unit| format!("0.8 {unit}")),
                    report: None,
                },
                note: None,
            })
        })
        .collect()
}

/// When the replay begins: three weeks before the present. The campaign takes about twelve days, so
/// everything ends before the present, and its report is not due yet.
#[must_use]
pub fn beginning(now: Instant) -> Instant {
    now.date().plus_days(-21).at(9, 0)
}
