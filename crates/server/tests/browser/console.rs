//! The main pages with an open console: nothing refused by the content security policy, no script
//! that stumbles, no file that is missing.

use crate::bureau::Bureau;
use crate::chain::{campaign, recompute};
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

#[tokio::test]
async fn browser_no_console_errors_and_csp_holds() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let desk = Person::at(&chrome, &bureau, Screen::Desk).await;
    let draw = format!("/draw/{}", bureau.finished);
    let verify = format!("{draw}/verify");
    for path in [
        "/",
        "/campaigns",
        &draw,
        "/results",
        "/items",
        "/rules",
        "/tools",
        "/log",
        "/login",
    ] {
        desk.open(path).await;
        quiet(&desk, path);
    }
    desk.picture("login").await;
    desk.open(&verify).await;
    recompute(&desk).await;
    quiet(&desk, "the verifier");
    the_policy_stops_what_is_not_ours(&desk).await;
    let roles = [
        (
            "registrar",
            vec![
                "/w",
                "/w/subjects",
                "/w/subjects/new",
                "/w/inspectors",
                "/w/import/subjects",
            ],
        ),
        ("drawer", vec!["/w", "/w/campaigns", "/w/recusals"]),
        ("brigade", vec!["/w", "/w/campaigns/new", "/w/items"]),
        ("publisher", vec!["/w", "/w/publish", "/w/published"]),
        ("auditadmin", vec!["/w", "/w/log"]),
        ("sysadmin", vec!["/w", "/a/users", "/a/users/new"]),
    ];
    for (login, paths) in roles {
        desk.sign_in(login).await;
        for path in paths {
            desk.open(path).await;
            quiet(&desk, path);
            desk.picture(&format!("desk-{login}{}", path.replace('/', "-")))
                .await;
        }
    }
    desk.sign_in("drawer").await;
    desk.open(&campaign(&bureau.finished)).await;
    desk.picture("desk-campaign-finished").await;
    quiet(&desk, "the finished campaign");
}

fn quiet(person: &Person, at: &str) {
    let complaints = person.session.complaints();
    assert!(complaints.is_empty(), "{at}: {complaints:?}");
}

/// Shows that a complaint would be seen: script that stands in the page itself is refused aloud.
async fn the_policy_stops_what_is_not_ours(desk: &Person) {
    desk.open("/").await;
    let planted = "var s = document.createElement('script'); s.textContent = 'window.planted = 1'; \
        document.body.appendChild(s); return window.planted === undefined";
    let stopped = desk.session.client.execute(planted, vec![]).await.unwrap();
    assert_eq!(
        stopped,
        serde_json::Value::Bool(true),
        "a planted script ran"
    );
    let complaints = desk.session.complaints();
    assert!(
        complaints
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{complaints:?}"
    );
}
