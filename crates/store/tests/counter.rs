//! Number series that go on where a bureau stood: without gaps afterwards, and never back.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "support/behind.rs"]
mod behind;
#[path = "../../testkit/src/engines.rs"]
mod engines;

use behind::{meddle, on_both_places};
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
        // Until a number is given, where it begins may be thought over.
        begin(&db, 1, 20).await.unwrap();
        begin(&db, 8, 13).await.unwrap();
        assert_eq!(document(&db, 2, false).await, "样城检字〔2026〕13号");
        // A refused act takes none.
        assert_eq!(document(&db, 3, true).await, "样城检字〔2026〕14号");
        assert_eq!(document(&db, 4, false).await, "样城检字〔2026〕14号");
        // Then neither back nor on: one number would be given twice, or others never.
        for (number, at) in [(5, 14), (6, 20)] {
            let refused = begin(&db, number, at).await.unwrap_err();
            assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
        }
        assert_eq!(document(&db, 7, false).await, "样城检字〔2026〕15号");
        let series = counter::all(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!((series[0].first, series[0].last), (13, 15));
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn a_series_that_was_set_back_or_on_gives_no_number_until_it_is_as_the_log_says() {
    on_both_places(async |db, place| {
        begin(db, 1, 13).await.unwrap();
        document(db, 2, false).await;
        document(db, 3, false).await;
        for sql in [
            "UPDATE counters SET first = 1, last = 7",
            "UPDATE counters SET first = 13, last = 90",
            "UPDATE counters SET first = 90, last = 89",
        ] {
            meddle(db.engine(), place, sql).await;
            let refused = begin(db, 4, 8).await.unwrap_err().to_string();
            assert!(refused.starts_with("STOR-521 "), "{refused}");
            for word in [
                "counters 行 document 样城检字 2026",
                "重号",
                "mingqian audit",
            ] {
                assert!(refused.contains(word), "{refused}");
            }
            let named = store::audit(db).await.unwrap().faults;
            assert!(
                matches!(&named[..], [store::Fault::Changed { table, .. }] if table == "counters")
            );
        }
        meddle(
            db.engine(),
            place,
            "UPDATE counters SET first = 13, last = 14",
        )
        .await;
        assert_eq!(document(db, 4, false).await, "样城检字〔2026〕15号");
        assert_eq!(store::audit(db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn a_series_at_the_last_number_of_all_is_refused_by_name() {
    on_both_places(async |db, place| {
        begin(db, 1, 13).await.unwrap();
        let sql = "UPDATE counters SET last = 9223372036854775807";
        meddle(db.engine(), place, sql).await;
        let refused = begin(db, 2, 14).await.unwrap_err().to_string();
        assert!(refused.starts_with("STOR-521 "), "{refused}");
        assert!(
            refused.contains("counters 行 document 样城检字 2026"),
            "{refused}"
        );
    })
    .await;
}
