//! One press of one form is one act: in one process and in two, refused, killed, and pressed again.
//!
//! The second processes are this very test binary, started again as a child with `press_process`.

#![expect(clippy::unwrap_used, reason = "a test stops where its premise fails")]

#[path = "../../testkit/src/engines.rs"]
mod engines;
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use domain::id::AccountId;
use store::{Db, Press, StoreError, audit, log, org, session};
use support::{NOON, add_unit, bytes, event, sealing, unit};

fn account() -> AccountId {
    AccountId::from_entropy(bytes(7))
}

fn press(key: u64) -> Press {
    Press::new(format!("{key:032x}"), account(), "c".repeat(64), NOON)
}

async fn known(db: &Db, key: u64) -> Option<session::Submission> {
    let mut reader = db.read().await.unwrap();
    session::submission(&mut reader, &account(), &format!("{key:032x}"))
        .await
        .unwrap()
}

async fn leaves(db: &Db) -> u64 {
    log::head(&mut db.read().await.unwrap()).await.unwrap().0
}

#[tokio::test]
async fn the_key_is_durable_with_its_act_and_names_it() {
    engines::on_both(|db| async move {
        let mut first = press(1);
        first.location = Some("/w/units".to_owned());
        assert_eq!(first.event(), None);
        let done = add_unit(&db.pressed(&first), 1).await.unwrap();
        assert_eq!(first.event(), Some(&done.event));
        let kept = known(&db, 1).await.unwrap();
        assert_eq!(
            (kept.content, kept.location, kept.leaf),
            ("c".repeat(64), "/w/units".to_owned(), Some(done.sequence))
        );
        let again = add_unit(&db.pressed(&press(1)), 2).await;
        assert!(matches!(again, Err(StoreError::Pressed)), "{again:?}");
        assert_eq!(leaves(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_act_leaves_no_key() {
    engines::on_both(|db| async move {
        let pressed = db.pressed(&press(1));
        pressed
            .begin("test.refused")
            .await
            .unwrap()
            .abandon()
            .await
            .unwrap();
        drop(pressed.begin("test.given_up").await.unwrap());
        let mut rec = pressed
            .begin("test.dropped")
            .await
            .unwrap()
            .record(event(1), sealing(1))
            .unwrap();
        org::add(&mut rec, &unit(1)).await.unwrap();
        drop(rec);
        assert_eq!(known(&db, 1).await, None);
        add_unit(&pressed, 1).await.unwrap();
        assert_eq!(leaves(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_found_after_the_act_is_kept_beside_it_and_an_act_without_event_after_it() {
    engines::on_both(|db| async move {
        let with_event = press(1);
        add_unit(&db.pressed(&with_event), 1).await.unwrap();
        assert_eq!(known(&db, 1).await.unwrap().location, "");
        for (number, press) in [(1, with_event), (2, press(2))] {
            let mut scratch = db.scratch().await.unwrap();
            session::keep_answer(&mut scratch.inside(), &press, "/w/here")
                .await
                .unwrap();
            scratch.commit().await.unwrap();
            let kept = known(&db, number).await.unwrap();
            assert_eq!(kept.location, "/w/here");
            assert_eq!(kept.leaf.is_some(), number == 1);
        }
    })
    .await;
}

#[tokio::test]
async fn the_draft_a_colleague_has_of_the_same_form_stays_his() {
    engines::on_both(|db| async move {
        let colleague = AccountId::from_entropy(bytes(8));
        let mut scratch = db.scratch().await.unwrap();
        for (whose, fields) in [(account(), "a=mine"), (colleague.clone(), "a=his")] {
            session::keep_draft(&mut scratch.inside(), &whose, "/w/here", fields, NOON)
                .await
                .unwrap();
        }
        scratch.commit().await.unwrap();
        let mut press = press(1);
        press.draft = Some("/w/here".to_owned());
        add_unit(&db.pressed(&press), 1).await.unwrap();
        let mut reader = db.read().await.unwrap();
        for (whose, fields, at) in [(account(), "", 0), (colleague, "a=his", NOON)] {
            let draft = session::draft(&mut reader, &whose, "/w/here").await;
            assert_eq!(draft.unwrap(), Some((fields.to_owned(), at)));
        }
    })
    .await;
}

#[tokio::test]
async fn the_draft_of_the_form_is_used_up_by_the_act_alone() {
    engines::on_both(|db| async move {
        let mut scratch = db.scratch().await.unwrap();
        for form in ["/w/here", "/w/there"] {
            session::keep_draft(&mut scratch.inside(), &account(), form, "a=b", NOON)
                .await
                .unwrap();
        }
        scratch.commit().await.unwrap();
        let mut press = press(1);
        press.draft = Some("/w/here".to_owned());
        drop(db.pressed(&press).begin("test.refused").await.unwrap());
        let kept = async |form| {
            let mut reader = db.read().await.unwrap();
            let draft = session::draft(&mut reader, &account(), form).await.unwrap();
            draft.is_some_and(|(fields, _)| !fields.is_empty())
        };
        assert!(kept("/w/here").await);
        add_unit(&db.pressed(&press), 1).await.unwrap();
        assert!(!kept("/w/here").await && kept("/w/there").await);
    })
    .await;
}

// ---- two processes ----------------------------------------------------------------------------

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &engines::upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(std::path::Path::new(place), &engines::upgrade())
            .await
            .unwrap()
    }
}

#[tokio::test]
#[ignore = "not a test of its own: the child process that the stories of two processes start"]
async fn press_process() {
    let db = open(&std::env::var("PRESS_PLACE").unwrap()).await;
    let first: u64 = std::env::var("PRESS_UNITS").unwrap().parse().unwrap();
    println!("READY");
    for line in std::io::stdin().lock().lines() {
        let key: u64 = line.unwrap().trim().parse().unwrap();
        let done = add_unit(&db.pressed(&press(key)), first + key).await;
        let mut out = std::io::stdout().lock();
        match done {
            Ok(done) => writeln!(out, "DONE {}", done.sequence).unwrap(),
            Err(StoreError::Pressed) => writeln!(out, "PRESSED").unwrap(),
            Err(other) => writeln!(out, "FAILED {other}").unwrap(),
        }
        out.flush().unwrap();
    }
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(place: &str, units: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "press_process", "--ignored", "--nocapture"])
            .env("PRESS_PLACE", place)
            .env("PRESS_UNITS", units.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut process = Self {
            child,
            input,
            output: BufReader::new(output),
        };
        process.answer(&["READY"]);
        process
    }

    fn press(&mut self, key: u64) {
        writeln!(self.input, "{key}").unwrap();
        self.input.flush().unwrap();
    }

    /// The next line that begins with one of these words.
    fn answer(&mut self, words: &[&str]) -> String {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended");
            let at = words.iter().filter_map(|word| line.find(word)).min();
            if let Some(at) = at {
                return line[at..].trim().to_owned();
            }
        }
    }
}

const ANSWERS: &[&str] = &["DONE", "PRESSED", "FAILED"];

async fn two_processes_press_the_same_keys(place: &str) {
    const KEYS: u64 = 40;
    open(place).await.close().await;
    let mut pair = [Process::start(place, 1_000), Process::start(place, 2_000)];
    for key in 0..KEYS {
        for process in &mut pair {
            process.press(key);
        }
        let answers = [pair[0].answer(ANSWERS), pair[1].answer(ANSWERS)];
        let done = answers.iter().filter(|it| it.starts_with("DONE")).count();
        let pressed = answers.iter().filter(|it| *it == "PRESSED").count();
        assert_eq!((done, pressed), (1, 1), "{answers:?}");
    }
    // Killed with the act done and no answer kept: the key still names the act.
    let [mut first, mut second] = pair;
    first.press(KEYS);
    let done = first.answer(ANSWERS);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    second.press(KEYS);
    assert_eq!(second.answer(ANSWERS), "PRESSED");
    drop(second.input);
    second.child.wait().unwrap();
    let db = open(place).await;
    let kept = known(&db, KEYS).await.unwrap();
    assert_eq!((kept.location.as_str(), kept.leaf), ("", Some(KEYS)));
    assert_eq!(done, format!("DONE {KEYS}"));
    let report = audit(&db).await.unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.leaves, report.rows), (KEYS + 1, KEYS + 1));
    db.close().await;
}

#[tokio::test]
async fn two_processes_that_press_the_same_key_do_one_act_on_sqlite() {
    let file = engines::SqliteFile::fresh();
    two_processes_press_the_same_keys(&file.path().display().to_string()).await;
}

#[tokio::test]
async fn two_processes_that_press_the_same_key_do_one_act_on_postgres() {
    let server = engines::PostgresDatabase::fresh();
    two_processes_press_the_same_keys(server.url()).await;
}
