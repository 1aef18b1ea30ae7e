//! What an engine would do of its own beside a statement of ours: triggers and rewriting rules. The program makes none, and
//! one could write another value than an event says, or put a cell back while an act looks at it.
//!
//! Asked when everything of an act is written: from the first of its statements on a table until its end nobody can take a
//! trigger off that table. Deliberately absent: every other object of the schema, which the audit compares.

use super::conn::Conn;
use super::engine::Engine;
use crate::error::StoreError;

const LITE: &str = "SELECT name, tbl_name AS place FROM sqlite_schema WHERE type = 'trigger' UNION ALL SELECT name, tbl_name AS place FROM sqlite_temp_schema WHERE type = 'trigger' ORDER BY 1 LIMIT 1";
const POSTGRES: &str = "SELECT CAST(t.tgname AS TEXT) AS name, CAST(c.relname AS TEXT) AS place FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace UNION ALL SELECT CAST(r.rulename AS TEXT) AS name, CAST(r.tablename AS TEXT) AS place FROM pg_rules r WHERE r.schemaname = current_schema() ORDER BY 1 LIMIT 1";

/// Refuses an act under a trigger or a rule.
///
/// # Errors
/// [`StoreError::Contradiction`] that names it.
pub(super) async fn none(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = match conn.engine() {
        Engine::Sqlite => LITE,
        Engine::Postgres => POSTGRES,
    };
    match conn.fetch(sql, &[]).await?.first() {
        None => Ok(()),
        Some(row) => Err(StoreError::contradiction(
            &format!(
                "表 {} 上的触发器或规则 {} ",
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

    use crate::kernel::engine::Engine;
    use crate::telling::begun;
    use crate::{audit, engines};

    /// What the database would write beside what the event says, it says of no row: the act is not done.
    #[tokio::test]
    async fn nothing_is_done_while_a_trigger_or_a_rule_stands_in_the_schema() {
        engines::on_both(|db| async move {
            let (made, gone) = match db.engine() {
                Engine::Sqlite => (
                    "CREATE TRIGGER quiet AFTER UPDATE ON subjects BEGIN UPDATE subjects SET tier = 'A'; END",
                    "DROP TRIGGER quiet",
                ),
                Engine::Postgres => (
                    "CREATE RULE quiet AS ON UPDATE TO subjects DO ALSO NOTHING",
                    "DROP RULE quiet ON subjects",
                ),
            };
            db.meddle(made).await;
            let told = begun(&db, Act::UnitEdited, 1).await.commit().await;
            let told = told.unwrap_err().to_string();
            for said in ["STOR-521", "表 subjects", "quiet"] {
                assert!(told.contains(said), "{told}");
            }
            db.meddle(gone).await;
            begun(&db, Act::UnitEdited, 2).await.commit().await.unwrap();
            assert_eq!(audit(&db).await.unwrap().faults, []);
        })
        .await;
    }
}
