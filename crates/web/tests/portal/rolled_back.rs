//! Somebody holds the database and puts rows back to older images that the program wrote itself, stamps included, or takes
//! rows away, and hides from every index of the log what was written since. The leaves still tell it.

use std::sync::Arc;

use app::AppError;
use app::paper::PaperWords;
use app::premise::Thing;
use app::scan::Scan;
use domain::account::Role;
use domain::id::CampaignNo;
use domain::subject::RawSubject;
use testkit::city::{as_shown, caterer, unit};

use crate::altered::{Held, code, told};
use crate::browser::picture;
use crate::story::NONCES;

impl Held {
    /// The campaigns as they stand, to be put back later.
    fn keeps_as(&self, image: &str) {
        self.sql(&format!("CREATE TABLE {image} AS SELECT * FROM campaigns"));
    }

    /// Puts the campaigns back to that image; what was logged since is linked to nothing, and is no act of theirs.
    fn puts_back(&self, image: &str) {
        self.sql(&format!(
            "UPDATE campaigns c SET life = i.life, state = i.state, state_at_ms = i.state_at_ms, last_event = i.last_event FROM {image} i WHERE i.campaign_id = c.campaign_id"
        ));
        let since = format!(
            "sequence > (SELECT MAX(l.sequence) FROM log_leaves l JOIN {image} i ON i.last_event = l.event_id)"
        );
        self.sql(&format!("DELETE FROM log_links WHERE {since}"));
        self.sql(&format!(
            "UPDATE log_events SET act = 'log.started' WHERE event_id IN (SELECT event_id FROM log_leaves WHERE {since})"
        ));
    }

    async fn begins(&self, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Campaign(number)).await;
        let officer = &self.story.officer;
        self.app().begin_ceremony(officer, number, &shown).await
    }

    async fn opens(&self, link: &str, nonce: &str) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Party(link)).await;
        self.app().accept_nonce(link, &shown, nonce).await
    }

    async fn freezes_again(&self, number: &CampaignNo) -> Result<(), AppError> {
        let shown = as_shown(self.app(), Thing::Campaign(number)).await;
        let officer = &self.story.officer;
        self.app().freeze_frame(officer, number, &shown).await
    }
}

/// Whoever looked at the result on a copy would hold the ceremony again with other dice, or make the attempt void.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_put_back_to_its_freeze_holds_no_second_ceremony_and_is_not_made_void() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.keeps_as("published");
        held.story.meet(&number, &links).await;
        held.keeps_as("met");
        held.puts_back("published");
        let size = held.story.site.log_size().await;
        assert_eq!(code(held.begins(&number).await), "DRAW-042");
        let void = held.story.void(&number, "register-error", "名录有误").await;
        assert_eq!(code(void), "DRAW-042");
        held.puts_back("met");
        held.story.nonces(&links).await;
        held.keeps_as("answered");
        // A nonce is opened once, and what was told is not told again.
        held.puts_back("met");
        let size = size + NONCES.len() as u64;
        assert_eq!(code(held.opens(&links[0], NONCES[0].1).await), "DRAW-052");
        // Nor does the end of revealing pass over it.
        held.story.site.city.clock.advance_minutes(62);
        assert_eq!(code(held.follow(&number).await), "DRAW-052");
        assert_eq!(held.story.site.log_size().await, size);
        held.puts_back("answered");
        held.follow(&number).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_put_back_to_an_older_image_or_short_of_a_row_is_not_frozen() {
    told(async |held| {
        let city = &held.story.site.city;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let id = city.subject(&registrar, &unit(1), &caterer(900)).await;
        held.sql("CREATE TABLE older AS SELECT * FROM subjects");
        let moved = RawSubject {
            address: "样例市演示路另一号".to_owned(),
            ..caterer(900)
        };
        let shown = as_shown(held.app(), Thing::Subject(&id)).await;
        let edited = held.app().edit_subject(&registrar, &id, &shown, &moved);
        edited.await.unwrap();
        let number = held.story.launched().await;
        held.sql("CREATE TABLE newer AS SELECT * FROM subjects");
        let one = format!("subject_id = '{id}'");
        let stands = |image: &str| {
            format!("DELETE FROM subjects WHERE {one}; INSERT INTO subjects SELECT * FROM {image} WHERE {one}")
        };
        for (altered, back) in [
            (stands("older"), stands("newer")),
            (format!("DELETE FROM subjects WHERE {one}"), stands("newer")),
            (
                "UPDATE rulebooks SET title = title || '改'".to_owned(),
                "UPDATE rulebooks SET title = REPLACE(title, '改', '')".to_owned(),
            ),
        ] {
            held.sql(&altered);
            let refused = held.freezes_again(&number).await;
            assert_eq!(code(refused), "DRAW-078", "{altered}");
            held.sql(&back);
        }
        held.sql("DROP TABLE older; DROP TABLE newer");
        held.freezes_again(&number).await.unwrap();
    })
    .await;
}

