//! A campaign approved under `shuang/1` whose next attempt is frozen under `shuang/2`, from the freeze to the full
//! opening. The shipped program begins no such attempt yet; what people see of one is told in the stories of `web`.

use std::num::NonZeroUsize;

use crate::stage::{READY, acting, open_at};
use app::drawing::{CommitWords, SlipWords, VoidWords};
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::id::{CampaignNo, Fingerprint, PartyToken};
use domain::inspection::FallenAway;
use draw::bundle::Stage;
use draw::digest::Suite;
use draw::record::PartyLine;
use draw::record::two::{Decided, VoidRecord, Voided};
use draw::{Digest, Version};
use store::{Engine, campaign, inspection};
use testkit::city::as_shown;
use testkit::old::{COMMITS, OldDatabase};
use verify::{BundleSource, Limits, Options, Verdict, verify_bundle};

struct Story {
    app: App,
    number: CampaignNo,
    drawer: Acting,
    attempt: u32,
}

impl Story {
    async fn freezes(&self) {
        let shown = as_shown(&self.app, Thing::Campaign(&self.number)).await;
        let (app, drawer) = (&self.app, &self.drawer);
        let frozen = app.freeze_frame(drawer, &self.number, &shown);
        frozen.await.unwrap();
    }

    /// The commitment of a party to a nonce: by the words of the version, which under `shuang/2` name the attempt.
    async fn commits(&self, token: &str, nonce: &Digest) -> String {
        let (app, number) = (&self.app, &self.number);
        let party = PartyToken::parse(token).unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let link = app.issue_party_link(&self.drawer, number, &shown, &party);
        let link = link.await.unwrap();
        let (suite, name) = (Suite::Sha256, token.parse().unwrap());
        let line = match app.version_of_new_attempts {
            Version::One => PartyLine::commit(suite, name, nonce),
            Version::Two => {
                let campaign = number.as_str().parse().unwrap();
                PartyLine::commit_to_attempt(suite, campaign, self.attempt, name, nonce)
            }
        };
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

    /// The approver voids the attempt on a paper or without one, and the campaign is launched again.
    async fn voids(&mut self, document: Option<&Fingerprint>) -> Result<(), AppError> {
        let (app, number) = (&self.app, &self.number);
        let class = PartyToken::parse("register-error").unwrap();
        let words = VoidWords {
            class: &class,
            reason: "名录漏了一户",
            document,
        };
        let approver = acting(app, "approver").await;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.void_draw_on(&approver, number, &shown, words).await?;
        self.attempt += 1;
        let initiator = acting(app, "brigade").await;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.launch_campaign(&initiator, number, &shown).await
    }

    /// Every VOID of the campaign, read back.
    async fn voided(&self) -> Vec<VoidRecord> {
        let mut reader = self.app.db.read().await.unwrap();
        let stored = campaign::by_number(&mut reader, &self.number).await;
        let records = store::portal::records_of(&mut reader, &stored.unwrap()).await;
        let records = records.unwrap().into_iter();
        let voids = records.filter(|logged| logged.kind == "void");
        voids
            .map(|logged| VoidRecord::parse(logged.record.as_bytes()).unwrap())
            .collect()
    }

    async fn opens_nonce(&self, link: &str, nonce: &Digest) -> Result<(), AppError> {
        let shown = as_shown(&self.app, Thing::Party(link)).await;
        let nonce = nonce.to_string();
        self.app.accept_nonce(link, &shown, &nonce).await
    }

    /// The drawer hosts, and somebody signs the slip of paper.
    async fn meets(&self) {
        let (app, number, drawer) = (&self.app, &self.number, &self.drawer);
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.begin_ceremony(drawer, number, &shown).await.unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let slip = SlipWords {
            office: "司法局",
            name: "见证员乙",
        };
        let there = app.attend_on_paper(drawer, number, &shown, slip).await;
        there.unwrap();
    }

    /// Two at once find what is due; it is done once.
    async fn follows(&self) {
        let (one, other) = (self.app.clone(), self.app.clone());
        let (one, other) = tokio::join!(one.follow_draws(), other.follow_draws());
        for failed in [one.unwrap(), other.unwrap()] {
            assert!(failed.is_empty(), "{failed:?}");
        }
    }

    /// How many public records of each kind the campaign has.
    async fn logged(&self, kinds: &[&str]) -> Vec<usize> {
        let mut reader = self.app.db.read().await.unwrap();
        let stored = campaign::by_number(&mut reader, &self.number).await;
        let records = store::portal::records_of(&mut reader, &stored.unwrap()).await;
        let records = records.unwrap();
        let count = |kind: &&str| records.iter().filter(|one| one.kind == *kind).count();
        kinds.iter().map(count).collect()
    }

    /// Nobody is found at home, and the campaign is over.
    #[expect(
        clippy::cognitive_complexity,
        reason = "every await counts as a branch; the story runs straight"
    )]
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
            let [inspector, second] = [0, 1].map(|place| {
                let code = visit.visit.team[place].as_str().trim_start_matches('F');
                let code: u32 = code.parse().unwrap();
                format!("inspector{code:02}")
            });
            let (inspector, second) = (acting(app, &inspector).await, acting(app, &second).await);
            let id = &visit.visit.id;
            let shown = as_shown(app, Thing::Visit(id)).await;
            let how = FallenAway::Closed;
            let gone = app.report_absence(&inspector, id, &shown, how, "大门紧锁，已停业", 3);
            gone.await.unwrap();
            let shown = as_shown(app, Thing::Visit(id)).await;
            app.confirm_absence(&second, id, &shown).await.unwrap();
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
            log_key: Some(self.app.log_key.verifier().clone().into()),
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
        let (mut app, clock) = open_at(&old).await;
        app.version_of_new_attempts = Version::Two;
        let drawer = acting(&app, "drawer").await;
        let number = CampaignNo::parse(READY).unwrap();
        let story = Story {
            app,
            number,
            drawer,
            attempt: 1,
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
        let alone = story.opens_nonce(&justice, &nonces[0]).await;
        assert_eq!(code_of(alone), "DRAW-056", "nobody is there");
        story.meets().await;
        let foreign = story.opens_nonce(&justice, &nonces[1]).await;
        assert_eq!(code_of(foreign), "DRAW-005");
        story.opens_nonce(&justice, &nonces[0]).await.unwrap();
        story.opens_nonce(&chamber, &nonces[1]).await.unwrap();
        story.follows().await;
        let kinds = ["reveal", "result", "void"];
        assert_eq!(story.logged(&kinds).await, [1, 1, 0]);
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

#[tokio::test]
async fn an_attempt_is_void_on_a_signed_paper_before_its_freeze_is_published_and_after() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = OldDatabase::unpack(COMMITS.last().unwrap(), engine);
        let (mut app, _) = open_at(&old).await;
        app.version_of_new_attempts = Version::Two;
        let drawer = acting(&app, "drawer").await;
        let number = CampaignNo::parse(READY).unwrap();
        let mut story = Story {
            app,
            number,
            drawer,
            attempt: 1,
        };
        let paper = Fingerprint::parse(&"5".repeat(64)).unwrap();
        story.freezes().await;
        assert_eq!(code_of(story.voids(None).await), "DRAW-054");
        story.voids(Some(&paper)).await.unwrap();

        story.freezes().await;
        let nonces = [Digest([3; 32]), Digest([4; 32])];
        story.commits("justice", &nonces[0]).await;
        story.commits("chamber", &nonces[1]).await;
        let words = CommitWords {
            reveal_from: Some(story.app.clock.now().plus_ms(60_000)),
            ..CommitWords::default()
        };
        story.publishes_freeze(&words).await.unwrap();
        story.voids(Some(&paper)).await.unwrap();
        story.freezes().await;

        let voided = story.voided().await;
        let [before, after] = voided.as_slice() else {
            panic!("{voided:?}")
        };
        assert!(matches!(
            before.voided,
            Voided::BeforeFreeze { attempt: 1, .. }
        ));
        let Voided::Frozen { attempt, reveal } = &after.voided else {
            panic!("{after:?}")
        };
        assert_eq!((attempt.attempt, attempt.version), (2, Version::Two));
        assert_eq!(*reveal, None);
        let approvers = voided.iter().map(|void| match void.decided {
            Decided::Approved(approval) => {
                assert_eq!(approval.document.to_string(), paper.to_string());
                approval.approver
            }
            Decided::Program => panic!("a person decided"),
        });
        let approvers: Vec<Digest> = approvers.collect();
        assert_ne!(approvers[0], approvers[1], "the same person, another salt");
        let report = store::audit(&story.app.db).await.unwrap();
        assert_eq!(report.faults, []);
        story.app.db.close().await;
    }
}

