//! What an engine would do of its own beside a statement of ours: triggers, rewriting rules, views and rules for rows. The
//! program makes none, and one could write another value than an event says, hide a row, or put a cell back while an act
//! looks at it.
//!
//! Asked when everything of an act is written: from the first of its statements on a table until its end nobody can take a
//! trigger off that table. On PostgreSQL every table is one, and all stand in one schema. Deliberately absent: every other
//! object of the schema, which the audit compares.

use super::conn::Conn;
use super::engine::Engine;
use super::value::Value;
use crate::error::StoreError;
use crate::schema;

const LITE: &str = "SELECT name, tbl_name AS place FROM sqlite_schema WHERE type IN ('trigger', 'view') UNION ALL SELECT name, tbl_name AS place FROM sqlite_temp_schema WHERE type IN ('trigger', 'view') ORDER BY 1 LIMIT 1";
/// `$1` names our tables, with a comma between two.
const POSTGRES: &str = "WITH ours AS (SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relnamespace FROM unnest(string_to_array($1, ',')) AS n (name) JOIN pg_class c ON c.oid = to_regclass(n.name)) SELECT CAST(t.tgname AS TEXT) AS name, CAST(o.relname AS TEXT) AS place FROM ours o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE (NOT t.tgisinternal OR t.tgconstraint = 0) UNION ALL SELECT CAST(w.rulename AS TEXT), CAST(o.relname AS TEXT) FROM ours o JOIN pg_rewrite w ON w.ev_class = o.oid UNION ALL SELECT CASE WHEN o.relkind <> 'r' THEN 'relkind ' || CAST(o.relkind AS TEXT) WHEN o.relrowsecurity THEN 'row level security' ELSE 'search_path' END, CAST(o.relname AS TEXT) FROM ours o WHERE o.relkind <> 'r' OR o.relrowsecurity OR o.relnamespace <> current_schema()::regnamespace ORDER BY 1 LIMIT 1";

/// Refuses an act under a trigger, a rule or a view.
///
/// # Errors
/// [`StoreError::Contradiction`] that names it.
pub(super) async fn none(conn: &mut Conn) -> Result<(), StoreError> {
    let found = match conn.engine() {
        Engine::Sqlite => conn.fetch(LITE, &[]).await?,
        Engine::Postgres => {
            let names = Value::from(schema::names().join(","));
            conn.fetch(POSTGRES, &[names]).await?
        }
    };
    match found.first() {
        None => Ok(()),
        Some(row) => Err(StoreError::contradiction(
            &format!(
                "表 {} 上的触发器、规则或视图 {} ",
                row.text("place")?,
                row.text("name")?
            ),
            "不是程序所建，会改写办理的内容",
        )),
    }
}

#[cfg(test)]
mod tests {
    use domain::event::Act;

    use crate::engines::{PostgresDatabase, admin, upgrade};
    use crate::kernel::engine::{Db, Engine};
    use crate::kernel::storage_key;
    use crate::kernel::value::Value;
    use crate::old::{OldDatabase, made_before};
    use crate::schema::SUBJECTS;
    use crate::telling::begun;
    use crate::{Fault, audit, engines, subject};

