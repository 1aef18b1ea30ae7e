//! Registers are taken in one order; where two acts wait for each other all the same, one of them is told that
//! the database is busy and the other goes on.

use super::*;
use crate::engines::{PostgresDatabase, on_both, upgrade};
use crate::kernel::engine::Db;

#[tokio::test]
async fn two_acts_that_want_two_registers_in_opposite_order_end_as_one_done_and_one_busy() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    // The road around the order, as a program of another kind would take it.
    let take = "UPDATE register_versions SET version = version + 1 WHERE register = $1";
    let of = |register: Register| [Value::from(register.name())];
    let mut one = db.write_conn().await.unwrap();
    let mut other = db.write_conn().await.unwrap();
    one.execute(take, &of(Register::Subjects)).await.unwrap();
    other.execute(take, &of(Register::Recusals)).await.unwrap();
    let first = async {
        let done = one.execute(take, &of(Register::Recusals)).await;
        end(one, done).await
    };
    let second = async {
        let done = other.execute(take, &of(Register::Subjects)).await;
        end(other, done).await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let refused = first.and(second).unwrap_err();
    assert!(matches!(refused, StoreError::Busy), "{refused}");
    db.close().await;
}

/// The lock of who was refused is given back at once, or the other would wait for it.
async fn end(conn: Conn, done: Result<u64, StoreError>) -> Result<u64, StoreError> {
    match done {
        Ok(rows) => conn.commit().await.map(|()| rows),
        Err(error) => {
            conn.rollback().await?;
            Err(error)
        }
    }
}

#[test]
fn every_register_stands_in_its_place() {
    for (place, register) in Register::ALL.into_iter().enumerate() {
        assert_eq!(register.place(), place, "{register:?}");
    }
}

#[tokio::test]
async fn registers_in_their_order_are_held_together() {
    on_both(|db| async move {
        let mut tx = db.begin("story").await.unwrap();
        for register in &Register::ALL[1..] {
            tx.hold(*register, Hold::Exclusive).await.unwrap();
        }
        // Asked for again it is held already; and accounts are looked at whenever a right is asked.
        tx.hold(Register::Subjects, Hold::Shared).await.unwrap();
        tx.hold(Register::Accounts, Hold::Shared).await.unwrap();
        tx.abandon().await.unwrap();
    })
    .await;
}

#[tokio::test]
#[should_panic(expected = "is asked for by an act that changes accounts")]
async fn an_act_that_changes_accounts_and_asks_for_another_register_fails_its_tests() {
    let file = crate::engines::SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let mut tx = db.begin("story").await.unwrap();
    tx.hold(Register::Accounts, Hold::Exclusive).await.unwrap();
    tx.hold(Register::Units, Hold::Shared).await.unwrap();
}

#[tokio::test]
#[should_panic(expected = "is asked for after a later register")]
async fn an_act_that_asks_for_an_earlier_register_fails_its_tests() {
    let file = crate::engines::SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let mut tx = db.begin("story").await.unwrap();
    tx.hold(Register::Counters, Hold::Exclusive).await.unwrap();
    tx.hold(Register::Subjects, Hold::Shared).await.unwrap();
}
