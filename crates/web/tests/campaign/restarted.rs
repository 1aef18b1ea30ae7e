//! The server is killed in the middle of a large freeze and of a long export: real processes, real SIGKILL, both
//! engines. After the restart the export begins anew by itself; the freeze is offered again, and nothing of it
//! was written.
//!
//! The killed process is this very test binary, started again as `dying_process`; it says where it stands and
//! waits there to be killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use app::drawing::FreezeWords;
use app::job::Jobs;
use app::port::{Clock, Entropy};
use app::premise::Thing;
use app::subject::export::{Export, SUBJECT_EXPORT, Selection};
use domain::campaign::StateKind;
use domain::id::{AccountId, CampaignNo};
use domain::time::Instant;
use store::{Db, Engine};
use testkit::city::{City, as_shown};
use testkit::engines::{PostgresDatabase, SqliteFile, upgrade};

use crate::browser::{Browser, Site};
use crate::cast::Cast;
use crate::long::{kind_of, limits, narrow};

/// Says that the middle is reached, and stays there.
fn stay() -> ! {
    {
        // Given back before it stays: another thread has a line to say.
        let mut out = std::io::stdout().lock();
        writeln!(out, "HERE").unwrap();
        out.flush().unwrap();
    }
    loop {
        std::thread::park();
    }
}

/// Stays where S is made: the registers are read, nothing is kept.
struct StaysAtSecret(City);

impl Entropy for StaysAtSecret {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() == 32 {
            stay();
        }
        self.0.app.entropy.fill(bytes);
    }
}

/// Stays once the file of an export is begun.
struct StaysAtFile(City, PathBuf);

impl Clock for StaysAtFile {
    fn now(&self) -> Instant {
        let begun = std::fs::read_dir(&self.1).is_ok_and(|files| files.count() > 0);
        if begun {
            stay();
        }
        self.0.app.clock.now()
    }
}

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(place.as_ref(), &upgrade()).await.unwrap()
    }
}

// Whoever asks the time stays as well, and holds a thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
#[ignore = "not a test of its own: the process that the stories start and kill"]
async fn dying_process() {
    let told = |name: &str| std::env::var(name).unwrap();
    // Each killed process names its jobs in its own way.
    let seed = 300 + told("DYING_CAMPAIGN").len() as u64;
    let city = City::join(open(&told("DYING_PLACE")).await, seed);
    let now: i64 = told("DYING_NOW").parse().unwrap();
    city.clock.advance_ms(now - city.clock.now().unix_ms());
    let folder = PathBuf::from(told("DYING_FOLDER"));
    let owner = AccountId::parse(&told("DYING_OWNER")).unwrap();
    let acting = city.acting(&owner).await;
    let mut app = city.app.clone();
    let (id, jobs, about) = match told("DYING_CAMPAIGN").as_str() {
        "" => {
            app.clock = Arc::new(StaysAtFile(city, folder.clone()));
            let jobs = Jobs::new(app.clone(), &folder, limits());
            let all = Selection::default();
            match app.export_subjects(Some(&jobs), &acting, &all).await {
                Ok(Export::Ordered(id)) => (id, jobs, format!("{SUBJECT_EXPORT}/{owner}")),
                other => panic!("{other:?}"),
            }
        }
        number => {
            let number = CampaignNo::parse(number).unwrap();
            let shown = as_shown(&app, Thing::Campaign(&number)).await;
            app.entropy = Arc::new(StaysAtSecret(city));
            let jobs = Jobs::new(app.clone(), &folder, limits());
            let (of, words) = ((&number, &shown), FreezeWords::default());
            let ordered = app.order_freeze(&jobs, &acting, of, words, str::to_owned);
            (ordered.await.unwrap().unwrap(), jobs, number.to_string())
        }
    };
    println!("JOB {id}");
    // Never, if it stays where it is to be killed.
    jobs.settled(&about).await;
}

