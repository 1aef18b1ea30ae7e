//! A campaign approved under `shuang/1` whose next attempt is frozen under `shuang/2`, from the freeze to the full
//! opening. No page and no command begins such an attempt yet.

use std::num::NonZeroUsize;

use crate::stage::{READY, acting, open_at};
use app::drawing::{CommitWords, DrawWords, FreezeWords};
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::id::{CampaignNo, PartyToken};
use domain::inspection::FallenAway;
use draw::bundle::Stage;
use draw::digest::Suite;
use draw::record::PartyLine;
use draw::{Digest, Version};
use store::{Engine, campaign, inspection};
use testkit::city::as_shown;
use testkit::old::{COMMITS, OldDatabase};
use verify::{BundleSource, Limits, Options, Verdict, verify_bundle};

struct Story {
    app: App,
    number: CampaignNo,
    drawer: Acting,
}

impl Story {
    async fn freezes(&self) {
        let shown = as_shown(&self.app, Thing::Campaign(&self.number)).await;
        let words = FreezeWords {
            version: Version::Two,
            ..FreezeWords::default()
        };
        let (app, drawer) = (&self.app, &self.drawer);
        let frozen = app.freeze_frame_with(drawer, &self.number, &shown, words);
        frozen.await.unwrap();
    }

    /// The commitment of a party to a nonce: by the words of `shuang/2`, which name campaign and attempt.
    async fn commits(&self, token: &str, nonce: &Digest) -> String {
        let (app, number) = (&self.app, &self.number);
        let party = PartyToken::parse(token).unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let link = app.issue_party_link(&self.drawer, number, &shown, &party);
        let link = link.await.unwrap();
        let line = PartyLine::commit_to_attempt(
            Suite::Sha256,
            number.as_str().parse().unwrap(),
            1,
            token.parse().unwrap(),
            nonce,
        );
        let shown = as_shown(app, Thing::Party(&link)).await;
        let commitment = line.commitment.to_string();
        let taken = app.accept_commitment(&link, &shown, &commitment).await;
        taken.unwrap();
        link
    }

    async fn publishes_freeze(&self, words: &CommitWords) -> Result<(), AppError> {
        let shown = as_shown(&self.app, Thing::Campaign(&self.number)).await;
        let (app, drawer) = (&self.app, &self.drawer);
        app.commit_draw(drawer, &self.number, &shown, words).await
    }

    async fn opens_nonce(&self, link: &str, nonce: &Digest) -> Result<(), AppError> {
        let shown = as_shown(&self.app, Thing::Party(link)).await;
        let nonce = nonce.to_string();
        self.app.accept_nonce(link, &shown, &nonce).await
    }

    async fn draws(&self) {
        let (app, number, drawer) = (&self.app, &self.number, &self.drawer);
        let nobody = PartyToken::parse("no-show").unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let closed = app.close_reveal(drawer, number, &shown, &nobody).await;
        closed.unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let words = DrawWords::default();
        let drawn = app.draw_subjects(drawer, number, &shown, &words).await;
        drawn.unwrap();
    }

    /// Nobody is found at home, and the campaign is over.
    async fn ends(&self) {
        let (app, number) = (&self.app, &self.number);
        let initiator = acting(app, "brigade").await;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.assign_visits(&initiator, number, &shown).await.unwrap();
        let mut reader = app.db.read().await.unwrap();
        let stored = campaign::by_number(&mut reader, number).await.unwrap();
        let visits = inspection::of_campaign(&mut reader, &stored.campaign.id, 1);
        let visits = visits.await.unwrap();
        drop(reader);
        for visit in visits {
            let code = visit.visit.team[0].as_str().trim_start_matches('F');
            let code: u32 = code.parse().unwrap();
            let inspector = acting(app, &format!("inspector{code:02}")).await;
            let id = &visit.visit.id;
            let shown = as_shown(app, Thing::Visit(id)).await;
            let how = FallenAway::Closed;
            let gone = app.visit_fell_away(&inspector, id, &shown, how, "大门紧锁，已停业", 3);
            gone.await.unwrap();
        }
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.end_campaign(&initiator, number, &shown).await.unwrap();
    }

    async fn opens(&self) {
        let shown = as_shown(&self.app, Thing::Campaign(&self.number)).await;
        let opened = self.app.open_draw(&self.drawer, &self.number, &shown);
        opened.await.unwrap();
    }

    async fn verdict(&self, stage: Stage) -> Verdict {
        let zip = self.app.bundle_zip(&self.number, stage).await.unwrap();
        let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
        let options = Options {
            log_key: Some(self.app.log_key.verifier().clone()),
            threads: NonZeroUsize::MIN,
        };
        verify_bundle(&source, &options)
    }

    async fn verifies(&self, stage: Stage, exit: u8) {
        let verdict = self.verdict(stage).await;
        assert_eq!(verdict.exit(), exit, "{stage:?}: {verdict:#?}");
    }
}

fn code_of(refused: Result<(), AppError>) -> &'static str {
    match refused.unwrap_err() {
        AppError::Refused(refusal) => refusal.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_attempt_under_the_new_version_is_drawn_and_every_stage_of_it_verifies() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = OldDatabase::unpack(COMMITS.last().unwrap(), engine);
        let (app, clock) = open_at(&old).await;
        let drawer = acting(&app, "drawer").await;
        let number = CampaignNo::parse(READY).unwrap();
        let story = Story {
            app,
            number,
            drawer,
        };
        story.freezes().await;
        let nonces = [Digest([1; 32]), Digest([2; 32])];
        let justice = story.commits("justice", &nonces[0]).await;
        let without = story.publishes_freeze(&CommitWords::default()).await;
        assert_eq!(code_of(without), "CAMP-009", "a party has not committed");
        let chamber = story.commits("chamber", &nonces[1]).await;
        let without = story.publishes_freeze(&CommitWords::default()).await;
        assert_eq!(code_of(without), "CAMP-016", "nonces begin at no time");
        let words = CommitWords {
            reveal_from: Some(story.app.clock.now().plus_ms(10 * 60_000)),
            ..CommitWords::default()
        };
        story.publishes_freeze(&words).await.unwrap();

        let early = story.opens_nonce(&justice, &nonces[0]).await;
        assert_eq!(code_of(early), "DRAW-018");
        clock.advance_minutes(10);
        let foreign = story.opens_nonce(&justice, &nonces[1]).await;
        assert_eq!(code_of(foreign), "DRAW-005");
        story.opens_nonce(&justice, &nonces[0]).await.unwrap();
        story.opens_nonce(&chamber, &nonces[1]).await.unwrap();
        story.draws().await;
        // Right as far as they go: OPEN is not logged yet, though the full bundle has what it will say.
        story.verifies(Stage::Sealed, 3).await;
        story.verifies(Stage::Full, 3).await;

        story.ends().await;
        story.opens().await;
        story.verifies(Stage::Public, 0).await;
        story.verifies(Stage::Full, 0).await;
        let report = store::audit(&story.app.db).await.unwrap();
        assert_eq!(report.faults, []);
        story.app.db.close().await;
    }
}