/// A party stays away: what follows is void and open, once, whoever looks, and the campaign begins anew.
#[tokio::test]
async fn a_lost_level_ends_void_and_open_once_and_leaves_nothing_to_accuse() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = OldDatabase::unpack(COMMITS.last().unwrap(), engine);
        let (mut app, clock) = open_at(&old).await;
        app.version_of_new_attempts = Version::Two;
        let drawer = acting(&app, "drawer").await;
        let number = CampaignNo::parse(READY).unwrap();
        let story = Story {
            app,
            number,
            drawer,
            attempt: 1,
        };
        story.freezes().await;
        let nonces = [Digest([1; 32]), Digest([2; 32])];
        let justice = story.commits("justice", &nonces[0]).await;
        story.commits("chamber", &nonces[1]).await;
        let words = CommitWords {
            reveal_from: Some(story.app.clock.now().plus_ms(10 * 60_000)),
            ..CommitWords::default()
        };
        story.publishes_freeze(&words).await.unwrap();
        clock.advance_minutes(10);
        story.meets().await;
        story.opens_nonce(&justice, &nonces[0]).await.unwrap();
        clock.advance_minutes(24 * 60);
        story.follows().await;
        story.follows().await;
        let kinds = ["reveal", "result", "void", "open"];
        assert_eq!(story.logged(&kinds).await, [1, 0, 1, 1]);
        let report = store::audit(&story.app.db).await.unwrap();
        assert_eq!(report.faults, []);
        let mut reader = story.app.db.read().await.unwrap();
        let misplaced = app::records::misplaced_records(&mut reader).await.unwrap();
        assert_eq!(misplaced, []);
        let lacking = app::drawing::lacking_material(&mut reader).await.unwrap();
        assert!(lacking.is_empty(), "{lacking:?}");
        drop(reader);
        story.app.db.close().await;
    }
}

