use std::time::Duration;

use domain::event::Act;

use crate::engines::upgrade;
use crate::telling::{acting, begun};
use crate::{audit, log};

use super::super::queue::Announced;
use super::Db;
use crate::error::StoreError;

/// A writer that waits so little that the story need not wait, and long enough that a busy machine does not
/// use up its turns.
const BRIEFLY: Duration = Duration::from_millis(500);

async fn standing(db: &Db) -> Option<Announced> {
    let mut view = db.read().await.unwrap();
    db.announced(&mut view).await.unwrap()
}
impl Db {
    /// As another process has it open, which knows nothing of what this one wrote.
    pub(crate) fn elsewhere(&self) -> Self {
        Self {
            newest: super::Newest::default(),
            ..self.clone()
        }
    }

    /// Changes the database behind the program's back.
    pub(crate) async fn meddle(&self, sql: &'static str) {
        let mut conn = self.write_conn().await.unwrap();
        conn.script(sql).await.unwrap();
        conn.commit().await.unwrap();
    }
}

#[tokio::test]
async fn who_waits_for_something_announced_waits_on_and_who_does_not_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.sqlite");
    let db = Db::connect_waiting(&file, true, BRIEFLY, &upgrade())
        .await
        .unwrap();
    let held = db.begin("test.long").await.unwrap();
    assert_eq!(standing(&db).await, None);
    assert!(matches!(
        db.begin("test.short").await,
        Err(StoreError::Busy)
    ));
    let announcement = db.announce("正在写入名录", 1_000).await;
    announcement.expect_end(2_000);
    assert_eq!(standing(&db).await.unwrap().until_ms, 2_000);
    // A process that hears of it waits on as well; one that does not gives up twice, which is longer than one
    // wait of the others.
    let elsewhere = Db::connect_waiting(&file, true, BRIEFLY, &upgrade())
        .await
        .unwrap();
    assert_eq!(standing(&elsewhere).await.unwrap().until_ms, 2_000);
    let mut deaf = Db::connect_waiting(&file, true, BRIEFLY, &upgrade())
        .await
        .unwrap();
    if let super::Pools::Lite { notices, .. } = &mut deaf.pools {
        *notices = folder.path().join("nothing").into();
    }
    let ending = async {
        for _ in 0..2 {
            assert!(matches!(
                deaf.begin("test.other").await,
                Err(StoreError::Busy)
            ));
        }
        // What was announced is over when its work is, not a wait of the others before.
        held.abandon().await.unwrap();
        drop(announcement);
    };
    let act = async |db: &Db| {
        let begun = db.begin("test.short").await;
        begun.unwrap().abandon().await.unwrap();
    };
    tokio::join!(act(&db), act(&elsewhere), ending);
    assert_eq!(standing(&db).await, None);
    // Its notice goes with it, or counts no longer.
    while standing(&elsewhere).await.is_some() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_announcement_reaches_the_other_processes_and_ends_with_its_own() {
    let told = async |one: Db, other: Db| {
        let first = one.announce("正在写入名录", 1_000).await;
        let longer = one.announce("正在写入人员", 3_000).await;
        let heard = standing(&other).await.unwrap();
        assert_eq!(
            (heard.words.as_str(), heard.until_ms),
            ("正在写入人员", 3_000)
        );
        first.expect_end(4_000);
        while standing(&other).await.unwrap().until_ms != 4_000 {
            tokio::task::yield_now().await;
        }
        drop(first);
        while standing(&other).await.unwrap().until_ms != 3_000 {
            tokio::task::yield_now().await;
        }
        drop(longer);
        while standing(&other).await.is_some() {
            tokio::task::yield_now().await;
        }
        one.close().await;
        other.close().await;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told.sqlite");
    let lite = async || Db::open_sqlite(&file, &upgrade()).await.unwrap();
    told(lite().await, lite().await).await;
    let server = crate::engines::PostgresDatabase::fresh();
    let pg = async || Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    told(pg().await, pg().await).await;
}

#[tokio::test]
async fn a_wait_is_explained_by_what_was_heard_of_even_when_that_has_ended() {
    let told = async |one: Db, other: Db| {
        let since = other.waiting_since();
        assert!(!other.explained_since(since).await);
        let announcement = one.announce("正在写入名录", 1_000).await;
        assert!(standing(&other).await.is_some());
        drop(announcement);
        while standing(&other).await.is_some() {
            tokio::task::yield_now().await;
        }
        assert!(other.explained_since(since).await);
        assert!(!other.explained_since(other.waiting_since()).await);
        one.close().await;
        other.close().await;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ended.sqlite");
    let lite = async || Db::open_sqlite(&file, &upgrade()).await.unwrap();
    told(lite().await, lite().await).await;
    let server = crate::engines::PostgresDatabase::fresh();
    let pg = async || Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    told(pg().await, pg().await).await;
}

#[tokio::test]
async fn acts_meet_at_the_head_of_the_log_whatever_isolation_a_server_has_by_default() {
    for level in ["serializable", "repeatable read"] {
        let server = crate::engines::PostgresDatabase::fresh();
        let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
        begun(&db, Act::UnitEdited, 1).await.commit().await.unwrap();
        db.close().await;
        let (_, name) = server.url().rsplit_once('/').unwrap();
        let name = name.split('?').next().unwrap();
        let default =
            format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'");
        crate::engines::admin(server.url(), &default);
        let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
        // Both have read before either writes; the second waits for nobody and loses nothing.
        let view = async |number: u8| {
            let mut tx = db.begin("story").await.unwrap();
            assert_eq!(log::head(&mut tx).await.unwrap().0, 1);
            acting(tx, Act::UnitEdited, number)
        };
        let (first, second) = (view(2).await, view(3).await);
        first.commit().await.unwrap();
        second.commit().await.unwrap();
        // Beside the acts: content and signs of life, written the same way.
        for conn in [db.blob_conn().await, db.sign_conn().await] {
            let mut conn = conn.unwrap();
            let rows = conn.fetch(
                "SELECT current_setting('transaction_isolation') AS level",
                &[],
            );
            let rows = rows.await.unwrap();
            assert_eq!(rows[0].text("level").unwrap(), "read committed");
        }
        let report = audit(&db).await.unwrap();
        assert_eq!((report.leaves, report.faults), (3, vec![]), "{level}");
        db.close().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_announced_beside_the_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("private.sqlite");
    let db = Db::open_sqlite(&file, &upgrade()).await.unwrap();
    let announcement = db.announce("正在写入名录", 1_000).await;
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let notices = file.with_extension("announced");
    assert_eq!(mode(&notices), 0o700);
    let there = std::fs::read_dir(&notices).unwrap();
    let modes: Vec<u32> = there.map(|entry| mode(&entry.unwrap().path())).collect();
    assert_eq!(modes, [0o600]);
    drop(announcement);
    db.close().await;
}

/// All connections of a pool are taken, and it gives no more.
async fn used_up<C>(pool: &sqlx::Pool<C>, most: u32)
where
    C: sqlx::Database,
{
    let mut taken = Vec::new();
    for _ in 0..most {
        taken.push(pool.acquire().await.unwrap());
    }
    assert_eq!((pool.size(), pool.num_idle()), (most, 0));
    assert!(pool.try_acquire().is_none());
    assert_eq!(pool.options().get_max_connections(), most);
    // They stay taken for the rest of the story.
    taken.into_iter().for_each(std::mem::forget);
}

#[tokio::test]
async fn readers_public_pages_acts_content_and_signs_of_life_have_connections_of_their_own() {
    let server = crate::engines::PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let super::Pools::Pg {
        acts,
        read,
        public,
        blobs,
        signs,
    } = &db.pools
    else {
        panic!("a database on a server");
    };
    // What one kind has used up, no other kind misses.
    used_up(acts, 12).await;
    used_up(read, 8).await;
    used_up(public, 4).await;
    used_up(blobs, 2).await;
    used_up(signs, 6).await;
    assert_eq!(Db::LONG_VIEWS, 4, "pages keep the other half");
}

#[tokio::test]
async fn the_embedded_engine_has_one_writer_and_as_many_readers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pools.sqlite");
    let db = Db::open_sqlite(&file, &upgrade()).await.unwrap();
    let super::Pools::Lite {
        write,
        read,
        public,
        ..
    } = &db.pools
    else {
        panic!("an embedded database");
    };
    used_up(write, 1).await;
    used_up(read, 8).await;
    used_up(public, 4).await;
}

#[test]
fn an_act_waits_for_what_is_announced_two_minutes_and_else_twenty_seconds() {
    assert_eq!(super::WAIT, Duration::from_secs(20));
    assert_eq!(super::WAIT * super::TURNS, Duration::from_secs(120));
}

#[tokio::test]
async fn what_is_acknowledged_is_on_the_disk_whatever_a_server_is_set_to() {
    let file = crate::engines::SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let mut conn = db.write_conn().await.unwrap();
    let rows = conn.fetch("PRAGMA synchronous", &[]).await.unwrap();
    assert_eq!(rows[0].int("synchronous").unwrap(), 2, "FULL");
    conn.rollback().await.unwrap();
    db.close().await;
    for (set, stands) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        let server = crate::engines::PostgresDatabase::fresh();
        let (_, name) = server.url().rsplit_once('/').unwrap();
        let name = name.split('?').next().unwrap();
        crate::engines::admin(
            server.url(),
            &format!("ALTER DATABASE {name} SET synchronous_commit = '{set}'"),
        );
        let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
        let mut tx = db.begin("story").await.unwrap();
        let asked = "SELECT current_setting('synchronous_commit') AS stands";
        let rows = tx.conn.fetch(asked, &[]).await.unwrap();
        assert_eq!(rows[0].text("stands").unwrap(), stands, "{set}");
        tx.abandon().await.unwrap();
        db.close().await;
    }
}

/// SQLite ends the transaction by itself then, and the connection does not know.
#[tokio::test]
async fn after_a_full_disk_the_next_act_is_written_as_soon_as_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("full.sqlite");
    let db = Db::open_sqlite(&file, &upgrade()).await.unwrap();
    // No page more: as full as a disk can be, for this connection.
    db.meddle("PRAGMA max_page_count = 1").await;
    let mut rec = begun(&db, Act::BureauInstalled, 1).await;
    let long = "长".repeat(1 << 20);
    let stated = crate::org::state_fact(&mut rec, "bureau", &long).await;
    let told = match stated {
        Ok(()) => rec.commit().await.map(drop).unwrap_err(),
        Err(error) => {
            drop(rec);
            error
        }
    };
    assert_eq!(told.code(), "STOR-530", "{told}");
    // The connection that was full is gone, and with it its bound.
    let mut rec = begun(&db, Act::BureauInstalled, 2).await;
    crate::org::state_fact(&mut rec, "bureau", "示例局")
        .await
        .unwrap();
    rec.commit().await.unwrap();
    let mut view = db.read().await.unwrap();
    assert_eq!(log::head(&mut view).await.unwrap().0, 1);
    drop(view);
    assert_eq!(audit(&db).await.unwrap().faults, []);
    db.close().await;
}

