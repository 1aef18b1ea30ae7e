//! What follows by itself, after a program that died behind the last nonce: the real program is started, killed at once,
//! again and again, and started once more; REVEAL and RESULT are there once each, and nobody was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::stage::{READY, answers, open_when};
use domain::id::CampaignNo;
use store::{Engine, campaign, portal};
use testkit::clock::{FakeClock, today};
use testkit::old::OldDatabase;

const BUREAU: &str = "3e2585e";
/// How often the program is killed.
const KILLS: usize = 4;
/// How often the page is asked; a draw of that bureau takes less than a second.
const LOOKS: usize = 100_000;

/// The clock of the machine, which the program obeys too.
fn clock() -> FakeClock {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let clock = FakeClock::at(2026, 1, 1, 0);
    // FREEZE names whole seconds.
    let now = i64::try_from(since.as_secs()).unwrap() * 1000;
    clock.advance_ms(now - app::port::Clock::now(&clock).unix_ms());
    clock
}

fn command(old: &OldDatabase, engine: Engine, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mingqian"));
    command.args(words).arg("--data").arg(old.folder());
    // The databases of earlier builds rest for as long as they are kept.
    command.args(["--accept-clock", &today()]);
    command.env_remove("MINGQIAN_DATABASE");
    if engine == Engine::Postgres {
        command.env("MINGQIAN_DATABASE", old.place());
    }
    command
}

/// The program, serving; killed without a word when it goes.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(old: &OldDatabase, engine: Engine) -> Self {
        let mut command = command(old, engine, &["serve", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let address = &self.address;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The kinds of public records of the campaign, in their order.
async fn records(old: &OldDatabase) -> Vec<String> {
    let (app, _) = open_when(old, clock()).await;
    let mut reader = app.db.read().await.unwrap();
    let number = CampaignNo::parse(READY).unwrap();
    let stored = campaign::by_number(&mut reader, &number).await.unwrap();
    let records = portal::records_of(&mut reader, &stored).await.unwrap();
    drop(reader);
    app.db.close().await;
    records
        .into_iter()
        .map(|line| line.kind.to_owned())
        .collect()
}

async fn told(engine: Engine) {
    let old = OldDatabase::unpack(BUREAU, engine);
    // It migrates, by the clock of the machine.
    drop(Server::start(&old, engine));
    let (app, _) = open_when(&old, clock()).await;
    answers(&app, READY).await;
    app.db.close().await;
    assert_eq!(records(&old).await, ["plan", "freeze"]);
    for _ in 0..KILLS {
        drop(Server::start(&old, engine));
    }
    let server = Server::start(&old, engine);
    let bundle = format!("/draw/{READY}/bundle.zip");
    let mut looks = (0..LOOKS).map(|_| server.get(&bundle));
    assert!(
        looks.any(|page| page.starts_with("HTTP/1.1 200")),
        "{}",
        server.get(&format!("/draw/{READY}"))
    );
    drop(server);
    let mut seen = records(&old).await;
    seen.retain(|kind| kind != "plan");
    assert_eq!(seen, ["freeze", "reveal", "result"]);
    let audited = command(&old, engine, &["audit"]).output().unwrap();
    let said = String::from_utf8_lossy(&audited.stdout);
    assert!(audited.status.success(), "{said}");
}

#[tokio::test]
async fn a_program_killed_behind_the_last_nonce_draws_once_when_it_is_started_again_on_sqlite() {
    told(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_program_killed_behind_the_last_nonce_draws_once_when_it_is_started_again_on_postgres() {
    told(Engine::Postgres).await;
}
