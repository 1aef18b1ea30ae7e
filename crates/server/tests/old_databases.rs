//! Every database an earlier build left behind: this program migrates it, its audit is clean, its people sign in,
//! the campaign that was ready is drawn, and the bundle of the finished one still verifies.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

mod stage;

use std::num::NonZeroUsize;

use app::App;
use domain::id::CampaignNo;
use draw::bundle::Stage;
use stage::{FINISHED, READY, acting, draws, open};
use store::Engine;
use testkit::old::{COMMITS, OldDatabase};
use verify::{BundleSource, Limits, Options, verify_bundle};

async fn audits_clean(app: &App, story: &str) {
    let report = store::audit(&app.db).await.unwrap();
    assert_eq!(report.faults, [], "{story}");
    assert!(
        report.rows > 900 && report.leaves > 200,
        "{story}: {report:?}"
    );
}

async fn verifies(app: &App, number: &str, stage: Stage) {
    let number = CampaignNo::parse(number).unwrap();
    let zip = app.bundle_zip(&number, stage).await.unwrap();
    let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
    let options = Options {
        log_key: Some(app.log_key.verifier().clone()),
        threads: NonZeroUsize::MIN,
    };
    let verdict = verify_bundle(&source, &options);
    let wanted = if stage == Stage::Sealed { 3 } else { 0 };
    assert_eq!(verdict.exit(), wanted, "{number} {stage:?}: {verdict:#?}");
}

/// A version under which nobody draws within a day, and not with two parties alone.
async fn adopts_stricter_rules(app: &App) {
    let mut reader = app.db.read().await.unwrap();
    let mut file = store::catalog::rulebook_file(&mut reader).await.unwrap();
    drop(reader);
    file = file.completed();
    file.version = "stricter".to_owned();
    for row in &mut file.parameters {
        match row.key.as_str() {
            "interval.plan_days" | "interval.freeze_minutes" => row.value = "365".to_owned(),
            "level.minimum" => row.value = "2".to_owned(),
            _ => {}
        }
    }
    let approver = acting(app, "approver").await;
    app.adopt_rulebook(&approver, file).await.unwrap();
}

/// A campaign the earlier build approved names no version: it goes on under the one of that day.
async fn obeys(app: &App, number: &str, version: &str, story: &str) {
    let number = CampaignNo::parse(number).unwrap();
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number)
        .await
        .unwrap();
    let rules = store::catalog::rulebook_of(&mut reader, &stored.campaign.state).await;
    assert_eq!(rules.unwrap().version, version, "{story}: {number}");
}

/// Stricter rules are adopted before the draw, and are not those of a campaign approved long ago.
async fn draws_under_the_rules_of_its_approval(app: &App, story: &str) {
    adopts_stricter_rules(app).await;
    for number in [FINISHED, READY] {
        obeys(app, number, "2026-1+demo-1", story).await;
    }
    draws(app, READY).await;
    obeys(app, READY, "2026-1+demo-1", story).await;
}

async fn lives_on(commit: &str, engine: Engine) {
    let story = format!("{commit} on {engine:?}");
    let old = OldDatabase::unpack(commit, engine);
    let app = open(&old).await;
    audits_clean(&app, &story).await;
    app.sign_in("registrar", &old.password()).await.unwrap();
    verifies(&app, FINISHED, Stage::Public).await;
    verifies(&app, FINISHED, Stage::Full).await;
    draws_under_the_rules_of_its_approval(&app, &story).await;
    verifies(&app, READY, Stage::Sealed).await;
    audits_clean(&app, &story).await;
    app.db.close().await;
    // Opened again it has nothing left to migrate.
    let app = open(&old).await;
    audits_clean(&app, &story).await;
    app.db.close().await;
}

#[tokio::test]
async fn an_old_sqlite_database_lives_on() {
    for commit in COMMITS {
        lives_on(commit, Engine::Sqlite).await;
    }
}

#[tokio::test]
async fn an_old_postgres_database_lives_on() {
    for commit in COMMITS {
        lives_on(commit, Engine::Postgres).await;
    }
}
