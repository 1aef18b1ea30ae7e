//! Rows that were made ready outside the lock and lay in a file: the log explains them like any others, and one
//! that has moved on since it was read is a conflict.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "support/behind.rs"]
mod behind;
#[path = "../../testkit/src/engines.rs"]
mod engines;
mod support;

use behind::{meddle, on_both_places};
use domain::id::SubjectId;
use domain::subject::{RawSubject, Subject};
use engines::on_both;
use store::subject::{self, StoredSubject};
use store::{Db, OpenRows, ReadyRows, Recording, StoreError, audit, log};
use support::{add_unit, bytes, event, sealing, unit};

fn caterer(number: u64) -> Subject {
    let row = RawSubject {
        name: format!("样例餐饮{number:03}店"),
        district: "411202".to_owned(),
        ..RawSubject::default()
    };
    let id = SubjectId::from_entropy(bytes(number));
    row.read(id, "样例").unwrap().subject
}

async fn act(db: &Db, number: u64) -> Recording {
    let tx = db.begin("test.import").await.unwrap();
    tx.record(event(number), sealing(number)).unwrap()
}

async fn stored(db: &Db, numbers: std::ops::Range<u64>) -> Vec<StoredSubject> {
    let mut reader = db.read().await.unwrap();
    let mut found = Vec::new();
    for number in numbers {
        let id = SubjectId::from_entropy(bytes(number));
        found.push(subject::get(&mut reader, &id).await.unwrap());
    }
    found
}

/// These entries, after they lay in a file.
fn kept(ready: &ReadyRows) -> OpenRows {
    let mut file = Vec::new();
    ready.put(&mut file);
    subject::open(ReadyRows::take(&mut file.as_slice()).unwrap()).unwrap()
}

/// New entries, and others that get another address, every fourth of them another scope as well.
fn rows(new: &[Subject], entries: &[StoredSubject], address: &str) -> OpenRows {
    let changed = |(at, kept): (usize, &StoredSubject)| Subject {
        address: Some(domain::text::Address::parse(address).unwrap()),
        scope: (at % 4 == 0).then(|| "热食类食品制售".to_owned()),
        ..kept.subject.clone()
    };
    let after: Vec<Subject> = entries.iter().enumerate().map(changed).collect();
    kept(&subject::ready(&unit(1).id, new, entries.iter().zip(&after)).unwrap())
}

async fn written(rec: &mut Recording, rows: OpenRows) -> (u64, u64) {
    subject::write_ready(rec, rows).await.unwrap()
}

#[tokio::test]
async fn what_was_made_ready_is_written_logged_and_audited_like_anything_else() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let new: Vec<Subject> = (0..60).map(caterer).collect();
        let mut rec = act(&db, 2).await;
        assert_eq!(written(&mut rec, rows(&new, &[], "")).await, (60, 0));
        // What is written row by row may stand between what was made ready.
        let one = caterer(60);
        subject::add(&mut rec, &unit(1).id, &one).await.unwrap();
        rec.commit().await.unwrap();
        let before = stored(&db, 0..61).await;
        assert_eq!(before[7].subject, new[7]);
        let both = rows(&[caterer(61)], &before, "样例市演示路1号");
        let mut rec = act(&db, 3).await;
        assert_eq!(written(&mut rec, both).await, (1, 61));
        rec.commit().await.unwrap();
        let after = stored(&db, 0..61).await;
        assert!(after.iter().all(|kept| kept.subject.address.is_some()));
        assert!(after.iter().all(|kept| kept.seen == event(3).id));
        let scopes = after.iter().filter(|kept| kept.subject.scope.is_some());
        assert_eq!(scopes.count(), 16);
        let report = audit(&db).await.unwrap();
        assert_eq!((report.faults, report.images), (Vec::new(), 1 + 61 + 62));
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_moved_on_since_it_was_read_gives_up_the_whole_act() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let new: Vec<Subject> = (0..3).map(caterer).collect();
        let mut rec = act(&db, 2).await;
        written(&mut rec, rows(&new, &[], "")).await;
        rec.commit().await.unwrap();
        let read = stored(&db, 0..3).await;
        let mut rec = act(&db, 3).await;
        written(&mut rec, rows(&[], &read[2..], "样例市先改路1号")).await;
        rec.commit().await.unwrap();
        let mut rec = act(&db, 4).await;
        let late = rows(&[caterer(3)], &read, "样例市后改路1号");
        let late = subject::write_ready(&mut rec, late).await;
        assert!(matches!(
            late,
            Err(StoreError::Conflict {
                table: "subjects",
                ..
            })
        ));
        drop(rec);
        let now = stored(&db, 0..3).await;
        assert_eq!(now[0].subject, new[0]);
        assert_eq!(now[2].seen, event(3).id);
        assert_eq!(log::head(&mut db.read().await.unwrap()).await.unwrap().0, 3);
        assert_eq!(audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn an_altered_entry_that_an_import_writes_over_stays_accused_and_no_other_is() {
    on_both_places(async |db, place| {
        add_unit(db, 1).await.unwrap();
        let new: Vec<Subject> = (0..40).map(caterer).collect();
        let mut rec = act(db, 2).await;
        written(&mut rec, rows(&new, &[], "")).await;
        rec.commit().await.unwrap();
        let altered =
            "UPDATE subjects SET address = '样例市友人路1号' WHERE name = '样例餐饮007店'";
        meddle(db.engine(), place, altered).await;
        // The import writes over the altered address; a later one writes the row once more.
        for (number, address) in [(3, "样例市演示路1号"), (4, "样例市演示路2号")] {
            let read = stored(db, 0..40).await;
            let mut rec = act(db, number).await;
            assert_eq!(written(&mut rec, rows(&[], &read, address)).await, (0, 40));
            rec.commit().await.unwrap();
        }
        let faults = audit(db).await.unwrap().faults;
        let [
            store::Fault::Overwritten {
                table,
                key,
                sequence: 1,
                by: 2,
            },
        ] = faults.as_slice()
        else {
            panic!("{faults:?}");
        };
        let id = SubjectId::from_entropy(bytes(7));
        assert_eq!((table.as_str(), key), ("subjects", &format!("[\"{id}\"]")));
    })
    .await;
}
