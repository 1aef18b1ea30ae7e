//! Killed at any moment, the program loses no act it has acknowledged and never forks its log; two
//! processes on one PostgreSQL append to the same log.
//!
//! The writers are this very test binary, started again as a child with `writer_process`.

#[path = "../../testkit/src/engines.rs"]
#[expect(
    dead_code,
    reason = "shared with tests that also tell stories on both engines"
)]
mod engines;
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use store::{Db, audit, log};
use support::add_unit;

/// Kills per engine.
const KILLS: u64 = 100;

/// Acts of each of two processes on one database.
const EACH: u64 = 200;

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &engines::upgrade())
            .await
            .expect("the database opens after any kill")
    } else {
        Db::open_sqlite(std::path::Path::new(place), &engines::upgrade())
            .await
            .expect("the file opens after any kill")
    }
}

#[tokio::test]
#[ignore = "not a test of its own: the child process that durability tests start and kill"]
async fn writer_process() {
    let place = std::env::var("WRITER_PLACE").expect("set by the parent");
    let first: u64 = std::env::var("WRITER_FIRST")
        .expect("set")
        .parse()
        .expect("a number");
    let count: u64 = std::env::var("WRITER_COUNT")
        .expect("set")
        .parse()
        .expect("a number");
    let db = open(&place).await;
    for number in first..first + count {
        let done = add_unit(&db, number).await.expect("appends");
        let mut out = std::io::stdout().lock();
        writeln!(out, "ACK {number} {} {}", done.sequence, done.root).expect("the parent listens");
        out.flush().expect("the parent listens");
    }
}

fn writer(place: &str, first: u64, count: u64) -> Child {
    Command::new(std::env::current_exe().expect("this binary has a path"))
        .args(["--exact", "writer_process", "--ignored", "--nocapture"])
        .env("WRITER_PLACE", place)
        .env("WRITER_FIRST", first.to_string())
        .env("WRITER_COUNT", count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("this binary starts again")
}

/// Reads acknowledgements until `most` or the end: (number, sequence, root).
fn acknowledged(child: &mut Child, most: usize) -> Vec<(u64, u64, String)> {
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let mut found = Vec::new();
    for line in out.lines().map_while(Result::ok) {
        let Some((_, rest)) = line.split_once("ACK ") else {
            continue;
        };
        let parts: Vec<&str> = rest.split(' ').collect();
        let [number, sequence, root] = parts.as_slice() else {
            continue;
        };
        found.push((
            number.parse().expect("a number"),
            sequence.parse().expect("a number"),
            (*root).to_owned(),
        ));
        if found.len() == most {
            break;
        }
    }
    found
}

fn under_way(child: &mut Child) -> bool {
    child.try_wait().expect("can be asked").is_none()
}

/// Everything acknowledged must stand at its place with its root, whatever came later.
async fn nothing_lost(db: &Db, seen: &BTreeMap<u64, String>) {
    let mut reader = db.read().await.expect("reads");
    for (sequence, root) in seen {
        let stored = log::root_after(&mut reader, *sequence)
            .await
            .expect("reads");
        assert_eq!(
            stored.map(|root| root.to_string()).as_ref(),
            Some(root),
            "leaf {sequence}"
        );
    }
}

async fn kill_again_and_again(place: &str) {
    let mut seen = BTreeMap::new();
    for kill in 0..KILLS {
        let mut child = writer(place, kill * 1_000 + 1, 1_000);
        // Between one and seven acknowledgements, then SIGKILL while the next act is under way.
        let wanted = usize::try_from(kill % 7).expect("small") + 1;
        for (_, sequence, root) in acknowledged(&mut child, wanted) {
            assert_eq!(
                seen.insert(sequence, root),
                None,
                "a sequence was given twice: a fork"
            );
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("reaped");
    }
    let db = open(place).await;
    nothing_lost(&db, &seen).await;
    let report = audit(&db).await.expect("audits");
    assert_eq!(report.faults, []);
    assert_eq!(report.rows, report.leaves, "each act left exactly its row");
    assert!(report.leaves >= seen.len() as u64 && seen.len() as u64 >= KILLS);
    db.close().await;
}

#[tokio::test]
async fn a_hundred_kills_lose_no_acknowledged_act_on_sqlite() {
    let file = engines::SqliteFile::fresh();
    kill_again_and_again(&file.path().display().to_string()).await;
}

#[tokio::test]
async fn a_hundred_kills_lose_no_acknowledged_act_on_postgres() {
    let server = engines::PostgresDatabase::fresh();
    kill_again_and_again(server.url()).await;
}

#[tokio::test]
async fn two_processes_append_to_one_log_without_fork_or_gap() {
    let server = engines::PostgresDatabase::fresh();
    open(server.url()).await.close().await;
    let mut children = [
        writer(server.url(), 1, EACH),
        writer(server.url(), 1_001, EACH),
    ];
    // A third starts again and again meanwhile: what it finds is of one moment, and nothing is wrong with it.
    while children.iter_mut().any(under_way) {
        open(server.url()).await.close().await;
    }
    let mut seen = BTreeMap::new();
    for child in &mut children {
        for (_, sequence, root) in acknowledged(child, usize::MAX) {
            assert_eq!(
                seen.insert(sequence, root),
                None,
                "one sequence for two acts"
            );
        }
        child.wait().expect("ends");
    }
    assert_eq!(
        seen.keys().copied().collect::<Vec<_>>(),
        (0..2 * EACH).collect::<Vec<_>>()
    );
    let db = open(server.url()).await;
    nothing_lost(&db, &seen).await;
    assert_eq!(audit(&db).await.expect("audits").faults, []);
    db.close().await;
}
