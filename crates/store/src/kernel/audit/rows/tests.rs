//! A row that somebody altered is written again by the program, which takes the altered value for its own: the audit
//! goes on naming it, whatever is written afterwards, in every traced table and by every way of writing.

use domain::event::Act;
use domain::id::EventId;

use super::*;
use crate::kernel::audit::{Fault, audit_as};
use crate::kernel::engine::{Db, Engine};
use crate::kernel::storage_key;
use crate::kernel::value::Kind;
use crate::old::{OldDatabase, made_before};
use crate::schema;
use crate::telling::begun;

/// A row as it stands.
struct Row {
    key: Vec<Value>,
    values: Vec<Value>,
    stamp: EventId,
}

async fn first_row(db: &Db, layout: &Layout) -> Option<Row> {
    let mut reader = db.read().await.unwrap();
    let key = layout.key.join(", ");
    let (names, name) = (layout.names(), layout.name);
    let sql = format!("SELECT {names}, last_event FROM {name} ORDER BY {key} LIMIT 1");
    let rows = reader.conn.fetch(&sql, &[]).await.unwrap();
    let row = rows.first()?;
    let values = typed(layout, &row.values()[..layout.columns.len()]);
    Some(Row {
        key: layout.key_of(&values).to_vec(),
        values,
        stamp: EventId::parse(row.text("last_event").unwrap()).unwrap(),
    })
}

/// Alters the first column of the row that the engine lets be altered; yields its place and the new value.
async fn altered(db: &Db, layout: &Layout, row: &Row) -> Option<(usize, Value)> {
    for (at, column) in layout.columns.iter().enumerate().skip(layout.key.len()) {
        let value = match (&row.values[at], column.kind) {
            (Value::Int(Some(number)), _) => Value::from(number + 1),
            (Value::Text(Some(text)), Kind::Text) => Value::from(format!("{text}改")),
            _ => continue,
        };
        let mut conn = db.write_conn().await.unwrap();
        let matched = layout.key_match(2);
        let sql = format!(
            "UPDATE {} SET {} = $1 WHERE {matched}",
            layout.name, column.name
        );
        let args = [std::slice::from_ref(&value), row.key.as_slice()].concat();
        // A reference or a rule of the table stands in the way of some.
        if conn.execute(&sql, &args).await.is_ok() {
            conn.commit().await.unwrap();
            return Some((at, value));
        }
    }
    None
}

fn each_old() -> impl Iterator<Item = OldDatabase> {
    made_before(storage_key::SINCE).flat_map(|commit| {
        [Engine::Sqlite, Engine::Postgres].map(|engine| OldDatabase::unpack(commit, engine))
    })
}

async fn faults(db: &Db) -> Vec<Fault> {
    audit_as(db, &schema::SCHEMA).await.unwrap().faults
}

/// Table and key of each row that was written again after it had been altered.
fn overwritten(faults: &[Fault]) -> Vec<(String, String)> {
    let named = faults.iter().filter_map(|fault| match fault {
        Fault::Overwritten { table, key, .. } => Some((table.clone(), key.clone())),
        _ => None,
    });
    named.collect()
}

#[tokio::test]
async fn in_every_traced_table_the_next_act_on_an_altered_row_does_not_make_it_right() {
    for old in each_old() {
        let db = old.opened().await;
        assert_eq!(faults(&db).await, [], "an honest history");
        let (mut expected, mut number) = (Vec::new(), 0);
        for table in schema::TRACED {
            let layout = table.layout();
            let Some(row) = first_row(&db, layout).await else {
                continue;
            };
            let Some((at, value)) = altered(&db, layout, &row).await else {
                continue;
            };
            let name = layout.columns[at].name;
            // The act writes what it found, and the next one writes over it.
            for value in [&value, &row.values[at]] {
                number += 1;
                let seen = first_row(&db, layout).await.unwrap().stamp;
                let mut rec = begun(&db, Act::UnitEdited, number).await;
                rec.update(table, &row.key, &seen, vec![(name, value.clone())])
                    .await
                    .unwrap();
                rec.commit().await.unwrap();
            }
            expected.push((layout.name.to_owned(), image::cells_text(&row.key)));
        }
        assert!(expected.len() >= 12, "{expected:?}");
        let mut found = overwritten(&faults(&db).await);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        db.close().await;
    }
}

#[tokio::test]
async fn the_sentence_names_the_row_the_entry_before_and_the_entry_that_wrote_over_it() {
    for old in each_old() {
        let db = old.opened().await;
        let table = &schema::ORG_UNITS;
        let row = first_row(&db, table.layout()).await.unwrap();
        altered(&db, table.layout(), &row).await.unwrap();
        let mut rec = begun(&db, Act::UnitEdited, 1).await;
        let kind = vec![("kind", "brigade".into())];
        rec.update(table, &row.key, &row.stamp, kind).await.unwrap();
        let by = rec.commit().await.unwrap().sequence;
        let found = faults(&db).await;
        let [fault @ Fault::Overwritten { sequence, .. }] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert!(*sequence < by);
        let said = fault.to_string();
        assert!(
            said.starts_with("AUDT-012 被改动过：表 org_units 行 ["),
            "{said}"
        );
        assert!(said.contains(&format!("第 {by} 条写入之前")), "{said}");
        db.close().await;
    }
}

