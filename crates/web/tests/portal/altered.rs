//! Somebody holds the database and its keys and exchanges what is kept of a draw. Nothing is published on
//! the strength of what was exchanged.

use std::sync::Arc;

use app::AppError;
use app::crypto::StorageKey;
use app::drawing::{CommitWords, DrawWords, Stage};
use app::port::Clock as _;
use app::premise::Thing;
use app::sealing::SealingKey;
use axum::http::StatusCode;
use domain::campaign::state::LIFE;
use domain::campaign::version::Version;
use domain::campaign::{CampaignState, StateKind};
use domain::id::{CampaignNo, Fingerprint};
use store::attachment::Owner;
use store::inspection::StoredInspection;
use store::{Db, Upgrade};
use testkit::city::as_shown;
use testkit::clock::FakeEntropy;
use testkit::engines::{PostgresDatabase, admin};

use crate::meanwhile::gated;
use crate::story::Story;

/// The story and a hand in its database.
pub struct Held {
    pub story: Story,
    url: String,
}

impl Held {
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn app(&self) -> &app::App {
        &self.story.site.city.app
    }

    pub async fn attempt(&self, number: &CampaignNo) -> (domain::id::CampaignId, u32) {
        let mut reader = self.app().db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, number)
            .await
            .unwrap();
        (stored.campaign.id.clone(), stored.campaign.state.attempt())
    }

    pub async fn kept(&self, number: &CampaignNo, name: &str) -> String {
        let (id, attempt) = self.attempt(number).await;
        let mut reader = self.app().db.read().await.unwrap();
        let owner = Owner::Attempt(&id, attempt);
        let content = self.app().attached(&mut reader, owner, name).await;
        String::from_utf8(content.unwrap().unwrap()).unwrap()
    }

    /// Content and row, so that the one names the other: as whoever holds everything would do it.
    pub async fn exchange(&self, number: &CampaignNo, name: &str, content: &str) {
        let (id, attempt) = self.attempt(number).await;
        let mut writer = self.app().db.keep(1 << 20);
        writer.write(content.as_bytes()).await.unwrap();
        let kept = writer.finish().await.unwrap();
        let (sha256, length) = (kept.sha256(), content.len());
        self.sql(&format!(
            "UPDATE attachments SET form = 'plain', sha256 = '{sha256}', bytes = {length}, length = {length} WHERE owner_id = '{id}/{attempt}' AND name = '{name}'"
        ));
        assert_eq!(self.kept(number, name).await, content);
    }

    /// The row of an attachment says another length: by its hash it names what it named before.
    async fn lengthen(&self, number: &CampaignNo, name: &str, by: i32) {
        let (id, attempt) = self.attempt(number).await;
        self.sql(&format!(
            "UPDATE attachments SET length = length + {by} WHERE owner_id = '{id}/{attempt}' AND name = '{name}'"
        ));
    }

    /// The next act of the draw.
    async fn does(&self, app: &app::App, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let mut reader = app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, number).await;
        let kind = stored.unwrap().campaign.kind();
        drop(reader);
        let officer = &self.story.officer;
        match kind {
            StateKind::Frozen => {
                let words = CommitWords {
                    reveal_by: Some(self.story.site.city.clock.now().plus_ms(61 * 60_000)),
                    ..self.story.hours()
                };
                app.commit_draw(officer, number, &shown, &words).await
            }
            StateKind::Revealed => {
                let words = DrawWords::default();
                app.draw_subjects(officer, number, &shown, &words).await
            }
            _ => app.open_draw(officer, number, &shown).await,
        }
    }

    pub async fn address_of(&self, visit: &StoredInspection) -> String {
        let mut reader = self.app().db.read().await.unwrap();
        let published = store::inspection::publication_of(&mut reader, &visit.visit.id).await;
        format!("/r/{}", published.unwrap().unwrap().id)
    }

    pub fn sql(&self, statement: &str) {
        admin(&self.url, statement);
    }

    pub async fn commit(&self, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Campaign(number)).await;
        let officer = &self.story.officer;
        self.app()
            .commit_draw(officer, number, &shown, &self.story.hours())
            .await
    }

    /// What follows by itself in an attempt of `shuang/2`.
    pub async fn follow(&self, number: &CampaignNo) -> Result<(), AppError> {
        self.app().follow_draw(number).await
    }
}

pub async fn told(story: impl AsyncFn(Held)) {
    told_under(Version::Two, story).await;
}

/// The same where new attempts are of that version.
pub async fn told_under(version: Version, story: impl AsyncFn(Held)) {
    told_with(&testkit::engines::upgrade(), version, story).await;
}

/// The same where cells are sealed under the storage key, as the program does it.
pub async fn told_under_a_key(story: impl AsyncFn(Held)) {
    told_with(&under_a_key(), Version::Two, story).await;
}

