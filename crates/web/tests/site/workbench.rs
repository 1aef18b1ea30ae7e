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
async fn an_empty_list_says_how_far_it_reaches_and_not_that_nothing_exists() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let initiator = site
            .city
            .account("initiator1", &[(Role::Initiator, 1)])
            .await;
        let acting = site.city.acting(&initiator).await;
        let plan = CampaignPlan::titled("样例季度餐饮抽查");
        site.city
            .app
            .draft_campaign(&acting, &unit(1), &plan)
            .await
            .unwrap();
        for (login, role, scope) in [
            ("registrar2", Role::Registrar, "本单位发起的"),
            ("member2", Role::Inspector, "派给本人的"),
        ] {
            let account = site.city.account(login, &[(role, 2)]).await;
            let browser = site.signed_in(&account).await;
            for path in ["/w", "/w/campaigns"] {
                let page = browser.get(path).await;
                assert!(
                    page.shows(&format!("只看到{scope}抽查任务，现在没有"))
                        && page.shows("href=\"/campaigns\"")
                        && !page.shows("还没有抽查"),
                    "{login} {path}: {}",
                    page.text
                );
            }
        }
        // Where there is something, the list says of what it is a part.
        let page = site.signed_in(&initiator).await.get("/w/campaigns").await;
        assert!(
            page.shows("样例季度餐饮抽查") && page.shows("本岗位在这里看到本单位"),
            "{}",
            page.text
        );
        let supervisor = site
            .city
            .account("supervisor1", &[(Role::Supervisor, 0)])
            .await;
        let page = site.signed_in(&supervisor).await.get("/w/campaigns").await;
        assert!(!page.shows("本岗位在这里看到"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn pages_promise_no_papers_and_lead_to_the_work_that_goes_on_behind_them() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let registrar = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let keeper = site.city.acting(&registrar).await;
        site.city
            .subject(&keeper, &unit(1), &testkit::city::caterer(1))
            .await;
        let browser = site.signed_in(&registrar).await;
        for path in ["/w", "/w/subjects", "/w/account"] {
            let page = browser.get(path).await;
            assert!(
                page.shows("<a href=\"/w/jobs\">后台办理</a>") && !page.shows("文书号"),
                "{path}: {}",
                page.text
            );
        }
        let list = browser.get("/w/subjects").await;
        assert!(list.shows("后台做好的文件"), "{}", list.text);
        let jobs = browser.get("/w/jobs").await;
        let here = "<a href=\"/w/jobs\" aria-current=\"page\">后台办理</a>";
        assert!(jobs.shows(here), "{}", jobs.text);
        let public = site.stranger().get("/").await;
        assert!(!public.shows("文书"), "{}", public.text);
    })
    .await;
}

#[tokio::test]
async fn the_demo_says_what_is_invented_and_what_is_real() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        for path in ["/", "/login", "/rules"] {
            let page = site.stranger().get(path).await;
            assert!(
                page.shows("单位、人员、企业和编号都是虚构的")
                    && page.shows("三门峡市实施细则是真实文本"),
                "{path}: {}",
                page.text
            );
        }
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

/// Takes every connection that such pages read by.
async fn used_up(db: &store::Db, readers: usize) -> Vec<store::Reader> {
    let mut taken = Vec::new();
    for _ in 0..readers {
        taken.push(db.read().await.unwrap());
    }
    taken
}

#[tokio::test]
async fn the_workbench_does_not_starve_the_portal_nor_the_portal_the_workbench() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let account = site.city.account("initiator1", &[(Role::Initiator, 1)]);
        let officer = site.signed_in(&account.await).await;
        let db = &site.city.app.db;
        let inside = used_up(db, 8).await;
        for path in ["/", "/items", "/log"] {
            let page = site.stranger().get(path).await;
            assert_eq!(page.status, axum::http::StatusCode::OK, "{path}");
        }
        drop(inside);
        let outside = used_up(&db.for_public(), 4).await;
        let page = officer.get("/w").await;
        assert_eq!(page.status, axum::http::StatusCode::OK, "{}", page.text);
        drop(outside);
    })
    .await;
}

#[tokio::test]
async fn downloads_that_nobody_reads_hold_no_connection_to_the_database() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let account = site.city.account("registrar1", &[(Role::Registrar, 1)]);
        let officer = site.signed_in(&account.await).await;
        let token = officer.token.clone().unwrap();
        let mut unread = Vec::new();
        for _ in 0..12 {
            let request = axum::http::Request::get("/w/subjects.csv")
                .header("cookie", format!("mq={token}"))
                .body(axum::body::Body::empty())
                .unwrap();
            let answer = tower::ServiceExt::oneshot(site.router.clone(), request).await;
            let answer = answer.unwrap();
            assert_eq!(answer.status(), axum::http::StatusCode::OK);
            unread.push(answer);
        }
        let all = used_up(&site.city.app.db, 8).await;
        drop(all);
        let page = officer.get("/w").await;
        assert_eq!(page.status, axum::http::StatusCode::OK, "{}", page.text);
        drop(unread);
    })
    .await;
}
