use super::*;
use crate::engines::{on_both, upgrade};
use crate::kernel::engine::Db;
use crate::kernel::storage_key;
use crate::old::{OldDatabase, made_before};

async fn shape_faults(db: &Db) -> Vec<Fault> {
    let found = crate::kernel::audit::audit(db).await.unwrap().faults;
    let shape = |fault: &Fault| matches!(fault, Fault::Shape { .. } | Fault::Kept { .. });
    found.into_iter().filter(shape).collect()
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
    // The others open under their own key only, which the store does not have; their audit asks the same.
    for commit in made_before(storage_key::SINCE) {
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
            // Rows of a table are no structure.
            let code = match done[at].contains("register_versions") {
                true => "AUDT-014 ",
                false => "AUDT-007 ",
            };
            assert!(
                told.iter()
                    .any(|fault| fault.contains(named) && fault.starts_with(code)),
                "{}: {told:?}",
                done[at]
            );
        })
        .await;
    }
}

/// What somebody does to PostgreSQL, and what the audit says of it.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "ALTER TABLE sessions SET UNLOGGED",
        "table sessions，被改动，现为：r unlogged",
    ),
    (
        "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY",
        "table accounts，被改动，现为：r row security",
    ),
    (
        "ALTER TABLE accounts FORCE ROW LEVEL SECURITY",
        "table accounts，被改动，现为：r forced row security",
    ),
    (
        "CREATE POLICY quiet ON accounts USING (active = 1)",
        "policy accounts.quiet，不是升级所建",
    ),
    (
        "ALTER TABLE log_bodies DISABLE TRIGGER ALL",
        "trigger log_bodies.log_bodies_event_id_fkey.",
    ),
    (
        "CREATE RULE quiet AS ON DELETE TO sessions DO INSTEAD NOTHING",
        "rule sessions.quiet，不是升级所建",
    ),
    (
        "CREATE SCHEMA apart; CREATE TABLE apart.more () INHERITS (accounts)",
        "inheritance apart.more from accounts，不是升级所建",
    ),
    (
        "CREATE SCHEMA apart; CREATE TABLE apart.above (n TEXT); ALTER TABLE drafts ADD COLUMN n TEXT; ALTER TABLE drafts INHERIT apart.above",
        "inheritance drafts from apart.above，不是升级所建",
    ),
    (
        "CREATE SCHEMA apart; CREATE TABLE apart.holds (id TEXT REFERENCES accounts (account_id))",
        "constraint apart.holds.holds_id_fkey，不是升级所建",
    ),
    (
        "CREATE PUBLICATION abroad FOR TABLE accounts",
        "publication abroad，不是升级所建",
    ),
    (
        "CREATE FUNCTION same(TEXT, TEXT) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE'; CREATE OPERATOR === (LEFTARG = TEXT, RIGHTARG = TEXT, FUNCTION = same)",
        "operator === (text, text)，不是升级所建",
    ),
    (
        "CREATE FUNCTION same(TEXT, TEXT) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT TRUE'",
        "function same(text, text)，不是升级所建",
    ),
    (
        "CREATE TYPE mood AS ENUM ('good')",
        "type mood，不是升级所建",
    ),
    ("CREATE DOMAIN short AS TEXT", "type short，不是升级所建"),
    ("CREATE COLLATION odd FROM \"C\"", "collation odd "),
    (
        "CREATE CAST (TEXT AS INT4) WITH INOUT AS IMPLICIT",
        "cast text to integer，不是升级所建",
    ),
    (
        "ALTER TABLE accounts ALTER COLUMN name TYPE TEXT COLLATE \"POSIX\"",
        "column accounts.name，被改动，现为：text not null collate \"POSIX\"",
    ),
    (
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER quiet AFTER INSERT ON log_leaves EXECUTE FUNCTION quiet(); ALTER TABLE log_leaves DISABLE TRIGGER quiet",
        "trigger log_leaves.quiet，不是升级所建",
    ),
];

#[tokio::test]
async fn what_a_server_can_have_done_to_its_tables_from_anywhere_is_named() {
    for (done, named) in ELSEWHERE {
        let old = crate::engines::PostgresDatabase::fresh();
        let db = Db::open_postgres(old.url(), &upgrade()).await.unwrap();
        let mut conn = db.write_conn().await.unwrap();
        conn.script(done).await.unwrap();
        conn.commit().await.unwrap();
        let found = shape_faults(&db).await;
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        let says = |fault: &String| fault.starts_with("AUDT-007") && fault.contains(named);
        assert!(told.iter().any(says), "{done}: {told:?}");
        db.close().await;
    }
}

#[tokio::test]
async fn what_a_server_may_be_set_to_and_what_an_extension_brings_is_no_finding() {
    let server = crate::engines::PostgresDatabase::fresh();
    let (_, name) = server.url().rsplit_once('/').unwrap();
    let name = name.split('?').next().unwrap();
    for set in [
        "CREATE SCHEMA \"Bureau-1\"".to_owned(),
        format!("ALTER DATABASE {name} SET search_path = \"Bureau-1\""),
        format!("ALTER DATABASE {name} SET quote_all_identifiers = on"),
        format!("ALTER DATABASE {name} SET idle_in_transaction_session_timeout = '1s'"),
    ] {
        crate::engines::admin(server.url(), &set);
    }
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    assert_eq!(shape_faults(&db).await, []);
    // As monitoring comes into a schema: a view, with the rule behind it, that belongs to an extension.
    for set in [
        "CREATE VIEW statements AS SELECT 1 AS calls",
        "ALTER EXTENSION plpgsql ADD VIEW statements",
    ] {
        crate::engines::admin(server.url(), set);
    }
    assert_eq!(shape_faults(&db).await, []);
    let mut reader = db.read().await.unwrap();
    let asked = "SELECT current_setting('idle_in_transaction_session_timeout') AS cut";
    let rows = reader.conn.fetch(asked, &[]).await.unwrap();
    assert_eq!(
        rows[0].text("cut").unwrap(),
        "0",
        "a view may be computed from for long"
    );
    drop(reader);
    db.close().await;
}
