//! Answers that nobody reads: however many of them stand open, they hold nothing that others need.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use domain::account::Role;
use testkit::city::unit;
use tower::ServiceExt as _;
use web::route::{Method, table};

use crate::browser::Browser;
use crate::stale::Stage;
use crate::story::told_on_both;

/// The answer with its body still to be read.
async fn asked(browser: &Browser, path: &str) -> Response<Body> {
    let mut request = Request::get(path).header("host", "127.0.0.1:8080");
    if let Some(token) = &browser.token {
        request = request.header("cookie", format!("mq={token}"));
    }
    let request = request.body(Body::empty()).unwrap();
    let answer = browser.site.router.clone().oneshot(request);
    Box::pin(answer).await.unwrap()
}

/// How many connections to the database are in use.
fn busy(stage: &Stage) -> u32 {
    let pools = stage.story.site.city.app.db.pools();
    pools.iter().map(|pool| pool.busy).sum()
}

#[tokio::test]
async fn answers_that_nobody_reads_keep_no_connection_to_the_database_and_nobody_from_working() {
    told_on_both(async |story| {
        // On the heap: the stage and a page together are more than the stack of a test.
        let stage = Box::pin(Stage::set(story)).await;
        let mut unread = Vec::new();
        for route in table().iter().filter(|route| route.method == Method::Get) {
            let browser = match route.who() {
                web::route::Who::Public => stage.story.site.stranger(),
                _ => Box::pin(stage.who(route)).await,
            };
            for _ in 0..3 {
                unread.push(asked(&browser, &stage.address(route)).await);
            }
        }
        assert!(unread.len() > 200, "{}", unread.len());
        // A connection goes back on a task of its own.
        while busy(&stage) > 0 {
            tokio::task::yield_now().await;
        }

        let city = &stage.story.site.city;
        let registrar = city.account("registrar9", &[(Role::Registrar, 1)]).await;
        let browser = stage.story.site.signed_in(&registrar).await;
        let page = browser.get("/w/subjects/new").await;
        assert_eq!(page.status, StatusCode::OK);
        let (name, unit) = ("样例未读店", unit(1));
        let fields = [
            ("name", name),
            ("district", "411202"),
            ("unit", unit.as_str()),
        ];
        let added = browser.submit(&page, "/w/subjects/new", &fields);
        let added = Box::pin(added).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        assert!(
            unread
                .iter()
                .all(|answer| answer.status() != StatusCode::INTERNAL_SERVER_ERROR)
        );
    })
    .await;
}
