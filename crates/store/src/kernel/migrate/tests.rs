//! How a schema grows, each way proven from the database of the first build on both engines: after the
//! migration the audit explains every row, what is then written and meddled with is told as before, and
//! without its declaration or its event the same change is a contradiction.

use super::*;
use crate::engines::upgrade;
use crate::kernel::audit::{Fault, audit_as};
use crate::kernel::cell::{PersonKey, SealedCell};
use crate::kernel::exhibit::Exhibit;
use crate::kernel::history::Schema;
use crate::kernel::value::Kind;
use crate::migrations::MIGRATIONS;
use crate::old::{COMMITS, OldDatabase};
use crate::schema::{self, HOLIDAYS, ORG_UNITS, OUTCOME_CODES, PARTY_LINKS, TRACED};
use crate::telling::begun;

const ENGINES: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// The last migration of today; the stories add theirs behind it.
const NEXT: i64 = 901;

table! {
    traced UNITS_WITH_PHONE = "org_units" of Units key(org_unit_id) {
        org_unit_id: text public,
        name: text public,
        kind: text public,
        parent_id: text public,
        phone: text masked since 901 before null,
        floor: int masked since 901 before (int 1),
    }
}
table! {
    traced UNITS_RENAMED = "org_units" of Units key(org_unit_id) {
        org_unit_id: text public,
        name: text public,
        unit_kind: text public was kind until 901,
        parent_id: text public,
    }
}
table! {
    traced HOLIDAYS_WITHOUT_SOURCE = "holidays" of Calendar key(day) {
        day: text public,
        kind: text public,
    } retired { source until 901, }
}
table! {
    traced PARTY_DOORS = "party_doors" was "party_links" until 901 key(campaign_id, name) {
        campaign_id: text public,
        name: text public,
        link_hash: text masked,
    }
}
table! {
    traced UNIT_NAMES = "unit_names" key(org_unit_id) {
        org_unit_id: text public,
        name: text public,
    }
}

/// Today's tables with some in another shape.
fn schema(with: &[TracedTable], without: &[&str], retired: &[TracedTable]) -> Schema {
    let stays = TRACED.iter().filter(|table| {
        let name = table.layout().name;
        let replaced = with.iter().any(|new| {
            new.layout().name == name || new.layout().former.iter().any(|old| old.name == name)
        });
        !replaced && !without.contains(&name)
    });
    Schema {
        traced: stays.chain(with).copied().collect::<Vec<_>>().leak(),
        retired: retired.to_vec().leak(),
    }
}

fn today() -> Schema {
    schema(&[], &[], &[])
}

/// A migration of a story.
fn step(
    sql: &'static str,
    moves: Option<for<'a> fn(&'a mut Moving) -> Step<'a>>,
    afterwards: &'static str,
) -> Migration {
    Migration {
        number: NEXT,
        name: "0901_story",
        words: "样例",
        sqlite: sql,
        postgres: sql,
        moves,
        afterwards,
        emptied: None,
    }
}

/// Today's list with the story's migration behind it.
fn with_step(step: Migration) -> Vec<Migration> {
    let known = MIGRATIONS.iter().map(|known| Migration { ..*known });
    known.chain([step]).collect()
}

async fn open(old: &OldDatabase) -> Db {
    at(&old.place()).await
}

async fn at(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::connect_postgres(place, &upgrade()).await.unwrap()
    } else {
        Db::connect_sqlite(std::path::Path::new(place), false, &upgrade())
            .await
            .unwrap()
    }
}

/// Knows the storage key of an old database by what the database states of it, and opens nothing sealed under it: a
/// migration of the stories need not, and the audit never does.
struct KnownBy(String, Arc<dyn Vault>);

impl Vault for KnownBy {
    fn person_key(&self, person: &str) -> PersonKey {
        self.1.person_key(person)
    }

    fn seal(&self, of: (&str, &PersonKey), place: &str, text: &str) -> Option<Vec<u8>> {
        self.1.seal(of, place, text)
    }

    fn open(&self, of: (&str, &PersonKey), place: &str, cell: &SealedCell) -> Option<String> {
        self.1.open(of, place, cell)
    }

    fn mark(&self, column: &str, text: &str) -> [u8; 32] {
        self.1.mark(column, text)
    }

    fn fingerprint(&self) -> [u8; 32] {
        let byte = |at: usize| u8::from_str_radix(&self.0[2 * at..2 * at + 2], 16);
        std::array::from_fn(|at| byte(at).expect("a fact in hex"))
    }
}

