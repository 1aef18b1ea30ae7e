//! Content that rows only name, on both engines: what is kept is what is read, once, bounded and
//! durable before the act that names it; what is altered, lost or exchanged is named by the audit;
//! what no act came to name goes, and nothing else.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[path = "../../testkit/src/engines.rs"]
#[expect(dead_code, reason = "shared with tests that need no place")]
mod engines;
#[expect(dead_code, reason = "shared with tests that add units")]
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::id::CampaignId;
use sqlx::Connection as _;
use store::attachment::{self, Form, Label, Owner};
use store::{Db, Engine, Fault, KeptBlob, StoreError, audit};
use support::{bytes, event, sealing};
use tlog::Hash;

const MIB: usize = 1024 * 1024;
const DAY: Duration = Duration::from_hours(24);

/// A database whose insides a story can reach.
struct Place {
    engine: Engine,
    file: engines::SqliteFile,
    server: Option<engines::PostgresDatabase>,
}

impl Place {
    fn fresh(engine: Engine) -> Self {
        let server = (engine == Engine::Postgres).then(engines::PostgresDatabase::fresh);
        let file = engines::SqliteFile::fresh();
        Self {
            engine,
            file,
            server,
        }
    }

    fn text(&self) -> String {
        match &self.server {
            Some(server) => server.url().to_owned(),
            None => self.file.path().display().to_string(),
        }
    }

    async fn open(&self) -> Db {
        open(&self.text()).await
    }

    fn folder(&self) -> PathBuf {
        self.file.path().with_extension("blobs")
    }

    fn path_of(&self, hash: &Hash) -> PathBuf {
        let name = hash.to_string();
        self.folder().join(&name[..2]).join(&name[2..])
    }

    /// How many contents lie there, whole or still arriving.
    async fn count(&self) -> u64 {
        match &self.server {
            None => files_below(&self.folder()).len() as u64,
            Some(server) => {
                let mut conn = sqlx::PgConnection::connect(server.url()).await.unwrap();
                let count: i64 = sqlx::query_scalar("SELECT count(*) FROM blobs")
                    .fetch_one(&mut conn)
                    .await
                    .unwrap();
                conn.close().await.unwrap();
                u64::try_from(count).unwrap()
            }
        }
    }

    fn sql(&self, statement: &str) {
        engines::admin(self.server.as_ref().unwrap().url(), statement);
    }

    /// Changes one byte in the middle.
    fn alter(&self, hash: &Hash) {
        match self.engine {
            Engine::Sqlite => {
                let mut content = std::fs::read(self.path_of(hash)).unwrap();
                let at = content.len() / 2;
                content[at] ^= 1;
                std::fs::write(self.path_of(hash), content).unwrap();
            }
            Engine::Postgres => self.sql(&format!(
                "UPDATE blob_chunks SET bytes = set_byte(bytes, 0, get_byte(bytes, 0) # 1) WHERE ordinal = 0 AND blob_id = (SELECT blob_id FROM blobs WHERE sha256 = '{hash}')"
            )),
        }
    }

    fn lose(&self, hash: &Hash) {
        match self.engine {
            Engine::Sqlite => std::fs::remove_file(self.path_of(hash)).unwrap(),
            Engine::Postgres => self.sql(&format!("DELETE FROM blobs WHERE sha256 = '{hash}'")),
        }
    }

    fn swap(&self, one: &Hash, other: &Hash) {
        match self.engine {
            Engine::Sqlite => {
                let (one, other) = (self.path_of(one), self.path_of(other));
                let between = self.folder().join("between");
                std::fs::rename(&one, &between).unwrap();
                std::fs::rename(&other, &one).unwrap();
                std::fs::rename(&between, &other).unwrap();
            }
            Engine::Postgres => {
                self.sql(&format!(
                    "UPDATE blobs SET sha256 = 'x' WHERE sha256 = '{one}'; UPDATE blobs SET sha256 = '{one}' WHERE sha256 = '{other}'; UPDATE blobs SET sha256 = '{other}' WHERE sha256 = 'x'"
                ));
            }
        }
    }

