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
use store::log::{TraceOf, trace};
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

/// An inspector with a credential, and a recusal that says why.
async fn served(city: &City, keeper: &Acting) -> InspectorId {
    let app = &city.app;
    let added = app
        .add_inspector(keeper, &unit(1), &typed("在岗"), None)
        .await;
    let subject = city.subject(keeper, &unit(1), &caterer(1)).await;
    let mut reader = app.db.read().await.unwrap();
    let subject = store::subject::get(&mut reader, &subject).await.unwrap();
    drop(reader);
    let recusal = Recusal {
        inspector: InspectorCode::parse("F001").unwrap(),
        subject: subject.subject.code().unwrap().clone(),
        ground: RecusalGround::Other,
        note: Some("曾在该店任职".to_owned()),
        declared_by: keeper.account.clone(),
        at: app.clock.now(),
    };
    let shown = as_shown(app, Thing::Inspectors).await;
    let declared = app
        .declare_recusal(keeper, &unit(1), &shown, &recusal)
        .await;
    declared.unwrap();
    added.unwrap()
}

/// The same paper cannot make two inspectors.
async fn one_paper_one_person(app: &App, keeper: &Acting) {
    let twin = RawInspector {
        code: "F002".to_owned(),
        name: "检查员乙".to_owned(),
        ..typed("在岗")
    };
    let refused = app.add_inspector(keeper, &unit(1), &twin, None).await;
    assert_eq!(code_of(refused.unwrap_err()), "ROST-031");
}

/// What can be read of the inspector: his number and the explanation of his recusal.
async fn readable(app: &App, id: &InspectorId) -> (Option<String>, Option<String>) {
    let mut reader = app.db.read().await.unwrap();
    let kept = inspector::get(&mut reader, id).await.unwrap();
    assert_eq!(kept.inspector.name.as_str(), "检查员甲");
    assert_eq!(kept.is_erased(), kept.inspector.credential.is_none());
    let number = kept
        .inspector
        .credential
        .map(|held| held.number.to_string());
    let recusals = inspector::recusals(&mut reader).await.unwrap();
    (number, recusals[0].recusal.note.clone())
}

async fn erasures(app: &App) -> usize {
    let mut reader = app.db.read().await.unwrap();
    let lines = trace(&mut reader, &TraceOf::All, None, 500).await.unwrap();
    let erased = lines.iter().filter(|line| line.act == "inspector.erase");
    erased.count()
}

#[expect(
    clippy::cognitive_complexity,
    reason = "every await counts as a branch; the story runs straight"
)]
async fn kept_until_its_time(db: Db) {
    let city = City::found(db).await;
    let app = &city.app;
    let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    let id = served(&city, &keeper).await;
    one_paper_one_person(app, &keeper).await;
    let refused = erase(app, &keeper, &id).await.unwrap_err();
    assert_eq!(code_of(refused), "ROST-013", "he still serves");
    leaves(&city, &keeper, &id).await;
    let refused = erase(app, &keeper, &id).await.unwrap_err();
    assert_eq!(code_of(refused), "ROST-014", "the years are not over");
    city.clock.advance_ms(5 * 366 * DAY_MS + DAY_MS);
    let (number, note) = readable(app, &id).await;
    assert_eq!(number.as_deref(), Some("XT-1234567"));
    assert_eq!(note.as_deref(), Some("曾在该店任职"));
    // Twice is once.
    erase(app, &keeper, &id).await.unwrap();
    erase(app, &keeper, &id).await.unwrap();
    assert_eq!(readable(app, &id).await, (None, None));
    assert_eq!(erasures(app).await, 1);
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

/// An operator who wants the key gone early moves the times by which the log is looked up.
#[tokio::test]
async fn no_altered_time_makes_the_years_pass_sooner() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &real_key()).await.unwrap();
    let city = City::found(db).await;
    let app = &city.app;
    let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    let id = served(&city, &keeper).await;
    leaves(&city, &keeper, &id).await;
    for (sql, code) in [
        ("UPDATE log_events SET at_ms = 0", "ROST-014"),
        (
            "UPDATE log_leaves SET entry = replace(entry, 'time 1', 'time 0') WHERE event_id = (SELECT last_event FROM inspectors)",
            "STOR-521",
        ),
        (
            "UPDATE inspectors SET last_event = (SELECT event_id FROM log_leaves WHERE sequence = 0)",
            "STOR-521",
        ),
    ] {
        testkit::engines::admin(server.url(), sql);
        let refused = erase(app, &keeper, &id).await.unwrap_err();
        assert_eq!(code_of(refused), code, "{sql}");
        assert_eq!(erasures(app).await, 0);
    }
    app.db.close().await;
}
