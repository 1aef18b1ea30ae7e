//! A register of more than 100,000 entries is frozen while another process strikes entries off and imports new
//! ones: the frame is the register of one moment, the one at which the freeze stands in the log.
//!
//! The other process is this very test binary, started again with `other_process`; it waits for a line.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

#[expect(dead_code, reason = "shared with stories that draw")]
mod stage;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use app::App;
use app::crypto::{StorageKey, log_key};
use app::drawing::Figures;
use app::premise::Thing;
use app::sealing::SealingKey;
use domain::id::CampaignNo;
use domain::subject::RawSubject;
use stage::{READY, acting, hex32, open};
use store::log::{TraceOf, head, trace};
use store::subject;
use store::{Db, Engine, Upgrade};
use testkit::city::{as_shown, caterer, register_number};
use testkit::clock::{FakeClock, FakeEntropy};
use testkit::engines::upgrade;
use testkit::old::OldDatabase;

const REGISTER: u32 = 100_000;
/// Entries the other process strikes off, then entries it imports.
const STRUCK: u32 = 12;
const IMPORTED: u32 = 30;

fn haulier(number: u32) -> RawSubject {
    RawSubject {
        district: "411200".to_owned(),
        pools: "渣土运输".to_owned(),
        name: format!("样例渣土运输{number:06}公司"),
        ..caterer(number)
    }
}

async fn import(app: &App, numbers: std::ops::Range<u32>) {
    let keeper = acting(app, "registrar").await;
    let unit = keeper.grants[0].unit.clone();
    let rows: Vec<RawSubject> = numbers.map(haulier).collect();
    app.import_subjects(&keeper, &unit, &rows, "样例", false)
        .await
        .unwrap();
}

/// An entry is struck off: its firm no longer exists.
async fn strike(app: &App, number: u32) {
    let keeper = acting(app, "registrar").await;
    let mut reader = app.db.read().await.unwrap();
    let found = subject::by_code(&mut reader, &register_number(number)).await;
    let id = found.unwrap().unwrap().subject.id;
    drop(reader);
    let gone = RawSubject {
        standing: "注销".to_owned(),
        ..haulier(number)
    };
    let shown = as_shown(app, Thing::Subject(&id)).await;
    let done = app.edit_subject(&keeper, &id, &shown, &gone).await;
    done.unwrap();
}

/// The system on the same database, as another process sees it: with its storage key, or it is not let in.
async fn app_on(place: &str, storage_key: &str) -> App {
    let storage_key = StorageKey::new(&hex32(storage_key));
    let entropy = Arc::new(FakeEntropy::new(20_261_202));
    let vault = SealingKey {
        key: storage_key.clone(),
        entropy: entropy.clone(),
    };
    let upgrade = Upgrade {
        vault: Arc::new(vault),
        ..upgrade()
    };
    App {
        db: Db::open_postgres(place, &upgrade).await.unwrap(),
        clock: Arc::new(FakeClock::at(2026, 12, 1, 9)),
        entropy,
        storage_key,
        log_key: log_key("demo.example/mingqian", [5; 32]).unwrap(),
    }
}

// A thread of its own waits for the line: what an act leaves to be rolled back must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test of its own: the process the story starts"]
async fn other_process() {
    let told = |name: &str| std::env::var(name).unwrap();
    let app = app_on(&told("OTHER_PLACE"), &told("OTHER_KEY")).await;
    println!("READY");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    for number in 1..=STRUCK {
        strike(&app, number * 7).await;
    }
    import(&app, REGISTER + 1..REGISTER + 1 + IMPORTED).await;
    println!("DONE");
    app.db.close().await;
}

fn start(old: &OldDatabase) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "other_process", "--ignored", "--nocapture"])
        .env("OTHER_PLACE", old.place())
        .env("OTHER_KEY", old.key("storage.key"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    hear(&mut said, "READY");
    (child, said)
}

fn hear(said: &mut BufReader<ChildStdout>, word: &str) {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if line.contains(word) {
            return;
        }
        line.clear();
    }
    panic!("the other process ended without {word}");
}

/// N over all strata of the frame.
fn pool(figures: &Figures) -> u64 {
    figures.strata.iter().map(|stratum| stratum.pool).sum()
}

#[tokio::test]
async fn a_frame_is_the_register_of_the_moment_at_which_it_stands_in_the_log() {
    let old = OldDatabase::unpack("b9b6927", Engine::Postgres);
    let app = open(&old).await;
    import(&app, 1..REGISTER + 1).await;
    let number = CampaignNo::parse(READY).unwrap();
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let stored = stored.unwrap();
    drop(reader);
    let plan = app::campaign::plan_of(&stored).unwrap();
    let unit = &stored.campaign.initiator;
    let before = app.preview_frame(&number, unit, plan).await.unwrap();
    let before = pool(&before.unwrap().figures);
    assert!(before > u64::from(REGISTER), "{before}");

    let (begun, _) = head(&mut app.db.read().await.unwrap()).await.unwrap();
    let (mut other, mut said) = start(&old);
    let drawer = acting(&app, "drawer").await;
    let shown = as_shown(&app, Thing::Campaign(&number)).await;
    writeln!(other.stdin.as_mut().unwrap(), "go").unwrap();
    app.freeze_frame(&drawer, &number, &shown).await.unwrap();
    hear(&mut said, "DONE");
    assert!(other.wait().unwrap().success());

    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let frozen = pool(&Figures::parse(&stored.unwrap().figures).unwrap());
    let newest = trace(&mut reader, &TraceOf::All, None, 100).await.unwrap();
    drop(reader);
    let at = |act: &'static str| {
        let since = newest.iter().filter(move |line| line.sequence >= begun);
        since.filter(move |line| line.act == act)
    };
    let freeze = at("campaign.freeze").next().unwrap().sequence;
    let earlier = |act: &'static str| at(act).filter(|line| line.sequence < freeze).count() as u64;
    let imported = earlier("subject.import") * u64::from(IMPORTED);
    assert_eq!(at("subject.edit").count(), STRUCK as usize);
    assert_eq!(frozen, before - earlier("subject.edit") + imported);
    assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    app.db.close().await;
}
