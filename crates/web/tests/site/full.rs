//! A full disk: pages go on and say so, acts are refused with everything typed, and go on by themselves.

use axum::http::StatusCode;
use domain::account::Role;
use testkit::city::{register_number, unit};
use testkit::engines::on_both;

use crate::browser::Site;

const NEW: &str = "/w/subjects/new";
const BANNER: &str = "磁盘已满，暂不能办理；能看、能核对。";

#[tokio::test]
async fn while_the_disk_is_full_pages_say_so_and_an_act_comes_back_with_what_was_typed() {
    on_both(|db| async move {
        let site = Site::open(db.clone()).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let browser = site.signed_in(&id).await;
        let (number, unit) = (register_number(1), unit(1));
        let fields = [
            ("unit", unit.as_str()),
            ("name", "样例餐饮甲店"),
            ("register_number", &number),
            ("kind", "企业"),
            ("standing", "存续"),
            ("district", "411202"),
            ("address", "样例市演示路1号"),
        ];
        let asked = browser.get(NEW).await;
        for page in ["/", "/log", "/login"] {
            assert!(!site.stranger().get(page).await.shows(BANNER), "{page}");
        }

        db.found_folder(true);
        for page in ["/", "/log", "/login"] {
            let page = site.stranger().get(page).await;
            assert!(page.shows(BANNER), "{}", page.text);
        }
        let read = browser.get("/w/subjects").await;
        assert_eq!(read.status, StatusCode::OK);
        assert!(read.shows(BANNER), "{}", read.text);
        let before = site.log_size().await;
        let refused = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE);
        for shown in ["STOR-530", "样例餐饮甲店", "样例市演示路1号", "留痕日志"] {
            assert!(refused.shows(shown), "{shown}: {}", refused.text);
        }
        assert_eq!(site.log_size().await, before);

        db.found_folder(false);
        assert!(!browser.get("/w/subjects").await.shows(BANNER));
        let done = browser.submit(&asked, NEW, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(site.log_size().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_out_on_a_full_disk_is_signed_out() {
    on_both(|db| async move {
        let site = Site::open(db.clone()).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let browser = site.signed_in(&id).await;
        let page = browser.get("/w").await;
        db.found_folder(true);
        let out = browser.submit(&page, "/logout", &[]).await;
        assert_ne!(out.status, StatusCode::INSUFFICIENT_STORAGE);
        let after = browser.get("/w").await;
        assert_eq!(after.status, StatusCode::SEE_OTHER, "{}", after.text);
    })
    .await;
}
