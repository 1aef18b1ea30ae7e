//! The traced end of a freeze, asked again under the lock: the right, four eyes, the clock, and whether the
//! registers still are what was computed from. Each is changed after all was computed and before the lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use app::job::JobState;
use app::port::Entropy;
use app::premise::Thing;
use app::{Acting, AppError};
use domain::account::{Grant, Role};
use domain::campaign::StateKind;
use domain::id::{AccountId, CampaignNo};
use testkit::city::{City, as_shown, caterer, unit};
use testkit::engines::on_both;

use crate::cast::Cast;
use crate::long::{kind_of, narrow};

/// What happens in between.
enum Deed {
    /// A subject more, every time.
    NewSubject(Acting),
    /// The officer loses his right.
    Revoked(Acting, AccountId),
    /// The clock is set back.
    ClockBack,
}

/// A generator that does it whenever it is asked: while a frame is computed, never under the lock.
struct Meddler {
    city: City,
    deed: Deed,
    done: AtomicU32,
    most: u32,
}

impl Meddler {
    async fn meddle(&self, number: u32) {
        match &self.deed {
            Deed::NewSubject(registrar) => {
                let new = caterer(900 + number);
                self.city.subject(registrar, &unit(1), &new).await;
            }
            Deed::Revoked(chief, officer) => {
                let app = &self.city.app;
                let shown = as_shown(app, Thing::Account(officer)).await;
                let grant = Grant {
                    role: drawing(),
                    unit: unit(0),
                };
                let done = app.revoke_role(chief, officer, &shown, &grant).await;
                done.unwrap();
            }
            Deed::ClockBack => self.city.clock.advance_minutes(-10),
        }
    }
}

impl Entropy for Meddler {
    fn fill(&self, bytes: &mut [u8]) {
        self.city.app.entropy.fill(bytes);
        let number = self.done.fetch_add(1, Ordering::SeqCst);
        if number < self.most {
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(self.meddle(number));
            });
        }
    }
}

const fn drawing() -> Role {
    Role::DrawingOfficer
}

async fn chief(cast: &Cast) -> Acting {
    let city = &cast.site.city;
    let chief = city.account("anquan", &[(Role::SecurityAdmin, 0)]).await;
    city.acting(&chief).await
}

/// A freeze during which that happens; what it says.
async fn freezes(cast: &Cast, no: &str, deed: Deed, most: u32) -> Result<(), AppError> {
    let city = &cast.site.city;
    let mut app = city.app.clone();
    app.entropy = Arc::new(Meddler {
        city: city.clone(),
        deed,
        done: AtomicU32::new(0),
        most,
    });
    let officer = city.acting(&cast.officer_id).await;
    let number = CampaignNo::parse(no).unwrap();
    let shown = as_shown(&app, Thing::Campaign(&number)).await;
    app.freeze_frame(&officer, &number, &shown).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_never_rests_is_said_to_after_three_rounds_and_nothing_is_frozen() {
    on_both(|db| async move {
        let (cast, _) = narrow(db).await;
        let no = cast.launched().await;
        let deed = Deed::NewSubject(cast.registrar.clone());
        let told = freezes(&cast, &no, deed, u32::MAX).await.unwrap_err();
        let told = told.to_string();
        assert!(told.contains("DRAW-041") && told.contains("3 次"), "{told}");
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Launched);
        // At rest it goes on from there.
        let deed = Deed::NewSubject(cast.registrar.clone());
        freezes(&cast, &no, deed, 0).await.unwrap();
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Frozen);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_is_lost_after_all_was_computed_lets_nothing_be_written() {
    on_both(|db| async move {
        let (cast, _) = narrow(db).await;
        let no = cast.launched().await;
        let deed = Deed::Revoked(chief(&cast).await, cast.officer_id.clone());
        let told = freezes(&cast, &no, deed, 1).await.unwrap_err();
        assert!(told.to_string().contains("AUTH-001"), "{told}");
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Launched);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_after_all_was_computed_lets_nothing_be_written() {
    on_both(|db| async move {
        let (cast, _) = narrow(db).await;
        let no = cast.launched().await;
        let before = cast.log_size().await;
        let told = freezes(&cast, &no, Deed::ClockBack, 1).await.unwrap_err();
        assert!(told.to_string().contains("CAMP-015"), "{told}");
        assert_eq!(cast.log_size().await, before);
        assert_eq!(kind_of(&cast.site.city, &no).await, StateKind::Launched);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_approved_the_plan_does_not_freeze_it_by_a_job_either() {
    on_both(|db| async move {
        let (cast, web) = narrow(db).await;
        let no = cast.launched().await;
        let city = &cast.site.city;
        let app = &city.app;
        let mut reader = app.db.read().await.unwrap();
        let approver = store::account::by_login(&mut reader, "approver1").await;
        let approver = approver.unwrap().unwrap().account.id;
        drop(reader);
        let grant = Grant {
            role: drawing(),
            unit: unit(0),
        };
        let both = city.granted(&approver, grant).await;
        let number = CampaignNo::parse(&no).unwrap();
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        let jobs = web.jobs().unwrap();
        let words = app::drawing::FreezeWords::default();
        let id = app
            .order_freeze(jobs, &both, (&number, &shown), words, str::to_owned)
            .await;
        let id = id.unwrap().unwrap();
        jobs.settled(&no).await;
        let ended = jobs.find(&approver, &id).await.unwrap().unwrap();
        assert_eq!(ended.state, JobState::Failed);
        let code = ended.outcome.refusal.unwrap().code;
        assert_eq!(code, "AUTH-013");
        assert_eq!(kind_of(city, &no).await, StateKind::Launched);
    })
    .await;
}
