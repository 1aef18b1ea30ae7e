//! Publishing takes another person, shows exactly what it said, and can be taken down in the open.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::inspection::InspectionState;
use domain::publication::withdrawal_class::WithdrawalClass;
use testkit::city::as_shown;

use crate::browser::{Browser, Page};
use crate::story::{Story, told, told_on_both};

/// What is ticked on a page: each with what was shown of it.
fn ticks(page: &Page) -> Vec<String> {
    let rest = page.text.split("name=\"_chosen\" value=\"").skip(1);
    rest.map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

async fn published(story: &Story) -> (String, String) {
    let (_, visits) = story.assigned().await;
    story.approved(&visits[0]).await;
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
        let class = ("class", "content-error");
        let blank = [class, ("reason", " ")];
        let refused = publisher.submit(&asked, &path, &blank).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.shows("PUBL-001"), "{}", refused.text);
        let asked = publisher.get(&path).await;
        let typed = "王某举报，公示内容与决定书不符";
        let unclassed = [("reason", typed)];
        let refused = publisher.submit(&asked, &path, &unclassed).await;
        assert!(refused.shows("CAMP-036") && refused.shows(typed));
        let asked = publisher.get(&path).await;
        let fields = [class, ("reason", typed)];
        let done = publisher.submit(&asked, &path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        for path in [format!("/r/{id}"), format!("/r/{id}.json")] {
            let gone = stranger.get(&path).await;
            assert_eq!(gone.status, StatusCode::GONE, "{path}");
            assert!(
                gone.shows(WithdrawalClass::ContentError.sentence()) && !gone.shows(&name),
                "{}",
                gone.text
            );
            assert!(
                !gone.shows("王某"),
                "typed words stay inside: {}",
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
        what_is_left_is_in_the_log(&story, &stranger, &id).await;
    })
    .await;
}

/// Whoever reads what is left finds its hash in the public record of the withdrawal.
async fn what_is_left_is_in_the_log(story: &Story, stranger: &Browser, id: &str) {
    let left = stranger.get(&format!("/r/{id}.json")).await;
    let left: serde_json::Value = serde_json::from_str(&left.text).unwrap();
    let content = format!(
        "{{\"v\":1,\"id\":{},\"campaign\":{},\"withdrawn_at\":{},\"reason\":{}}}",
        left["id"], left["campaign"], left["withdrawn_at"], left["reason"]
    );
    let tombstone = tlog::Hash::of(content.as_bytes());
    let record = format!("mingqian/1 withdrawal\npublication {id}\ntombstone {tombstone}\n");
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let hash = tlog::Hash::of(record.as_bytes());
    let event = store::log::event_of_record(&mut reader, &hash).await;
    assert!(event.is_ok(), "{record}");
}

#[tokio::test]
async fn the_button_of_a_publication_whose_content_changed_approves_nothing_and_shows_the_new_one()
{
    told(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        // No name in the frozen register changes before every visit has begun.
        for other in &visits[1..] {
            story.concluded(other).await;
        }
        let (city, subject) = (&story.site.city, &visits[0].visit.subject);
        let app = &city.app;
        let approver = story.browser(&story.approver.account).await;
        let path = format!("/w/publication-approvals/{}", visits[0].visit.id);
        let asked = approver.get(&path).await;
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
        let refused = approver.submit(&asked, &path, &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        for words in ["SEEN-002", "先看现在的内容", "改了名的样例餐饮店"] {
            assert!(refused.shows(words), "{words}: {}", refused.text);
        }
        assert_eq!(story.site.log_size().await, size, "nothing stands yet");
        let knowing = approver.submit(&refused, &path, &[]).await;
        assert_eq!(knowing.status, StatusCode::SEE_OTHER, "{}", knowing.text);
    })
    .await;
}

#[tokio::test]
async fn what_stands_on_the_portal_is_not_published_a_second_time() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.approved(&visits[0]).await;
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
async fn who_entered_or_confirmed_a_result_cannot_approve_its_publication_and_is_told_who_can() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let (app, id) = (&story.site.city.app, &visits[0].visit.id);
        let team = story.team(&visits[0]);
        // Roles may meet in one account of a small bureau; persons are compared all the same.
        let role = story.approver.grants[0].clone();
        let mut both = Vec::new();
        for own in &team[..2] {
            both.push((own, story.site.city.granted(own, role.clone()).await));
        }
        let size = story.site.log_size().await;
        for (own, acting) in &both {
            let preview = app.preview_publication(acting, id).await.unwrap();
            assert_eq!(preview.refused.unwrap().code, "AUTH-015");
            let shown = as_shown(app, Thing::Outcome(id)).await;
            let refused = app.approve_outcome(acting, id, &shown).await.unwrap_err();
            let refused = refused.to_string();
            assert!(
                refused.contains("AUTH-015") && refused.contains("没有录入也没有审核过"),
                "{refused}"
            );
            let page = story.browser(own).await;
            let list = page.get("/w/publication-approvals").await;
            assert!(
                list.shows("由别人批准的") && list.shows("AUTH-015"),
                "{}",
                list.text
            );
            let one = page.get(&format!("/w/publication-approvals/{id}")).await;
            assert!(
                one.shows("AUTH-015") && !one.shows("批准公示</button>"),
                "{}",
                one.text
            );
            assert!(
                !page.get("/w").await.shows(&format!("/w/inspections/{id}")),
                "no to-do of his"
            );
        }
        assert_eq!(story.site.log_size().await, size, "nothing was written");
        let other = story.browser(&story.approver.account).await;
        let home = other.get("/w").await;
        assert!(
            home.shows(&format!("/w/inspections/{id}\">审批公示</a>")),
            "{}",
            home.text
        );
    })
    .await;
}

