//! A database an earlier build left in the middle of its work, on both engines: a frame frozen there whose FREEZE was
//! never published, and visits in every state. Everything under way comes to its end with this program, and nothing of
//! it is lost or done twice.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

mod stage;

use std::num::NonZeroUsize;

use app::drawing::{CommitWords, Stage};
use app::inspection::Entered;
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::campaign::StateKind;
use domain::id::{CampaignNo, InspectorCode, PartyToken};
use domain::inspection::{EvidenceGiven, InspectionState, ItemResult, Verdict};
use stage::{FINISHED, READY, acting, draws, open};
use store::Engine;
use store::campaign::StoredCampaign;
use store::inspection::StoredInspection;
use testkit::city::as_shown;
use testkit::old::OldDatabase;
use verify::{BundleSource, Limits, Options, verify_bundle};

/// The build of `b9b6927`, whose demo city was left before its visits and its second draw came to an end.
const UNDER_WAY: &str = "b9b6927-under-way";

async fn campaign(app: &App, number: &CampaignNo) -> StoredCampaign {
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number).await;
    stored.unwrap()
}

async fn visits(app: &App, number: &CampaignNo) -> Vec<StoredInspection> {
    let stored = campaign(app, number).await;
    let attempt = i64::from(stored.campaign.state.attempt());
    let mut reader = app.db.read().await.unwrap();
    let visits = store::inspection::of_campaign(&mut reader, &stored.campaign.id, attempt).await;
    visits.unwrap()
}

async fn leaves(app: &App) -> u64 {
    let mut reader = app.db.read().await.unwrap();
    store::log::head(&mut reader).await.unwrap().0
}

async fn audits_clean(app: &App) {
    assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
}

