//! Number series that go on where a bureau stood: without gaps afterwards, and never back.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "../../testkit/src/engines.rs"]
mod engines;

use domain::event::{Act, Actor, Event};
use domain::id::{DocumentNo, EventId, OfficeLetters};
use store::counter::{self, Series};
use store::{Db, Sealing, StoreError};

fn event(number: u8) -> (Event, Sealing) {
    let event = Event::new(
        EventId::from_entropy([number; 12]),
        Act::CounterBegun,
        engines::upgrade().clock.now(),
        Actor::program("样例"),
    );
    let sealing = Sealing {
        salt: [number; 32],
        record: None,
        clock: engines::upgrade().clock,
    };
    (event, sealing)
}

fn letters() -> OfficeLetters {
    OfficeLetters::parse("样城检字").unwrap()
}

/// The next document of the year, as it would be printed; given back if the act is refused.
async fn document(db: &Db, number: u8, refused: bool) -> String {
    let mut tx = db.begin("story").await.unwrap();
    let next = counter::next(&mut tx, Series::of_documents(&letters(), 2026))
        .await
        .unwrap();
    let given = u32::try_from(next.number()).unwrap();
    let printed = DocumentNo::compose(letters(), 2026, given)
        .unwrap()
        .to_string();
    let (event, sealing) = event(number);
    let mut rec = tx.record(event, sealing).unwrap();
    counter::take(&mut rec, next).await.unwrap();
    if !refused {
        rec.commit().await.unwrap();
    }
    printed
}

async fn begin(db: &Db, number: u8, at: i64) -> Result<(), StoreError> {
    let mut tx = db.begin("story").await?;
    let next = counter::next(&mut tx, Series::of_documents(&letters(), 2026)).await?;
    let (event, sealing) = event(number);
    let mut rec = tx.record(event, sealing)?;
    counter::begin_at(&mut rec, next, at).await?;
    rec.commit().await.map(|_| ())
}

#[tokio::test]
async fn a_series_begun_in_the_middle_of_a_year_goes_on_without_gaps() {
    engines::on_both(|db| async move {
        begin(&db, 1, 13).await.unwrap();
        assert_eq!(document(&db, 2, false).await, "样城检字〔2026〕13号");
        // A refused act takes none.
        assert_eq!(document(&db, 3, true).await, "样城检字〔2026〕14号");
        assert_eq!(document(&db, 4, false).await, "样城检字〔2026〕14号");
        let refused = begin(&db, 5, 14).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
        begin(&db, 6, 20).await.unwrap();
        assert_eq!(document(&db, 7, false).await, "样城检字〔2026〕20号");
        let series = counter::all(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!((series[0].first, series[0].last), (13, 20));
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}