/// Its parties committed by the words of the first version, so it can only be void and frozen again.
#[tokio::test]
async fn a_frame_of_the_first_version_is_not_published_once_new_attempts_are_of_the_second() {
    let old = OldDatabase::unpack(COMMITS.last().unwrap(), Engine::Sqlite);
    let (mut app, _) = open_at(&old).await;
    app.version_of_new_attempts = Version::One;
    let drawer = acting(&app, "drawer").await;
    let number = CampaignNo::parse(READY).unwrap();
    let mut story = Story {
        app,
        number,
        drawer,
        attempt: 1,
    };
    story.freezes().await;
    story.commits("justice", &Digest([5; 32])).await;
    story.commits("chamber", &Digest([6; 32])).await;
    story.app.version_of_new_attempts = Version::Two;
    let refused = story.publishes_freeze(&CommitWords::default()).await;
    assert_eq!(code_of(refused), "DRAW-017");
    story.voids(None).await.unwrap();
    story.freezes().await;
    let mut reader = story.app.db.read().await.unwrap();
    let stored = campaign::by_number(&mut reader, &story.number).await;
    let frame = stored.unwrap().campaign.state.frame().unwrap().version;
    assert_eq!(frame.protocol(), Version::Two);
    drop(reader);
    story.app.db.close().await;
}
