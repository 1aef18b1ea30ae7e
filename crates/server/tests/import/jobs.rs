//! The machine for long work, told with work that waits for a word: order, turn, stop, restart, end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::App;
use app::account::NewAccount;
use app::import::{Importer, Register};
use app::job::{AfterStop, JobState, Jobs, Kind, Limits, Order, Outcome, Run, Work};
use app::premise::Thing;
use app::staging::{Staging, State};
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
    let jobs = Jobs::new(city.app.clone(), &folder, limits);
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
    clerk.office.staging.claim(&import, false).await.unwrap();
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
        // He was allowed when he decided; the writing begins with what he knew then.
        let acting = office.city.acting(&clerk.account).await;
        let importer = Importer::of(&acting, Register::Subjects, &unit(2)).unwrap();
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
        office.staging.apply(&importer, id, &run).await.unwrap();
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
        assert_eq!(ended[0].state, JobState::Failed);
        let refusal = ended[0].outcome.refusal.clone().unwrap();
        assert_eq!(refusal.code, "AUTH-035", "{refusal:?}");
        assert_eq!(clerk.state(&at).await, State::Interrupted);
    })
    .await;
}
