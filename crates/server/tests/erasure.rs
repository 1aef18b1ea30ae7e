//! What is private of an inspector, under the real key and on both engines: read while he serves, refused to be
//! erased before its time, gone afterwards; the log explains every row before and after.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::sync::Arc;

use app::crypto::StorageKey;
use app::premise::Thing;
use app::sealing::SealingKey;
use app::{Acting, App, AppError};
use domain::account::Role;
use domain::id::{InspectorCode, InspectorId};
use domain::inspector::RawInspector;
use domain::recusal::{Recusal, RecusalGround};
use store::{Db, Upgrade, inspector};
use testkit::city::{City, as_shown, caterer, unit};
use testkit::clock::FakeEntropy;
use testkit::engines::{PostgresDatabase, SqliteFile, upgrade};

const DAY_MS: i64 = 24 * 3_600_000;

fn real_key() -> Upgrade {
    let vault = SealingKey {
        key: StorageKey::new(&[7; 32]),
        entropy: Arc::new(FakeEntropy::new(1)),
    };
    Upgrade {
        vault: Arc::new(vault),
        ..upgrade()
    }
}

fn typed(presence: &str) -> RawInspector {
    RawInspector {
        code: "F001".to_owned(),
        name: "检查员甲".to_owned(),
        credential: "XT-1234567".to_owned(),
        valid_until: "2027-12-31".to_owned(),
        presence: presence.to_owned(),
        ..RawInspector::default()
    }
}

fn code_of(error: AppError) -> String {
    match error {
        AppError::Refused(refusal) => refusal.code.to_owned(),
        AppError::Fields(fields) => fields.iter().next().unwrap().1.code.to_owned(),
        AppError::Store(error) => error.code().to_owned(),
    }
}

async fn kept_until_its_time(db: Db) {
    let city = City::found(db).await;
    let app = &city.app;
    let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    let id = app
        .add_inspector(&keeper, &unit(1), &typed("在岗"), None)
        .await
        .unwrap();
    let subject = city.subject(&keeper, &unit(1), &caterer(1)).await;
    let mut reader = app.db.read().await.unwrap();
    let subject = store::subject::get(&mut reader, &subject)
        .await
        .unwrap()
        .subject;
    drop(reader);
    let recusal = Recusal {
        inspector: InspectorCode::parse("F001").unwrap(),
        subject: subject.code().unwrap().clone(),
        ground: RecusalGround::Other,
        note: Some("曾在该店任职".to_owned()),
        declared_by: keeper.account.clone(),
        at: app.clock.now(),
    };
    let shown = as_shown(app, Thing::Inspectors).await;
    app.declare_recusal(&keeper, &unit(1), &shown, &recusal)
        .await
        .unwrap();

    // The same paper cannot make two inspectors.
    let twin = RawInspector {
        code: "F002".to_owned(),
        name: "检查员乙".to_owned(),
        ..typed("在岗")
    };
    let refused = app
        .add_inspector(&keeper, &unit(1), &twin, None)
        .await
        .unwrap_err();
    assert_eq!(code_of(refused), "ROST-031");

    let refused = erase(app, &keeper, &id).await.unwrap_err();
    assert_eq!(code_of(refused), "ROST-013", "he still serves");
    leaves(&city, &keeper, &id).await;
    let refused = erase(app, &keeper, &id).await.unwrap_err();
    assert_eq!(code_of(refused), "ROST-014", "the years are not over");
    city.clock.advance_ms(5 * 366 * DAY_MS + DAY_MS);
    let mut reader = app.db.read().await.unwrap();
    let before = inspector::get(&mut reader, &id).await.unwrap();
    assert_eq!(
        before.inspector.credential.unwrap().number.as_str(),
        "XT-1234567"
    );
    drop(reader);
    erase(app, &keeper, &id).await.unwrap();
    // Twice is once.
    erase(app, &keeper, &id).await.unwrap();

    let mut reader = app.db.read().await.unwrap();
    let after = inspector::get(&mut reader, &id).await.unwrap();
    assert!(after.erased && after.inspector.credential.is_none());
    assert_eq!(after.inspector.name.as_str(), "检查员甲");
    assert_eq!(
        inspector::recusals(&mut reader).await.unwrap()[0].note,
        None
    );
    let erasures = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 500)
        .await
        .unwrap();
    let erasures = erasures.iter().filter(|line| line.act == "inspector.erase");
    assert_eq!(erasures.count(), 1);
    drop(reader);
    assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
    app.db.close().await;
}

async fn erase(app: &App, keeper: &Acting, id: &InspectorId) -> Result<(), AppError> {
    let shown = as_shown(app, Thing::Inspector(id)).await;
    app.erase_inspector(keeper, id, &shown).await
}

async fn leaves(city: &City, keeper: &Acting, id: &InspectorId) {
    let shown = as_shown(&city.app, Thing::Inspector(id)).await;
    city.app
        .edit_inspector(keeper, id, &shown, &typed("调离"))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_private_is_kept_until_its_time_and_gone_afterwards_on_sqlite() {
    let file = SqliteFile::fresh();
    kept_until_its_time(Db::open_sqlite(file.path(), &real_key()).await.unwrap()).await;
}

#[tokio::test]
async fn what_is_private_is_kept_until_its_time_and_gone_afterwards_on_postgres() {
    let server = PostgresDatabase::fresh();
    kept_until_its_time(Db::open_postgres(server.url(), &real_key()).await.unwrap()).await;
}
