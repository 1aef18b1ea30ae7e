//! Order and time of the log agree, however long an act computes, writes or waits, and a clock that runs
//! backwards writes nothing.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "../../testkit/src/engines.rs"]
mod engines;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::event::Event;
use domain::time::Instant;
use engines::on_both;
use store::log::{self, TraceOf};
use store::{Db, Engine, Hold, Register, Sealing, StoreError, org};
use support::{NOON, Set, add_unit, event, sealing, unit};

const MINUTE: i64 = 60_000;

fn moving() -> Arc<Set> {
    Arc::new(Set(AtomicI64::new(NOON)))
}

fn sealed_by(clock: &Arc<Set>, number: u64) -> Sealing {
    Sealing {
        clock: clock.clone(),
        ..sealing(number)
    }
}

/// An event that begins when the clock says.
fn begun(clock: &Arc<Set>, number: u64) -> Event {
    let mut event = event(number);
    event.at = Instant::from_unix_ms(clock.0.load(Ordering::SeqCst));
    event
}

async fn add(db: &Db, clock: &Arc<Set>, event: Event, number: u64) -> Result<(), StoreError> {
    let tx = db.begin("test.unit").await?;
    let mut rec = tx.record(event, sealed_by(clock, number))?;
    org::add(&mut rec, &unit(number)).await?;
    rec.commit().await.map(drop)
}

/// The time of each entry and when its act began, in minutes after noon, in the order of the log.
async fn times(db: &Db) -> Vec<(i64, i64)> {
    let mut reader = db.read().await.unwrap();
    let lines = log::trace(&mut reader, &TraceOf::All, None, 10).await;
    let mut times: Vec<(i64, i64)> = Vec::new();
    for line in lines.unwrap() {
        let time = line
            .entry
            .lines()
            .find_map(|line| line.strip_prefix("time "));
        let time: i64 = time.unwrap().parse().unwrap();
        times.push(((time - NOON) / MINUTE, (line.at_ms - NOON) / MINUTE));
    }
    times.reverse();
    times
}

#[tokio::test]
async fn an_act_that_takes_minutes_is_not_refused_for_what_others_did_meanwhile() {
    on_both(|db| async move {
        let clock = moving();
        let long = begun(&clock, 1);
        // On SQLite nobody else writes while an act is open, but it may have begun before it had the writer.
        let mut open = None;
        if db.engine() == Engine::Postgres {
            let tx = db.begin("test.long").await.unwrap();
            open = Some(tx.record(long.clone(), sealed_by(&clock, 1)).unwrap());
        }
        clock.0.fetch_add(10 * MINUTE, Ordering::SeqCst);
        add(&db, &clock, begun(&clock, 2), 2).await.unwrap();
        clock.0.fetch_add(MINUTE, Ordering::SeqCst);
        let mut rec = match open {
            Some(rec) => rec,
            None => {
                let tx = db.begin("test.long").await.unwrap();
                tx.record(long, sealed_by(&clock, 1)).unwrap()
            }
        };
        org::add(&mut rec, &unit(1)).await.unwrap();
        clock.0.fetch_add(9 * MINUTE, Ordering::SeqCst);
        rec.commit().await.unwrap();
        assert_eq!(times(&db).await, [(10, 10), (20, 0)]);
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn an_act_that_waited_for_a_long_one_is_of_the_time_at_which_it_had_its_turn() {
    on_both(|db| async move {
        let clock = moving();
        let mut long = db.begin("test.long").await.unwrap();
        long.hold(Register::Units, Hold::Exclusive).await.unwrap();
        let (waiting, its_clock, its_event) = (db.clone(), clock.clone(), begun(&clock, 2));
        let waiting = tokio::spawn(async move { add(&waiting, &its_clock, its_event, 2).await });
        let event = begun(&clock, 1);
        let mut rec = long.record(event, sealed_by(&clock, 1)).unwrap();
        org::add(&mut rec, &unit(1)).await.unwrap();
        clock.0.fetch_add(5 * MINUTE, Ordering::SeqCst);
        rec.commit().await.unwrap();
        waiting.await.unwrap().unwrap();
        assert_eq!(times(&db).await, [(5, 0), (5, 0)]);
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_falls_back_while_an_act_is_under_way_writes_nothing() {
    on_both(|db| async move {
        let clock = moving();
        add_unit(&db, 3).await.unwrap();
        let tx = db.begin("test.unit").await.unwrap();
        let mut rec = tx.record(begun(&clock, 1), sealed_by(&clock, 1)).unwrap();
        org::add(&mut rec, &unit(1)).await.unwrap();
        clock.0.fetch_sub(2 * MINUTE, Ordering::SeqCst);
        let refused = rec.commit().await.unwrap_err();
        assert!(
            matches!(refused, StoreError::ClockSetBack { .. }),
            "{refused}"
        );
        assert_eq!(times(&db).await, [(0, 0)]);
        // Less than a minute is what two machines may differ by.
        clock.0.fetch_add(MINUTE + 1_000, Ordering::SeqCst);
        let mut event = begun(&clock, 2);
        event.at = Instant::from_unix_ms(NOON);
        add(&db, &clock, event, 2).await.unwrap();
        assert_eq!(times(&db).await, [(0, 0), (0, 0)]);
    })
    .await;
}