#[tokio::test]
async fn an_approver_sends_back_what_is_wrong_and_it_is_confirmed_and_approved_anew() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let (app, id) = (&story.site.city.app, &visits[0].visit.id);
        let approver = story.browser(&story.approver.account).await;
        let to = format!("/w/publication-approvals/{id}");
        let asked = approver.get(&to).await;
        assert!(asked.shows(&format!("{to}/return")), "{}", asked.text);
        // Also after it was approved, as long as it is not published.
        let done = approver.submit(&asked, &to, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let back = format!("{to}/return");
        let asked = approver.get(&back).await;
        let empty = approver.submit(&asked, &back, &[("reason", " ")]).await;
        assert_eq!(empty.status, StatusCode::CONFLICT);
        assert!(empty.shows("INSP-013"), "{}", empty.text);
        let reason = [("reason", "处置措施写错了")];
        let done = approver.submit(&empty, &back, &reason).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let mut reader = app.db.read().await.unwrap();
        let kept = store::inspection::get(&mut reader, id).await.unwrap();
        drop(reader);
        let InspectionState::Opened(opened) = &kept.visit.state else {
            panic!("{:?}", kept.visit.state)
        };
        assert_eq!(opened.returned.as_deref(), Some("处置措施写错了"));
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let publisher = story.site.city.acting(&story.publisher).await;
        let refused = app.publish_outcome(&publisher, id, &shown).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("PUBL-010"), "{refused}");
        let entered = story.browser(&story.team(&visits[0])[0]).await;
        let record = entered.get(&format!("/w/inspections/{id}")).await;
        assert!(record.shows("处置措施写错了"), "{}", record.text);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_published_before_its_approval_and_afterwards_by_any_clerk() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.confirmed(&visits[0]).await;
        let (app, id) = (&story.site.city.app, &visits[0].visit.id);
        // A clerk who entered the result himself: carrying out decides nothing.
        let role = story.site.city.acting(&story.publisher).await.grants;
        let entered = story.team(&visits[0])[0].clone();
        let clerk = story.site.city.granted(&entered, role[0].clone()).await;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let early = app.publish_outcome(&clerk, id, &shown).await.unwrap_err();
        assert!(early.to_string().contains("INSP-001"), "{early}");
        let browser = story.browser(&entered).await;
        let path = format!("/w/publish/{id}");
        assert!(browser.get(&path).await.shows("还没有批准公示"));
        let approver = story.browser(&story.approver.account).await;
        let to = format!("/w/publication-approvals/{id}");
        let asked = approver.get(&to).await;
        assert!(asked.shows(&visits[0].subject_name), "{}", asked.text);
        let done = approver.submit(&asked, &to, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let again = approver.get(&to).await;
        assert!(again.shows("PUBL-004"), "{}", again.text);
        let asked = browser.get(&path).await;
        let done = browser.submit(&asked, &path, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let mut reader = app.db.read().await.unwrap();
        let kept = store::inspection::get(&mut reader, id).await.unwrap();
        let InspectionState::Published(published) = kept.visit.state else {
            panic!("{:?}", kept.visit.state);
        };
        let approval = published.approval.unwrap();
        assert_eq!(approval.step.by, story.approver.account);
        assert_eq!(published.step.by, entered);
    })
    .await;
}

