//! The answer of the database to a COMMIT is lost: whoever pressed is told that nobody knows, where to look, and
//! the key of the form settles it. What a link and an order are, which leave no ordinary answer, is told here.

use app::job::Limits;
use axum::http::StatusCode;
use domain::campaign::StateKind;
use store::Db;
use testkit::engines::PostgresDatabase;
use testkit::wire::{Cut, Wire};
use web::gate::WebState;

use crate::browser::{Page, Site};
use crate::cast::{Cast, NONCES, commitment};
use crate::long::{kind_of, narrow};

/// A database behind a wire that can be cut.
async fn behind_a_wire() -> (PostgresDatabase, Wire, Db) {
    let server = PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &testkit::engines::upgrade())
        .await
        .unwrap();
    (server, wire, db)
}

async fn gathered(db: &Db) -> (Cast, WebState) {
    let (site, web) = Site::open_with(db.clone(), Limits::default()).await;
    (Cast::gather_at(site, 20, 6).await, web)
}

/// Nobody knows, and this is where it is seen.
fn nobody_knows(page: &Page, see: &str) {
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        page.shows("STOR-505") && page.shows(&format!("href=\"{see}\"")),
        "{}",
        page.text
    );
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn link_lost(cut: Cut) {
    let (_server, wire, db) = behind_a_wire().await;
    let (cast, _) = gathered(&db).await;
    let no = cast.launched().await;
    let path = format!("/w/campaigns/{no}/parties/justice");
    let asked = cast.officer.get(&path).await;
    let before = cast.log_size().await;
    wire.cut_next(cut);
    let lost = cast.officer.submit(&asked, &path, &[]).await;
    let see = format!("/w/submissions/{}", asked.input("_once"));
    nobody_knows(&lost, &see);
    assert!(!lost.shows("/p/"), "no link is shown of which nobody knows");
    let again = cast.officer.submit(&lost, &path, &[]).await;
    match cut {
        Cut::Before => assert!(again.shows("/p/"), "the slip: {}", again.text),
        Cut::After => {
            assert_eq!(again.location(), path);
            assert_eq!(cast.officer.get(&see).await.location(), path);
            let page = cast.officer.get(&path).await;
            assert!(
                page.shows("链接已发放") && page.shows("换发链接，原链接失效"),
                "{}",
                page.text
            );
        }
    }
    let last = cast.officer.submit(&lost, &path, &[]).await;
    assert_eq!(last.status, StatusCode::SEE_OTHER, "{}", last.text);
    assert_eq!(cast.log_size().await, before + 1, "one link is given out");
    db.close().await;
}

#[tokio::test]
async fn a_link_whose_commit_was_never_heard_of_is_given_out_by_the_second_press() {
    link_lost(Cut::Before).await;
}

#[tokio::test]
async fn a_link_whose_commit_was_not_answered_is_out_and_the_second_press_says_so() {
    link_lost(Cut::After).await;
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn order_lost(cut: Cut) {
    let (_server, wire, db) = behind_a_wire().await;
    let (cast, web) = narrow(db.clone()).await;
    let no = cast.launched().await;
    let path = format!("/w/campaigns/{no}/freeze");
    let asked = cast.officer.get(&path).await;
    let before = cast.log_size().await;
    wire.cut_next(cut);
    let lost = cast.officer.submit(&asked, &path, &[]).await;
    let see = format!("/w/submissions/{}", asked.input("_once"));
    nobody_knows(&lost, &see);
    let jobs = web.jobs().unwrap();
    if cut == Cut::After {
        let known = cast.officer.get(&see).await;
        assert!(known.location().starts_with("/w/jobs/"), "{}", known.text);
        // Carried out to its end before anybody presses again.
        jobs.beat().await.unwrap();
        jobs.settled(&no).await;
    }
    let again = cast.officer.submit(&lost, &path, &[]).await;
    assert!(again.location().starts_with("/w/jobs/"), "{}", again.text);
    jobs.settled(&no).await;
    let page = cast.officer.get(again.location()).await;
    assert!(page.shows("已办完，留痕在案"), "{}", page.text);
    let last = cast.officer.submit(&lost, &path, &[]).await;
    assert_eq!(last.location(), again.location());
    let list = cast.officer.get("/w/jobs").await;
    let jobs_of_it = list.text.matches("href=\"/w/jobs/").count();
    assert_eq!(jobs_of_it, 1, "one order is one job: {}", list.text);
    assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Frozen);
    assert_eq!(cast.log_size().await, before + 1);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_commit_was_never_heard_of_is_given_by_the_second_press() {
    order_lost(Cut::Before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_commit_was_not_answered_is_carried_out_once_and_the_second_press_finds_it()
{
    order_lost(Cut::After).await;
}

#[tokio::test]
async fn an_outside_party_is_led_to_its_own_page_when_nobody_knows() {
    let (_server, wire, db) = behind_a_wire().await;
    let (cast, _) = gathered(&db).await;
    let no = cast.launched().await;
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    let (party, nonce) = NONCES[0];
    let link = cast.link(&no, party).await;
    let stranger = cast.site.stranger();
    let asked = stranger.get(&link).await;
    let path = format!("{link}/commitment");
    let typed = commitment(party, nonce);
    wire.cut_next(Cut::After);
    let lost = stranger
        .submit(&asked, &path, &[("commitment", &typed)])
        .await;
    nobody_knows(&lost, &link);
    assert!(!lost.shows("/w/log"), "{}", lost.text);
    let own = stranger.get(&link).await;
    assert!(own.shows(&typed), "what is in stands there: {}", own.text);
    db.close().await;
}
