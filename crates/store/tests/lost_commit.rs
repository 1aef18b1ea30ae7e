//! The wire to PostgreSQL is cut at a COMMIT: the program says that it does not know, and the key of
//! the form settles it.

#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../testkit/src/engines.rs"]
#[expect(
    dead_code,
    reason = "shared with tests that also tell stories on both engines"
)]
mod engines;
mod support;
#[path = "../../testkit/src/wire.rs"]
#[expect(dead_code, reason = "shared with stories that cut it at any message")]
mod wire;

use domain::id::AccountId;
use store::{Db, Press, StoreError, audit, log, session};
use support::{NOON, add_unit, bytes};
use wire::{Cut, Wire};

/// One act stands; the answer to the press that would do the second is lost.
async fn pressed_and_lost(wire: &Wire, db: &Db, press: &Press, cut: Cut) {
    add_unit(db, 1).await.unwrap();
    wire.cut_next(cut);
    let lost = add_unit(&db.pressed(press), 2).await;
    assert!(
        matches!(lost, Err(StoreError::CommitUnknown(_))),
        "{lost:?}"
    );
    assert_eq!(press.event(), None);
}

/// Two acts stand, and the key of the press names the second.
async fn settled(db: &Db, press: &Press) {
    let mut reader = db.read().await.unwrap();
    let known = session::submission(&mut reader, &press.account, &press.form_key)
        .await
        .unwrap();
    assert_eq!(known.unwrap().leaf, Some(1));
    assert_eq!(log::head(&mut reader).await.unwrap().0, 2);
    drop(reader);
    assert_eq!(audit(db).await.unwrap().faults, []);
}

async fn tell(cut: Cut) {
    let server = engines::PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &engines::upgrade())
        .await
        .unwrap();
    let account = AccountId::from_entropy(bytes(7));
    let press = Press::new("0".repeat(32), account, "c".repeat(64), NOON);
    pressed_and_lost(&wire, &db, &press, cut).await;
    // The key settles it: the claim waits until the server has ended what was cut off.
    let again = add_unit(&db.pressed(&press), 3).await;
    match cut {
        Cut::Before => assert!(again.is_ok(), "{again:?}"),
        Cut::After => assert!(matches!(again, Err(StoreError::Pressed)), "{again:?}"),
    }
    settled(&db, &press).await;
    db.close().await;
}

#[tokio::test]
async fn a_commit_the_server_never_heard_of_is_done_by_the_next_press() {
    tell(Cut::Before).await;
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_done_a_second_time() {
    tell(Cut::After).await;
}

#[tokio::test]
async fn what_keeps_no_trace_says_the_same_when_its_commit_is_lost() {
    let server = engines::PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &engines::upgrade())
        .await
        .unwrap();
    wire.cut_next(Cut::After);
    let lost = db.scratch().await.unwrap().commit().await;
    assert!(
        matches!(lost, Err(StoreError::CommitUnknown(_))),
        "{lost:?}"
    );
    db.close().await;
}
