//! An old database as a stage: opened with its own keys, with people who act on it.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::sync::Arc;

use app::crypto::StorageKey;
use app::drawing::{CommitWords, SlipWords};
use app::premise::Thing;
use app::sealing::SealingKey;
use app::{Acting, App};
use domain::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use domain::id::{CampaignNo, PartyToken};
use draw::digest::Suite;
use draw::record::PartyLine;
use testkit::city::as_shown;
use testkit::clock::{FakeClock, FakeEntropy};
use testkit::old::OldDatabase;
use tlog::note::SignerKey;

pub const FINISHED: &str = "411200-CG-2026-0001";
pub const READY: &str = "411200-CG-2026-0002";

pub fn hex32(text: &str) -> [u8; 32] {
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

/// The system on the old database, a few days after its last entry.
pub async fn open(old: &OldDatabase) -> App {
    open_at(old).await.0
}

/// The same with its clock.
pub async fn open_at(old: &OldDatabase) -> (App, Arc<FakeClock>) {
    open_when(old, FakeClock::at(2026, 12, 1, 9)).await
}

/// The same when that clock begins.
pub async fn open_when(old: &OldDatabase, clock: FakeClock) -> (App, Arc<FakeClock>) {
    let key = StorageKey::new(&hex32(&old.key("storage.key")));
    let entropy = Arc::new(FakeEntropy::new(20_261_201));
    let clock = Arc::new(clock);
    let seals = SealingKey {
        key: key.clone(),
        entropy: entropy.clone(),
    };
    let app = App {
        db: old.open(Arc::new(seals)).await.unwrap(),
        clock: clock.clone(),
        entropy,
        storage_key: key,
        log_key: Arc::new(SignerKey::parse(&old.key("log.key")).unwrap()),
        passwords: app::passwords::Passwords::new(),
        refused: app::refused::Refused::default(),
        version_of_new_attempts: VERSION_OF_NEW_ATTEMPTS,
    };
    (app, clock)
}

pub async fn acting(app: &App, login: &str) -> Acting {
    let mut reader = app.db.read().await.unwrap();
    let found = store::account::by_login(&mut reader, login).await.unwrap();
    drop(reader);
    app.acting_as(&found.unwrap().account.id)
        .await
        .unwrap()
        .unwrap()
}

/// A link and a commitment for each party; yields the links with the nonces behind the commitments.
async fn commitments(
    app: &App,
    drawer: &Acting,
    number: &CampaignNo,
) -> Vec<(String, draw::Digest)> {
    let mut opened = Vec::new();
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number)
        .await
        .unwrap();
    let attempt = stored.campaign.state.attempt();
    drop(reader);
    for token in ["justice", "chamber"] {
        let party = PartyToken::parse(token).unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let issued = app.issue_party_link(drawer, number, &shown, &party).await;
        let link = issued.unwrap();
        let nonce = draw::Digest(app.entropy.bytes());
        let (campaign, name) = (number.as_str().parse().unwrap(), token.parse().unwrap());
        let line = PartyLine::commit_to_attempt(Suite::Sha256, campaign, attempt, name, &nonce);
        let shown = as_shown(app, Thing::Party(&link)).await;
        let commitment = line.commitment.to_string();
        let taken = app.accept_commitment(&link, &shown, &commitment).await;
        taken.unwrap();
        opened.push((link, nonce));
    }
    opened
}

/// Two parties, a commitment each, FREEZE, a ceremony, two nonces; REVEAL and RESULT follow by themselves.
pub async fn draws(app: &App, number: &str) {
    answers(app, number).await;
    let failed = app.follow_draws().await.unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

/// The same up to the last nonce.
pub async fn answers(app: &App, number: &str) {
    let number = &CampaignNo::parse(number).unwrap();
    let campaign = Thing::Campaign(number);
    let drawer = &acting(app, "drawer").await;
    let shown = as_shown(app, campaign).await;
    app.freeze_frame(drawer, number, &shown).await.unwrap();
    let opened = commitments(app, drawer, number).await;
    let shown = as_shown(app, campaign).await;
    let words = CommitWords {
        reveal_from: Some(app.clock.now()),
        ..CommitWords::default()
    };
    let done = app.commit_draw(drawer, number, &shown, &words).await;
    done.unwrap();
    let shown = as_shown(app, campaign).await;
    app.begin_ceremony(drawer, number, &shown).await.unwrap();
    let shown = as_shown(app, campaign).await;
    let slip = SlipWords {
        office: "司法局",
        name: "见证员乙",
    };
    let there = app.attend_on_paper(drawer, number, &shown, slip).await;
    there.unwrap();
    for (link, nonce) in opened {
        let shown = as_shown(app, Thing::Party(&link)).await;
        let taken = app.accept_nonce(&link, &shown, &nonce.to_string()).await;
        taken.unwrap();
    }
}
