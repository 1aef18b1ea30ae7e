use super::*;
use crate::engines::{on_both, upgrade};
use crate::old::{COMMITS, OldDatabase};

async fn shape_faults(db: &Db) -> Vec<Fault> {
    let mut report = Report::default();
    compare(db, &mut report).await.unwrap();
    report.faults
}

/// The lines of `shape/`, as this engine would write them.
async fn lines(db: &Db) -> String {
    let mut reader = db.read().await.unwrap();
    let objects = live(&mut reader, db.engine()).await.unwrap();
    let mut lines: Vec<String> = objects
        .iter()
        .map(|(object, made)| format!("{object}: {made}").trim_end().to_owned())
        .collect();
    lines.sort();
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn the_listing_is_what_the_migrations_make() {
    on_both(|db| async move {
        assert_eq!(
            lines(&db).await,
            expected(db.engine()),
            "write it into shape/"
        );
        assert_eq!(shape_faults(&db).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_migrated_database_has_the_same_shape_as_a_new_one() {
    for commit in COMMITS {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let old = OldDatabase::unpack(commit, engine);
            let place = old.place();
            let db = match engine {
                Engine::Sqlite => Db::open_sqlite(place.as_ref(), &upgrade()).await,
                Engine::Postgres => Db::open_postgres(&place, &upgrade()).await,
            };
            let db = db.unwrap();
            assert_eq!(shape_faults(&db).await, [], "{engine:?}");
            db.close().await;
        }
    }
}

#[tokio::test]
async fn what_somebody_added_changed_or_took_away_is_named() {
    let trigger = [
        "CREATE TRIGGER quiet AFTER INSERT ON log_leaves BEGIN DELETE FROM sessions; END",
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER quiet AFTER INSERT ON log_leaves EXECUTE FUNCTION quiet()",
    ];
    let column = [
        "ALTER TABLE accounts ADD COLUMN hidden TEXT",
        "ALTER TABLE accounts ALTER COLUMN active SET DEFAULT 1",
    ];
    let both = |sql: &'static str| [sql, sql];
    for (done, named) in [
        (trigger, "quiet"),
        (column, "accounts"),
        (both("CREATE TABLE notes (n TEXT)"), "table notes"),
        (
            both("CREATE VIEW everyone AS SELECT * FROM accounts"),
            "everyone",
        ),
        (
            both("DROP INDEX attachments_by_content"),
            "attachments_by_content",
        ),
        (both("DROP TABLE drafts"), "drafts"),
        (
            both("DELETE FROM register_versions WHERE register = 'subjects'"),
            "subjects",
        ),
        (
            both("UPDATE register_versions SET version = -1"),
            "register_versions",
        ),
    ] {
        on_both(|db| async move {
            let at = usize::from(db.engine() == Engine::Postgres);
            let mut conn = db.write_conn().await.unwrap();
            conn.script(done[at]).await.unwrap();
            conn.commit().await.unwrap();
            let found = shape_faults(&db).await;
            let told: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert!(
                told.iter()
                    .any(|fault| fault.contains(named) && fault.starts_with("AUDT-007")),
                "{}: {told:?}",
                done[at]
            );
        })
        .await;
    }
}
