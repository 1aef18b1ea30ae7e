//! Jobs that leave a file: whose they are, and how long the file stays.

use std::pin::Pin;
use std::sync::Arc;

use app::Acting;
use app::auditing::{AuditWork, Auditing, Auditor};
use app::job::{AfterStop, Job, JobState, Jobs, Kind, Limits, Order, Outcome, Run, Work};
use domain::account::Role;
use domain::id::AccountId;
use testkit::city::City;
use testkit::engines::on_both;

use crate::words::code_of;

/// Work that leaves a file of one line.
struct Report(&'static str);

impl Kind for Report {
    fn name(&self) -> &'static str {
        self.0
    }

    fn after_stop(&self) -> AfterStop {
        AfterStop::Offered
    }

    fn work(self: Arc<Self>, run: Run) -> Work {
        Box::pin(async move {
            let (jobs, job) = run.ordered()?;
            let mut file = jobs.result(&job.id).await?;
            file.write(job.about.as_bytes()).await?;
            Ok(Outcome::file(file.finish("报告.txt", 1).await?))
        })
    }

    fn stopped<'k>(&'k self, _: &'k Run) -> Pin<Box<dyn Future<Output = ()> + Send + 'k>> {
        Box::pin(std::future::ready(()))
    }
}

async fn ordered(jobs: &Jobs, kind: &'static str, owner: &AccountId, about: &str) -> String {
    let order = Order {
        kind,
        owner: Some(owner.clone()),
        unit: None,
        about: about.to_owned(),
        input: serde_json::json!({ "version": 1 }),
    };
    let id = jobs.start(order).await.unwrap();
    jobs.settled(about).await;
    id
}