/// How a database is opened whose cells are sealed.
pub fn under_a_key() -> Upgrade {
    let seals = SealingKey {
        key: StorageKey::new(&[7; 32]),
        entropy: Arc::new(FakeEntropy::new(20_261_128)),
    };
    Upgrade {
        vault: Arc::new(seals),
        ..testkit::engines::upgrade()
    }
}

async fn told_with(upgrade: &Upgrade, version: Version, story: impl AsyncFn(Held)) {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), upgrade).await;
    let db = db.unwrap();
    let held = Held {
        story: Story::under(db.clone(), version).await,
        url: server.url().to_owned(),
    };
    story(held).await;
    db.close().await;
}

pub fn code(refused: Result<(), AppError>) -> &'static str {
    match refused {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

/// The frame without one of its subjects.
fn a_friend_less(frame: &str) -> String {
    let mut lines: Vec<&str> = frame.lines().collect();
    lines.pop();
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn a_frame_edited_between_freeze_and_its_publication_is_never_published() {
    told(async |held| {
        let number = held.story.launched().await;
        held.story.freeze(&number).await;
        let frame = held.kept(&number, "subjects.tsv").await;
        for edited in [
            a_friend_less(&frame),
            frame.replacen("\tdraw\t", "\tmust:asked\t", 1),
        ] {
            assert_ne!(edited, frame);
            held.exchange(&number, "subjects.tsv", &edited).await;
            assert_eq!(code(held.commit(&number).await), "DRAW-016");
        }
        held.exchange(&number, "subjects.tsv", &frame).await;
        held.commit(&number).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_result_follows_from_a_frame_or_a_freeze_that_was_exchanged_after_it_was_published() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.story.answered(&number, &links).await;
        let stored = async || {
            let mut reader = held.app().db.read().await.unwrap();
            store::campaign::by_number(&mut reader, &number).await.unwrap()
        };
        // The frame is exchanged before the last source is known: REVEAL says what it is, and nothing is drawn from it.
        let frame = held.kept(&number, "subjects.tsv").await;
        held.exchange(&number, "subjects.tsv", &a_friend_less(&frame)).await;
        let before = held.story.site.log_size().await;
        for _ in 0..2 {
            assert_eq!(code(held.follow(&number).await), "DRAW-042");
            assert_eq!(stored().await.campaign.kind(), StateKind::Revealed);
            assert_eq!(held.story.site.log_size().await, before + 1, "REVEAL, once");
        }
        held.exchange(&number, "subjects.tsv", &frame).await;
        // FREEZE and its hash exchanged in the row as well: the log knows no such FREEZE.
        let stood = stored().await;
        let freeze = stood.freeze_record.unwrap();
        let other = freeze.replacen("reveal-by 1", "reveal-by 2", 1);
        assert_ne!(other, freeze);
        let CampaignState::Revealed(mut revealed) = stood.campaign.state.clone() else {
            panic!("revealed");
        };
        let hash = store::hex(&<sha2::Sha256 as sha2::Digest>::digest(&other));
        revealed.committed.freeze_hash = Fingerprint::parse(&hash).unwrap();
        let life = LIFE.write(&CampaignState::Revealed(revealed)).unwrap();
        held.sql(&format!(
            "UPDATE campaigns SET freeze_record = '{other}', life = '{life}' WHERE number = '{number}'"
        ));
        assert_eq!(code(held.follow(&number).await), "DRAW-042");
        let before = LIFE.write(&stood.campaign.state).unwrap();
        held.sql(&format!(
            "UPDATE campaigns SET freeze_record = '{freeze}', life = '{before}' WHERE number = '{number}'"
        ));
        assert_eq!(stored().await.campaign.kind(), StateKind::Revealed);
        held.follow(&number).await.unwrap();
        assert_eq!(stored().await.campaign.kind(), StateKind::Drawn);
    })
    .await;
}

#[tokio::test]
async fn a_sealed_file_edited_after_the_draw_is_neither_opened_nor_handed_out() {
    told(async |held| {
        let (number, _) = held.story.ended().await;
        let order = held.kept(&number, "inspectors.order").await;
        let backwards = |content: &str| content.lines().rev().collect::<Vec<_>>().join("\n") + "\n";
        let edited = backwards(&order);
        assert_ne!(edited, order);
        held.exchange(&number, "inspectors.order", &edited).await;
        let open = async || {
            let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
            let officer = &held.story.officer;
            held.app().open_draw(officer, &number, &shown).await
        };
        assert_eq!(code(open().await), "DRAW-042");
        held.exchange(&number, "inspectors.order", &order).await;
        open().await.unwrap();
        for name in ["teams.txt", "opened.tsv"] {
            let kept = held.kept(&number, name).await;
            held.exchange(&number, name, &backwards(&kept)).await;
            let refused = held.app().bundle(&number, Stage::Public).await.map(drop);
            assert_eq!(code(refused), "DRAW-042", "{name}");
            held.exchange(&number, name, &kept).await;
        }
        held.app().bundle(&number, Stage::Public).await.unwrap();
    })
    .await;
}

/// An earlier build kept the files of people from the draw on, and a draw of its time is opened by this one.
#[tokio::test]
async fn what_an_earlier_build_kept_of_people_is_held_against_the_draw_before_it_is_opened() {
    told(async |held| {
        let (number, _) = held.story.ended().await;
        let full = held.app().bundle(&number, Stage::Full).await.unwrap();
        let teams = full.iter().find(|file| file.name == "teams.txt").unwrap();
        let teams = String::from_utf8(teams.content.clone()).unwrap();
        let (id, attempt) = held.attempt(&number).await;
        held.sql(&format!(
            "INSERT INTO attachments (owner_kind, owner_id, name, media_type, form, sha256, bytes, length, last_event) SELECT owner_kind, owner_id, 'teams.txt', media_type, form, sha256, bytes, length, last_event FROM attachments WHERE owner_id = '{id}/{attempt}' AND name = 'subjects.order'"
        ));
        let edited = teams.lines().rev().collect::<Vec<_>>().join("\n") + "\n";
        let open = async || {
            let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
            let officer = &held.story.officer;
            held.app().open_draw(officer, &number, &shown).await
        };
        held.exchange(&number, "teams.txt", &edited).await;
        assert_eq!(code(open().await), "DRAW-042");
        held.exchange(&number, "teams.txt", &teams).await;
        open().await.unwrap();
        let public = held.app().bundle(&number, Stage::Public).await.unwrap();
        assert!(public.iter().any(|file| file.content == teams.as_bytes()));
    })
    .await;
}

/// Under `shuang/1`, whose draw is pressed: the clock by which the hand comes is asked once by each act that is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exchanged_while_a_draw_is_computed_is_noticed_before_anything_is_written() {
    told_under(Version::One, async |held| {
        let held = Arc::new(held);
        let frozen = held.story.launched().await;
        held.story.freeze(&frozen).await;
        let (revealed, links) = held.story.committed().await;
        held.story.reveal(&revealed, &links).await;
        let (ended, _) = held.story.ended().await;
        // Each act has computed from what is right when the hand comes; a row that differs in anything is not that one.
        for (number, name) in [
            (&frozen, "subjects.tsv"),
            (&revealed, "secret"),
            (&ended, "inspectors.tsv"),
            (&ended, "subjects.order"),
        ] {
            let before = held.story.site.log_size().await;
            let (hand, no) = (Arc::clone(&held), number.clone());
            let app = gated(held.app(), async move { hand.lengthen(&no, name, 1).await });
            assert_eq!(code(held.does(&app, number).await), "DRAW-042", "{name}");
            assert_eq!(held.story.site.log_size().await, before);
            held.lengthen(number, name, -1).await;
        }
        for number in [&frozen, &revealed, &ended] {
            let (hand, no) = (Arc::clone(&held), number.clone());
            let (before, title) = (held.story.site.log_size().await, "别的标题");
            let app = gated(held.app(), async move {
                hand.sql(&format!(
                    "UPDATE campaigns SET title = '{title}' WHERE number = '{no}'"
                ));
            });
            assert_eq!(code(held.does(&app, number).await), "DRAW-042");
            assert_eq!(held.story.site.log_size().await, before);
            let app = held.app().clone();
            held.does(&app, number).await.unwrap();
        }
    })
    .await;
}

/// Rows that an operator took away: no page goes on as if they had never been.
#[tokio::test]
async fn a_page_whose_rows_were_taken_away_says_so_and_not_that_nothing_happened() {
    told(async |held| {
        let (number, _) = held.story.opened().await;
        let stranger = held.story.site.stranger();
        let draw = format!("/draw/{number}");
        let bundle = format!("{draw}/bundle.zip");
        let page = stranger.get(&draw).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let sequence = async |kind: &str| {
            let mut reader = held.app().db.read().await.unwrap();
            let stored = store::campaign::by_number(&mut reader, &number).await.unwrap();
            let records = store::portal::records_of(&mut reader, &stored).await.unwrap();
            let found = records.into_iter().find(|logged| logged.kind == kind);
            found.unwrap().sequence
        };
        let (reveal, open) = (sequence("reveal").await, sequence("open").await);
        // What goes, how it comes back, which pages it is on, and what they say instead.
        let gone = |table: &str, condition: &str, paths: Vec<String>, code: &'static str| {
            (table.to_owned(), condition.to_owned(), paths, code)
        };
        let of = |sequence: u64| format!("event_id = (SELECT event_id FROM log_leaves WHERE sequence = {sequence})");
        for (table, condition, paths, code) in [
            gone("attachments", "name = 'teams.txt'", vec![bundle.clone()], "DRAW-042"),
            gone("log_records", &of(reveal), vec![draw.clone()], "STOR-521"),
            gone("log_links", &format!("sequence = {open}"), vec![draw.clone()], "STOR-521"),
            gone(
                "log_nodes",
                &format!("level = 0 AND position = {reveal}"),
                vec![draw.clone(), format!("/log/{reveal}"), "/log/tile/0/000.p/5".to_owned()],
                "STOR-521",
            ),
        ] {
            let paths = if table == "log_nodes" {
                // A tile that would hold the missing node.
                let tile = format!("/log/tile/0/000.p/{}", reveal + 1);
                vec![paths[0].clone(), paths[1].clone(), tile]
            } else {
                paths
            };
            held.sql(&format!("CREATE TABLE taken AS SELECT * FROM {table} WHERE {condition}"));
            held.sql(&format!("ALTER TABLE {table} DISABLE TRIGGER ALL; DELETE FROM {table} WHERE {condition}"));
            for path in &paths {
                let page = stranger.get(path).await;
                assert!(page.shows(code), "{table} {path}: {} {}", page.status, page.text);
                assert_ne!(page.status, StatusCode::OK, "{table} {path}");
            }
            held.sql(&format!("INSERT INTO {table} SELECT * FROM taken; DROP TABLE taken; ALTER TABLE {table} ENABLE TRIGGER ALL"));
            for path in &paths {
                let page = stranger.get(path).await;
                assert_eq!(page.status, StatusCode::OK, "{table} {path}: {}", page.text);
            }
        }
    })
    .await;
}

