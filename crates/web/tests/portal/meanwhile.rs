//! While an act of the draw computes, everybody else acts: it holds nothing. And what it computed counts only if
//! everything it was computed from still stands when it is written.
//!
//! What happens meanwhile happens inside the clock of the act under test, which is asked last before the lock is
//! taken. An act that held the writer then would keep the other one waiting until it is refused.

use domain::campaign::abandon_class::AbandonClass;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use app::drawing::{CommitWords, DrawWords};
use app::port::Clock;
use app::premise::Thing;
use app::{App, AppError};
use domain::account::{Grant, Role};
use domain::campaign::StateKind;
use domain::campaign::version::Version;
use domain::id::CampaignNo;
use domain::premise::Premise;
use domain::time::Instant;
use store::{Press, StoreError};
use testkit::city::{as_shown, unit};

use crate::story::{Story, plan, told_on_both_under};

type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock that lets something happen the first time it is asked.
struct Gate {
    clock: Arc<dyn Clock>,
    deed: Mutex<Option<Deed>>,
}

impl Clock for Gate {
    fn now(&self) -> Instant {
        let deed = self.deed.lock().unwrap().take();
        if let Some(deed) = deed {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(deed));
        }
        self.clock.now()
    }
}

/// The system in which the next act has computed everything when the deed is done.
pub fn gated(app: &App, deed: impl Future<Output = ()> + Send + 'static) -> App {
    let gate = Gate {
        clock: Arc::clone(&app.clock),
        deed: Mutex::new(Some(Box::pin(deed))),
    };
    App {
        clock: Arc::new(gate),
        ..app.clone()
    }
}

/// The acts that take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Long {
    Freeze,
    Commit,
    Draw,
    Open,
}

impl Long {
    /// What a person carries out by hand. The draw is pressed under `shuang/1` alone, of which there are attempts that were
    /// frozen before; nothing else is begun under it any more.
    const fn of(version: Version) -> &'static [Self] {
        match version {
            Version::One => &[Self::Draw, Self::Open],
            Version::Two => &[Self::Freeze, Self::Commit, Self::Open],
        }
    }

    /// A campaign that waits for the act.
    async fn awaited(self, story: &Story) -> CampaignNo {
        match self {
            Self::Freeze => story.launched().await,
            Self::Commit => {
                let number = story.launched().await;
                story.freeze(&number).await;
                number
            }
            Self::Draw => {
                let (number, links) = story.committed().await;
                story.reveal(&number, &links).await;
                number
            }
            Self::Open => story.ended().await.0,
        }
    }

    async fn act(
        self,
        app: &App,
        story: &Story,
        (number, shown): (&CampaignNo, &Premise),
    ) -> Result<(), AppError> {
        let officer = &story.officer;
        match self {
            Self::Freeze => app.freeze_frame(officer, number, shown).await,
            Self::Commit => {
                let words = CommitWords {
                    reveal_by: Some(story.site.city.clock.now().plus_ms(61 * 60_000)),
                    ..story.hours()
                };
                app.commit_draw(officer, number, shown, &words).await
            }
            Self::Draw => {
                let words = DrawWords::default();
                app.draw_subjects(officer, number, shown, &words).await
            }
            Self::Open => app.open_draw(officer, number, shown).await,
        }
    }
}

/// Tells a story of the long acts of each version, on both engines.
async fn told_of_long_acts(story: impl AsyncFn(Story, &'static [Long])) {
    for version in [Version::One, Version::Two] {
        told_on_both_under(version, async |told| story(told, Long::of(version)).await).await;
    }
}

async fn kind(story: &Story, number: &CampaignNo) -> StateKind {
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number).await;
    stored.unwrap().campaign.kind()
}

