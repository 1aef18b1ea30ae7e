//! What pages say of where a campaign stands: nothing that has not happened, no term nobody can meet.

use axum::http::StatusCode;

use crate::story::{told, told_on_both};

#[tokio::test]
async fn before_it_is_handed_out_no_visit_is_called_handed_out_and_nobody_arrives() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let visit = &visits[0];
        let page = format!("/w/inspections/{}", visit.visit.id);
        let supervisor = story.browser(&story.supervisor).await;
        let member = story.browser(&story.team(visit)[0]).await;
        for reader in [&supervisor, &member] {
            let shown = reader.get("/w/inspections").await;
            assert_eq!(shown.status, StatusCode::OK);
            assert!(
                shown.shows("待派发") && !shown.shows("已派发"),
                "{}",
                shown.text
            );
        }
        assert!(!member.get("/w").await.shows("到场登记"));
        let shown = member.get(&page).await;
        assert!(shown.shows("INSP-032"), "{}", shown.text);
        let early = member.get(&format!("{page}/arrive")).await;
        assert!(early.shows("INSP-032"), "{}", early.text);
        let size = story.site.log_size().await;
        let app = &story.site.city.app;
        let acting = story.site.city.acting(&story.team(visit)[0]).await;
        let shown = testkit::city::as_shown(app, app::premise::Thing::Visit(&visit.visit.id)).await;
        let refused = app
            .open_visit(&acting, &visit.visit.id, &shown, visit.visit.team.clone())
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("INSP-032"), "{refused}");
        assert_eq!(story.site.log_size().await, size);
        // Handed out, it says so and the team may arrive.
        let shown = testkit::city::as_shown(app, app::premise::Thing::Campaign(&number)).await;
        app.assign_visits(&story.initiator, &number, &shown)
            .await
            .unwrap();
        let shown = member.get(&page).await;
        assert!(
            shown.shows("已派发") && !shown.shows("待派发"),
            "{}",
            shown.text
        );
        assert_eq!(
            member.get(&format!("{page}/arrive")).await.status,
            StatusCode::OK
        );
    })
    .await;
}

#[tokio::test]
async fn a_visit_waits_with_the_last_day_of_its_campaign() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        let first = story.browser(&story.team(&visits[0])[0]).await;
        let home = first.get("/w").await;
        // The plan runs fourteen days, rest days and all.
        assert!(
            home.shows("到场登记") && home.shows("剩 <b>14</b> 日") && !home.shows("没有期限"),
            "{}",
            home.text
        );
        // Once concluded, the term of the law runs, in working days.
        story.approved(&visits[0]).await;
        let publisher = story.browser(&story.publisher).await;
        for path in ["/w", "/w/publish"] {
            let shown = publisher.get(path).await;
            assert!(
                shown.shows("剩 <b>20</b> 个工作日"),
                "{path}: {}",
                shown.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn no_clock_runs_for_the_report_that_is_made_outside() {
    told(async |story| {
        let (number, _) = story.opened().await;
        story.site.city.clock.advance_minutes(60 * 24 * 60);
        let initiator = story.browser(&story.initiator.account).await;
        for path in ["/w/campaigns".to_owned(), format!("/w/campaigns/{number}")] {
            let shown = initiator.get(&path).await;
            assert!(
                shown.shows("在本系统之外") && shown.shows("检查报告"),
                "{path}: {}",
                shown.text
            );
            assert!(
                !shown.shows("class=\"due ") && !shown.shows("超期"),
                "{path}: {}",
                shown.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn once_every_visit_is_settled_the_next_to_act_is_who_ends_the_inspections() {
    told(async |story| {
        let (number, visits) = story.assigned().await;
        let path = format!("/w/campaigns/{number}");
        let initiator = story.browser(&story.initiator.account).await;
        for visit in &visits {
            assert!(
                initiator
                    .get(&path)
                    .await
                    .shows("下一步：检查组检查、录入和审核")
            );
            story.confirmed(visit).await;
        }
        let shown = initiator.get(&path).await;
        assert!(shown.shows("下一步：发起科室结束检查"), "{}", shown.text);
    })
    .await;
}
