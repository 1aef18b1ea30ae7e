//! Long work as pages show it: a list too long for one request, a frame too large for one, and a
//! preview that nobody computes twice.

use app::job::{JobState, Limits};
use app::port::Entropy;
use app::premise::Thing;
use app::subject::export::SUBJECT_EXPORT;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::account::{Grant, Role};
use domain::campaign::StateKind;
use domain::id::CampaignNo;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Db, Reader};
use testkit::city::{City, as_shown, caterer, unit};
use testkit::engines::on_both;
use tower::ServiceExt as _;
use web::gate::WebState;

use crate::browser::{Browser, Site};
use crate::cast::Cast;

/// Ten rows are many.
pub fn limits() -> Limits {
    Limits {
        export_rows: 10,
        frame_subjects: 10,
        ..Limits::default()
    }
}

/// A site where ten rows are many.
pub async fn narrow(db: Db) -> (Cast, WebState) {
    let (site, web) = Site::open_with(db, limits()).await;
    (Cast::gather_at(site, 40, 6).await, web)
}

/// All connections for reading but one.
async fn all_but_one(db: &Db) -> Vec<Reader> {
    let mut taken = Vec::new();
    for _ in 1..2 * Db::LONG_VIEWS {
        taken.push(db.read().await.unwrap());
    }
    taken
}

/// Asks for a file and takes none of its bytes.
async fn asks_and_waits(who: &Browser, path: &str) -> axum::response::Response {
    let token = who.token.as_deref().unwrap();
    let request = Request::get(path)
        .header("host", "127.0.0.1:8080")
        .header("cookie", format!("mq={token}"))
        .body(Body::empty())
        .unwrap();
    let answer = who.site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_list_is_made_by_a_job_and_fetched_by_its_owner_under_his_present_rights() {
    on_both(|db| async move {
        let (cast, web) = narrow(db).await;
        let clerk = cast.grant(&cast.registrar.account).await;
        let before = cast.log_size().await;
        let sent = clerk.get("/w/subjects.csv").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let at = sent.location().to_owned();
        let jobs = web.jobs().unwrap();
        jobs.settled(&format!("{SUBJECT_EXPORT}/{}", cast.registrar.account))
            .await;
        let page = clerk.get(&at).await;
        assert!(
            page.shows("已办完") && page.shows("下载文件"),
            "{}",
            page.text
        );
        assert!(page.shows("<dd>40</dd>"), "{}", page.text);
        assert!(clerk.get("/w/jobs").await.shows(&at));
        assert_eq!(cast.log_size().await, before, "making it is no act yet");
        let path = format!("{at}/file");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let id = at.rsplit('/').next().unwrap();
            let owner = &cast.registrar.account;
            let job = jobs.find(owner, id).await.unwrap().unwrap();
            let sha256 = job.outcome.file.unwrap().sha256;
            let kept = cast.site.jobs_folder().join(format!("{id}.{sha256}"));
            let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            // Whoever rewrites it has it refused by its name, and nothing went out.
            let text = std::fs::read(&kept).unwrap();
            std::fs::write(&kept, "名称\n别家店\n").unwrap();
            let refused = clerk.get(&path).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
            assert!(refused.shows("JOBS-010"), "{}", refused.text);
            assert_eq!(cast.log_size().await, before);
            std::fs::write(&kept, text).unwrap();
        }
        let file = clerk.get(&path).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.text.starts_with('\u{feff}'));
        assert_eq!(file.text.lines().count(), 41);
        assert_eq!(cast.log_size().await, before + 1, "every fetching is one");
        for stranger in [&cast.initiator, &cast.officer] {
            for path in [&at, &path] {
                assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND);
            }
        }
        // Short enough for one request: the answer is the file itself.
        let short = clerk.get("/w/subjects.csv?q=0001%E5%BA%97").await;
        assert_eq!(
            (short.status, short.text.lines().count()),
            (StatusCode::OK, 2)
        );
        lost_right(&cast, &clerk, &path).await;
    })
    .await;
}

