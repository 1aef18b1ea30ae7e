//! From which table a column of an answer came, and by what a row of it is known: read out of the query, which is text
//! of our own, and only when a cell cannot be used. So whoever asks for a cell need not say where it stands, and
//! whoever is told of it can find it.

use super::{Value, shown};
use crate::kernel::table::Layout;
use crate::schema;

/// Keys of the tables the kernel keeps, which have no descriptor.
const KERNEL: &[(&str, &[&str])] = &[
    ("log_head", &["head_id"]),
    ("log_events", &["event_id"]),
    ("log_bodies", &["event_id", "ordinal"]),
    ("log_leaves", &["sequence"]),
    ("log_nodes", &["level", "position"]),
    ("log_links", &["kind", "target", "sequence"]),
    ("log_records", &["record_hash"]),
    ("register_versions", &["register"]),
    ("migrations", &["number"]),
    ("unswept", &["place"]),
];

fn layouts() -> impl Iterator<Item = &'static Layout> {
    let traced = schema::TRACED.iter().map(|table| table.layout());
    let others = schema::UNTRACED.iter().chain(schema::POSTGRES_ONLY);
    traced.chain(others.map(|table| table.layout()))
}

/// The table, by the name its descriptor has; `-` for one that is not ours.
fn known(name: &str) -> &'static str {
    let kernel = KERNEL.iter().map(|(table, _)| *table);
    let mut names = kernel.chain(layouts().map(|layout| layout.name));
    names.find(|known| *known == name).unwrap_or("-")
}

/// The columns by which a row of the table is known.
pub(super) fn key_of(table: &str) -> &'static [&'static str] {
    if let Some((_, key)) = KERNEL.iter().find(|(name, _)| *name == table) {
        return key;
    }
    let layout = layouts().find(|layout| layout.name == table);
    layout.map_or(&[], |layout| layout.key)
}

/// A value of a key: a text as it stands.
pub(in crate::kernel) fn words(value: &Value) -> String {
    match value {
        Value::Text(Some(text)) => text.clone(),
        other => shown(other),
    }
}

/// The table a column of the answer was read from: the one its prefix stands for, or the first that has it.
pub(super) fn table_of(sql: &str, column: &str) -> &'static str {
    let words: Vec<&str> = sql
        .split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let tables: Vec<(&'static str, &str)> = words
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| matches!(pair[0], "FROM" | "JOIN"))
        .map(|(at, pair)| (known(pair[1]), words.get(at + 2).copied().unwrap_or("")))
        .filter(|(table, _)| *table != "-")
        .collect();
    let prefixed = |word: &str, asked: &str| {
        let (prefix, name) = word.split_once('.')?;
        let (table, _) = tables.iter().find(|(_, alias)| *alias == prefix)?;
        (name == asked).then_some(*table)
    };
    let renamed = words.windows(3).find_map(|three| {
        let (prefix, _) = three[0].split_once('.')?;
        let (table, _) = tables.iter().find(|(_, alias)| *alias == prefix)?;
        (three[1] == "AS" && three[2] == column).then_some(*table)
    });
    let has = |table: &&(&'static str, &str)| {
        let layout = layouts().find(|layout| layout.name == table.0);
        layout.is_some_and(|layout| layout.columns.iter().any(|one| one.name == column))
    };
    renamed
        .or_else(|| words.iter().find_map(|word| prefixed(word, column)))
        .or_else(|| tables.iter().find(has).map(|(table, _)| *table))
        .or_else(|| tables.first().map(|(table, _)| *table))
        .unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::table_of;

    #[test]
    fn a_column_is_told_with_the_table_it_was_read_from() {
        let joined = "SELECT l.sequence, l.event_id, n.hash AS leaf, e.act FROM log_leaves l JOIN log_events e ON e.event_id = l.event_id LEFT JOIN log_nodes n ON n.level = 0";
        for (sql, column, table) in [
            (joined, "act", "log_events"),
            (joined, "event_id", "log_leaves"),
            (joined, "leaf", "log_nodes"),
            (
                "SELECT title, last_event FROM campaigns WHERE number = $1",
                "title",
                "campaigns",
            ),
            (
                "SELECT title, last_event FROM campaigns",
                "last_event",
                "campaigns",
            ),
            (
                "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM (SELECT 1 AS one FROM log_leaves)",
                "n",
                "log_leaves",
            ),
            ("SELECT name AS name FROM sqlite_schema", "name", "-"),
        ] {
            assert_eq!(table_of(sql, column), table, "{sql}");
        }
    }
}
