//! The machine for long work, told with work that waits for a word: order, turn, stop, restart, end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::App;
use app::account::NewAccount;
use app::job::{AfterStop, JobState, Jobs, Kind, Limits, Order, Outcome, Run, Work};
use app::premise::Thing;
use app::staging::{Staging, State};
use axum::http::StatusCode;
use domain::account::{Grant, Role};
use domain::event::{Act, Actor};
use domain::id::AccountId;
use store::{Db, Engine};
use testkit::city::{City, as_shown, unit};
use testkit::engines::on_both;
use tokio::sync::{Notify, Semaphore};

use crate::office::{Clerk, Office, caterers};

/// Where a process dies on the way out of its act.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dies {
    Never,
    BeforeItsEnd,
    BeforeTheCommit,
    AfterTheCommit,
}

/// Work that begins when it is told to, and ends with an event.
struct Errand {
    dies: Dies,
    died: Notify,
    at_work: Notify,
    after: AfterStop,
    app: App,
    begun: AtomicU64,
    stopped: AtomicU64,
    word: Semaphore,
    panics: bool,
    /// What it writes into its file, if it leaves one instead of an event.
    file: Option<&'static str>,
    /// Whether it holds a view of the database as long as it works.
    views: bool,
}

impl Errand {
    fn new(app: &App, after: AfterStop) -> Arc<Self> {
        Arc::new(Self {
            after,
            app: app.clone(),
            begun: AtomicU64::new(0),
            stopped: AtomicU64::new(0),
            word: Semaphore::new(0),
            panics: false,
            file: None,
            views: false,
            dies: Dies::Never,
            died: Notify::new(),
            at_work: Notify::new(),
        })
    }

    /// The process is gone: it never comes back from here.
    async fn die_at(&self, here: Dies) {
        if self.dies == here {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl Kind for Errand {
    fn name(&self) -> &'static str {
        "test.errand"
    }

    fn after_stop(&self) -> AfterStop {
        self.after
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::SeqCst);
            self.at_work.notify_one();
            run.enter("走到一半", Some(10));
            run.reach(5);
            let _view = match self.views {
                true => Some(self.app.db.read().await?),
                false => None,
            };
            if let Some(text) = self.file {
                let (jobs, job) = run.ordered()?;
                let id = job.id.as_str();
                let mut file = jobs.result(id).await?;
                file.write(text.as_bytes()).await?;
                self.word.acquire().await.unwrap().forget();
                return Ok(Outcome::file(file.finish("差事.txt", 1).await?));
            }
            self.word.acquire().await.unwrap().forget();
            assert!(!self.panics, "an errand that breaks");
            run.checkpoint()?;
            let event = self
                .app
                .event(Act::SubjectsExported, Actor::program("差事"));
            let tx = self.app.db.begin("test.errand").await?;
            let mut rec = tx.record(event, self.app.confidential())?;
            if self.dies == Dies::BeforeItsEnd {
                drop(rec);
                self.die_at(Dies::BeforeItsEnd).await;
                return Ok(Outcome::default());
            }
            run.finish(&mut rec.beside(), &Outcome::default()).await?;
            if self.dies == Dies::BeforeTheCommit {
                drop(rec);
                self.die_at(Dies::BeforeTheCommit).await;
                return Ok(Outcome::default());
            }
            rec.commit().await?;
            self.die_at(Dies::AfterTheCommit).await;
            Ok(Outcome::default())
        })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(async move {
            self.stopped.fetch_add(1, Ordering::SeqCst);
        })
    }
}

fn order(owner: &AccountId, about: &str) -> Order {
    Order {
        kind: "test.errand",
        owner: Some(owner.clone()),
        unit: None,
        about: about.to_owned(),
        input: serde_json::json!({"version": 1}),
    }
}

/// A process: its jobs and its errand.
fn process(city: &City, limits: Limits, after: AfterStop) -> (Jobs, Arc<Errand>) {
    let folder = std::env::temp_dir().join("no-results-here");
    process_in(city, &folder, limits, after)
}

fn process_in(
    city: &City,
    folder: &std::path::Path,
    limits: Limits,
    after: AfterStop,
) -> (Jobs, Arc<Errand>) {
    let jobs = Jobs::new(city.app.clone(), folder, limits);
    let errand = Errand::new(&city.app, after);
    jobs.register(errand.clone());
    (jobs, errand)
}

