//! Somebody holds the database and alters it for the while of one act, and puts it back: who would be left out of the
//! draw, who would be visited, and whether a look at the result can be followed by a void. The act itself asks the log.

use app::AppError;
use app::crypto::log_key;
use app::port::Clock as _;
use app::premise::Thing;
use domain::account::Role;
use domain::campaign::CampaignState;
use domain::campaign::party::PartyState;
use domain::campaign::state::LIFE;
use domain::id::{CampaignNo, PartyToken};
use domain::subject::RawSubject;
use testkit::city::{as_shown, caterer, unit};
use testkit::engines::admin;
use tlog::Checkpoint;

use crate::altered::{Held, code, told};
use crate::meanwhile::gated;

impl Held {
    async fn freezes(&self, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Campaign(number)).await;
        let officer = &self.story.officer;
        self.app().freeze_frame(officer, number, &shown).await
    }

    async fn dispatches(&self, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Campaign(number)).await;
        let initiator = &self.story.initiator;
        self.app().assign_visits(initiator, number, &shown).await
    }

    async fn stands(&self, number: &CampaignNo) -> CampaignState {
        let mut reader = self.app().db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, number).await;
        stored.unwrap().campaign.state
    }

    fn writes(&self, number: &CampaignNo, state: &CampaignState) {
        let life = LIFE.write(state).unwrap();
        self.sql(&format!(
            "UPDATE campaigns SET life = '{life}' WHERE number = '{number}'"
        ));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_altered_for_the_while_of_a_freeze_is_not_frozen() {
    told(async |held| {
        let number = held.story.launched().await;
        held.sql("CREATE TABLE subjects_before AS SELECT * FROM subjects");
        for (altered, back) in [
            (
                "UPDATE subjects SET district = '411299' WHERE subject_id = (SELECT MIN(subject_id) FROM subjects)",
                "UPDATE subjects s SET district = b.district FROM subjects_before b WHERE b.subject_id = s.subject_id",
            ),
            (
                "UPDATE inspectors SET name = name || '改' WHERE inspector_id = (SELECT MIN(inspector_id) FROM inspectors)",
                "UPDATE inspectors SET name = REPLACE(name, '改', '')",
            ),
            (
                "UPDATE subjects SET last_event = (SELECT last_event FROM inspectors LIMIT 1)",
                "UPDATE subjects s SET last_event = b.last_event FROM subjects_before b WHERE b.subject_id = s.subject_id",
            ),
        ] {
            held.sql(altered);
            assert_eq!(code(held.freezes(&number).await), "DRAW-078", "{altered}");
            held.sql(back);
        }
        held.sql("DROP TABLE subjects_before");
        held.freezes(&number).await.unwrap();
    })
    .await;
}

/// The number of a register says that nothing was written while the frame was computed; the leaves say what was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_was_written_during_a_freeze_is_read_again_whatever_its_version_says() {
    told(async |held| {
        let city = &held.story.site.city;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let id = city.subject(&registrar, &unit(1), &caterer(900)).await;
        let number = held.story.launched().await;
        let (url, app) = (held.url().to_owned(), held.app().clone());
        let gated = gated(held.app(), async move {
            let moved = RawSubject {
                pools: String::new(),
                ..caterer(900)
            };
            let shown = as_shown(&app, Thing::Subject(&id)).await;
            app.edit_subject(&registrar, &id, &shown, &moved)
                .await
                .unwrap();
            admin(
                &url,
                "UPDATE register_versions SET version = version - 1 WHERE register = 'subjects'",
            );
        });
        let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
        let officer = &held.story.officer;
        gated.freeze_frame(officer, &number, &shown).await.unwrap();
        let frame = held.kept(&number, "subjects.tsv").await;
        let struck = caterer(900).register_number;
        assert!(
            !frame.contains(&struck),
            "it left the pool before the freeze took its place in the log"
        );
    })
    .await;
}