/// Whoever may no longer export gets nothing, though the file lies there.
async fn lost_right(cast: &Cast, clerk: &Browser, path: &str) {
    let city = &cast.site.city;
    let chief = city.account("anquan", &[(Role::SecurityAdmin, 0)]).await;
    let chief = city.acting(&chief).await;
    let other = Grant {
        role: Role::Initiator,
        unit: unit(4),
    };
    let account = &cast.registrar.account;
    let app = &city.app;
    let grant = Grant {
        role: Role::Registrar,
        unit: unit(1),
    };
    let shown = as_shown(app, Thing::Account(account)).await;
    app.grant_role(&chief, account, &shown, other)
        .await
        .unwrap();
    let shown = as_shown(app, Thing::Account(account)).await;
    app.revoke_role(&chief, account, &shown, &grant)
        .await
        .unwrap();
    let before = cast.log_size().await;
    let refused = clerk.get(path).await;
    assert_ne!(refused.status, StatusCode::OK, "{}", refused.text);
    assert_eq!(cast.log_size().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_of_a_file_holds_no_connection() {
    on_both(|db| async move {
        let (cast, web) = narrow(db.clone()).await;
        let clerk = cast.grant(&cast.registrar.account).await;
        let at = clerk.get("/w/subjects.csv").await.location().to_owned();
        let jobs = web.jobs().unwrap();
        jobs.settled(&format!("{SUBJECT_EXPORT}/{}", cast.registrar.account))
            .await;
        let long = asks_and_waits(&clerk, &format!("{at}/file")).await;
        let short = asks_and_waits(&clerk, "/w/subjects.csv?q=0001%E5%BA%97").await;
        let taken = all_but_one(&db).await;
        let page = clerk.get("/w/subjects").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        drop((long, short, taken));
    })
    .await;
}

pub async fn kind_of(city: &City, no: &str) -> StateKind {
    let mut reader = city.app.db.read().await.unwrap();
    let number = CampaignNo::parse(no).unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    stored.unwrap().campaign.kind()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_register_is_frozen_by_a_job() {
    on_both(|db| async move {
        let (cast, web) = narrow(db).await;
        let no = cast.launched().await;
        let sent = cast.press(&cast.officer, &no, "freeze", &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let at = sent.location().to_owned();
        assert!(at.starts_with("/w/jobs/"), "{at}");
        let jobs = web.jobs().unwrap();
        jobs.settled(&no).await;
        let page = cast.officer.get(&at).await;
        assert!(page.shows("已办完，留痕在案"), "{}", page.text);
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Frozen);
        let report = store::audit(&cast.site.city.app.db).await.unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_who_lost_the_right_meanwhile_freezes_nothing() {
    on_both(|db| async move {
        let (cast, web) = narrow(db).await;
        let no = cast.launched().await;
        let city = &cast.site.city;
        let chief = city.account("anquan", &[(Role::SecurityAdmin, 0)]).await;
        let chief = city.acting(&chief).await;
        let officer = city.acting(&cast.officer_id).await;
        let grant = Grant {
            role: Role::DrawingOfficer,
            unit: unit(0),
        };
        let shown = as_shown(&city.app, Thing::Account(&cast.officer_id)).await;
        city.app
            .revoke_role(&chief, &cast.officer_id, &shown, &grant)
            .await
            .unwrap();
        // The order was given with the rights of a moment ago.
        let jobs = web.jobs().unwrap();
        let number = CampaignNo::parse(&no).unwrap();
        let words = app::drawing::FreezeWords::default();
        let shown = as_shown(&city.app, Thing::Campaign(&number)).await;
        let id = city
            .app
            .order_freeze(jobs, &officer, (&number, &shown), words, str::to_owned)
            .await
            .unwrap()
            .unwrap();
        jobs.settled(&no).await;
        let ended = jobs.find(&cast.officer_id, &id).await.unwrap().unwrap();
        assert_eq!(ended.state, JobState::Failed);
        assert_eq!(ended.outcome.refusal.unwrap().code, "AUTH-001");
        assert_eq!(kind_of(city, &no).await, StateKind::Launched);
        // The same without a job: what he was allowed when he pressed does not count.
        let refused = city.app.freeze_frame(&officer, &number, &shown).await;
        assert!(refused.unwrap_err().to_string().contains("AUTH-001"));
        assert_eq!(kind_of(city, &no).await, StateKind::Launched);
    })
    .await;
}

/// A generator that lets somebody change the register in the middle of the first freeze: after the
/// frame was read and before the lock.
struct Meddler {
    city: City,
    registrar: app::Acting,
    armed: AtomicBool,
}

impl Entropy for Meddler {
    fn fill(&self, bytes: &mut [u8]) {
        self.city.app.entropy.fill(bytes);
        if bytes.len() == 32 && self.armed.swap(false, Ordering::SeqCst) {
            let (section, new) = (unit(1), caterer(900));
            let adding = self.city.subject(&self.registrar, &section, &new);
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(adding);
            });
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_changes_during_a_freeze_is_computed_again() {
    on_both(|db| async move {
        let (cast, _) = narrow(db).await;
        let no = cast.launched().await;
        let city = &cast.site.city;
        let mut app = city.app.clone();
        app.entropy = Arc::new(Meddler {
            city: city.clone(),
            registrar: cast.registrar.clone(),
            armed: AtomicBool::new(true),
        });
        let officer = city.acting(&cast.officer_id).await;
        let number = CampaignNo::parse(&no).unwrap();
        let shown = as_shown(&app, Thing::Campaign(&number)).await;
        app.freeze_frame(&officer, &number, &shown).await.unwrap();
        let mut reader = app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, &number)
            .await
            .unwrap();
        let figures = app::drawing::Figures::parse(&stored.figures).unwrap();
        let pools: u64 = figures.strata.iter().map(|stratum| stratum.pool).sum();
        assert_eq!(pools, 41, "who came in before the lock stands in the frame");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_is_computed_once_as_long_as_nothing_it_depends_on_changes() {
    on_both(|db| async move {
        let (cast, web) = narrow(db).await;
        let no = cast.launched().await;
        let before = web.previews.computed();
        let path = format!("/w/campaigns/{no}/freeze");
        let first = cast.officer.get(&path).await;
        assert!(first.shows("按名录此刻的内容"), "{}", first.text);
        let after = web.previews.computed();
        assert!(after <= before + 1, "one page asks twice and computes once");
        let again = cast.officer.get(&path).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(web.previews.computed(), after);
        cast.subject(&caterer(901)).await;
        let changed = cast.officer.get(&path).await;
        assert!(changed.shows("41"), "{}", changed.text);
        assert_eq!(web.previews.computed(), after + 1);
    })
    .await;
}