fn code<T: std::fmt::Debug>(refused: Result<T, AppError>) -> &'static str {
    match refused {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

/// What verification of a bundle with the key of the log ends with.
async fn exit_of(app: &App, number: &CampaignNo, stage: Stage) -> u8 {
    let zip = app.bundle_zip(number, stage).await.unwrap();
    let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
    let options = Options {
        log_key: Some(app.log_key.verifier().clone().into()),
        threads: NonZeroUsize::MIN,
    };
    verify_bundle(&source, &options).exit()
}

/// The members of a visit's team, in its order: F007 signs in as inspector07.
async fn team(app: &App, visit: &StoredInspection) -> Vec<Acting> {
    let login = |code: &InspectorCode| {
        let number: u32 = code.as_str().trim_start_matches('F').parse().unwrap();
        format!("inspector{number:02}")
    };
    let mut members = Vec::new();
    for code in &visit.visit.team {
        members.push(acting(app, &login(code)).await);
    }
    members
}

/// What the sheet of a visit still lacks, without a finding.
async fn missing(app: &App, by: &Acting, visit: &StoredInspection) -> Vec<Entered> {
    let view = app.visit(by, &visit.visit.id).await.unwrap();
    let sheet = match &view.stored.visit.state {
        InspectionState::Opened(opened) => opened.sheet.clone(),
        other => panic!("{other:?}"),
    };
    let mut entered = Vec::new();
    for item in &view.items {
        for criterion in &item.terms.criteria {
            let there =
                |known: &ItemResult| known.item == item.id && known.criterion == criterion.id;
            if sheet.iter().any(there) {
                continue;
            }
            let rule = &criterion.evidence;
            entered.push(Entered::first(ItemResult {
                item: item.id.clone(),
                criterion: criterion.id.clone(),
                verdict: Verdict::Pass,
                evidence: EvidenceGiven {
                    photos: rule.photos,
                    video: rule.video,
                    document: rule.document,
                    reading: rule.reading.as_ref().map(|unit| format!("0.8 {unit}")),
                    report: None,
                },
                note: None,
            }));
        }
    }
    entered
}

/// How a visit stood when this program found it.
fn stood(visit: &StoredInspection) -> usize {
    match &visit.visit.state {
        InspectionState::Assigned => 0,
        InspectionState::Opened(_) => 1,
        InspectionState::Concluded(_) => 2,
        InspectionState::Confirmed(_) => 3,
        InspectionState::Approved(_) => 4,
        InspectionState::Published(_) => 5,
        other => panic!("{other:?}"),
    }
}

/// From where it stands to its publication, each step by whom the rules allow.
#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn comes_to_its_end(app: &App, visit: &StoredInspection, publisher: &Acting) {
    let id = &visit.visit.id;
    let [first, second] = &team(app, visit).await[..] else {
        panic!("a pair");
    };
    let from = stood(visit);
    let shown = async || as_shown(app, Thing::Visit(id)).await;
    if from == 0 {
        let present = visit.visit.team.clone();
        let done = app.open_visit(first, id, &shown().await, present).await;
        done.unwrap();
    }
    if from <= 1 {
        let rest = missing(app, first, visit).await;
        // The one in the middle of his sheet goes on with it.
        assert!(!rest.is_empty());
        app.record_results(first, id, &rest).await.unwrap();
        let opinion = Some("无异议。".to_owned());
        let shown = shown().await;
        let done = app.conclude_visit(first, id, &shown, "R1", opinion);
        done.await.unwrap();
    }
    if from <= 2 {
        // Whoever entered it under the earlier build does not confirm it under this one.
        let own = app.confirm_visit(first, id, &shown().await).await;
        assert!(code(own).starts_with("AUTH-"));
        let done = app.confirm_visit(second, id, &shown().await).await;
        done.unwrap();
    }
    if from <= 3 {
        // Confirmed under the earlier build or under this one: it waits for an approval like any other.
        let outcome = as_shown(app, Thing::Outcome(id)).await;
        let early = app.publish_outcome(publisher, id, &outcome).await;
        assert_eq!(code(early.map(drop)), "INSP-001");
        let approver = acting(app, "approver").await;
        let done = app.approve_outcome(&approver, id, &outcome).await;
        done.unwrap();
        let outcome = as_shown(app, Thing::Outcome(id)).await;
        let done = app.publish_outcome(publisher, id, &outcome).await;
        done.unwrap();
    }
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn visits_come_to_their_end(app: &App) {
    let number = CampaignNo::parse(FINISHED).unwrap();
    let found = visits(app, &number).await;
    // Nobody approved a publication under that build.
    for state in [0, 1, 2, 3, 5] {
        assert!(found.iter().any(|visit| stood(visit) == state), "{state}");
    }
    let publisher = acting(app, "publisher").await;
    for visit in &found {
        comes_to_its_end(app, visit, &publisher).await;
    }
    let ended = visits(app, &number).await;
    assert!(ended.iter().all(|visit| stood(visit) == 5));
    let initiator = acting(app, "initiator").await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let done = app.end_campaign(&initiator, &number, &shown).await;
    done.unwrap();
    let drawer = acting(app, "drawer").await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    app.open_draw(&drawer, &number, &shown).await.unwrap();
    assert_eq!(exit_of(app, &number, Stage::Public).await, 0);
    assert_eq!(exit_of(app, &number, Stage::Full).await, 0);
}

/// What that build froze says nowhere in the log what it was: FREEZE does not follow from it, a new frame does.
#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn a_frame_without_roots_is_frozen_anew(app: &App) {
    let number = CampaignNo::parse(READY).unwrap();
    let stored = campaign(app, &number).await;
    assert_eq!(stored.campaign.kind(), StateKind::Frozen);
    let drawer = acting(app, "drawer").await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let before = leaves(app).await;
    let words = CommitWords::default();
    let refused = app.commit_draw(&drawer, &number, &shown, &words).await;
    assert_eq!(code(refused), "DRAW-015");
    assert_eq!(
        (leaves(app).await, campaign(app, &number).await),
        (before, stored)
    );
    let approver = acting(app, "approver").await;
    let why = PartyToken::parse("register-error").unwrap();
    let done = app
        .void_draw(&approver, &number, &shown, &why, "旧版冻结，重新冻结")
        .await;
    done.unwrap();
    let brigade = acting(app, "brigade").await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let done = app.launch_campaign(&brigade, &number, &shown).await;
    done.unwrap();
    draws(app, READY).await;
    let drawn = campaign(app, &number).await;
    assert_eq!(drawn.campaign.state.attempt(), 2);
    // It is of shuang/2 by now, whose bundle is complete once it is opened.
    assert_eq!(exit_of(app, &number, Stage::Full).await, 3);
}

async fn goes_on(engine: Engine) {
    let old = OldDatabase::unpack(UNDER_WAY, engine);
    let app = open(&old).await;
    audits_clean(&app).await;
    visits_come_to_their_end(&app).await;
    a_frame_without_roots_is_frozen_anew(&app).await;
    audits_clean(&app).await;
    app.db.close().await;
}

#[tokio::test]
async fn what_an_old_sqlite_database_had_under_way_comes_to_its_end() {
    goes_on(Engine::Sqlite).await;
}

#[tokio::test]
async fn what_an_old_postgres_database_had_under_way_comes_to_its_end() {
    goes_on(Engine::Postgres).await;
}
