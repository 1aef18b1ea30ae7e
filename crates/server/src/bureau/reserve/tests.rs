use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use testkit::city::City;
use testkit::engines::{SqliteFile, upgrade};

use super::*;

/// A reserve of one megabyte, acts stopping under half of one, on a disk with so much free beside the file.
fn on_a_disk(folder: &Path, free: &Arc<AtomicU64>) -> Reserve {
    let free = Arc::clone(free);
    let path = reserve_of(folder);
    let own = path.clone();
    Reserve {
        path,
        bytes: MB,
        least: MB / 2,
        free: Box::new(move |_| {
            let own = fs::metadata(&own).map_or(0, |found| found.len());
            Ok(free.load(Ordering::Relaxed) - own)
        }),
        full: false,
        told: false,
    }
}

#[test]
fn the_reserve_goes_when_the_disk_is_full_and_comes_back_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(64 * MB));
    let mut reserve = on_a_disk(folder.path(), &free);
    assert!(!reserve.look(false));
    assert_eq!(reserved(folder.path()), Some(MB));
    let found = fs::metadata(reserve_of(folder.path())).unwrap();
    assert!(!is_hollow(&found), "it takes its place on the disk");
    // Less than half a megabyte is free beside it.
    free.store(MB + MB / 4, Ordering::Relaxed);
    assert!(reserve.look(false));
    assert_eq!(reserved(folder.path()), None);
    // What it gave up is no room: it stays full until the file fits again with a megabyte beside it.
    assert!(reserve.look(false));
    free.store(2 * MB - 1, Ordering::Relaxed);
    assert!(reserve.look(false));
    free.store(2 * MB, Ordering::Relaxed);
    assert!(!reserve.look(false));
    assert_eq!(reserved(folder.path()), Some(MB));
}

#[test]
fn where_the_database_alone_knows_that_it_is_full_the_reserve_goes_and_proves_the_room() {
    let folder = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(64 * MB));
    let mut reserve = on_a_disk(folder.path(), &free);
    assert!(!reserve.look(false));
    assert!(reserve.look(true), "given up first");
    assert_eq!(reserved(folder.path()), None);
    assert!(!reserve.look(true), "made again, so there is room");
    assert_eq!(reserved(folder.path()), Some(MB));
}

#[test]
fn a_reserve_that_is_a_hole_or_of_another_size_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(64 * MB));
    let mut reserve = on_a_disk(folder.path(), &free);
    let hole = File::create(reserve_of(folder.path())).unwrap();
    hole.set_len(MB).unwrap();
    assert!(!reserve.look(false));
    let found = fs::metadata(reserve_of(folder.path())).unwrap();
    assert_eq!(found.len(), MB);
    assert!(!is_hollow(&found));
    File::create(reserve_of(folder.path())).unwrap();
    assert!(!reserve.look(false));
    assert_eq!(reserved(folder.path()), Some(MB));
}

#[test]
fn what_stands_in_for_allocation_is_written_to_the_last_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("filled");
    fill(&mut File::create(&path).unwrap(), 100_001).unwrap();
    let found = fs::metadata(&path).unwrap();
    assert_eq!(found.len(), 100_001);
    assert!(!is_hollow(&found));
}

#[tokio::test]
async fn what_a_look_finds_is_known_to_every_page_of_the_process() {
    let file = SqliteFile::fresh();
    let db = store::Db::open_sqlite(file.path(), &upgrade()).await;
    let city = City::found(db.unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(0));
    let reserve = look(on_a_disk(folder.path(), &free), &city.app).await;
    assert!(city.app.db.for_public().is_full());
    free.store(64 * MB, Ordering::Relaxed);
    look(reserve, &city.app).await;
    assert!(!city.app.db.for_public().is_full());
}
