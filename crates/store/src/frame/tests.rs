//! Between what is compared with the log and what a frame is made from stands no second question that the database
//! could answer otherwise.

use super::*;
use crate::engines::upgrade;
use crate::kernel::engine::{Db, Engine};
use crate::kernel::storage_key;
use crate::old::{OldDatabase, made_before};
use crate::{StoreError, audit};

/// An index over the names that leaves one firm out, and says of itself what the migrations made.
const LYING_INDEX: &str = "
DROP INDEX subjects_by_name;
CREATE INDEX subjects_by_name ON subjects (name, subject_id) WHERE subject_id <> 'NOBODY';
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = 'CREATE INDEX subjects_by_name ON subjects (name, subject_id)' WHERE name = 'subjects_by_name';
PRAGMA writable_schema = OFF;
";
/// A view that answers the list by name without one firm, and every other question in full.
const LYING_VIEW: &str = "
ALTER TABLE subjects RENAME TO aside;
CREATE VIEW subjects AS SELECT * FROM aside WHERE current_query() NOT LIKE '%ORDER BY name%' OR subject_id <> 'NOBODY';
";

fn newest(engine: Engine) -> OldDatabase {
    // Those behind it open under the key of their own alone.
    let commit = made_before(storage_key::SINCE).last();
    let commit = commit.expect("there are old databases");
    OldDatabase::unpack(commit, engine)
}

async fn by_pages(db: &Db) -> Vec<String> {
    let mut reader = db.read().await.unwrap();
    let every = subject::every(&mut reader).await.unwrap();
    every
        .iter()
        .map(|kept| kept.subject.id.to_string())
        .collect()
}

async fn for_a_freeze(db: &Db) -> Result<FrameRegisters, StoreError> {
    let mut reader = db.read().await.unwrap();
    FrameRegisters::as_written(&mut reader, upgrade().clock.now()).await
}

#[tokio::test]
async fn a_firm_that_an_index_or_a_view_hides_from_the_list_stands_in_the_frame() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = newest(engine);
        let db = old.opened().await;
        let all = by_pages(&db).await;
        let hidden = &all[all.len() / 2];
        let lie = match engine {
            Engine::Sqlite => LYING_INDEX,
            Engine::Postgres => LYING_VIEW,
        };
        // The kernel runs constant texts alone.
        db.meddle(lie.replace("NOBODY", hidden).leak()).await;
        db.close().await;
        let db = old.opened().await;
        let shown = by_pages(&db).await;
        assert_eq!(
            shown.len(),
            all.len() - 1,
            "{engine:?}: the list is short of one"
        );
        assert!(!shown.contains(hidden));
        let registers = for_a_freeze(&db).await.unwrap();
        let taken = registers.subjects.iter().map(|one| one.id.to_string());
        assert_eq!(taken.collect::<Vec<_>>(), all, "{engine:?}");
        let faults = audit(&db).await.unwrap().faults;
        assert!(!faults.is_empty(), "{engine:?}: the audit names it");
    }
}

/// What is tried and what is frozen differ in nothing but in the visits that are ahead.
#[tokio::test]
async fn the_rows_that_were_compared_say_what_the_pages_say() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let old = newest(engine);
        let db = old.opened().await;
        let frozen = for_a_freeze(&db).await.unwrap();
        let mut reader = db.read().await.unwrap();
        let now = upgrade().clock.now();
        let tried = FrameRegisters::as_they_stand(&mut reader, now)
            .await
            .unwrap();
        let said = |registers: &FrameRegisters| {
            format!(
                "{:?}",
                (
                    &registers.units,
                    &registers.items,
                    &registers.rulebooks,
                    &registers.subjects,
                    &registers.inspectors,
                    &registers.recusals,
                )
            )
        };
        assert_eq!(said(&frozen), said(&tried), "{engine:?}");
        for (firm, made) in &tried.visits {
            assert!(frozen.visits.get(firm).is_some_and(|all| all >= made));
        }
        assert!(!frozen.inspectors.is_empty() && !frozen.visits.is_empty());
    }
}
