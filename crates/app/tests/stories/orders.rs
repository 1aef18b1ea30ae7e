//! Jobs: how many wait, who may stop one, what is told of its end, and what is left of it.

use std::pin::Pin;
use std::sync::Arc;

use app::AppError;
use app::job::{AfterStop, JobState, Jobs, Kind, Limits, Order, Outcome, Run, Work};
use domain::account::Role;
use domain::id::AccountId;
use domain::refusal::Code;
use testkit::city::City;
use testkit::engines::on_both;
use tokio::sync::Semaphore;

use crate::words::{code_of, leaves};

static NO: Code = Code::new("TEST-002", "不行。", None, "换一个。");

/// Work that waits for a permit, then goes on, stops where it is asked to, or is refused.
struct Gated {
    gate: Arc<Semaphore>,
    refuse: bool,
}

const WAITS: &str = "test.waits";
const REFUSES: &str = "test.refuses";

impl Kind for Gated {
    fn name(&self) -> &'static str {
        if self.refuse { REFUSES } else { WAITS }
    }

    fn after_stop(&self) -> AfterStop {
        AfterStop::Offered
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move {
            run.enter("等", Some(2));
            run.reach(1);
            self.gate.acquire().await.unwrap().forget();
            run.checkpoint()?;
            if self.refuse {
                return Err(AppError::from(NO.refuse(&[])));
            }
            Ok(Outcome::default())
        })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(std::future::ready(()))
    }
}

struct Office {
    city: City,
    jobs: Jobs,
    gate: Arc<Semaphore>,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn open(db: store::Db, waiting: usize) -> Self {
        let city = City::found(db).await;
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            at_once: 1,
            waiting,
            ..Limits::default()
        };
        let jobs = Jobs::new(city.app.clone(), folder.path(), limits);
        let gate = Arc::new(Semaphore::new(0));
        for refuse in [false, true] {
            let gate = Arc::clone(&gate);
            jobs.register(Arc::new(Gated { gate, refuse }));
        }
        Self {
            city,
            jobs,
            gate,
            _folder: folder,
        }
    }

    async fn account(&self, login: &str) -> AccountId {
        self.city.account(login, &[(Role::Registrar, 1)]).await
    }

    async fn order(
        &self,
        kind: &'static str,
        whose: &AccountId,
        about: &str,
    ) -> Result<String, AppError> {
        let order = Order {
            kind,
            owner: Some(whose.clone()),
            unit: None,
            about: about.to_owned(),
            input: serde_json::json!({ "version": 1, "about": about }),
        };
        self.jobs.start(order).await
    }

    async fn state(&self, whose: &AccountId, id: &str) -> (JobState, Option<String>) {
        let found = self.jobs.find(whose, id).await.unwrap().unwrap();
        (
            found.state,
            found.outcome.refusal.map(|refusal| refusal.code),
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_order_is_one_job_and_what_is_beyond_the_queue_is_refused() {
    on_both(|db| async move {
        let office = Office::open(db, 2).await;
        let me = office.account("mine").await;
        let first = office.order(WAITS, &me, "甲").await.unwrap();
        let again = office.order(WAITS, &me, "甲").await.unwrap();
        assert_eq!(first, again, "ordered twice, done once");
        // One has its turn; two more wait.
        let mut ids = vec![first];
        for about in ["乙", "丙"] {
            ids.push(office.order(WAITS, &me, about).await.unwrap());
        }
        let full = office.order(WAITS, &me, "丁").await;
        assert_eq!(code_of(full), "JOBS-001");
        office.gate.add_permits(3);
        for about in ["甲", "乙", "丙"] {
            office.jobs.settled(about).await;
        }
        for id in &ids {
            assert_eq!(office.state(&me, id).await, (JobState::Done, None));
        }
        let free = office.order(WAITS, &me, "甲").await.unwrap();
        assert!(!ids.contains(&free), "what has ended is done anew");
        office.gate.add_permits(1);
        office.jobs.settled("甲").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_stopped_by_its_owner_alone_whether_it_waits_or_runs() {
    on_both(|db| async move {
        let office = Office::open(db, 5).await;
        let (me, you) = (office.account("mine").await, office.account("yours").await);
        let running = office.order(WAITS, &me, "甲").await.unwrap();
        let waiting = office.order(WAITS, &me, "乙").await.unwrap();
        for id in [&running, &waiting] {
            let foreign = office.jobs.cancel(&you, id).await;
            assert_eq!(code_of(foreign), "STOR-404");
        }
        office.jobs.cancel(&me, &waiting).await.unwrap();
        office.jobs.settled("乙").await;
        let stopped = (JobState::Canceled, Some("JOBS-003".to_owned()));
        assert_eq!(office.state(&me, &waiting).await, stopped);
        assert!(office.jobs.run_about("甲").is_some(), "the other goes on");
        office.jobs.cancel(&me, &running).await.unwrap();
        office.gate.add_permits(1);
        office.jobs.settled("甲").await;
        assert_eq!(office.state(&me, &running).await.0, JobState::Canceled);
        office.jobs.cancel(&me, &running).await.unwrap();
        let done = office.order(WAITS, &me, "丙").await.unwrap();
        office.gate.add_permits(1);
        office.jobs.settled("丙").await;
        assert_eq!(code_of(office.jobs.cancel(&me, &done).await), "JOBS-004");
        assert_eq!(office.state(&me, &done).await, (JobState::Done, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_job_keeps_why_and_leaves_no_trace_and_an_unknown_kind_is_not_taken() {
    on_both(|db| async move {
        let office = Office::open(db, 5).await;
        let me = office.account("mine").await;
        let before = leaves(&office.city).await;
        office.gate.add_permits(1);
        let id = office.order(REFUSES, &me, "甲").await.unwrap();
        office.jobs.settled("甲").await;
        let refused = (JobState::Failed, Some("TEST-002".to_owned()));
        assert_eq!(office.state(&me, &id).await, refused);
        let kept = office.jobs.find(&me, &id).await.unwrap().unwrap();
        let why = kept.outcome.refusal.unwrap();
        assert_eq!(
            (why.sentence.as_str(), why.remedy.as_str()),
            ("不行。", "换一个。")
        );
        assert_eq!((kept.stored.done, kept.stored.total), (1, Some(2)));
        assert_eq!(
            code_of(office.order("test.unknown", &me, "乙").await),
            "STOR-503"
        );
        assert_eq!(leaves(&office.city).await, before);
    })
    .await;
}
