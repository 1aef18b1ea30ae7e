//! What a page says after an act is a note of the server: said once, in the session that acted, on the page the act
//! led to. Nobody can make a page say something by a link.
//!
//! Failure here: a crafted address shows “已批准”, a note is said twice, or to somebody else.

use app::job::Limits;
use axum::http::StatusCode;
use domain::account::Role;
use testkit::engines::on_both;
use web::gate::feedback::ALL;

use crate::browser::{Browser, Site};

const NEW: &str = "/w/subjects/new";
const ADDED: &str = "已新增检查对象。";

async fn registrar(site: &Site) -> (domain::id::AccountId, Browser) {
    let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
    let browser = site.signed_in(&id).await;
    (id, browser)
}

/// Adds a subject and yields the address the answer leads to.
async fn added(browser: &Browser, number: u32) -> String {
    let asked = browser.get(NEW).await;
    let number = testkit::city::caterer(number).register_number;
    let unit = testkit::city::unit(1);
    let fields = [
        ("unit", unit.as_str()),
        ("name", "样例餐饮甲店"),
        ("register_number", number.as_str()),
        ("kind", "企业"),
        ("standing", "存续"),
        ("district", "411202"),
        ("address", "样例市演示路1号"),
    ];
    let done = browser.submit(&asked, NEW, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    done.location().to_owned()
}

#[tokio::test]
async fn a_crafted_address_says_nothing_on_any_page() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let stranger = site.stranger();
        for done in ALL {
            for (reader, page) in [(&browser, "/w/account"), (&stranger, "/login")] {
                for query in [
                    format!("done={}", done.code),
                    format!("note={}", done.code),
                    format!("note={}%201%20{page}", done.code),
                ] {
                    let shown = reader.get(&format!("{page}?{query}")).await;
                    assert_eq!(shown.status, StatusCode::OK, "{page}?{query}");
                    assert!(!shown.shows(done.lead), "{page}?{query}: {}", done.lead);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_done_is_said_once_where_the_act_led_and_gone_on_reload() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (id, browser) = registrar(&site).await;
        let record = added(&browser, 1).await;
        // Another page and another session of the same account take nothing away.
        assert!(!browser.get("/w/subjects").await.shows(ADDED));
        let elsewhere = site.signed_in(&id).await;
        assert!(!elsewhere.get(&record).await.shows(ADDED));
        assert!(browser.get(&record).await.shows(ADDED));
        assert!(!browser.get(&record).await.shows(ADDED), "gone on reload");
    })
    .await;
}

#[tokio::test]
async fn a_second_press_is_told_again_and_so_is_whoever_reads_it_from_another_process() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (other, _) = Site::around(site.city.clone(), Limits::default());
        let (_, browser) = registrar(&site).await;
        let beside = Browser {
            site: other,
            token: browser.token.clone(),
        };
        let record = added(&browser, 1).await;
        assert!(beside.get(&record).await.shows(ADDED), "the other process");
        assert!(!browser.get(&record).await.shows(ADDED), "one of the two");
        let edit = format!("{record}/edit");
        let asked = browser.get(&edit).await;
        let number = testkit::city::caterer(1).register_number;
        let fields = [
            ("name", "样例餐饮乙店"),
            ("register_number", number.as_str()),
            ("kind", "企业"),
            ("standing", "存续"),
            ("district", "411202"),
            ("address", "样例市演示路1号"),
        ];
        let told = "已修改检查对象。";
        for _ in 0..2 {
            let pressed = browser.submit(&asked, &edit, &fields).await;
            assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text);
            assert!(browser.get(pressed.location()).await.shows(told));
        }
    })
    .await;
}

#[tokio::test]
async fn a_note_nobody_read_is_not_said_later_as_if_it_were_new() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let record = added(&browser, 1).await;
        site.city.clock.advance_minutes(5);
        assert!(!browser.get(&record).await.shows(ADDED));
    })
    .await;
}

#[tokio::test]
async fn whose_session_ran_out_is_told_on_the_page_that_answers_and_nowhere_else() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let (_, browser) = registrar(&site).await;
        let asked = browser.get(NEW).await;
        site.city.clock.advance_minutes(61);
        let sent = browser
            .submit(&asked, "/w/account/sessions/x/end", &[])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let over = "登录已过期，刚才的提交没有办理。";
        assert!(browser.get(sent.location()).await.shows(over));
        assert!(!browser.get(sent.location()).await.shows(over));
        // Without any session there is nothing to keep it in: the answer itself says it.
        let nobody = site.stranger();
        let sent = nobody
            .submit(&asked, "/w/account/sessions/x/end", &[])
            .await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
        assert!(sent.shows(over) && sent.shows("href=\"/login?next="));
    })
    .await;
}