#[tokio::test]
async fn a_stamp_that_was_moved_and_a_row_that_is_deleted_afterwards_are_named_too() {
    for old in each_old() {
        let db = old.opened().await;
        let table = &schema::HOLIDAYS;
        let layout = table.layout();
        let row = first_row(&db, layout).await.unwrap();
        let other = first_row(&db, schema::INSTALLATION.layout()).await.unwrap();
        assert_ne!(row.stamp, other.stamp);
        let mut conn = db.write_conn().await.unwrap();
        let sql = "UPDATE holidays SET last_event = $1 WHERE day = $2";
        let args = [Value::from(other.stamp.as_str()), row.key[0].clone()];
        conn.execute(sql, &args).await.unwrap();
        conn.commit().await.unwrap();
        let mut rec = begun(&db, Act::UnitEdited, 1).await;
        rec.delete(table, &row.key, &other.stamp).await.unwrap();
        rec.commit().await.unwrap();
        let named = [("holidays".to_owned(), image::cells_text(&row.key))];
        assert_eq!(overwritten(&faults(&db).await), named);
        db.close().await;
    }
}

#[tokio::test]
async fn a_role_that_was_altered_stays_accused_after_it_is_granted_and_withdrawn() {
    for old in each_old() {
        let db = old.opened().await;
        let table = &schema::GRANTS;
        let row = first_row(&db, table.layout()).await.unwrap();
        let mut conn = db.write_conn().await.unwrap();
        // A role stands in the key: another one is another row.
        let matched = table.layout().key_match(1);
        let sql = format!("UPDATE grants SET role = 'planted' WHERE {matched}");
        conn.execute(&sql, &row.key).await.unwrap();
        conn.commit().await.unwrap();
        let mut planted = row.key.clone();
        planted[1] = "planted".into();
        let mut rec = begun(&db, Act::UnitEdited, 1).await;
        rec.delete(table, &planted, &row.stamp).await.unwrap();
        let again = table.layout().columns.iter().map(|column| column.name);
        let again = again.zip(row.values.clone()).collect();
        rec.insert(table, again).await.unwrap();
        let by = rec.commit().await.unwrap().sequence;
        let told: Vec<String> = faults(&db).await.iter().map(ToString::to_string).collect();
        let (planted, own) = (image::cells_text(&planted), image::cells_text(&row.key));
        let wanted = [
            format!(
                "AUDT-004 留痕自相矛盾：第 {by} 条，改或删了表 grants 行 {planted}，没有留痕写过它"
            ),
            format!("AUDT-004 留痕自相矛盾：第 {by} 条，表 grants 行 {own} 已有，又新增了一次"),
        ];
        assert_eq!(told, wanted);
        db.close().await;
    }
}

/// Puts a text of no letters into a cell, which SQLite takes in every column of texts; false where the engine or a
/// reference does not let it.
async fn garbled(db: &Db, layout: &Layout, key: &[Value], column: &str) -> bool {
    let mut conn = db.write_conn().await.unwrap();
    let (name, matched) = (layout.name, layout.key_match(1));
    let sql = format!(
        "UPDATE {name} SET {column} = CAST(x'C3' AS TEXT) WHERE {matched} AND {column} IS NOT NULL"
    );
    let done = conn.execute(&sql, key).await;
    let changed = done.is_ok_and(|rows| rows == 1);
    if changed {
        conn.commit().await.unwrap();
    }
    changed
}

#[tokio::test]
async fn a_cell_that_is_no_text_is_named_with_table_row_and_column_and_hides_no_other() {
    let commit = made_before(storage_key::SINCE).last().unwrap();
    let old = OldDatabase::unpack(commit, Engine::Sqlite);
    let db = old.opened().await;
    let counters = schema::COUNTERS.layout();
    let series = first_row(&db, counters).await.unwrap();
    let mut expected: Vec<(String, String, Vec<String>)> = Vec::new();
    for table in schema::TRACED {
        let layout = table.layout();
        let Some(row) = first_row(&db, layout).await else {
            continue;
        };
        let mut columns = Vec::new();
        let others = layout.columns.iter().skip(layout.key.len());
        let texts = others.filter(|column| column.kind == Kind::Text);
        for column in texts.map(|column| column.name).chain(["last_event"]) {
            if garbled(&db, layout, &row.key, column).await {
                columns.push(column.to_owned());
            }
        }
        let key = image::cells_text(&row.key);
        expected.push((layout.name.to_owned(), key, columns));
    }
    let cells: usize = expected.iter().map(|(_, _, columns)| columns.len()).sum();
    assert!(expected.len() >= 14 && cells >= 60, "{cells}: {expected:?}");
    let found = faults(&db).await;
    let changed = found.iter().filter_map(|fault| match fault {
        Fault::Changed {
            table,
            key,
            columns,
            ..
        } => Some((table.clone(), key.clone(), columns.clone())),
        _ => None,
    });
    assert_eq!(changed.collect::<Vec<_>>(), expected);
    // A key that is none: the row is planted, the one that stood there is gone, and every other is read past it.
    let before = found.len();
    assert!(garbled(&db, counters, &series.key, "issuer").await);
    let found = faults(&db).await;
    let of_counters = |fault: &&Fault| match fault {
        Fault::Extra { table, .. } | Fault::Missing { table, .. } => table == "counters",
        _ => false,
    };
    assert_eq!(found.iter().filter(of_counters).count(), 2, "{found:?}");
    assert_eq!(found.len(), before + 1, "{found:?}");
    db.close().await;
}