/// A plan comes into force on the strength of a signed paper: its row is no more to be altered than that of the plan.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_paper_whose_row_was_altered_for_the_while_approves_nothing() {
    told(async |held| {
        let (app, story) = (held.app(), &held.story);
        let number = story.drafted().await;
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        let submitted = app.submit_campaign(&story.initiator, &number, &shown);
        submitted.await.unwrap();
        let scan = Scan::read(&Arc::from(picture("signed"))).unwrap();
        let words = PaperWords {
            signatory: &story.approver.account,
            number: "环签〔2026〕12 号",
            dated: app.clock.now().date(),
            scan: &scan,
        };
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        let entered = app.enter_plan_paper(&story.initiator, &number, &shown, words);
        let paper = entered.await.unwrap();
        let confirms = async || {
            let shown = as_shown(app, Thing::Paper(&paper)).await;
            app.confirm_paper(&story.officer, &paper, &shown).await
        };
        held.sql("UPDATE signed_papers SET number = number || '改'");
        let refused = confirms().await.unwrap_err().to_string();
        assert!(refused.contains("STOR-521"), "{refused}");
        held.sql("UPDATE signed_papers SET number = REPLACE(number, '改', '')");
        confirms().await.unwrap();
    })
    .await;
}

/// The draw names codes. Who bore them when the frame was frozen is visited, whatever the register says when RESULT follows
/// or the visits are handed out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_exchanged_between_firms_in_the_register_send_nobody_to_another_firm() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.story.answered(&number, &links).await;
        let size = held.story.site.log_size().await;
        let numbered = |order: &str| {
            format!("(SELECT subject_id, code, ROW_NUMBER() OVER (ORDER BY code {order}) AS n FROM subjects WHERE code IS NOT NULL)")
        };
        held.sql(&format!(
            "CREATE TABLE aside AS SELECT a.subject_id, a.code, b.code AS other FROM {} a JOIN {} b USING (n)",
            numbered("ASC"),
            numbered("DESC")
        ));
        let bear = |column: &str| {
            held.sql(&format!(
                "UPDATE subjects SET code = '-' || code WHERE code IS NOT NULL; UPDATE subjects s SET code = a.{column} FROM aside a WHERE a.subject_id = s.subject_id"
            ));
        };
        bear("other");
        assert_eq!(code(held.follow(&number).await), "DRAW-042");
        // REVEAL is published by then, which nothing of the register decides.
        assert_eq!(held.story.site.log_size().await, size + 1);
        bear("code");
        held.follow(&number).await.unwrap();
        bear("other");
        let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
        let initiator = &held.story.initiator;
        let dispatched = held.app().assign_visits(initiator, &number, &shown).await;
        assert_eq!(code(dispatched), "INSP-048");
        bear("code");
        held.sql("DROP TABLE aside");
        let dispatched = held.app().assign_visits(initiator, &number, &shown).await;
        dispatched.unwrap();
    })
    .await;
}

