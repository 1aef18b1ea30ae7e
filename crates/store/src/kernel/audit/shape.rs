//! The schema itself, as the migrations make it: a trigger, a view, a table or an index that somebody added,
//! changed or took away is a contradiction like a changed row.
//!
//! What must be there stands in `shape/sqlite.txt` and `shape/postgres.txt`, one object a line as the engine tells
//! it; a test holds them against a fresh database and against a migrated one. On PostgreSQL the schema the tables
//! stand in is looked at, and what reaches into it from elsewhere (`postgres`).

use std::collections::BTreeMap;

use super::{Fault, Report};
use crate::error::StoreError;
use crate::kernel::engine::Engine;
use crate::kernel::reader::Reader;

mod postgres;

const LITE: &str = "SELECT type AS kind, name AS name, sql AS made FROM sqlite_schema WHERE NOT (type = 'index' AND sql IS NULL AND name LIKE 'sqlite!_autoindex!_%' ESCAPE '!') AND NOT (type = 'table' AND name IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4'))";

/// What the migrations make, an object a line.
fn expected(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => include_str!("../../../shape/sqlite.txt"),
        Engine::Postgres => include_str!("../../../shape/postgres.txt"),
    }
}

/// Kind and name of an object, with how it is made.
async fn live(reader: &mut Reader, engine: Engine) -> Result<BTreeMap<String, String>, StoreError> {
    let listings = match engine {
        Engine::Sqlite => &[LITE],
        Engine::Postgres => postgres::LISTINGS,
    };
    let mut objects = BTreeMap::new();
    for listing in listings {
        let sql = match engine {
            Engine::Sqlite => (*listing).to_owned(),
            Engine::Postgres => format!(
                "SELECT CAST(o.kind AS TEXT) AS kind, CAST(o.name AS TEXT) AS name, CAST(o.made AS TEXT) AS made FROM ({listing}) AS o (kind, name, made)"
            ),
        };
        for row in reader.conn.fetch(&sql, &[]).await? {
            let object = format!("{} {}", row.text("kind")?, row.text("name")?);
            let made = row.maybe_text("made")?.unwrap_or_default();
            objects.insert(object, words(made));
        }
    }
    Ok(objects)
}

/// The same text whatever its lines and indents.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) async fn compare(
    reader: &mut Reader,
    engine: Engine,
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut live = live(reader, engine).await?;
    for line in expected(engine).lines() {
        let (object, made) = line.split_once(": ").unwrap_or((line, ""));
        match live.remove(object.trim_end_matches(':')) {
            None => fault(report, object, "不在了"),
            Some(now) if now != made => {
                fault(report, object, &format!("被改动，现为：{now}"));
            }
            Some(_) => {}
        }
    }
    for object in live.keys() {
        fault(report, object, "不是升级所建");
    }
    Ok(())
}

pub(super) fn fault(report: &mut Report, object: &str, why: &str) {
    report.faults.push(Fault::Shape {
        object: object.to_owned(),
        why: why.to_owned(),
    });
}

#[cfg(test)]
mod tests;