/// What brings this database up to date: of one that states its storage key, with that key.
async fn of(db: &Db) -> Upgrade {
    let ordinary = upgrade();
    let mut reader = db.read().await.unwrap();
    let stated = Query::new("SELECT value FROM installation WHERE name = $1").arg("storage_key");
    match reader.first(stated).await.unwrap() {
        None => ordinary,
        Some(row) => {
            let stated = row.text("value").unwrap().to_owned();
            Upgrade {
                vault: Arc::new(KnownBy(stated, ordinary.vault.clone())),
                ..ordinary
            }
        }
    }
}

async fn grown(old: &OldDatabase, story: Migration) -> (Db, Vec<Migrated>) {
    let db = open(old).await;
    let done = run(&db, &with_step(story), &of(&db).await).await.unwrap();
    (db, done)
}

async fn faults(db: &Db, schema: &Schema) -> Vec<Fault> {
    let report = audit_as(db, schema).await.unwrap();
    assert!(report.rows > 800, "{report:?}");
    report.faults
}

async fn act(db: &Db) -> Recording {
    begun(db, Act::UnitEdited, 0xee).await
}

/// The databases of all earlier builds, on both engines: the migrations that are still before each are a part of every
/// story.
fn each_old() -> impl Iterator<Item = OldDatabase> {
    let commits = COMMITS.iter();
    commits.flat_map(|commit| ENGINES.map(|engine| OldDatabase::unpack(commit, engine)))
}