#[tokio::test]
async fn a_list_is_approved_and_published_in_one_confirmation_each_and_what_is_left_is_named() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        for visit in &visits {
            story.confirmed(visit).await;
        }
        let (app, city) = (&story.site.city.app, &story.site.city);
        let approver = story.browser(&story.approver.account).await;
        let list = "/w/publication-approvals";
        let asked = approver.get(list).await;
        assert_eq!(ticks(&asked).len(), visits.len());
        // One text changes while the page is open.
        let subject = &visits[1].visit.subject;
        let registrar = city.account("registrar9", &[(Role::Registrar, 1)]).await;
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
        let shown = ticks(&asked);
        let fields: Vec<_> = shown
            .iter()
            .map(|tick| ("_chosen", tick.as_str()))
            .collect();
        let done = approver.submit(&asked, list, &fields).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        let others = visits.len() - 1;
        for said in [
            format!("办成 {others} 项，1 项没有办理"),
            "SEEN-002".to_owned(),
        ] {
            assert!(done.shows(&said), "{said}: {}", done.text);
        }
        assert_eq!(ticks(&done).len(), 1, "it waits, with its new text");
        assert!(done.shows("改了名的样例餐饮店"));
        assert_eq!(story.site.log_size().await, size + others as u64);
        let twice = approver.submit(&asked, list, &fields).await;
        assert_eq!(twice.status, StatusCode::SEE_OTHER);
        assert_eq!(story.site.log_size().await, size + others as u64);
        let none = approver.submit(&done, list, &[]).await;
        assert!(none.shows("LIST-001"), "{}", none.text);

        let clerk = story.browser(&story.publisher).await;
        let asked = clerk.get("/w/publish").await;
        let shown = ticks(&asked);
        assert_eq!(shown.len(), others, "only what is approved");
        let fields: Vec<_> = shown
            .iter()
            .map(|tick| ("_chosen", tick.as_str()))
            .collect();
        let done = clerk.submit(&asked, "/w/publish", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let mut reader = app.db.read().await.unwrap();
        let count = store::inspection::publication_count(&mut reader).await;
        assert_eq!(count.unwrap(), i64::try_from(others).unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_waiting_list_counts_down_in_working_days_and_a_late_one_is_flagged_but_not_locked() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        story.approved(&visits[0]).await;
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
                page.shows("形成结论后 5 个工作日内，经第二人审核在此公示"),
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
            story.approved(visit).await;
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

/// After a publication was taken down no page says that it stands, or that there never was one; and the form promises no way
/// back that does not exist.
#[tokio::test]
async fn what_was_taken_down_is_told_so_on_every_page_and_its_form_shows_what_the_public_reads() {
    told(async |story| {
        let (id, name) = published(&story).await;
        let publisher = story.browser(&story.publisher).await;
        let path = format!("/w/published/{id}/withdraw");
        let asked = publisher.get(&path).await;
        for class in WithdrawalClass::ALL {
            assert!(asked.shows(class.sentence()), "{}", asked.text);
        }
        assert!(asked.shows("同一次检查不能再公示") && !asked.shows("要再公示"));
        let letter = [("class", "content-error"), ("reason", "x")];
        let page = publisher.submit(&asked, &path, &letter).await;
        assert!(page.shows("PUBL-001"), "{}", page.text);
        let asked = publisher.get(&path).await;
        let fields = [("class", "content-error"), ("reason", "与决定书不符")];
        let done = publisher.submit(&asked, &path, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let app = &story.site.city.app;
        let mut reader = app.db.read().await.unwrap();
        let key = domain::id::PublicationId::parse(&id).unwrap();
        let kept = store::inspection::published(&mut reader, &key)
            .await
            .unwrap();
        let visit = store::inspection::get(&mut reader, &kept.inspection)
            .await
            .unwrap();
        drop(reader);
        let page = publisher
            .get(&format!("/w/inspections/{}", kept.inspection))
            .await;
        assert!(
            page.shows("公示已撤下") && page.shows("看撤下的说明"),
            "{}",
            page.text
        );
        assert!(!page.shows("已公示。"), "{}", page.text);
        let desk = publisher.get("/w/published").await;
        assert!(
            desk.shows(kept.inspection.as_str()),
            "which one: {}",
            desk.text
        );

        let stranger = story.site.stranger();
        let firm = stranger
            .get(&format!("/entity/{}", visit.subject_code))
            .await;
        assert!(
            firm.shows("现在没有公示的检查结果") && firm.shows("已撤下的不列"),
            "{}",
            firm.text
        );
        assert!(!firm.shows("没有公示过") && !firm.shows(&name));
        let gone = stranger.get(&format!("/r/{id}")).await;
        assert_eq!(gone.status, StatusCode::GONE);
        for words in ["aria-label=\"栏目\"", "href=\"/log/", "已撤下"] {
            assert!(gone.shows(words), "{words}: {}", gone.text);
        }
        assert!(!gone.shows("PAGE-410"), "{}", gone.text);
    })
    .await;
}