    /// Takes the last chunk away.
    fn shorten(&self, hash: &Hash) {
        match self.engine {
            Engine::Sqlite => {
                let file = std::fs::File::options()
                    .write(true)
                    .open(self.path_of(hash))
                    .unwrap();
                file.set_len(MIB as u64).unwrap();
            }
            Engine::Postgres => self.sql(&format!(
                "DELETE FROM blob_chunks WHERE ordinal > 0 AND blob_id = (SELECT blob_id FROM blobs WHERE sha256 = '{hash}')"
            )),
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &engines::upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(Path::new(place), &engines::upgrade())
            .await
            .unwrap()
    }
}

/// Bytes that differ per number.
fn content(number: u64, length: usize) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

async fn keep(db: &Db, content: &[u8]) -> KeptBlob {
    let mut writer = db.keep(u64::MAX);
    for part in content.chunks(300_000) {
        writer.write(part).await.unwrap();
    }
    writer.finish().await.unwrap()
}

fn campaign() -> CampaignId {
    CampaignId::from_entropy(bytes(77))
}

fn label(number: u64, length: usize) -> Label {
    Label {
        name: format!("file-{number}"),
        media_type: "application/octet-stream".to_owned(),
        form: Form::Plain,
        length: length as u64,
    }
}

/// An act that has named the content and is not committed yet.
async fn naming(db: &Db, number: u64, kept: &KeptBlob) -> Result<store::Recording, StoreError> {
    let tx = db.begin("test.attach").await?;
    let mut rec = tx.record(event(number), sealing(number))?;
    let label = label(number, usize::try_from(kept.bytes()).unwrap());
    attachment::attach(&mut rec, Owner::Attempt(&campaign(), 1), &label, kept).await?;
    Ok(rec)
}

/// Keeps and names content number `number` in one act.
async fn attach(db: &Db, number: u64, length: usize) -> Hash {
    let kept = keep(db, &content(number, length)).await;
    let rec = naming(db, number, &kept).await.unwrap();
    rec.commit().await.unwrap();
    *kept.sha256()
}

async fn on_both_places<S: Future<Output = ()>>(story: impl Fn(Place) -> S) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        story(Place::fresh(engine)).await;
    }
}