#[tokio::test]
async fn a_column_that_came_reads_what_stood_before_in_every_older_row() {
    for old in each_old() {
        let sql = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor BIGINT NOT NULL DEFAULT 1;";
        // STRICT tables of SQLite know INTEGER, not BIGINT.
        let lite = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor INTEGER NOT NULL DEFAULT 1;";
        let mut story = step(sql, None, "");
        story.sqlite = lite;
        let (db, done) = grown(&old, story).await;
        assert_eq!(done.last().map(|step| step.moved), Some(0));
        let now = schema(&[UNITS_WITH_PHONE], &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        let mut rec = act(&db).await;
        let row = vec![
            ("org_unit_id", "aaaaaaaaaaaaaaaaaaaa".into()),
            ("name", "新科".into()),
            ("kind", "section".into()),
            ("parent_id", Value::Text(None)),
            ("phone", "000-0000000".into()),
            ("floor", 3.into()),
        ];
        rec.insert(&UNITS_WITH_PHONE, row).await.unwrap();
        rec.commit().await.unwrap();
        assert_eq!(faults(&db, &now).await, []);
        db.meddle("UPDATE org_units SET floor = 2 WHERE floor = 1 AND parent_id IS NULL")
            .await;
        let found = faults(&db, &now).await;
        assert!(!found.is_empty());
        for fault in found {
            assert!(matches!(fault, Fault::Changed { columns, .. } if columns == ["floor"]));
        }
        // A program that has not declared the column says so instead of guessing.
        let undeclared = audit_as(&db, &today()).await.unwrap().faults;
        assert!(
            undeclared
                .iter()
                .any(|fault| fault.to_string().contains("phone 没有登记来历"))
        );
        db.close().await;
    }
}

#[tokio::test]
async fn an_image_of_today_in_the_shape_of_yesterday_is_a_contradiction() {
    for old in each_old() {
        let sql = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor BIGINT NOT NULL DEFAULT 1; ALTER TABLE party_links RENAME TO party_doors; ALTER TABLE holidays DROP COLUMN source;";
        let mut story = step(sql, None, "");
        story.sqlite = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor INTEGER NOT NULL DEFAULT 1; ALTER TABLE party_links RENAME TO party_doors; ALTER TABLE holidays DROP COLUMN source;";
        let (db, _) = grown(&old, story).await;
        let shapes = [UNITS_WITH_PHONE, PARTY_DOORS, HOLIDAYS_WITHOUT_SOURCE];
        let now = schema(&shapes, &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        // As a program would that was not told of the migration, or a forger who knows the old bodies.
        let mut rec = act(&db).await;
        let row = vec![
            ("org_unit_id", "aaaaaaaaaaaaaaaaaaaa".into()),
            ("name", "新科".into()),
            ("kind", "section".into()),
            ("parent_id", Value::Text(None)),
        ];
        rec.insert(&ORG_UNITS, row).await.unwrap();
        rec.commit().await.unwrap();
        let found = faults(&db, &now).await;
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert!(
            told.iter()
                .any(|fault| fault.starts_with("AUDT-004") && fault.contains("phone")),
            "{told:?}"
        );
        assert!(
            told.iter().any(|fault| fault.starts_with("AUDT-003")),
            "{told:?}"
        );
        db.close().await;
    }
}

#[test]
fn names_and_columns_are_read_by_the_age_of_the_image() {
    use crate::kernel::history::present;
    use crate::kernel::image::{Image, Operation};
    let image = |table: &str, names: &[&str]| Image {
        operation: Operation::Insert,
        table: table.to_owned(),
        columns: names.iter().map(|name| (*name).to_owned()).collect(),
        cells: names.iter().map(|name| serde_json::json!(name)).collect(),
        before: None,
    };
    let doors = image("party_links", &["campaign_id", "name", "link_hash"]);
    let kind = image("org_units", &["org_unit_id", "name", "kind", "parent_id"]);
    let source = image("holidays", &["day", "kind", "source"]);
    for (layout, image) in [
        (PARTY_DOORS.layout(), doors),
        (UNITS_RENAMED.layout(), kind.clone()),
        (HOLIDAYS_WITHOUT_SOURCE.layout(), source),
        (UNITS_WITH_PHONE.layout(), kind),
    ] {
        assert!(present(layout, &image, 0).is_ok());
        assert!(present(layout, &image, NEXT - 1).is_ok());
        assert!(present(layout, &image, NEXT).is_err(), "{}", image.table);
    }
}

#[tokio::test]
async fn a_column_that_changed_its_name_is_the_same_column() {
    for old in each_old() {
        let sql = "ALTER TABLE org_units RENAME COLUMN kind TO unit_kind;";
        let (db, _) = grown(&old, step(sql, None, "")).await;
        let now = schema(&[UNITS_RENAMED], &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        db.meddle("UPDATE org_units SET unit_kind = 'brigade' WHERE unit_kind = 'bureau'")
            .await;
        let found = faults(&db, &now).await;
        assert!(
            matches!(found.as_slice(), [Fault::Changed { columns, .. }] if columns == &["unit_kind"]),
            "{found:?}"
        );
        db.close().await;
    }
}

#[tokio::test]
async fn a_column_that_went_stays_readable_in_the_log_and_is_not_missed_in_the_table() {
    for old in each_old() {
        let sql = "ALTER TABLE holidays DROP COLUMN source;";
        let (db, _) = grown(&old, step(sql, None, "")).await;
        let now = schema(&[HOLIDAYS_WITHOUT_SOURCE], &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        db.meddle("DELETE FROM holidays WHERE kind = 'work'").await;
        let found = faults(&db, &now).await;
        assert!(
            !found.is_empty()
                && found.iter().all(
                    |fault| matches!(fault, Fault::Missing { table, .. } if table == "holidays")
                ),
            "{found:?}"
        );
        db.close().await;
    }
}

#[tokio::test]
async fn a_table_that_changed_its_name_is_the_same_table() {
    for old in each_old() {
        let sql = "ALTER TABLE party_links RENAME TO party_doors;";
        let (db, _) = grown(&old, step(sql, None, "")).await;
        let now = schema(&[PARTY_DOORS], &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        db.meddle("UPDATE party_doors SET link_hash = 'x' WHERE name = 'justice'")
            .await;
        let found = faults(&db, &now).await;
        assert!(
            matches!(found.as_slice(), [Fault::Changed { table, columns, .. }] if table == "party_doors" && columns == &["link_hash"]),
            "{found:?}"
        );
        db.close().await;
    }
    assert_eq!(PARTY_LINKS.layout().name, "party_links");
}

/// Writes a column of the row with this key, as an ordinary act of today.
async fn written(db: &Db, number: u8, table: &TracedTable, key: &str, column: &'static str) {
    let layout = table.layout();
    let mut reader = db.read().await.unwrap();
    let name = layout.name;
    let sql = format!("SELECT last_event FROM {name} WHERE {} = $1", layout.key[0]);
    let row = reader.conn.fetch(&sql, &[key.into()]).await.unwrap();
    let seen = row[0].parsed(name, "last_event", EventId::parse).unwrap();
    drop(reader);
    let mut rec = begun(db, Act::UnitEdited, number).await;
    let changes = vec![(column, "改".into())];
    rec.update(table, &[key.into()], &seen, changes)
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

#[tokio::test]
async fn how_a_row_stood_is_compared_in_the_columns_of_its_time() {
    let grown_units = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor BIGINT NOT NULL DEFAULT 1;";
    let lite = "ALTER TABLE org_units ADD COLUMN phone TEXT; ALTER TABLE org_units ADD COLUMN floor INTEGER NOT NULL DEFAULT 1;";
    let renamed = "ALTER TABLE org_units RENAME COLUMN kind TO unit_kind;";
    let gone = "ALTER TABLE holidays DROP COLUMN source;";
    let units = "SELECT org_unit_id AS key FROM org_units ORDER BY org_unit_id LIMIT 2";
    let days = "SELECT day AS key FROM holidays ORDER BY day LIMIT 2";
    let stories = [
        (
            &ORG_UNITS,
            UNITS_WITH_PHONE,
            "name",
            units,
            grown_units,
            lite,
        ),
        (&ORG_UNITS, UNITS_RENAMED, "name", units, renamed, renamed),
        (
            &HOLIDAYS,
            HOLIDAYS_WITHOUT_SOURCE,
            "source",
            days,
            gone,
            gone,
        ),
    ];
    for (table, then, column, keys, sql, lite) in stories {
        for old in each_old() {
            let db = open(&old).await;
            run(&db, MIGRATIONS, &of(&db).await).await.unwrap();
            let mut reader = db.read().await.unwrap();
            let rows = reader.all(Query::new(keys)).await.unwrap();
            let key = |at: usize| rows[at].text("key").unwrap();
            drop(reader);
            // One row is written twice; another is altered before it is.
            for number in [1, 2] {
                written(&db, number, table, key(0), column).await;
            }
            let mut conn = db.write_conn().await.unwrap();
            let name = table.layout().name;
            let altered = format!(
                "UPDATE {name} SET {column} = '塞' WHERE {} = $1",
                table.layout().key[0]
            );
            conn.execute(&altered, &[key(1).into()]).await.unwrap();
            conn.commit().await.unwrap();
            written(&db, 3, table, key(1), column).await;
            let mut story = step(sql, None, "");
            story.sqlite = lite;
            run(&db, &with_step(story), &of(&db).await).await.unwrap();
            let found = faults(&db, &schema(&[then], &[], &[])).await;
            assert!(
                matches!(found.as_slice(), [Fault::Overwritten { key: named, .. }] if named.contains(key(1))),
                "{found:?}"
            );
            db.close().await;
        }
    }
}

fn names_out_of_units(moving: &mut Moving) -> Step<'_> {
    Box::pin(async move {
        let query = Query::new("SELECT org_unit_id, name FROM org_units ORDER BY org_unit_id");
        for row in moving.all(query).await? {
            let cells = vec![
                ("org_unit_id", row.text("org_unit_id")?.into()),
                ("name", row.text("name")?.into()),
            ];
            moving.insert(&UNIT_NAMES, cells).await?;
        }
        Ok(())
    })
}

const UNIT_NAMES_SQL: &str = "CREATE TABLE unit_names (org_unit_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, last_event TEXT NOT NULL);";

#[tokio::test]
async fn values_moved_into_a_new_table_are_explained_by_the_event_of_the_migration() {
    for old in each_old() {
        let story = step(UNIT_NAMES_SQL, Some(names_out_of_units), "");
        let (db, done) = grown(&old, story).await;
        let moved = done.last().unwrap().moved;
        assert!(moved > 3);
        let now = schema(&[UNIT_NAMES], &[], &[]);
        assert_eq!(faults(&db, &now).await, []);
        let mut reader = db.read().await.unwrap();
        let last = Query::new(
            "SELECT e.act AS act, e.images AS images, l.event_id AS id FROM log_events e JOIN log_leaves l ON l.event_id = e.event_id ORDER BY l.sequence DESC LIMIT 1",
        );
        let last = reader.first(last).await.unwrap().unwrap();
        assert_eq!(last.text("act").unwrap(), "schema.migrate");
        assert_eq!(last.int("images").unwrap(), moved);
        let id = last.parsed("log_leaves", "id", EventId::parse).unwrap();
        let (body, _) = log::body(&mut reader, &id).await.unwrap();
        let header = body.lines().nth(1).unwrap();
        let event: Event = serde_json::from_str(header).unwrap();
        assert_eq!(event.actor, Actor::program(upgrade().program));
        assert_eq!(event.facts["migration"], "0901_story");
        drop(reader);
        db.close().await;
    }
}

#[tokio::test]
async fn the_same_values_moved_without_an_event_are_accused_row_by_row() {
    let sql = "CREATE TABLE unit_names (org_unit_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, last_event TEXT NOT NULL);
        INSERT INTO unit_names (org_unit_id, name, last_event) SELECT org_unit_id, name, last_event FROM org_units;";
    for old in each_old() {
        let (db, _) = grown(&old, step(sql, None, "")).await;
        let units = ORG_UNITS.layout().name;
        let mut reader = db.read().await.unwrap();
        let count = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM org_units");
        let count = reader.number(count).await.unwrap();
        drop(reader);
        let found = faults(&db, &schema(&[UNIT_NAMES], &[], &[])).await;
        assert_eq!(i64::try_from(found.len()).unwrap(), count, "{units}");
        for fault in found {
            assert!(matches!(fault, Fault::Extra { table, .. } if table == "unit_names"));
        }
        db.close().await;
    }
}

fn outcomes_away(moving: &mut Moving) -> Step<'_> {
    Box::pin(async move {
        let query = Query::new("SELECT code, valid_from, last_event FROM outcome_codes");
        for row in moving.all(query).await? {
            let key = [
                Value::from(row.text("code")?),
                Value::from(row.text("valid_from")?),
            ];
            let seen = row.parsed("outcome_codes", "last_event", EventId::parse)?;
            moving.delete(&OUTCOME_CODES, &key, &seen).await?;
        }
        Ok(())
    })
}

#[tokio::test]
async fn a_table_that_went_was_emptied_by_an_event_and_stays_readable() {
    for old in each_old() {
        let story = step("", Some(outcomes_away), "DROP TABLE outcome_codes;");
        let (db, done) = grown(&old, story).await;
        assert!(done.last().unwrap().moved > 5);
        let now = schema(&[], &["outcome_codes"], &[OUTCOME_CODES]);
        assert_eq!(faults(&db, &now).await, []);
        // Forgotten altogether, its images are a contradiction.
        let forgotten = schema(&[], &["outcome_codes"], &[]);
        let found = audit_as(&db, &forgotten).await.unwrap().faults;
        assert!(
            found
                .iter()
                .any(|fault| fault.to_string().contains("未登记的表"))
        );
        db.close().await;
    }
    for old in each_old() {
        // Dropped without the event, each of its rows is missed.
        let (db, _) = grown(&old, step("DROP TABLE outcome_codes;", None, "")).await;
        let now = schema(&[], &["outcome_codes"], &[OUTCOME_CODES]);
        let found = faults(&db, &now).await;
        assert!(found.len() > 5);
        assert!(
            found
                .iter()
                .all(|fault| matches!(fault, Fault::Missing { .. }))
        );
        db.close().await;
    }
}

fn titles_spelled_out(moving: &mut Moving) -> Step<'_> {
    Box::pin(async move {
        let query = Query::new("SELECT day, kind, last_event FROM holidays ORDER BY day");
        for row in moving.all(query).await? {
            let seen = row.parsed("holidays", "last_event", EventId::parse)?;
            let kind = format!("{}!", row.text("kind")?);
            let key = [Value::from(row.text("day")?)];
            moving
                .update(&HOLIDAYS, &key, &seen, vec![("kind", kind.into())])
                .await?;
        }
        Ok(())
    })
}

#[tokio::test]
async fn values_changed_in_place_are_explained_by_the_event_and_only_by_it() {
    for old in each_old() {
        let (db, done) = grown(&old, step("", Some(titles_spelled_out), "")).await;
        assert!(done.last().unwrap().moved > 10);
        assert_eq!(faults(&db, &today()).await, []);
        db.close().await;
    }
    for old in each_old() {
        let sql = "UPDATE holidays SET kind = kind || '!';";
        let (db, _) = grown(&old, step(sql, None, "")).await;
        assert!(faults(&db, &today()).await.len() > 10);
        db.close().await;
    }
}

#[tokio::test]
async fn a_rehearsal_says_what_would_happen_and_leaves_everything_as_it_was() {
    for old in each_old() {
        let db = open(&old).await;
        let before = state(&db).await;
        let list = with_step(step(UNIT_NAMES_SQL, Some(names_out_of_units), ""));
        let would = rehearse(&db, &list, &of(&db).await).await.unwrap();
        assert_eq!(state(&db).await, before);
        let did = run(&db, &list, &of(&db).await).await.unwrap();
        assert_eq!(would, did);
        assert_ne!(state(&db).await, before);
        assert_eq!(rehearse(&db, &list, &of(&db).await).await.unwrap(), []);
        db.close().await;
    }
}

/// Migrations that have run, and the head of the log.
async fn state(db: &Db) -> (i64, u64) {
    let mut reader = db.read().await.unwrap();
    let count = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM migrations");
    let count = reader.number(count).await.unwrap();
    let (size, _) = log::head(&mut reader).await.unwrap();
    (count, size)
}

fn breaks_half_way(moving: &mut Moving) -> Step<'_> {
    Box::pin(async move {
        names_out_of_units(moving).await?;
        Err(StoreError::Engine("the power went".to_owned()))
    })
}

#[tokio::test]
async fn a_migration_that_breaks_at_any_step_has_not_happened_and_can_be_tried_again() {
    let broken = [
        ("CREATE TABLE unit_names (nonsense;", None, ""),
        (
            UNIT_NAMES_SQL,
            Some(breaks_half_way as for<'a> fn(&'a mut Moving) -> Step<'a>),
            "",
        ),
        (
            UNIT_NAMES_SQL,
            Some(names_out_of_units as for<'a> fn(&'a mut Moving) -> Step<'a>),
            "DROP TABLE nobody_knows_this;",
        ),
    ];
    for old in each_old() {
        let db = open(&old).await;
        let before = state(&db).await;
        for (sql, moves, afterwards) in broken {
            let list = with_step(step(sql, moves, afterwards));
            run(&db, &list, &of(&db).await).await.unwrap_err();
            assert_eq!(state(&db).await, before, "{sql} {afterwards}");
        }
        let list = with_step(step(UNIT_NAMES_SQL, Some(names_out_of_units), ""));
        // Dropped before its commit, as a kill would.
        let (conn, done) = go(&db, &list, &of(&db).await).await.unwrap();
        assert!(!done.is_empty());
        drop(conn);
        assert_eq!(state(&db).await, before);
        run(&db, &list, &of(&db).await).await.unwrap();
        assert_eq!(faults(&db, &schema(&[UNIT_NAMES], &[], &[])).await, []);
        db.close().await;
    }
}

/// Names of the shapes of kept states, `table.column`: each has the list of what it is made of beside its samples.
fn shapes() -> Vec<String> {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let versions = ["domain", "app"].into_iter().flat_map(|krate| {
        let samples = crates.with_file_name(krate).join("samples");
        std::fs::read_dir(samples).unwrap()
    });
    let files = versions.flat_map(|version| std::fs::read_dir(version.unwrap().path()).unwrap());
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let lists = names.filter_map(|name| name.strip_suffix(".keys").map(str::to_owned));
    lists.collect()
}

#[tokio::test]
async fn every_column_in_which_json_stands_in_an_old_database_holds_a_kept_state() {
    let shapes = shapes();
    let mut met = std::collections::BTreeSet::new();
    for old in each_old() {
        let db = open(&old).await;
        run(&db, MIGRATIONS, &of(&db).await).await.unwrap();
        let mut reader = db.read().await.unwrap();
        let traced = TRACED.iter().map(|table| table.layout());
        let untraced = schema::UNTRACED.iter().map(|table| table.layout());
        for layout in traced.chain(untraced) {
            let texts = layout.columns.iter().filter(|one| one.kind == Kind::Text);
            for column in texts {
                let (table, column) = (layout.name, column.name);
                let sql = format!(
                    "SELECT {column} AS text FROM {table} WHERE {column} LIKE '{{%' OR {column} LIKE '[%' LIMIT 1"
                );
                if !reader.conn.fetch(&sql, &[]).await.unwrap().is_empty() {
                    met.insert(format!("{table}.{column}"));
                }
            }
        }
        drop(reader);
        db.close().await;
    }
    for column in &met {
        // A column that keeps several says which behind its name.
        let of_several = format!("{column}-of-");
        let known = shapes
            .iter()
            .any(|shape| shape == column || shape.starts_with(&of_several));
        assert!(known, "{column} holds JSON of no shape");
    }
    for column in ["imports.summary", "inspections.team", "jobs.input"] {
        assert!(met.contains(column), "{met:?}");
    }
    assert!(met.len() > 10, "{met:?}");
}

/// What each way to open a database that is refused comes to.
async fn refusals(old: &OldDatabase) -> [StoreError; 4] {
    let place = old.place();
    let db = open(old).await;
    let upgrade = of(&db).await;
    db.close().await;
    let (opened, rehearsed, exhibit) = if place.starts_with("postgres://") {
        (
            Db::open_postgres(&place, &upgrade).await,
            Db::rehearse_postgres(&place, &upgrade).await,
            Exhibit::open_postgres(&place).await,
        )
    } else {
        let file = std::path::Path::new(&place);
        (
            Db::open_sqlite(file, &upgrade).await,
            Db::rehearse_sqlite(file, &upgrade).await,
            Exhibit::open_sqlite(file).await,
        )
    };
    let exhibit = exhibit.unwrap();
    let (audited, read) = (exhibit.audit().await, exhibit.read().await);
    exhibit.close().await;
    [
        opened.map(drop).unwrap_err(),
        rehearsed.map(drop).unwrap_err(),
        audited.map(drop).unwrap_err(),
        read.map(drop).unwrap_err(),
    ]
}

#[tokio::test]
async fn a_program_refuses_a_database_that_a_newer_one_has_migrated() {
    for old in each_old() {
        let (db, _) = grown(&old, step(UNIT_NAMES_SQL, None, "")).await;
        let refused = run(&db, MIGRATIONS, &of(&db).await).await.unwrap_err();
        let known = MIGRATIONS.last().unwrap().number;
        assert!(
            matches!(refused, StoreError::NewerSchema { found: NEXT, known: at } if at == known)
        );
        let words = refused.to_string();
        assert!(
            words.starts_with("STOR-502 ") && words.contains("第 901 号"),
            "{words}"
        );
        assert!(words.contains("没有打开，也没有改动"), "{words}");
        let before = state(&db).await;
        db.close().await;
        // So do opening to write, a rehearsal, and whoever only looks.
        for refused in refusals(&old).await {
            assert_eq!(refused.to_string(), words);
        }
        let db = open(&old).await;
        assert_eq!(state(&db).await, before);
        db.close().await;
    }
}

#[tokio::test]
async fn a_migration_that_was_edited_after_it_ran_is_refused() {
    for old in each_old() {
        let (db, _) = grown(&old, step(UNIT_NAMES_SQL, None, "")).await;
        let edited = with_step(step("CREATE TABLE other_names (name TEXT);", None, ""));
        let refused = run(&db, &edited, &of(&db).await).await.unwrap_err();
        assert_eq!(refused.code(), "STOR-501");
        db.close().await;
    }
}

#[tokio::test]
async fn a_database_that_has_lost_what_it_remembers_of_its_migrations_is_refused_in_one_sentence() {
    for (lost, said) in [
        ("DROP TABLE migrations", "没有升级记录"),
        ("DELETE FROM migrations", "没有升级记录"),
        ("DELETE FROM migrations WHERE number = 3", "缺了第 4 号"),
        ("DELETE FROM migrations WHERE number = 1", "缺了第 2 号"),
        ("DELETE FROM migrations WHERE number >= 11", "做不成"),
    ] {
        for old in each_old() {
            let db = open(&old).await;
            run(&db, MIGRATIONS, &of(&db).await).await.unwrap();
            db.meddle(lost).await;
            for refused in [
                run(&db, MIGRATIONS, &of(&db).await).await.unwrap_err(),
                rehearse(&db, MIGRATIONS, &of(&db).await).await.unwrap_err(),
            ] {
                let words = refused.to_string();
                assert!(
                    words.starts_with("STOR-501 ") && words.contains(said),
                    "{lost}: {words}"
                );
                assert!(words.contains("没有改动"), "{words}");
            }
            db.close().await;
        }
    }
}

// ---- killed at each step ----------------------------------------------------------------------

/// Stands still at a step in the process of the story, which is killed there.
pub(super) async fn reaches(migration: Option<&Migration>, step: &str) {
    let number = migration.map_or(0, |migration| migration.number);
    let Ok(wanted) = std::env::var("MIGRATION_DIES_AT") else {
        return;
    };
    if wanted == format!("{number} {step}") {
        println!("HERE");
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
#[ignore = "not a test of its own: the process that the story starts and kills"]
async fn dying_process() {
    let place = std::env::var("MIGRATION_PLACE").unwrap();
    let db = at(&place).await;
    let upgrade = of(&db).await;
    db.close().await;
    let done = if place.starts_with("postgres://") {
        Db::open_postgres(&place, &upgrade).await
    } else {
        Db::open_sqlite(std::path::Path::new(&place), &upgrade).await
    };
    panic!("it was to die on the way: {:?}", done.map(|_| ()));
}

/// Whether the process reached the step before it ended.
fn killed_at(step: &str, place: &str) -> bool {
    use std::io::BufRead as _;
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kernel::migrate::tests::dying_process",
            "--ignored",
        ])
        .arg("--nocapture")
        .env("MIGRATION_PLACE", place)
        .env("MIGRATION_DIES_AT", step)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let said = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut lines = said.lines().map_while(Result::ok);
    let here = lines.any(|line| line.contains("HERE"));
    child.kill().unwrap();
    child.wait().unwrap();
    here
}

/// Every step of every migration an old database has before it.
fn steps(pending: &[Migration]) -> Vec<String> {
    let of_one = |migration: &Migration| {
        let moves = migration.moves.map(|_| "moved");
        let steps = [Some("text"), moves, Some("afterwards"), Some("listed")];
        let number = migration.number;
        steps
            .into_iter()
            .flatten()
            .map(move |step| format!("{number} {step}"))
            .collect::<Vec<_>>()
    };
    pending.iter().flat_map(of_one).collect()
}

#[tokio::test]
async fn a_program_killed_at_any_step_of_a_migration_has_migrated_nothing_or_all() {
    let mut migrated = 0;
    for old in each_old() {
        let db = open(&old).await;
        let before = state(&db).await;
        let last = usize::try_from(before.0).unwrap();
        let pending = &MIGRATIONS[last..];
        if pending.is_empty() {
            db.close().await;
            continue;
        }
        migrated += 1;
        for step in steps(pending) {
            assert!(killed_at(&step, &old.place()), "{step}");
            assert_eq!(state(&db).await, before, "{step}");
        }
        let newest = MIGRATIONS.last().unwrap().number;
        assert!(killed_at(&format!("{newest} committed"), &old.place()));
        assert_eq!(state(&db).await.0, newest, "what is committed has happened");
        assert_eq!(run(&db, MIGRATIONS, &of(&db).await).await.unwrap(), []);
        assert_eq!(faults(&db, &today()).await, []);
        db.close().await;
    }
    assert!(migrated >= 6, "{migrated}");
}

/// Numbers that stood in the clear and were altered behind the program's back, before a migration sealed them.
#[tokio::test]
async fn a_clear_value_that_was_altered_before_it_was_sealed_is_named_after_the_migration() {
    for engine in ENGINES {
        let old = OldDatabase::unpack(COMMITS[0], engine);
        let db = open(&old).await;
        db.meddle("UPDATE inspectors SET credential_no = '41120020269999' WHERE code = 'F002'; UPDATE inspectors SET credential_no = NULL WHERE code = 'F003'")
            .await;
        run(&db, MIGRATIONS, &of(&db).await).await.unwrap();
        let mut view = db.read().await.unwrap();
        let mut altered = Vec::new();
        for code in ["F002", "F003"] {
            let code = domain::id::InspectorCode::parse(code).unwrap();
            let found = crate::inspector::by_code(&mut view, &code).await.unwrap();
            altered.push(format!("[\"{}\"]", found.unwrap().inspector.id));
        }
        drop(view);
        altered.sort();
        let mut named = Vec::new();
        for fault in faults(&db, &today()).await {
            match fault {
                Fault::Overwritten { table, key, .. } if table == "inspectors" => named.push(key),
                other => panic!("{other}"),
            }
        }
        named.sort();
        assert_eq!(named, altered, "{engine:?}");
        db.close().await;
    }
}

/// An old image would be read as values of the new column.
#[test]
fn no_column_and_no_table_takes_a_name_that_was_given_up() {
    let layouts = || TRACED.iter().map(|table| table.layout());
    for layout in layouts() {
        let given_up = layout.retired.iter().map(|former| former.name);
        let renamed = layout.columns.iter().flat_map(|column| column.former);
        let given_up: Vec<&str> = given_up.chain(renamed.map(|former| former.name)).collect();
        for column in layout.columns {
            assert!(
                !given_up.contains(&column.name),
                "{}.{}",
                layout.name,
                column.name
            );
        }
        let tables: Vec<&str> = layout.former.iter().map(|former| former.name).collect();
        assert!(
            layouts().all(|other| !tables.contains(&other.name)),
            "{tables:?}"
        );
    }
}