const MONTHLY: &str = "test.monthly";
const YEARLY: &str = "test.yearly";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_its_owners_until_the_days_of_the_rulebook_are_over() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let mine = city.account("mine", &[(Role::Registrar, 1)]).await;
        let yours = city.account("yours", &[(Role::Registrar, 1)]).await;
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(city.app.clone(), folder.path(), Limits::default());
        jobs.register(Arc::new(Report(MONTHLY)));
        jobs.register(Arc::new(Report(YEARLY)));
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let first = ordered(&jobs, MONTHLY, &mine, "十月").await;
        city.clock.advance_minutes(1);
        let second = ordered(&jobs, MONTHLY, &mine, "十一月").await;
        let year = ordered(&jobs, YEARLY, &mine, "全年").await;
        let theirs = ordered(&jobs, MONTHLY, &yours, "十二月").await;
        let latest = async |whose: &AccountId, kinds: &[&str]| -> Vec<String> {
            let found = jobs.latest(whose, kinds).await.unwrap();
            found
                .into_iter()
                .map(|job| job.unwrap().stored.id)
                .collect()
        };
        assert_eq!(latest(&mine, &[MONTHLY]).await, [second, first.clone()]);
        assert_eq!(latest(&mine, &[YEARLY]).await, [year]);
        let their = latest(&yours, &[MONTHLY, YEARLY]).await;
        assert_eq!(their.as_slice(), std::slice::from_ref(&theirs));
        assert!(jobs.find(&mine, &theirs).await.unwrap().is_none());
        let job = jobs.find(&mine, &first).await.unwrap().unwrap();
        let file = job.outcome.file.clone().unwrap();
        assert_eq!((job.state, file.bytes, file.rows), (JobState::Done, 6, 1));
        let opened = jobs.open_result(&job).await.unwrap();
        assert_eq!(opened.whole().await.unwrap(), "十月".as_bytes());

        city.clock.advance_minutes(20 * 24 * 60);
        jobs.upkeep().await.unwrap();
        assert_eq!(files(), 4);
        std::fs::write(folder.path().join("0123.part"), "left by a killed program").unwrap();
        city.clock.advance_minutes(20 * 24 * 60);
        jobs.upkeep().await.unwrap();
        assert_eq!(files(), 0);
        assert!(jobs.find(&mine, &first).await.unwrap().is_none());
        assert_eq!(code_of(jobs.open_result(&job).await), "JOBS-006");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_on_a_full_disk_is_begun_when_there_is_room() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let mine = city.account("mine", &[(Role::Registrar, 1)]).await;
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(city.app.clone(), folder.path(), Limits::default());
        jobs.register(Arc::new(Report(MONTHLY)));
        db.found_folder(true);
        let order = Order {
            kind: MONTHLY,
            owner: Some(mine.clone()),
            unit: None,
            about: "十月".to_owned(),
            input: serde_json::json!({ "version": 1 }),
        };
        let id = jobs.start(order).await.unwrap();
        jobs.upkeep().await.unwrap();
        let stands = async || jobs.find(&mine, &id).await.unwrap().unwrap().state;
        assert_eq!(stands().await, JobState::Waiting);
        db.found_folder(false);
        jobs.upkeep().await.unwrap();
        jobs.settled("十月").await;
        assert_eq!(stands().await, JobState::Done);
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_longer_what_the_job_wrote_is_not_given_out() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = city.account("owner", &[(Role::Registrar, 1)]).await;
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(city.app.clone(), folder.path(), Limits::default());
        jobs.register(Arc::new(Report(MONTHLY)));
        let about = "样例".repeat(40_000);
        let id = ordered(&jobs, MONTHLY, &owner, &about).await;
        let job = jobs.find(&owner, &id).await.unwrap().unwrap();
        let path = folder.path();
        let mut files = std::fs::read_dir(path).unwrap();
        let path = files.next().unwrap().unwrap().path();
        let sound = jobs.open_result(&job).await.unwrap();
        assert_eq!(sound.whole().await.unwrap(), about.as_bytes());

        // Altered while a slow browser takes it: the last piece is never given.
        let mut slow = jobs.open_result(&job).await.unwrap();
        let mut given = slow.next().await.unwrap().unwrap().len();
        let other = about.replace('例', "品");
        std::fs::write(&path, &other).unwrap();
        let broken = loop {
            match slow.next().await {
                Ok(piece) => given += piece.unwrap().len(),
                Err(error) => break error,
            }
        };
        assert_eq!(code_of::<()>(Err(broken)), "JOBS-010");
        assert!(given < about.len(), "{given}");

        // Altered before anybody asks: of the same length, longer, or none of it.
        for text in [other.as_str(), &format!("{about}。"), ""] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(code_of(jobs.open_result(&job).await), "JOBS-010");
        }
        // A link in its place is not followed, whatever it leads to.
        let elsewhere = folder.path().join("elsewhere");
        std::fs::write(&elsewhere, &about).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        let refused = jobs.open_result(&job).await.err().unwrap().to_string();
        assert!(
            refused.contains("JOBS-010") && refused.contains("符号链接"),
            "{refused}"
        );
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let refused = jobs.open_result(&job).await.err().unwrap().to_string();
        assert!(refused.contains("目录"), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_export_is_told_that_and_nothing_of_how_far_the_file_is() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = city.account("owner", &[(Role::Registrar, 1)]).await;
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(city.app.clone(), folder.path(), Limits::default());
        jobs.register(Arc::new(Report(MONTHLY)));
        let id = ordered(&jobs, MONTHLY, &owner, "十月").await;
        let mut job = jobs.find(&owner, &id).await.unwrap().unwrap();
        let mut acting = city.acting(&owner).await;
        let fetch = async |acting: &Acting, job: &Job| {
            code_of(city.app.fetch_subject_export(&jobs, acting, job).await)
        };
        job.state = JobState::Running;
        let waits = fetch(&acting, &job).await;
        assert_ne!(waits, "AUTH-001");
        acting.grants.clear();
        for state in [JobState::Running, JobState::Done] {
            job.state = state;
            assert_eq!(fetch(&acting, &job).await, "AUTH-001");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_given_its_name_is_refused_and_nothing_is_left_of_it() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let folder = tempfile::tempdir().unwrap();
        let jobs = Jobs::new(city.app.clone(), folder.path(), Limits::default());
        let made = async |id: &str| {
            let mut file = jobs.result(id).await?;
            file.write("十月".as_bytes()).await?;
            file.finish("报告.txt", 1).await
        };
        let name = |id: &str, hash: &str| folder.path().join(format!("{id}.{hash}"));
        let first = made("one").await.unwrap();
        assert!(name("one", &first.sha256).is_file());
        // Something else has the name the same content is to have for the other job.
        std::fs::create_dir(name("other", &first.sha256)).unwrap();
        assert_eq!(code_of(made("other").await), "JOBS-005");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 2, "the first file and what stood in the way");
    })
    .await;
}

#[tokio::test]
async fn work_that_nobody_ordered_as_a_job_is_no_end_as_wanted() {
    struct NeverAsked;
    impl Auditor for NeverAsked {
        fn audit<'a>(&'a self, _: &'a Run) -> Auditing<'a> {
            unreachable!("there is no job to keep what it finds")
        }
    }
    let work = Arc::new(AuditWork::new(Arc::new(NeverAsked)));
    assert_eq!(code_of(work.work(Run::awaited()).await), "STOR-503");
}