#[tokio::test]
async fn what_is_kept_is_what_is_read_whatever_its_length() {
    on_both_places(|place| async move {
        let db = place.open().await;
        for (number, length) in (1..).zip([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB]) {
            let hash = attach(&db, number, length).await;
            assert_eq!(hash, Hash::of(&content(number, length)));
            let read = db.content(hash).whole(u64::MAX).await.unwrap();
            assert!(read == content(number, length), "{length}");
            let name = format!("file-{number}");
            let owner = campaign();
            let mut reader = db.read().await.unwrap();
            let found = attachment::of_name(&mut reader, Owner::Attempt(&owner, 1), &name).await;
            let found = found.unwrap().unwrap();
            assert_eq!((found.bytes, found.sha256), (length as u64, hash));
        }
        let report = audit(&db).await.unwrap();
        assert_eq!((report.faults, report.contents), (vec![], 6));
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_content_named_twice_is_kept_once() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let text = content(1, 2 * MIB + 7);
        for number in 1..=3 {
            let kept = keep(&db, &text).await;
            let rec = naming(&db, number, &kept).await.unwrap();
            rec.commit().await.unwrap();
        }
        assert_eq!(place.count().await, 1);
        let report = audit(&db).await.unwrap();
        assert_eq!((report.faults, report.contents), (vec![], 1));
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_who_keep_the_same_at_once_both_have_it() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let text = content(1, MIB + 7);
        let (one, other) = tokio::join!(keep(&db, &text), keep(&db, &text));
        assert_eq!(one.sha256(), other.sha256());
        assert_eq!(place.count().await, 1);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn content_beyond_its_bound_is_refused_and_nothing_is_left() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let text = content(1, 2 * MIB);
        let mut writer = db.keep(text.len() as u64 - 1);
        writer.write(&text[..MIB + 5]).await.unwrap();
        let refused = writer.write(&text[MIB + 5..]).await.unwrap_err();
        assert_eq!(refused.code(), "STOR-413");
        assert!(refused.to_string().contains("没有存放任何部分"));
        assert_eq!(place.count().await, 0);
        // What was refused cannot be finished after all.
        let ended = writer.finish().await.map(|kept| kept.bytes());
        assert!(matches!(ended, Err(StoreError::Engine(_))), "{ended:?}");
        let mut exact = db.keep(text.len() as u64);
        exact.write(&text).await.unwrap();
        exact.finish().await.unwrap();
        let mut broken_off = db.keep(u64::MAX);
        broken_off.write(&content(2, 2 * MIB)).await.unwrap();
        broken_off.abandon().await.unwrap();
        assert_eq!(place.count().await, 1);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn content_altered_lost_shortened_or_exchanged_behind_the_back_is_named() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let mut hashes = Vec::new();
        for number in 1..=6 {
            hashes.push(attach(&db, number, 2 * MIB + 3).await);
        }
        assert_eq!(audit(&db).await.unwrap().faults, []);
        place.alter(&hashes[0]);
        place.lose(&hashes[1]);
        place.swap(&hashes[2], &hashes[3]);
        place.shorten(&hashes[4]);
        let mut named: Vec<(String, &str)> = Vec::new();
        for fault in audit(&db).await.unwrap().faults {
            let (key, what) = match &fault {
                Fault::ContentMissing { key, .. } => (key, "missing"),
                Fault::ContentAltered { key, found, .. } => {
                    let exchanged = [&hashes[2], &hashes[3]].map(ToString::to_string);
                    let other = exchanged.contains(found);
                    (key, if other { "exchanged" } else { "altered" })
                }
                other => panic!("{other}"),
            };
            named.push((key.clone(), what));
        }
        named.sort();
        let at = |number: u64| format!("[\"attempt\",\"{}/1\",\"file-{number}\"]", campaign());
        let expected = [
            (at(1), "altered"),
            (at(2), "missing"),
            (at(3), "exchanged"),
            (at(4), "exchanged"),
            (at(5), "altered"),
        ];
        assert_eq!(named, expected);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_audit_says_in_words_what_happened_to_content() {
    let place = Place::fresh(Engine::Sqlite);
    let db = place.open().await;
    let (lost, altered) = (attach(&db, 1, 10).await, attach(&db, 2, 10).await);
    place.lose(&lost);
    place.alter(&altered);
    let faults = audit(&db).await.unwrap().faults;
    let mut words: Vec<String> = faults.iter().map(ToString::to_string).collect();
    words.sort();
    assert!(words[0].starts_with("AUDT-005 内容缺失：表 attachments 行 [\"attempt\","));
    assert!(words[0].ends_with(&lost.to_string()));
    assert!(words[1].starts_with("AUDT-006 内容被改动：表 attachments 行 "));
    db.close().await;
}

#[tokio::test]
async fn content_that_is_not_what_its_name_says_is_refused_when_it_is_read() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let (altered, lost) = (attach(&db, 1, MIB + 9).await, attach(&db, 2, 5).await);
        place.alter(&altered);
        place.lose(&lost);
        for (hash, why) in [(altered, "与登记的摘要不符"), (lost, "不在")] {
            let refused = db.content(hash).whole(u64::MAX).await.unwrap_err();
            assert_eq!(refused.code(), "STOR-504");
            assert!(refused.to_string().contains(why), "{refused}");
            assert!(refused.to_string().contains(&hash.to_string()));
        }
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_slow_reader_holds_no_connection() {
    let place = Place::fresh(Engine::Postgres);
    let db = place.open().await;
    let hash = attach(&db, 1, 3 * MIB).await;
    let mut slow = Vec::new();
    // More than there are connections, each in the middle of the content.
    for _ in 0..12 {
        let mut reader = db.content(hash);
        reader.next().await.unwrap().unwrap();
        slow.push(reader);
    }
    attach(&db, 2, 2 * MIB).await;
    for mut reader in slow {
        let mut length = MIB;
        while let Some(piece) = reader.next().await.unwrap() {
            length += piece.len();
        }
        assert_eq!(length, 3 * MIB);
    }
    db.close().await;
}

#[tokio::test]
async fn an_act_that_is_refused_leaves_no_row_and_its_content_goes_when_it_is_old() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let named = attach(&db, 1, 1_000).await;
        let kept = keep(&db, &content(2, MIB + 1)).await;
        drop(naming(&db, 2, &kept).await.unwrap());
        let mut arriving = db.keep(u64::MAX);
        arriving.write(&content(3, MIB + 1)).await.unwrap();
        assert_eq!(place.count().await, 3);
        // Young: somebody may be about to name it.
        assert_eq!(db.drop_orphans(DAY).await.unwrap(), 0);
        // Old: what is named stays, what is not goes, whole or half.
        assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 2);
        assert_eq!(place.count().await, 1);
        assert_eq!(
            db.content(named).whole(u64::MAX).await.unwrap().len(),
            1_000
        );
        assert_eq!(audit(&db).await.unwrap().faults, []);
        // What went while it was arriving is never taken for whole.
        assert!(arriving.finish().await.is_err());
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_not_ours_among_the_content_stays_and_keeps_nothing_from_being_tidied() {
    let place = Place::fresh(Engine::Sqlite);
    let db = place.open().await;
    let orphan = *keep(&db, &content(1, 100)).await.sha256();
    let (home, part) = (
        place.path_of(&orphan).parent().unwrap().to_owned(),
        place.folder().join("part"),
    );
    let foreign = [
        part.join("someone"),
        home.join("0".repeat(62)),
        place.folder().join("backup").join("0".repeat(62)),
    ];
    for folder in &foreign {
        std::fs::create_dir_all(folder).unwrap();
    }
    let notes = [
        place.folder().join("notes.txt"),
        home.join("notes.txt"),
        home.join("z".repeat(62)),
    ];
    for note in &notes {
        std::fs::write(note, "a word to whoever comes here").unwrap();
    }
    assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 1);
    assert!(!place.path_of(&orphan).exists());
    for stays in foreign.iter().chain(&notes) {
        assert!(stays.exists(), "{}", stays.display());
    }
    db.close().await;
}

#[tokio::test]
async fn an_act_that_comes_too_late_for_its_content_is_refused() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let kept = keep(&db, &content(1, 100)).await;
        assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 1);
        let refused = naming(&db, 1, &kept).await.map(drop).unwrap_err();
        assert_eq!(refused.code(), "STOR-409");
        assert_eq!(audit(&db).await.unwrap().rows, 0);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn other_content_that_is_there_does_not_stand_in_for_what_is_gone() {
    on_both_places(|place| async move {
        let db = place.open().await;
        attach(&db, 1, 100).await;
        let kept = keep(&db, &content(2, 100)).await;
        assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 1);
        let refused = naming(&db, 2, &kept).await.map(drop).unwrap_err();
        assert_eq!(refused.code(), "STOR-409");
        assert!(!attached(&db, 2).await && attached(&db, 1).await);
        assert_eq!(audit(&db).await.unwrap().faults, []);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn content_an_act_has_named_but_not_committed_is_no_orphan() {
    on_both_places(|place| async move {
        let db = place.open().await;
        let kept = keep(&db, &content(1, 100)).await;
        let rec = naming(&db, 1, &kept).await.unwrap();
        let (removed, committed) = tokio::join!(db.drop_orphans(Duration::ZERO), rec.commit());
        committed.unwrap();
        assert_eq!(removed.unwrap(), 0);
        assert_eq!(audit(&db).await.unwrap().faults, []);
        db.close().await;
    })
    .await;
}

/// Until somebody waits for a lock of this database.
async fn somebody_waits(conn: &mut sqlx::PgConnection) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        let count: i64 = sqlx::query_scalar(waiting)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        if count > 0 {
            return;
        }
    }
}

