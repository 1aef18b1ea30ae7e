//! The schema as the engine itself tells it, to be compared with `schema.rs`.

use std::collections::BTreeMap;

use super::engine::{Db, Engine};
use super::reader::Query;
use crate::error::StoreError;

/// Tables by name, each with its columns in order and their kinds (`int`, `text`, `blob`).
pub async fn live_schema(db: &Db) -> Result<BTreeMap<String, Vec<(String, String)>>, StoreError> {
    let query = match db.engine() {
        Engine::Sqlite => Query::new(
            "SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS kind FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, c.cid",
        ),
        Engine::Postgres => Query::new(
            "SELECT CAST(table_name AS TEXT) AS table_name, CAST(column_name AS TEXT) AS column_name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position",
        ),
    };
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in db.read().await?.all(query).await? {
        let kind = match row.text("kind")? {
            "integer" | "bigint" => "int",
            "blob" | "bytea" => "blob",
            other => other,
        };
        let column = (row.text("column_name")?.to_owned(), kind.to_owned());
        tables
            .entry(row.text("table_name")?.to_owned())
            .or_default()
            .push(column);
    }
    Ok(tables)
}