/// A view answers what is compared in full and what is asked otherwise short of a firm.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_is_seen_through_a_view_is_not_frozen() {
    told(async |held| {
        let number = held.story.launched().await;
        held.sql("ALTER TABLE subjects RENAME TO aside; CREATE VIEW subjects AS SELECT * FROM aside WHERE current_query() NOT LIKE '%ORDER BY name%' OR subject_id <> (SELECT MIN(subject_id) FROM aside)");
        let refused = held.freezes(&number).await.unwrap_err().recorded();
        assert!(refused.contains("_RETURN"), "{refused}");
        held.sql("DROP VIEW subjects; ALTER TABLE aside RENAME TO subjects");
        held.freezes(&number).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drawn_visit_taken_away_for_the_while_of_the_dispatch_is_missed() {
    told(async |held| {
        let number = held.story.drawn().await;
        held.sql("CREATE TABLE aside AS SELECT * FROM sealed_visits");
        held.sql("DELETE FROM sealed_visits WHERE inspection_id = (SELECT MIN(inspection_id) FROM sealed_visits)");
        assert_eq!(code(held.dispatches(&number).await), "INSP-048");
        held.sql("INSERT INTO sealed_visits SELECT * FROM aside ON CONFLICT DO NOTHING");
        held.sql("UPDATE sealed_visits SET ordinal = 1000 - ordinal");
        assert_eq!(code(held.dispatches(&number).await), "INSP-048");
        held.sql("UPDATE sealed_visits SET ordinal = 1000 - ordinal");
        held.sql("DROP TABLE aside");
        held.dispatches(&number).await.unwrap();
    })
    .await;
}

/// Numbers were told at the ceremony; whoever looked at the result on a copy makes it unheld, and gives up what he saw.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_made_unheld_does_not_let_anybody_void_what_he_saw() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.story.answered(&number, &links).await;
        let stood = held.stands(&number).await;
        let CampaignState::Committed(mut committed) = stood.clone() else {
            panic!("{stood:?}");
        };
        committed.ceremony = None;
        held.writes(&number, &CampaignState::Committed(committed.clone()));
        let void = async || held.story.void(&number, "register-error", "名录有误").await;
        assert_eq!(code(void().await), "DRAW-042");
        // Nor is anybody absent before the revealing is closed.
        committed = match stood.clone() {
            CampaignState::Committed(committed) => committed,
            other => panic!("{other:?}"),
        };
        let party = &mut committed.frozen.parties[1];
        party.state = match party.state.clone() {
            PartyState::Revealed { commitment, .. } => PartyState::Absent {
                commitment,
                reason: PartyToken::parse("timeout").unwrap(),
                at: held.story.site.city.clock.now(),
            },
            other => panic!("{other:?}"),
        };
        held.writes(&number, &CampaignState::Committed(committed));
        assert_eq!(code(held.follow(&number).await), "DRAW-052");
        held.writes(&number, &stood);
        held.follow(&number).await.unwrap();
    })
    .await;
}

/// A backup of a time after FREEZE is put back, and a later entry is known to be lost: what was told at the ceremony may be
/// told already, so nobody holds it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draw_published_before_the_log_was_begun_anew_can_only_be_made_void() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.story.meet(&number, &links).await;
        let app = held.app();
        let size = held.story.site.log_size().await;
        let root = tlog::Hash::of(b"what is lost");
        let known = Checkpoint::new(app.log_key.verifier().name(), size + 20, root).unwrap();
        let next = log_key("anew.example", [11; 32]).unwrap();
        app.restart_log(&known, next.verifier()).await.unwrap();
        // That the log was begun anew is said by the type of an entry: no index of events and no fact hides it.
        held.sql("UPDATE log_events SET act = 'log.started' WHERE act = 'log.restart'");
        held.sql("UPDATE installation SET last_event = (SELECT event_id FROM log_leaves WHERE sequence = 0) WHERE name = 'origin'");

        let (party, nonce) = (&links[0], crate::story::NONCES[0].1);
        let shown = as_shown(app, Thing::Party(party)).await;
        assert_eq!(
            code(app.accept_nonce(party, &shown, nonce).await),
            "DRAW-080"
        );
        // Not even at the end of revealing does anything follow.
        held.story.site.city.clock.advance_minutes(24 * 60);
        held.follow(&number).await.unwrap();
        let page = held.story.browser(&held.story.approver.account).await;
        let page = page.get(&format!("/w/campaigns/{number}")).await;
        assert!(
            page.shows("这次抽取不再继续") && page.shows("作废"),
            "{}",
            page.text
        );
        let public = held.story.site.stranger();
        let public = public.get(&format!("/draw/{number}")).await;
        assert!(public.shows("这次抽取不再继续，只能作废"), "{}", public.text);
        held.story.void(&number, "other", "恢复备份").await.unwrap();
        let CampaignState::Approved(approved) = held.stands(&number).await else {
            panic!("made void");
        };
        assert_eq!(approved.attempt, 2);
    })
    .await;
}
