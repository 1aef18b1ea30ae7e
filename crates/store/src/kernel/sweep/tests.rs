//! What a migration sealed or moved away and what an erasure destroyed is found in no file of the engine
//! afterwards, though the program died in between; and not before nobody sees it any more.

use std::path::{Path, PathBuf};

use crate::kernel::cell::tests::with_mask;
use crate::kernel::engine::{Db, Engine};
use crate::kernel::migrate::go;
use crate::kernel::reader::Query;
use crate::migrations::MIGRATIONS;
use crate::old::{OldDatabase, made_before};

/// Everything SQLite keeps on the disk under the name of a database.
pub(in crate::kernel) fn raw(file: &Path) -> Vec<u8> {
    let files =
        ["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", file.display())));
    let bytes = files.iter().filter_map(|file| std::fs::read(file).ok());
    bytes.flatten().collect()
}

pub(in crate::kernel) fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// The clear numbers of credentials in a database of a build that knew no sealed cells.
async fn clear_numbers(db: &Db) -> Vec<String> {
    let query = Query::new("SELECT credential_no FROM inspectors WHERE credential_no IS NOT NULL");
    let rows = db.read().await.unwrap().all(query).await.unwrap();
    let number = |row: &crate::Row| row.text("credential_no").unwrap().to_owned();
    rows.iter().map(number).collect()
}

pub(in crate::kernel) async fn unswept(db: &Db) -> Vec<String> {
    let query = Query::new("SELECT place FROM unswept ORDER BY place");
    let rows = db.read().await.unwrap().all(query).await.unwrap();
    let place = |row: &crate::Row| row.text("place").unwrap().to_owned();
    rows.iter().map(place).collect()
}

fn found<'a>(file: &Path, numbers: &'a [String]) -> Vec<&'a String> {
    let bytes = raw(file);
    let there = |number: &&String| holds(&bytes, number.as_bytes());
    numbers.iter().filter(there).collect()
}

#[tokio::test]
async fn a_number_that_was_sealed_stands_in_no_byte_of_the_files() {
    for commit in made_before(10) {
        for dies in [false, true] {
            let old = OldDatabase::unpack(commit, Engine::Sqlite);
            let file = PathBuf::from(old.place());
            let before = Db::connect_sqlite(&file, false, &with_mask(0x2a))
                .await
                .unwrap();
            let numbers = clear_numbers(&before).await;
            assert!(numbers.len() > 5 && found(&file, &numbers).len() == numbers.len());
            if dies {
                // Committed, and then killed before anything could be swept.
                let (conn, _) = go(&before, MIGRATIONS, &with_mask(0x2a)).await.unwrap();
                conn.commit().await.unwrap();
                assert_eq!(unswept(&before).await, ["0009_files", "0010_sealed_cells"]);
                assert_ne!(found(&file, &numbers), Vec::<&String>::new());
            }
            before.close().await;
            let db = Db::open_sqlite(&file, &with_mask(0x2a)).await.unwrap();
            assert_eq!(unswept(&db).await, Vec::<String>::new());
            assert_eq!(found(&file, &numbers), Vec::<&String>::new(), "{dies}");
            db.close().await;
            assert_eq!(found(&file, &numbers), Vec::<&String>::new(), "{dies}");
        }
    }
}

#[tokio::test]
async fn who_still_reads_an_older_view_is_not_disturbed_and_the_sweep_comes_later() {
    for commit in made_before(10) {
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        let file = PathBuf::from(old.place());
        let other = Db::connect_sqlite(&file, false, &with_mask(0x2a))
            .await
            .unwrap();
        let numbers = clear_numbers(&other).await;
        let mut reader = other.read().await.unwrap();
        let count = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM inspectors";
        let seen = reader.number(Query::new(count)).await.unwrap();
        let db = Db::open_sqlite(&file, &with_mask(0x2a)).await.unwrap();
        assert_ne!(unswept(&db).await, Vec::<String>::new());
        assert!(!db.sweep().await.unwrap());
        // Whoever acts next waits for others as long as before.
        let mut writer = db.bare().await.unwrap();
        let waits = writer.run("PRAGMA busy_timeout").await.unwrap();
        assert_eq!(waits, Some(20_000));
        writer.close().await.unwrap();
        assert_eq!(reader.number(Query::new(count)).await.unwrap(), seen);
        drop(reader);
        other.close().await;
        assert!(db.sweep().await.unwrap());
        assert_eq!(found(&file, &numbers), Vec::<&String>::new());
        db.close().await;
    }
}

/// The file a server keeps a table in, as it lies on the disk.
pub(in crate::kernel) async fn on_disk(db: &Db, place: &str, table: &'static str) -> Vec<u8> {
    crate::engines::admin(place, "CHECKPOINT");
    let query = Query::new("SELECT pg_read_binary_file(pg_relation_filepath(")
        .bind(table)
        .push(")) AS bytes");
    let rows = db.read().await.unwrap().all(query).await.unwrap();
    rows[0].blob("bytes").unwrap().to_vec()
}

/// Waits until nobody sees what stood in a place before it was emptied: until every act that was under way then,
/// be it in another database of the test server, is over. A view begun afterwards holds nothing of it up.
pub(in crate::kernel) async fn nobody_sees(db: &Db, place: &str) {
    while !db.left().await.unwrap().0.iter().any(|one| one == place) {
        tokio::task::yield_now().await;
    }
}

/// Sweeps until nothing is left. Whoever writes in another database of the test server holds it up for as long as
/// his transaction lasts.
pub(in crate::kernel) async fn sweeps_all(db: &Db) {
    while !db.sweep().await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn on_a_server_the_emptied_tables_lie_in_files_without_the_numbers() {
    for commit in made_before(10) {
        let old = OldDatabase::unpack(commit, Engine::Postgres);
        let before = Db::connect_postgres(&old.place(), &with_mask(0x2a))
            .await
            .unwrap();
        let numbers = clear_numbers(&before).await;
        assert!(numbers.len() > 5);
        before.close().await;
        let db = Db::open_postgres(&old.place(), &with_mask(0x2a))
            .await
            .unwrap();
        sweeps_all(&db).await;
        assert_eq!(unswept(&db).await, Vec::<String>::new());
        let bytes = on_disk(&db, &old.place(), "inspectors").await;
        assert!(holds(&bytes, "检查员".as_bytes()) || bytes.len() > 4_096);
        for number in &numbers {
            assert!(!holds(&bytes, number.as_bytes()), "{number}");
        }
        db.close().await;
    }
}

#[tokio::test]
async fn a_new_database_has_nothing_to_sweep() {
    crate::engines::on_both(|db| async move {
        assert_eq!(unswept(&db).await, Vec::<String>::new());
        assert!(db.sweep().await.unwrap());
    })
    .await;
}