#[tokio::test]
async fn a_server_that_says_its_disk_is_full_is_asked_until_it_has_room() {
    let server = crate::engines::PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    begun(&db, Act::UnitEdited, 1).await.commit().await.unwrap();
    // What the server answers an act that needs another page of its disk.
    db.meddle("CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql").await;
    db.meddle("CREATE TRIGGER full_disk BEFORE INSERT ON log_events FOR EACH ROW EXECUTE FUNCTION full_disk()").await;
    let told = begun(&db, Act::UnitEdited, 2).await.commit().await;
    let told = told.map(drop).unwrap_err();
    assert_eq!(told.code(), "STOR-530", "{told}");
    assert!(told.to_string().contains("磁盘已满"), "{told}");
    assert!(!db.is_full());
    let elsewhere = db.for_public();
    db.found_full();
    assert!(elsewhere.is_full());
    // The folder of files is another disk and says nothing of it.
    db.found_folder(false);
    assert!(db.is_full());
    db.meddle("CREATE FUNCTION full_table() RETURNS event_trigger AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql").await;
    let still = "CREATE EVENT TRIGGER full_table ON ddl_command_start WHEN TAG IN ('CREATE TABLE AS') EXECUTE FUNCTION full_table()";
    db.meddle(still).await;
    assert_eq!(db.ask_for_room().await.unwrap_err().code(), "STOR-530");
    assert!(db.is_full());
    db.meddle("DROP EVENT TRIGGER full_table").await;
    db.meddle("DROP TRIGGER full_disk ON log_events").await;
    db.ask_for_room().await.unwrap();
    assert!(!db.is_full());
    begun(&db, Act::UnitEdited, 3).await.commit().await.unwrap();
    db.meddle("DROP FUNCTION full_table").await;
    db.meddle("DROP FUNCTION full_disk").await;
    assert_eq!(audit(&db).await.unwrap().faults, []);
    db.close().await;
}
