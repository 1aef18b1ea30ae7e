//! The trace kernel on both engines: what is written is what the log remembers, what is changed
//! behind its back is named, and what was not committed did not happen.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "support/behind.rs"]
mod behind;
#[path = "../../testkit/src/engines.rs"]
mod engines;
mod support;

use std::sync::Arc;

use behind::meddle;
use domain::account::{Grant, Role};
use domain::id::{AccountId, EventId};
use engines::{SqliteFile, on_both, upgrade};
use store::{Db, Engine, Fault, StoreError, account, audit, log, org};
use support::{NOON, Set, add_unit, bytes, event, sealing, unit};

#[tokio::test]
async fn an_act_and_its_rows_become_one_leaf() {
    on_both(|db| async move {
        let mut rec = db
            .begin("test")
            .await
            .unwrap()
            .record(event(1), sealing(1))
            .unwrap();
        for number in 1..=3 {
            org::add(&mut rec, &unit(number)).await.unwrap();
        }
        let committed = rec.commit().await.unwrap();
        assert_eq!(committed.sequence, 0);
        let report = audit(&db).await.unwrap();
        assert_eq!((report.leaves, report.images, report.rows), (1, 3, 3));
        assert_eq!(report.faults, []);
        assert_eq!(report.root, Some(committed.root));
    })
    .await;
}

#[tokio::test]
async fn a_row_that_names_what_does_not_exist_is_refused_and_leaves_nothing() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let holder = AccountId::from_entropy(bytes(1));
        let grant = Grant {
            role: Role::Registrar,
            unit: unit(1).id,
        };
        let tx = db.begin("test").await.unwrap();
        let mut rec = tx.record(event(2), sealing(2)).unwrap();
        let nobody = account::add_grant(&mut rec, &holder, &grant).await;
        let refused = nobody.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
        drop(rec);
        let report = audit(&db).await.unwrap();
        assert_eq!((report.leaves, report.faults), (1, vec![]));
    })
    .await;
}

#[tokio::test]
async fn both_engines_give_the_same_leaves_and_the_same_root() {
    let roots = Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = roots.clone();
    on_both(move |db| {
        let kept = kept.clone();
        async move {
            for number in 1..=9 {
                add_unit(&db, number).await.unwrap();
            }
            let (_, root) = log::head(&mut db.read().await.unwrap()).await.unwrap();
            kept.lock().unwrap().push(root);
        }
    })
    .await;
    let roots = roots.lock().unwrap();
    assert_eq!(roots.len(), 2);
    assert_eq!(roots[0], roots[1]);
}

