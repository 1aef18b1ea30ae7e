//! Acts that wait for an announced import starve nobody, and whoever imports in another process is heard of:
//! pages say so, acts queue, and when that process ends or dies they are done.
//!
//! The other process is this very test binary, started again with `holding_process`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use axum::http::StatusCode;
use store::{Announcement, Db, Hold, Register, Tx};
use testkit::city::{City, register_number, unit};
use testkit::engines::{PostgresDatabase, SqliteFile, on_both, upgrade};

use crate::office::{Clerk, Office, Page};

const NEW: &str = "/w/subjects/new";
const WORDS: &str = "正在写入检查对象名录（1000000 行）";

/// An import that is about to write its rows.
async fn importing(db: &Db) -> (Announcement, Tx) {
    let announcement = db.announce(WORDS, 1_795_500_000_000).await;
    let mut writer = db.begin("register.import").await.unwrap();
    let held = writer.hold(Register::Subjects, Hold::Exclusive).await;
    held.unwrap();
    (announcement, writer)
}

/// The form of a new subject, and its press.
async fn adds(clerk: &Clerk, number: u32) -> Page {
    let token = clerk.get(NEW).await.input("_token");
    sends(clerk, &token, number).await
}

/// The press alone.
async fn sends(clerk: &Clerk, token: &str, number: u32) -> Page {
    let key = format!("{number:032x}");
    let (unit, code) = (unit(2).to_string(), register_number(number));
    let name = format!("样例餐饮{number}店");
    let fields = [
        ("_token", token),
        ("_once", key.as_str()),
        ("unit", unit.as_str()),
        ("name", name.as_str()),
        ("register_number", code.as_str()),
        ("address", "样例路 1 号"),
        ("district", "411202"),
    ];
    clerk.post(NEW, &fields).await
}

async fn opens_pages(clerk: &Clerk) {
    for at in ["/w", "/w/subjects", "/w/campaigns", NEW] {
        let page = clerk.get(at).await;
        assert_eq!(page.status, StatusCode::OK, "{at}: {}", page.text);
        assert!(page.shows(WORDS), "{at}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_acts_that_queue_for_a_register_starve_nobody_and_are_all_done() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let (announcement, writer) = importing(&db).await;
        let mut queued = Vec::new();
        for number in 1..=40 {
            let clerk = clerk.clone();
            queued.push(tokio::spawn(async move { adds(&clerk, number).await }));
        }
        for _ in 0..3 {
            opens_pages(&clerk).await;
        }
        if db.engine() == store::Engine::Postgres {
            // Somebody signs in, another register is written to, and a job gives its sign of life.
            let signed = office.signs_in(&clerk, "kucun1").await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
            let asked = clerk.get("/w/inspectors/new").await;
            let unit = unit(2).to_string();
            let fields = [
                ("unit", unit.as_str()),
                ("code", "F001"),
                ("name", "检查员甲"),
                ("credential", "YS001"),
                ("valid_until", "2030-01-01"),
            ];
            let added = clerk.press(&asked, "/w/inspectors/new", &fields).await;
            assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
            assert_eq!(db.sign().await.unwrap().commit().await.ok(), Some(()));
        }
        assert!(queued.iter().all(|act| !act.is_finished()), "they wait");
        writer.abandon().await.unwrap();
        drop(announcement);
        for act in queued {
            let done = act.await.unwrap();
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
        assert_eq!(office.subjects().await, 40);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_queue_that_is_full_says_so_and_gives_back_what_was_typed() {
    /// As many as a process takes.
    const MOST: u32 = 256;
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let token = clerk.get(NEW).await.input("_token");
        let (announcement, writer) = importing(&db).await;
        let mut sent = tokio::task::JoinSet::new();
        for number in 1..=MOST + 1 {
            let (clerk, token) = (clerk.clone(), token.clone());
            sent.spawn(async move { (number, sends(&clerk, &token, number).await) });
        }
        // Whoever is answered now found the queue full.
        let (number, told) = sent.join_next().await.unwrap().unwrap();
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
        let name = format!("value=\"样例餐饮{number}店\"");
        assert!(told.shows("STOR-427") && told.shows(&name), "{}", told.text);
        writer.abandon().await.unwrap();
        drop(announcement);
        while let Some(done) = sent.join_next().await {
            let (_, done) = done.unwrap();
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
        assert_eq!(office.subjects().await, i64::from(MOST));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test of its own: the process that stories of two processes start"]
async fn holding_process() {
    let place = std::env::var("HOLDER_PLACE").unwrap();
    let db = if place.starts_with("postgres://") {
        Db::open_postgres(&place, &upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(place.as_ref(), &upgrade()).await.unwrap()
    };
    let city = City::join(db, 77);
    println!("READY");
    let mut held = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match line.as_str() {
            "hold" => held = Some(importing(&city.app.db).await),
            _ => {
                if let Some((announcement, writer)) = held.take() {
                    writer.abandon().await.unwrap();
                    drop(announcement);
                }
            }
        }
        println!("DONE");
    }
}

struct Holder {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Holder {
    fn start(place: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "waiting::holding_process",
                "--ignored",
                "--nocapture",
            ])
            .env("HOLDER_PLACE", place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut holder = Self { child, said };
        holder.hear("READY");
        holder
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
        self.hear("DONE");
    }

    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        while self.said.read_line(&mut line).unwrap() > 0 {
            if line.contains(word) {
                return;
            }
            line.clear();
        }
        panic!("the other process ended without a word");
    }

    fn dies(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn no_longer_announced(clerk: &Clerk) {
    while clerk.get("/w").await.shows(WORDS) {
        tokio::task::yield_now().await;
    }
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn another_process_is_heard_of(db: Db, place: &str) {
    let office = Office::open(db.clone()).await;
    let clerk = office.registrar().await;
    let mut holder = Holder::start(place);
    for number in [1, 2] {
        holder.tell("hold");
        opens_pages(&clerk).await;
        let act = {
            let clerk = clerk.clone();
            tokio::spawn(async move { adds(&clerk, number).await })
        };
        opens_pages(&clerk).await;
        assert!(!act.is_finished(), "it queues");
        holder.tell("free");
        let done = act.await.unwrap();
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        no_longer_announced(&clerk).await;
    }
    holder.tell("hold");
    opens_pages(&clerk).await;
    let act = {
        let clerk = clerk.clone();
        tokio::spawn(async move { adds(&clerk, 3).await })
    };
    opens_pages(&clerk).await;
    holder.dies();
    let done = act.await.unwrap();
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    no_longer_announced(&clerk).await;
    assert_eq!(office.subjects().await, 3);
    office.audited().await;
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_in_another_process_is_heard_of_on_sqlite() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    another_process_is_heard_of(db, &file.path().display().to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_in_another_process_is_heard_of_on_postgres() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    another_process_is_heard_of(db, server.url()).await;
}