#[tokio::test]
async fn an_orphan_is_not_taken_from_an_act_that_commits_while_it_is_looked_at() {
    let place = Place::fresh(Engine::Postgres);
    let db = place.open().await;
    let kept = keep(&db, &content(1, 100)).await;
    let rec = naming(&db, 1, &kept).await.unwrap();
    let tidying = db.clone();
    let tidying = tokio::spawn(async move { tidying.drop_orphans(Duration::ZERO).await });
    let mut looker = sqlx::PgConnection::connect(&place.text()).await.unwrap();
    somebody_waits(&mut looker).await;
    looker.close().await.unwrap();
    rec.commit().await.unwrap();
    assert_eq!(tidying.await.unwrap().unwrap(), 0);
    assert_eq!(audit(&db).await.unwrap().faults, []);
    db.close().await;
}

#[tokio::test]
async fn an_orphan_somebody_holds_is_left_to_the_next_upkeep_and_not_counted() {
    let place = Place::fresh(Engine::Postgres);
    let db = place.open().await;
    keep(&db, &content(1, 100)).await;
    let mut holder = sqlx::PgConnection::connect(&place.text()).await.unwrap();
    let mut looker = sqlx::PgConnection::connect(&place.text()).await.unwrap();
    // Who holds the row will wait for the other as well, and of the two only the other looks for a deadlock soon.
    for held in [
        "BEGIN",
        "SET LOCAL deadlock_timeout = '10min'",
        "SELECT blob_id FROM blobs FOR UPDATE",
    ] {
        sqlx::query(held).execute(&mut holder).await.unwrap();
    }
    let tidying = db.clone();
    let tidying = tokio::spawn(async move { tidying.drop_orphans(Duration::ZERO).await });
    somebody_waits(&mut looker).await;
    sqlx::query("LOCK TABLE blobs IN ACCESS EXCLUSIVE MODE")
        .execute(&mut holder)
        .await
        .unwrap();
    sqlx::query("ROLLBACK").execute(&mut holder).await.unwrap();
    assert_eq!(tidying.await.unwrap().unwrap(), 0);
    assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 1);
    for conn in [holder, looker] {
        conn.close().await.unwrap();
    }
    db.close().await;
}

