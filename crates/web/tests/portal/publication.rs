//! Publishing takes another person, shows exactly what it said, and can be taken down in the open.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::inspection::InspectionState;
use testkit::city::as_shown;

use crate::story::{Story, told, told_on_both};

async fn published(story: &Story) -> (String, String) {
    let (_, visits) = story.assigned().await;
    story.confirmed(&visits[0]).await;
    let publisher = story.browser(&story.publisher).await;
    let path = format!("/w/publish/{}", visits[0].visit.id);
    let asked = publisher.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(
        asked.shows(&visits[0].subject_name),
        "the preview shows what the public will see"
    );
    let answer = publisher.submit(&asked, &path, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let again = publisher.submit(&asked, &path, &[]).await;
    assert_eq!(
        again.location(),
        answer.location(),
        "a second press is the first"
    );
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let kept = store::inspection::publication_of(&mut reader, &visits[0].visit.id)
        .await
        .unwrap();
    (kept.unwrap().id.to_string(), visits[0].subject_name.clone())
}

#[tokio::test]
async fn a_published_result_stands_and_a_withdrawn_one_answers_410_without_the_name() {
    told_on_both(async |story| {
        let (id, name) = published(&story).await;
        let stranger = story.site.stranger();
        let page = stranger.get(&format!("/r/{id}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.shows(&name) && page.shows("未发现问题"));
        assert!(
            !page.shows("样例检查员"),
            "inspectors are not named in public"
        );
        assert!(!page.shows("演示路"), "addresses are not public");
        let counted = async || {
            let front = stranger.get("/index.json").await;
            let front: serde_json::Value = serde_json::from_str(&front.text).unwrap();
            front["figures"][0]["number"].clone()
        };
        assert_eq!(counted().await, 1);
        let publisher = story.browser(&story.publisher).await;
        let path = format!("/w/published/{id}/withdraw");
        let asked = publisher.get(&path).await;
        let refused = publisher.submit(&asked, &path, &[("reason", " ")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.shows("PUBL-001"), "{}", refused.text);
        let asked = publisher.get(&path).await;
        let fields = [("reason", "公示内容与决定书不符")];
        let done = publisher.submit(&asked, &path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        for path in [format!("/r/{id}"), format!("/r/{id}.json")] {
            let gone = stranger.get(&path).await;
            assert_eq!(gone.status, StatusCode::GONE, "{path}");
            assert!(
                gone.shows("公示内容与决定书不符") && !gone.shows(&name),
                "{}",
                gone.text
            );
        }
        for path in ["/", "/results", "/results.json", "/search?q=样例餐饮"] {
            assert!(
                !stranger.get(path).await.shows(&name),
                "{path} still names the firm"
            );
        }
        assert_eq!(counted().await, 0, "the front page counts what stands");
    })
    .await;
}

#[tokio::test]
async fn the_button_of_a_publication_whose_content_changed_publishes_nothing_and_shows_the_new_one()
{
    told(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let (city, subject) = (&story.site.city, &visits[0].visit.subject);
        let app = &city.app;
        let publisher = story.browser(&story.publisher).await;
        let path = format!("/w/publish/{}", visits[0].visit.id);
        let asked = publisher.get(&path).await;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let mut reader = app.db.read().await.unwrap();
        let kept = store::subject::get(&mut reader, subject).await.unwrap();
        drop(reader);
        let mut row = app::subject::as_typed(&kept);
        row.name = "改了名的样例餐饮店".to_owned();
        let shown = as_shown(app, Thing::Subject(subject)).await;
        app.edit_subject(&registrar, subject, &shown, &row)
            .await
            .unwrap();
        let size = story.site.log_size().await;
        let refused = publisher.submit(&asked, &path, &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        for words in ["SEEN-002", "先看现在的内容", "改了名的样例餐饮店"] {
            assert!(refused.shows(words), "{words}: {}", refused.text);
        }
        assert_eq!(story.site.log_size().await, size, "nothing stands yet");
        let knowing = publisher.submit(&refused, &path, &[]).await;
        assert_eq!(knowing.status, StatusCode::SEE_OTHER, "{}", knowing.text);
    })
    .await;
}

#[tokio::test]
async fn what_stands_on_the_portal_is_not_published_a_second_time() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let (app, id) = (&story.site.city.app, &visits[0].visit.id);
        let publisher = story.site.city.acting(&story.publisher).await;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let published = app.publish_outcome(&publisher, id, &shown).await.unwrap();
        let kept = app.visit(&publisher, id).await.unwrap();
        let state = &kept.stored.visit.state;
        assert!(matches!(state, InspectionState::Published(_)), "{state:?}");
        let size = story.site.log_size().await;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let again = app.publish_outcome(&publisher, id, &shown).await;
        assert!(again.is_err(), "{again:?}");
        assert_eq!(story.site.log_size().await, size);
        let mut reader = app.db.read().await.unwrap();
        let stands = store::inspection::publication_of(&mut reader, id).await;
        assert_eq!(stands.unwrap().unwrap().id, published);
    })
    .await;
}

#[tokio::test]
async fn who_entered_or_confirmed_a_result_cannot_publish_it_and_is_told_so() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let app = &story.site.city.app;
        let team = story.team(&visits[0]);
        // Roles may meet in one account of a small bureau; persons are compared all the same.
        let role = story.site.city.acting(&story.publisher).await.grants;
        let acting = story.site.city.granted(&team[0], role[0].clone()).await;
        let preview = app
            .preview_publication(&acting, &visits[0].visit.id)
            .await
            .unwrap();
        assert_eq!(preview.refused.unwrap().code, "AUTH-015");
        let size = story.site.log_size().await;
        let refused = app
            .publish_outcome(
                &acting,
                &visits[0].visit.id,
                &as_shown(app, Thing::Outcome(&visits[0].visit.id)).await,
            )
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("AUTH-015"), "{refused}");
        assert_eq!(story.site.log_size().await, size, "nothing was written");
    })
    .await;
}