    /// What a name means is said by the path of the role or the database: a table or a function of another schema would
    /// stand in for one of the bureau's or of the engine's.
    #[tokio::test]
    async fn no_path_of_a_database_says_what_a_name_means() {
        let server = PostgresDatabase::fresh();
        let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
        let path = async |path: &str| {
            let set = format!(
                "DO $$BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET search_path = {path}'; END$$"
            );
            admin(server.url(), &set);
            // It holds for connections that are made from now on.
            admin(
                server.url(),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
            let told = begun(&db, Act::UnitEdited, 1).await.commit().await;
            told.unwrap_err().to_string()
        };
        for sql in [
            "CREATE SCHEMA elsewhere",
            "CREATE TABLE elsewhere.subjects (LIKE public.subjects INCLUDING ALL)",
            "CREATE FUNCTION elsewhere.string_to_array(text, text) RETURNS text[] LANGUAGE sql AS $$SELECT ARRAY[]::text[]$$",
            "CREATE RULE quiet AS ON UPDATE TO public.subjects DO ALSO NOTHING",
        ] {
            admin(server.url(), sql);
        }
        let told = path("public, elsewhere, pg_catalog").await;
        assert!(
            told.contains("STOR-521") && told.contains("quiet"),
            "{told}"
        );
        let told = path("elsewhere, public").await;
        assert!(told.contains("log_events"), "{told}");
        db.close().await;
    }

    /// A trigger that calls itself one of the engine's own stands in no list: what it made of a row is told by the row.
    #[tokio::test]
    async fn what_a_hidden_trigger_makes_of_a_row_is_no_act() {
        let old = OldDatabase::unpack(
            made_before(storage_key::SINCE).last().unwrap(),
            Engine::Postgres,
        );
        let db = old.opened().await;
        let mut reader = db.read().await.unwrap();
        let firm = subject::every(&mut reader).await.unwrap().remove(0);
        drop(reader);
        db.meddle("CREATE FUNCTION strikes() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.standing := 'deregistered'; RETURN NEW; END$$; CREATE TRIGGER quiet BEFORE UPDATE ON subjects FOR EACH ROW EXECUTE FUNCTION strikes(); UPDATE pg_trigger SET tgisinternal = true WHERE tgname = 'quiet'").await;
        let mut rec = begun(&db, Act::SubjectEdited, 1).await;
        let moved = vec![("source", Value::from("别的来源"))];
        let key = [Value::from(firm.subject.id.as_str())];
        let told = rec.update(&SUBJECTS, &key, &firm.seen, moved).await;
        let told = told.unwrap_err().to_string();
        assert!(
            told.contains("STOR-521") && told.contains("改写了它"),
            "{told}"
        );
    }

    /// What the database would write or hide beside what the event says, it says of no row: the act is not done.
    #[tokio::test]
    async fn nothing_is_done_while_a_trigger_a_rule_or_a_view_stands_in_the_schema() {
        engines::on_both(|db| async move {
            let ways: &[(&str, &str, &str)] = match db.engine() {
                Engine::Sqlite => &[
                    (
                        "CREATE TRIGGER quiet AFTER UPDATE ON subjects BEGIN UPDATE subjects SET tier = 'A'; END",
                        "DROP TRIGGER quiet",
                        "quiet",
                    ),
                    (
                        "ALTER TABLE subjects RENAME TO aside; CREATE VIEW subjects AS SELECT * FROM aside",
                        "DROP VIEW subjects; ALTER TABLE aside RENAME TO subjects",
                        "subjects",
                    ),
                ],
                Engine::Postgres => &[
                    (
                        "CREATE RULE quiet AS ON UPDATE TO subjects DO ALSO NOTHING",
                        "DROP RULE quiet ON subjects",
                        "quiet",
                    ),
                    (
                        "ALTER TABLE subjects RENAME TO aside; CREATE VIEW subjects AS SELECT * FROM aside",
                        "DROP VIEW subjects; ALTER TABLE aside RENAME TO subjects",
                        "_RETURN",
                    ),
                    (
                        "ALTER TABLE subjects ENABLE ROW LEVEL SECURITY",
                        "ALTER TABLE subjects DISABLE ROW LEVEL SECURITY",
                        "row level security",
                    ),
                ],
            };
            for (number, (made, gone, named)) in (1..).step_by(2).zip(ways) {
                db.meddle(made).await;
                let told = begun(&db, Act::UnitEdited, number).await.commit().await;
                let told = told.unwrap_err().to_string();
                for said in ["STOR-521", "表 subjects", named] {
                    assert!(told.contains(said), "{told}");
                }
                db.meddle(gone).await;
                let next = begun(&db, Act::UnitEdited, number + 1).await;
                next.commit().await.unwrap();
            }
            // Of the schema SQLite keeps another text behind a renaming.
            let faults = audit(&db).await.unwrap().faults;
            let of_rows = |fault: &Fault| !matches!(fault, Fault::Shape { .. });
            assert!(!faults.iter().any(of_rows), "{faults:?}");
        })
        .await;
    }
}