#[tokio::test]
async fn an_orphan_kept_again_is_young_again() {
    let place = Place::fresh(Engine::Sqlite);
    let db = place.open().await;
    let text = content(1, 100);
    let first = keep(&db, &text).await;
    let file = std::fs::File::options()
        .write(true)
        .open(place.path_of(first.sha256()))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    keep(&db, &text).await;
    assert_eq!(db.drop_orphans(DAY).await.unwrap(), 0);
    db.close().await;
    let place = Place::fresh(Engine::Postgres);
    let db = place.open().await;
    keep(&db, &text).await;
    place.sql("UPDATE blobs SET kept_at_ms = 0");
    keep(&db, &text).await;
    assert_eq!(db.drop_orphans(DAY).await.unwrap(), 0);
    place.sql("UPDATE blobs SET kept_at_ms = 0");
    assert_eq!(db.drop_orphans(DAY).await.unwrap(), 1);
    db.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn files_and_folders_of_content_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::fresh(Engine::Sqlite);
    let db = place.open().await;
    let hash = attach(&db, 1, 10).await;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = place.path_of(&hash);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    assert_eq!(mode(&place.folder()), 0o700);
    assert_eq!(mode(&place.folder().join("part")), 0o700);
    db.close().await;
}

/// The moments at which a program may die, in the order of one act.
const MOMENTS: [&str; 4] = ["arriving", "kept", "named", "committed"];

#[tokio::test]
#[ignore = "not a test of its own: the child process that stories of crashes start and kill"]
async fn keeping_process() {
    let db = open(&std::env::var("KEEPER_PLACE").expect("set by the parent")).await;
    let first: u64 = std::env::var("KEEPER_FIRST")
        .expect("set")
        .parse()
        .expect("a number");
    let moment = std::env::var("KEEPER_MOMENT").expect("set");
    let here = |name: &str| {
        if moment == name {
            std::process::abort();
        }
    };
    for number in first.. {
        let text = content(number, MIB + 100);
        let mut writer = db.keep(u64::MAX);
        writer.write(&text).await.expect("writes");
        here("arriving");
        let kept = writer.finish().await.expect("keeps");
        here("kept");
        let rec = naming(&db, number, &kept).await.expect("names");
        here("named");
        rec.commit().await.expect("commits");
        let mut out = std::io::stdout().lock();
        writeln!(out, "ACK {number}").expect("the parent listens");
        out.flush().expect("the parent listens");
        drop(out);
        here("committed");
    }
}

fn keeper(place: &Place, first: u64, moment: &str) -> Child {
    Command::new(std::env::current_exe().expect("this binary has a path"))
        .args(["--exact", "keeping_process", "--ignored", "--nocapture"])
        .env("KEEPER_PLACE", place.text())
        .env("KEEPER_FIRST", first.to_string())
        .env("KEEPER_MOMENT", moment)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this binary starts again")
}

/// The numbers the child acknowledged, at most `most`.
fn acknowledged(child: &mut Child, most: usize) -> Vec<u64> {
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let lines = out.lines().map_while(Result::ok);
    lines
        .filter_map(|line| line.split_once("ACK ")?.1.trim().parse().ok())
        .take(most)
        .collect()
}

