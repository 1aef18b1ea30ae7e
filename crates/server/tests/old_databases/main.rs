//! Every database an earlier build left behind: this program migrates it, its audit is clean, its people sign in,
//! the campaign that was ready is drawn, and the bundles its build gave out of the finished one verify and are given
//! again byte for byte.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

mod followed;
mod half_done;
#[path = "../stage/mod.rs"]
mod stage;
mod under_two;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::num::NonZeroUsize;

use app::App;
use app::premise::Thing;
use app::tries::Caller;
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
    let mut reader = app.db.read().await.unwrap();
    let misplaced = app::records::misplaced_records(&mut reader).await;
    assert_eq!(misplaced.unwrap(), [], "{story}");
    let lacking = app::drawing::lacking_material(&mut reader).await;
    assert_eq!(lacking.unwrap(), [], "{story}");
}

/// What verification of a bundle with the key of the log ends with.
fn exit_of(app: &App, zip: Vec<u8>, story: &str) -> u8 {
    let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
    let options = Options {
        log_key: Some(app.log_key.verifier().clone().into()),
        threads: NonZeroUsize::MIN,
    };
    let verdict = verify_bundle(&source, &options);
    assert_ne!(verdict.exit(), 1, "{story}: {verdict:#?}");
    verdict.exit()
}

async fn given(app: &App, number: &str, stage: Stage) -> Vec<u8> {
    let number = CampaignNo::parse(number).unwrap();
    app.bundle_zip(&number, stage).await.unwrap()
}

/// The files of a zip by name.
fn files(zip: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let each = (0..archive.len()).map(|at| {
        let mut file = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    });
    each.collect()
}

/// The zips the earlier build gave out verify, and this program gives the same files; but the receipts prove their
/// entries in the log as it stands when they are asked for.
async fn gives_the_same_bundles(app: &App, old: &OldDatabase, story: &str) {
    for (stage, count) in [(Stage::Public, 12), (Stage::Full, 16)] {
        let story = format!("{story}, {stage:?}");
        let (theirs, ours) = (old.bundle(stage.word()), given(app, FINISHED, stage).await);
        assert_eq!(exit_of(app, theirs.clone(), &story), 0, "{story}");
        assert_eq!(exit_of(app, ours.clone(), &story), 0, "{story}");
        let (theirs, mut ours) = (files(theirs), files(ours));
        assert_eq!(theirs.len(), count, "{story}");
        for (name, bytes) in theirs {
            let given = ours.remove(&name);
            let given = given.unwrap_or_else(|| panic!("{story}: {name} is not given"));
            assert!(
                given == bytes || name.ends_with(".proof"),
                "{story}: {name}"
            );
        }
        assert_eq!(ours.into_keys().next(), None, "{story}");
    }
}

/// Everybody the city was built with signs in with the password that was printed then.
async fn everybody_signs_in(app: &App, old: &OldDatabase, story: &str) {
    let mut reader = app.db.read().await.unwrap();
    let everybody = store::account::all(&mut reader).await.unwrap();
    let everybody = everybody.into_iter().map(|listed| listed.account.unwrap());
    let everybody: Vec<_> = everybody.collect();
    drop(reader);
    // Those that are printed, and of forty inspectors only the first is.
    let printed = old.logins();
    assert!(printed.len() >= 12, "{story}: {printed:?}");
    assert_eq!(everybody.len(), printed.len() + 39, "{story}");
    for login in printed {
        let known = everybody.iter().any(|account| account.login == login);
        assert!(known, "{story}: {login}");
    }
    let password = old.password();
    for account in &everybody {
        let opened = app
            .sign_in(&account.login, &password, &Caller::default())
            .await;
        let refused = opened.err().map(|error| error.to_string());
        assert_eq!(refused, None, "{story}: {}", account.login);
    }
    let refused = app
        .sign_in("registrar", "not-the-password", &Caller::default())
        .await;
    assert!(refused.is_err(), "{story}");
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
    let premise = app.premise(Thing::Rulebook).await.unwrap();
    app.adopt_rulebook(&approver, file, &premise).await.unwrap();
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
    gives_the_same_bundles(&app, &old, &story).await;
    everybody_signs_in(&app, &old, &story).await;
    draws_under_the_rules_of_its_approval(&app, &story).await;
    let sealed = given(&app, READY, Stage::Sealed).await;
    assert_eq!(exit_of(&app, sealed, &story), 3, "{story}");
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