async fn state(jobs: &Jobs, owner: &AccountId, id: &str) -> JobState {
    jobs.find(owner, id).await.unwrap().unwrap().state
}

async fn log_size(city: &City) -> u64 {
    let mut reader = city.app.db.read().await.unwrap();
    store::log::head(&mut reader).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_carried_out_once_in_its_turn_and_seen_by_its_owner_alone() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let one = city.account("aa", &[]).await;
        let other = city.account("bb", &[]).await;
        let limits = Limits {
            at_once: 1,
            waiting: 1,
            ..Limits::default()
        };
        let (jobs, errand) = process(&city, limits, AfterStop::Offered);
        let first = jobs.start(order(&one, "x")).await.unwrap();
        let again = jobs.start(order(&one, "x")).await.unwrap();
        assert_eq!(first, again, "the same order while it is under way");
        let second = jobs.start(order(&one, "y")).await.unwrap();
        let refused = jobs.start(order(&other, "z")).await.unwrap_err();
        assert!(refused.to_string().contains("JOBS-001"), "{refused}");
        assert_eq!(state(&jobs, &one, &second).await, JobState::Waiting);
        assert!(jobs.find(&other, &first).await.unwrap().is_none());
        assert!(jobs.cancel(&other, &first).await.is_err());
        let before = log_size(&city).await;
        errand.word.add_permits(2);
        jobs.settled("x").await;
        jobs.settled("y").await;
        assert_eq!(state(&jobs, &one, &first).await, JobState::Done);
        assert_eq!(state(&jobs, &one, &second).await, JobState::Done);
        assert_eq!(log_size(&city).await, before + 2);
        let late = jobs.start(order(&one, "x")).await.unwrap();
        assert_ne!(late, first, "what has ended is ordered anew");
        errand.word.add_permits(1);
        jobs.settled("x").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_obeyed_in_the_queue_at_once_and_at_work_between_two_parts() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = city.account("aa", &[]).await;
        let limits = Limits {
            at_once: 1,
            waiting: 4,
            ..Limits::default()
        };
        let (jobs, errand) = process(&city, limits, AfterStop::Offered);
        let running = jobs.start(order(&owner, "x")).await.unwrap();
        errand.at_work.notified().await;
        let waiting = jobs.start(order(&owner, "y")).await.unwrap();
        let before = log_size(&city).await;
        jobs.cancel(&owner, &waiting).await.unwrap();
        assert_eq!(state(&jobs, &owner, &waiting).await, JobState::Canceled);
        jobs.cancel(&owner, &running).await.unwrap();
        errand.word.add_permits(1);
        jobs.settled("x").await;
        let ended = jobs.find(&owner, &running).await.unwrap().unwrap();
        assert_eq!(ended.state, JobState::Canceled);
        assert_eq!(ended.outcome.refusal.unwrap().code, "JOBS-003");
        assert_eq!(log_size(&city).await, before, "nothing was written");
        assert_eq!(errand.stopped.load(Ordering::SeqCst), 2);
        jobs.cancel(&owner, &running).await.unwrap();
        let done = jobs.start(order(&owner, "z")).await.unwrap();
        errand.word.add_permits(1);
        jobs.settled("z").await;
        let late = jobs.cancel(&owner, &done).await.unwrap_err();
        assert!(late.to_string().contains("JOBS-004"), "{late}");
    })
    .await;
}

