//! A process that is killed at any step of a job's end has done nothing or everything, and the job is then
//! taken up or marked: real processes, real SIGKILL, both engines.
//!
//! The process is this very test binary, started again as `dying_process`; it says where it stands and waits
//! there to be killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::Arc;

use app::App;
use app::job::{AfterStop, JobState, Jobs, Kind, Limits, Order, Outcome, Run, Work};
use domain::event::{Act, Actor};
use domain::id::AccountId;
use store::{Db, Engine};
use testkit::city::City;
use testkit::engines::{PostgresDatabase, SqliteFile, upgrade};

/// A line for the process that listens.
fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{word}").unwrap();
}

/// Where it is killed, in the order of a job's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    AtWork,
    Recorded,
    EndedWithin,
    Committed,
    Never,
}

const STEPS: [Step; 4] = [
    Step::AtWork,
    Step::Recorded,
    Step::EndedWithin,
    Step::Committed,
];

struct Errand {
    app: App,
    dies: Step,
    after: AfterStop,
}

impl Errand {
    async fn reaches(&self, step: Step) {
        if self.dies == step {
            say("HERE");
            std::future::pending::<()>().await;
        }
    }
}

impl Kind for Errand {
    fn name(&self) -> &'static str {
        "test.killed"
    }

    fn after_stop(&self) -> AfterStop {
        self.after
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move {
            self.reaches(Step::AtWork).await;
            let actor = Actor::program("差事");
            let event = self.app.event(Act::SubjectsExported, actor);
            let tx = self.app.db.begin("test.killed").await?;
            let mut rec = tx.record(event, self.app.confidential())?;
            self.reaches(Step::Recorded).await;
            run.finish(&mut rec.beside(), &Outcome::default()).await?;
            self.reaches(Step::EndedWithin).await;
            rec.commit().await?;
            self.reaches(Step::Committed).await;
            Ok(Outcome::default())
        })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(std::future::ready(()))
    }
}

fn process(city: &City, dies: Step, after: AfterStop) -> Jobs {
    let folder = std::env::temp_dir().join("no-results-here");
    let jobs = Jobs::new(city.app.clone(), &folder, Limits::default());
    let app = city.app.clone();
    jobs.register(Arc::new(Errand { app, dies, after }));
    jobs
}

async fn open(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, &upgrade()).await.unwrap()
    } else {
        Db::open_sqlite(place.as_ref(), &upgrade()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test of its own: the process that the stories start and kill"]
async fn dying_process() {
    let told = |name: &str| std::env::var(name).unwrap();
    let step: usize = told("DYING_STEP").parse().unwrap();
    let city = City::join(open(&told("DYING_PLACE")).await, 100 + step as u64);
    city.clock
        .advance_minutes(told("DYING_MINUTES").parse().unwrap());
    let jobs = process(&city, STEPS[step], AfterStop::Resumed);
    let order = Order {
        kind: "test.killed",
        owner: Some(AccountId::parse(&told("DYING_OWNER")).unwrap()),
        unit: None,
        about: told("DYING_ABOUT"),
        input: serde_json::json!({"version": 1}),
    };
    println!("JOB {}", jobs.start(order).await.unwrap());
    std::future::pending::<()>().await;
}

/// Runs a process up to that step and kills it there; the key of its job.
fn killed_at((step, minutes): (usize, i64), place: &str, owner: &AccountId, about: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "killed::dying_process",
            "--ignored",
            "--nocapture",
        ])
        .env("DYING_PLACE", place)
        .env("DYING_STEP", step.to_string())
        .env("DYING_OWNER", owner.as_str())
        .env("DYING_ABOUT", about)
        .env("DYING_MINUTES", minutes.to_string())
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
    id.expect("the job was ordered")
}

async fn log_size(city: &City) -> u64 {
    let mut reader = city.app.db.read().await.unwrap();
    store::log::head(&mut reader).await.unwrap().0
}

/// A bureau whose processes are killed, and how far its clock has gone.
struct Stage<'p> {
    place: &'p str,
    city: City,
    owner: AccountId,
    minutes: i64,
}

impl Stage<'_> {
    /// Killed at that step; the key of the job.
    async fn killed_at(&self, number: usize, happened: bool) -> String {
        let about = format!("{:?}", STEPS[number]);
        let before = log_size(&self.city).await;
        let at = (number, self.minutes);
        let id = killed_at(at, self.place, &self.owner, &about);
        let after = log_size(&self.city).await;
        assert_eq!(after, before + u64::from(happened), "{about}");
        id
    }

    /// The next start of the program; on PostgreSQL another machine, once the lease is over.
    async fn next_start(&mut self, number: usize, after: AfterStop) -> (Jobs, usize) {
        let jobs = process(&self.city, Step::Never, after);
        if self.city.app.db.engine() == Engine::Postgres {
            self.city.clock.advance_minutes(2);
            self.minutes += 2;
        }
        let found = jobs.recover().await.unwrap();
        jobs.settled(&format!("{:?}", STEPS[number])).await;
        (jobs, found)
    }
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn nothing_or_everything(place: &str, after: AfterStop) {
    let city = City::found(open(place).await).await;
    let mut stage = Stage {
        place,
        owner: city.account("aa", &[]).await,
        city,
        minutes: 0,
    };
    for (number, step) in STEPS.into_iter().enumerate() {
        let before = log_size(&stage.city).await;
        let happened = step == Step::Committed;
        let id = stage.killed_at(number, happened).await;
        let (jobs, found) = stage.next_start(number, after).await;
        assert_eq!(found, usize::from(!happened), "{step:?}");
        let resumed = happened || after == AfterStop::Resumed;
        let wanted = match resumed {
            true => JobState::Done,
            false => JobState::Interrupted,
        };
        let job = jobs.find(&stage.owner, &id).await.unwrap().unwrap();
        assert_eq!(job.state, wanted, "{step:?}");
        let size = log_size(&stage.city).await;
        assert_eq!(size, before + u64::from(resumed), "{step:?}: once");
    }
    let db = &stage.city.app.db;
    assert_eq!(store::audit(db).await.unwrap().faults, []);
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_at_a_step_of_a_jobs_end_leaves_nothing_or_everything_on_sqlite() {
    for after in [AfterStop::Resumed, AfterStop::Offered] {
        let file = SqliteFile::fresh();
        nothing_or_everything(&file.path().display().to_string(), after).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_at_a_step_of_a_jobs_end_leaves_nothing_or_everything_on_postgres() {
    for after in [AfterStop::Resumed, AfterStop::Offered] {
        let server = PostgresDatabase::fresh();
        nothing_or_everything(server.url(), after).await;
    }
}
