//! A draw on both sides of a clock repair (SPEC-log §3, `repair`; ADR 0032): FREEZE was published while the clock ran
//! ahead, and the clock is right again before the ceremony.

use app::App;
use axum::http::StatusCode;
use store::{Db, Upgrade};
use testkit::city::City;
use testkit::engines::{SqliteFile, Still, upgrade};

use crate::browser::{Browser, Site};
use crate::cast::{Cast, last_four};
use crate::two::{
    all_open, announced, follows, frozen, judged, meets, publishes, records, says, verifies,
};

/// By how much the clock runs ahead when FREEZE is published, in minutes.
const AHEAD: i64 = 30;

/// The same people after the operator has repaired the clock of their log.
async fn repaired(cast: Cast, file: &SqliteFile) -> Cast {
    let before = cast.site.city;
    before.app.db.close().await;
    let upgrade = Upgrade {
        clock: std::sync::Arc::new(Still(before.app.clock.now())),
        repairs_clock: Some("系统时间一度快了半小时".to_owned()),
        ..upgrade()
    };
    let db = Db::open_sqlite(file.path(), &upgrade).await.unwrap();
    let app = App { db, ..before.app };
    let city = City { app, ..before };
    let site = Site::around(city, app::job::Limits::default()).0;
    let again = |browser: Browser| Browser {
        site: site.clone(),
        ..browser
    };
    Cast {
        initiator: again(cast.initiator),
        approver: again(cast.approver),
        officer: again(cast.officer),
        site,
        ..cast
    }
}

/// FREEZE under a clock that runs ahead, and then the right time and its entry.
async fn frozen_ahead(file: &SqliteFile) -> (Cast, String, Vec<String>) {
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let cast = Cast::gather_of_two(db, 40, 6).await;
    let (no, links) = frozen(&cast, &announced(&[])).await;
    let clock = &cast.site.city.clock;
    clock.advance_minutes(AHEAD);
    let done = publishes(&cast, &no, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    clock.advance_minutes(1 - AHEAD);
    let void = void(&cast, &no).await;
    assert_eq!(void.status, StatusCode::SERVICE_UNAVAILABLE);
    says(&void, &["STOR-425", "mingqian log repair-clock"], &[]);
    (repaired(cast, file).await, no, links)
}

async fn void(cast: &Cast, no: &str) -> crate::browser::Page {
    let paper = "5".repeat(64);
    let fields = [
        ("void_code", "expired"),
        ("reason", "承诺的时间不对"),
        ("document", paper.as_str()),
        ("last_four", last_four(no)),
    ];
    cast.press(&cast.approver, no, "void", &fields).await
}

#[tokio::test]
async fn a_draw_frozen_under_a_clock_ahead_goes_on_once_its_hours_have_come_and_verifies() {
    let file = SqliteFile::fresh();
    let (cast, no, links) = frozen_ahead(&file).await;
    follows(&cast).await;
    let early = cast
        .officer
        .get(&format!("/w/campaigns/{no}/ceremony"))
        .await;
    let waits = [
        "CAMP-015",
        "早于上一步的 2026-11-23 09:30:00",
        "到了那个时刻才能接着办",
    ];
    says(&early, &waits, &["<form class=\"form\""]);
    cast.site.city.clock.advance_minutes(61);
    meets(&cast, &no).await;
    all_open(&cast, &links).await;
    follows(&cast).await;
    let kinds = records(&cast, &no).await;
    let kinds: Vec<_> = kinds
        .iter()
        .map(|text| text.lines().next().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "shuang/2 plan",
            "shuang/2 freeze",
            "shuang/2 reveal",
            "shuang/2 result"
        ]
    );
    verifies(&cast, &no).await;
    assert_eq!(judged(&cast, &format!("/draw/{no}/bundle.zip")).await, 3);
    let report = store::audit(&cast.site.city.app.db).await.unwrap();
    assert_eq!(report.faults, []);
    cast.site.city.app.db.close().await;
}

/// Nobody waits for an hour that only a wrong clock named: what was frozen under it is made void at once, and whoever
/// verifies is told that the time was set right.
#[tokio::test]
async fn a_draw_frozen_under_a_clock_ahead_is_void_at_once_where_nobody_waits_for_its_hours() {
    let file = SqliteFile::fresh();
    let (cast, no, _) = frozen_ahead(&file).await;
    let done = void(&cast, &no).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let bundle = format!("/draw/{no}/attempts/1/bundle.zip");
    assert_eq!(judged(&cast, &bundle).await, 0, "right and complete");
    let report = store::audit(&cast.site.city.app.db).await.unwrap();
    assert_eq!(report.faults, []);
    cast.site.city.app.db.close().await;
}
