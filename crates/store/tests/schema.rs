//! `schema.rs` and the live schema of both engines say the same, both ways.

#[path = "../../testkit/src/engines.rs"]
mod engines;

use std::collections::BTreeMap;

use store::{Engine, Kind, schema};

type Shape = BTreeMap<String, Vec<(String, String)>>;

fn declared(engine: Engine) -> Shape {
    let word = |kind| match kind {
        Kind::Int => "int",
        Kind::Text => "text",
        Kind::Blob | Kind::Sealed => "blob",
    };
    let traced = schema::TRACED.iter().map(|table| (table.layout(), true));
    let untraced = schema::UNTRACED.iter().map(|table| (table.layout(), false));
    let chunks = schema::POSTGRES_ONLY
        .iter()
        .map(|table| (table.layout(), false));
    traced
        .chain(untraced)
        .chain(chunks.filter(|_| engine == Engine::Postgres))
        .map(|(layout, stamped)| {
            let mut columns: Vec<_> = layout
                .columns
                .iter()
                .map(|column| (column.name.to_owned(), word(column.kind).to_owned()))
                .collect();
            if stamped {
                columns.push(("last_event".to_owned(), "text".to_owned()));
            }
            // A column that came later stands at the end of its table.
            columns.sort();
            (layout.name.to_owned(), columns)
        })
        .collect()
}

#[tokio::test]
async fn nothing_exists_that_is_not_declared_and_nothing_is_declared_that_does_not_exist() {
    engines::on_both(|db| async move {
        let mut live = store::live_schema(&db).await.unwrap();
        for name in schema::KERNEL {
            assert!(
                live.remove(*name).is_some(),
                "{name} is declared as kernel table and missing"
            );
        }
        live.values_mut().for_each(|columns| columns.sort());
        assert_eq!(live, declared(db.engine()), "{:?}", db.engine());
    })
    .await;
}

/// How the audit checks each declared table, in the word SECURITY.md uses.
fn checks() -> BTreeMap<&'static str, &'static str> {
    let traced = schema::TRACED.iter().map(|table| table.layout().name);
    let mut checks: BTreeMap<_, _> = traced.map(|name| (name, "留痕")).collect();
    for (names, word) in [(schema::RECOMPUTED, "推算"), (schema::IN_PART, "部分")] {
        for name in names {
            assert_eq!(checks.insert(name, word), None, "{name} is in two classes");
        }
    }
    for name in schema::KERNEL {
        assert!(
            checks.contains_key(name),
            "nobody says how {name} is checked"
        );
    }
    let untraced = schema::UNTRACED.iter().chain(schema::POSTGRES_ONLY);
    for name in untraced.map(|table| table.layout().name) {
        checks.entry(name).or_insert("不核对");
    }
    checks
}

#[test]
fn every_table_is_in_exactly_one_class_and_the_operators_are_told_which() {
    let told = include_str!("../../../SECURITY.md");
    let section = told.split("## 各表怎样核对").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let mut rows = BTreeMap::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let names = cells[1].split('、').map(|name| name.trim_matches('`'));
        for name in names {
            assert_eq!(
                rows.insert(name, cells[2]),
                None,
                "{name} stands there twice"
            );
        }
        assert!(cells[3].len() > 20, "{row} does not say why");
    }
    assert_eq!(rows, checks());
}

#[test]
fn every_untraced_table_says_why() {
    for table in schema::UNTRACED.iter().chain(schema::POSTGRES_ONLY) {
        assert!(table.reason().len() > 20, "{}", table.layout().name);
    }
    assert_ne!(Engine::Sqlite, Engine::Postgres);
}

#[test]
fn what_is_private_in_a_traced_table_is_sealed() {
    for table in schema::TRACED {
        for column in table.layout().columns {
            // What is private is ciphertext, and what is ciphertext is private.
            assert_eq!(
                column.class == store::Class::Private,
                column.kind == Kind::Sealed,
                "{}.{}",
                table.layout().name,
                column.name
            );
        }
    }
}
