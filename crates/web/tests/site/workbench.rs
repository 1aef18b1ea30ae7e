//! The first page: what waits for whom, and for nobody else.

use domain::account::Role;
use domain::campaign::plan::CampaignPlan;
use testkit::city::unit;
use testkit::engines::on_both;

use crate::browser::Site;

#[tokio::test]
async fn a_draft_waits_for_its_own_unit_and_for_no_other() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let initiator = site
            .city
            .account("initiator1", &[(Role::Initiator, 1)])
            .await;
        let acting = site.city.acting(&initiator).await;
        let plan = CampaignPlan::titled("样例季度餐饮抽查");
        let number = site
            .city
            .app
            .draft_campaign(&acting, &unit(1), &plan)
            .await
            .unwrap();
        let page = site.signed_in(&initiator).await.get("/w").await;
        assert!(
            page.shows("有 1 件事等本账号办理") && page.shows("补全方案，提交报批"),
            "{}",
            page.text
        );
        assert!(
            page.shows("样例季度餐饮抽查") && page.shows("没有期限"),
            "a draft has no window yet"
        );
        for (login, role, unit) in [
            ("initiator2", Role::Initiator, 2),
            ("approver1", Role::Approver, 0),
        ] {
            let other = site.city.account(login, &[(role, unit)]).await;
            let page = site.signed_in(&other).await.get("/w").await;
            assert!(
                page.shows("有 0 件事等本账号办理"),
                "{login}: {}",
                page.text
            );
        }
        let browser = site.signed_in(&initiator).await;
        let found = browser.get(&format!("/w/search?q={number}")).await;
        assert_eq!(found.location(), format!("/w/campaigns/{number}"));
        let found = browser.get("/w/search?q=%E6%A0%B7%E4%BE%8B").await;
        assert_eq!(found.location(), "/w/subjects?q=%E6%A0%B7%E4%BE%8B");
    })
    .await;
}

#[tokio::test]
async fn an_account_without_roles_is_told_whom_to_ask() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("xinren", &[]).await;
        let page = site.signed_in(&id).await.get("/w").await;
        assert!(page.shows("本账号还没有岗位。") && page.shows("安全管理员"));
    })
    .await;
}
