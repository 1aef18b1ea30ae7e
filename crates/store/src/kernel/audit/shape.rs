//! The schema itself, as the migrations make it: a trigger, a view, a table or an index that somebody added,
//! changed or took away is a contradiction like a changed row.
//!
//! What must be there stands in `shape/sqlite.txt` and `shape/postgres.txt`, one object a line as the engine tells
//! it; a test holds them against a fresh database and against a migrated one. On PostgreSQL only the schema the
//! tables stand in is looked at, and what belongs to an extension is left out.

use std::collections::BTreeMap;

use super::{Fault, Report};
use crate::error::StoreError;
use crate::kernel::engine::{Db, Engine};
use crate::kernel::reader::{Query, Reader};
use crate::kernel::register::Register;

const LITE: &str = "SELECT type AS kind, name AS name, sql AS made FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'";
const PG: &str = "SELECT CAST('table' AS TEXT) AS kind, CAST(c.relname AS TEXT) AS name, CAST(CAST(c.relkind AS TEXT) || CASE WHEN c.relrowsecurity THEN ' row security' ELSE '' END AS TEXT) AS made FROM pg_class c WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND c.relkind NOT IN ('i', 'I', 't') AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') UNION ALL SELECT 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' default ' || pg_get_expr(f.adbin, f.adrelid), '') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND c.relkind = 'r' UNION ALL SELECT 'index', c.relname, replace(pg_get_indexdef(c.oid), CAST(current_schema() AS TEXT) || '.', '') || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND c.relkind IN ('i', 'I') UNION ALL SELECT 'constraint', c.relname || '.' || k.conname, replace(pg_get_constraintdef(k.oid), CAST(current_schema() AS TEXT) || '.', '') FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND k.contype <> 'n' UNION ALL SELECT 'trigger', c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND NOT t.tgisinternal UNION ALL SELECT 'rule', c.relname || '.' || r.rulename, pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) UNION ALL SELECT 'policy', c.relname || '.' || p.polname, '' FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) UNION ALL SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', '' FROM pg_proc p WHERE p.pronamespace = CAST(CAST(current_schema() AS TEXT) AS regnamespace) AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') UNION ALL SELECT 'event trigger', evtname, evtevent FROM pg_event_trigger";

/// What the migrations make, an object a line.
fn expected(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("../../../shape/sqlite.txt"),
        Engine::Postgres => include_str!("../../../shape/postgres.txt"),
    }
}

/// Kind and name of an object, with how it is made.
async fn live(reader: &mut Reader, engine: Engine) -> Result<BTreeMap<String, String>, StoreError> {
    let query = match engine {
        Engine::Sqlite => LITE,
        Engine::Postgres => PG,
    };
    let mut objects = BTreeMap::new();
    for row in reader.all(Query::new(query)).await? {
        let object = format!("{} {}", row.text("kind")?, row.text("name")?);
        let made = row.maybe_text("made")?.unwrap_or_default();
        objects.insert(object, words(made));
    }
    Ok(objects)
}

/// The same text whatever its lines and indents.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) async fn compare(db: &Db, report: &mut Report) -> Result<(), StoreError> {
    let mut reader = db.read().await?;
    let mut live = live(&mut reader, db.engine()).await?;
    for line in expected(db.engine()).lines() {
        let (object, made) = line.split_once(": ").unwrap_or((line, ""));
        match live.remove(object.trim_end_matches(':')) {
            None => fault(report, object, "不在了"),
            Some(now) if now != made => fault(report, object, "被改动"),
            Some(_) => {}
        }
    }
    for object in live.keys() {
        fault(report, object, "不是升级所建");
    }
    registers(&mut reader, report).await
}

/// One row per register, whose number only advances: the table is outside the log.
async fn registers(reader: &mut Reader, report: &mut Report) -> Result<(), StoreError> {
    let query = Query::new("SELECT register, version FROM register_versions ORDER BY register");
    let mut wanted: Vec<&str> = Register::ALL
        .iter()
        .map(|register| register.name())
        .collect();
    for row in reader.all(query).await? {
        let name = row.text("register")?;
        let object = format!("register_versions {name}");
        match wanted.iter().position(|wanted| *wanted == name) {
            Some(at) => {
                wanted.remove(at);
            }
            None => fault(report, &object, "没有这个名录"),
        }
        if row.int("version")? < 0 {
            fault(report, &object, "版本小于零");
        }
    }
    for name in wanted {
        fault(report, &format!("register_versions {name}"), "不在了");
    }
    Ok(())
}

fn fault(report: &mut Report, object: &str, why: &str) {
    report.faults.push(Fault::Shape {
        object: object.to_owned(),
        why: why.to_owned(),
    });
}

#[cfg(test)]
mod tests;