/// One row nobody can read hides no other.
#[tokio::test]
async fn a_list_names_the_row_that_cannot_be_shown_and_shows_the_others() {
    told(async |held| {
        let (number, visits) = held.story.ended().await;
        let other = held.story.launched().await;
        let stranger = held.story.site.stranger();
        let said = "此条记录与日志不符，暂不能显示";
        for path in [
            "/",
            "/campaigns",
            "/results",
            "/campaigns.json",
            "/results.json",
        ] {
            assert!(!stranger.get(path).await.shows(said), "{path}");
        }
        held.sql(&format!(
            "UPDATE campaigns SET life = '{{}}' WHERE number = '{number}'"
        ));
        let (bad, good) = (&visits[0], &visits[1]);
        held.sql(&format!(
            "UPDATE publications SET content = '{{}}' WHERE inspection_id = '{}'",
            bad.visit.id
        ));
        for path in ["/", "/campaigns", "/campaigns.json", "/index.json"] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            assert!(
                page.shows(said) && page.shows("PUBL-020"),
                "{path}: {}",
                page.text
            );
            assert!(page.shows(number.as_str()), "{path} names the bad one");
            assert!(page.shows(other.as_str()), "{path} shows the other");
        }
        for path in ["/results", "/results.json", "/search?q=样例餐饮"] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            assert!(page.shows(said), "{path}: {}", page.text);
            assert!(page.shows(&good.subject_name), "{path} shows the other");
            assert!(!page.shows(&bad.subject_name), "{path}");
        }
        let entity = stranger.get(&format!("/entity/{}", bad.subject_code)).await;
        assert!(
            entity.status == StatusCode::OK && entity.shows(said),
            "{}",
            entity.text
        );
        let address = held.address_of(bad).await;
        for path in [address, format!("/draw/{number}")] {
            let page = stranger.get(&path).await;
            assert!(
                page.shows("STOR-521"),
                "{path}: {} {}",
                page.status,
                page.text
            );
        }
    })
    .await;
}

/// A number that was changed in the row hides no draw: its records are in the log under the number they say.
#[tokio::test]
async fn a_draw_whose_number_was_changed_is_not_gone_but_contradicts_the_log() {
    told_under_a_key(async |held| {
        let number = held.story.drawn().await;
        let stranger = held.story.site.stranger();
        let other = "411202-CG-2026-9999";
        assert_eq!(
            stranger.get(&format!("/draw/{other}")).await.status,
            StatusCode::NOT_FOUND
        );
        held.sql(&format!(
            "UPDATE campaigns SET number = '{other}' WHERE number = '{number}'"
        ));
        for number in [number.as_str(), other] {
            let page = stranger.get(&format!("/draw/{number}")).await;
            assert_ne!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
            assert!(page.shows("对不上"), "{}", page.text);
            assert!(!page.shows("可核对次序与界限"), "{}", page.text);
        }
    })
    .await;
}