/// Where a process that stops in the middle is known to be dead: SQLite has one server, PostgreSQL
/// waits for the end of its lease.
async fn given_up(db: &Db, city: &City, jobs: &Jobs) {
    if db.engine() == Engine::Postgres {
        assert_eq!(jobs.recover().await.unwrap(), 0, "its lease still runs");
        city.clock.advance_minutes(2);
    }
    assert_eq!(jobs.recover().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_process_left_begins_anew_and_counts_once() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let owner = city.account("aa", &[]).await;
        let (dead, slow) = process(&city, Limits::default(), AfterStop::Resumed);
        let id = dead.start(order(&owner, "x")).await.unwrap();
        slow.at_work.notified().await;
        let (living, errand) = process(&city, Limits::default(), AfterStop::Resumed);
        let before = log_size(&city).await;
        given_up(&db, &city, &living).await;
        errand.word.add_permits(1);
        living.settled("x").await;
        assert_eq!(state(&living, &owner, &id).await, JobState::Done);
        assert_eq!(log_size(&city).await, before + 1);
        // The process taken for dead wakes up in the middle of its act: the act is given up.
        slow.word.add_permits(1);
        dead.settled("x").await;
        assert_eq!(log_size(&city).await, before + 1, "not a second time");
        let told = slow.stopped.load(Ordering::SeqCst);
        assert_eq!(told, 0, "how it ends is no business of the overtaken one");
        assert_eq!(state(&living, &owner, &id).await, JobState::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_at_any_step_of_the_end_has_done_nothing_or_all() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let owner = city.account("aa", &[]).await;
        for dies in [
            Dies::BeforeItsEnd,
            Dies::BeforeTheCommit,
            Dies::AfterTheCommit,
        ] {
            let (dead, _) = process(&city, Limits::default(), AfterStop::Resumed);
            let errand = Arc::new(Errand {
                dies,
                ..Arc::into_inner(Errand::new(&city.app, AfterStop::Resumed)).unwrap()
            });
            dead.register(errand.clone());
            let before = log_size(&city).await;
            let id = dead.start(order(&owner, "x")).await.unwrap();
            errand.word.add_permits(1);
            errand.died.notified().await;
            let (living, next) = process(&city, Limits::default(), AfterStop::Resumed);
            if dies == Dies::AfterTheCommit {
                city.clock.advance_minutes(2);
                assert_eq!(living.recover().await.unwrap(), 0, "it has happened");
            } else {
                assert_eq!(log_size(&city).await, before, "nothing has happened");
                given_up(&db, &city, &living).await;
                next.word.add_permits(1);
                living.settled("x").await;
            }
            assert_eq!(state(&living, &owner, &id).await, JobState::Done);
            assert_eq!(log_size(&city).await, before + 1, "once");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_up_is_marked_and_a_sign_of_life_keeps_it() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let owner = city.account("aa", &[]).await;
        let (first, slow) = process(&city, Limits::default(), AfterStop::Offered);
        let id = first.start(order(&owner, "x")).await.unwrap();
        slow.at_work.notified().await;
        let (second, errand) = process(&city, Limits::default(), AfterStop::Offered);
        city.clock.advance_minutes(2);
        first.beat().await.unwrap();
        second.upkeep().await.unwrap();
        assert!(state(&second, &owner, &id).await.is_under_way());
        city.clock.advance_minutes(2);
        second.upkeep().await.unwrap();
        assert_eq!(state(&second, &owner, &id).await, JobState::Interrupted);
        assert_eq!(errand.stopped.load(Ordering::SeqCst), 1);
        assert_eq!(errand.begun.load(Ordering::SeqCst), 0);
        let before = log_size(&city).await;
        first.beat().await.unwrap();
        slow.word.add_permits(1);
        first.settled("x").await;
        assert_eq!(log_size(&city).await, before, "the overtaken one stopped");
        assert_eq!(state(&second, &owner, &id).await, JobState::Interrupted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_breaks_does_not_break_the_machine_and_old_ends_are_forgotten() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = city.account("aa", &[]).await;
        let (jobs, _) = process(&city, Limits::default(), AfterStop::Offered);
        let breaking = Errand {
            panics: true,
            ..Arc::into_inner(Errand::new(&city.app, AfterStop::Offered)).unwrap()
        };
        breaking.word.add_permits(1);
        jobs.register(Arc::new(breaking));
        let broken = jobs.start(order(&owner, "x")).await.unwrap();
        jobs.settled("x").await;
        assert_eq!(state(&jobs, &owner, &broken).await, JobState::Interrupted);
        // What it had to say may be what somebody typed: it stands on no page and in no row.
        let stored = jobs.find(&owner, &broken).await.unwrap().unwrap().stored;
        let kept = stored.outcome;
        assert!(
            kept.contains("JOBS-008") && !kept.contains("errand"),
            "{kept}"
        );
        let sound = Errand::new(&city.app, AfterStop::Offered);
        sound.word.add_permits(1);
        jobs.register(sound);
        let next = jobs.start(order(&owner, "x")).await.unwrap();
        jobs.settled("x").await;
        assert_eq!(state(&jobs, &owner, &next).await, JobState::Done);
        city.clock.advance_minutes(29 * 24 * 60);
        jobs.upkeep().await.unwrap();
        assert_eq!(state(&jobs, &owner, &next).await, JobState::Done);
        city.clock.advance_minutes(2 * 24 * 60);
        jobs.upkeep().await.unwrap();
        assert!(jobs.find(&owner, &next).await.unwrap().is_none());
    })
    .await;
}

/// An upload that is compared and decided, before anybody writes it.
async fn decided(clerk: &Clerk) -> String {
    let at = clerk.upload("a.csv", &caterers(1, 3)).await;
    clerk.confirm(&at, &[("all-district", "411202")]).await;
    let import = clerk.import(&at).await;
    clerk
        .office
        .staging
        .claim(&import, &import.premise_to_write(), false)
        .await
        .unwrap();
    at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_right_before_the_end_writes_nothing() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let chief = NewAccount {
            login: "anquan".to_owned(),
            name: "安全管理员".to_owned(),
            password: testkit::city::PASSWORD.to_owned(),
            grants: vec![Grant {
                role: Role::SecurityAdmin,
                unit: unit(0),
            }],
        };
        let chief = office.city.app.install_account(chief, false).await.unwrap();
        let chief = office.city.acting(&chief).await;
        let clerk = office.registrar().await;
        let at = decided(&clerk).await;
        // He was allowed when he decided.
        let grant = Grant {
            role: Role::Registrar,
            unit: unit(2),
        };
        let app = &office.city.app;
        let shown = as_shown(app, Thing::Account(&clerk.account)).await;
        app.revoke_role(&chief, &clerk.account, &shown, &grant)
            .await
            .unwrap();
        let id = at.rsplit('/').next().unwrap();
        let run = Staging::counter();
        office.staging.apply(id, &run).await.unwrap();
        assert_eq!(office.subjects().await, 0);
        let left = clerk.import(&at).await;
        assert_eq!(left.state, State::Previewed);
        assert_eq!(left.summary.refusal.unwrap().code, "AUTH-001");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_of_a_closed_account_ends_refused() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let chief = office.clerk("xitong", &[(Role::SystemAdmin, 0)]).await;
        let chief = office.city.acting(&chief.account).await;
        let clerk = office.registrar().await;
        let at = decided(&clerk).await;
        let app = &office.city.app;
        let shown = as_shown(app, Thing::Account(&clerk.account)).await;
        app.set_account_active(&chief, &clerk.account, &shown, false)
            .await
            .unwrap();
        let id = at.rsplit('/').next().unwrap();
        office.staging.start_applying(id).await.unwrap();
        clerk.settle(&at).await;
        assert_eq!(office.subjects().await, 0);
        let jobs = office.staging.jobs();
        let ended = jobs
            .latest(&clerk.account, &["import.apply"])
            .await
            .unwrap();
        let ended = ended[0].as_ref().unwrap();
        assert_eq!(ended.state, JobState::Failed);
        let refusal = ended.outcome.refusal.clone().unwrap();
        assert_eq!(refusal.code, "AUTH-035", "{refusal:?}");
        assert_eq!(clerk.state(&at).await, State::Interrupted);
    })
    .await;
}