fn code(refused: Result<(), AppError>) -> &'static str {
    match refused {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_acts_while_a_frame_is_frozen_published_drawn_and_opened() {
    told_of_long_acts(async |story, acts| {
        let app = &story.site.city.app;
        for &long in acts {
            let number = long.awaited(&story).await;
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let before = story.site.log_size().await;
            let (other, initiator) = (app.clone(), story.initiator.clone());
            let draft = plan(app.clock.now());
            let gated = gated(app, async move {
                let drafted = other.draft_campaign(&initiator, &unit(1), &draft).await;
                drafted.unwrap();
            });
            let done = long.act(&gated, &story, (&number, &shown)).await;
            done.unwrap_or_else(|error| panic!("{long:?}: {error}"));
            assert_eq!(story.site.log_size().await, before + 2, "{long:?}");
        }
        assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_campaign_that_changes_while_an_act_computes_is_not_written_over() {
    told_of_long_acts(async |story, acts| {
        let app = &story.site.city.app;
        for &long in acts {
            let number = long.awaited(&story).await;
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let before = story.site.log_size().await;
            let (other, no, seen) = (app.clone(), number.clone(), shown.clone());
            let (officer, initiator) = (story.officer.clone(), story.initiator.clone());
            let voids = story.clone();
            let gated = gated(app, async move {
                let changed = match long {
                    Long::Freeze => {
                        let why = (AbandonClass::PlanChanged, "计划有变");
                        other.abandon_campaign(&initiator, &no, &seen, why).await
                    }
                    Long::Open => other.open_draw(&officer, &no, &seen).await,
                    Long::Commit | Long::Draw => {
                        let why = ("register-error", "名录有误");
                        voids.void_as_shown(&other, &no, &seen, why).await
                    }
                };
                changed.unwrap();
            });
            let refused = long.act(&gated, &story, (&number, &shown)).await;
            assert_eq!(code(refused), "SEEN-001", "{long:?}");
            assert_eq!(story.site.log_size().await, before + 1, "{long:?}");
            let stands = match long {
                Long::Freeze => StateKind::Abandoned,
                Long::Commit | Long::Draw => StateKind::Approved,
                Long::Open => StateKind::Ended,
            };
            assert_eq!(kind(&story, &number).await, stands, "{long:?}");
        }
        assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_is_lost_while_an_act_computes_lets_nothing_be_written() {
    told_of_long_acts(async |story, acts| {
        let city = &story.site.city;
        let app = &city.app;
        let chief = city.account("anquan", &[(Role::SecurityAdmin, 0)]).await;
        let chief = city.acting(&chief).await;
        let account = story.officer.account.clone();
        let grant = Grant {
            role: Role::DrawingOfficer,
            unit: unit(0),
        };
        for &long in acts.iter().filter(|long| **long != Long::Freeze) {
            let number = long.awaited(&story).await;
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let stood = kind(&story, &number).await;
            let (other, chief_, officer, lost) =
                (app.clone(), chief.clone(), account.clone(), grant.clone());
            let gated = gated(app, async move {
                let shown = as_shown(&other, Thing::Account(&officer)).await;
                let done = other.revoke_role(&chief_, &officer, &shown, &lost).await;
                done.unwrap();
            });
            let refused = long.act(&gated, &story, (&number, &shown)).await;
            assert_eq!(code(refused), "AUTH-001", "{long:?}");
            assert_eq!(kind(&story, &number).await, stood, "{long:?}");
            city.granted(&account, grant.clone()).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_another_process_carried_out_gets_the_first_answer() {
    told_of_long_acts(async |story, acts| {
        let app = &story.site.city.app;
        let account = &story.officer.account;
        for (ordinal, &long) in (0..).zip(acts) {
            let number = long.awaited(&story).await;
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let before = story.site.log_size().await;
            let key = format!("{ordinal:032}");
            let press = Press::new(key, account.clone(), String::new(), 1);
            let pressed = app.pressed(&press);
            let of = (&number, &shown);
            long.act(&pressed, &story, of).await.unwrap();
            // By now the campaign is no longer what the page showed: it is this very press that moved it.
            let again = long.act(&pressed, &story, of).await;
            let answered = matches!(again, Err(AppError::Store(StoreError::Pressed)));
            assert!(answered, "{long:?}: {again:?}");
            assert_eq!(story.site.log_size().await, before + 1, "{long:?}");
        }
    })
    .await;
}