#[tokio::test]
async fn the_waiting_list_counts_down_in_working_days_and_a_late_one_is_flagged_but_not_locked() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let publisher = story.browser(&story.publisher).await;
        let page = publisher.get("/w/publish").await;
        assert!(page.shows("剩 <b>20</b> 个工作日"), "{}", page.text);
        story.site.city.clock.advance_minutes(40 * 24 * 60);
        let publisher = story.browser(&story.publisher).await;
        let page = publisher.get("/w/publish").await;
        assert!(
            page.shows("超期 <b>") && page.shows("已超过公示期限"),
            "{}",
            page.text
        );
        let path = format!("/w/publish/{}", visits[0].visit.id);
        let asked = publisher.get(&path).await;
        let done = publisher.submit(&asked, &path, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let listed = story.site.stranger().get("/results.json").await;
        let listed: serde_json::Value = serde_json::from_str(&listed.text).unwrap();
        let id = listed["results"][0]["id"].as_str().unwrap().to_owned();
        let result = story.site.stranger().get(&format!("/r/{id}")).await;
        assert!(result.shows("超过了期限"), "{}", result.text);
    })
    .await;
}

#[tokio::test]
async fn every_sentence_about_the_term_names_the_working_days_of_the_rulebook() {
    told(async |story| {
        let rules = [("term.publication", "5"), ("term.report", "3")];
        story.site.city.adopt("story", &rules).await;
        let stranger = story.site.stranger();
        for path in ["/", "/results", "/entity/911412020000000000"] {
            let page = stranger.get(path).await;
            assert!(
                page.shows("形成结论后 5 个工作日内，经第二人复核在此公示"),
                "{path}: {}",
                page.text
            );
        }
        let listed = stranger.get("/results.json").await;
        assert!(
            !listed.shows("term"),
            "the figure is for the sentence alone"
        );
        let (number, visits) = story.assigned().await;
        for visit in &visits {
            story.confirmed(visit).await;
        }
        let publisher = story.browser(&story.publisher).await;
        let waiting = publisher.get("/w/publish").await;
        assert!(waiting.shows("5 个工作日内公示"), "{}", waiting.text);
        let initiator = story.browser(&story.initiator.account).await;
        let asked = initiator.get(&format!("/w/campaigns/{number}/end")).await;
        assert!(
            asked.shows("3 个工作日的报告期限从今天起算"),
            "{}",
            asked.text
        );
    })
    .await;
}