/// What a job is changed by, for a process built from scratch.
fn errand(city: &City, change: impl FnOnce(&mut Errand)) -> Arc<Errand> {
    let mut errand = Arc::into_inner(Errand::new(&city.app, AfterStop::Resumed)).unwrap();
    change(&mut errand);
    Arc::new(errand)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_jobs_are_wished_for_pages_keep_their_readers() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let owner = city.account("aa", &[]).await;
        let limits = Limits {
            at_once: 100,
            ..Limits::default()
        };
        let (jobs, _) = process(&city, limits, AfterStop::Offered);
        let viewing = errand(&city, |errand| errand.views = true);
        jobs.register(viewing.clone());
        for number in 0..20 {
            jobs.start(order(&owner, &number.to_string()))
                .await
                .unwrap();
        }
        while viewing.begun.load(Ordering::SeqCst) < Db::LONG_VIEWS as u64 {
            tokio::task::yield_now().await;
        }
        // As many pages as there are readers left read at the same time.
        let mut views = Vec::new();
        for _ in 0..Db::LONG_VIEWS {
            views.push(db.read().await.unwrap());
        }
        assert_eq!(viewing.begun.load(Ordering::SeqCst), Db::LONG_VIEWS as u64);
        drop(views);
        viewing.word.add_permits(20);
        for number in 0..20 {
            jobs.settled(&number.to_string()).await;
        }
        assert_eq!(viewing.begun.load(Ordering::SeqCst), 20);
    })
    .await;
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_a_job_is_that_of_the_process_that_ended_it_and_goes_after_its_days() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let owner = city.account("aa", &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let start = |text| {
            let (jobs, _) = process_in(&city, folder.path(), Limits::default(), AfterStop::Resumed);
            let errand = errand(&city, |errand| errand.file = Some(text));
            jobs.register(errand.clone());
            (jobs, errand)
        };
        let (dead, slow) = start("迟到的");
        let id = dead.start(order(&owner, "x")).await.unwrap();
        slow.at_work.notified().await;
        let (living, quick) = start("算数的");
        given_up(&db, &city, &living).await;
        quick.at_work.notified().await;
        while files(folder.path()) < 2 {
            tokio::task::yield_now().await;
        }
        living.upkeep().await.unwrap();
        assert_eq!(files(folder.path()), 2, "each writes a file of its own");
        quick.word.add_permits(1);
        living.settled("x").await;
        slow.word.add_permits(1);
        dead.settled("x").await;
        let job = living.find(&owner, &id).await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Done);
        let file = living.open_result(&job).await.unwrap();
        assert_eq!(file.whole().await.unwrap(), "算数的".as_bytes());
        living.upkeep().await.unwrap();
        assert_eq!(files(folder.path()), 1, "the other one is swept away");
        city.adopt("story", &[("retention.job_days", "10")]).await;
        city.clock.advance_minutes(9 * 24 * 60);
        living.upkeep().await.unwrap();
        assert_eq!(files(folder.path()), 1);
        city.clock.advance_minutes(2 * 24 * 60);
        living.upkeep().await.unwrap();
        assert_eq!(files(folder.path()), 0);
        assert!(living.find(&owner, &id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_the_program_is_taken_up_like_any_other_and_belongs_to_nobody() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let somebody = city.account("aa", &[]).await;
        let (dead, slow) = process(&city, Limits::default(), AfterStop::Resumed);
        let own = Order {
            owner: None,
            ..order(&somebody, "x")
        };
        let id = dead.start(own.clone()).await.unwrap();
        assert_eq!(
            dead.start(own).await.unwrap(),
            id,
            "the same while under way"
        );
        slow.at_work.notified().await;
        let (living, errand) = process(&city, Limits::default(), AfterStop::Resumed);
        let before = log_size(&city).await;
        given_up(&db, &city, &living).await;
        errand.word.add_permits(1);
        living.settled("x").await;
        assert_eq!(log_size(&city).await, before + 1);
        assert!(living.find(&somebody, &id).await.unwrap().is_none());
        assert!(living.cancel(&somebody, &id).await.is_err());
        let mut reader = db.read().await.unwrap();
        let stored = store::job::get(&mut reader, &id).await.unwrap().unwrap();
        assert_eq!((stored.state.as_str(), stored.account), ("done", None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_set_back_before_the_end_lets_nothing_be_written() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = city.account("aa", &[]).await;
        let (jobs, errand) = process(&city, Limits::default(), AfterStop::Offered);
        let id = jobs.start(order(&owner, "x")).await.unwrap();
        errand.at_work.notified().await;
        let before = log_size(&city).await;
        city.clock.advance_minutes(-3 * 24 * 60);
        errand.word.add_permits(1);
        jobs.settled("x").await;
        assert_eq!(log_size(&city).await, before);
        let ended = jobs.find(&owner, &id).await.unwrap().unwrap();
        assert_eq!(ended.state, JobState::Failed);
        assert_eq!(ended.outcome.refusal.unwrap().code, "STOR-425");
        assert_eq!(errand.stopped.load(Ordering::SeqCst), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nothing_names_is_cleared_without_a_restart_by_a_job_of_the_program() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        let lie = |name: &str| std::fs::write(office.uploads().join(name), b"x").unwrap();
        let tidied = async || {
            office.staging.upkeep().await.unwrap();
            office.staging.tidied().await;
        };
        lie("0123456789abcdef.part");
        lie("nobodys");
        tidied().await;
        assert_eq!(office.files(), 0);
        let ended = async || {
            let mut reader = db.read().await.unwrap();
            let ended = store::job::ended_before(&mut reader, i64::MAX).await;
            ended.unwrap()
        };
        let before = ended().await;
        // Not again within the hour; after it again.
        lie("nobodys");
        tidied().await;
        assert_eq!(office.files(), 1);
        assert_eq!(ended().await, before);
        let incoming = office.staging.incoming().await.unwrap();
        office.city.clock.advance_minutes(60);
        tidied().await;
        assert_eq!(office.files(), 1, "what is on its way is left alone");
        let after = ended().await;
        assert_eq!(
            after.len(),
            before.len(),
            "the row of the last time is enough"
        );
        assert_ne!(after, before);
        drop(incoming);
        assert_eq!(office.files(), 0);
        office.city.clock.advance_minutes(31 * 24 * 60);
        tidied().await;
        let mut reader = db.read().await.unwrap();
        let id = at.rsplit('/').next().unwrap();
        let left = store::import::get(&mut reader, id).await.unwrap();
        assert_eq!(left, None, "an old upload is forgotten");
    })
    .await;
}

/// A row of somebody's export, as another program or a hand might have written it.
fn row(clerk: &Clerk, (id, state, outcome): (&str, &str, &str)) -> store::job::StoredJob {
    let now_ms = clerk.office.city.app.clock.now().unix_ms();
    store::job::StoredJob {
        id: id.to_owned(),
        kind: "subject.export".to_owned(),
        account: Some(clerk.account.clone()),
        unit: None,
        about: "subject.export/x".to_owned(),
        fingerprint: id.to_owned(),
        state: state.to_owned(),
        stage: String::new(),
        done: 0,
        total: None,
        input: "{}".to_owned(),
        outcome: outcome.to_owned(),
        stop_asked: false,
        holder: String::new(),
        lease_until_ms: 0,
        started_at_ms: now_ms,
        updated_at_ms: now_ms,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_cannot_be_read_are_named_and_the_rest_of_the_list_works() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let mut scratch = db.scratch().await.unwrap();
        for job in [
            ("aaaa", "done", ""),
            ("bbbb", "half-done", ""),
            ("cccc", "done", "{\"version\": 99}"),
            ("dddd", "done", "no json"),
        ] {
            let added = store::job::add(&mut scratch.inside(), &row(&clerk, job)).await;
            added.unwrap();
        }
        scratch.commit().await.unwrap();
        let list = clerk.get("/w/jobs").await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        assert!(list.shows("/w/jobs/aaaa") && list.shows("已办完"));
        for id in ["bbbb", "cccc", "dddd"] {
            assert!(list.shows(&format!("记录读不出：{id}")), "{}", list.text);
            let page = clerk.get(&format!("/w/jobs/{id}")).await;
            assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
            assert!(page.shows("JOBS-007") && page.shows(id), "{}", page.text);
        }
        // The upkeep is not stopped by them, and they go when their days are over.
        office.city.clock.advance_minutes(31 * 24 * 60);
        office.staging.upkeep().await.unwrap();
        let mut reader = db.read().await.unwrap();
        let left = store::job::get(&mut reader, "bbbb").await.unwrap();
        assert_eq!(left, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_that_cannot_be_read_is_named() {
    on_both(|db| async move {
        let office = Office::open(db.clone()).await;
        let clerk = office.registrar().await;
        let key = "0".repeat(32);
        let press = store::Press::new(key.clone(), clerk.account.clone(), String::new(), 0);
        let mut scratch = db.scratch().await.unwrap();
        let outside = "https://x.example";
        store::session::keep_answer(&mut scratch.inside(), &press, outside)
            .await
            .unwrap();
        scratch.commit().await.unwrap();
        let seen = clerk.get(&format!("/w/submissions/{key}")).await;
        assert_eq!(seen.status, StatusCode::CONFLICT, "{}", seen.text);
        assert!(seen.shows("FORM-014") && seen.shows(&key), "{}", seen.text);
    })
    .await;
}