/// What a dead process still held in the server is let go.
fn bury(place: &Place) {
    if place.server.is_some() {
        place.sql("SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }
}

async fn attached(db: &Db, number: u64) -> bool {
    let owner = campaign();
    let mut reader = db.read().await.unwrap();
    let name = format!("file-{number}");
    attachment::of_name(&mut reader, Owner::Attempt(&owner, 1), &name)
        .await
        .unwrap()
        .is_some()
}

#[tokio::test]
async fn killed_at_any_step_no_row_is_without_its_content_and_nothing_is_left_over() {
    on_both_places(|place| async move {
        place.open().await.close().await;
        let mut named = 0;
        for (at, moment) in (0_u64..).zip(MOMENTS) {
            let number = at * 100 + 1;
            let mut child = keeper(&place, number, moment);
            let seen = acknowledged(&mut child, usize::MAX);
            child.wait().unwrap();
            bury(&place);
            let db = place.open().await;
            let committed = moment == "committed";
            assert_eq!(seen, if committed { vec![number] } else { vec![] });
            assert_eq!(attached(&db, number).await, committed, "{moment}");
            named += u64::from(committed);
            let report = audit(&db).await.unwrap();
            assert_eq!(
                (report.faults, report.contents),
                (vec![], named),
                "{moment}"
            );
            assert_eq!(place.count().await, 1, "{moment}");
            let orphans = db.drop_orphans(Duration::ZERO).await.unwrap();
            assert_eq!(orphans, u64::from(!committed), "{moment}");
            assert_eq!(place.count().await, named, "{moment}");
            db.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn killed_again_and_again_nothing_acknowledged_loses_its_content() {
    on_both_places(|place| async move {
        place.open().await.close().await;
        let mut seen = Vec::new();
        for kill in 0..15_u64 {
            let mut child = keeper(&place, kill * 1_000 + 1, "never");
            let wanted = usize::try_from(kill % 4).unwrap() + 1;
            seen.extend(acknowledged(&mut child, wanted));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        bury(&place);
        let db = place.open().await;
        for number in &seen {
            assert!(attached(&db, *number).await, "{number}");
        }
        let report = audit(&db).await.unwrap();
        assert_eq!(report.faults, []);
        assert!(report.contents >= seen.len() as u64 && seen.len() > 15);
        db.drop_orphans(Duration::ZERO).await.unwrap();
        assert_eq!(place.count().await, report.contents);
        assert_eq!(audit(&db).await.unwrap().faults, []);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_the_database_and_then_of_the_content_is_whole() {
    let (place, copy) = (Place::fresh(Engine::Sqlite), Place::fresh(Engine::Sqlite));
    let db = place.open().await;
    attach(&db, 1, MIB + 1).await;
    db.close().await;
    std::fs::copy(place.file.path(), copy.file.path()).unwrap();
    // Work goes on between the two copies.
    let db = place.open().await;
    attach(&db, 2, 1_000).await;
    keep(&db, &content(3, 1_000)).await;
    db.drop_orphans(Duration::ZERO).await.unwrap();
    db.close().await;
    for file in files_below(&place.folder()) {
        let rest = file.strip_prefix(place.folder()).unwrap();
        let to = copy.folder().join(rest);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&file, to).unwrap();
    }
    let db = copy.open().await;
    let report = audit(&db).await.unwrap();
    assert_eq!((report.faults, report.contents), (vec![], 1));
    db.close().await;
}

/// Every state of the folder that a loss of power between two steps can leave behind.
#[tokio::test]
async fn whatever_a_loss_of_power_left_of_a_file_is_an_orphan() {
    let place = Place::fresh(Engine::Sqlite);
    let db = place.open().await;
    let named = attach(&db, 1, 1_000).await;
    let part = place.folder().join("part");
    let text = content(2, 5_000);
    let whole = Hash::of(&text);
    std::fs::write(part.join("1-0"), b"").unwrap();
    std::fs::write(part.join("1-1"), &text[..2_000]).unwrap();
    std::fs::write(part.join("1-2"), &text).unwrap();
    std::fs::create_dir_all(place.path_of(&whole).parent().unwrap()).unwrap();
    std::fs::write(place.path_of(&whole), &text).unwrap();
    assert_eq!(audit(&db).await.unwrap().faults, []);
    assert_eq!(db.drop_orphans(Duration::ZERO).await.unwrap(), 4);
    assert_eq!(files_below(&place.folder()), [place.path_of(&named)]);
    // A part of the same name as one that was left behind does not stand in the way.
    let kept = keep(&db, &text).await;
    assert_eq!(*kept.sha256(), whole);
    db.close().await;
}