/// What the rules allow of hours and issues is read when FREEZE is published.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_is_not_published_under_rules_that_were_altered_for_the_while() {
    told(async |held| {
        let number = held.story.launched().await;
        held.story.freeze(&number).await;
        held.sql("UPDATE rulebooks SET title = title || '改'");
        assert_eq!(code(held.commit(&number).await), "DRAW-078");
        held.sql("UPDATE rulebooks SET title = REPLACE(title, '改', '')");
        held.commit(&number).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_or_a_drawn_visit_put_back_to_an_older_image_is_not_dispatched() {
    told(async |held| {
        let number = held.story.drawn().await;
        let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
        let dispatches = async || {
            let initiator = &held.story.initiator;
            held.app().assign_visits(initiator, &number, &shown).await
        };
        held.sql("CREATE TABLE aside AS SELECT * FROM sealed_visits");
        let one = "inspection_id = (SELECT MIN(inspection_id) FROM aside)";
        for (altered, back) in [
            (
                format!("DELETE FROM sealed_visits WHERE {one}"),
                format!("INSERT INTO sealed_visits SELECT * FROM aside WHERE {one}"),
            ),
            (
                format!("UPDATE sealed_visits SET drawn_at_ms = drawn_at_ms + 1 WHERE {one}"),
                format!("UPDATE sealed_visits SET drawn_at_ms = drawn_at_ms - 1 WHERE {one}"),
            ),
        ] {
            held.sql(&altered);
            assert_eq!(code(dispatches().await), "INSP-048", "{altered}");
            held.sql(&back);
        }
        held.sql(&format!(
            "UPDATE campaigns SET title = title || '改' WHERE number = '{number}'"
        ));
        assert_eq!(code(dispatches().await), "DRAW-042");
        held.sql("UPDATE campaigns SET title = REPLACE(title, '改', '')");
        held.sql("DROP TABLE aside");
        dispatches().await.unwrap();
    })
    .await;
}

/// A second person decides on what another entered. Who entered it is said by the entries, not by the row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_on_a_plan_or_a_visit_whose_hands_were_exchanged_in_the_row() {
    told(async |held| {
        let story = &held.story;
        let number = story.drafted().await;
        let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
        let submitted = held
            .app()
            .submit_campaign(&story.initiator, &number, &shown);
        submitted.await.unwrap();
        // Somebody who had no hand in either.
        let (own, other) = (&story.initiator.account, &story.publisher);
        let names = |table: &str, from: &dyn std::fmt::Display, to: &dyn std::fmt::Display| {
            held.sql(&format!(
                "UPDATE {table} SET life = REPLACE(life, '{from}', '{to}')"
            ));
        };
        let approves = async || {
            let shown = as_shown(held.app(), Thing::Campaign(&number)).await;
            held.app()
                .approve_campaign(&story.approver, &number, &shown)
                .await
        };
        names("campaigns", own, other);
        assert_eq!(code(approves().await), "DRAW-042");
        names("campaigns", other, own);
        approves().await.unwrap();

        let (_, visits) = story.assigned().await;
        let visit = &visits[0];
        story.concluded(visit).await;
        let team = story.team(visit);
        let second = story.site.city.acting(&team[1]).await;
        let id = &visit.visit.id;
        let confirms = async || {
            let shown = as_shown(held.app(), Thing::Visit(id)).await;
            held.app().confirm_visit(&second, id, &shown).await
        };
        let approves = async || {
            let shown = as_shown(held.app(), Thing::Outcome(id)).await;
            held.app()
                .approve_outcome(&story.approver, id, &shown)
                .await
        };
        names("inspections", &team[0], other);
        let refused = confirms().await.unwrap_err().to_string();
        assert!(refused.contains("STOR-521"), "{refused}");
        names("inspections", other, &team[0]);
        confirms().await.unwrap();
        names("inspections", &team[0], other);
        let refused = approves().await.unwrap_err().to_string();
        assert!(refused.contains("STOR-521"), "{refused}");
        names("inspections", other, &team[0]);
        approves().await.unwrap();
    })
    .await;
}

/// Whoever kept the old secret puts the fact back as it stood, stamp included. That another key signs now is said by an entry.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_changed_opens_no_log_to_be_written_though_its_fact_is_put_back() {
    told(async |held| {
        let (app, kind) = (held.app(), tlog::note::KeyKind::Log);
        let next = tlog::SignerKey::from_seed(app.log_key.verifier().name(), kind, &[5; 32]);
        held.sql("CREATE TABLE fact AS SELECT * FROM installation WHERE name = 'log_key'");
        app.rotate_log_key(&next.unwrap()).await.unwrap();
        held.sql("CREATE TABLE next_fact AS SELECT * FROM installation WHERE name = 'log_key'");
        let opened = async || {
            let db = store::Db::open_postgres(held.url(), &testkit::engines::upgrade()).await?;
            db.close().await;
            Ok::<_, store::StoreError>(())
        };
        opened().await.unwrap();
        let puts_back = |image: &str| {
            held.sql(&format!("UPDATE installation i SET value = f.value, last_event = f.last_event FROM {image} f WHERE f.name = i.name"));
        };
        puts_back("fact");
        held.sql("UPDATE log_events SET act = 'log.started' WHERE act = 'log.rotate_key'");
        let refused = opened().await.unwrap_err().to_string();
        assert!(refused.starts_with("STOR-521 "), "{refused}");
        assert!(refused.contains("那一条换了密钥"), "{refused}");
        puts_back("next_fact");
        opened().await.unwrap();
    })
    .await;
}
