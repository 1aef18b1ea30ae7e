//! An import of 100,000 entries is one event, and its audit is clean.

#[path = "../../testkit/src/engines.rs"]
mod engines;
mod support;

use domain::event::{Act, Actor, Event};
use domain::id::{EventId, SubjectId};
use domain::subject::{RawSubject, Subject};
use domain::time::Instant;
use store::{log, org, subject};

const COUNT: u64 = 100_000;

/// Invented caterers, each read once and then told apart by key, name and nothing else: codes would
/// make the story long without making it truer.
fn caterers() -> impl Iterator<Item = Subject> {
    let row = RawSubject {
        name: "样例餐饮店".to_owned(),
        district: "411202".to_owned(),
        address: "样例市演示路1号".to_owned(),
        ..RawSubject::default()
    };
    let one = row
        .read(SubjectId::from_entropy([0; 12]), "样例")
        .expect("a sound row")
        .subject;
    (0..COUNT).map(move |number| Subject {
        id: SubjectId::from_entropy(support::bytes(number)),
        ..one.clone()
    })
}

#[tokio::test]
async fn a_hundred_thousand_entries_are_one_event_and_audit_clean() {
    engines::on_both(|db| async move {
        support::add_unit(&db, 1).await.unwrap();
        let before = log::head(&mut db.read().await.unwrap()).await.unwrap().0;
        let at = Instant::from_unix_ms(support::NOON + 60_000);
        let id = EventId::from_entropy(support::bytes(9));
        let event = Event::new(id, Act::SubjectsImported, at, Actor::program("测试"));
        let tx = db.begin("test.import").await.unwrap();
        let unit = support::unit(1).id;
        let mut rec = tx.record(event, support::sealing(9)).unwrap();
        let all: Vec<Subject> = caterers().collect();
        let mut added = 0;
        for part in all.chunks(500) {
            added += subject::add_many(&mut rec, &unit, part).await.unwrap();
        }
        rec.commit().await.unwrap();
        let mut reader = db.read().await.unwrap();
        let (size, _) = log::head(&mut reader).await.unwrap();
        assert_eq!((added, size), (COUNT, before + 1));
        assert_eq!(org::units(&mut reader).await.unwrap().len(), 1);
        drop(reader);
        let report = store::audit(&db).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults.first());
        assert_eq!(report.rows, COUNT + 1, "entries and their unit");
    })
    .await;
}