/// Killed in the middle of its work; the key of the job.
fn killed(place: &str, site: &Site, owner: &AccountId, campaign: &str) -> String {
    let now = site.city.clock.now().unix_ms();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "restarted::dying_process"])
        .args(["--ignored", "--nocapture"])
        .env("DYING_PLACE", place)
        .env("DYING_FOLDER", site.jobs_folder())
        .env("DYING_NOW", now.to_string())
        .env("DYING_OWNER", owner.as_str())
        .env("DYING_CAMPAIGN", campaign)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let (mut id, mut here) = (None, false);
    for line in said.lines().map_while(Result::ok) {
        here |= line.contains("HERE");
        if let Some((_, key)) = line.split_once("JOB ") {
            id = Some(key.trim().to_owned());
        }
        if here && id.is_some() {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(here, "it was in the middle");
    id.expect("the job was ordered")
}

/// The next start of the program; on PostgreSQL another machine, once the lease is over.
async fn next_start(cast: &Cast, jobs: &Jobs) {
    if cast.site.city.app.db.engine() == Engine::Postgres {
        assert_eq!(jobs.recover().await.unwrap(), 0, "its lease is not over");
        cast.site.city.clock.advance_minutes(2);
    }
    assert_eq!(jobs.recover().await.unwrap(), 1);
}

async fn export_resumes(cast: &Cast, jobs: &Jobs, clerk: &Browser, place: &str) {
    let owner = &cast.registrar.account;
    let before = cast.log_size().await;
    let id = killed(place, &cast.site, owner, "");
    let left = |folder: PathBuf| std::fs::read_dir(folder).unwrap().count();
    assert_eq!(left(cast.site.jobs_folder()), 1, "a file was begun");
    let at = format!("/w/jobs/{id}");
    assert!(clerk.get(&at).await.shows("正在办"));
    next_start(cast, jobs).await;
    jobs.settled(&format!("{SUBJECT_EXPORT}/{owner}")).await;
    let page = clerk.get(&at).await;
    assert!(
        page.shows("已办完") && page.shows("下载文件"),
        "{}",
        page.text
    );
    assert_eq!(cast.log_size().await, before);
    let file = clerk.get(&format!("{at}/file")).await;
    assert_eq!(file.text.lines().count(), 41, "whole, and once");
    jobs.upkeep().await.unwrap();
    assert_eq!(left(cast.site.jobs_folder()), 1, "the half file is gone");
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn freeze_is_offered(cast: &Cast, jobs: &Jobs, place: &str) {
    let no = cast.launched().await;
    let before = cast.log_size().await;
    let id = killed(place, &cast.site, &cast.officer_id, &no);
    let at = format!("/w/jobs/{id}");
    assert!(cast.officer.get(&at).await.shows("正在办"));
    next_start(cast, jobs).await;
    jobs.settled(&no).await;
    let page = cast.officer.get(&at).await;
    assert!(
        page.shows("已中断") && page.shows(&format!("href=\"/w/campaigns/{no}\"")),
        "{}",
        page.text
    );
    assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Launched);
    assert_eq!(cast.log_size().await, before, "nothing of it was written");
    // The campaign offers the act as before, and it is done.
    let sent = cast.press(&cast.officer, &no, "freeze", &[]).await;
    assert!(sent.location().starts_with("/w/jobs/"), "{}", sent.text);
    assert_ne!(sent.location(), at);
    jobs.settled(&no).await;
    assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Frozen);
    assert_eq!(cast.log_size().await, before + 1);
}

async fn told(place: &str) {
    let db = open(place).await;
    let (cast, web) = narrow(db.clone()).await;
    let jobs = web.jobs().unwrap();
    let clerk = cast.grant(&cast.registrar.account).await;
    export_resumes(&cast, jobs, &clerk, place).await;
    freeze_is_offered(&cast, jobs, place).await;
    let report = store::audit(&db).await.unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_a_long_export_and_in_a_large_freeze_resumes_one_and_offers_the_other_on_sqlite()
 {
    let file = SqliteFile::fresh();
    told(&file.path().display().to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_a_long_export_and_in_a_large_freeze_resumes_one_and_offers_the_other_on_postgres()
 {
    let server = PostgresDatabase::fresh();
    told(server.url()).await;
}
