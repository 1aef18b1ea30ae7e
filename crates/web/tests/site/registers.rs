//! Inspectors, recusals, the catalog: kept by those who may, published by another.

use axum::http::StatusCode;
use domain::account::Role;
use domain::inspector::RawInspector;
use testkit::city::{caterer, register_number, unit};
use testkit::engines::on_both;

use crate::browser::Site;

fn inspector(code: &str, name: &str) -> RawInspector {
    RawInspector {
        code: code.to_owned(),
        name: name.to_owned(),
        credential: format!("16-{code}"),
        valid_until: "2028-12-31".to_owned(),
        ..RawInspector::default()
    }
}

#[tokio::test]
async fn an_inspector_is_entered_once_and_the_marks_follow_the_credential() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let browser = site.signed_in(&id).await;
        let unit = unit(1);
        let asked = browser.get("/w/inspectors/new").await;
        let fields = [
            ("unit", unit.as_str()),
            ("name", "检查员甲"),
            ("code", "F001"),
            ("presence", "在岗"),
            ("may_lead", "否"),
            ("credential", "16-000001"),
            ("valid_until", "2026.12.1"),
        ];
        let done = browser.submit(&asked, "/w/inspectors/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let listed = browser.get("/w/inspectors?credential=ending").await;
        assert!(listed.shows("检查员甲") && listed.shows("2026-12-01 将到期"));
        assert!(browser.get("/w/inspectors?q=检查员乙").await.status == StatusCode::OK);
        let asked = browser.get("/w/inspectors/new").await;
        let twice = browser.submit(&asked, "/w/inspectors/new", &fields).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            twice.shows("ROST-030") && twice.shows("value=\"2026.12.1\""),
            "told, nothing lost"
        );
    })
    .await;
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
#[tokio::test]
async fn an_inspector_declares_a_recusal_for_himself_and_for_nobody_else() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let keeper = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let own = site
            .city
            .account("inspector-one", &[(Role::Inspector, 1)])
            .await;
        let acting = site.city.acting(&keeper).await;
        site.city.subject(&acting, &unit(1), &caterer(1)).await;
        let app = &site.city.app;
        app.add_inspector(
            &acting,
            &unit(1),
            &inspector("F001", "检查员甲"),
            Some(&own),
        )
        .await
        .unwrap();
        app.add_inspector(&acting, &unit(1), &inspector("F002", "检查员乙"), None)
            .await
            .unwrap();
        let browser = site.signed_in(&own).await;
        let asked = browser.get("/w/recusals/new").await;
        assert!(
            asked.shows("检查员甲") && !asked.shows("检查员乙"),
            "only himself is offered"
        );
        let number = register_number(1);
        let forged = [
            ("inspector", "F002"),
            ("subject", number.as_str()),
            ("ground", "interest"),
        ];
        let refused = browser.submit(&asked, "/w/recusals/new", &forged).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
        let wordless = [
            ("inspector", "F001"),
            ("subject", number.as_str()),
            ("ground", "other"),
        ];
        let refused = browser.submit(&asked, "/w/recusals/new", &wordless).await;
        assert!(refused.shows("ROST-010"), "{}", refused.text);
        let sound = [
            ("inspector", "F001"),
            ("subject", number.as_str()),
            ("ground", "interest"),
        ];
        let done = browser.submit(&refused, "/w/recusals/new", &sound).await;
        assert_eq!(done.location(), "/w/recusals", "{}", done.text);
        let listed = browser.get("/w/recusals").await;
        assert!(listed.shows("已登记回避。"), "{}", listed.text);
        assert!(listed.shows("F001") && listed.shows("利害关系"));
        let outsider = site
            .city
            .account("inspector-two", &[(Role::Inspector, 1)])
            .await;
        let outsider = site.signed_in(&outsider).await;
        assert!(
            !outsider.get("/w/recusals").await.shows("F001"),
            "a ground is nobody else's business"
        );
    })
    .await;
}

#[tokio::test]
async fn an_item_is_published_by_the_approver_once() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let initiator = site
            .city
            .account("initiator1", &[(Role::Initiator, 1)])
            .await;
        let approver = site.city.account("approver1", &[(Role::Approver, 0)]).await;
        let (initiator, approver) = (
            site.signed_in(&initiator).await,
            site.signed_in(&approver).await,
        );
        let page = initiator.get("/w/items/fume").await;
        assert!(
            page.shows("未公布") && !page.shows("公布事项"),
            "{}",
            page.text
        );
        assert!(page.shows("失效"), "articles that have run out are marked");
        assert!(
            initiator
                .get("/w/items/fume/publish")
                .await
                .shows("AUTH-001")
        );
        let asked = approver.get("/w/items/fume/publish").await;
        assert!(asked.shows("社会公众"), "who will see it");
        let size = site.log_size().await;
        let done = approver.submit(&asked, "/w/items/fume/publish", &[]).await;
        assert_eq!(done.location(), "/w/items/fume");
        approver.submit(&asked, "/w/items/fume/publish", &[]).await;
        assert_eq!(site.log_size().await, size + 1);
        assert!(
            initiator
                .get("/w/items/fume")
                .await
                .shows("2026-11-23 公布")
        );
    })
    .await;
}