#[tokio::test]
async fn an_act_that_is_dropped_did_not_happen() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let mut rec = db
            .begin("test")
            .await
            .unwrap()
            .record(event(2), sealing(2))
            .unwrap();
        org::add(&mut rec, &unit(2)).await.unwrap();
        drop(rec);
        add_unit(&db, 3).await.unwrap();
        let mut reader = db.read().await.unwrap();
        let names: Vec<_> = org::units(&mut reader)
            .await
            .unwrap()
            .into_iter()
            .map(|unit| unit.name)
            .collect();
        assert_eq!(names, ["第1科", "第3科"]);
        assert_eq!(log::head(&mut reader).await.unwrap().0, 2);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_moved_on_is_a_conflict_and_nothing_is_written() {
    on_both(|db| async move {
        let mut rec = db
            .begin("test")
            .await
            .unwrap()
            .record(event(1), sealing(1))
            .unwrap();
        org::state_fact(&mut rec, "bureau", "示例局").await.unwrap();
        rec.commit().await.unwrap();
        let first = EventId::from_entropy(bytes(1));
        let mut rec = db
            .begin("test")
            .await
            .unwrap()
            .record(event(2), sealing(2))
            .unwrap();
        org::change_fact(&mut rec, "bureau", &first, "示例市局")
            .await
            .unwrap();
        rec.commit().await.unwrap();
        let mut late = db
            .begin("test")
            .await
            .unwrap()
            .record(event(3), sealing(3))
            .unwrap();
        let refused = org::change_fact(&mut late, "bureau", &first, "另一局").await;
        assert!(matches!(
            refused,
            Err(StoreError::Conflict {
                table: "installation",
                ..
            })
        ));
        drop(late);
        let mut reader = db.read().await.unwrap();
        assert_eq!(
            org::fact(&mut reader, "bureau").await.unwrap().as_deref(),
            Some("示例市局")
        );
        assert_eq!(log::head(&mut reader).await.unwrap().0, 2);
        drop(reader);
        assert_eq!(audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn a_clock_set_back_cannot_write() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let mut early = event(2);
        early.at = domain::time::Instant::from_unix_ms(NOON - 3_600_000);
        let mut sealing = sealing(2);
        sealing.clock = Arc::new(Set(early.at.unix_ms().into()));
        let mut rec = db
            .begin("test")
            .await
            .unwrap()
            .record(early, sealing)
            .unwrap();
        org::add(&mut rec, &unit(2)).await.unwrap();
        let refused = rec.commit().await.unwrap_err();
        assert!(matches!(refused, StoreError::ClockSetBack { .. }));
        assert!(refused.to_string().contains("校准服务器时间"));
        assert_eq!(log::head(&mut db.read().await.unwrap()).await.unwrap().0, 1);
    })
    .await;
}

#[tokio::test]
async fn a_clock_may_be_behind_the_last_entry_by_a_minute_and_by_no_more() {
    on_both(|db| async move {
        add_unit(&db, 1).await.unwrap();
        let last = event(1).at.unix_ms();
        let written = async |number: u64, behind: i64| {
            let mut late = event(number);
            late.at = domain::time::Instant::from_unix_ms(last - behind);
            let mut sealing = sealing(number);
            sealing.clock = Arc::new(Set(late.at.unix_ms().into()));
            let mut rec = db.begin("test").await?.record(late, sealing)?;
            org::add(&mut rec, &unit(number)).await?;
            rec.commit().await
        };
        let refused = written(2, 60_001).await;
        assert!(
            matches!(refused, Err(StoreError::ClockSetBack { .. })),
            "{refused:?}"
        );
        written(3, 60_000).await.unwrap();
        assert_eq!(log::head(&mut db.read().await.unwrap()).await.unwrap().0, 2);
        assert_eq!(audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn every_leaf_has_its_inclusion_proof_and_every_old_tree_its_consistency() {
    on_both(|db| async move {
        let mut roots = vec![tlog::Hash::EMPTY_ROOT];
        for number in 1..=21 {
            roots.push(add_unit(&db, number).await.unwrap().root);
        }
        let mut reader = db.read().await.unwrap();
        let (size, root) = log::head(&mut reader).await.unwrap();
        for number in 1..=21 {
            let id = EventId::from_entropy(bytes(number));
            let proof = log::inclusion(&mut reader, &id).await.unwrap();
            let leaf = tlog::hash::leaf_hash(proof.entry.as_bytes());
            tlog::proof::verify_inclusion(&leaf, proof.sequence, size, &proof.path, &root).unwrap();
        }
        for old in 1..=size {
            let path = log::consistency(&mut reader, old).await.unwrap();
            let at = usize::try_from(old).unwrap();
            tlog::proof::verify_consistency(old, size, &roots[at], &root, &path).unwrap();
        }
    })
    .await;
}

/// Adds four units on both engines, meddles, and returns what the audit names on each.
async fn faults_after(lite: &[&str], pg: &[&str]) -> [Vec<Fault>; 2] {
    let file = SqliteFile::fresh();
    let server = engines::PostgresDatabase::fresh();
    let mut found = Vec::new();
    for (engine, place, statements) in [
        (Engine::Sqlite, file.path().display().to_string(), lite),
        (Engine::Postgres, server.url().to_owned(), pg),
    ] {
        let db = match engine {
            Engine::Sqlite => Db::open_sqlite(file.path(), &upgrade()).await.unwrap(),
            Engine::Postgres => Db::open_postgres(&place, &upgrade()).await.unwrap(),
        };
        for number in 1..=4 {
            add_unit(&db, number).await.unwrap();
        }
        assert_eq!(audit(&db).await.unwrap().faults, []);
        for statement in statements {
            meddle(engine, &place, statement).await;
        }
        found.push(audit(&db).await.unwrap().faults);
        db.close().await;
    }
    found.try_into().expect("two engines")
}

#[tokio::test]
async fn a_change_a_deletion_and_an_insertion_behind_the_back_are_each_named() {
    let planted = "INSERT INTO org_units (org_unit_id, name, kind, parent_id, last_event) \
                   SELECT 'aaaaaaaaaaaaaaaaaaaa', '影子科', 'section', NULL, last_event FROM org_units WHERE name = '第4科'";
    let statements = [
        "UPDATE org_units SET name = '改名科' WHERE name = '第2科'",
        "DELETE FROM org_units WHERE name = '第3科'",
        planted,
    ];
    for faults in faults_after(&statements, &statements).await {
        let [extra, changed, missing] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        assert!(
            matches!(extra, Fault::Extra { table, key } if table == "org_units" && key.contains("aaaa"))
        );
        assert!(
            matches!(changed, Fault::Changed { columns, sequence: 1, .. } if columns == &["name"])
        );
        assert!(matches!(missing, Fault::Missing { sequence: 2, .. }));
        assert!(
            changed
                .to_string()
                .starts_with("AUDT-001 被改动：表 org_units")
        );
    }
}

#[tokio::test]
async fn a_stamp_moved_to_another_event_is_named() {
    let statement = "UPDATE org_units SET last_event = (SELECT last_event FROM org_units WHERE name = '第1科') WHERE name = '第2科'";
    for faults in faults_after(&[statement], &[statement]).await {
        assert!(matches!(
            faults.as_slice(),
            [Fault::Changed { columns, .. }] if columns == &["last_event"]
        ));
    }
}

#[tokio::test]
async fn a_log_that_was_rewritten_contradicts_itself() {
    let edits = [
        "UPDATE log_leaves SET entry = replace(entry, 'time 1', 'time 2') WHERE sequence = 1",
        "UPDATE log_leaves SET root = (SELECT root FROM log_leaves WHERE sequence = 0) WHERE sequence = 2",
        "UPDATE log_nodes SET hash = (SELECT hash FROM log_nodes WHERE level = 0 AND position = 0) WHERE level = 1 AND position = 1",
        "UPDATE log_events SET salt = (SELECT salt FROM log_events WHERE event_id <> (SELECT event_id FROM log_leaves WHERE sequence = 3) ORDER BY event_id LIMIT 1) WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = 3)",
        "DELETE FROM log_bodies WHERE event_id = (SELECT event_id FROM log_leaves WHERE sequence = 1)",
        "UPDATE log_head SET root = (SELECT root FROM log_leaves WHERE sequence = 0)",
    ];
    for edit in edits {
        for faults in faults_after(&[edit], &[edit]).await {
            assert!(
                faults
                    .iter()
                    .any(|fault| matches!(fault, Fault::Log { .. })),
                "not named: {edit}"
            );
        }
    }
}

/// What somebody teaches the database so that it swallows what is written to a table, and what takes it back.
fn swallows(engine: Engine, when: &str, table: &str) -> (String, &'static str, String) {
    let trigger = format!("CREATE TRIGGER swallow BEFORE {when} ON {table}");
    match engine {
        Engine::Sqlite => (
            format!("{trigger} BEGIN SELECT RAISE(IGNORE); END"),
            "SELECT 1",
            "DROP TRIGGER swallow".to_owned(),
        ),
        Engine::Postgres => (
            format!("{trigger} FOR EACH ROW EXECUTE FUNCTION swallow()"),
            "CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            format!("DROP TRIGGER swallow ON {table}"),
        ),
    }
}

// What a refused act leaves to be rolled back must not wait for whoever takes the trigger back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_swallows_what_is_written_is_not_taken_for_somebody_who_was_faster() {
    behind::on_both_places(async |db, place| {
        let tx = db.begin("test").await.unwrap();
        let mut rec = tx.record(event(1), sealing(1)).unwrap();
        org::state_fact(&mut rec, "bureau", "样例局").await.unwrap();
        rec.commit().await.unwrap();
        for (number, (when, table)) in [
            ("INSERT", "org_units"),
            ("INSERT", "log_events"),
            ("INSERT", "log_bodies"),
            ("INSERT", "log_leaves"),
            ("UPDATE", "log_head"),
            ("UPDATE", "installation"),
        ]
        .into_iter()
        .enumerate()
        {
            let (taught, first, taken_back) = swallows(db.engine(), when, table);
            meddle(db.engine(), place, first).await;
            meddle(db.engine(), place, &taught).await;
            let number = 10 + number as u64;
            let refused = if table == "installation" {
                let tx = db.begin("test").await.unwrap();
                let mut rec = tx.record(event(number), sealing(number)).unwrap();
                let seen = event(1).id;
                org::change_fact(&mut rec, "bureau", &seen, "另一个局").await
            } else {
                add_unit(db, number).await.map(drop)
            };
            let refused = refused.unwrap_err();
            assert!(
                matches!(refused, StoreError::Contradiction { .. }),
                "{when} {table}: {refused}"
            );
            assert!(refused.to_string().contains(table), "{refused}");
            meddle(db.engine(), place, &taken_back).await;
        }
        // Who really was faster is told as ever.
        add_unit(db, 2).await.unwrap();
        let again = add_unit(db, 2).await.unwrap_err();
        assert!(matches!(again, StoreError::Conflict { .. }), "{again}");
        assert_eq!(audit(db).await.unwrap().leaves, 2);
    })
    .await;
}

#[tokio::test]
async fn the_copy_an_engine_makes_beside_a_working_program_is_of_one_moment() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    add_unit(&db, 1).await.unwrap();
    // An act is under way that the copy does not wait for.
    let tx = db.begin("test").await.unwrap();
    let mut rec = tx.record(event(2), sealing(2)).unwrap();
    org::add(&mut rec, &unit(2)).await.unwrap();
    let copy = SqliteFile::fresh();
    let into = format!("VACUUM INTO '{}'", copy.path().display());
    meddle(Engine::Sqlite, &file.path().display().to_string(), &into).await;
    rec.commit().await.unwrap();
    let copied = Db::open_sqlite(copy.path(), &upgrade()).await.unwrap();
    for (db, leaves) in [(&db, 2), (&copied, 1)] {
        let report = audit(db).await.unwrap();
        assert_eq!((report.leaves, report.faults), (leaves, vec![]));
        db.close().await;
    }
}
