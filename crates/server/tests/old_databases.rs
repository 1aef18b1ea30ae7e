//! Every database an earlier build left behind: this program migrates it, its audit is clean, its people sign in,
//! the campaign that was ready is drawn, and the bundle of the finished one still verifies.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::num::NonZeroUsize;
use std::sync::Arc;

use app::crypto::StorageKey;
use app::drawing::{CommitWords, DrawWords};
use app::{Acting, App};
use domain::id::{CampaignNo, PartyToken};
use draw::bundle::Stage;
use draw::digest::Suite;
use draw::record::PartyLine;
use store::Engine;
use testkit::clock::{FakeClock, FakeEntropy};
use testkit::old::{COMMITS, OldDatabase};
use tlog::note::SignerKey;
use verify::{BundleSource, Limits, Options, verify_bundle};

const FINISHED: &str = "411200-CG-2026-0001";
const READY: &str = "411200-CG-2026-0002";

fn hex32(text: &str) -> [u8; 32] {
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

/// The system on the old database, a few days after its last entry.
async fn open(old: &OldDatabase) -> App {
    App {
        db: old.open().await.unwrap(),
        clock: Arc::new(FakeClock::at(2026, 12, 1, 9)),
        entropy: Arc::new(FakeEntropy::new(20_261_201)),
        storage_key: StorageKey::new(&hex32(&old.key("storage.key"))),
        log_key: Arc::new(SignerKey::parse(&old.key("log.key")).unwrap()),
    }
}

async fn acting(app: &App, login: &str) -> Acting {
    let mut reader = app.db.read().await.unwrap();
    let found = store::account::by_login(&mut reader, login).await.unwrap();
    drop(reader);
    app.acting_as(&found.unwrap().account.id)
        .await
        .unwrap()
        .unwrap()
}

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

/// Two parties, a commitment each, FREEZE, two nonces, REVEAL, RESULT.
async fn draws(app: &App, number: &str) {
    let number = CampaignNo::parse(number).unwrap();
    let drawer = acting(app, "drawer").await;
    app.freeze_frame(&drawer, &number).await.unwrap();
    let mut opened = Vec::new();
    for token in ["justice", "chamber"] {
        let party = PartyToken::parse(token).unwrap();
        let link = app
            .issue_party_link(&drawer, &number, &party)
            .await
            .unwrap();
        let nonce = draw::Digest(app.entropy.bytes());
        let line = PartyLine::commit(Suite::Sha256, token.parse().unwrap(), &nonce);
        app.accept_commitment(&link, &line.commitment.to_string())
            .await
            .unwrap();
        opened.push((link, nonce));
    }
    app.commit_draw(&drawer, &number, &CommitWords::default())
        .await
        .unwrap();
    for (link, nonce) in opened {
        app.accept_nonce(&link, &nonce.to_string()).await.unwrap();
    }
    let nobody = PartyToken::parse("no-show").unwrap();
    app.close_reveal(&drawer, &number, &nobody).await.unwrap();
    app.draw_subjects(&drawer, &number, &DrawWords::default())
        .await
        .unwrap();
}

async fn lives_on(commit: &str, engine: Engine) {
    let story = format!("{commit} on {engine:?}");
    let old = OldDatabase::unpack(commit, engine);
    let app = open(&old).await;
    audits_clean(&app, &story).await;
    app.sign_in("registrar", &old.password()).await.unwrap();
    verifies(&app, FINISHED, Stage::Public).await;
    verifies(&app, FINISHED, Stage::Full).await;
    draws(&app, READY).await;
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
