//! What is only looked at stays as it is, and what stands in the way of looking is named.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::*;
use crate::engines::{SqliteFile, upgrade};
use crate::kernel::engine::Engine;
use crate::kernel::storage_key;
use crate::old::{OldDatabase, made_before};

/// The faults of an exhibit, in words.
async fn faults(file: &Path) -> Vec<String> {
    let exhibit = Exhibit::open_sqlite(file).await.unwrap();
    let report = exhibit.audit().await.unwrap();
    exhibit.close().await;
    report.faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn what_is_no_file_among_the_contents_is_named_and_waited_for_by_nobody() {
    // The others open under their own key only, which the store does not have.
    for commit in made_before(storage_key::SINCE) {
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        let file = std::path::PathBuf::from(old.place());
        Db::open_sqlite(&file, &upgrade())
            .await
            .unwrap()
            .close()
            .await;
        assert_eq!(faults(&file).await, Vec::<String>::new());
        let folder = file.with_extension("blobs");
        let homes = std::fs::read_dir(&folder)
            .unwrap()
            .map(|home| home.unwrap().path());
        let homes: Vec<_> = homes.filter(|home| !home.ends_with("part")).collect();
        let mut contents = homes
            .iter()
            .flat_map(|home| std::fs::read_dir(home).unwrap())
            .map(|file| file.unwrap().path());
        let [pipe, link, directory, socket] = std::array::from_fn(|_| contents.next().unwrap());
        for path in [&pipe, &directory, &socket] {
            std::fs::remove_file(path).unwrap();
        }
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let away = folder.join("part");
        std::fs::create_dir_all(&away).unwrap();
        std::fs::rename(&link, away.join("moved")).unwrap();
        symlink(away.join("moved"), &link).unwrap();
        std::fs::create_dir(&directory).unwrap();
        // A socket has a short name by nature; it is moved to its place.
        let short = std::env::temp_dir().join(format!("mq_{}.s", std::process::id()));
        let listener = UnixListener::bind(&short).unwrap();
        std::fs::rename(&short, &socket).unwrap();
        symlink("/", folder.join("ffff")).unwrap();
        let told = faults(&file).await;
        for what in ["管道", "符号链接", "目录"] {
            let unfit = told
                .iter()
                .filter(|fault| fault.starts_with("AUDT-008") && fault.contains(what));
            assert!(unfit.count() > 0, "{what}: {told:?}");
        }
        let strangers = told.iter().filter(|fault| fault.starts_with("AUDT-009"));
        assert_eq!(strangers.count(), 5, "{told:?}");
        drop(listener);
    }
}

#[tokio::test]
async fn looking_leaves_no_file_behind_and_recovers_nothing() {
    let file = SqliteFile::fresh();
    let nobody = Exhibit::open_sqlite(file.path())
        .await
        .map(drop)
        .unwrap_err();
    assert!(matches!(nobody, StoreError::NoDatabase(_)), "{nobody}");
    assert!(!file.path().exists());
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let empty = Exhibit::open_sqlite(file.path()).await.unwrap();
    let refused = empty.audit().await.unwrap_err();
    assert!(matches!(refused, StoreError::NoBureau(_)), "{refused}");
    empty.close().await;
    // A row from nowhere: there is something to be found.
    let mut conn = db.write_conn().await.unwrap();
    let planted = "INSERT INTO installation (name, value, last_event) VALUES ('bureau', 'x', 'x')";
    conn.execute(planted, &[]).await.unwrap();
    conn.commit().await.unwrap();
    let one = ["AUDT-003 被塞入：表 installation 行 [\"bureau\"]，没有任何留痕写过它"];
    let log = std::path::PathBuf::from(format!("{}-wal", file.path().display()));
    // A copy taken while the server runs, with what stands in its log only.
    let copy = SqliteFile::fresh();
    let copied = std::path::PathBuf::from(format!("{}-wal", copy.path().display()));
    std::fs::copy(file.path(), copy.path()).unwrap();
    std::fs::copy(&log, &copied).unwrap();
    let before = [
        std::fs::read(copy.path()).unwrap(),
        std::fs::read(&copied).unwrap(),
    ];
    assert_eq!(faults(copy.path()).await, one);
    let after = [
        std::fs::read(copy.path()).unwrap(),
        std::fs::read(&copied).unwrap(),
    ];
    assert!(before == after);
    // Beside the server it reads like anybody.
    assert_eq!(faults(file.path()).await, one);
    db.close().await;
    assert!(!log.exists());
    assert_eq!(faults(file.path()).await, one);
    assert!(!log.exists());
}

#[tokio::test]
async fn a_log_that_cannot_be_read_here_is_said_so_and_never_passed_over() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let copy = SqliteFile::fresh();
    let beside = |file: &SqliteFile, ending: &str| format!("{}{ending}", file.path().display());
    std::fs::copy(file.path(), copy.path()).unwrap();
    std::fs::copy(beside(&file, "-wal"), beside(&copy, "-wal")).unwrap();
    db.close().await;
    // As in a folder where nothing may be made: the file through which the log is read is neither found nor made.
    symlink("/nowhere/at/all", beside(&copy, "-shm")).unwrap();
    let refused = Exhibit::open_sqlite(copy.path()).await.map(drop);
    let words = refused.unwrap_err().to_string();
    assert!(words.starts_with("STOR-528 "), "{words}");
    let named = [beside(&copy, "-wal"), beside(&copy, "-shm")];
    assert!(named.iter().all(|name| words.contains(name)), "{words}");
    std::fs::remove_file(beside(&copy, "-shm")).unwrap();
    let exhibit = Exhibit::open_sqlite(copy.path()).await.unwrap();
    assert!(exhibit.holds_tables().await.unwrap());
    exhibit.close().await;
}
