//! Three administrators, none of whom can do the work of another, nor any business.

use axum::http::StatusCode;
use domain::account::Role;
use testkit::city::{PASSWORD, unit};
use testkit::engines::on_both;

use crate::browser::Site;

#[tokio::test]
async fn opening_granting_and_reading_are_three_persons_work() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let system = site.city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let security = site
            .city
            .account("security", &[(Role::SecurityAdmin, 0)])
            .await;
        let audit = site.city.account("audit", &[(Role::AuditAdmin, 0)]).await;
        let officer = site.city.account("xinren", &[]).await;
        let (system, keeper) = (
            site.signed_in(&system).await,
            site.signed_in(&security).await,
        );
        let audit = site.signed_in(&audit).await;
        let grant = format!("/a/users/{officer}/grant");
        assert!(system.get(&grant).await.shows("AUTH-001"));
        assert!(audit.get(&grant).await.shows("AUTH-001"));
        assert!(keeper.get("/a/users/new").await.shows("AUTH-001"));
        assert!(audit.get("/a/users").await.shows("样例xinren"));
        assert!(
            keeper.get("/w/subjects").await.shows("AUTH-001"),
            "no business for administrators"
        );
        assert_eq!(keeper.get("/w").await.location(), "/a/users");

        let own = format!("/a/users/{security}/grant");
        let page = keeper.get(&own).await;
        let (bureau, section) = (unit(0), unit(1));
        let fields = [("role", "security_admin"), ("unit", bureau.as_str())];
        assert!(
            keeper.submit(&page, &own, &fields).await.shows("AUTH-022"),
            "not to himself"
        );

        let page = keeper.get(&grant).await;
        let fields = [("role", "registrar"), ("unit", section.as_str())];
        let done = keeper.submit(&page, &grant, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = keeper.get(&grant).await;
        let fields = [("role", "system_admin"), ("unit", bureau.as_str())];
        assert!(
            keeper
                .submit(&page, &grant, &fields)
                .await
                .shows("AUTH-020"),
            "no mixing of duties"
        );

        let worker = site.signed_in(&officer).await;
        assert_eq!(worker.get("/w/subjects").await.status, StatusCode::OK);
        let record = keeper.get(&format!("/a/users/{officer}")).await;
        let revoke = format!("/a/users/{officer}/revoke/registrar/{section}");
        assert!(record.shows(&revoke));
        keeper.submit(&record, &revoke, &[]).await;
        assert_eq!(
            worker.get("/w/subjects").await.status,
            StatusCode::FORBIDDEN,
            "at the next page"
        );
    })
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn a_role_on_which_others_rely_waits_on_a_page_until_another_administrator_confirms_it() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let system = site.city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let security = [(Role::SecurityAdmin, 0)];
        let security = site.city.account("security", &security).await;
        let officer = site.city.account("xinren", &[]).await;
        let (other, asks) = (
            site.signed_in(&system).await,
            site.signed_in(&security).await,
        );
        let path = format!("/a/users/{officer}/grant");
        let bureau = unit(0);
        let fields = [("role", "approver"), ("unit", bureau.as_str())];
        let asked = asks.submit(&asks.get(&path).await, &path, &fields).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        let told = asks.get(asked.location()).await;
        assert!(
            told.shows("还没有生效") && told.shows("还没有岗位"),
            "{}",
            told.text
        );
        // His own request is shown with who can confirm it, and nothing to tick.
        let own = asks.get("/a/requests").await;
        assert!(
            own.shows("AUTH-018") && !own.shows("_chosen"),
            "{}",
            own.text
        );
        assert!(other.get("/a/users").await.shows("有 1 项申请等待确认"));
        let list = other.get("/a/requests").await;
        for said in [
            "样例xinren",
            "授予岗位：分管领导",
            "尚无岗位",
            "样例security",
        ] {
            assert!(list.shows(said), "{said}: {}", list.text);
        }
        let tick = list.input("_chosen");
        let chosen = [("_chosen", tick.as_str())];
        let done = other.submit(&list, "/a/requests", &chosen).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let told = other.get(done.location()).await;
        assert!(
            told.shows("已确认所选的申请") && told.shows("没有等待确认的申请"),
            "{}",
            told.text
        );
        let worker = site.signed_in(&officer).await;
        assert_eq!(worker.get("/w/campaigns").await.status, StatusCode::OK);

        // Now he decides: his password waits as well, and the request can be taken back.
        let path = format!("/a/users/{officer}/password");
        let fields = [("password", "当面告知的新初始口令")];
        let asked = asks.submit(&asks.get(&path).await, &path, &fields).await;
        let told = asks.get(asked.location()).await;
        assert!(told.shows("还没有换口令"), "{}", told.text);
        assert_eq!(
            worker.get("/w").await.status,
            StatusCode::OK,
            "not signed out"
        );
        let list = asks.get("/a/requests").await;
        let drop = list.text.split("/a/requests/").nth(1).unwrap();
        let drop = format!("/a/requests/{}", drop.split('"').next().unwrap());
        let done = asks.submit(&list, &drop, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let told = asks.get(done.location()).await;
        assert!(
            told.shows("已撤销申请") && !told.shows("重置口令"),
            "{}",
            told.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_a_reset_password_must_be_changed() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let system = site.city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let security = site
            .city
            .account("security", &[(Role::SecurityAdmin, 0)])
            .await;
        let officer = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let (system, security) = (
            site.signed_in(&system).await,
            site.signed_in(&security).await,
        );
        let worker = site.signed_in(&officer).await;
        let page = system.get(&format!("/a/users/{officer}")).await;
        system
            .submit(&page, &format!("/a/users/{officer}/close"), &[])
            .await;
        assert!(worker.get("/w").await.location().starts_with("/login"));
        let signs_in = [("next", "/w"), ("login", "kucun1"), ("password", PASSWORD)];
        let refused = site.stranger().post_raw("/login", &signs_in).await;
        assert!(
            refused.shows("AUTH-030"),
            "a closed account is answered like a wrong name"
        );
        let page = system.get(&format!("/a/users/{officer}")).await;
        system
            .submit(&page, &format!("/a/users/{officer}/reopen"), &[])
            .await;

        let path = format!("/a/users/{officer}/password");
        let page = security.get(&path).await;
        let done = security
            .submit(&page, &path, &[("password", "当面告知的初始口令")])
            .await;
        assert!(
            done.shows("ACCT-003"),
            "nine letters are too few: {}",
            done.text
        );
        let done = security
            .submit(&done, &path, &[("password", "当面告知的新初始口令")])
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let signs_in = [
            ("next", "/w"),
            ("login", "kucun1"),
            ("password", "当面告知的新初始口令"),
        ];
        let opened = site.stranger().post_raw("/login", &signs_in).await;
        assert_eq!(opened.location(), "/w/account/password");
    })
    .await;
}
