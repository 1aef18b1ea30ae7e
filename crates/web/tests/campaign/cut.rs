//! The wire to PostgreSQL is cut at every message of the traced end of a freeze, once all of it is computed: before the
//! server hears of it, or after it has answered. Whoever ordered it presses again where the page offers it, and in the
//! end the frame is frozen once, by one act.

use std::sync::{Arc, Mutex};

use app::drawing::{FREEZE, FreezeWords};
use app::job::Jobs;
use app::port::Entropy;
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::campaign::StateKind;
use domain::id::{CampaignNo, PartyToken};
use store::Db;
use testkit::city::as_shown;
use testkit::clock::FakeClock;
use testkit::engines::{PostgresDatabase, upgrade};
use testkit::wire::{Cut, Wire};

use crate::long::{limits, narrow};

/// So often an officer looks and presses before he gives up.
const PATIENCE: usize = 12;

/// Cuts at a message counted from when S is made: the registers have been read then, and nothing is written.
struct CutsAfterSecret {
    of: Arc<dyn Entropy>,
    wire: Arc<Wire>,
    armed: Mutex<Option<(u32, Cut)>>,
}

impl Entropy for CutsAfterSecret {
    fn fill(&self, bytes: &mut [u8]) {
        self.of.fill(bytes);
        if bytes.len() == 32
            && let Some((message, side)) = self.armed.lock().unwrap().take()
        {
            self.wire.cut_message(message, side);
        }
    }
}

/// Who freezes, and by what.
struct Desk {
    app: App,
    jobs: Jobs,
    officer: Acting,
    number: CampaignNo,
}

impl Desk {
    async fn kind(&self) -> Result<StateKind, AppError> {
        let mut reader = self.app.db.read().await?;
        let stored = store::campaign::by_number(&mut reader, &self.number).await?;
        Ok(stored.campaign.kind())
    }

    /// One look at the campaign and one press; true once it is frozen.
    async fn goes_on(&self) -> Result<bool, AppError> {
        if self.kind().await? == StateKind::Frozen {
            return Ok(true);
        }
        let shown = self.app.premise(Thing::Campaign(&self.number)).await?;
        let (of, words) = ((&self.number, &shown), FreezeWords::default());
        let ordered = self
            .app
            .order_freeze(&self.jobs, &self.officer, of, words, str::to_owned);
        ordered.await?;
        self.jobs.settled(self.number.as_str()).await;
        Ok(false)
    }

    /// From the order to the frozen frame, however often it takes.
    async fn sees_through(&self, clock: &FakeClock) {
        for _ in 0..PATIENCE {
            // What is refused while the wire is down is pressed again.
            if matches!(self.goes_on().await, Ok(true)) {
                return;
            }
            // The lease of work that nobody does any more ends.
            clock.advance_minutes(3);
            let _ = self.jobs.beat().await;
            let _ = self.jobs.upkeep().await;
        }
        panic!("{} is not frozen", self.number);
    }

    /// Whoever reads how a job ended is never told that nothing was written and that nobody knows.
    async fn knows_what_happened(&self) {
        let jobs = self.jobs.latest(&self.officer.account, &[FREEZE]).await;
        for job in jobs.unwrap().into_iter().map(Result::unwrap) {
            let said = job.outcome.refusal.unwrap_or_default().sentence;
            assert!(!said.contains("STOR-505"), "{said}");
        }
    }

    /// Gives the frame up, so that the next one can be frozen.
    async fn gives_up(&self, approver: &Acting, initiator: &Acting) {
        let (app, number) = (&self.app, &self.number);
        let wrong = PartyToken::parse("register-error").unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.void_draw(approver, number, &shown, &wrong, "名录漏了一户")
            .await
            .unwrap();
        let shown = as_shown(app, Thing::Campaign(number)).await;
        app.launch_campaign(initiator, number, &shown)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_is_frozen_once_wherever_the_wire_is_cut_at_its_traced_end() {
    let server = PostgresDatabase::fresh();
    let wire = Arc::new(Wire::to(server.url()));
    let db = Db::open_postgres(wire.url(), &upgrade()).await.unwrap();
    let (cast, _) = narrow(db.clone()).await;
    let city = &cast.site.city;
    let approver = city.acting(&cast.approver_id).await;
    let initiator = city.acting(&cast.initiator_id).await;
    let entropy = Arc::new(CutsAfterSecret {
        of: Arc::clone(&city.app.entropy),
        wire: Arc::clone(&wire),
        armed: Mutex::new(None),
    });
    let app = App {
        entropy: Arc::<CutsAfterSecret>::clone(&entropy),
        ..city.app.clone()
    };
    let desk = Desk {
        jobs: Jobs::new(app.clone(), &cast.site.jobs_folder(), limits()),
        app,
        officer: city.acting(&cast.officer_id).await,
        number: CampaignNo::parse(&cast.launched().await).unwrap(),
    };
    let mut message = 1;
    loop {
        let before = cast.log_size().await;
        let side = match message % 2 {
            0 => Cut::Before,
            _ => Cut::After,
        };
        *entropy.armed.lock().unwrap() = Some((message, side));
        desk.sees_through(&city.clock).await;
        let was_cut = wire.whole();
        assert_eq!(cast.log_size().await, before + 1, "{message}: one act");
        desk.knows_what_happened().await;
        if !was_cut {
            break;
        }
        desk.gives_up(&approver, &initiator).await;
        message += 1;
    }
    assert!(message > 20, "there were messages to cut: {message}");
    assert_eq!(store::audit(&db).await.unwrap().faults, []);
    db.close().await;
}
