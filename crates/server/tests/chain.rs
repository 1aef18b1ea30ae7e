//! The whole chain on both engines: the city is built, its log audits clean, and a stranger verifies
//! the public bundle of the finished campaign with nothing but the log's public key.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::num::NonZeroUsize;
use std::sync::Arc;

use app::App;
use app::crypto::StorageKey;
use app::port::Entropy;
use demo::{ReplayClock, beginning, build};
use domain::campaign::version::VERSION_OF_NEW_ATTEMPTS;
use domain::id::CampaignNo;
use domain::time::Instant;
use draw::bundle::Stage;
use tlog::note::{KeyKind, SignerKey};
use verify::{BundleSource, Limits, Options, verify_bundle};

/// The operating system's generator is a port; here a counter hashed is random enough.
struct Counter(std::sync::atomic::AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let block = tlog::Hash::of(&n.to_be_bytes());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    }
}

const NOW: i64 = 1_795_406_400_000;

fn app(db: store::Db) -> (App, Arc<ReplayClock>) {
    let clock = Arc::new(ReplayClock::at(beginning(Instant::from_unix_ms(NOW))));
    let key = SignerKey::from_seed("demo.example/mingqian", KeyKind::Log, &[7; 32]).unwrap();
    let app = App {
        db,
        clock: clock.clone(),
        entropy: Arc::new(Counter(std::sync::atomic::AtomicU64::new(1))),
        storage_key: StorageKey::new(&[9; 32]),
        log_key: Arc::new(key),
        passwords: app::passwords::Passwords::new(),
        refused: app::refused::Refused::default(),
        version_of_new_attempts: VERSION_OF_NEW_ATTEMPTS,
    };
    (app, clock)
}

/// What the shipped constant says new attempts are of stands in the record.
async fn is_of_the_second_version(app: &App, number: &CampaignNo) {
    let mut reader = app.db.read().await.unwrap();
    let finished = store::campaign::by_number(&mut reader, number).await;
    let freeze = finished.unwrap().freeze_record.unwrap();
    let version = format!("{VERSION_OF_NEW_ATTEMPTS} freeze\n");
    assert_eq!(version, "shuang/2 freeze\n");
    assert!(freeze.starts_with(&version), "{freeze}");
}

#[tokio::test]
async fn the_city_is_built_audits_clean_and_its_bundle_verifies() {
    testkit::engines::on_both(|db| async move {
        let (app, clock) = app(db);
        let city = build(
            &app,
            &clock,
            Instant::from_unix_ms(NOW),
            "这个口令只在测试里用",
        )
        .await
        .unwrap();
        assert!(
            app.clock.now().unix_ms() < NOW,
            "the replay must end before the present"
        );

        let report = store::audit(&app.db).await.unwrap();
        assert_eq!(report.faults, []);
        assert!(report.rows > 500 && report.leaves > 100, "{report:?}");

        let number = CampaignNo::parse(&city.finished).unwrap();
        is_of_the_second_version(&app, &number).await;
        let zip = app.bundle_zip(&number, Stage::Public).await.unwrap();
        let source = BundleSource::from_zip(zip, Limits::default()).unwrap();
        let key = app.log_key.verifier().clone();
        let threads = NonZeroUsize::MIN;
        let options = Options {
            log_key: Some(key.into()),
            threads,
        };
        let verdict = verify_bundle(&source, &options);
        assert_eq!(verdict.exit(), 0, "{verdict:#?}");
        let unkeyed = verify_bundle(
            &source,
            &Options {
                log_key: None,
                threads,
            },
        );
        assert_eq!(
            unkeyed.exit(),
            3,
            "without the key nobody vouches for the log"
        );

        let full = app.bundle_zip(&number, Stage::Full).await.unwrap();
        let source = BundleSource::from_zip(full, Limits::default()).unwrap();
        let key = app.log_key.verifier().clone();
        let verdict = verify_bundle(
            &source,
            &Options {
                log_key: Some(key.into()),
                threads,
            },
        );
        assert_eq!(verdict.exit(), 0, "{verdict:#?}");

        let ready = CampaignNo::parse(&city.ready).unwrap();
        assert!(
            app.bundle(&ready, Stage::Public).await.is_err(),
            "nothing is drawn there yet"
        );
    })
    .await;
}
